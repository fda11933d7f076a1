//! Where an update belongs, before it is read.

use channel_core::{Addressee, Route};

use crate::json::Object;
use crate::normalise;

/// One lane per chat, so that messages, edits, reactions and blocks of one person stay in the order in which they
/// came. The update's number begins anew at random after a quiet week, so the time goes into the key, too.
pub fn route(body: &[u8]) -> Vec<Route> {
    let Ok(update) = normalise::parse(body) else { return vec![Route::to_endpoint()] };
    let Some(update) = Object::of(&update) else { return vec![Route::to_endpoint()] };
    let content = update.keys().filter(|key| *key != "update_id").find_map(|key| update.object(key));
    let message = content.and_then(|content| content.object("message"));
    let chat = content
        .and_then(|content| content.object("chat"))
        .or_else(|| message.and_then(|message| message.object("chat")));
    let person = chat.or_else(|| content.and_then(|content| content.object("from")));
    let time = ["edit_date", "date"].into_iter().find_map(|key| content?.id(key));
    let own_id = content.and_then(|content| content.text("id")); // of a press, which has no time
    let number = update.id("update_id");
    vec![Route {
        to: Addressee::Endpoint,
        lane: person.and_then(|person| person.id("id")).map(|id| id.to_string()).unwrap_or_default(),
        repeat_key: number.map(|number| match (time, own_id) {
            (Some(time), _) => format!("{number}@{time}"),
            (None, Some(id)) => format!("{number}#{id}"),
            (None, None) => number.to_string(),
        }),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_a_lane_and_a_repeat_has_the_same_key() {
        let body = br#"{"update_id":7,"message":{"message_id":1,"date":1779012345,"chat":{"id":-1002345678901,"type":"supergroup"}}}"#;
        let [route] = route(body).try_into().unwrap();
        assert_eq!(route.lane, "-1002345678901");
        assert_eq!(route.repeat_key.as_deref(), Some("7@1779012345"));
    }

    #[test]
    fn a_press_belongs_to_its_person_though_its_message_is_gone() {
        let body = br#"{"update_id":8,"callback_query":{"id":"55","from":{"id":6812345678},"data":"yes"}}"#;
        let [route] = route(body).try_into().unwrap();
        assert_eq!((route.lane.as_str(), route.repeat_key.as_deref()), ("6812345678", Some("8#55")));
    }

    #[test]
    fn what_cannot_be_read_belongs_to_its_endpoint() {
        for body in [&b"x"[..], b"[]", b"{}", b"{\"update_id\":1,\"message\":4}"] {
            assert_eq!(route(body)[0].to, Addressee::Endpoint);
        }
    }
}
