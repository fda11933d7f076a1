//! The script: who does what, in order.

use serde_json::{Value, json};

/// On which of the shop's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum On {
    Telegram,
    Whatsapp,
}

/// One thing that happens.
pub(super) enum Cue {
    /// The providers' clock moves.
    Clock { hours: i64 },
    /// A person acts on their phone, as the simulator's control API takes it.
    Act { who: &'static str, on: On, verb: &'static str, body: Value },
    /// A person does something to their own last message.
    ToOwn { who: &'static str, on: On, verb: &'static str, body: Value },
    /// A person does something to the shop's last message.
    ToOurs { who: &'static str, on: On, verb: &'static str, body: Value },
    /// The shop answers, with buttons under it or without.
    Answer { who: &'static str, on: On, text: &'static str, buttons: &'static [&'static str] },
    /// The shop sends the template `appointment`, which somebody gets who wrote too long ago.
    Appointment { who: &'static str, number: &'static str, first_name: &'static str, day: &'static str },
}

fn send(who: &'static str, on: On, body: Value) -> Cue {
    Cue::Act { who, on, verb: "send", body }
}

fn text(who: &'static str, on: On, text: &str) -> Cue {
    send(who, on, json!({ "text": text }))
}

fn answer(who: &'static str, on: On, text: &'static str) -> Cue {
    Cue::Answer { who, on, text, buttons: &[] }
}

/// From the longest ago to the newest, so that nothing is shown out of order.
pub(super) fn script() -> Vec<Cue> {
    use On::{Telegram, Whatsapp};
    let mut cues = yesterday();
    cues.extend([
        // An order with pictures, a place and a reaction.
        text("ana", Whatsapp, "Oi! Is the blue one back in stock? 💙"),
        send(
            "ana",
            Whatsapp,
            json!({ "type": "album", "text": "One like these", "files": [{ "sample": "photo" }, { "sample": "photo2" }] }),
        ),
        answer("ana", Whatsapp, "Yes, since Monday. Shall we keep size M for you?"),
        Cue::ToOurs { who: "ana", on: Whatsapp, verb: "react", body: json!({ "emoji": ["👍"] }) },
        send(
            "ana",
            Whatsapp,
            json!({ "type": "location", "latitude": -23.5614, "longitude": -46.6559, "name": "MASP",
                    "address": "Av. Paulista 1578, São Paulo" }),
        ),
        Cue::ToOurs {
            who: "ana",
            on: Whatsapp,
            verb: "send",
            body: json!({ "text": "Please do. I can come by this afternoon, I am here." }),
        },
        // A question with buttons, one of which she taps; and something that was meant for somebody else.
        Cue::Answer { who: "ana", on: Whatsapp, text: "When does it suit you?", buttons: &["Before five", "After five"] },
        Cue::ToOurs { who: "ana", on: Whatsapp, verb: "tap", body: json!({ "button": "After five" }) },
        text("ana", Whatsapp, "Mãe, já comprei o pão"),
        Cue::ToOwn { who: "ana", on: Whatsapp, verb: "delete", body: json!({}) },
        // A start link, formatting, a correction and a voice note.
        Cue::Act { who: "noor", on: Telegram, verb: "start", body: json!({ "payload": "spring-sale" }) },
        send(
            "noor",
            Telegram,
            json!({ "text": "Werkt de code 😀 SALE10 nog?",
                    "entities": [{ "type": "code", "offset": 17, "length": 6 }] }),
        ),
        text("noor", Telegram, "En kan ik ruilen tot vijdag?"),
        Cue::ToOwn { who: "noor", on: Telegram, verb: "edit", body: json!({ "text": "En kan ik ruilen tot vrijdag?" }) },
        answer("noor", Telegram, "Ja, tot en met vrijdag. De code geldt voor de hele winkel."),
        Cue::ToOurs { who: "noor", on: Telegram, verb: "react", body: json!({ "emoji": ["❤"] }) },
        send("noor", Telegram, json!({ "type": "voice", "file": { "sample": "voice" } })),
        send("noor", Telegram, json!({ "type": "sticker", "file": { "sample": "sticker" } })),
        // Right to left, an album, a document, a contact; then he blocks the bot.
        text("yusuf", Telegram, "السلام عليكم، أين طلبي رقم 4821؟"),
        send(
            "yusuf",
            Telegram,
            json!({ "type": "album", "text": "الصندوق وصل هكذا",
                    "files": [{ "sample": "photo3" }, { "sample": "photo" }, { "sample": "photo2" }] }),
        ),
        send("yusuf", Telegram, json!({ "type": "document", "file": { "sample": "document" } })),
        send("yusuf", Telegram, json!({ "type": "contact", "name": "ليلى الحداد", "number": "+201001234500" })),
        Cue::Act { who: "yusuf", on: Telegram, verb: "block", body: json!({}) },
        // From an advertisement, with a hidden number; a poll that WhatsApp does not pass on; a film.
        send(
            "jana",
            Whatsapp,
            json!({ "text": "Gibt es die Jacke aus der Anzeige auch in Grün?",
                    "referral": { "source_url": "https://fb.me/jackets", "source_id": "120208871", "source_type": "ad",
                                  "headline": "Jackets for rainy days", "body": "Now 20 % off, until Sunday." } }),
        ),
        send("jana", Whatsapp, json!({ "type": "voice", "file": { "sample": "voice" } })),
        send(
            "jana",
            Whatsapp,
            json!({ "type": "raw", "raw": { "type": "unsupported", "unsupported": { "type": "poll_creation" },
                    "errors": [{ "code": 131051, "title": "Message type unknown",
                                 "error_data": { "details": "Message type is currently not supported." } }] } }),
        ),
        send("jana", Whatsapp, json!({ "type": "video", "text": "So sieht sie bei Sonne aus", "file": { "sample": "video" } })),
        text("kenji", Telegram, "間違えました"),
        Cue::ToOwn { who: "kenji", on: Telegram, verb: "delete", body: json!({}) },
        send("kenji", Telegram, json!({ "type": "animation", "file": { "sample": "animation" } })),
    ]);
    cues
}

/// Too long ago to answer freely: only a template goes through. One of the two has got one.
fn yesterday() -> Vec<Cue> {
    vec![
        Cue::Clock { hours: -30 },
        text("kenji", On::Whatsapp, "すみません、青いジャケットのMサイズはありますか？"),
        text("yusuf", On::Whatsapp, "متى أستطيع أن أجرّب السترة؟"),
        Cue::Clock { hours: 30 },
        Cue::Appointment { who: "yusuf", number: "4821", first_name: "يوسف", day: "Monday" },
    ]
}
