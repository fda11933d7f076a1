//! Channels: the connected accounts of a workspace and their settings.
//!
//! A web chat is made and changed here; [`WidgetCache`] keeps what every request of a visitor needs, so
//! that none of them asks the database.
//!
//! An account at a provider is spoken for by its adapter ([`Adapters`]) with opened secrets ([`account`]), which
//! never leave this process.

mod accounts;
pub mod activity;
mod alerts;
mod connect;
mod credentials;
mod disconnect;
pub mod endpoints;
mod events;
pub mod graphql;
mod health;
mod hours;
mod identity_secret;
mod inspect;
mod manage;
mod permissions;
mod provider;
mod provider_settings;
mod recurring;
mod registry;
mod send_test;
mod settings;
mod store;
pub mod templates;
mod typed;
mod unauthorised;
mod web_chat;
mod widget_cache;

pub use accounts::{AccountCache, LiveAccount, account, at_endpoint, endpoint_secrets, live_account};
pub use connect::connect_channel;
pub use events::{ChannelEventKind, NewChannelEvent, record_event};
pub(crate) use health::keep_gauges;
pub use health::{PROBE, probe_job};
pub use hours::{OfficeDay, OfficeHours};
pub use identity_secret::{identity_secrets, rotate_identity_secret};
pub use manage::set_active;
pub use provider_settings::ProviderSettings;
pub use registry::Adapters;
pub use settings::{
    IdentityMode, PreChatField, PreChatFieldType, WebChatChange, WebChatSettings, WidgetPosition,
};
pub use store::{Channel, channels_by_ids};
pub use typed::Typed;
pub use unauthorised::{mark_unauthorised, token_refused};
pub use web_chat::{create_first_web_chat, create_web_chat, update_web_chat};
pub use widget_cache::{LiveWidget, WidgetCache};

use crate::db::WorkspaceTx;
use crate::graphql::Problem;

/// What was asked for, or why it was not done in words for whoever asked.
pub type Outcome<Done> = Result<Done, Problem>;

/// Most channels of a workspace.
const CHANNELS_MAX: i64 = 100;

/// Gives up attempts whose process died, and deletes credentials and figures that count no longer. For the
/// workspace's tidying.
///
/// # Errors
/// When the database refuses.
pub async fn tidy(tx: &mut WorkspaceTx) -> sqlx::Result<()> {
    store::connect::give_up_forgotten(tx).await?;
    store::credentials::forget_retired(tx).await?;
    store::health::forget_old_hours(tx).await
}
