//! SQL of templates.

use channel_core::{Template, TemplateChange};
use chrono::{DateTime, Utc};
use shared::{ChannelId, ChannelState, TemplateId};
use sqlx::FromRow;
use sqlx::types::Json;

use crate::channels::templates::status;
use crate::db::WorkspaceTx;

/// A template as it is kept.
#[derive(Debug, Clone, FromRow)]
pub struct StoredTemplate {
    /// Ours.
    pub id: TemplateId,
    /// Whose.
    pub channel_id: ChannelId,
    content: Json<Template>,
    status: String,
    category: String,
    quality: Option<String>,
    rejected_reason: Option<String>,
    /// When the platform was last asked.
    pub synced_at: DateTime<Utc>,
}

impl StoredTemplate {
    /// The template, with what the platform reported since.
    #[must_use]
    pub fn template(&self) -> Template {
        Template {
            status: status::read(&self.status),
            category: self.category.clone(),
            quality: self.quality.clone(),
            rejected_reason: self.rejected_reason.clone(),
            ..self.content.0.clone()
        }
    }

    /// The platform's word for its status.
    #[must_use]
    pub fn status_word(&self) -> &str {
        &self.status
    }
}

/// What is known of a template before it is read anew.
#[derive(Debug, Clone, FromRow)]
pub struct Known {
    /// Ours.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The platform's word for its status.
    pub status: String,
    /// What sets its price.
    pub category: String,
    /// The platform's opinion.
    pub quality: Option<String>,
    /// The platform no longer lists it.
    pub gone: bool,
}

/// A template to keep.
pub struct NewTemplate<'a>(&'a Template);

impl<'a> NewTemplate<'a> {
    /// As the platform lists it.
    pub fn of(template: &'a Template) -> Self {
        Self(template)
    }
}

/// Locks the channel, so that it is read by one at a time; false when it is not connected.
pub async fn lock_channel(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<bool> {
    let workspace_id = tx.workspace_id();
    let there = sqlx::query(
        "select from channels where workspace_id = $1 and id = $2 and state <> $3 for no key update",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(ChannelState::Disconnected)
    .fetch_optional(tx.conn())
    .await?;
    Ok(there.is_some())
}

/// All that is known of a channel's templates, gone ones included.
pub async fn known(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Vec<Known>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, name, language, status, category, quality, gone_at is not null as gone
         from templates where workspace_id = $1 and channel_id = $2",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_all(tx.conn())
    .await
}

/// Keeps templates as listed; a known name in a known language keeps its id.
pub async fn put(tx: &mut WorkspaceTx, id: ChannelId, new: &[NewTemplate<'_>]) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    let texts =
        |text: fn(&Template) -> &str| new.iter().map(|new| text(new.0).to_owned()).collect::<Vec<_>>();
    let optional = |text: fn(&Template) -> &Option<String>| {
        new.iter().map(|new| text(new.0).clone()).collect::<Vec<_>>()
    };
    sqlx::query(
        "insert into templates as t (workspace_id, id, channel_id, platform_id, name, language, status, category,
                                     quality, rejected_reason, content)
         select $1, n.id, $2, n.platform_id, n.name, n.language, n.status, n.category, n.quality, n.reason, n.content
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                     $11::jsonb[])
              as n(id, platform_id, name, language, status, category, quality, reason, content)
         on conflict (workspace_id, channel_id, name, language) do update set
             platform_id = excluded.platform_id, status = excluded.status, category = excluded.category,
             quality = excluded.quality, rejected_reason = excluded.rejected_reason, content = excluded.content,
             synced_at = now(), gone_at = null",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(new.iter().map(|_| TemplateId::new().0).collect::<Vec<_>>())
    .bind(texts(|template| &template.id))
    .bind(texts(|template| &template.name))
    .bind(texts(|template| &template.language))
    .bind(texts(|template| status::word(&template.status)))
    .bind(texts(|template| &template.category))
    .bind(optional(|template| &template.quality))
    .bind(optional(|template| &template.rejected_reason))
    .bind(new.iter().map(|new| Json(new.0)).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// These are no longer listed.
pub async fn set_gone(tx: &mut WorkspaceTx, id: ChannelId, gone: &[TemplateId]) -> sqlx::Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let workspace_id = tx.workspace_id();
    sqlx::query(
        "update templates set gone_at = now(), synced_at = now()
         where workspace_id = $1 and channel_id = $2 and id = any($3)",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(gone.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps what the platform reports of one template; what was known of it before, or nothing for an unknown one.
pub async fn apply(
    tx: &mut WorkspaceTx,
    id: ChannelId,
    change: &TemplateChange,
) -> sqlx::Result<Option<Known>> {
    let workspace_id = tx.workspace_id();
    let known: Option<Known> = sqlx::query_as(
        "select id, name, language, status, category, quality, gone_at is not null as gone from templates
         where workspace_id = $1 and channel_id = $2 and platform_id = $3 for no key update",
    )
    .bind(workspace_id)
    .bind(id)
    .bind(&change.template_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(known) = known else { return Ok(None) };
    sqlx::query(
        "update templates set status = coalesce($3, status), quality = coalesce($4, quality),
                category = coalesce($5, category),
                rejected_reason = case when $3 is null then rejected_reason else $6 end
         where workspace_id = $1 and id = $2",
    )
    .bind(workspace_id)
    .bind(known.id)
    .bind(&change.status)
    .bind(&change.quality)
    .bind(&change.category)
    .bind(change.reason.as_ref().filter(|reason| *reason != "NONE"))
    .execute(tx.conn())
    .await?;
    Ok(Some(known))
}

macro_rules! templates {
    ($condition:literal) => {
        concat!(
            "select id, channel_id, content, status, category, quality, rejected_reason, synced_at
             from templates where workspace_id = $1 and gone_at is null and ",
            $condition
        )
    };
}

/// The templates of a channel that the platform lists, by name and language.
///
/// # Errors
/// When the database refuses.
pub async fn of_channel(tx: &mut WorkspaceTx, id: ChannelId) -> sqlx::Result<Vec<StoredTemplate>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(templates!("channel_id = $2 order by name, language"))
        .bind(workspace_id)
        .bind(id)
        .fetch_all(tx.conn())
        .await
}

/// One template of a channel.
pub async fn one(
    tx: &mut WorkspaceTx,
    channel_id: ChannelId,
    id: TemplateId,
) -> sqlx::Result<Option<StoredTemplate>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(templates!("channel_id = $2 and id = $3"))
        .bind(workspace_id)
        .bind(channel_id)
        .bind(id)
        .fetch_optional(tx.conn())
        .await
}
