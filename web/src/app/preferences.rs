//! What a person chose on this device: theme, sounds, how fast voice notes play. Kept in the browser, never sent.

use leptos::prelude::*;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As kept in the browser, and as `data-theme` on the document (`boot.js` does it before the first paint).
    fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.key() == text).unwrap_or(Self::System)
    }
}

const THEME: &str = "switchboard.theme";
const SOUNDS: &str = "switchboard.sounds";
const SPEED: &str = "switchboard.speed";

/// How fast voice notes can be played.
const SPEEDS: [Speed; 3] = [("1", 1.0), ("1.5", 1.5), ("2", 2.0)];

/// How fast: as it is shown and kept, and as the browser wants it.
pub type Speed = (&'static str, f64);

/// The choices; from [`use_preferences`].
#[derive(Clone, Copy)]
pub struct Preferences {
    theme: RwSignal<Theme>,
    sounds: RwSignal<bool>,
    /// Which of the speeds.
    speed: RwSignal<usize>,
}

/// What the person chose.
pub fn use_preferences() -> Preferences {
    expect_context::<Preferences>()
}

pub(super) fn provide_preferences() {
    let theme = Theme::read(&stored(THEME).unwrap_or_default());
    let sounds = stored(SOUNDS).is_none_or(|kept| kept != "off");
    let speed = read_speed(&stored(SPEED).unwrap_or_default());
    provide_context(Preferences {
        theme: RwSignal::new(theme),
        sounds: RwSignal::new(sounds),
        speed: RwSignal::new(speed),
    });
}

impl Preferences {
    /// The chosen theme; tracked.
    pub fn theme(self) -> Theme {
        self.theme.get()
    }

    /// Chooses a theme.
    pub fn set_theme(self, theme: Theme) {
        store(THEME, theme.key());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", theme.key());
        }
        self.theme.set(theme);
    }

    /// Whether a new message is heard; tracked.
    pub fn sounds(self) -> bool {
        self.sounds.get()
    }

    /// How fast voice notes play; tracked.
    pub fn speed(self) -> Speed {
        SPEEDS.get(self.speed.get()).copied().unwrap_or(("1", 1.0))
    }

    /// Takes the next of the speeds, after the last the first.
    pub fn next_speed(self) {
        let next = (self.speed.get_untracked() + 1) % SPEEDS.len();
        self.speed.set(next);
        store(SPEED, untrack(|| self.speed()).0);
    }

    /// Switches sounds on or off.
    pub fn set_sounds(self, on: bool) {
        store(SOUNDS, if on { "on" } else { "off" });
        self.sounds.set(on);
    }
}

fn read_speed(text: &str) -> usize {
    SPEEDS.iter().position(|(name, _)| *name == text).unwrap_or_default()
}

/// None where the browser keeps nothing for us, as in some private windows.
fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

fn store(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_one_of_those_that_are_offered() {
        assert_eq!(["1.5", "2", "7", ""].map(read_speed), [1, 2, 0, 0]);
    }

    #[test]
    fn every_theme_reads_back_and_nonsense_is_the_system() {
        for theme in Theme::ALL {
            assert_eq!(Theme::read(theme.key()), theme);
        }
        assert_eq!(Theme::read("sepia"), Theme::System);
    }
}
