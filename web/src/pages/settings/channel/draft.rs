//! The settings as they are being edited.

use leptos::prelude::*;

use crate::api::channels::{
    IdentityMode, OfficeDay, OfficeHours, PreChatField, WebChat, WebChatInput, WidgetPosition,
};
use crate::components::TextField;
use crate::components::time::time_zone;

/// One day of the week in the form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// ISO: Monday is 1.
    pub(super) weekday: u8,
    pub(super) open: RwSignal<bool>,
    pub(super) opens_at: RwSignal<String>,
    pub(super) closes_at: RwSignal<String>,
}

/// A signal for each setting.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) name: RwSignal<String>,
    pub(super) color: RwSignal<String>,
    /// `RIGHT` or `LEFT`.
    pub(super) position: RwSignal<String>,
    pub(super) welcome_title: RwSignal<String>,
    pub(super) welcome_text: RwSignal<String>,
    pub(super) reply_time_text: RwSignal<String>,
    /// One in a line.
    pub(super) origins: RwSignal<String>,
    pub(super) pre_chat: RwSignal<Vec<PreChatField>>,
    pub(super) always_open: RwSignal<bool>,
    pub(super) time_zone: RwSignal<String>,
    pub(super) days: StoredValue<Vec<Day>>,
    pub(super) offline_text: RwSignal<String>,
    /// `OFF`, `OPTIONAL` or `REQUIRED`.
    pub(super) identity_mode: RwSignal<String>,
    pub(super) attachments: RwSignal<bool>,
    pub(super) emoji: RwSignal<bool>,
}

impl Draft {
    pub(super) fn new(name: &str, saved: &WebChat) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let days = (1..=7)
            .map(|weekday| {
                let hours = saved
                    .hours
                    .as_ref()
                    .and_then(|hours| hours.days.iter().find(|day| day.weekday == weekday));
                Day {
                    weekday,
                    open: RwSignal::new(hours.is_some() || (saved.hours.is_none() && weekday <= 5)),
                    opens_at: text(hours.map_or("09:00", |day| &day.opens_at)),
                    closes_at: text(hours.map_or("17:00", |day| &day.closes_at)),
                }
            })
            .collect();
        Self {
            name: text(name),
            color: text(&saved.color),
            position: text(if saved.position == WidgetPosition::Left { "LEFT" } else { "RIGHT" }),
            welcome_title: text(&saved.welcome_title),
            welcome_text: text(&saved.welcome_text),
            reply_time_text: text(&saved.reply_time_text),
            origins: RwSignal::new(saved.allowed_origins.join("\n")),
            pre_chat: RwSignal::new(saved.pre_chat.clone()),
            always_open: RwSignal::new(saved.hours.is_none()),
            time_zone: RwSignal::new(
                saved.hours.as_ref().map_or_else(time_zone, |hours| hours.time_zone.clone()),
            ),
            days: StoredValue::new(days),
            offline_text: text(&saved.offline_text),
            identity_mode: text(match saved.identity_mode {
                IdentityMode::Off => "OFF",
                IdentityMode::Optional => "OPTIONAL",
                IdentityMode::Required => "REQUIRED",
            }),
            attachments: RwSignal::new(saved.attachments_enabled),
            emoji: RwSignal::new(saved.emoji_enabled),
        }
    }

    /// What is sent, not tracked.
    pub(super) fn input(self) -> WebChatInput {
        untrack(|| self.input_tracked())
    }

    /// What would be sent now; tracked.
    pub(super) fn input_tracked(self) -> WebChatInput {
        let always_open = self.always_open.get();
        let open_days = self.days.get_value().into_iter().filter(|day| day.open.get());
        let days = open_days
            .map(|day| OfficeDay {
                weekday: day.weekday,
                opens_at: day.opens_at.get(),
                closes_at: day.closes_at.get(),
            })
            .collect();
        let hours = OfficeHours { time_zone: self.time_zone.get(), days };
        WebChatInput {
            name: Some(self.name.get().trim().to_owned()),
            color: Some(self.color.get().trim().to_uppercase()),
            position: Some(if self.position.get() == "LEFT" {
                WidgetPosition::Left
            } else {
                WidgetPosition::Right
            }),
            welcome_title: Some(self.welcome_title.get().trim().to_owned()),
            welcome_text: Some(self.welcome_text.get().trim().to_owned()),
            reply_time_text: Some(self.reply_time_text.get().trim().to_owned()),
            allowed_origins: Some(origins(&self.origins.get())),
            pre_chat: Some(self.pre_chat.get()),
            hours: (!always_open).then_some(hours),
            always_open: always_open.then_some(true),
            offline_text: Some(self.offline_text.get().trim().to_owned()),
            identity_mode: Some(match self.identity_mode.get().as_str() {
                "OPTIONAL" => IdentityMode::Optional,
                "REQUIRED" => IdentityMode::Required,
                _ => IdentityMode::Off,
            }),
            attachments_enabled: Some(self.attachments.get()),
            emoji_enabled: Some(self.emoji.get()),
        }
    }

    /// Goes back to what was saved.
    pub(super) fn restore(self, saved: &WebChatInput) {
        let set =
            |signal: RwSignal<String>, text: &Option<String>| signal.set(text.clone().unwrap_or_default());
        set(self.name, &saved.name);
        set(self.color, &saved.color);
        set(self.welcome_title, &saved.welcome_title);
        set(self.welcome_text, &saved.welcome_text);
        set(self.reply_time_text, &saved.reply_time_text);
        set(self.offline_text, &saved.offline_text);
        let left = saved.position == Some(WidgetPosition::Left);
        self.position.set(if left { "LEFT" } else { "RIGHT" }.to_owned());
        self.origins.set(saved.allowed_origins.clone().unwrap_or_default().join("\n"));
        self.pre_chat.set(saved.pre_chat.clone().unwrap_or_default());
        self.always_open.set(saved.hours.is_none());
        if let Some(hours) = &saved.hours {
            self.time_zone.set(hours.time_zone.clone());
            for day in self.days.get_value() {
                let hours = hours.days.iter().find(|hours| hours.weekday == day.weekday);
                day.open.set(hours.is_some());
                if let Some(hours) = hours {
                    day.opens_at.set(hours.opens_at.clone());
                    day.closes_at.set(hours.closes_at.clone());
                }
            }
        }
        self.identity_mode.set(
            match saved.identity_mode {
                Some(IdentityMode::Optional) => "OPTIONAL",
                Some(IdentityMode::Required) => "REQUIRED",
                _ => "OFF",
            }
            .to_owned(),
        );
        self.attachments.set(saved.attachments_enabled.unwrap_or_default());
        self.emoji.set(saved.emoji_enabled.unwrap_or_default());
    }
}

