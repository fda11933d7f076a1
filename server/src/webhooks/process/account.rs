//! What happens to channels as a whole: for their health page, and for those who look after them.

use std::collections::{BTreeSet, HashMap};

use channel_core::{
    AccountEvent, Act, Addressee, CheckState, EchoSource, InboundEvent, Refused, TemplateChange,
};
use serde_json::json;
use shared::ChannelId;
use sqlx::FromRow;

use super::connections;
use super::receipts::Owed;
use super::steps::Step;
use super::work::Work;
use crate::channels::{ChannelEventKind, NewChannelEvent, mark_unauthorised, record_event, templates};
use crate::db::WorkspaceTx;

/// What events of a channel must be compared with.
#[derive(Debug, Clone, FromRow)]
pub(super) struct ChannelFacts {
    pub id: ChannelId,
    pub platform_account_id: String,
    pub parent_account_id: Option<String>,
    app_id: Option<String>,
    /// As displayed.
    handle: Option<String>,
    /// The installation's own application at the provider.
    #[sqlx(skip)]
    own_application: Option<String>,
}

impl ChannelFacts {
    /// Reads those that the events of a batch need; none where they need nothing.
    pub(super) async fn find(
        tx: &mut WorkspaceTx,
        steps: &[Step],
        own_application: Option<&str>,
    ) -> sqlx::Result<HashMap<ChannelId, Self>> {
        let asks = |event: &InboundEvent| match event {
            InboundEvent::Account(_) => true,
            InboundEvent::Echo(echo) => matches!(echo.source, EchoSource::Application(_)),
            _ => false,
        };
        let needs = |step: &&Step| step.to != Addressee::Endpoint || asks(&step.event);
        let ids: BTreeSet<ChannelId> = steps.iter().filter(needs).map(|step| step.channel_id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let workspace_id = tx.workspace_id();
        let found: Vec<Self> = sqlx::query_as(
            "select id, platform_account_id, parent_account_id, app_id, handle from channels
             where workspace_id = $1 and id = any($2)",
        )
        .bind(workspace_id)
        .bind(ids.into_iter().map(|id| id.0).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
        let own = |facts: Self| Self { own_application: own_application.map(str::to_owned), ..facts };
        Ok(found.into_iter().map(|facts| (facts.id, own(facts))).collect())
    }

    /// Whether an application with this id is us: the account itself (a bot), or what it was connected through.
    pub(super) fn is_ours(&self, application: &str) -> bool {
        let through = self.app_id.as_deref().or(self.own_application.as_deref());
        application == self.platform_account_id || through == Some(application)
    }

    /// Whether a report about a number is about this channel; one that names none is about all of them.
    fn has_number(&self, number: Option<&str>) -> bool {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        match (number, &self.handle) {
            (Some(number), Some(handle)) => digits(number) == digits(handle),
            _ => true,
        }
    }
}

/// Something to note about a channel.
#[derive(Debug)]
pub(super) enum AccountNews {
    /// An event of its health page.
    Event(ChannelId, NewChannelEvent),
    /// A template changed.
    Template(ChannelId, TemplateChange),
    /// The account is no longer ours to use.
    Lost(ChannelId, String),
    /// Somebody lets a bot answer in their name, or no longer does.
    Connection(ChannelId, connections::Connection),
    /// It was put where it does not listen.
    Refused(ChannelId, Refused),
}

impl Work {
    /// Something about an account as a whole.
    pub(super) fn account(&mut self, step: &Step, event: &AccountEvent) {
        let channel_id = step.channel_id;
        let number = match event {
            AccountEvent::Quality { display_number, .. } | AccountEvent::Name { display_number, .. } => {
                display_number.as_deref()
            }
            _ => None,
        };
        if self.channels.get(&channel_id).is_some_and(|channel| !channel.has_number(number)) {
            self.verdicts.ignored(step.delivery, "it is about another number");
            return;
        }
        self.news.push(match event {
            AccountEvent::Disconnected { what, words } => {
                let because = words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
                AccountNews::Lost(
                    channel_id,
                    format!("The platform took the account away ({what}){because}."),
                )
            }
            AccountEvent::BusinessConnection { .. } => match connections::Connection::of(event) {
                Some(connection) => AccountNews::Connection(channel_id, connection),
                None => return,
            },
            AccountEvent::Template(change) => AccountNews::Template(channel_id, change.clone()),
            _ => AccountNews::Event(channel_id, told(event)),
        });
        self.verdicts.done(step.delivery);
    }

    /// It came from where this channel does not listen.
    pub(super) fn refused(&mut self, step: &Step, refused: &Refused) {
        self.news.push(AccountNews::Refused(step.channel_id, refused.clone()));
        self.verdicts.ignored(step.delivery, format!("this channel does not listen in a {}", refused.place));
    }
}

/// Notes all of it. Such events are rare: one statement or two each.
pub(super) async fn store(tx: &mut WorkspaceTx, work: &mut Work) -> sqlx::Result<()> {
    for news in std::mem::take(&mut work.news) {
        match news {
            AccountNews::Event(channel_id, event) => {
                record_event(tx, channel_id, event).await?;
            }
            AccountNews::Template(channel_id, change) => {
                templates::changed(tx, channel_id, &change).await?;
            }
            AccountNews::Lost(channel_id, words) => {
                mark_unauthorised(tx, channel_id, &words).await?;
            }
            AccountNews::Connection(channel_id, connection) => {
                if let Some(event) = connections::store(tx, channel_id, &connection).await? {
                    record_event(tx, channel_id, event).await?;
                }
            }
            AccountNews::Refused(channel_id, refused) => {
                if is_first_time(tx, channel_id, &refused).await? {
                    let details = json!({ "place": refused.place, "title": refused.title });
                    let event = NewChannelEvent::new(
                        ChannelEventKind::Refused,
                        CheckState::Warning,
                        refused_words(&refused),
                    );
                    record_event(tx, channel_id, event.with(details)).await?;
                    // Nobody would read what is written there: better not to seem to listen.
                    work.owed.push(Owed { channel_id, to: refused.platform_id, act: Act::Leave });
                }
            }
        }
    }
    Ok(())
}

fn refused_words(refused: &Refused) -> String {
    match &refused.title {
        Some(title) => format!("{} ({title})", refused.words),
        None => refused.words.clone(),
    }
}

/// Notes a place where the channel does not listen; whether it was unknown.
async fn is_first_time(tx: &mut WorkspaceTx, channel_id: ChannelId, refused: &Refused) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let added = sqlx::query(
        "insert into refused_places (workspace_id, channel_id, platform_id, place, title)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    )
    .bind(workspace_id)
    .bind(channel_id)
    .bind(refused.platform_id.chars().take(512).collect::<String>())
    .bind(&refused.place)
    .bind(&refused.title)
    .execute(tx.conn())
    .await?;
    Ok(added.rows_affected() > 0)
}

/// An event in words for an admin.
fn told(event: &AccountEvent) -> NewChannelEvent {
    let grave = |what: &str, words: &[&str]| {
        let what = what.to_uppercase();
        if words.iter().any(|word| what.contains(word)) { CheckState::Warning } else { CheckState::Good }
    };
    match event {
        AccountEvent::Quality { what, limit, limit_before, .. } => {
            let limit = match (limit, limit_before) {
                (Some(now), Some(before)) => format!(" The limit is {now} now; before, it was {before}."),
                (Some(now), None) => format!(" The limit is {now}."),
                _ => String::new(),
            };
            let severity = grave(what, &["FLAG", "DOWNGRADE"]);
            let severity = if what.to_uppercase().contains("UNFLAG") { CheckState::Good } else { severity };
            let words = format!("The platform reports on the number's quality: {what}.{limit}");
            NewChannelEvent::new(ChannelEventKind::Quality, severity, words)
        }
        AccountEvent::Name { what, name, .. } => {
            let of = name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
            let severity = grave(what, &["REJECT", "DECLINE", "DEFER"]);
            let words = format!("The platform decided on the name{of}: {what}.");
            NewChannelEvent::new(ChannelEventKind::Name, severity, words)
        }
        AccountEvent::Notice { what, words, urgent } => {
            let severity = if *urgent { CheckState::Broken } else { CheckState::Warning };
            let because = words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
            NewChannelEvent::new(
                ChannelEventKind::Notice,
                severity,
                format!("The platform says {what}{because}."),
            )
        }
        AccountEvent::Reconnected { what } => {
            let words = format!("The account can be used again ({what}).");
            NewChannelEvent::new(ChannelEventKind::Notice, CheckState::Good, words)
        }
        AccountEvent::Fault { code, words } => {
            let words = format!("The platform reports a fault ({code}): {words}");
            NewChannelEvent::new(ChannelEventKind::Fault, CheckState::Warning, words)
        }
        _ => NewChannelEvent::new(
            ChannelEventKind::Notice,
            CheckState::Good,
            "The platform reports something that this version does not know.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(handle: &str) -> ChannelFacts {
        ChannelFacts {
            id: ChannelId::new(),
            platform_account_id: "5500110022".to_owned(),
            parent_account_id: None,
            app_id: None,
            handle: Some(handle.to_owned()),
            own_application: Some("77".to_owned()),
        }
    }

    #[test]
    fn a_report_about_a_number_is_for_the_channel_that_has_it() {
        let channel = facts("+49 30 123450");
        assert!(channel.has_number(Some("4930123450")) && channel.has_number(None));
        assert!(!channel.has_number(Some("4930123451")));
    }

    #[test]
    fn our_applications_are_the_bot_itself_and_what_it_was_connected_through() {
        let channel = facts("helpdesk_bot");
        assert!(channel.is_ours("5500110022") && channel.is_ours("77") && !channel.is_ours("78"));
        let own = ChannelFacts { app_id: Some("79".to_owned()), ..channel };
        assert!(own.is_ours("79") && !own.is_ours("77"));
    }

    #[test]
    fn what_endangers_sending_is_more_than_a_record() {
        let quality = |what: &str| {
            let event = AccountEvent::Quality {
                what: what.to_owned(),
                display_number: None,
                limit: Some("TIER_1K".to_owned()),
                limit_before: None,
            };
            told(&event).severity
        };
        assert_eq!(quality("FLAGGED"), CheckState::Warning);
        assert_eq!(quality("UNFLAGGED"), CheckState::Good);
        assert_eq!(quality("UPGRADE"), CheckState::Good);
    }
}
