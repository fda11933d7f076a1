//! What is asked when somebody else was faster.

use leptos::prelude::*;
use shared::ConversationId;

use crate::api::messages::DraftMode;
use crate::components::{Button, Dialog, Look};
use crate::pages::inbox::use_desk;
use crate::state::outbox::PendingState;

/// A colleague has answered since the agent last looked: shown before ours goes out.
#[component]
pub fn NewerAnswer(id: ConversationId) -> impl IntoView {
    let desk = use_desk();
    let held = Memo::new(move |_| {
        let pending = desk.board.thread(id).pending;
        pending.into_iter().find_map(|pending| match &pending.state {
            PendingState::Held(newer) => Some((pending.client_id.clone(), pending.words(), newer.clone())),
            _ => None,
        })
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(held.get().is_some()));
    // Esc and the cross decide for safety: nothing goes out.
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        if was == Some(true) && !is {
            if let Some((client_id, ..)) = held.get_untracked() {
                desk.board.keep_editing(&client_id);
            }
            desk.compose(DraftMode::Reply);
        }
        is
    });
    view! {
        <Dialog open=open title="Somebody has just answered">
            {move || held.get().map(|(client_id, text, newer)| {
                let anyway = client_id.clone();
                view! {
                    <div class="newer">
                        <p>{format!("{} sent this after you last looked:", newer.author.name)}</p>
                        <blockquote class="newer__theirs" dir="auto">{newer.text.clone()}</blockquote>
                        <p>"You were about to send:"</p>
                        <blockquote class="newer__mine" dir="auto">{text}</blockquote>
                        <div class="newer__choice">
                            <Button look=Look::Primary on_press=move |_| desk.board.keep_editing(&client_id)>
                                "Keep editing"
                            </Button>
                            <Button on_press=move |_| desk.board.send_anyway(&anyway)>"Send anyway"</Button>
                        </div>
                    </div>
                }
            })}
        </Dialog>
    }
}
