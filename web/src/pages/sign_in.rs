//! The way in.

use leptos::prelude::*;

use super::door::{Door, DoorForm};
use crate::api::client;
use crate::api::session::{Credentials, SIGN_IN};
use crate::app::router::use_title;
use crate::app::session::use_session;
use crate::components::{Form, TextField, settle};

/// E-mail and password.
#[component]
pub fn SignInPage() -> impl IntoView {
    use_title(|| "Sign in".to_owned());
    let session = use_session();
    let form = Form::new();
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |()| {
        let credentials = Credentials {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        form.send(
            async move {
                let payload = client::run(&SIGN_IN, credentials).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| session.signed_in(viewer),
        );
    };
    view! {
        <Door title="Sign in" text="Your board is where you left it.">
            <DoorForm form=form on_submit=submit submit="Sign in" aside=("/forgot", "Forgot your password?")>
                <TextField
                    label="E-mail"
                    kind="email"
                    value=email
                    autocomplete="username"
                    problem=form.problem_of("email")
                    required=true
                    autofocus=true
                />
                <TextField
                    label="Password"
                    kind="password"
                    value=password
                    autocomplete="current-password"
                    problem=form.problem_of("password")
                    required=true
                />
            </DoorForm>
        </Door>
    }
}
