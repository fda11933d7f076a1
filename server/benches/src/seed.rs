//! Puts workspaces, people and history into the database, as the product would have written them.

mod history;
mod people;

use shared::{ChannelId, MemberId, WorkspaceId};
use sqlx::{Connection as _, PgConnection};

use crate::load::Visitor;
use crate::postgres::{PRODUCT, Postgres};

/// What a figure finds there.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Which.
    pub id: WorkspaceId,
    /// Its one web chat.
    pub channel_id: ChannelId,
    /// Its members, owner first.
    pub members: Vec<Seat>,
    /// Visitors with an open session, who have not written yet.
    pub visitors: Vec<Visitor>,
}

/// A signed-in member.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Who.
    pub member_id: MemberId,
    /// The value of the session's cookie.
    pub session: String,
}

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Members of each workspace.
    pub members: usize,
    /// Visitors of each workspace.
    pub visitors: usize,
    /// Conversations of each workspace, with four messages each.
    pub conversations: u32,
}

/// Everything the figures need.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Where visitors write: `accept`, `inbound`, `ack`.
    pub busy: Vec<Workspace>,
    /// Where members watch: `screen`.
    pub watched: Vec<Workspace>,
    /// 100,000 conversations.
    pub large: Option<Workspace>,
    /// 1,000 conversations.
    pub small: Option<Workspace>,
}

/// Workspaces in which visitors write.
const BUSY: usize = 8;
const BUSY_SIZE: Size = Size { members: 3, visitors: 128, conversations: 0 };
/// Workspaces in which members watch: 100 of 10 sockets each.
pub const WATCHED: usize = 100;
const WATCHED_SIZE: Size = Size { members: VIEWERS, visitors: 20, conversations: 0 };
/// Sockets that see each message.
pub const VIEWERS: usize = 10;
const SMALL_SIZE: Size = Size { members: 5, visitors: 1, conversations: 1_000 };
const LARGE_SIZE: Size = Size { members: 5, visitors: 1, conversations: 100_000 };

impl World {
    /// Makes the parts that are asked for.
    ///
    /// # Errors
    /// When the database refuses a row: the schema has changed and the seed has to follow.
    pub async fn make(postgres: &Postgres, with_watched: bool, with_history: bool) -> anyhow::Result<Self> {
        let mut connection = postgres.superuser(PRODUCT).await?;
        let mut world = Self::default();
        for _ in 0..BUSY {
            world.busy.push(make(&mut connection, BUSY_SIZE).await?);
        }
        if with_watched {
            for _ in 0..WATCHED {
                world.watched.push(make(&mut connection, WATCHED_SIZE).await?);
            }
        }
        if with_history {
            world.small = Some(make(&mut connection, SMALL_SIZE).await?);
            world.large = Some(make(&mut connection, LARGE_SIZE).await?);
        }
        sqlx::query("update installation set set_up_at = now()").execute(&mut connection).await?;
        sqlx::query("vacuum analyze").execute(&mut connection).await?;
        sqlx::query("checkpoint").execute(&mut connection).await?;
        connection.close().await?;
        Ok(world)
    }

    /// Everyone who may write, workspace after workspace.
    pub fn writers(&self) -> Vec<Visitor> {
        self.busy.iter().flat_map(|workspace| workspace.visitors.clone()).collect()
    }
}

async fn make(connection: &mut PgConnection, size: Size) -> anyhow::Result<Workspace> {
    let mut tx = connection.begin().await?;
    let workspace = people::workspace(&mut tx, size).await?;
    if size.conversations > 0 {
        history::conversations(&mut tx, &workspace, size.conversations).await?;
    }
    tx.commit().await?;
    Ok(workspace)
}
