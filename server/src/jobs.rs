//! Work that is owed later: which kinds there are, who runs them, and what is tidied up from time to time.
//!
//! A feature enqueues with [`jobs::enqueue`] in its own transaction and names its handler in [`handlers`].
//! A handler may be called more than once for one job and must bear it.

mod handler;
mod recurring;
mod runner;
mod tidy;

use std::sync::Arc;

pub use handler::{Handlers, JobError, JobRun, Outcome};
pub use recurring::begin_for_workspace;
pub use runner::{Runner, Share, Wake, run_due};
pub use tidy::tidy_installation;

use crate::app::App;

/// Starts this process's runners and its share of tidying up, until the app stops. Call it inside the runtime.
pub fn start(app: &Arc<App>) {
    for share in [Share::Ordinary, Share::Transfers] {
        app.background.spawn(Runner::new(app.clone(), share, handlers(), app.stopping.clone()).run());
    }
    tokio::spawn(tidy::keep_installation_tidy(app.clone()));
}

/// Every kind of job there is, and who does it.
#[must_use]
pub fn handlers() -> Handlers {
    Handlers::default()
        .on(recurring::TIDY_WORKSPACE, tidy::tidy_workspace)
        .on(crate::channels::PROBE, crate::channels::probe_job)
        .on(crate::channels::templates::SYNC, crate::channels::templates::sync_job)
        .on(crate::conversations::WAKE, crate::conversations::wake)
        .on(crate::media::FETCH_JOB, crate::media::fetch)
        .on(crate::media::ERASE_JOB, crate::media::erase_bytes)
        .on(crate::webhooks::WAITING_JOB, crate::webhooks::apply_waiting)
        .on(crate::audit::ANCHOR_JOB, crate::audit::anchor)
        .on(crate::auth::RESET_LETTER, crate::auth::send_reset_letter)
        .on(crate::demo::BEGIN, crate::demo::begin)
        .on(crate::demo::PLAY_SCENE, crate::demo::play_scene)
        .on(crate::workspaces::invite::INVITATION_LETTER, crate::workspaces::invite::send_letter)
}
