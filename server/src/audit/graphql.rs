//! The log and the state of its chain, for owners and admins.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{AuditAction, Role, TargetKind};

use super::store::{self, StoredEntry};
use super::words::{self, Labels};
use super::{Entry, NotaryError, verify_with_anchors};
use crate::app::App;
use crate::error::AppError;
use crate::graphql::{ContextExt as _, Cursor, GraphqlError, Page, PageInfo, page_size};
use crate::viewer::Viewer;

/// One act: who did what to which.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AuditEntry")]
struct AuditEntryNode {
    /// 1, 2, 3 … without gaps.
    seq: i64,
    at: DateTime<Utc>,
    /// `member`, `contact`, `system` or `operator`.
    actor_kind: String,
    /// As the actor is called now.
    actor_name: String,
    actor_id: Option<ID>,
    /// `conversation.assigned`, …
    action: String,
    target_kind: Option<String>,
    target_id: Option<ID>,
    /// For people: "Eva Lund assigned conversation #12 to Sam".
    sentence: String,
    /// Before, after and other circumstances, as JSON; null when there are none or they were erased.
    details: Option<String>,
    /// This entry's hash over itself and the entry before it, in hexadecimal.
    hash: String,
    /// Whether its details were erased. The chain holds all the same.
    erased: bool,
    /// Where the request came from.
    client_address: Option<String>,
}

#[derive(Debug, SimpleObject)]
struct AuditEdge {
    cursor: String,
    node: AuditEntryNode,
}

#[derive(Debug, SimpleObject)]
#[graphql(complex)]
struct AuditConnection {
    edges: Vec<AuditEdge>,
    page_info: PageInfo,
}

#[async_graphql::ComplexObject]
impl AuditConnection {
    /// The entries without their cursors.
    async fn nodes(&self) -> Vec<&AuditEntryNode> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

/// Whether the log is as it was written.
#[derive(Debug, SimpleObject)]
struct AuditChainState {
    /// How many entries there are.
    entries: i64,
    /// The last entry's hash, in hexadecimal.
    head_hash: String,
    /// Every link, every commitment and every signed anchor fits.
    verified: bool,
    checked_at: DateTime<Utc>,
    /// The first entry that does not fit.
    first_bad_seq: Option<i64>,
}

/// What can be asked about the log.
#[derive(Default)]
pub struct AuditQueries;

#[Object]
impl AuditQueries {
    /// Who did what, newest first. For owners and admins; reading it is an entry itself, once in a while.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        first: i32,
        after: Option<String>,
    ) -> Result<AuditConnection, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let size = page_size("first", first)?;
        let before = after.as_deref().map(|cursor| Cursor::decode::<i64>("after", cursor)).transpose()?;
        let app = ctx.app();
        let mut tx = app.db.read(viewer.workspace_id).await?;
        let rows = store::entries_before(&mut tx, before.unwrap_or(i64::MAX), size.saturating_add(1)).await?;
        let page = Page::cut(rows, size);
        let read: Vec<(StoredEntry, Option<Value>)> = page
            .rows
            .into_iter()
            .map(|row| {
                let details = row.details.as_deref().and_then(|text| serde_json::from_str(text).ok());
                (row, details)
            })
            .collect();
        let ids: Vec<_> =
            read.iter().flat_map(|(row, details)| words::named_ids(row, facts(details))).collect();
        let labels = store::labels(&mut tx, &ids).await?;
        tx.commit().await?;
        note(app, viewer, AuditAction::AuditLogRead).await?;

        let edges: Vec<AuditEdge> = read
            .iter()
            .map(|(row, details)| AuditEdge {
                cursor: Cursor::encode(&row.seq),
                node: node(row, details, &labels),
            })
            .collect();
        let page_info = PageInfo {
            has_next_page: page.more,
            has_previous_page: before.is_some(),
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(AuditConnection { edges, page_info })
    }

    /// Checks the whole chain now, against every anchor that was signed.
    async fn audit_chain(&self, ctx: &Context<'_>) -> Result<AuditChainState, GraphqlError> {
        let viewer = ctx.viewer_as(Role::Admin)?;
        let app = ctx.app();
        let exported = app.notary.exported().map_err(internal)?;
        let mut tx = app.db.read(viewer.workspace_id).await?;
        let report = verify_with_anchors(&mut tx, &app.notary, &exported).await.map_err(internal)?;
        tx.commit().await?;
        note(app, viewer, AuditAction::AuditLogVerified).await?;
        Ok(AuditChainState {
            entries: report.entries,
            head_hash: hex::encode(report.head),
            verified: report.bad.is_none(),
            checked_at: Utc::now(),
            first_bad_seq: report.bad.map(|bad| bad.seq),
        })
    }
}

/// Reading the log leaves a trace as well; turning its pages is one reading.
async fn note(app: &App, viewer: &Viewer, action: AuditAction) -> Result<(), GraphqlError> {
    if app.notary.is_news(viewer.member_id, action).await {
        let mut tx = app.db.workspace(viewer.workspace_id).await?;
        tx.audit(Entry::new(viewer.actor(), action).on(TargetKind::AuditLog, viewer.workspace_id.0));
        tx.commit().await?;
    }
    Ok(())
}

fn node(row: &StoredEntry, details: &Option<Value>, labels: &Labels) -> AuditEntryNode {
    let facts = facts(details);
    let text = |key: &str| details.as_ref()?.get(key)?.as_str().map(str::to_owned);
    let by_name = |known: Option<&'static str>, code: i16| {
        known.map_or_else(|| format!("unknown.{code}"), str::to_owned)
    };
    AuditEntryNode {
        seq: row.seq,
        at: row.at,
        actor_kind: by_name(
            shared::ActorKind::from_code(row.actor_kind).map(|kind| kind.as_str()),
            row.actor_kind,
        ),
        actor_name: words::actor_name(row, labels),
        actor_id: words::actor_id(row).map(ID::from),
        action: by_name(AuditAction::from_code(row.action).map(|action| action.as_str()), row.action),
        target_kind: row
            .target_kind
            .map(|code| by_name(TargetKind::from_code(code).map(|kind| kind.as_str()), code)),
        target_id: words::target_id(row).map(ID::from),
        sentence: words::sentence(row, facts, labels),
        details: (!facts.is_null()).then(|| facts.to_string()),
        hash: hex::encode(&row.hash),
        erased: row.details.is_none(),
        client_address: text("clientAddress"),
    }
}

fn facts(details: &Option<Value>) -> &Value {
    details.as_ref().and_then(|details| details.get("facts")).unwrap_or(&Value::Null)
}

fn internal(error: NotaryError) -> GraphqlError {
    match error {
        NotaryError::Database(error) => error.into(),
        other => AppError::Internal(anyhow::Error::new(other)).into(),
    }
}
