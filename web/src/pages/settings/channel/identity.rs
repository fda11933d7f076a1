//! Who visitors are: whether your site vouches for them, and the secret with which it does.

use leptos::prelude::*;
use shared::ChannelId;

use super::Part;
use crate::api::channels::{OfChannel, ROTATE_IDENTITY_SECRET};
use crate::api::client;
use crate::components::icon::Icon as Shape;
use crate::components::{Button, Confirm, CopyField, Form, FormNote, Icon, Select, SelectOption};

/// Mode, and a new secret, which is shown once.
#[component]
pub(super) fn Identity(
    channel_id: ChannelId,
    mode: RwSignal<String>,
    last4: Option<String>,
) -> impl IntoView {
    let form = Form::new();
    let asking = RwSignal::new(false);
    let last4 = RwSignal::new(last4);
    let secret = RwSignal::new(None::<String>);
    let modes = vec![
        SelectOption::new("OFF", "Off: every visitor is anonymous"),
        SelectOption::new("OPTIONAL", "Optional: signed-in customers are known"),
        SelectOption::new("REQUIRED", "Required: only signed-in customers can chat"),
    ];
    let rotate = move || {
        asking.set(false);
        form.send(
            async move {
                let payload = client::run(&ROTATE_IDENTITY_SECRET, OfChannel { channel_id }).await?.payload;
                Ok(match payload.problem {
                    Some(problem) => Err(problem),
                    None => Ok((payload.secret, payload.channel)),
                })
            },
            move |(shown, channel)| {
                secret.set(shown);
                let new_last4 =
                    channel.and_then(|channel| channel.web_chat).and_then(|chat| chat.identity_secret_last4);
                last4.set(new_last4);
            },
        );
    };
    view! {
        <Part
            title="Verified customers"
            text="Your site signs the user id of a signed-in customer with a secret, so that nobody can pose as someone else."
        >
            <Select label="Verification" value=mode options=modes/>
            <div class="secret">
                <p>
                    <Icon icon=Shape::Key/>
                    {move || match last4.get() {
                        Some(last4) => view! { "The secret in use ends in "<code>{last4}</code>"." }.into_any(),
                        None => "There is no secret yet.".into_any(),
                    }}
                </p>
                <Button
                    busy=form.busy
                    on_press=move |_| if last4.get_untracked().is_some() { asking.set(true) } else { rotate() }
                >
                    {move || if last4.get().is_some() { "Make a new secret…" } else { "Make a secret" }}
                </Button>
            </div>
            <FormNote form=form/>
            <div role="status">
                {move || secret.get().map(|secret| view! {
                    <div class="secret__new">
                        <p><strong>"Copy it now: it is not shown again."</strong>" Keep it on your server, never in a page."</p>
                        <CopyField label="Secret" text=Signal::stored(secret)/>
                    </div>
                })}
            </div>
            <Confirm
                open=asking
                title="Make a new secret?"
                text="The old one stops working at once: until your site has the new one, signed-in customers cannot start a chat as themselves."
                verb="Make a new secret"
                on_yes=move |()| rotate()
            />
        </Part>
    }
}
