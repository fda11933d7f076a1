//! The numbers beside the views: absolute values, never sums of ours.

use shared::MemberId;

use crate::api::conversations::{ChannelCount, ViewCounts};
use crate::api::live::ChangedCounts;
use crate::app::route::InboxView as View;

/// One number and the event that last set it.
#[derive(Debug, Clone, Copy)]
struct Counter {
    value: i64,
    touched: i64,
}

/// The counters as they stand.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    counters: Vec<(View, Counter)>,
}

impl Counts {
    /// How many a view has; `None` until it is known.
    #[must_use]
    pub fn of(&self, view: View) -> Option<i64> {
        self.counters.iter().find(|(of, _)| *of == view).map(|(_, counter)| counter.value)
    }

    /// Takes an event's counters; `true` when one of them is shown here.
    pub fn apply(&mut self, seq: i64, changed: &ChangedCounts, me: MemberId) -> bool {
        let mine = changed.members.iter().find(|count| count.member_id == me).map(|count| count.open);
        let named = [
            (View::Mine, mine),
            (View::Unassigned, changed.unassigned),
            (View::All, changed.all),
            (View::Snoozed, changed.snoozed),
            (View::Closed, changed.closed),
        ];
        let mut any = false;
        for (view, value) in named {
            if let Some(value) = value {
                self.set(view, value, seq);
                any = true;
            }
        }
        for ChannelCount { channel_id, open } in &changed.channels {
            self.set(View::Channel(*channel_id), *open, seq);
            any = true;
        }
        any
    }

    /// Takes a query's answer that was asked for when the cursor stood at `asked_at`.
    pub fn load(&mut self, asked_at: i64, loaded: &ViewCounts) {
        let named = [
            (View::Mine, loaded.mine),
            (View::Unassigned, loaded.unassigned),
            (View::All, loaded.all),
            (View::Snoozed, loaded.snoozed),
            (View::Closed, loaded.closed),
        ];
        let channels = loaded.channels.iter().map(|count| (View::Channel(count.channel_id), count.open));
        for (view, value) in named.into_iter().chain(channels) {
            let newer = self.counters.iter().any(|(of, counter)| *of == view && counter.touched > asked_at);
            if !newer {
                self.set(view, value, asked_at);
            }
        }
    }

    fn set(&mut self, view: View, value: i64, touched: i64) {
        let counter = Counter { value, touched };
        match self.counters.iter_mut().find(|(of, _)| *of == view) {
            Some((_, known)) => *known = counter,
            None => self.counters.push((view, counter)),
        }
    }
}
