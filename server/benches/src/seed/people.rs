//! A workspace with members who are signed in and visitors whose chat is open.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use shared::{ChannelId, ChannelKind, MemberId, Role, UserId, WorkspaceId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Seat, Size, Workspace};
use crate::load::Visitor;

/// Makes one.
pub(super) async fn workspace(tx: &mut PgConnection, size: Size) -> anyhow::Result<Workspace> {
    let (id, channel_id, widget_id) = (WorkspaceId::new(), ChannelId::new(), Uuid::new_v4());
    sqlx::query("insert into workspaces (workspace_id, name) values ($1, 'Northwind Shoes')")
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into workspace_heads (workspace_id) values ($1) on conflict do nothing")
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into channels (workspace_id, id, kind, name, platform_account_id, settings)
         values ($1, $2, $3, 'Web chat', $4, '{\"allowedOrigins\": [\"https://shop.example\"]}')",
    )
    .bind(id.0)
    .bind(channel_id.0)
    .bind(ChannelKind::WebChat.code())
    .bind(widget_id.to_string())
    .execute(&mut *tx)
    .await?;
    let mut members = Vec::with_capacity(size.members);
    for number in 0..size.members {
        let role = if number == 0 { Role::Owner } else { Role::Agent };
        members.push(seat(tx, id, role).await?);
    }
    let visitors = visitors(tx, id, channel_id, widget_id, size.visitors).await?;
    Ok(Workspace { id, channel_id, members, visitors })
}

/// A user, a member, and a session as `tower-sessions` keeps it: under the hash of the cookie's value.
async fn seat(tx: &mut PgConnection, workspace_id: WorkspaceId, role: Role) -> anyhow::Result<Seat> {
    let (user_id, member_id) = (UserId::new(), MemberId::new());
    let email = format!("{}@northwind.example", user_id.0.simple());
    sqlx::query("insert into users (id, email, name) values ($1, $2, 'Ana Torres')")
        .bind(user_id.0)
        .bind(&email)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into members (workspace_id, id, user_id, role, name, email) values ($1, $2, $3, $4, 'Ana Torres', $5)",
    )
    .bind(workspace_id.0)
    .bind(member_id.0)
    .bind(user_id.0)
    .bind(role.code())
    .bind(&email)
    .execute(&mut *tx)
    .await?;
    let session = URL_SAFE_NO_PAD.encode(random::<16>());
    sqlx::query(
        "insert into sessions (key_hash, user_id, data, expires_at) values ($1, $2, $3, now() + interval '14 days')",
    )
    .bind(Sha256::digest(session.as_bytes()).as_slice())
    .bind(user_id.0)
    .bind(session_data(user_id, workspace_id, role))
    .execute(tx)
    .await?;
    Ok(Seat { member_id, session })
}

fn session_data(user_id: UserId, workspace_id: WorkspaceId, role: Role) -> Value {
    json!({ "identity": {
        "user_id": user_id, "workspace_id": workspace_id, "role": role,
        "signed_in_at": chrono::Utc::now().timestamp(),
    } })
}

async fn visitors(
    tx: &mut PgConnection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    widget_id: Uuid,
    count: usize,
) -> anyhow::Result<Vec<Visitor>> {
    let secrets: Vec<[u8; 32]> = (0..count).map(|_| random()).collect();
    sqlx::query(
        "insert into visitor_sessions (workspace_id, token_hash, channel_id, platform_id, purpose, profile, expires_at)
         select $1, t.hash, $2, t.visitor, 1, '{\"locale\": \"en\"}', now() + interval '30 days'
         from unnest($3::bytea[], $4::text[]) as t(hash, visitor)",
    )
    .bind(workspace_id.0)
    .bind(channel_id.0)
    .bind(secrets.iter().map(|secret| Sha256::digest(secret).to_vec()).collect::<Vec<_>>())
    .bind((0..count).map(|_| format!("v_{}", Uuid::new_v4().simple())).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    let token = |secret: &[u8; 32]| format!("vs_{}", URL_SAFE_NO_PAD.encode(secret));
    Ok(secrets.iter().map(|secret| Visitor { widget_id, token: token(secret) }).collect())
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_says_what_the_server_reads_from_it() {
        let data = session_data(UserId::new(), WorkspaceId::new(), Role::Agent);
        let identity = data.get("identity").unwrap();
        assert!(identity["user_id"].as_str().unwrap().starts_with("usr_"));
        assert!(identity["workspace_id"].as_str().unwrap().starts_with("wsp_"));
        assert_eq!(identity["role"], "AGENT");
    }
}
