//! A number and a bot of a workspace, connected as the product connects them, with people who were written to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use shared::{ChannelId, ChannelKind, MessageStatus, WorkspaceId};
use sqlx::{Executor as _, PgConnection};
use uuid::Uuid;
use vault::{Key, KeyRing, Place, seal};

use super::history::{COUNTERS, SEED_ID};
use super::{Audience, Workspace};
use crate::load::{TelegramPerson, WhatsappPerson, Writer};
use crate::platform::APP_SECRET;

/// What a bot's updates are proven with.
const SECRET: &str = "an_update_is_proven_with_this";
/// The version of each workspace's data key.
const KEY_VERSION: u32 = 1;

/// Connects them; everybody who writes there.
pub(super) async fn connect(
    tx: &mut PgConnection,
    workspace: &Workspace,
    keys: &KeyRing,
    number: usize,
    audience: Audience,
) -> anyhow::Result<Vec<Writer>> {
    let data_key = data_key(tx, workspace.id, keys).await?;
    let credentials = Credentials { workspace_id: workspace.id, data_key };
    let (phone, account) = (format!("7700000{number:05}"), format!("3300000{number:05}"));
    let whatsapp = channel(tx, workspace.id, ChannelKind::Whatsapp, &phone, Some(&account), None).await?;
    credentials.keep(tx, whatsapp, 2, "access_token", b"token").await?;
    let mut writers = Vec::new();
    sent(tx, workspace, whatsapp, number, audience).await?;
    for person in 1..=audience.on_whatsapp {
        writers.push(Writer::Whatsapp(WhatsappPerson {
            path: "/webhooks/meta/app".to_owned(),
            app_secret: APP_SECRET.to_owned(),
            account: account.clone(),
            number: phone.clone(),
            wa_id: format!("4917{number:03}{person:05}"),
            sent: format!("wamid.S{number}p{person}m"),
            first_sent: 1,
            reports_on: audience.sent_each.into(),
            only_reports: audience.only_reports,
        }));
    }
    if audience.on_telegram > 0 {
        let key: [u8; 16] = random();
        let bot = format!("5500000{number:05}");
        let telegram = channel(tx, workspace.id, ChannelKind::Telegram, &bot, None, Some(&key)).await?;
        credentials.keep(tx, telegram, 2, "access_token", format!("{bot}:token").as_bytes()).await?;
        credentials.keep(tx, telegram, 3, "signing_secret", SECRET.as_bytes()).await?;
        credentials.keep(tx, telegram, 7, "endpoint_key", &key).await?;
        let address = [workspace.id.0.into_bytes(), telegram.0.into_bytes(), key].concat();
        let path = format!("/webhooks/telegram/{}", URL_SAFE_NO_PAD.encode(address));
        writers.extend((1..=audience.on_telegram).map(|person| {
            let chat = 6_000_000_000 + number as i64 * 100_000 + i64::from(person);
            Writer::Telegram(TelegramPerson { path: path.clone(), secret: SECRET.to_owned(), chat })
        }));
    }
    Ok(writers)
}

