//! What happened, as one sentence.

use leptos::prelude::*;

use crate::api::messages::{Activity, ActivityKind, Message};
use crate::components::time;
use crate::pages::inbox::name_of;

/// The grey line of something that happened.
pub fn activity(message: &Message) -> AnyView {
    view! {
        <p class="activity" title=time::day_and_clock(message.sent_at)>
            {message.activity.as_ref().map(sentence)}
            <span class="activity__time">{time::clock(message.sent_at)}</span>
        </p>
    }
    .into_any()
}

/// "Eva assigned it to herself" cannot be said without knowing Eva; this says the same of anyone.
fn sentence(activity: &Activity) -> String {
    let actor = &name_of(&activity.actor_name);
    let what = activity.what.as_deref().map(|what| what.replace('_', " ").to_lowercase());
    match (activity.kind, &activity.member_name, activity.until) {
        (ActivityKind::Assigned, Some(member), _) if *member == activity.actor_name => {
            format!("{actor} took the conversation")
        }
        (ActivityKind::Assigned, Some(member), _) => format!("{actor} assigned it to {member}"),
        (ActivityKind::Assigned, None, _) => format!("{actor} assigned it"),
        (ActivityKind::Unassigned, ..) => format!("{actor} gave it back to everyone"),
        (ActivityKind::Snoozed, _, Some(until)) => {
            format!("{actor} snoozed it until {}, {}", time::day(until), time::clock(until))
        }
        (ActivityKind::Snoozed, _, None) => format!("{actor} snoozed it"),
        (ActivityKind::Woken, ..) => "It came back from snooze".to_owned(),
        (ActivityKind::Closed, ..) => format!("{actor} closed it"),
        (ActivityKind::Reopened, ..) => format!("{actor} reopened it"),
        (ActivityKind::Started, ..) => format!("{actor} started the conversation"),
        (ActivityKind::Opened, ..) => opened(actor, what.as_deref()),
        (ActivityKind::Unreachable, ..) => match what.as_deref() {
            Some("kicked" | "blocked") => {
                format!("{actor} blocked this channel: messages no longer reach them")
            }
            Some(what) => format!("Messages no longer reach {actor} ({what})"),
            None => format!("Messages no longer reach {actor}"),
        },
        (ActivityKind::Reachable, ..) => format!("Messages reach {actor} again"),
        (ActivityKind::OptedOut, ..) => format!("{actor} wants no more {}", kind_of(what)),
        (ActivityKind::OptedIn, ..) => format!("{actor} wants {} again", kind_of(what)),
        (ActivityKind::IdentityChanged, ..) => format!("{actor} has another number or name on the platform"),
        (ActivityKind::Merged, ..) => format!("{actor} turned out to have another conversation with you"),
    }
}

fn opened(actor: &str, what: Option<&str>) -> String {
    match what {
        Some("ad" | "ads") => format!("{actor} came from an ad"),
        Some("start" | "shortlink") => format!("{actor} came by a link"),
        Some(what) => format!("{actor} opened the chat ({what})"),
        None => format!("{actor} opened the chat"),
    }
}

/// The kind of messages that somebody wants or does not.
fn kind_of(what: Option<String>) -> String {
    what.unwrap_or_else(|| "messages of a kind".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: ActivityKind, what: Option<&str>) -> String {
        sentence(&Activity {
            kind,
            actor_name: "Ana".to_owned(),
            member_name: None,
            until: None,
            what: what.map(str::to_owned),
        })
    }

    #[test]
    fn the_platforms_words_become_ours_where_we_know_them() {
        assert_eq!(
            said(ActivityKind::OptedOut, Some("marketing_messages")),
            "Ana wants no more marketing messages"
        );
        assert_eq!(said(ActivityKind::Opened, Some("AD")), "Ana came from an ad");
        assert_eq!(
            said(ActivityKind::Unreachable, Some("kicked")),
            "Ana blocked this channel: messages no longer reach them"
        );
        assert_eq!(said(ActivityKind::Unreachable, Some("131026")), "Messages no longer reach Ana (131026)");
        assert_eq!(said(ActivityKind::Unreachable, None), "Messages no longer reach Ana");
    }
}
