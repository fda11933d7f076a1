//! An event as bytes, kept with the event: whoever asks by the same document gets the same ones.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::value::RawValue;
use tokio::sync::OnceCell;

/// Tells documents apart: a SHA-256 of the document and the operation's name.
pub type DocumentKey = [u8; 32];

/// What one document makes of an event. `None` inside: it says something about whoever asks.
type Bytes = Arc<OnceCell<Option<Arc<RawValue>>>>;

/// What each document makes of an event.
#[derive(Debug, Default)]
pub struct Rendered(Mutex<Vec<(DocumentKey, Bytes)>>);

impl Rendered {
    /// The bytes for a document, made by the first who asks while the others wait. `None` when they differ
    /// from viewer to viewer: then each makes their own.
    pub async fn get_or_make(
        &self,
        document: DocumentKey,
        make: impl Future<Output = Option<Arc<RawValue>>>,
    ) -> Option<Arc<RawValue>> {
        let bytes = self.of(document);
        bytes.get_or_init(|| make).await.clone()
    }

    fn of(&self, document: DocumentKey) -> Bytes {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = all.iter().find(|(known, _)| *known == document) {
            return Arc::clone(bytes);
        }
        let bytes = Bytes::default();
        all.push((document, Arc::clone(&bytes)));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Option<Arc<RawValue>> {
        RawValue::from_string(text.to_owned()).ok().map(Arc::from)
    }

    #[tokio::test]
    async fn each_document_is_rendered_once() {
        let rendered = Rendered::default();
        let first = rendered.get_or_make([1; 32], async { raw("1") }).await;
        let again = rendered.get_or_make([1; 32], async { raw("2") }).await;
        let other = rendered.get_or_make([2; 32], async { raw("3") }).await;
        assert_eq!(first.unwrap().get(), "1");
        assert_eq!(again.unwrap().get(), "1");
        assert_eq!(other.unwrap().get(), "3");
    }
}
