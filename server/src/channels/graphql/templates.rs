//! GraphQL of templates.

use async_graphql::{Context, Enum, Object, SimpleObject};
use channel_core::{
    Template, TemplateButton as CoreButton, TemplateButtonKind as CoreButtonKind, TemplateCarouselCard,
    TemplateHeader as CoreHeader, TemplateStatus as CoreStatus,
};
use chrono::{DateTime, Utc};
use shared::{ChannelId, TemplateId};

use crate::channels::store::templates::{StoredTemplate, of_channel};
use crate::channels::templates::{blank_of, needs_value, why_not};
use crate::graphql::{ContextExt, GraphqlError};

/// Most templates in one answer; a search finds the others.
const SHOWN_MAX: usize = 250;

/// Whether a template can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TemplateStatus {
    /// It can.
    Approved,
    /// Not yet.
    Pending,
    /// It cannot.
    Rejected,
    /// Not for now.
    Paused,
    /// No more.
    Disabled,
    /// `statusWord` says it.
    Other,
}

/// What stands above the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TemplateHeaderKind {
    /// A line of text, with at most one blank.
    Text,
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A document.
    Document,
    /// A place.
    Location,
}

/// What stands above the text.
#[derive(Debug, Clone, SimpleObject)]
pub struct TemplateHeader {
    kind: TemplateHeaderKind,
    /// The line, with its blank in double braces.
    text: Option<String>,
    /// Name of its blank.
    parameter: Option<String>,
}

impl From<&CoreHeader> for TemplateHeader {
    fn from(header: &CoreHeader) -> Self {
        let (kind, text) = match header {
            CoreHeader::Text(text) => (TemplateHeaderKind::Text, Some(text.clone())),
            CoreHeader::Image => (TemplateHeaderKind::Image, None),
            CoreHeader::Video => (TemplateHeaderKind::Video, None),
            CoreHeader::Document => (TemplateHeaderKind::Document, None),
            CoreHeader::Location => (TemplateHeaderKind::Location, None),
        };
        Self { kind, parameter: text.as_deref().and_then(blank_of), text }
    }
}

/// What a button of a template does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TemplateButtonKind {
    /// Answers.
    QuickReply,
    /// Opens an address.
    Url,
    /// Calls a number.
    Phone,
    /// Copies a code.
    CopyCode,
    /// Anything else.
    Other,
}

/// A button of a template.
#[derive(Debug, Clone, SimpleObject)]
pub struct TemplateButton {
    /// What it says.
    title: String,
    kind: TemplateButtonKind,
    /// Its address or number; of another kind, the platform's word for it.
    value: Option<String>,
    /// It needs a value to be sent.
    needs_value: bool,
}

impl From<&CoreButton> for TemplateButton {
    fn from(button: &CoreButton) -> Self {
        let (kind, value) = match &button.kind {
            CoreButtonKind::QuickReply => (TemplateButtonKind::QuickReply, None),
            CoreButtonKind::Url(address) => (TemplateButtonKind::Url, Some(address.clone())),
            CoreButtonKind::Phone(number) => (TemplateButtonKind::Phone, Some(number.clone())),
            CoreButtonKind::CopyCode => (TemplateButtonKind::CopyCode, None),
            CoreButtonKind::Other(word) => (TemplateButtonKind::Other, Some(word.clone())),
        };
        Self { title: button.title.clone(), kind, value, needs_value: needs_value(&button.kind) }
    }
}

/// One of several cards side by side.
#[derive(Debug, Clone, SimpleObject)]
pub struct TemplateCard {
    /// Its picture or video.
    header: Option<TemplateHeader>,
    /// Its text, with blanks in double braces.
    body: String,
    /// Names of the text's blanks, in the order in which they are filled in.
    body_parameters: Vec<String>,
    buttons: Vec<TemplateButton>,
}

impl From<&TemplateCarouselCard> for TemplateCard {
    fn from(card: &TemplateCarouselCard) -> Self {
        Self {
            header: card.header.as_ref().map(Into::into),
            body: card.body.clone(),
            body_parameters: card.body_parameters.clone(),
            buttons: card.buttons.iter().map(Into::into).collect(),
        }
    }
}

