//! The ledger itself: a bounded list and its questions.

use std::collections::VecDeque;

use serde::Deserialize;

use super::entry::{Entry, What};

/// Letters of a text that an entry keeps: enough to tell messages apart.
pub const TEXT_CHARS_MAX: usize = 200;

/// Entries in order; the oldest are forgotten when there are too many.
pub struct Ledger {
    entries: VecDeque<Entry>,
    next_seq: u64,
    entries_max: usize,
}

/// Which entries somebody wants.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Only this phone's.
    pub phone: Option<String>,
    /// Only this account's.
    pub account: Option<String>,
    /// Only this kind: `arrived`, `sent`, `webhook` …
    pub what: Option<String>,
    /// Only later ones than this number.
    pub after: u64,
    /// At most so many (1,000 when not given, 50,000 at most), from the beginning.
    pub limit: Option<usize>,
}

impl Ledger {
    /// An empty book.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self { entries: VecDeque::new(), next_seq: 1, entries_max: entries_max.max(1) }
    }

    /// Writes one line.
    pub fn write(&mut self, at_ms: i64, account: &str, phone: Option<&str>, what: What) {
        if self.entries.len() >= self.entries_max {
            self.entries.pop_front();
        }
        let seq = self.next_seq;
        self.next_seq += 1;
        let (account, phone) = (account.to_owned(), phone.map(str::to_owned));
        self.entries.push_back(Entry { seq, at_ms, account, phone, what });
    }

    /// The entries a query asks for, oldest first.
    pub fn read<'book>(&'book self, query: &'book Query) -> impl Iterator<Item = &'book Entry> {
        let from = self.entries.partition_point(|entry| entry.seq <= query.after);
        self.entries
            .range(from..)
            .filter(move |entry| matches(entry, query))
            .take(query.limit.unwrap_or(1_000).min(50_000))
    }

    /// Every entry kept, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The number of the last line written.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    /// How many lines were forgotten.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.last_seq() - self.entries.len() as u64
    }

    /// Forgets all lines; the numbers go on.
    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

fn matches(entry: &Entry, query: &Query) -> bool {
    query.phone.as_ref().is_none_or(|phone| entry.phone.as_ref() == Some(phone))
        && query.account.as_ref().is_none_or(|account| entry.account == *account)
        && query.what.as_ref().is_none_or(|what| entry.what.name() == what)
}

impl What {
    /// The kind's name, as in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Arrived { .. } => "arrived",
            Self::Changed { .. } => "changed",
            Self::Sent { .. } => "sent",
            Self::Acted { .. } => "acted",
            Self::Receipt { .. } => "receipt",
            Self::Webhook { .. } => "webhook",
            Self::Called { .. } => "called",
        }
    }
}

/// The beginning of a text, short enough for a ledger.
#[must_use]
pub fn excerpt(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_are_forgotten_and_counted() {
        let mut ledger = Ledger::new(2);
        for act in ["a", "b", "c"] {
            let (id, text, event) = (String::new(), String::new(), String::new());
            ledger.write(0, "tg:1", None, What::Acted { act: act.into(), id, text, event });
        }
        assert_eq!(ledger.forgotten(), 1);
        assert_eq!(ledger.read(&Query::default()).map(|entry| entry.seq).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(ledger.read(&Query { after: 2, ..Query::default() }).count(), 1);
    }
}