async fn channel(
    tx: &mut PgConnection,
    workspace_id: WorkspaceId,
    kind: ChannelKind,
    account: &str,
    parent: Option<&str>,
    key: Option<&[u8; 16]>,
) -> anyhow::Result<ChannelId> {
    let id = ChannelId::new();
    sqlx::query(
        "insert into channels (workspace_id, id, kind, name, platform_account_id, parent_account_id, endpoint_key_sha256)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(workspace_id.0)
    .bind(id.0)
    .bind(kind.code())
    .bind(kind.as_str())
    .bind(account)
    .bind(parent)
    .bind(key.map(|key| Sha256::digest(key).to_vec()))
    .execute(tx)
    .await?;
    Ok(id)
}

/// The workspace's data key, sealed by the installation's master key.
async fn data_key(tx: &mut PgConnection, workspace_id: WorkspaceId, keys: &KeyRing) -> anyhow::Result<Key> {
    let key = Key::generate();
    let (master_key_id, master_key) = keys.active();
    let purpose = format!("data-key:{KEY_VERSION}");
    let place = Place { workspace_id: workspace_id.0, subject_id: Uuid::nil(), purpose: &purpose };
    sqlx::query(
        "insert into workspace_keys (workspace_id, version, master_key_id, sealed_key, seals) values ($1, $2, $3, $4, 10)",
    )
    .bind(workspace_id.0)
    .bind(i32::try_from(KEY_VERSION)?)
    .bind(i64::from(master_key_id))
    .bind(seal(master_key, master_key_id, place, key.expose())?)
    .execute(tx)
    .await?;
    Ok(key)
}

struct Credentials {
    workspace_id: WorkspaceId,
    data_key: Key,
}

impl Credentials {
    async fn keep(
        &self,
        tx: &mut PgConnection,
        channel_id: ChannelId,
        purpose: i16,
        name: &str,
        secret: &[u8],
    ) -> anyhow::Result<()> {
        let place = Place { workspace_id: self.workspace_id.0, subject_id: channel_id.0, purpose: name };
        sqlx::query(
            "insert into credentials (workspace_id, channel_id, purpose, version, sealed) values ($1, $2, $3, 1, $4)",
        )
        .bind(self.workspace_id.0)
        .bind(channel_id.0)
        .bind(purpose)
        .bind(seal(&self.data_key, KEY_VERSION, place, secret)?)
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// `$1` workspace, `$2` channel, `$3` member, `$4` people, `$5` messages each, `$6` number of the workspace, `$7` sent.
const SENT: [&str; 6] = [
    "insert into contacts (workspace_id, id, name) select $1, pg_temp.seed_id(now(), 1, n), 'Jana ' || n
     from generate_series(1, $4::bigint) n",
    "insert into identities (workspace_id, id, channel_id, contact_id, platform_id)
     select $1, pg_temp.seed_id(now(), 2, n), $2, pg_temp.seed_id(now(), 1, n),
            '4917' || lpad($6::text, 3, '0') || lpad(n::text, 5, '0')
     from generate_series(1, $4::bigint) n",
    "insert into conversations
            (workspace_id, id, number, kind, channel_id, identity_id, contact_id, last_activity_at, preview, preview_author, last_seq)
     select $1, pg_temp.seed_id(now(), 3, n), n, 3, $2, pg_temp.seed_id(now(), 2, n), pg_temp.seed_id(now(), 1, n), now(),
            'It is back in stock.', 2, $5
     from generate_series(1, $4::bigint) n",
    "insert into messages
            (workspace_id, id, conversation_id, seq, channel_id, direction, author_kind, author_member_id, text, sent_at, status)
     select $1, pg_temp.seed_id(now(), 4, n * 10000 + m), pg_temp.seed_id(now(), 3, n), m, $2, 2, 2, $3,
            'It is back in stock.', now(), $7
     from generate_series(1, $4::bigint) n, generate_series(1, $5::bigint) m",
    "insert into transmissions (workspace_id, id, message_id, channel_id, status, platform_message_id)
     select $1, pg_temp.seed_id(now(), 5, n * 10000 + m), pg_temp.seed_id(now(), 4, n * 10000 + m), $2, $7,
            'wamid.S' || $6 || 'p' || n || 'm' || m
     from generate_series(1, $4::bigint) n, generate_series(1, $5::bigint) m",
    "insert into platform_messages (workspace_id, channel_id, platform_message_id, message_id, transmission_id)
     select $1, $2, 'wamid.S' || $6 || 'p' || n || 'm' || m, pg_temp.seed_id(now(), 4, n * 10000 + m),
            pg_temp.seed_id(now(), 5, n * 10000 + m)
     from generate_series(1, $4::bigint) n, generate_series(1, $5::bigint) m",
];

/// People who were written to, and have not said a word: every message was accepted, and nothing was heard of it.
async fn sent(
    tx: &mut PgConnection,
    workspace: &Workspace,
    channel_id: ChannelId,
    number: usize,
    audience: Audience,
) -> anyhow::Result<()> {
    tx.execute(SEED_ID).await?;
    for statement in SENT {
        // Every statement names all parameters, so that each has a type.
        let typed = format!(
            "with p as (select $1::uuid, $2::uuid, $3::uuid, $4::bigint, $5::bigint, $6::bigint, $7::smallint) {statement}"
        );
        sqlx::query(sqlx::AssertSqlSafe(typed))
            .bind(workspace.id.0)
            .bind(channel_id.0)
            .bind(workspace.members.first().map(|member| member.member_id.0))
            .bind(i64::from(audience.on_whatsapp))
            .bind(i64::from(audience.sent_each))
            .bind(i64::try_from(number)?)
            .bind(MessageStatus::Sent.code())
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query(COUNTERS).bind(workspace.id.0).bind(channel_id.0).execute(tx).await?;
    Ok(())
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}
