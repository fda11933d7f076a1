//! The templates that are there from the start.

use serde_json::{Value, json};

use super::templates::Template;
use crate::chance::Chance;

/// The templates every new business account has: each kind that an inbox must show and fill.
#[must_use]
pub fn first_templates(chance: &Chance) -> Vec<Template> {
    let body = |text: &str| json!({ "type": "BODY", "text": text });
    let quick = |text: &str| json!({ "type": "QUICK_REPLY", "text": text });
    let mut all = Vec::new();
    let mut add = |name: &str, language: &str, category: &str, components: Vec<Value>| {
        all.push(Template {
            id: chance.digits(15),
            name: name.to_owned(),
            language: language.to_owned(),
            status: "APPROVED".to_owned(),
            category: category.to_owned(),
            components,
            named: false,
            quality: "GREEN".to_owned(),
            rejected_reason: "NONE".to_owned(),
        });
    };
    let hello = vec![
        json!({ "type": "HEADER", "format": "TEXT", "text": "Hello World" }),
        body("Welcome and congratulations!! This message demonstrates your ability to send a template."),
        json!({ "type": "FOOTER", "text": "WhatsApp Business Platform sample message" }),
    ];
    add("hello_world", "en_US", "UTILITY", hello);
    for (language, text, thanks, map) in [
        ("en_US", "Hi {{1}}, your order {{2}} is ready to pick up.", "Thanks", "Map"),
        ("de", "Hallo {{1}}, deine Bestellung {{2}} liegt bereit.", "Danke", "Karte"),
        ("pt_BR", "Olá {{1}}, seu pedido {{2}} está pronto.", "Obrigada", "Mapa"),
    ] {
        let url = json!({ "type": "URL", "text": map, "url": "https://shop.example/k/{{1}}" });
        let parts = vec![
            json!({ "type": "BODY", "text": text, "example": { "body_text": [["Mia", "A-7"]] } }),
            json!({ "type": "FOOTER", "text": "Jacket & Sons" }),
            json!({ "type": "BUTTONS", "buttons": [quick(thanks), url] }),
        ];
        add("order_ready", language, "UTILITY", parts);
    }
    add(
        "new_arrivals",
        "en_US",
        "MARKETING",
        vec![
            json!({ "type": "HEADER", "format": "IMAGE" }),
            body("The new season is here, {{1}}: {{2}} off until Sunday."),
            json!({ "type": "BUTTONS", "buttons": [quick("Show me"), quick("Stop promotions")] }),
        ],
    );
    add(
        "visit_us",
        "en_US",
        "UTILITY",
        vec![
            json!({ "type": "HEADER", "format": "LOCATION" }),
            body("Your fitting is on {{1}}. We look forward to seeing you!"),
        ],
    );
    add(
        "invoice",
        "en_US",
        "UTILITY",
        vec![
            json!({ "type": "HEADER", "format": "DOCUMENT" }),
            body("Here is your invoice {{1}}, thank you."),
        ],
    );
    let card = |text: &str| {
        json!({ "components": [
            { "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": text },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "I want it" }] } ] })
    };
    add(
        "lookbook",
        "en_US",
        "MARKETING",
        vec![
            body("Three jackets picked for you, {{1}}."),
            json!({ "type": "CAROUSEL", "cards": [card("The blue one"), card("The green one"), card("The red one")] }),
        ],
    );
    add("old_promo", "en_US", "MARKETING", vec![body("Last chance, {{1}}!")]);
    add("cheap_loans", "en_US", "MARKETING", vec![body("Get money now.")]);
    if let Some(template) = all.iter_mut().find(|template| template.name == "old_promo") {
        "PAUSED".clone_into(&mut template.status);
        "RED".clone_into(&mut template.quality);
    }
    if let Some(template) = all.iter_mut().find(|template| template.name == "cheap_loans") {
        "REJECTED".clone_into(&mut template.status);
        "ABUSIVE_CONTENT".clone_into(&mut template.rejected_reason);
    }
    all.push(Template {
        id: chance.digits(15),
        name: "appointment".to_owned(),
        language: "en_US".to_owned(),
        status: "APPROVED".to_owned(),
        category: "UTILITY".to_owned(),
        components: vec![
            json!({ "type": "HEADER", "format": "TEXT", "text": "Appointment {{number}}" }),
            body("Hi {{first_name}}, we see you on {{day}} at our shop."),
            json!({ "type": "BUTTONS", "buttons": [quick("Confirm"), quick("Move it")] }),
        ],
        named: true,
        quality: "GREEN".to_owned(),
        rejected_reason: "NONE".to_owned(),
    });
    all
}
