//! What credentials turned out to be for.

use leptos::prelude::*;
use shared::{ChannelKind, ChannelState};

use super::Said;
use super::connect_form::Trial;
use crate::api::channels::{AccountPreview, HealthState, PermissionInfo};
use crate::app::route::{Route, SettingsPage};
use crate::components::{ChannelMark, ErrorNote, channel_kind_name, time};

/// The account, and what to know before connecting it; or why there is none.
#[component]
pub(super) fn Preview(kind: ChannelKind, trial: RwSignal<Trial>) -> impl IntoView {
    let failure = Signal::derive(move || match trial.get() {
        Trial::Failed(failure) => Some(failure),
        _ => None,
    });
    view! {
        <div role="status" class="found-place">
            {move || match trial.get() {
                Trial::None | Trial::Failed(_) => ().into_any(),
                Trial::Asking => {
                    let asked = if kind == ChannelKind::Whatsapp { "Meta" } else { channel_kind_name(kind) };
                    view! { <p class="found__aside">"Asking "{asked}"…"</p> }.into_any()
                }
                // One with a field stands there.
                Trial::Wrong(problem) if problem.field.is_some() => ().into_any(),
                Trial::Wrong(problem) => view! { <Said state=HealthState::Broken words=problem.message/> }.into_any(),
                Trial::Found(account) => view! { <Found kind=kind account=account/> }.into_any(),
            }}
        </div>
        <ErrorNote failure=failure/>
    }
}

#[component]
fn Found(kind: ChannelKind, account: AccountPreview) -> impl IntoView {
    let AccountPreview {
        name,
        handle,
        link,
        token_expires_at,
        permissions,
        warnings,
        taken_by,
        existing_channel,
    } = account;
    let warn = |words: String| view! { <Said state=HealthState::Warning words=words/> };
    view! {
        <section class="found" aria-label="Account">
            <p class="found__name">
                <ChannelMark kind=kind/>
                <strong>{name}</strong>
                {handle.map(|handle| match link {
                    Some(link) => view! { <a href=link target="_blank" rel="noopener">{handle}</a> }.into_any(),
                    None => handle.into_any(),
                })}
            </p>
            {existing_channel.map(|channel| {
                let gone = channel.state == ChannelState::Disconnected;
                let before = if gone { "It was here before: it goes on, with its history, in " } else { "This workspace has it: " };
                view! {
                    <p>
                        {before}
                        <a href=Route::Settings(SettingsPage::Channel(channel.id)).href()>{channel.name}</a>"."
                    </p>
                }
            })}
            {taken_by.map(|host| warn(format!(
                "Its messages go to {host} now. Connecting it here takes them away from there."
            )))}
            {warnings.into_iter().map(warn).collect_view()}
            {token_expires_at.map(|at| view! { <p>"The token works until "{time::day(at)}"."</p> })}
            <Permissions permissions=permissions/>
        </section>
    }
}

/// Each permission, whether it is granted, and what it is good for.
#[component]
pub fn Permissions(permissions: Vec<PermissionInfo>) -> impl IntoView {
    let row = |permission: PermissionInfo| {
        let PermissionInfo { name, granted, serves } = permission;
        let state = if granted { HealthState::Good } else { HealthState::Broken };
        let words =
            if granted { format!("{name}: {serves}") } else { format!("{name} is missing: {serves}") };
        view! { <Said state=state words=words/> }
    };
    permissions.into_iter().map(row).collect_view()
}
