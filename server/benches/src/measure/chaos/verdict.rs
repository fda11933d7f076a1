//! Both sides compared: what customers wrote with what the inbox has, what agents wrote with what the phones show.

use std::collections::{HashMap, HashSet};

use shared::{ConversationId, MessageStatus};
use sqlx::PgConnection;

use super::cast::Cast;
use super::ledger::{self, Arrived, Receipt, Sent, Taken};
use super::settle::number;
use crate::provider::Provider;

/// Examples of what is wrong, of each kind.
const EXAMPLES: usize = 5;

/// One direction.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Way {
    pub of: usize,
    pub lost: usize,
    pub doubled: usize,
    pub out_of_order: usize,
}

/// Pictures.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub of: usize,
    pub missing: usize,
}

/// What is wrong; nothing, when all is as it should be.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// From customers.
    pub heard: Way,
    /// From agents.
    pub said: Way,
    pub files: Files,
    /// Answers whose state in the inbox is not what the platform reported.
    pub untrue: usize,
    /// For people.
    pub examples: Vec<String>,
}

/// A message in the inbox.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Kept {
    text: String,
    conversation_id: ConversationId,
    seq: i64,
    status: Option<MessageStatus>,
    failure: Option<String>,
}

impl Verdict {
    /// Looks at both sides.
    pub async fn of(
        provider: &Provider,
        cast: &Cast,
        sent_late: &HashSet<String>,
        database: &mut PgConnection,
    ) -> anyhow::Result<Self> {
        let mut verdict = Self::default();
        let sent: Vec<Sent> = ledger::lines(provider, "sent").await?;
        let heard = kept(database, "in/%").await?;
        verdict.hear(&sent, &heard, &ledger::taken(provider).await?, cast);
        let pictures = sent.iter().filter(|one| one.kind == "photo").count();
        let here: i64 = sqlx::query_scalar(
            "select count(*) from attachments a join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id
             where m.text like 'in/%' and a.state = 1",
        )
        .fetch_one(&mut *database)
        .await?;
        verdict.files = Files { of: pictures, missing: pictures.saturating_sub(usize::try_from(here)?) };
        let said = kept(database, "out/%").await?;
        let arrived: Vec<Arrived> = ledger::lines(provider, "arrived").await?;
        verdict.say(&said, &arrived, sent_late);
        verdict.compare_states(&said, &arrived, &ledger::lines(provider, "receipt").await?);
        Ok(verdict)
    }

    fn hear(&mut self, sent: &[Sent], kept: &[Kept], taken: &HashMap<String, Taken>, cast: &Cast) {
        let home: HashMap<&str, ConversationId> =
            cast.people.iter().map(|person| (person.phone.as_str(), person.conversation_id)).collect();
        let events: HashMap<&str, &str> =
            sent.iter().map(|one| (one.text.as_str(), one.event.as_str())).collect();
        let mut here: HashSet<&str> = HashSet::new();
        for message in kept {
            if !here.insert(&message.text) {
                self.heard.doubled += 1;
                self.tell(self.heard.doubled, format!("{} is in the inbox again", message.text));
            }
        }
        let at_home: HashSet<(&str, ConversationId)> =
            kept.iter().map(|message| (message.text.as_str(), message.conversation_id)).collect();
        self.heard.of = sent.len();
        for one in sent {
            let home = home.get(one.phone.as_str());
            if !home.is_some_and(|home| at_home.contains(&(one.text.as_str(), *home))) {
                self.heard.lost += 1;
                self.tell(
                    self.heard.lost,
                    format!("{} is not in its conversation: {:?}", one.text, taken.get(&one.event)),
                );
            }
        }
        let mut threads: HashMap<ConversationId, Vec<&Kept>> = HashMap::new();
        for message in kept {
            threads.entry(message.conversation_id).or_default().push(message);
        }
        for thread in threads.values_mut() {
            thread.sort_by_key(|message| message.seq);
            let times = thread.iter().map(|message| {
                let event = events.get(message.text.as_str()).copied().unwrap_or_default();
                (message.text.as_str(), taken.get(event).copied())
            });
            for late in overtaken(times) {
                self.heard.out_of_order += 1;
                self.tell(self.heard.out_of_order, format!("{late} stands behind one that came later"));
            }
        }
    }

    fn say(&mut self, kept: &[Kept], arrived: &[Arrived], sent_late: &HashSet<String>) {
        let mut there: HashMap<&str, usize> = HashMap::new();
        for one in arrived {
            *there.entry(&one.text).or_default() += 1;
        }
        let mut here: HashSet<&str> = HashSet::new();
        for message in kept {
            let text = message.text.as_str();
            if !here.insert(text) {
                self.said.doubled += 1;
                self.tell(self.said.doubled, format!("{text} is in the inbox again"));
                continue;
            }
            match there.get(text).copied().unwrap_or_default() {
                1 => {}
                0 => {
                    self.said.lost += 1;
                    let Kept { status, failure, .. } = message;
                    self.tell(self.said.lost, format!("{text} is on no phone: {status:?} {failure:?}"));
                }
                times => {
                    self.said.doubled += 1;
                    self.tell(self.said.doubled, format!("{text} is on the phone {times} times"));
                }
            }
        }
        self.said.of = here.len();
        let mut last: HashMap<&str, u32> = HashMap::new();
        for one in arrived.iter().filter(|one| !sent_late.contains(&one.text)) {
            let Some(number) = number(&one.text) else { continue };
            let before = last.entry(&one.phone).or_default();
            if *before > number {
                self.said.out_of_order += 1;
                self.tell(self.said.out_of_order, format!("{} came after {before}", one.text));
            }
            *before = number.max(*before);
        }
    }

