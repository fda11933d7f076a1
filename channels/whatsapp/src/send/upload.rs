//! Giving WhatsApp our files.

use channel_core::{
    FileContent, FileSource, Lost, MediaFile, MediaRef, Refusal, RefusalReason, SendError, SentMedia, Wait,
};
use channel_meta::{Failed, Graph, Object};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use shared::AttachmentId;

use crate::plan::upload_type;

/// Under what WhatsApp has our files.
#[derive(Debug, Default)]
pub struct Uploads {
    known: Vec<(AttachmentId, String)>,
    fresh: Vec<(AttachmentId, String)>,
}

impl Uploads {
    /// Those from earlier sends.
    pub fn known(files: &[&MediaFile]) -> Self {
        let known = files.iter().filter_map(|file| Some((file.attachment_id, file.known_as.clone()?.0)));
        Self { known: known.collect(), fresh: Vec::new() }
    }

    /// The platform's id of a file.
    pub fn id(&self, file: &MediaFile) -> Option<&str> {
        let all = self.fresh.iter().chain(&self.known);
        all.into_iter().find(|(id, _)| *id == file.attachment_id).map(|(_, reference)| reference.as_str())
    }

    /// Earlier references turned out not to work; whether there were any.
    pub fn forget_known(&mut self) -> bool {
        !std::mem::take(&mut self.known).is_empty()
    }

    /// What was uploaded now.
    pub fn into_sent(self) -> Vec<SentMedia> {
        let sent = |(attachment_id, reference)| SentMedia { attachment_id, reference: MediaRef(reference) };
        self.fresh.into_iter().map(sent).collect()
    }

    /// Uploads what is missing, each file once.
    pub async fn fill(
        &mut self,
        graph: &Graph<'_>,
        number: &str,
        needed: &[&MediaFile],
        files: &dyn FileSource,
    ) -> Result<(), SendError> {
        for file in needed {
            if self.id(file).is_none() {
                let id = upload(graph, number, file, files).await?;
                self.fresh.push((file.attachment_id, id));
            }
        }
        Ok(())
    }
}

async fn upload(
    graph: &Graph<'_>,
    number: &str,
    file: &MediaFile,
    files: &dyn FileSource,
) -> Result<String, SendError> {
    let content_type = upload_type(&file.content_type).ok_or_else(|| {
        let words = format!("WhatsApp does not take files like “{}”.", file.name);
        SendError::Refused(Refusal::new(RefusalReason::KindNotTaken, words))
    })?;
    let content = files.open(file.attachment_id).await.map_err(Failed::File)?;
    let part = match content {
        FileContent::Bytes(bytes) => {
            let length = bytes.len() as u64;
            Part::stream_with_length(bytes, length)
        }
        FileContent::Stream { size_bytes, pieces } => {
            Part::stream_with_length(Body::wrap_stream(pieces), size_bytes)
        }
    };
    let mut headers = http::HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    let form = Form::new()
        .text("messaging_product", "whatsapp")
        .text("type", content_type)
        .part("file", part.file_name(file_name(&file.name)).headers(headers));
    let answer = graph.upload(&[number, "media"], form).await.map_err(|failed| refusal(failed, file))?;
    let id = Object::of(&answer).and_then(|answer| answer.id("id"));
    id.ok_or_else(|| again("WhatsApp took the file, but did not say as which"))
}

/// Without what would break the header of the form, or lead elsewhere.
pub fn file_name(name: &str) -> String {
    let plain: String =
        name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"')).take(240).collect();
    if plain.trim().is_empty() { "file".to_owned() } else { plain }
}

fn again(words: &str) -> SendError {
    SendError::Temporary(Wait::guess(words))
}

/// An upload makes no message: that one got lost is no reason not to try again.
fn refusal(failed: Failed, file: &MediaFile) -> SendError {
    match failed {
        Failed::Lost(Lost::Unknown(words)) => again(words),
        Failed::Refused(error) if error.code == 100 && error.subcode.is_none() => {
            SendError::Refused(Refusal {
                reason: RefusalReason::KindNotTaken,
                words: format!("WhatsApp does not take the file “{}”: {}", file.name, error.words()),
                code: Some(error.shown()),
            })
        }
        other => match SendError::from(other) {
            SendError::Uncertain(words) => again(&words),
            certain => certain,
        },
    }
}
