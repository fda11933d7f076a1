//! What is wrong with a channel, above the board, until somebody has seen to it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::Role;

use super::use_desk;
use crate::api::channels::{ACKNOWLEDGE_CHANNEL_EVENT, ChannelEvent, HealthState, WhichEvent};
use crate::api::client;
use crate::app::route::{Route, SettingsPage};
use crate::app::session::use_session;
use crate::components::icon::Icon as Shape;
use crate::components::{Icon, use_toasts};

/// The worst of the newest, and how many more there are. Every member sees it; admins can do something.
#[component]
pub fn Alerts() -> impl IntoView {
    let (desk, session, toasts) = (use_desk(), use_session(), use_toasts());
    let shown = Memo::new(move |_| worst(desk.board.alerts()));
    let admin = move || session.viewer().is_some_and(|viewer| viewer.is_at_least(Role::Admin));
    let seen = move |id: String| {
        spawn_local(async move {
            match client::run(&ACKNOWLEDGE_CHANNEL_EVENT, WhichEvent { event_id: id.clone() }).await {
                Ok(_) => desk.board.alert_seen(&id),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <div class="banner-place" role="status">
            {move || shown.get().map(|(alert, more)| {
                let ChannelEvent { id, channel, severity, words, .. } = alert;
                let rest = if more > 0 { format!(" ({more} more)") } else { String::new() };
                view! {
                    <div class="banner" class:banner--broken=severity == HealthState::Broken>
                        <Icon icon=Shape::CircleAlert/>
                        <span class="banner__words"><strong>{channel.name}</strong>": "{words}{rest}</span>
                        {admin().then(|| view! {
                            <a href=Route::Settings(SettingsPage::Channel(channel.id)).href()>"Look"</a>
                            <button type="button" class="banner__retry" on:click=move |_| seen(id.clone())>"Seen"</button>
                        })}
                    </div>
                }
            })}
        </div>
    }
}

/// The newest broken one, else the newest; with how many others there are.
fn worst(mut alerts: Vec<ChannelEvent>) -> Option<(ChannelEvent, usize)> {
    let at = alerts.iter().position(|alert| alert.severity == HealthState::Broken).unwrap_or_default();
    (at < alerts.len()).then(|| (alerts.swap_remove(at), alerts.len()))
}

#[cfg(test)]
mod tests {
    use shared::{ChannelId, ChannelKind, ChannelState};

    use super::*;
    use crate::api::Timestamp;
    use crate::api::channels::ChannelSummary;

    fn alert(id: &str, severity: HealthState) -> ChannelEvent {
        ChannelEvent {
            id: id.to_owned(),
            channel: ChannelSummary {
                id: ChannelId::new(),
                kind: ChannelKind::Telegram,
                name: "Shop".to_owned(),
                active: true,
                state: ChannelState::Connected,
            },
            severity,
            words: "w".to_owned(),
            at: Timestamp(0),
            acknowledged_at: None,
            acknowledged_by_name: None,
        }
    }

    #[test]
    fn what_is_broken_is_told_before_what_is_newer() {
        let told = |alerts| worst(alerts).map(|(alert, more)| (alert.id, more));
        let (warning, broken) = (HealthState::Warning, HealthState::Broken);
        assert_eq!(told(vec![]), None);
        assert_eq!(told(vec![alert("a", warning), alert("b", warning)]), Some(("a".to_owned(), 1)));
        let mixed = vec![alert("a", warning), alert("b", broken), alert("c", broken)];
        assert_eq!(told(mixed), Some(("b".to_owned(), 2)));
    }
}
