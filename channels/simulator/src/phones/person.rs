//! A person with a phone, on Telegram, on WhatsApp or on both.

use serde::{Deserialize, Serialize};

use crate::chance::{Chance, fold, mix};

/// A person and the settings of their apps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phone {
    /// Short and readable: `ana`. Names the phone in every control call.
    pub id: String,
    /// As the person typed it.
    pub first_name: String,
    /// May be missing, as on the platforms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// IETF tag of the app's language.
    pub language: String,
    /// Their Telegram account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telegram: Option<TelegramUser>,
    /// Their WhatsApp account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whatsapp: Option<WhatsAppUser>,
    /// Whether messages count as read as soon as they arrive.
    pub auto_read: bool,
    /// Whether WhatsApp may tell that they read (read receipts switched on).
    pub receipts: bool,
    /// Switched on and connected; off, messages stay at one tick.
    pub online: bool,
}

/// A Telegram user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TelegramUser {
    /// Up to 52 bits.
    pub id: i64,
    /// Without `@`; people change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// A WhatsApp user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WhatsAppUser {
    /// The number as dialled, digits only, with country code.
    pub number: String,
    /// WhatsApp's idea of the number; not always what is dialled (Brazil, Mexico, Argentina).
    pub wa_id: String,
    /// Without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The number is hidden from businesses: they see the business-scoped id only.
    #[serde(default)]
    pub hides_number: bool,
    /// ISO country of the business-scoped id.
    pub country: String,
}

/// A phone to create; what is left out is made up.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPhone {
    /// `[a-z0-9-]`, at most 40.
    pub id: String,
    /// Defaults to the id.
    pub first_name: Option<String>,
    /// Optional.
    pub last_name: Option<String>,
    /// Defaults to `en`.
    pub language: Option<String>,
    /// Telegram user id; made up above 2^32 when not given.
    pub telegram_id: Option<i64>,
    /// Telegram username.
    pub telegram_username: Option<String>,
    /// No Telegram account.
    pub without_telegram: bool,
    /// WhatsApp number, digits with country code; made up when not given.
    pub number: Option<String>,
    /// Defaults to the number, but for Brazil without the ninth digit.
    pub wa_id: Option<String>,
    /// WhatsApp username.
    pub whatsapp_username: Option<String>,
    /// Hide the number from businesses.
    pub hides_number: bool,
    /// No WhatsApp account.
    pub without_whatsapp: bool,
    /// See [`Phone::auto_read`].
    pub auto_read: bool,
    /// See [`Phone::receipts`]; on when not given.
    pub receipts: Option<bool>,
}

impl Phone {
    /// Makes a phone of what was given; the rest follows from the id.
    #[must_use]
    pub fn create(new: NewPhone, chance: &Chance) -> Self {
        let own = mix(chance.seed(), fold(&new.id), 1);
        let number = new.number.map_or_else(|| made_up_number(own), |number| digits_of(&number));
        let wa_id = new.wa_id.map_or_else(|| wa_id_of(&number), |wa_id| digits_of(&wa_id));
        let telegram_id = new
            .telegram_id
            .unwrap_or_else(|| i64::try_from(6_000_000_000 + own % 3_000_000_000).unwrap_or(1));
        Self {
            first_name: new.first_name.unwrap_or_else(|| new.id.clone()),
            id: new.id,
            last_name: new.last_name,
            language: new.language.unwrap_or_else(|| "en".to_owned()),
            telegram: (!new.without_telegram)
                .then_some(TelegramUser { id: telegram_id, username: new.telegram_username }),
            whatsapp: (!new.without_whatsapp).then(|| WhatsAppUser {
                country: country_of(&number).to_owned(),
                number,
                wa_id,
                username: new.whatsapp_username,
                hides_number: new.hides_number,
            }),
            auto_read: new.auto_read,
            receipts: new.receipts.unwrap_or(true),
            online: true,
        }
    }

    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

impl WhatsAppUser {
    /// The id of this person as one business portfolio sees it.
    #[must_use]
    pub fn business_scoped_id(&self, portfolio: &str) -> String {
        let number = mix(fold(&self.number), fold(portfolio), 7) % 100_000_000_000_000;
        format!("{}.{number:014}", self.country)
    }
}

/// Only the digits of a number.
#[must_use]
pub fn digits_of(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

fn made_up_number(own: u64) -> String {
    format!("49170{:07}", own % 10_000_000)
}

/// The `wa_id` WhatsApp gives to a number: Brazilian mobiles may lose their ninth digit, Mexican ones keep a 1.
fn wa_id_of(number: &str) -> String {
    match (number.get(..4), number.get(4..5), number.get(5..)) {
        (Some(area), Some("9"), Some(rest)) if number.starts_with("55") && number.len() == 13 => {
            format!("{area}{rest}")
        }
        _ if number.starts_with("52") && number.len() == 12 => {
            format!("521{}", number.get(2..).unwrap_or_default())
        }
        _ => number.to_owned(),
    }
}

fn country_of(number: &str) -> &'static str {
    const CODES: [(&str, &str); 14] = [
        ("1", "US"),
        ("7", "KZ"),
        ("20", "EG"),
        ("31", "NL"),
        ("33", "FR"),
        ("34", "ES"),
        ("39", "IT"),
        ("44", "GB"),
        ("49", "DE"),
        ("52", "MX"),
        ("54", "AR"),
        ("55", "BR"),
        ("81", "JP"),
        ("91", "IN"),
    ];
    CODES.iter().find(|(code, _)| number.starts_with(code)).map_or("DE", |(_, country)| country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brazilian_mobile_loses_its_ninth_digit_in_its_wa_id() {
        let phone = Phone::create(
            NewPhone { id: "ana".into(), number: Some("+55 11 98765-0321".into()), ..NewPhone::default() },
            &Chance::new(1),
        );
        let whatsapp = phone.whatsapp.unwrap();
        assert_eq!((whatsapp.number.as_str(), whatsapp.wa_id.as_str()), ("5511987650321", "551187650321"));
    }
}
