//! How far an answer has come: as a whole, and each of its parts.

use leptos::prelude::*;
use shared::{AttachmentKind, MessageStatus};

use crate::api::messages::{Message, Transmission};
use crate::components::Icon;
use crate::components::icon::Icon as Shape;

/// A tick for the eye, a word for screen readers and the tooltip.
pub fn ticks(status: MessageStatus) -> AnyView {
    let (shape, class) = match status {
        MessageStatus::Queued | MessageStatus::Unknown => (Shape::Clock, "ticks"),
        MessageStatus::Sent => (Shape::Check, "ticks"),
        MessageStatus::Delivered => (Shape::CheckCheck, "ticks"),
        MessageStatus::Read => (Shape::CheckCheck, "ticks ticks--seen"),
        MessageStatus::Failed => (Shape::CircleAlert, "ticks ticks--failed"),
    };
    let words = words(status);
    view! { <span class=class title=words><Icon icon=shape/><span class="visually-hidden">{words}</span></span> }.into_any()
}

/// A status in words.
pub const fn words(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Queued => "Queued",
        MessageStatus::Sent => "Sent",
        MessageStatus::Delivered => "Delivered",
        MessageStatus::Read => "Seen",
        MessageStatus::Failed => "Failed",
        MessageStatus::Unknown => "Not confirmed: it may have gone out",
    }
}

/// What the platform got, part by part, when it is more than one; and what had to be left out.
pub fn transmissions(message: &Message) -> Option<AnyView> {
    let parts = &message.transmissions;
    let notes = parts.iter().flat_map(|part| part.notes.iter().cloned());
    let notes: Vec<_> = notes.map(|note| view! { <p class="entry__note" dir="auto">{note}</p> }).collect();
    let list = (parts.len() > 1).then(|| {
        let rows = parts.iter().map(|part| {
            let reason = part
                .failure
                .clone()
                .map(|reason| view! { <span class="receipts__reason" dir="auto">{reason}</span> });
            view! {
                <li>
                    {ticks(part.status)}
                    <span>{name(part, message)}</span>
                    <span class="receipts__state" aria-hidden="true">{words(part.status)}</span>
                    {reason}
                </li>
            }
        });
        view! {
            <details class="receipts" open=in_trouble(parts)>
                <summary>{in_sum(parts)}</summary>
                <ul>{rows.collect_view()}</ul>
            </details>
        }
    });
    (list.is_some() || !notes.is_empty()).then(|| view! { {list}{notes} }.into_any())
}

/// Some parts went and others did not: that has to be seen.
fn in_trouble(parts: &[Transmission]) -> bool {
    parts.iter().any(|part| matches!(part.status, MessageStatus::Failed | MessageStatus::Unknown))
}

/// `3 parts, delivered`, or `3 parts: 2 delivered, 1 failed`.
fn in_sum(parts: &[Transmission]) -> String {
    let order = [
        MessageStatus::Read,
        MessageStatus::Delivered,
        MessageStatus::Sent,
        MessageStatus::Queued,
        MessageStatus::Unknown,
        MessageStatus::Failed,
    ];
    let counts = order.map(|status| (status, parts.iter().filter(|part| part.status == status).count()));
    let word = |status| match status {
        MessageStatus::Unknown => "not confirmed".to_owned(),
        _ => words(status).to_lowercase(),
    };
    let there: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    match there.as_slice() {
        [(status, count)] => format!("{count} parts, {}", word(*status)),
        several => {
            let each: Vec<_> =
                several.iter().map(|(status, count)| format!("{count} {}", word(*status))).collect();
            format!("{} parts: {}", parts.len(), each.join(", "))
        }
    }
}

/// What a part is: the name of its file, or its kind.
fn name(part: &Transmission, message: &Message) -> String {
    let mut files = message.attachments.iter().filter(|file| part.attachment_ids.contains(&file.id));
    match (files.next(), files.count()) {
        (Some(file), 0) => match file.kind {
            AttachmentKind::Voice => "Voice message".to_owned(),
            _ => file.name.clone(),
        },
        (Some(_), more) => format!("{} files together", more + 1),
        (None, _) => match part.what.as_str() {
            "text" => "Text".to_owned(),
            "location" => "Location".to_owned(),
            "template" => "Template".to_owned(),
            other => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use shared::{AttachmentId, Direction};

    use super::*;
    use crate::api::messages::Attachment;

    fn part(status: MessageStatus) -> Transmission {
        Transmission {
            what: "text".to_owned(),
            status,
            failure: None,
            notes: Vec::new(),
            attachment_ids: Vec::new(),
        }
    }

    fn file(name: &str) -> Attachment {
        Attachment { name: name.to_owned(), ..Attachment::plain() }
    }

    #[test]
    fn the_sum_names_every_state_there_is_the_furthest_first() {
        let (read, failed, unknown) = (MessageStatus::Read, MessageStatus::Failed, MessageStatus::Unknown);
        assert_eq!(in_sum(&[part(read), part(read)]), "2 parts, seen");
        assert_eq!(
            in_sum(&[part(failed), part(read), part(unknown)]),
            "3 parts: 1 seen, 1 not confirmed, 1 failed"
        );
        assert!(in_trouble(&[part(read), part(failed)]) && !in_trouble(&[part(read)]));
    }

    #[test]
    fn a_part_goes_by_the_name_of_its_file() {
        let mut message = Message::plain(1, Direction::Outbound);
        message.attachments = vec![file("a.pdf"), file("b.pdf")];
        let all: Vec<_> = message.attachments.iter().map(|file| file.id).collect();
        let of =
            |ids: &[AttachmentId]| Transmission { attachment_ids: ids.to_vec(), ..part(MessageStatus::Sent) };
        assert_eq!(name(&of(&all[1..]), &message), "b.pdf");
        assert_eq!(name(&of(&all), &message), "2 files together");
        assert_eq!(name(&of(&[]), &message), "Text");
    }
}
