//! Deliveries of providers as stored by the edge, and what became of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::app::App;
use server::config::Config;
use server::viewer::Viewer;
use shared::{ChannelId, ChannelKind, ConversationId, Role, WorkspaceId};
use sqlx::{FromRow, PgConnection};

use super::{TestDatabase, ask};

/// One process, one workspace, one channel with a provider behind it.
pub struct Inbound {
    /// Its database.
    pub test: TestDatabase,
    /// The process.
    pub app: Arc<App>,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The channel.
    pub channel_id: ChannelId,
    /// An admin.
    pub admin: Viewer,
    kind: ChannelKind,
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.app.stopping.cancel();
    }
}

/// A line of a thread, as stored.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Line {
    /// Its number.
    pub seq: i64,
    /// 1 in, 2 out, 4 something that happened.
    pub direction: i16,
    /// The text; of something that happened, what.
    pub text: String,
}

impl Inbound {
    /// A channel of this kind, with the account that fixtures are made for.
    pub async fn start(kind: ChannelKind, account: &str, parent: Option<&str>) -> Self {
        let test = TestDatabase::create().await;
        let workspace_id = test.workspace("Bloom & Co").await;
        let admin = test.member(workspace_id, Role::Admin).await;
        // Nobody answers there: what would be fetched or sent stays on its way.
        let nowhere = "http://127.0.0.1:9";
        let mut config = Config { data_dir: test.data_dir(), ..Config::default() };
        config.providers.telegram.api_url = nowhere.parse().unwrap();
        config.providers.meta.graph_url = nowhere.parse().unwrap();
        let app = test.app_with(config);
        let channel_id = test.provider_channel(&app, workspace_id, kind, account, parent).await;
        App::start_background(&app);
        Self { test, app, workspace_id, channel_id, admin, kind }
    }

    /// A Telegram bot.
    pub async fn telegram() -> Self {
        Self::start(ChannelKind::Telegram, "5500110022", None).await
    }

    /// Stores these bodies as one commit does, and waits until all of them have ended. All are in one batch.
    pub async fn deliver(&self, bodies: &[Value]) {
        self.deliver_raw(&bodies.iter().map(|body| body.to_string().into_bytes()).collect::<Vec<_>>()).await;
    }

    /// Likewise, whatever the bytes.
    pub async fn deliver_raw(&self, bodies: &[Vec<u8>]) {
        let mut tx = self.test.db.workspace(self.workspace_id).await.unwrap();
        for body in bodies {
            sqlx::query(
                "with d as (
                     insert into webhook_deliveries
                            (workspace_id, channel_id, kind, sender, dedupe_key, body, body_sha256)
                     values ($1, $2, $3, '', gen_random_uuid()::text, $4, sha256($4))
                     returning workspace_id, id, channel_id, sender)
                 insert into pending_deliveries (workspace_id, delivery_id, channel_id, sender) select * from d",
            )
            .bind(self.workspace_id)
            .bind(self.channel_id)
            .bind(self.kind)
            .bind(body)
            .execute(tx.conn())
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        self.app.processor.wake(self.workspace_id);
        self.settle().await;
    }

