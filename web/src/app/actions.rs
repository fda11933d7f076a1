//! What can be done now: the one registry behind keys, the palette and the shortcuts sheet.
//!
//! A component registers its actions while it is on screen; they leave with it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Something a person can do.
#[derive(Clone)]
pub struct Action {
    /// A verb phrase: "Close and next".
    pub name: String,
    /// Heading in the sheet: "Conversation", "Pages".
    pub group: &'static str,
    /// Its key, see [`Key`]; none: palette only.
    pub key: Option<Key>,
    /// Listed in the palette; the palette's own key need not be.
    pub listed: bool,
    /// Whether it can be done now; hidden from the palette and deaf to its key otherwise.
    pub enabled: Signal<bool>,
    /// Does it.
    pub run: Callback<()>,
}

impl Action {
    /// An action without a key that can always be done.
    pub fn new(name: impl Into<String>, group: &'static str, run: impl Fn() + Send + Sync + 'static) -> Self {
        let run = Callback::new(move |()| run());
        Self { name: name.into(), group, key: None, listed: true, enabled: Signal::stored(true), run }
    }

    /// The same with a key.
    pub fn key(self, key: Key) -> Self {
        Self { key: Some(key), ..self }
    }

    /// The same, left out of the palette.
    pub fn unlisted(self) -> Self {
        Self { listed: false, ..self }
    }

    /// The same, only while `enabled`.
    pub fn when(self, enabled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { enabled: Signal::derive(enabled), ..self }
    }
}

