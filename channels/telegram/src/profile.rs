//! What Telegram tells about a person.

use channel_core::{Alias, AliasKind, CallError, ChannelAccount, MediaRef, PersonProfile, ProviderApi};
use serde_json::json;

use crate::api::Api;
use crate::error::Failed;
use crate::ids::Thread;
use crate::json::Object;
use crate::normalise::display_name;

/// Asks for the person of a thread; `None` if Telegram does not know them (any more).
pub async fn profile(
    provider: &ProviderApi,
    account: &ChannelAccount,
    person: &str,
) -> Result<Option<PersonProfile>, CallError> {
    let Some(thread) = Thread::parse(person) else { return Ok(None) };
    let api = Api::of(provider, &account.secrets)?;
    let chat = match api.call("getChat", &json!({ "chat_id": thread.chat_id })).await {
        Ok(chat) => chat,
        Err(Failed::Refused(error)) if matches!(error.code, 400 | 403) => return Ok(None),
        Err(failed) => return Err(failed.into()),
    };
    let Some(chat) = Object::of(&chat) else { return Ok(None) };
    let username = chat.owned("username").map(|value| Alias { kind: AliasKind::Username, value });
    let photo = chat.object("photo");
    Ok(Some(PersonProfile {
        display_name: display_name(chat),
        aliases: username.into_iter().collect(),
        locale: None,
        about: chat.owned("bio"),
        picture: photo
            .and_then(|photo| photo.owned("big_file_id").or_else(|| photo.owned("small_file_id")))
            .map(MediaRef),
    }))
}
