//! What is the person's own: password, theme, sounds.

use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::{Head, Part};
use crate::api::client;
use crate::api::session::{CHANGE_PASSWORD, ChangedPassword};
use crate::app::preferences::{Theme, use_preferences};
use crate::app::session::use_session;
use crate::components::icon::Icon as Shape;
use crate::components::{
    Avatar, Button, Form, FormNote, Icon, Switch, TextField, role_name, settle, use_toasts,
};

/// Name and address, appearance, password.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let session = use_session();
    let name = Signal::derive(move || session.viewer().map(|viewer| viewer.user.name).unwrap_or_default());
    let line = move || {
        let viewer = session.viewer();
        viewer.map(|viewer| {
            format!("{} · {} of {}", viewer.user.email, role_name(viewer.member.role), viewer.workspace.name)
        })
    };
    view! {
        <Head title="Your profile" text="Yours in every workspace."/>
        <div class="person">
            <Avatar name=name size=40/>
            <span class="someone__text"><strong>{move || name.get()}</strong><span>{line}</span></span>
        </div>
        <Appearance/>
        <Password/>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let preferences = use_preferences();
    let themes = [
        (Theme::System, "System", Shape::Monitor),
        (Theme::Light, "Light", Shape::Sun),
        (Theme::Dark, "Dark", Shape::Moon),
    ];
    view! {
        <Part title="On this device" text="Kept in this browser only.">
            <fieldset class="choices">
                <legend class="field__label">"Theme"</legend>
                <div class="choices__row">
                    {themes.into_iter().map(|(theme, name, icon)| view! {
                        <label class="choice">
                            <input
                                type="radio"
                                name="theme"
                                prop:checked=move || preferences.theme() == theme
                                on:change=move |_| preferences.set_theme(theme)
                            />
                            <Icon icon=icon/>
                            {name}
                        </label>
                    }).collect_view()}
                </div>
            </fieldset>
            <Switch
                label="Sounds"
                hint="A short tone when a customer writes and this tab is not in front."
                on=Signal::derive(move || preferences.sounds())
                on_change=move |on| preferences.set_sounds(on)
            />
        </Part>
    }
}

#[component]
fn Password() -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let form = Form::new();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let variables =
            ChangedPassword { current_password: current.get_untracked(), new_password: new.get_untracked() };
        form.send(
            async move {
                let payload = client::run(&CHANGE_PASSWORD, variables).await?.payload;
                Ok(settle(payload.viewer, payload.problem))
            },
            move |viewer| {
                current.set(String::new());
                new.set(String::new());
                session.update(viewer);
                toasts.say("Password changed. Your other sessions have ended.");
            },
        );
    };
    view! {
        <Part title="Password" text="Changing it ends your sessions on all other devices.">
            <form class="form" on:submit=submit>
                <TextField
                    label="Current password"
                    kind="password"
                    value=current
                    autocomplete="current-password"
                    problem=form.problem_of("currentPassword")
                    required=true
                />
                <TextField
                    label="New password"
                    kind="password"
                    value=new
                    autocomplete="new-password"
                    hint="At least 12 characters. A few unrelated words are strong and easy to keep."
                    problem=form.problem_of("newPassword")
                    required=true
                />
                <FormNote form=form/>
                <div><Button submit=true busy=form.busy>"Change the password"</Button></div>
            </form>
        </Part>
    }
}
