//! Text marks: parse modes, given entities, and those that Telegram finds by itself. Offsets are UTF-16 units.

use serde_json::{Map, Value, json};

use super::error::TelegramError;

/// Parses `HTML`, `MarkdownV2` or `Markdown` into plain text and entities.
///
/// # Errors
/// 400 for an unknown mode or a mark that is not closed.
pub fn parse(text: &str, mode: &str) -> Result<(String, Vec<Value>), TelegramError> {
    match mode.to_ascii_lowercase().as_str() {
        "html" => html(text),
        "markdownv2" => markdown(text, true),
        "markdown" => markdown(text, false),
        _ => Err(TelegramError::bad_request("unsupported parse_mode")),
    }
}

fn cannot(words: &str) -> TelegramError {
    TelegramError::bad_request(&format!("can't parse entities: {words}"))
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Keeps given entities that lie within the text.
#[must_use]
pub fn checked(text: &str, given: Vec<Value>) -> Vec<Value> {
    let length = units(text);
    given
        .into_iter()
        .filter(|entity| {
            let part =
                |key: &str| entity.get(key).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            match (part("offset"), part("length")) {
                (Some(offset), Some(span)) => span > 0 && offset.saturating_add(span) <= length,
                _ => false,
            }
        })
        .collect()
}

/// Commands, links, mail addresses, mentions and hashtags.
#[must_use]
pub fn found_in(text: &str) -> Vec<Value> {
    let mut entities = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let plain = word.trim_end().trim_end_matches(['.', ',', '!', '?', ')', ';', ':']);
        let named = |rest: &str| {
            !rest.is_empty() && rest.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '@')
        };
        let kind = if plain.starts_with("http://") || plain.starts_with("https://") {
            Some("url")
        } else if plain.strip_prefix('/').is_some_and(|rest| named(rest) && rest.is_ascii()) {
            Some("bot_command")
        } else if plain.strip_prefix('@').is_some_and(|rest| named(rest) && rest.len() >= 4) {
            Some("mention")
        } else if plain.strip_prefix('#').is_some_and(named) {
            Some("hashtag")
        } else if plain.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')) {
            Some("email")
        } else {
            None
        };
        if let Some(kind) = kind {
            entities.push(json!({ "type": kind, "offset": offset, "length": units(plain) }));
        }
        offset += units(word);
    }
    entities
}

/// An open mark: its kind, where it began, and what else the entity holds.
struct Open {
    kind: &'static str,
    offset: usize,
    more: Map<String, Value>,
}

fn close(open: Open, end: usize, entities: &mut Vec<Value>) {
    if end > open.offset {
        let mut entity = open.more;
        entity.insert("type".into(), open.kind.into());
        entity.insert("offset".into(), open.offset.into());
        entity.insert("length".into(), (end - open.offset).into());
        entities.push(Value::Object(entity));
    }
}

fn finish(text: String, mut entities: Vec<Value>) -> (String, Vec<Value>) {
    let at = |entity: &Value| entity.get("offset").and_then(Value::as_u64);
    entities.sort_by_key(at);
    (text, entities)
}

fn html(source: &str) -> Result<(String, Vec<Value>), TelegramError> {
    let (mut text, mut entities, mut stack) = (String::new(), Vec::new(), Vec::<(String, Open)>::new());
    let mut rest = source;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if from.starts_with('&') {
            let (character, length) = reference(from);
            text.push(character);
            rest = from.get(length..).unwrap_or_default();
            continue;
        }
        let (tag, after) =
            from.get(1..).unwrap_or_default().split_once('>').ok_or_else(|| cannot("unclosed start tag"))?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let (open_name, open) = stack.pop().ok_or_else(|| cannot("unexpected end tag"))?;
            if !open_name.eq_ignore_ascii_case(name.trim()) {
                return Err(cannot("unmatched end tag"));
            }
            close(open, units(&text), &mut entities);
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let mut more = Map::new();
        let kind = match name.as_str() {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "code" => "code",
            "pre" => "pre",
            "blockquote" => "blockquote",
            "tg-spoiler" | "span" => "spoiler",
            "a" => {
                let url =
                    tag.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(url, _)| url);
                more.insert("url".into(), url.unwrap_or_default().replace("&amp;", "&").into());
                "text_link"
            }
            other => return Err(cannot(&format!("unsupported start tag \"{other}\""))),
        };
        stack.push((name, Open { kind, offset: units(&text), more }));
    }
    text.push_str(rest);
    if let Some((name, _)) = stack.pop() {
        return Err(cannot(&format!("can't find end tag corresponding to start tag \"{name}\"")));
    }
    Ok(finish(text, entities))
}

