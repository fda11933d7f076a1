//! A member as colleagues see one.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Object;
use async_graphql::dataloader::Loader;
use chrono::{DateTime, Utc};
use shared::{MemberId, Role, UserId, WorkspaceId};
use sqlx::FromRow;

use crate::app::App;
use crate::db::WorkspaceTx;
use crate::error::AppError;

/// A user's place in one workspace. Removed ones stay, so that old messages keep a name.
#[derive(Debug, Clone, FromRow)]
pub struct Member {
    /// The member's id.
    pub id: MemberId,
    /// The person behind it.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// As shown to colleagues and customers.
    pub name: String,
    /// Where they are reached; colleagues see it.
    pub email: String,
    /// When they accepted.
    pub joined_at: DateTime<Utc>,
    /// When they lost access, if they did.
    pub removed_at: Option<DateTime<Utc>>,
}

/// Someone who works in the workspace.
#[Object]
impl Member {
    /// Global id.
    pub async fn id(&self) -> MemberId {
        self.id
    }

    /// As shown to colleagues and customers.
    async fn name(&self) -> &str {
        &self.name
    }

    /// Mail address.
    async fn email(&self) -> &str {
        &self.email
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.role
    }

    /// False once removed.
    async fn active(&self) -> bool {
        self.removed_at.is_none()
    }

    /// When they joined.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.joined_at
    }
}

/// These members of the transaction's workspace, removed ones too; unknown ids are left out.
///
/// # Errors
/// When the database refuses.
pub async fn members_by_id(tx: &mut WorkspaceTx, ids: &[MemberId]) -> sqlx::Result<Vec<Member>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, user_id, role, name, email, joined_at, removed_at
         from members where workspace_id = $1 and id = any($2)",
    )
    .bind(workspace_id)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await
}

/// A member who cannot be removed while the transaction lasts; one who was removed before is shown as such.
///
/// # Errors
/// When the database refuses.
pub async fn lock_member(tx: &mut WorkspaceTx, id: MemberId) -> sqlx::Result<Option<Member>> {
    let workspace_id = tx.workspace_id();
    sqlx::query_as(
        "select id, user_id, role, name, email, joined_at, removed_at
         from members where workspace_id = $1 and id = $2 for share",
    )
    .bind(workspace_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await
}

/// Members by id, many at once, within one workspace: one statement per request.
pub struct MemberLoader {
    /// The running product.
    pub app: Arc<App>,
    /// The viewer's workspace.
    pub workspace_id: WorkspaceId,
}

impl Loader<MemberId> for MemberLoader {
    type Value = Member;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Member>, Self::Error> {
        let load = async {
            let mut tx = self.app.db.read(self.workspace_id).await?;
            members_by_id(&mut tx, ids).await
        };
        let members = load.await.map_err(|error| Arc::new(error.into()))?;
        Ok(members.into_iter().map(|member| (member.id, member)).collect())
    }
}
