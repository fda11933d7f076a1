//! What happened, and a way on.

use leptos::prelude::*;

use super::button::Button;
use super::icon::{self, Icon};
use crate::api::Failure;

/// Shows a failure, if there is one, and offers to try again.
#[component]
pub fn ErrorNote(
    #[prop(into)] failure: Signal<Option<Failure>>,
    #[prop(optional, into)] retry: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <div class="error-note-place" role="alert">
            {move || failure.get().map(|failure| view! {
                <div class="error-note">
                    <Icon icon=if failure == Failure::Offline { icon::Icon::WifiOff } else { icon::Icon::CircleAlert }/>
                    <div class="error-note__text">
                        <p>{failure.sentence()}</p>
                        {failure.request_id().map(|id| view! {
                            <p class="error-note__id">"Request "<code>{id.to_owned()}</code></p>
                        })}
                    </div>
                    {retry.map(|retry| view! {
                        <Button on_press=move |_| retry.run(())>"Try again"</Button>
                    })}
                </div>
            })}
        </div>
    }
}