/// A character reference at the beginning of the text, and its length in bytes.
fn reference(text: &str) -> (char, usize) {
    const NAMES: [(&str, char); 4] = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
    NAMES
        .iter()
        .find(|(name, _)| text.starts_with(name))
        .map_or(('&', 1), |(name, character)| (*character, name.len()))
}

fn markdown(source: &str, second: bool) -> Result<(String, Vec<Value>), TelegramError> {
    let (mut text, mut entities, mut stack) = (String::new(), Vec::new(), Vec::<Open>::new());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        let escaped = rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        if let Some(escaped) = escaped.filter(char::is_ascii_punctuation) {
            text.push(escaped);
            rest = rest.get(2..).unwrap_or_default();
            continue;
        }
        let marks: [(&str, &'static str); 7] = [
            ("```", "pre"),
            ("||", "spoiler"),
            ("__", "underline"),
            ("`", "code"),
            ("*", "bold"),
            ("_", "italic"),
            ("~", "strikethrough"),
        ];
        let mark = marks.iter().find(|(mark, kind)| {
            rest.starts_with(mark) && (second || matches!(*kind, "bold" | "italic" | "code" | "pre"))
        });
        if let Some((mark, kind)) = mark {
            match stack.iter().rposition(|open| open.kind == *kind) {
                Some(at) => close(stack.remove(at), units(&text), &mut entities),
                None => stack.push(Open { kind, offset: units(&text), more: Map::new() }),
            }
            rest = rest.get(mark.len()..).unwrap_or_default();
        } else if let Some((label, url, after)) = link(rest) {
            let mut more = Map::new();
            more.insert("url".into(), url.into());
            let offset = units(&text);
            text.push_str(label);
            close(Open { kind: "text_link", offset, more }, units(&text), &mut entities);
            rest = after;
        } else if second && "[](){}#+-=.!>".contains(character) {
            return Err(cannot(&format!("character '{character}' is reserved and must be escaped")));
        } else {
            text.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
    match stack.pop() {
        Some(open) => Err(cannot(&format!("can't find end of {} entity", open.kind))),
        None => Ok(finish(text, entities)),
    }
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (url, after) = rest.split_once(')')?;
    Some((label, url, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_utf16_units() {
        let (text, entities) =
            parse("😀 <b>né</b> &amp; <a href=\"https://a.example\">link</a>", "HTML").unwrap();
        assert_eq!(text, "😀 né & link");
        assert_eq!(entities[0], json!({ "type": "bold", "offset": 3, "length": 2 }));
        assert_eq!(
            entities[1],
            json!({ "type": "text_link", "offset": 8, "length": 4, "url": "https://a.example" })
        );
    }

    #[test]
    fn marks_that_do_not_close_are_refused() {
        for (text, mode) in [("<b>x", "HTML"), ("x</b>", "HTML"), ("*x", "MarkdownV2"), ("a.b", "MarkdownV2")]
        {
            assert!(parse(text, mode).unwrap_err().description.contains("can't parse entities"), "{text}");
        }
    }

    #[test]
    fn markdown_escapes_and_marks_are_read() {
        let (text, entities) = parse("*bold* a\\.b `c`", "MarkdownV2").unwrap();
        assert_eq!(text, "bold a.b c");
        assert_eq!(entities.len(), 2);
    }

    #[test]
    fn commands_and_links_are_found() {
        let found = found_in("/start abc, see https://a.example.");
        assert_eq!(found[0], json!({ "type": "bot_command", "offset": 0, "length": 6 }));
        assert_eq!(found[1], json!({ "type": "url", "offset": 16, "length": 17 }));
    }
}
