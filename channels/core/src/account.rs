//! An account at a provider: what it takes to speak for it, and what can be asked of it.

mod connect;
mod health;
mod media;
mod secrets;
mod template;

pub use connect::{
    AccountInfo, CallError, Connected, Credentials, Permission, PersonProfile, RenewedToken, Webhook,
    WebhookTarget,
};
pub use health::{Check, CheckState, Health, WebhookHealth};
pub use media::{MediaDownload, MediaError};
pub use secrets::{ChannelAccount, ChannelSecrets};
pub use template::{
    Template, TemplateButton, TemplateButtonKind, TemplateCarouselCard, TemplateHeader, TemplateStatus,
};
