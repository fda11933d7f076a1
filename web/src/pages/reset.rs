//! Takes a new password from someone who has the mailed link.

use leptos::prelude::*;

use super::door::{Door, DoorForm};
use crate::api::client;
use crate::api::session::{NewPassword, RESET_PASSWORD};
use crate::app::router::use_title;
use crate::app::session::use_session;
use crate::components::{Form, TextField, settle};

/// Sets the password and signs in.
#[component]
pub fn ResetPage(token: String) -> impl IntoView {
    use_title(|| "New password".to_owned());
    let session = use_session();
    let form = Form::new();
    let password = RwSignal::new(String::new());
    let token = StoredValue::new(token);
    let submit = move |()| {
        let variables = NewPassword { token: token.get_value(), password: password.get_untracked() };
        form.send(
            async move {
                let payload = client::run(&RESET_PASSWORD, variables).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| session.signed_in(viewer),
        );
    };
    view! {
        <Door title="Set a new password" text="Every other session of yours ends, and you are signed in here.">
            <DoorForm form=form on_submit=submit submit="Set the password" aside=("/forgot", "Ask for another link")>
                <TextField
                    label="New password"
                    kind="password"
                    value=password
                    autocomplete="new-password"
                    hint="At least 12 characters. A few unrelated words are strong and easy to keep."
                    problem=form.problem_of("password")
                    required=true
                    autofocus=true
                />
            </DoorForm>
        </Door>
    }
}
