//! The people who are there from the start.

use super::person::NewPhone;

/// Five people whose names, numbers and ids cover what platforms really hand over: a Brazilian number with its
/// ninth digit, a hidden number, right-to-left, ids above 2^32 and one of 52 bits.
#[must_use]
pub fn personas() -> Vec<NewPhone> {
    let text = |value: &str| Some(value.to_owned());
    vec![
        NewPhone {
            id: "ana".into(),
            first_name: text("Ana"),
            last_name: text("Lima"),
            language: text("pt-br"),
            telegram_id: Some(6_812_345_678),
            telegram_username: text("analima"),
            number: text("5511987650321"),
            ..NewPhone::default()
        },
        NewPhone {
            id: "noor".into(),
            first_name: text("Noor"),
            last_name: text("de Wit"),
            language: text("nl"),
            telegram_id: Some(7_391_004_482),
            telegram_username: text("noordw"),
            number: text("31612345098"),
            ..NewPhone::default()
        },
        NewPhone {
            id: "yusuf".into(),
            first_name: text("يوسف"),
            last_name: text("الحداد"),
            language: text("ar"),
            telegram_id: Some(4_503_599_627_370_001),
            number: text("201001234509"),
            ..NewPhone::default()
        },
        NewPhone {
            id: "jana".into(),
            first_name: text("Jana"),
            last_name: text("Brandt-Oyelaran"),
            language: text("de"),
            telegram_id: Some(5_120_663_907),
            telegram_username: text("janab"),
            number: text("491701234509"),
            whatsapp_username: text("janab"),
            hides_number: true,
            ..NewPhone::default()
        },
        NewPhone {
            id: "kenji".into(),
            first_name: text("健司"),
            language: text("ja"),
            telegram_id: Some(8_044_219_350),
            number: text("819012345098"),
            ..NewPhone::default()
        },
    ]
}