    /// Waits until nothing is pending.
    pub async fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.number("select count(*) from pending_deliveries").await > 0 {
            assert!(Instant::now() < until, "deliveries are still pending: {:?}", self.outcomes().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Outcome and reason of every delivery, in order.
    pub async fn outcomes(&self) -> Vec<(i16, Option<String>)> {
        self.rows("select outcome, reason from delivery_outcomes order by delivery_id").await
    }

    /// Outcome and reason of the last delivery.
    pub async fn last_outcome(&self) -> (i16, String) {
        let (outcome, reason) = self.outcomes().await.pop().expect("a delivery");
        (outcome, reason.unwrap_or_default())
    }

    /// All entries of all threads, in order.
    pub async fn lines(&self) -> Vec<Line> {
        self.rows(
            "select seq, direction, coalesce(activity ->> 'kind', text) as text
             from messages order by conversation_id, seq",
        )
        .await
    }

    /// Texts of what is shown as written, in order.
    pub async fn texts(&self) -> Vec<String> {
        let lines = self.lines().await.into_iter().filter(|line| line.direction < 3);
        lines.map(|line| line.text).collect()
    }

    /// Rows of a query that sees everything.
    pub async fn rows<Row>(&self, sql: &'static str) -> Vec<Row>
    where
        Row: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
    {
        sqlx::query_as(sql).fetch_all(&mut self.behind().await).await.unwrap()
    }

    /// A number.
    pub async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.behind().await).await.unwrap()
    }

    /// A text.
    pub async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&mut self.behind().await).await.unwrap()
    }

    /// A connection that sees everything.
    pub async fn behind(&self) -> PgConnection {
        self.test.superuser().await
    }

    /// The entries of the newest conversation as the inbox reads them.
    pub async fn shown(&self) -> Vec<Value> {
        let id: ConversationId =
            sqlx::query_scalar("select id from conversations order by number desc limit 1")
                .fetch_one(&mut self.behind().await)
                .await
                .unwrap();
        let query = "query($id: ID!) { conversation(id: $id) { messages(last: 50) { nodes {
            id seq direction text author { kind name } sentAt late status editedAt deletedAt
            spans { start end style value } card { kind title text what latitude longitude liveSeconds url
                contacts { name phones own } items { label detail url } }
            forwarded { from often } referral { source payload headline } revisions { text }
            quoted { messageId seq authorName text excerpt kind }
            attachments { kind name state failure contentType sizeBytes durationMs width }
            reactions { emoji byName memberId } activity { kind what } } } } }";
        let mut answer = ask(&self.app, Some(&self.admin), query, json!({ "id": id })).await.ok();
        match answer["conversation"]["messages"]["nodes"].take() {
            Value::Array(nodes) => nodes,
            other => panic!("no thread: {other}"),
        }
    }

    /// What must hold after anything: numbers without a gap, one event per number, counters that are right.
    pub async fn holds(&self) {
        assert_eq!(
            self.number(
                "select count(*) from conversations c where last_seq <> (
                     select count(*) from messages m where m.conversation_id = c.id)
                     or last_seq <> coalesce((select max(seq) from messages m where m.conversation_id = c.id), 0)"
            )
            .await,
            0,
            "numbers of a thread have a gap"
        );
        assert_eq!(
            self.number("select count(*) from events").await,
            self.number("select max(event_seq) from workspace_heads").await,
            "numbers of events have a gap"
        );
        for (kind, status) in [(1, 1), (2, 2), (3, 3)] {
            let counted: i64 = sqlx::query_scalar(
                "select coalesce((select n from conversation_counters where kind = $1), 0)
                        - (select count(*) from conversations where status = $2)",
            )
            .bind(kind)
            .bind(status)
            .fetch_one(&mut self.behind().await)
            .await
            .unwrap();
            assert_eq!(counted, 0, "counter {kind}");
        }
        assert_eq!(
            self.number(
                "select count(*) from conversations c where inbound_count <> (
                     select count(*) from messages m where m.conversation_id = c.id and direction = 1)"
            )
            .await,
            0,
            "unread counts"
        );
    }
}

impl TestDatabase {
    /// A connected account of a provider.
    pub async fn provider_channel(
        &self,
        app: &App,
        workspace_id: WorkspaceId,
        kind: ChannelKind,
        account: &str,
        parent: Option<&str>,
    ) -> ChannelId {
        let id = ChannelId::new();
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into channels (workspace_id, id, kind, name, platform_account_id, parent_account_id)
             values ($1, $2, $3, 'Provider', $4, $5)",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(kind)
        .bind(account)
        .bind(parent)
        .execute(tx.conn())
        .await
        .unwrap();
        let sealed = app.vault.seal(&mut tx, id.0, "access_token", b"5500110022:token").await.unwrap();
        sqlx::query(
            "insert into credentials (workspace_id, channel_id, purpose, version, sealed) values ($1, $2, 2, 1, $3)",
        )
        .bind(workspace_id)
        .bind(id)
        .bind(sealed)
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }
}
