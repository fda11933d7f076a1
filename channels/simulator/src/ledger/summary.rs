//! The two questions of every test: what arrived here how often, and did all that was sent get through?

use std::collections::HashMap;

use serde::Serialize;

use super::book::{Ledger, Query};
use super::entry::{Outcome, What};

/// One phone's (or everybody's) account of things.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Messages that arrived, in the order in which the phone shows them.
    pub arrived: Vec<Arrived>,
    /// Texts (with their references) that arrived more than once on one phone.
    pub doubled: Vec<Doubled>,
    /// What the person did that a webhook carries, in order.
    pub sent: Vec<SentOff>,
    /// Events of those that no webhook has taken yet.
    pub undelivered: usize,
    /// Lines forgotten for want of room: not zero means that this summary is incomplete.
    pub forgotten: u64,
}

/// A message on a phone.
#[derive(Debug, Serialize)]
pub struct Arrived {
    /// Whose phone.
    pub phone: String,
    /// From which account.
    pub account: String,
    /// The platform's message id.
    pub id: String,
    /// The beginning of its text.
    pub text: String,
    /// The business's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_ref: Option<String>,
}

/// The same message, more than once.
#[derive(Debug, Serialize)]
pub struct Doubled {
    /// Whose phone.
    pub phone: String,
    /// The reference, or without one the text.
    pub what: String,
    /// How often.
    pub times: u32,
}

/// An event the person caused.
#[derive(Debug, Serialize)]
pub struct SentOff {
    /// Whose phone.
    pub phone: String,
    /// To which account.
    pub account: String,
    /// The platform's message id.
    pub id: String,
    /// What it was: a kind of message or an act.
    pub kind: String,
    /// The beginning of its text.
    pub text: String,
    /// The webhook event.
    pub event: String,
    /// How often a webhook answered for it: 0 not yet, 2 and more repeated.
    pub answered: u32,
    /// Attempts that failed.
    pub failed_attempts: u32,
}

/// Reads the ledger for one phone or account, or for all.
#[must_use]
pub fn summarise(ledger: &Ledger, query: &Query) -> Summary {
    let mut arrived = Vec::new();
    let mut sent: Vec<SentOff> = Vec::new();
    let mut times: HashMap<(String, String), u32> = HashMap::new();
    let mut answers: HashMap<&str, (u32, u32)> = HashMap::new();
    for entry in ledger.all() {
        if let What::Webhook { events, outcome, .. } = &entry.what {
            for event in events {
                let count = answers.entry(event).or_default();
                match outcome {
                    Outcome::Answered => count.0 += 1,
                    _ => count.1 += 1,
                }
            }
            continue;
        }
        let wanted = query.phone.as_ref().is_none_or(|phone| entry.phone.as_ref() == Some(phone))
            && query.account.as_ref().is_none_or(|account| entry.account == *account)
            && entry.seq > query.after;
        if !wanted {
            continue;
        }
        let (account, phone) = (entry.account.clone(), entry.phone.clone().unwrap_or_default());
        let (id, kind, text, event) = match &entry.what {
            What::Arrived { id, text, client_ref, .. } => {
                let what = client_ref.clone().unwrap_or_else(|| text.clone());
                *times.entry((phone.clone(), what)).or_default() += 1;
                let (id, text, client_ref) = (id.clone(), text.clone(), client_ref.clone());
                arrived.push(Arrived { phone, account, id, text, client_ref });
                continue;
            }
            What::Sent { id, kind, text, event } => (id, kind, text, event),
            What::Acted { act, id, text, event } if !event.is_empty() => (id, act, text, event),
            _ => continue,
        };
        let (id, kind, text, event) = (id.clone(), kind.clone(), text.clone(), event.clone());
        sent.push(SentOff { phone, account, id, kind, text, event, answered: 0, failed_attempts: 0 });
    }
    for off in &mut sent {
        (off.answered, off.failed_attempts) = answers.get(off.event.as_str()).copied().unwrap_or_default();
    }
    let mut doubled: Vec<Doubled> = times
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|((phone, what), times)| Doubled { phone, what, times })
        .collect();
    doubled.sort_by(|a, b| (&a.phone, &a.what).cmp(&(&b.phone, &b.what)));
    let undelivered = sent.iter().filter(|off| off.answered == 0).count();
    Summary { arrived, doubled, sent, undelivered, forgotten: ledger.forgotten() }
}
