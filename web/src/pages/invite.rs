//! Joins a workspace by invitation.

use leptos::prelude::*;

use super::door::{Aside, Door, DoorForm};
use crate::api::client;
use crate::api::members::{
    ACCEPT_INVITATION, Acceptance, INVITATION_PREVIEW, InvitationPreview, InvitationToken,
};
use crate::app::router::use_title;
use crate::app::session::use_session;
use crate::components::{ErrorNote, Form, Load, Skeleton, TextField, role_name, settle};

/// Shows who invites to what; a new person names themselves, a known one signs in with their password.
#[component]
pub fn InvitePage(token: String) -> impl IntoView {
    use_title(|| "Invitation".to_owned());
    let preview = Load::new({
        let token = token.clone();
        move || {
            let token = token.clone();
            async move { Ok(client::run(&INVITATION_PREVIEW, InvitationToken { token }).await?.invitation) }
        }
    });
    let token = StoredValue::new(token);
    move || {
        match (preview.value(), preview.failure()) {
        (Some(Some(invitation)), _) => view! { <Accept invitation=invitation token=token.get_value()/> }.into_any(),
        (Some(None), _) => view! {
            <Door
                title="This invitation is not valid any more"
                text="It was used, taken back, or is older than three days. Ask the person who invited you for another one."
            >
                <Aside href="/sign-in" words="Go to sign-in"/>
            </Door>
        }.into_any(),
        (None, failure @ Some(_)) => view! {
            <Door title="You are invited" text="The invitation could not be read.">
                <ErrorNote failure=Signal::stored(failure) retry=move |()| preview.reload()/>
            </Door>
        }.into_any(),
        (None, None) => view! {
            <Door title="You are invited" text="Looking at your invitation…"><Skeleton rows=3/></Door>
        }.into_any(),
    }
    }
}

#[component]
fn Accept(invitation: InvitationPreview, token: String) -> impl IntoView {
    let session = use_session();
    let form = Form::new();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let InvitationPreview { workspace_name, email, role, has_account } = invitation;
    let text = if has_account {
        format!("Sign in as {email} to join as {}.", role_name(role))
    } else {
        format!("You join as {} with {email}.", role_name(role))
    };
    let token = StoredValue::new(token);
    let submit = move |()| {
        let variables = Acceptance {
            token: token.get_value(),
            name: (!has_account).then(|| name.get_untracked().trim().to_owned()),
            password: Some(password.get_untracked()),
        };
        form.send(
            async move {
                let payload = client::run(&ACCEPT_INVITATION, variables).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| session.signed_in(viewer),
        );
    };
    view! {
        <Door title=format!("Join {workspace_name}") text=text>
            <DoorForm form=form on_submit=submit submit="Join the workspace">
                {(!has_account).then(|| view! {
                    <TextField
                        label="Your name"
                        value=name
                        autocomplete="name"
                        hint="As customers see it when you answer."
                        problem=form.problem_of("name")
                        required=true
                        autofocus=true
                        chars_max=80
                    />
                })}
                <TextField
                    label="Password"
                    kind="password"
                    value=password
                    autocomplete=if has_account { "current-password" } else { "new-password" }
                    hint=if has_account { "" } else { "At least 12 characters. A few unrelated words are strong and easy to keep." }
                    problem=form.problem_of("password")
                    required=true
                    autofocus=has_account
                />
            </DoorForm>
        </Door>
    }
}
