//! Meta's own window for connecting a number: Embedded Signup.
//!
//! The window posts which number was chosen to this page, then ends at our own address with a code, which `boot.js`
//! there hands on. A code lives for 30 seconds, so the password is asked for before the window opens, and the code is
//! sent at once.

mod port;
mod window;

use leptos::ev;
use leptos::prelude::*;
use web_sys::MessageEvent;

use super::typed::{nothing, place, typed};
use crate::api::channels::{CONNECT_CHANNEL, Channel, ConnectChannelInput, WhatsappSignup};
use crate::api::session::Input;
use crate::api::{Failure, client};
use crate::components::{Button, Form, FormNote, Look, TextField, settle};
use shared::ChannelKind;
use window::{Told, dialog_address, read_answer, read_message};

/// Asks for the PIN, opens the window, and connects what was chosen there.
#[component]
pub(super) fn Signup(signup: WhatsappSignup, #[prop(into)] on_done: Callback<Channel>) -> impl IntoView {
    let form = Form::new();
    let pin = RwSignal::new(String::new());
    let status = RwSignal::new("");
    // Marks our own window's answer among others.
    let state = StoredValue::new(String::new());
    let chosen = StoredValue::new((None::<String>, None::<String>));
    let address = location().origin().map(|origin| format!("{origin}/settings/channels/connect"));
    let redirect = StoredValue::new(address.unwrap_or_default());
    let dialog = signup.dialog_url.clone();
    let signup = StoredValue::new(signup);

    let heard = window_event_listener(ev::message, move |event: MessageEvent| {
        match read_message(&event.origin(), &dialog, &port::text_of(&event.data())) {
            Some(Told::Chosen { account_id, parent_account_id }) => {
                chosen.set_value((account_id, parent_account_id));
            }
            Some(Told::Cancelled) => status.set("The window was closed before a number was chosen."),
            None => {}
        }
    });
    on_cleanup(move || heard.remove());

    let connect = move |code: String| {
        let (account_id, parent_account_id) = chosen.get_value();
        let input = ConnectChannelInput {
            code: Some(code),
            account_id,
            parent_account_id,
            redirect_uri: Some(redirect.get_value()),
            pin: typed(&pin.get_untracked()),
            ..nothing(ChannelKind::Whatsapp)
        };
        status.set("Connecting the number…");
        form.send(
            async move {
                let payload = client::run(&CONNECT_CHANNEL, Input { input }).await?.payload;
                status.try_set("");
                Ok(settle(payload.channel, payload.problem)
                    .map_err(|problem| place(problem, ChannelKind::Whatsapp)))
            },
            move |channel| on_done.run(channel),
        );
    };
    port::listen(move |search| {
        if let Some(answer) = read_answer(&search, &state.get_value()) {
            state.set_value(String::new());
            match answer {
                Ok(code) => connect(code),
                Err(()) => status.set("Meta's window was left without a number."),
            }
        }
    });

    let open = move |()| {
        let own = uuid::Uuid::new_v4().simple().to_string();
        chosen.set_value((None, None));
        state.set_value(own.clone());
        let address = signup.with_value(|signup| dialog_address(signup, &redirect.get_value(), &own));
        let features = "popup,width=680,height=760";
        let opened =
            leptos::prelude::window().open_with_url_and_target_and_features(&address, "signup", features);
        status.set(match opened {
            Ok(Some(_)) => "Choose the number in Meta's window.",
            _ => "Your browser kept Meta's window shut. Allow windows of this page, and press again.",
        });
    };
    let press = move |_| form.send(prove(), open);
    view! {
        <div class="form">
            <p>"You choose or make the number in Meta's own window, and copy nothing."</p>
            <TextField
                label="PIN"
                value=pin
                kind="password"
                autocomplete="new-password"
                hint="Six digits: the number's own, or new ones for a new number. Keep them."
                problem=form.problem_of("pin")
                chars_max=6
            />
            <FormNote form=form/>
            <p role="status" class="found__aside">{move || status.get()}</p>
            <div class="dialog__foot">
                <Button look=Look::Primary busy=form.busy on_press=press>"Continue with Facebook"</Button>
            </div>
        </div>
    }
}

/// Has the person prove who they are, if they have not within ten minutes: an attempt with nothing in it is refused
/// for what it lacks, but only after the proof.
async fn prove() -> Result<Result<(), crate::api::Problem>, Failure> {
    client::run(&CONNECT_CHANNEL, Input { input: nothing(ChannelKind::Whatsapp) }).await?;
    Ok(Ok(()))
}
