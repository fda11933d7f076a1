//! What goes wrong on request: rules of which call or webhook fails how, and how often.

mod rule;

pub use rule::{Fault, NewRule, Rule};

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::chance::mix;

/// All rules in force. With none, asking costs one atomic read.
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    in_force: AtomicUsize,
    last: AtomicU64,
    seed: u64,
}

/// What a rule is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// `tg:…` or `wa:…`.
    pub account: &'a str,
    /// `sendMessage`, `messages`, `webhook` …
    pub method: &'a str,
    /// The phone concerned, if known.
    pub phone: Option<&'a str>,
}

impl Faults {
    /// No rules.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rules: Mutex::default(), in_force: AtomicUsize::new(0), last: AtomicU64::new(0), seed }
    }

    /// Puts a rule in force and returns its number.
    pub fn add(&self, new: NewRule) -> u64 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.push(Rule { id, rule: new, asked: 0, hits: 0 });
        self.in_force.store(rules.len(), Ordering::Relaxed);
        id
    }

    /// Takes one rule (or, with `None`, all) out of force; how many went.
    pub fn remove(&self, id: Option<u64>) -> usize {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let before = rules.len();
        rules.retain(|rule| id.is_some_and(|id| rule.id != id));
        self.in_force.store(rules.len(), Ordering::Relaxed);
        before - rules.len()
    }

    /// All rules with their counts.
    #[must_use]
    pub fn list(&self) -> Vec<Rule> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first fault of the wanted sort that applies now. Each rule decides by its own count of occasions and
    /// the seed, so that the same calls meet the same faults.
    pub fn draw(&self, occasion: Occasion<'_>, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        if self.in_force.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut().filter(|rule| wanted(&rule.rule.fault) && rule.concerns(occasion)) {
            rule.asked += 1;
            if rule.rule.times.is_some_and(|times| rule.hits >= times) {
                continue;
            }
            let drawn = (mix(self.seed, 0xFA_017 ^ rule.id, rule.asked) % 10_000) as f64 / 100.0;
            if drawn < rule.rule.percent {
                rule.hits += 1;
                return Some(rule.rule.fault.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(seed: u64) -> Vec<bool> {
        let faults = Faults::new(seed);
        faults.add(NewRule { percent: 20.0, ..NewRule::of(Fault::Lose) });
        let occasion = Occasion { account: "wa:1", method: "webhook", phone: None };
        (0..1_000).map(|_| faults.draw(occasion, |fault| matches!(fault, Fault::Lose)).is_some()).collect()
    }

    #[test]
    fn the_same_seed_plays_the_same_faults() {
        assert_eq!(hits(7), hits(7));
        assert_ne!(hits(7), hits(8));
        let count = hits(7).into_iter().filter(|hit| *hit).count();
        assert!((140..=260).contains(&count), "20 % of 1,000 were {count}");
    }

    #[test]
    fn a_rule_ends_after_its_times() {
        let faults = Faults::new(1);
        faults.add(NewRule { times: Some(2), ..NewRule::of(Fault::Lose) });
        let occasion = Occasion { account: "wa:1", method: "webhook", phone: None };
        let hits = (0..9).filter(|_| faults.draw(occasion, |_| true).is_some()).count();
        assert_eq!(hits, 2);
    }
}