/// One origin per line; blank lines and slashes at the end are typing, not meaning.
fn origins(text: &str) -> Vec<String> {
    let lines = text.split(['\n', ',', ' ']).map(|line| line.trim().trim_end_matches('/'));
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The colour as text, with the browser's own picker beside it.
#[component]
pub(super) fn ColorField(
    value: RwSignal<String>,
    #[prop(into)] problem: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="color">
            <TextField label="Colour" value=value problem=problem chars_max=7/>
            <input
                class="color__picker"
                type="color"
                aria-label="Pick a colour"
                prop:value=move || picker_value(&value.get())
                on:input=move |event| value.set(event_target_value(&event).to_uppercase())
            />
        </div>
    }
}

/// What a colour picker takes: `#rrggbb`, black while the text is no colour.
pub(super) fn picker_value(text: &str) -> String {
    if channels(text).is_some() { text.trim().to_lowercase() } else { "#000000".to_owned() }
}

/// Red, green and blue of `#RRGGBB`.
pub(super) fn channels(text: &str) -> Option<[u8; 3]> {
    let hex = text.trim().strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_one_per_line_however_typed() {
        assert_eq!(
            origins(" https://a.example/ \n\nhttps://b.example,https://c.example"),
            ["https://a.example", "https://b.example", "https://c.example"]
        );
        assert!(origins("\n").is_empty());
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!(channels("#0B6E69"), Some([0x0b, 0x6e, 0x69]));
        for text in ["", "#fff", "0B6E69", "#0B6E6G", "#0B6E6é"] {
            assert_eq!(channels(text), None, "{text}");
        }
    }
}
