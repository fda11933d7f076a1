//! WhatsApp's Cloud API and the parts of Meta's Graph API that it needs: `/v<NN.N>/…`. Any version is answered.

mod account;
mod content;
mod error;
mod escaped;
mod events;
mod fill;
mod first_templates;
mod http;
mod media;
mod nodes;
mod params;
mod person;
mod send;
mod signature;
mod stage;
mod statuses;
mod templates;
mod tokens;

pub use account::{
    App, BusinessAccount, NewNumber, Number, Platform, Token, create_number, describe, describe_all,
    webhook_target,
};
pub use escaped::write_escaped;
pub use http::api;
pub use nodes::wake;
pub use person::perform;
pub use signature::{SIGNATURE_HEADER, sign};
pub use stage::{change_number, kill_token, new_token, send_event, sign_up};
pub use statuses::came_online;
pub use templates::change_template;
