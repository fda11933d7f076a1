use channel_core::{
    Button, ButtonAction, Buttons, HeaderValue, List, ListRow, ListSection, Location, MediaFile,
    TemplateButtonKind, TemplateButtonValue, TemplateMessage, TemplateParameter,
};
use proptest::prelude::*;
use shared::{AttachmentId, TextSpan, TextStyle};

use super::*;

const MEGABYTE: u64 = 1024 * 1024;

fn file(kind: MediaKind, content_type: &str, size_bytes: u64) -> MediaFile {
    MediaFile {
        attachment_id: AttachmentId::new(),
        kind,
        name: "thing".to_owned(),
        content_type: content_type.to_owned(),
        size_bytes,
        width: None,
        height: None,
        duration_ms: None,
        known_as: None,
    }
}

fn message(text: &str, files: Vec<MediaFile>) -> OutboundMessage {
    OutboundMessage { text: RichText::plain(text), files, ..OutboundMessage::default() }
}

fn reason(message: &OutboundMessage) -> RefusalReason {
    let refusal = plan(message).unwrap_err();
    assert!(!refusal.words.is_empty());
    refusal.reason
}

/// Kind and caption of each transmission; texts are `"text"`.
fn shape(acts: &[Act]) -> Vec<(String, String)> {
    let one = |act: &Act| match act {
        Act::Text { text, .. } => ("text".to_owned(), text.plain.clone()),
        Act::Media { part, .. } => (part.file.kind.as_str().to_owned(), part.caption.plain.clone()),
        other => {
            (format!("{other:?}").split(['(', ' ']).next().unwrap_or_default().to_owned(), String::new())
        }
    };
    acts.iter().map(one).collect()
}

