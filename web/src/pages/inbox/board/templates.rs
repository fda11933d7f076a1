//! The templates of each channel: loaded when they are wanted, shown at once when they were loaded before.

use std::sync::Arc;

use leptos::task::spawn_local;
use shared::ChannelId;

use super::{Board, follow, ring, with};
use crate::api::client::run;
use crate::api::templates::{TEMPLATES, Template, TemplatesOf};

/// What is known of a channel's templates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Templates {
    /// None until loaded.
    pub all: Option<Vec<Arc<Template>>>,
    /// They could not be had.
    pub failure: Option<String>,
}

impl Board {
    /// A channel's templates; tracked.
    pub fn templates(self, channel_id: ChannelId) -> Templates {
        follow(|signals| signals.drafts.clone());
        with(|inner| inner.templates.get(&channel_id).cloned()).flatten().unwrap_or_default()
    }

    /// Loads a channel's templates anew; those known stay on screen meanwhile.
    pub fn load_templates(self, channel_id: ChannelId) {
        spawn_local(async move {
            let answer = run(&TEMPLATES, TemplatesOf { channel_id }).await;
            with(|inner| {
                let known = inner.templates.entry(channel_id).or_default();
                match answer {
                    Ok(answer) => {
                        known.all = Some(answer.templates.into_iter().map(Arc::new).collect());
                        known.failure = None;
                    }
                    Err(failure) => known.failure = Some(failure.sentence()),
                }
            });
            ring(|signals| Some(signals.drafts.clone()));
        });
    }
}
