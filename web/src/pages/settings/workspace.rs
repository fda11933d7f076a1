//! The workspace's name, and another workspace.

use leptos::prelude::*;
use shared::Role;
use web_sys::SubmitEvent;

use super::{Head, Part};
use crate::api::client;
use crate::api::session::{CREATE_WORKSPACE, Name, NewWorkspace, RENAME_WORKSPACE, Viewer, Workspace};
use crate::app::session::use_session;
use crate::components::{Button, Form, FormNote, Look, Switch, TextField, settle, use_toasts};

/// Rename this one, make another.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    let session = use_session();
    let is_owner = session.viewer_untracked().is_some_and(|viewer| viewer.is_at_least(Role::Owner));
    view! {
        <Head title="Workspace" text="One business: its members, channels and conversations, apart from every other."/>
        {is_owner.then(|| view! { <Rename/> })}
        <Another/>
    }
}

#[component]
fn Rename() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let form = Form::new();
    let name =
        RwSignal::new(session.viewer_untracked().map(|viewer| viewer.workspace.name).unwrap_or_default());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let variables = Name { name: name.get_untracked().trim().to_owned() };
        form.send(
            async move {
                let payload = client::run(&RENAME_WORKSPACE, variables).await?.payload;
                Ok(settle(payload.workspace, payload.problem))
            },
            move |renamed| {
                if let Some(viewer) = session.viewer_untracked() {
                    session.update(with_name(viewer, &renamed));
                }
                toasts.say("Saved");
            },
        );
    };
    view! {
        <Part title="Name">
            <form class="form form--line" on:submit=submit>
                <TextField
                    label="Workspace"
                    value=name
                    hint="Your company or team. Invitations and mails carry it."
                    problem=form.problem_of("name")
                    required=true
                    chars_max=80
                />
                <Button submit=true busy=form.busy>"Rename"</Button>
                <FormNote form=form/>
            </form>
        </Part>
    }
}

/// The viewer with the workspace's new name everywhere it stands.
fn with_name(mut viewer: Viewer, renamed: &Workspace) -> Viewer {
    if viewer.workspace.id == renamed.id {
        viewer.workspace.name.clone_from(&renamed.name);
    }
    for membership in viewer.memberships.iter_mut().filter(|membership| membership.workspace.id == renamed.id)
    {
        membership.workspace.name.clone_from(&renamed.name);
    }
    viewer
}

#[component]
fn Another() -> impl IntoView {
    let session = use_session();
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let demo = RwSignal::new(false);
    let demo_available = untrack(|| session.instance().demo_available);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let variables =
            NewWorkspace { name: name.get_untracked().trim().to_owned(), demo: demo.get_untracked() };
        form.send(
            async move {
                let payload = client::run(&CREATE_WORKSPACE, variables).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| session.signed_in(viewer),
        );
    };
    view! {
        <Part title="Another workspace" text="For another business. You become its owner, and switch between them at the top left.">
            <form class="form form--line" on:submit=submit>
                <TextField label="Name" value=name problem=form.problem_of("name") required=true chars_max=80/>
                <Button look=Look::Plain submit=true busy=form.busy>"Create and go there"</Button>
                <FormNote form=form/>
            </form>
            {demo_available.then(|| view! {
                <Switch
                    label="Fill it with a demo"
                    hint="Five people write on Telegram and WhatsApp, and you play them on a page of phones."
                    on=demo
                    on_change=move |on| demo.set(on)
                />
            })}
        </Part>
    }
}
