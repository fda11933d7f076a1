//! What can lie over the messages: a menu, a list of earlier texts, a picture, where a message came from.

use std::sync::Arc;

use leptos::prelude::*;
use shared::{AttachmentId, ConversationId, MessageId};
use web_sys::Element;

use super::jump;
use crate::api::messages::Message;
use crate::pages::inbox::Desk;

/// Shared by all rows of a thread; one of each kind is open at a time.
#[derive(Clone, Copy)]
pub struct Over {
    /// The page around.
    pub desk: Desk,
    /// The conversation.
    pub id: ConversationId,
    /// A small panel beside a message.
    pub panel: RwSignal<Option<Panel>>,
    /// The picture or video that fills the window.
    pub picture: RwSignal<Option<AttachmentId>>,
    /// Whose origin is shown.
    pub origin: RwSignal<Option<MessageId>>,
    /// What is to be deleted, once the agent has said so.
    pub deleting: RwSignal<Option<Arc<Message>>>,
}

/// A small panel beside a message.
#[derive(Clone)]
pub struct Panel {
    /// What it is about.
    pub message: Arc<Message>,
    /// What it shows.
    pub shows: Shows,
    /// Beside what.
    pub at: Edges,
}

/// What a small panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// What can be done with a message.
    Menu,
    /// All emoji to react with.
    Reactions,
    /// What it said before.
    History,
}

/// Where something stands in the window, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Edges {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Edges {
    /// An element's.
    pub fn of(element: &Element) -> Self {
        let at = element.get_bounding_client_rect();
        Self { left: at.left(), top: at.top(), right: at.right(), bottom: at.bottom() }
    }
}

impl Over {
    /// Nothing is open.
    pub fn new(desk: Desk, id: ConversationId) -> Self {
        Self {
            desk,
            id,
            panel: RwSignal::new(None),
            picture: RwSignal::new(None),
            origin: RwSignal::new(None),
            deleting: RwSignal::new(None),
        }
    }

    /// Opens a small panel beside an element.
    pub fn open(self, message: &Arc<Message>, shows: Shows, beside: &Element) {
        let at = Edges::of(beside);
        self.panel.set(Some(Panel { message: message.clone(), shows, at }));
    }

    /// Brings a message into sight; `seq` is its number, if it is in this conversation.
    pub fn show(self, message: MessageId, seq: Option<i64>) {
        jump::show_message(self, message, seq);
    }
}