fn planned(message: &OutboundMessage) -> Vec<(String, String)> {
    shape(&plan(message).unwrap())
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(kind, text)| ((*kind).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn several_files_are_several_transmissions_and_the_first_has_the_words() {
    let files = vec![
        file(MediaKind::Image, "image/jpeg", 1000),
        file(MediaKind::Video, "video/mp4", 1000),
        file(MediaKind::File, "application/pdf", 1000),
    ];
    assert_eq!(planned(&message("look", files)), pairs(&[("image", "look"), ("video", ""), ("file", "")]));
    let voice = vec![file(MediaKind::Voice, "audio/ogg; codecs=opus", 1000)];
    assert_eq!(planned(&message("listen", voice)), pairs(&[("voice", ""), ("text", "listen")]));
    let long = "x".repeat(1025);
    let picture = vec![file(MediaKind::Image, "image/png", 1000)];
    assert_eq!(planned(&message(&long, picture)), pairs(&[("image", ""), ("text", &long)]));
}

#[test]
fn a_file_goes_as_what_whatsapp_takes_it() {
    for (kind, content_type, size, expected) in [
        (MediaKind::Image, "image/jpeg", 5 * MEGABYTE, "image"),
        (MediaKind::File, "image/jpeg", 5 * MEGABYTE, "file"),
        (MediaKind::Voice, "audio/ogg; codecs=opus", MEGABYTE, "voice"),
        (MediaKind::Voice, "audio/mp4", MEGABYTE, "audio"),
        (MediaKind::Audio, "audio/x-m4a", MEGABYTE, "audio"),
        (MediaKind::VideoNote, "video/mp4", MEGABYTE, "video"),
        (MediaKind::Animation, "video/mp4", MEGABYTE, "video"),
        (MediaKind::Sticker, "image/webp", 500 * 1024, "sticker"),
        (MediaKind::File, "text/csv", MEGABYTE, "file"),
        (MediaKind::File, "application/pdf", 100 * MEGABYTE, "file"),
    ] {
        let acts = planned(&message("", vec![file(kind, content_type, size)]));
        assert_eq!(acts, pairs(&[(expected, "")]), "{content_type}");
    }
}

#[test]
fn what_whatsapp_does_not_take_is_refused_with_a_reason() {
    use RefusalReason as R;
    for (kind, content_type, size, expected) in [
        (MediaKind::Image, "image/jpeg", 5 * MEGABYTE + 1, R::TooLarge),
        (MediaKind::Video, "video/mp4", 16 * MEGABYTE + 1, R::TooLarge),
        (MediaKind::Sticker, "image/webp", 501 * 1024, R::TooLarge),
        (MediaKind::File, "application/pdf", 100 * MEGABYTE + 1, R::TooLarge),
        (MediaKind::File, "application/zip", 200 * MEGABYTE, R::TooLarge),
        (MediaKind::Image, "image/webp", 1000, R::KindNotTaken),
        (MediaKind::Image, "image/heic", 1000, R::KindNotTaken),
        (MediaKind::Voice, "audio/webm", 1000, R::KindNotTaken),
        (MediaKind::Video, "video/quicktime", 1000, R::KindNotTaken),
        (MediaKind::File, "application/zip", 1000, R::KindNotTaken),
        (MediaKind::File, "application/pdf", 0, R::Empty),
    ] {
        assert_eq!(
            reason(&message("", vec![file(kind, content_type, size)])),
            expected,
            "{content_type} {size}"
        );
    }
    assert_eq!(reason(&message("  \n", Vec::new())), R::Empty);
}

fn reply(id: &str, title: &str) -> Button {
    Button { title: title.to_owned(), action: ButtonAction::Reply(id.to_owned()) }
}

fn with_buttons(text: &str, buttons: Vec<Button>) -> OutboundMessage {
    let buttons = Buttons { rows: vec![buttons], ..Buttons::default() };
    OutboundMessage { buttons: Some(buttons), ..message(text, Vec::new()) }
}

#[test]
fn buttons_stand_under_the_text_or_under_the_only_picture() {
    let two = vec![reply("y", "Yes"), reply("n", "No")];
    let acts = plan(&with_buttons("Tuesday?", two.clone())).unwrap();
    assert!(matches!(acts.as_slice(), [Act::Text { buttons: Some(_), .. }]));

    let files = vec![file(MediaKind::Image, "image/jpeg", 1000)];
    let acts = plan(&OutboundMessage { files, ..with_buttons("This one?", two.clone()) }).unwrap();
    assert!(
        matches!(acts.as_slice(), [Act::Media { part, buttons: Some(_) }] if part.caption.plain == "This one?")
    );

    let files = vec![file(MediaKind::Image, "image/jpeg", 1), file(MediaKind::Image, "image/jpeg", 1)];
    let acts = plan(&OutboundMessage { files, ..with_buttons("These?", two) }).unwrap();
    assert!(matches!(
        acts.as_slice(),
        [Act::Media { .. }, Act::Media { .. }, Act::Text { buttons: Some(_), .. }]
    ));

    let open =
        Button { title: "Shop".to_owned(), action: ButtonAction::Open("https://shop.example".to_owned()) };
    assert!(plan(&with_buttons("Look", vec![open])).is_ok());
    for ask in [ButtonAction::AskLocation, ButtonAction::AskPhone] {
        let button = Button { title: "Where are you?".to_owned(), action: ask };
        assert!(plan(&with_buttons("Where?", vec![button])).is_ok());
    }
}

#[test]
fn buttons_that_whatsapp_does_not_have_are_refused() {
    use RefusalReason as R;
    let open = |url: &str| Button { title: "Go".to_owned(), action: ButtonAction::Open(url.to_owned()) };
    let four = (0..4).map(|n| reply(&n.to_string(), &format!("Button {n}"))).collect();
    for (text, buttons, expected) in [
        ("x", four, R::KindNotTaken),
        ("x", vec![reply("a", "A"), open("https://a.example")], R::KindNotTaken),
        ("x", vec![reply("a", &"A".repeat(21))], R::TooLong),
        ("x", vec![reply("a", " ")], R::TooLong),
        ("x", vec![reply("", "A")], R::Malformed),
        ("x", vec![reply(&"i".repeat(257), "A")], R::Malformed),
        ("x", vec![reply("a", "A"), reply("a", "B")], R::Malformed),
        ("x", vec![reply("a", "A"), reply("b", "A")], R::Malformed),
        ("x", vec![open("javascript:alert(1)")], R::Malformed),
        ("x", Vec::new(), R::Malformed),
        ("", vec![reply("a", "A")], R::Empty),
        (&"x".repeat(1025), vec![reply("a", "A")], R::TooLong),
    ] {
        assert_eq!(reason(&with_buttons(text, buttons.clone())), expected, "{buttons:?}");
    }
}

fn list(sections: &[&[&str]]) -> List {
    let row = |id: &&str| ListRow { id: (*id).to_owned(), title: format!("Row {id}"), description: None };
    let section = |(at, ids): (usize, &&[&str])| ListSection {
        title: format!("Group {at}"),
        rows: ids.iter().map(row).collect(),
    };
    List {
        button: "Choose".to_owned(),
        sections: sections.iter().enumerate().map(section).collect(),
        ..List::default()
    }
}

#[test]
fn lists_have_limits_of_their_own() {
    use RefusalReason as R;
    let with = |list: List| OutboundMessage { list: Some(list), ..message("Which?", Vec::new()) };
    assert!(matches!(plan(&with(list(&[&["1", "2"], &["3"]]))).unwrap().as_slice(), [Act::List { .. }]));
    let ids: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let eleven: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(reason(&with(list(&[&eleven]))), R::KindNotTaken);
    assert_eq!(reason(&with(list(&[]))), R::KindNotTaken);
    assert_eq!(reason(&with(list(&[&["1"], &[]]))), R::KindNotTaken);
    assert_eq!(reason(&with(list(&[&["1"], &["1"]]))), R::Malformed);
    let long = List { button: "b".repeat(21), ..list(&[&["1"]]) };
    assert_eq!(reason(&with(long)), R::TooLong);
    let mut wordy = list(&[&["1"]]);
    wordy.sections[0].rows[0].description = Some("d".repeat(73));
    assert_eq!(reason(&with(wordy)), R::TooLong);
    let both = OutboundMessage { list: Some(list(&[&["1"]])), ..with_buttons("x", vec![reply("a", "A")]) };
    assert_eq!(reason(&both), R::KindNotTaken);
}

fn template() -> TemplateMessage {
    let blank = |text: &str| TemplateParameter { name: None, text: text.to_owned() };
    TemplateMessage {
        name: "order_ready".to_owned(),
        language: "de".to_owned(),
        body: vec![blank("Mia"), blank("A-7")],
        ..TemplateMessage::default()
    }
}

#[test]
fn a_template_is_one_transmission() {
    let message = OutboundMessage { template: Some(template()), ..OutboundMessage::default() };
    assert_eq!(plan(&message).unwrap(), [Act::Template(template())]);
}

#[test]
fn a_template_that_cannot_go_out_is_refused() {
    let refused = |change: &dyn Fn(&mut TemplateMessage)| {
        let mut changed = template();
        change(&mut changed);
        reason(&OutboundMessage { template: Some(changed), ..OutboundMessage::default() })
    };
    use RefusalReason as R;
    for bad in ["", "  ", "two\nlines", "a\ttab", "five     spaces"] {
        assert_eq!(
            refused(&|template| template.body[0].text = bad.to_owned()),
            R::TemplateParameters,
            "{bad:?}"
        );
    }
    assert_eq!(refused(&|template| template.body[0].name = Some("who".to_owned())), R::TemplateParameters);
    assert_eq!(refused(&|template| template.language.clear()), R::Template);
    assert_eq!(refused(&|template| template.cards = vec![TemplateMessage::default()]), R::TemplateParameters);
    let header = |file| Some(HeaderValue::Media(file));
    assert_eq!(
        refused(&|template| template.header = header(file(MediaKind::Voice, "audio/ogg", 9))),
        R::TemplateParameters
    );
    assert_eq!(
        refused(&|template| template.header = header(file(MediaKind::Image, "image/gif", 9))),
        R::KindNotTaken
    );
    let place = Location::default();
    assert_eq!(
        refused(&|template| template.header = Some(HeaderValue::Location(place.clone()))),
        R::TemplateParameters
    );
    let button = |kind, value: &str| TemplateButtonValue { index: 0, kind, value: value.to_owned() };
    assert_eq!(
        refused(&|template| template.buttons = vec![button(TemplateButtonKind::QuickReply, "")]),
        R::TemplateParameters
    );
    let phone = TemplateButtonKind::Phone("+49".to_owned());
    assert_eq!(
        refused(&|template| template.buttons = vec![button(phone.clone(), "x")]),
        R::TemplateParameters
    );
}

#[test]
fn places_and_people_come_last() {
    let outbound = OutboundMessage {
        location: Some(Location::default()),
        contacts: vec![channel_core::ContactCard::default(); 300],
        ..message("hi", Vec::new())
    };
    let acts = plan(&outbound).unwrap();
    let [Act::Text { .. }, Act::Location(_), Act::Contacts(first), Act::Contacts(rest)] = acts.as_slice()
    else {
        panic!("{:?}", shape(&acts));
    };
    assert_eq!((first.len(), rest.len()), (257, 43));
}

proptest! {
    // A long text is slow to make up.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn pieces_fit_with_their_markers(words in proptest::collection::vec("[a-z😀]{8,24}", 1..600), bold in 0_usize..5) {
        let plain = words.join(" ");
        let mut spans = Vec::new();
        let mut at = 0;
        for (number, word) in words.iter().enumerate() {
            if bold > 0 && number % bold == 0 {
                spans.push(TextSpan { start: at, end: at + word.len(), style: TextStyle::Bold });
            }
            at += word.len() + 1;
        }
        let outbound = OutboundMessage { text: RichText { plain: plain.clone(), spans }, ..OutboundMessage::default() };
        let acts = plan(&outbound).unwrap();
        let mut joined = Vec::new();
        for act in &acts {
            let Act::Text { text, .. } = act else { panic!("texts only") };
            prop_assert!(length(text) <= 4_096);
            joined.push(text.plain.clone());
        }
        prop_assert_eq!(joined.join(" "), plain);
    }
}
