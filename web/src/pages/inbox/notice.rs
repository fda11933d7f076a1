//! How a tab that nobody looks at makes itself noticed: a count in its title, and a tone.

use leptos::prelude::*;
use shared::ConversationId;

use super::{Desk, sound};
use crate::app::preferences::Preferences;
use crate::app::router::use_title;

/// Keeps the title, and plays the tone when a customer writes unseen.
pub fn watch(desk: Desk, preferences: Preferences) {
    use_title(move || title(desk.board.unread_conversations()));
    desk.board.on_customer(move |wrote| {
        let looking = desk.looking.try_get_untracked() == Some(true);
        let open = desk.open.try_get_untracked().flatten();
        if !seen(looking, open, wrote) && untrack(|| preferences.sounds()) {
            sound::chime();
        }
    });
}

/// The page's part of the tab's title, with how many conversations have something unread.
fn title(unread: usize) -> String {
    match unread {
        0 => "Inbox".to_owned(),
        count => format!("({count}) Inbox"),
    }
}

/// Whether the agent sees what was written as it comes.
fn seen(looking: bool, open: Option<ConversationId>, wrote: ConversationId) -> bool {
    looking && open == Some(wrote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_counts_only_what_is_unread() {
        assert_eq!(title(0), "Inbox");
        assert_eq!(title(12), "(12) Inbox");
    }

    #[test]
    fn only_the_open_conversation_of_a_page_in_front_is_seen() {
        let (one, other) = (ConversationId::new(), ConversationId::new());
        assert!(seen(true, Some(one), one));
        assert!(!seen(false, Some(one), one));
        assert!(!seen(true, Some(other), one));
        assert!(!seen(true, None, one));
    }
}
