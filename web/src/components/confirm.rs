//! Asks before something that cannot be taken back.

use leptos::prelude::*;

use super::button::{Button, Look};
use super::dialog::Dialog;

/// A question with one way on. `verb` names the act on its button: "Remove Bo".
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] verb: Signal<String>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] on_yes: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open=open title=title>
            <p>{move || text.get()}</p>
            <div class="dialog__foot">
                <Button on_press=move |_| open.set(false)>"Cancel"</Button>
                <Button look=Look::Danger busy=busy on_press=move |_| on_yes.run(())>{move || verb.get()}</Button>
            </div>
        </Dialog>
    }
}
