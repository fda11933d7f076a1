//! The control API under `/control`: makes accounts and phones, acts for people, breaks things, reads the ledger.

mod accounts;
mod answer;
mod files;
mod guard;
mod meta;
mod observe;
mod people;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, patch, post};

use crate::sim::Sim;

pub use guard::guard;

/// All control routes.
pub fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/control/health", get(observe::health))
        .route("/control/clock", get(observe::clock).post(observe::move_clock))
        .route("/control/idle", get(observe::idle))
        .route("/control/ledger", get(observe::ledger))
        .route("/control/ledger/summary", get(observe::summary))
        .route("/control/live", get(observe::live))
        .route("/control/reset", post(observe::reset))
        .route("/control/faults", get(observe::faults).post(observe::add_fault).delete(observe::clear_faults))
        .route("/control/faults/{id}", delete(observe::remove_fault))
        .route("/control/accounts", get(accounts::list))
        .route("/control/telegram/bots", post(accounts::create_bot))
        .route("/control/telegram/bots/{id}", patch(accounts::change_bot))
        .route("/control/telegram/connections", post(accounts::create_connection))
        .route("/control/telegram/connections/{id}", patch(accounts::change_connection))
        .route("/control/telegram/groups", post(accounts::create_group))
        .route("/control/telegram/groups/{id}/upgrade", post(accounts::upgrade_group))
        .route("/control/whatsapp/numbers", post(meta::create_number))
        .route("/control/whatsapp/numbers/{id}", patch(meta::change_number))
        .route("/control/whatsapp/tokens", post(meta::create_token).patch(meta::kill_token))
        .route("/control/whatsapp/signups", post(meta::sign_up))
        .route("/control/whatsapp/templates/{business_account}/{id}", patch(meta::change_template))
        .route("/control/whatsapp/events", post(meta::send_event))
        .route("/control/phones", get(people::list).post(people::create))
        .route("/control/phones/{phone}", patch(people::change))
        .route("/control/phones/{phone}/chats", get(people::chats))
        .route("/control/phones/{phone}/chats/{account}", get(people::chat))
        .route("/control/phones/{phone}/{act}", post(people::act))
        .route("/control/files", post(files::upload))
        .route("/control/files/sample/{kind}", post(files::make_sample))
        .route("/shelf/{id}", get(files::show))
}
