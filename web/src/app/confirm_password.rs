//! Asks for the password once more when the server wants it: for acts that a session alone must not do.

use js_sys::{Function, Promise};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use wasm_bindgen::JsValue;
use web_sys::SubmitEvent;

use crate::api::session::{CONFIRM_PASSWORD, Password};
use crate::api::{Failure, client};
use crate::components::{Button, Dialog, Form, FormNote, Look, Part, TextField, settle};

type Entry = fn(Callback<()>) -> AnyView;

/// The form's code.
static FORM: Part<Entry> = Part::new(|| Box::pin(code()));

#[wasm_split(over, wasm_split_path = ::leptos::wasm_split, fallible)]
fn code() -> Result<Entry, Failure> {
    Ok(|on_proved| view! { <PasswordForm on_proved=on_proved/> }.into_any())
}

/// The dialog; once, for the whole app. What waits for it goes on, or is told no, when it closes.
#[component]
pub(super) fn ConfirmPassword() -> impl IntoView {
    let open = RwSignal::new(false);
    let waiting = StoredValue::new_local(Vec::<Function>::new());
    let tell = move |proved: bool| {
        let waiting = waiting.try_update_value(std::mem::take).unwrap_or_default();
        for resolve in waiting {
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::from_bool(proved));
        }
    };
    client::on_proof_wanted(move || {
        open.set(true);
        Promise::new(&mut |resolve, _| waiting.update_value(|waiting| waiting.push(resolve)))
    });
    Effect::new(move |_| {
        if !open.get() {
            tell(false);
        }
    });
    let on_proved = Callback::new(move |()| {
        tell(true);
        open.set(false);
    });
    view! {
        <Dialog open=open title="Confirm it is you">
            {FORM.show(move |draw| draw(on_proved))}
        </Dialog>
    }
}

#[component]
fn PasswordForm(on_proved: Callback<()>) -> impl IntoView {
    let form = Form::new();
    let password = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let given = Password { password: password.get_untracked() };
        form.send(
            async move {
                let payload = client::run(&CONFIRM_PASSWORD, given).await?.payload;
                Ok(settle(payload.ok.then_some(()), payload.problem))
            },
            move |()| on_proved.run(()),
        );
    };
    view! {
        <form class="form" on:submit=submit>
            <p>"A step like this needs your password once more; then not again for ten minutes."</p>
            <TextField
                label="Password"
                kind="password"
                value=password
                autocomplete="current-password"
                problem=form.problem_of("password")
                required=true
                autofocus=true
            />
            <FormNote form=form/>
            <div class="dialog__foot">
                <Button look=Look::Primary submit=true busy=form.busy>"Go on"</Button>
            </div>
        </form>
    }
}
