//! What somebody who writes posts: a visitor through the widget, others through their platform, signed as it signs.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::Visitor;

/// Somebody who writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Writer {
    /// On a site.
    Visitor(Visitor),
    /// On WhatsApp.
    Whatsapp(WhatsappPerson),
    /// To a bot.
    Telegram(TelegramPerson),
}

/// Somebody on WhatsApp, and the messages that they were sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WhatsappPerson {
    /// The address of the application.
    pub path: String,
    /// What its deliveries are signed with.
    pub app_secret: String,
    /// The business account.
    pub account: String,
    /// The business's number.
    pub number: String,
    /// Theirs.
    pub wa_id: String,
    /// How the ids of the messages begin that they were sent; a number follows.
    pub sent: String,
    /// The first of those that this run reports on.
    pub first_sent: u64,
    /// How many messages this run reports on: as sent, delivered, read.
    pub reports_on: u64,
    /// Nothing but those reports.
    pub only_reports: bool,
}

/// Somebody who writes to a bot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TelegramPerson {
    /// The bot's own address.
    pub path: String,
    /// What its updates are proven with.
    pub secret: String,
    /// The chat.
    pub chat: i64,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where.
    pub path: String,
    /// Header lines, each with its end.
    pub headers: String,
    /// JSON.
    pub body: String,
    /// The status of a good answer.
    pub expected: u16,
    /// It says nothing new but reports on a message of ours.
    pub is_report: bool,
}

/// Of ten deliveries of a person on WhatsApp, these are reports.
const REPORTS: [u64; 3] = [2, 5, 8];
/// One in so many is a picture, with the text as its caption.
const PICTURES: u64 = 100;

impl Writer {
    /// The request with this number in a run, from 0. `None`: there is nothing left to say. `text` holds no character
    /// that JSON would escape.
    pub fn request(&self, text: &str, round: u64) -> Option<Request> {
        match self {
            Self::Visitor(visitor) => Some(of_visitor(visitor, text)),
            Self::Telegram(person) => Some(person.update(text)),
            Self::Whatsapp(person) => person.delivery(text, round),
        }
    }
}

fn of_visitor(visitor: &Visitor, text: &str) -> Request {
    let page = r#"{"url":"https://shop.example/p/42","title":"Shoe"}"#;
    Request {
        path: format!("/widget/v1/{}/messages", visitor.widget_id),
        headers: format!("Authorization: Bearer {}\r\n", visitor.token),
        body: format!(r#"{{"clientMessageId":"{}","text":"{text}","page":{page}}}"#, Uuid::new_v4()),
        expected: 201,
        is_report: false,
    }
}

impl TelegramPerson {
    fn update(&self, text: &str) -> Request {
        let now = now();
        // Numbers of updates are the bot's, numbers of messages the chat's: neither repeats within this run.
        let update = Uuid::new_v4().as_u128() >> 76;
        let message = now.as_micros() & 0x7fff_ffff;
        let (chat, seconds) = (self.chat, now.as_secs());
        let person = format!(r#""id":{chat},"first_name":"Noor","last_name":"de Wit""#);
        Request {
            path: self.path.clone(),
            headers: format!("X-Telegram-Bot-Api-Secret-Token: {}\r\n", self.secret),
            body: format!(
                r#"{{"update_id":{update},"message":{{"message_id":{message},"from":{{{person},"is_bot":false,"language_code":"nl"}},"chat":{{{person},"type":"private"}},"date":{seconds},"text":"{text}"}}}}"#
            ),
            expected: 200,
            is_report: false,
        }
    }
}

impl WhatsappPerson {
    fn delivery(&self, text: &str, round: u64) -> Option<Request> {
        let report = if self.only_reports {
            Some(round)
        } else {
            let place = REPORTS.iter().position(|place| *place == round % 10);
            place.map(|place| round / 10 * REPORTS.len() as u64 + place as u64)
        };
        match report.filter(|report| report / 3 < self.reports_on) {
            Some(report) => Some(self.signed(self.report(report), true)),
            None if self.only_reports => None,
            None => Some(self.signed(self.message(text, round % PICTURES == 50), false)),
        }
    }

    fn report(&self, number: u64) -> String {
        let status =
            ["sent", "delivered", "read"].into_iter().cycle().nth((number % 3) as usize).unwrap_or_default();
        let (id, wa_id) = (self.first_sent + number / 3, &self.wa_id);
        let pricing =
            r#"{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"}"#;
        format!(
            r#""statuses":[{{"id":"{}{id}","status":"{status}","timestamp":"{}","recipient_id":"{wa_id}","pricing":{pricing}}}]"#,
            self.sent,
            now().as_secs()
        )
    }

    fn message(&self, text: &str, is_picture: bool) -> String {
        let (wa_id, id, seconds) = (&self.wa_id, Uuid::new_v4().simple(), now().as_secs());
        let content = if is_picture {
            format!(
                r#""type":"image","image":{{"caption":"{text}","mime_type":"image/png","id":"990011223344"}}"#
            )
        } else {
            format!(r#""type":"text","text":{{"body":"{text}"}}"#)
        };
        format!(
            r#""contacts":[{{"profile":{{"name":"Jana Brandt"}},"wa_id":"{wa_id}"}}],"messages":[{{"from":"{wa_id}","id":"wamid.{id}","timestamp":"{seconds}",{content}}}]"#
        )
    }

    fn signed(&self, content: String, is_report: bool) -> Request {
        let (account, number) = (&self.account, &self.number);
        let body = format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{account}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"{number}","phone_number_id":"{number}"}},{content}}},"field":"messages"}}]}}]}}"#
        );
        let signature = signature(&self.app_secret, body.as_bytes());
        let headers = format!("X-Hub-Signature-256: sha256={signature}\r\n");
        Request { path: self.path.clone(), headers, body, expected: 200, is_report }
    }
}

fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn now() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(only_reports: bool) -> Writer {
        Writer::Whatsapp(WhatsappPerson {
            path: "/webhooks/meta/app".to_owned(),
            app_secret: "Jefe".to_owned(),
            account: "3300".to_owned(),
            number: "7700".to_owned(),
            wa_id: "491700000001".to_owned(),
            sent: "wamid.S".to_owned(),
            first_sent: 10,
            reports_on: 2,
            only_reports,
        })
    }

    fn json(request: &Request) -> serde_json::Value {
        serde_json::from_str(&request.body).unwrap()
    }

    #[test]
    fn reports_stand_between_texts_until_none_is_left() {
        let writer = person(false);
        let requests: Vec<Request> = (0..100).map(|round| writer.request("hello", round).unwrap()).collect();
        let statuses: Vec<(String, String)> = requests
            .iter()
            .filter(|request| request.is_report)
            .map(|request| {
                let status = json(request)["entry"][0]["changes"][0]["value"]["statuses"][0].take();
                (status["id"].as_str().unwrap().to_owned(), status["status"].as_str().unwrap().to_owned())
            })
            .collect();
        let expected = ["sent", "delivered", "read"].map(str::to_owned);
        let expected: Vec<(String, String)> = ["wamid.S10", "wamid.S11"]
            .iter()
            .flat_map(|id| expected.clone().map(|status| ((*id).to_owned(), status)))
            .collect();
        assert_eq!(statuses, expected);
        let pictures = requests.iter().filter(|request| request.body.contains("\"image\"")).count();
        assert_eq!(pictures, 1);
        let only = person(true);
        assert!((0..6).all(|round| only.request("", round).unwrap().is_report));
        assert_eq!(only.request("", 6), None);
    }

    #[test]
    fn a_delivery_is_signed_over_its_bytes() {
        // RFC 4231, test case 2.
        let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), digest);
        let request = person(false).request("hello", 0).unwrap();
        assert!(request.headers.contains(&signature("Jefe", request.body.as_bytes())));
        assert_eq!(json(&request)["entry"][0]["id"], "3300");
    }

    #[test]
    fn an_update_is_one_of_its_bot() {
        let (path, secret) = ("/webhooks/telegram/x".to_owned(), "s".to_owned());
        let writer = Writer::Telegram(TelegramPerson { path, secret, chat: 7 });
        let update = json(&writer.request("hello", 0).unwrap());
        assert_eq!(
            (&update["message"]["chat"]["id"], &update["message"]["text"]),
            (&7.into(), &"hello".into())
        );
        assert!(update["update_id"].as_u64().unwrap() < 1 << 53);
    }
}
