//! The database: pools, migrations, and the one way into a workspace.
//!
//! [`WorkspaceTx`] is the tenant line: nothing else hands out a connection that can see a tenant's rows.
//! It also keeps what must come last in a transaction (counters, audit entries, event numbers) until
//! [`WorkspaceTx::commit`], so that commits of one workspace queue only for the commit itself and always
//! take their locks in the same order.

mod connect;
mod migrate;
mod workspace_tx;

pub use connect::{Db, PoolSizes};
pub use migrate::{MIGRATOR, MigrateError, migrate};
pub use workspace_tx::WorkspaceTx;