/// A template as members see it.
pub struct TemplateNode {
    stored: StoredTemplate,
    template: Template,
}

/// A text that the platform approved for writing outside the window. Known by name and language.
#[Object(name = "Template")]
impl TemplateNode {
    /// Global id.
    async fn id(&self) -> TemplateId {
        self.stored.id
    }

    /// Its name, shared by its languages.
    async fn name(&self) -> &str {
        &self.template.name
    }

    /// As the platform writes it: `en_US`.
    async fn language(&self) -> &str {
        &self.template.language
    }

    /// Whether the platform lets it be sent.
    async fn status(&self) -> TemplateStatus {
        match self.template.status {
            CoreStatus::Approved => TemplateStatus::Approved,
            CoreStatus::Pending => TemplateStatus::Pending,
            CoreStatus::Rejected => TemplateStatus::Rejected,
            CoreStatus::Paused => TemplateStatus::Paused,
            CoreStatus::Disabled => TemplateStatus::Disabled,
            CoreStatus::Other(_) => TemplateStatus::Other,
        }
    }

    /// The platform's word for that.
    async fn status_word(&self) -> &str {
        self.stored.status_word()
    }

    /// `MARKETING`, `UTILITY`, `AUTHENTICATION`: sets the price.
    async fn category(&self) -> &str {
        &self.template.category
    }

    /// The platform's opinion of it.
    async fn quality(&self) -> Option<&str> {
        self.template.quality.as_deref()
    }

    /// Why it was rejected.
    async fn rejected_reason(&self) -> Option<&str> {
        self.template.rejected_reason.as_deref()
    }

    /// What stands above the text.
    async fn header(&self) -> Option<TemplateHeader> {
        self.template.header.as_ref().map(Into::into)
    }

    /// The text, with blanks in double braces.
    async fn body(&self) -> &str {
        &self.template.body
    }

    /// Names of the text's blanks, in the order in which they are filled in.
    async fn body_parameters(&self) -> &[String] {
        &self.template.body_parameters
    }

    /// Examples for the text's blanks, in the same order; may be empty.
    async fn body_examples(&self) -> &[String] {
        &self.template.body_examples
    }

    /// The small line below.
    async fn footer(&self) -> Option<&str> {
        self.template.footer.as_deref()
    }

    /// All buttons, in order: their place is what a send names.
    async fn buttons(&self) -> Vec<TemplateButton> {
        self.template.buttons.iter().map(Into::into).collect()
    }

    /// Cards side by side.
    async fn cards(&self) -> Vec<TemplateCard> {
        self.template.cards.iter().map(Into::into).collect()
    }

    /// It can be sent from here.
    async fn can_be_sent(&self) -> bool {
        why_not(&self.template).is_none()
    }

    /// Why it cannot be sent.
    async fn why_not(&self) -> Option<String> {
        why_not(&self.template)
    }

    /// When the platform was last asked.
    async fn synced_at(&self) -> DateTime<Utc> {
        self.stored.synced_at
    }
}

/// Everything asked about templates.
#[derive(Default)]
pub struct TemplateQueries;

#[Object]
impl TemplateQueries {
    /// The templates of a channel, those that can be sent first; at most 250. `search` is part of a name or a text.
    async fn templates(
        &self,
        ctx: &Context<'_>,
        channel_id: ChannelId,
        search: Option<String>,
    ) -> Result<Vec<TemplateNode>, GraphqlError> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.app().db.read(viewer.workspace_id).await?;
        let wanted = search.unwrap_or_default().trim().to_lowercase();
        let found = of_channel(&mut tx, channel_id).await?.into_iter();
        let nodes = found.map(|stored| TemplateNode { template: stored.template(), stored });
        let matches = |node: &TemplateNode| {
            [&node.template.name, &node.template.body]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        };
        let mut nodes: Vec<TemplateNode> = nodes.filter(|node| wanted.is_empty() || matches(node)).collect();
        nodes.sort_by_key(|node| why_not(&node.template).is_some()); // stable: by name and language within
        nodes.truncate(SHOWN_MAX);
        Ok(nodes)
    }
}
