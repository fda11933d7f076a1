//! A Postgres job queue with ordered lanes and leases. Knows no feature.
//!
//! Work that is owed later is a row, written in the transaction that owes it. A worker claims due rows by
//! moving their due time into the future (the lease), runs them, and removes them; a row whose worker died
//! becomes due again by itself. So a job runs **at least once**: what it does must bear repeating. Of each lane
//! only the first row is ever claimed: while it waits for another try, the rest of the lane waits too.
//!
//! Everything but [`claim`] must be called on a connection that sees the job's workspace.

mod backoff;
mod enqueue;
mod lease;

pub use backoff::retry_delay;
pub use enqueue::{NewJob, enqueue, enqueue_all};
pub use lease::{Claim, Failure, Job, Kinds, bury, claim, finish, load, put_off, release, renew, retry};
