//! Everything that exists: accounts, phones, chats and the ledger, behind one lock held for microseconds.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::ledger::{Ledger, What};
use crate::phones::{Chat, ChatKey, Message, Phone};
use crate::settings::Settings;
use crate::telegram::{Bot, BusinessConnection, Group};
use crate::whatsapp::Platform;

/// The state that API calls, phones and deliveries share.
pub struct World {
    /// Telegram's bots by id.
    pub bots: BTreeMap<i64, Bot>,
    /// Telegram's business connections by id.
    pub connections: BTreeMap<String, BusinessConnection>,
    /// Telegram's groups by chat id.
    pub groups: BTreeMap<i64, Group>,
    /// WhatsApp's apps, business accounts, numbers, tokens, templates and media.
    pub whatsapp: Platform,
    /// What the customers' side saw.
    pub ledger: Ledger,
    phones: BTreeMap<String, Phone>,
    by_telegram_id: HashMap<i64, String>,
    by_number: HashMap<String, String>,
    by_business_scoped_id: HashMap<String, String>,
    chats: HashMap<ChatKey, Chat>,
    messages_per_chat_max: usize,
    phones_max: usize,
}

/// A phone could not be created.
#[derive(Debug, thiserror::Error)]
pub enum PhoneRefused {
    /// The id's shape.
    #[error("id: 1 to 40 of a-z, 0-9 and -")]
    BadId,
    /// Taken.
    #[error("another phone has this id, number or Telegram id")]
    Taken,
    /// The limit.
    #[error("too many phones: see --phones-max")]
    TooMany,
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            bots: BTreeMap::new(),
            connections: BTreeMap::new(),
            groups: BTreeMap::new(),
            whatsapp: Platform::default(),
            ledger: Ledger::new(settings.ledger_entries_max),
            phones: BTreeMap::new(),
            by_telegram_id: HashMap::new(),
            by_number: HashMap::new(),
            by_business_scoped_id: HashMap::new(),
            chats: HashMap::new(),
            messages_per_chat_max: settings.messages_per_chat_max,
            phones_max: settings.phones_max,
        }
    }

    /// Adds a phone.
    ///
    /// # Errors
    /// [`PhoneRefused`] when the id is malformed or something of it is taken.
    pub fn add_phone(&mut self, phone: Phone) -> Result<(), PhoneRefused> {
        let well_formed = (1..=40).contains(&phone.id.len())
            && phone
                .id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !well_formed {
            return Err(PhoneRefused::BadId);
        }
        if self.phones.len() >= self.phones_max {
            return Err(PhoneRefused::TooMany);
        }
        let taken = self.phones.contains_key(&phone.id)
            || phone.telegram.as_ref().is_some_and(|user| self.by_telegram_id.contains_key(&user.id))
            || phone.whatsapp.as_ref().is_some_and(|user| {
                self.by_number.contains_key(&user.number) || self.by_number.contains_key(&user.wa_id)
            });
        if taken {
            return Err(PhoneRefused::Taken);
        }
        if let Some(user) = &phone.telegram {
            self.by_telegram_id.insert(user.id, phone.id.clone());
        }
        if let Some(user) = &phone.whatsapp {
            self.by_number.insert(user.number.clone(), phone.id.clone());
            self.by_number.insert(user.wa_id.clone(), phone.id.clone());
        }
        self.phones.insert(phone.id.clone(), phone);
        Ok(())
    }

    /// All phones, by id.
    pub fn phones(&self) -> impl Iterator<Item = &Phone> {
        self.phones.values()
    }

    /// A phone.
    #[must_use]
    pub fn phone(&self, id: &str) -> Option<&Phone> {
        self.phones.get(id)
    }

    /// A phone, to change its settings (never its ids).
    pub fn phone_mut(&mut self, id: &str) -> Option<&mut Phone> {
        self.phones.get_mut(id)
    }

    /// Whose Telegram user id this is.
    #[must_use]
    pub fn phone_by_telegram_id(&self, id: i64) -> Option<&Phone> {
        self.by_telegram_id.get(&id).and_then(|phone| self.phones.get(phone))
    }

    /// Whose number this is; both forms of a Brazilian one.
    #[must_use]
    pub fn phone_by_number(&self, digits: &str) -> Option<&Phone> {
        self.by_number.get(digits).and_then(|phone| self.phones.get(phone))
    }

    /// Gives a person a new number (the old one is free again).
    pub fn change_number(&mut self, phone: &str, number: &str, wa_id: &str) {
        if let Some(user) = self.phones.get_mut(phone).and_then(|phone| phone.whatsapp.as_mut()) {
            self.by_number.remove(&user.number);
            self.by_number.remove(&user.wa_id);
            number.clone_into(&mut user.number);
            wa_id.clone_into(&mut user.wa_id);
            self.by_number.insert(number.to_owned(), phone.to_owned());
            self.by_number.insert(wa_id.to_owned(), phone.to_owned());
        }
    }

    /// The business-scoped id of a person, remembered so that the business can answer to it.
    pub fn business_scoped_id(&mut self, phone: &str, portfolio: &str) -> Option<String> {
        let id = self.phones.get(phone)?.whatsapp.as_ref()?.business_scoped_id(portfolio);
        if !self.by_business_scoped_id.contains_key(&id) {
            self.by_business_scoped_id.insert(id.clone(), phone.to_owned());
        }
        Some(id)
    }

    /// Whose business-scoped id this is.
    #[must_use]
    pub fn phone_by_business_scoped_id(&self, id: &str) -> Option<&Phone> {
        self.by_business_scoped_id.get(id).and_then(|phone| self.phones.get(phone))
    }

    /// A chat, if the two ever met.
    #[must_use]
    pub fn chat(&self, key: &ChatKey) -> Option<&Chat> {
        self.chats.get(key)
    }

    /// A chat, if the two ever met, to change it.
    pub fn chat_mut(&mut self, key: &ChatKey) -> Option<&mut Chat> {
        self.chats.get_mut(key)
    }

    /// A chat, begun if need be.
    pub fn chat_or_new(&mut self, key: &ChatKey) -> &mut Chat {
        self.chats.entry(key.clone()).or_default()
    }

    /// Puts a message at the end of a chat.
    pub fn push_message(&mut self, key: &ChatKey, message: Message) {
        let max = self.messages_per_chat_max;
        self.chat_or_new(key).push(message, max);
    }

    /// Forgets phones' chats and the ledger, and keeps accounts and phones.
    pub fn forget_chats(&mut self) {
        self.chats.clear();
        self.ledger.clear();
    }

    /// Writes a line for a phone.
    pub fn note(&mut self, at_ms: i64, key: &ChatKey, what: What) {
        self.ledger.write(at_ms, &key.account, Some(&key.phone), what);
    }

    /// Sizes, for the health page and for watching memory.
    #[must_use]
    pub fn sizes(&self) -> Value {
        json!({
            "bots": self.bots.len(), "numbers": self.whatsapp.numbers.len(), "phones": self.phones.len(),
            "chats": self.chats.len(), "ledger_last": self.ledger.last_seq(), "ledger_forgotten": self.ledger.forgotten(),
        })
    }
}
