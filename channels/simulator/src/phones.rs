//! The customers' side: people, their chats with businesses, and what their phones show.

mod act;
mod chat;
mod message;
mod person;
mod personas;

pub use act::{Act, ActError, Acted, Writing, perform};
pub use chat::{Chat, ChatKey};
pub use message::{Actions, Body, Button, ListRow, ListSection, Message, Reactions, Receipt, Side};
pub use person::{NewPhone, Phone, digits_of};
pub use personas::personas;