    fn compare_states(&mut self, kept: &[Kept], arrived: &[Arrived], receipts: &[Receipt]) {
        let mut reached: HashMap<&str, MessageStatus> = HashMap::new();
        for receipt in receipts {
            let status = match receipt.status.as_str() {
                "read" | "played" => MessageStatus::Read,
                "delivered" => MessageStatus::Delivered,
                _ => MessageStatus::Sent,
            };
            let best = reached.entry(&receipt.id).or_insert(status);
            if status.code() > best.code() {
                *best = status;
            }
        }
        let true_states: HashMap<&str, MessageStatus> = arrived
            .iter()
            .map(|one| {
                (one.text.as_str(), reached.get(one.id.as_str()).copied().unwrap_or(MessageStatus::Sent))
            })
            .collect();
        for message in kept {
            let truth = true_states.get(message.text.as_str()).copied();
            if truth.is_some() && message.status != truth {
                self.untrue += 1;
                let Kept { text, status, .. } = message;
                self.tell(self.untrue, format!("{text} is {status:?} here and {truth:?} there"));
            }
        }
    }

    fn tell(&mut self, count: usize, example: String) {
        if count <= EXAMPLES {
            self.examples.push(example);
        }
    }
}

/// Of messages in the inbox's order: those that we had acknowledged before one that stands in front of them was sent
/// to us at all. What overlapped, or came twice, may stand either way.
fn overtaken<'a>(thread: impl Iterator<Item = (&'a str, Option<Taken>)>) -> Vec<&'a str> {
    let mut latest = i64::MIN;
    let mut late = Vec::new();
    for (text, taken) in thread {
        let Some(taken) = taken else { continue };
        if taken.answered_ms.is_some_and(|answered_ms| answered_ms < latest) {
            late.push(text);
        }
        latest = latest.max(taken.begun_ms);
    }
    late
}

async fn kept(database: &mut PgConnection, like: &str) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query_as(
        "select m.text, m.conversation_id, m.seq, m.status,
                (select t.failure from transmissions t where t.workspace_id = m.workspace_id and t.message_id = m.id
                 order by t.part limit 1) as failure
         from messages m where m.text like $1 order by m.conversation_id, m.seq",
    )
    .bind(like)
    .fetch_all(database)
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, seq: i64, status: MessageStatus) -> Kept {
        let conversation_id = ConversationId(uuid::Uuid::nil());
        Kept { text: text.to_owned(), conversation_id, seq, status: Some(status), failure: None }
    }

    fn arrived(text: &str) -> Arrived {
        Arrived { phone: "p".to_owned(), id: format!("id of {text}"), text: text.to_owned() }
    }

    #[test]
    fn only_what_was_acknowledged_before_the_other_began_has_an_order() {
        let taken = |begun_ms, answered_ms| Some(Taken { begun_ms, answered_ms: Some(answered_ms) });
        let thread = [("late", taken(50, 60)), ("a", taken(10, 20)), ("b", taken(40, 55)), ("c", None)];
        assert_eq!(overtaken(thread.into_iter()), ["a"]);
    }

    #[test]
    fn an_answer_on_no_phone_is_lost_and_one_that_is_there_twice_is_doubled() {
        let kept = ["out/p/1", "out/p/2", "out/p/3"].map(|text| message(text, 1, MessageStatus::Sent));
        let mut verdict = Verdict::default();
        verdict.say(&kept, &["out/p/2", "out/p/1", "out/p/2"].map(arrived), &HashSet::new());
        assert_eq!(verdict.said, Way { of: 3, lost: 1, doubled: 1, out_of_order: 1 });
        assert_eq!(verdict.examples.len(), 3);
    }

    #[test]
    fn what_an_agent_sent_again_later_stands_where_it_was_sent() {
        let kept = ["out/p/1", "out/p/2"].map(|text| message(text, 1, MessageStatus::Sent));
        let mut verdict = Verdict::default();
        let late = HashSet::from(["out/p/1".to_owned()]);
        verdict.say(&kept, &["out/p/2", "out/p/1"].map(arrived), &late);
        assert_eq!(verdict.said, Way { of: 2, ..Way::default() });
    }

    #[test]
    fn the_best_receipt_of_the_platform_is_the_truth() {
        let receipt = |status: &str| Receipt { id: "id of out/p/1".to_owned(), status: status.to_owned() };
        let mut verdict = Verdict::default();
        let kept = [message("out/p/1", 1, MessageStatus::Delivered)];
        let receipts = ["sent", "read", "delivered"].map(receipt);
        verdict.compare_states(&kept, &[arrived("out/p/1")], &receipts);
        assert_eq!(verdict.untrue, 1);
        verdict.compare_states(&kept, &[arrived("out/p/1")], &receipts[2..]);
        assert_eq!(verdict.untrue, 1);
    }
}
