//! Asks for a link to a new password.

use leptos::prelude::*;

use super::door::{Aside, Door, DoorForm};
use crate::api::client;
use crate::api::session::{Email, REQUEST_PASSWORD_RESET};
use crate::app::router::{focus_heading, use_title};
use crate::app::session::use_session;
use crate::components::{Form, TextField};

/// Asks for the address to send a link to; where no mail is sent, says who can make one.
#[component]
pub fn ForgotPage() -> impl IntoView {
    use_title(|| "Forgot password".to_owned());
    if use_session().instance().mail_configured {
        view! { <ByMail/> }.into_any()
    } else {
        view! {
            <Door
                title="Forgot your password?"
                text="This server sends no mail yet. Whoever runs it can make you a link that sets a new password, good for 30 minutes:"
            >
                <div class="form">
                    <code class="copy__text">"switchboard users reset-link <e-mail>"</code>
                    <Aside href="/sign-in" words="Back to sign-in"/>
                </div>
            </Door>
        }
        .into_any()
    }
}

/// The answer is the same whether or not there is such an account.
#[component]
fn ByMail() -> impl IntoView {
    let form = Form::new();
    let email = RwSignal::new(String::new());
    let sent = RwSignal::new(false);
    let submit = move |()| {
        let variables = Email { email: email.get_untracked().trim().to_owned() };
        form.send(
            async move {
                client::run(&REQUEST_PASSWORD_RESET, variables).await?;
                Ok(Ok(()))
            },
            move |()| {
                sent.set(true);
                request_animation_frame(focus_heading);
            },
        );
    };
    move || {
        if sent.get() {
            view! {
                <Door
                    title="Look into your mail"
                    text="If there is an account with this address, a link is on its way. It works once, within 30 minutes."
                >
                    <Aside href="/sign-in" words="Back to sign-in"/>
                </Door>
            }
            .into_any()
        } else {
            view! {
                <Door
                    title="Forgot your password?"
                    text="Tell us your e-mail address, and we send a link to set a new one."
                >
                    <DoorForm
                        form=form
                        on_submit=submit
                        submit="Send the link"
                        aside=("/sign-in", "Back to sign-in")
                    >
                        <TextField
                            label="E-mail"
                            kind="email"
                            value=email
                            autocomplete="username"
                            problem=form.problem_of("email")
                            required=true
                            autofocus=true
                        />
                    </DoorForm>
                </Door>
            }
            .into_any()
        }
    }
}
