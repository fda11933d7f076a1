//! Puts workspaces, people and history into the database, as the product would have written them.

mod history;
mod people;
mod provided;

use shared::{ChannelId, MemberId, WorkspaceId};
use sqlx::{Connection as _, PgConnection};
use vault::KeyRing;

use crate::load::{Visitor, Writer};
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

/// Who writes to a workspace through platforms.
#[derive(Debug, Clone, Copy)]
struct Audience {
    /// To its number.
    on_whatsapp: u32,
    /// To its bot.
    on_telegram: u32,
    /// Messages that each person on WhatsApp was sent, and nobody has reported on.
    sent_each: u32,
    /// They write nothing themselves.
    only_reports: bool,
}

/// Everything the figures need.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Where visitors write: `memory`, `outbox`.
    pub busy: Vec<Workspace>,
    /// Who writes to as many others through platforms: `accept`, `inbound`.
    pub mixed: Vec<Writer>,
    /// The people whom one number wrote, each with messages to report on: `ack`.
    pub reports: Vec<Writer>,
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
/// As many again, with a number and a bot each.
const CONNECTED_SIZE: Size = Size { members: 3, visitors: 1, conversations: 0 };
/// Who writes to each of those. A run of the figures reports on a part of what was sent.
const MIXED: Audience = Audience { on_whatsapp: 64, on_telegram: 32, sent_each: 80, only_reports: false };
/// A number whose messages are reported on as fast as Meta may.
const UPGRADED: Audience = Audience { on_whatsapp: 64, on_telegram: 0, sent_each: 640, only_reports: true };
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
    pub async fn make(
        postgres: &Postgres,
        keys: &KeyRing,
        with_watched: bool,
        with_history: bool,
    ) -> anyhow::Result<Self> {
        let mut connection = postgres.superuser(PRODUCT).await?;
        let mut world = Self::default();
        for _ in 0..BUSY {
            world.busy.push(make(&mut connection, BUSY_SIZE).await?);
        }
        for number in 0..BUSY {
            world.mixed.extend(connected(&mut connection, keys, number, MIXED).await?);
        }
        world.reports = connected(&mut connection, keys, BUSY, UPGRADED).await?;
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

    /// People who write through platforms, of whom a run with this number (from 0, of so many) reports on its own part
    /// of what they were sent.
    pub fn turn_of(writers: &[Writer], number: usize, of: usize) -> Vec<Writer> {
        let turn = |writer: &Writer| {
            let mut writer = writer.clone();
            if let Writer::Whatsapp(person) = &mut writer {
                person.reports_on /= of.max(1) as u64;
                person.first_sent += person.reports_on * number as u64;
            }
            writer
        };
        writers.iter().map(turn).collect()
    }

    /// Every visitor who may write, workspace after workspace.
    pub fn writers(&self) -> Vec<Visitor> {
        self.busy.iter().flat_map(|workspace| workspace.visitors.clone()).collect()
    }
}

/// A workspace with a number and a bot; who writes there.
async fn connected(
    connection: &mut PgConnection,
    keys: &KeyRing,
    number: usize,
    audience: Audience,
) -> anyhow::Result<Vec<Writer>> {
    let workspace = make(connection, CONNECTED_SIZE).await?;
    let mut tx = connection.begin().await?;
    let writers = provided::connect(&mut tx, &workspace, keys, number, audience).await?;
    tx.commit().await?;
    Ok(writers)
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
