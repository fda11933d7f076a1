//! First run: the workspace and its owner.

use leptos::prelude::*;

use super::door::{Door, DoorForm};
use crate::api::client;
use crate::api::session::{Input, SET_UP, SetUpInput};
use crate::app::router::use_title;
use crate::app::session::use_session;
use crate::components::{Form, Switch, TextField, settle};

/// Names the workspace and makes its owner, who lands in the inbox. The token comes with the link that the server
/// printed; without it, the page asks for it.
#[component]
pub fn SetUpPage(token: String) -> impl IntoView {
    use_title(|| "Set up".to_owned());
    let session = use_session();
    let form = Form::new();
    let asks_token = token.is_empty();
    let token = RwSignal::new(token);
    let workspace_name = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let demo = RwSignal::new(false);
    let demo_available = untrack(|| session.instance().demo_available);
    let submit = move |()| {
        let input = SetUpInput {
            token: token.get_untracked().trim().to_owned(),
            workspace_name: workspace_name.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
            demo: demo.get_untracked(),
        };
        form.send(
            async move {
                let payload = client::run(&SET_UP, Input { input }).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| session.signed_in(viewer),
        );
    };
    view! {
        <Door
            title="Set up your board"
            text="Name your workspace and become its owner. A web chat channel will be ready when you are in."
        >
            <DoorForm form=form on_submit=submit submit="Create the workspace">
                {asks_token.then(|| view! {
                    <TextField
                        label="Set-up code"
                        value=token
                        hint="The server printed it where it was started, in a link that ends in token=…"
                        problem=form.problem_of("token")
                        required=true
                    />
                })}
                <TextField
                    label="Workspace"
                    value=workspace_name
                    hint="Your company or team, as customers know it."
                    autocomplete="organization"
                    problem=form.problem_of("workspaceName")
                    required=true
                    autofocus=true
                    chars_max=80
                />
                <TextField
                    label="Your name"
                    value=name
                    autocomplete="name"
                    problem=form.problem_of("name")
                    required=true
                    chars_max=80
                />
                <TextField
                    label="E-mail"
                    kind="email"
                    value=email
                    autocomplete="username"
                    problem=form.problem_of("email")
                    required=true
                />
                <TextField
                    label="Password"
                    kind="password"
                    value=password
                    autocomplete="new-password"
                    hint="At least 12 characters. A few unrelated words are strong and easy to keep."
                    problem=form.problem_of("password")
                    required=true
                />
                {demo_available.then(|| view! {
                    <Switch
                        label="Fill it with a demo"
                        hint="Telegram and WhatsApp without accounts: five people write to you, and you play them on a page of phones."
                        on=demo
                        on_change=move |on| demo.set(on)
                    />
                })}
            </DoorForm>
        </Door>
    }
}