/// A key or a pair of keys pressed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// One plain key, as `KeyboardEvent.key` names it: `"c"`, `"?"`, `"Escape"`. Not heard while typing.
    One(&'static str),
    /// With Ctrl, or with Cmd on a Mac. Heard while typing, too.
    Mod(&'static str),
    /// First the one, then the other within a second: `g` `i`.
    Then(&'static str, &'static str),
}

impl Key {
    /// The caps to draw.
    pub fn caps(self) -> Vec<String> {
        match self {
            Self::One(key) if is_capital(key) => vec!["Shift".to_owned(), key.to_owned()],
            Self::One(key) => vec![cap(key)],
            Self::Mod(key) => vec![if is_mac() { "⌘" } else { "Ctrl" }.to_owned(), cap(key)],
            Self::Then(first, second) => vec![cap(first), cap(second)],
        }
    }

    /// As `aria-keyshortcuts` wants it; none for two keys in a row, which it cannot say.
    pub fn aria(self) -> Option<String> {
        match self {
            Self::One(key) if is_capital(key) => Some(format!("Shift+{key}")),
            Self::One(key) => Some(key.to_owned()),
            Self::Mod(key) => Some(format!("{}+{key}", if is_mac() { "Meta" } else { "Control" })),
            Self::Then(..) => None,
        }
    }

    /// Whether this press completes it. `before` is the plain key pressed within the last second.
    fn hears(self, press: &Press, before: Option<&str>) -> bool {
        match self {
            Self::One(key) => !press.with_mod && !press.typing && before.is_none() && press.key == key,
            Self::Mod(key) => press.with_mod && press.key.eq_ignore_ascii_case(key),
            Self::Then(first, second) => {
                !press.with_mod && !press.typing && before == Some(first) && press.key == second
            }
        }
    }
}

/// A letter that is typed with Shift.
fn is_capital(key: &str) -> bool {
    key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn cap(key: &str) -> String {
    match key {
        "Escape" => "Esc".to_owned(),
        "Enter" => "↵".to_owned(),
        "ArrowUp" => "↑".to_owned(),
        "ArrowDown" => "↓".to_owned(),
        _ => key.to_uppercase(),
    }
}

#[cfg(target_arch = "wasm32")]
fn is_mac() -> bool {
    window()
        .navigator()
        .platform()
        .is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

#[cfg(not(target_arch = "wasm32"))]
fn is_mac() -> bool {
    false
}

/// A key press, without the browser.
struct Press {
    key: String,
    with_mod: bool,
    typing: bool,
}

/// The registry; from [`use_actions`].
#[derive(Clone, Copy)]
pub struct Actions {
    list: RwSignal<Vec<(u64, Action)>>,
    last_id: StoredValue<u64>,
    before: StoredValue<Option<(String, f64)>>,
}

/// The app's actions.
pub fn use_actions() -> Actions {
    expect_context::<Actions>()
}

pub(super) fn provide_actions() {
    let actions = Actions {
        list: RwSignal::new(Vec::new()),
        last_id: StoredValue::new(0),
        before: StoredValue::new(None),
    };
    provide_context(actions);
    window_event_listener(ev::keydown, move |event| actions.press(&event));
}

/// The groups of the shell around every page.
const EVERYWHERE: [&str; 4] = ["Everywhere", "Pages", "Appearance", "Account"];

/// Longest pause inside a pair of keys.
const PAIR_MS: f64 = 1_000.0;

impl Actions {
    /// Registers actions for as long as the calling component stands.
    pub fn register(self, actions: impl IntoIterator<Item = Action>) {
        let mut ids = Vec::new();
        self.list.update(|list| {
            for action in actions {
                let id = self.last_id.get_value() + 1;
                self.last_id.set_value(id);
                ids.push(id);
                list.push((id, action));
            }
        });
        on_cleanup(move || {
            self.list.try_update(|list| list.retain(|(id, _)| !ids.contains(id)));
        });
    }

    /// What can be done now, for the palette: what the page in front offers, then what can be done everywhere.
    /// Tracked.
    pub fn available(self) -> Vec<Action> {
        let list = self.list.get().into_iter().map(|(_, action)| action);
        let mut now: Vec<Action> = list.filter(|action| action.listed && action.enabled.get()).collect();
        now.sort_by_key(|action| EVERYWHERE.contains(&action.group));
        now
    }

    /// Everything registered, whether or not it can be done now; tracked.
    pub fn all(self) -> Vec<Action> {
        self.list.get().into_iter().map(|(_, action)| action).collect()
    }

    fn press(self, event: &KeyboardEvent) {
        if event.default_prevented() || event.is_composing() || event.alt_key() {
            return;
        }
        let press = Press {
            key: event.key(),
            with_mod: event.ctrl_key() || event.meta_key(),
            typing: is_typing(event) || dialog_open(),
        };
        let now = event.time_stamp();
        let before = self.before.try_update_value(Option::take).flatten();
        let before = before.filter(|(_, at)| now - at <= PAIR_MS).map(|(key, _)| key);
        // The newest registered wins: what is in front hides what is behind.
        let found = self.list.with_untracked(|list| {
            let mut heard = list.iter().rev().filter(|(_, action)| {
                let hears = action.key.is_some_and(|key| key.hears(&press, before.as_deref()));
                hears && action.enabled.get_untracked()
            });
            heard.next().map(|(_, action)| action.run)
        });
        if let Some(run) = found {
            event.prevent_default();
            run.run(());
            return;
        }
        let starts_pair = self.list.with_untracked(|list| {
            list.iter()
                .any(|(_, action)| matches!(action.key, Some(Key::Then(first, _)) if first == press.key))
        });
        if starts_pair && !press.typing && !press.with_mod {
            self.before.set_value(Some((press.key, now)));
        }
    }
}

/// Plain keys belong to the field that has the focus.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        element
            .matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]")
            .unwrap_or(false)
    })
}

/// Behind an open dialog nothing is to be done.
fn dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press { key: key.to_owned(), with_mod: false, typing: false }
    }

    #[test]
    fn a_plain_key_is_not_heard_while_typing() {
        assert!(Key::One("c").hears(&press("c"), None));
        assert!(!Key::One("c").hears(&Press { typing: true, ..press("c") }, None));
        assert!(!Key::One("c").hears(&Press { with_mod: true, ..press("c") }, None));
    }

    #[test]
    fn a_chord_is_heard_while_typing_and_in_capitals() {
        assert!(Key::Mod("k").hears(&Press { key: "K".to_owned(), with_mod: true, typing: true }, None));
        assert!(!Key::Mod("k").hears(&press("k"), None));
    }

    #[test]
    fn a_capital_is_drawn_and_announced_with_its_shift() {
        assert_eq!(Key::One("E").caps(), ["Shift", "E"]);
        assert_eq!(Key::One("E").aria().as_deref(), Some("Shift+E"));
        assert_eq!(Key::One("e").caps(), ["E"]);
        assert_eq!(Key::One("Escape").caps(), ["Esc"]);
    }

    #[test]
    fn the_second_key_of_a_pair_counts_only_after_the_first() {
        assert!(Key::Then("g", "i").hears(&press("i"), Some("g")));
        assert!(!Key::Then("g", "i").hears(&press("i"), None));
        assert!(!Key::One("i").hears(&press("i"), Some("g")));
    }
}
