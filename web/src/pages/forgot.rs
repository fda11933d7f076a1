//! Asks for a link to a new password.

use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::door::Door;
use crate::api::client;
use crate::api::session::{Email, REQUEST_PASSWORD_RESET};
use crate::app::router::use_title;
use crate::app::session::use_session;
use crate::components::{Button, Form, FormNote, Look, TextField};

/// The answer is the same whether or not there is such an account.
#[component]
pub fn ForgotPage() -> impl IntoView {
    use_title(|| "Forgot password".to_owned());
    let session = use_session();
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let sent = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let variables = Email { email: email.get_untracked().trim().to_owned() };
        form.send(
            async move {
                client::run(&REQUEST_PASSWORD_RESET, variables).await?;
                Ok(Ok(()))
            },
            move |()| sent.set(true),
        );
    };
    let text = move || {
        if session.instance().mail_configured {
            "If there is an account with this address, a link is on its way. It works once, within 30 minutes."
        } else {
            "This server sends no mail yet, so no link can reach you. Ask an owner of the installation: \
             the server's log holds the link for half an hour."
        }
    };
    view! {
        <Door title="Forgot your password?" text="Tell us your e-mail address, and we send a link to set a new one.">
            {move || if sent.get() {
                view! {
                    <div class="form" role="status">
                        <p class="form__done">{text}</p>
                        <p class="form__aside"><a href="/sign-in">"Back to sign-in"</a></p>
                    </div>
                }.into_any()
            } else {
                view! {
                    <form class="form" on:submit=submit>
                        <TextField
                            label="E-mail"
                            kind="email"
                            value=email
                            autocomplete="username"
                            problem=form.problem_of("email")
                            required=true
                            autofocus=true
                        />
                        <FormNote form=form/>
                        <Button look=Look::Primary submit=true busy=form.busy>"Send the link"</Button>
                        <p class="form__aside"><a href="/sign-in">"Back to sign-in"</a></p>
                    </form>
                }.into_any()
            }}
        </Door>
    }
}
