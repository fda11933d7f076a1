//! A call with files, as a form.

use channel_core::{FileContent, FileSource};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::build::Call;
use crate::error::Failed;

/// Opens the files and puts them into a form with the parameters. Lists and objects go as JSON text.
pub async fn build(call: &Call<'_>, files: &dyn FileSource) -> Result<Form, Failed> {
    let mut form = Form::new();
    for (key, value) in &call.parameters {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        form = form.text(key.clone(), text);
    }
    for upload in &call.uploads {
        let content = files.open(upload.file.attachment_id).await.map_err(Failed::File)?;
        let part = match content {
            FileContent::Bytes(bytes) => {
                let length = bytes.len() as u64;
                Part::stream_with_length(bytes, length)
            }
            FileContent::Stream { size_bytes, pieces } => {
                Part::stream_with_length(Body::wrap_stream(pieces), size_bytes)
            }
        };
        form = form.part(upload.part.clone(), named(part, &upload.file.name, &upload.file.content_type));
    }
    Ok(form)
}

fn named(part: Part, name: &str, content_type: &str) -> Part {
    let plain: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"')).collect();
    let name = if plain.trim().is_empty() { "file".to_owned() } else { plain };
    let mut headers = http::HeaderMap::new();
    if let Ok(content_type) = http::HeaderValue::from_str(content_type) {
        headers.insert(http::header::CONTENT_TYPE, content_type);
    }
    part.file_name(name).headers(headers)
}
