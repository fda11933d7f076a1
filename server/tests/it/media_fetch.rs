//! Files that come with messages: fetched from their platform at once, looked into, shown; or a reason in their place.

use std::time::{Duration, Instant};

use channel_core::{AttachmentSource, InboundEvent, MediaRef, RemoteMedia};
use serde_json::{Value, json};
use server::media;
use shared::{AttachmentId, AttachmentKind, ChannelKind, MediaKind, MessageId, Role};

use crate::kit::{Bot, Provided};

/// An attachment as the database has it.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    state: i16,
    kind: AttachmentKind,
    name: String,
    content_type: String,
    size_bytes: i64,
    width: Option<i32>,
    has_thumbnail: bool,
    duration_ms: Option<i64>,
    waveform: Option<Vec<u8>>,
    failure: Option<String>,
    remote: Value,
}

impl Provided {
    /// What the platform tells of a file that somebody sends.
    async fn sent(&self, bot: &Bot, message: Value) -> RemoteMedia {
        let before: i64 = self.one("select count(*) from webhook_deliveries").await;
        let mut body = json!({ "to": bot.account });
        body.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
        self.phone("noor", "send", body).await;
        let until = Instant::now() + Duration::from_secs(30);
        let adapter = self.app.adapters.of(ChannelKind::Telegram).unwrap();
        loop {
            let bodies: Vec<Vec<u8>> =
                sqlx::query_scalar("select body from webhook_deliveries order by id offset $1")
                    .bind(before)
                    .fetch_all(&mut self.test.superuser().await)
                    .await
                    .unwrap();
            for inbound in bodies.iter().flat_map(|body| adapter.normalise(body).unwrap()) {
                let InboundEvent::Message(message) = inbound.event else { continue };
                for attachment in message.attachments {
                    if let AttachmentSource::Remote(remote) = attachment {
                        return *remote;
                    }
                }
            }
            assert!(Instant::now() < until, "the file did not come");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    /// A message with this file, on its way.
    async fn on_its_way(&self, bot: &Bot, remote: &RemoteMedia) -> AttachmentId {
        let conversation = self.test.conversation(bot.workspace_id, bot.channel_id, 1).await;
        let mut tx = self.test.db.workspace(bot.workspace_id).await.unwrap();
        let message: MessageId = sqlx::query_scalar("select id from messages where conversation_id = $1")
            .bind(conversation)
            .fetch_one(tx.conn())
            .await
            .unwrap();
        let id = AttachmentId::new();
        sqlx::query(
            "insert into attachments (workspace_id, id, message_id, kind, name, content_type, size_bytes, state, remote)
             values ($1, $2, $3, $4, 'Attachment.bin', 'application/octet-stream', 0, 2, $5)",
        )
        .bind(bot.workspace_id)
        .bind(id)
        .bind(message)
        .bind(AttachmentKind::from(remote.kind))
        .bind(serde_json::to_value(remote).unwrap())
        .execute(tx.conn())
        .await
        .unwrap();
        media::fetch::enqueue(&mut tx, &[id]).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn row(&self, id: AttachmentId) -> Row {
        sqlx::query_as(
            "select state, kind, name, content_type, size_bytes, width, has_thumbnail, duration_ms, waveform, failure, remote
             from attachments where id = $1",
        )
        .bind(id)
        .fetch_one(&mut self.test.superuser().await)
        .await
        .unwrap()
    }

    /// Waits until it is here, or given up.
    async fn arrived(&self, id: AttachmentId) -> Row {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let row = self.row(id).await;
            if row.state != 2 {
                return row;
            }
            assert!(Instant::now() < until, "still on its way: {row:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn fetched(&self, bot: &Bot, message: Value) -> (AttachmentId, Row) {
        let remote = self.sent(bot, message).await;
        let id = self.on_its_way(bot, &remote).await;
        let row = self.arrived(id).await;
        (id, row)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_file_arrives_as_what_it_was_sent_as() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    for (kind, sample, shown, content_type) in [
        ("photo", "photo", AttachmentKind::Image, "image/jpeg"),
        ("sticker", "sticker", AttachmentKind::Sticker, "image/webp"),
        ("video", "video", AttachmentKind::Video, "video/mp4"),
        ("video_note", "video", AttachmentKind::VideoNote, "video/mp4"),
        ("animation", "video", AttachmentKind::Animation, "video/mp4"),
        ("voice", "voice", AttachmentKind::Voice, "audio/ogg"),
        ("audio", "voice", AttachmentKind::Audio, "audio/ogg"),
        ("document", "document", AttachmentKind::File, "application/pdf"),
        ("document", "text", AttachmentKind::File, "text/plain"),
    ] {
        let (_, row) = stage.fetched(&bot, json!({ "type": kind, "file": { "sample": sample } })).await;
        assert_eq!(
            (row.state, row.kind, row.content_type.as_str()),
            (1, shown, content_type),
            "{kind}: {row:?}"
        );
        assert!(row.size_bytes > 0 && row.remote.get("reference").is_none(), "{kind}: {row:?}");
        let is_picture = matches!(shown, AttachmentKind::Image | AttachmentKind::Sticker);
        assert!(!is_picture || (row.has_thumbnail && row.width.is_some()), "{kind}: {row:?}");
        if shown == AttachmentKind::Voice {
            assert!(row.name.ends_with(".ogg"), "{row:?}");
            assert!((500..60_000).contains(&row.duration_ms.unwrap()), "{row:?}");
            let waveform = row.waveform.unwrap();
            assert_eq!((waveform.len(), waveform.iter().max()), (64, Some(&255)));
        }
    }
    let audited: i64 = stage.one("select count(*) from audit_entries where action = 82").await;
    assert!(audited >= 9, "{audited}");
    let kept: i64 = stage.one("select bytes from workspace_storage").await;
    assert_eq!(
        kept,
        stage.one::<i64>("select sum(size_bytes)::bigint from attachments where state = 1").await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_note_plays_in_the_page_from_anywhere() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    let (id, row) = stage.fetched(&bot, json!({ "type": "voice", "file": { "sample": "voice" } })).await;
    let agent = stage.test.member(stage.workspace_id, Role::Agent).await;
    let mut browser = stage.test.signed_in(&stage.app, &agent).await;
    let get = async |range: &str| {
        let request = stage.http.get(stage.url(&format!("/files/{id}")));
        let cookie = browser.cookie.clone().unwrap();
        request.header("cookie", cookie).header("range", range).send().await.unwrap()
    };
    let part = get("bytes=10-19").await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-type"], "audio/ogg");
    assert!(part.headers()["content-disposition"].to_str().unwrap().starts_with("inline;"));
    assert_eq!(part.headers()["content-range"], format!("bytes 10-19/{}", row.size_bytes).as_str());
    assert_eq!(part.bytes().await.unwrap().len(), 10);
    assert!(browser.signed_in_as().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_leaves_its_reason_and_tells_whoever_looks() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    // Telegram says that it may be unavailable for the time being: it is believed for three days.
    let unknown = RemoteMedia::new(MediaKind::Image, MediaRef("no-such-file".to_owned()));
    let id = stage.on_its_way(&bot, &unknown).await;
    let waits = "select exists (select from jobs where kind = 'media.fetch' and run_at > now() and claim_token is null)";
    stage.wait("it was not tried", waits).await;
    sqlx::query(
        "update jobs set run_at = now(), created_at = now() - interval '4 days' where kind = 'media.fetch'",
    )
    .execute(&mut stage.test.superuser().await)
    .await
    .unwrap();
    stage.app.jobs.ring();
    let row = stage.arrived(id).await;
    assert_eq!(row.state, 3);
    let words = row.failure.unwrap();
    assert!(words.contains("did not give the file out"), "{words}");

    let agent = stage.test.member(stage.workspace_id, Role::Agent).await;
    let browser = stage.test.signed_in(&stage.app, &agent).await;
    for path in [format!("/files/{id}"), format!("/files/{id}/thumbnail")] {
        let request = stage.http.get(stage.url(&path)).header("cookie", browser.cookie.clone().unwrap());
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 404);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((&answer["code"], &answer["message"]), (&json!("GONE"), &json!(words)));
    }
    let told: i64 = stage.one("select count(*) from events where kind = 3").await;
    assert_eq!(told, 1);

    let unavailable = RemoteMedia {
        reference: None,
        unavailable: Some("Telegram gives out files up to 20 MB.".to_owned()),
        ..unknown.clone()
    };
    let id = stage.on_its_way(&bot, &unavailable).await;
    assert_eq!(stage.arrived(id).await.failure.unwrap(), "Telegram gives out files up to 20 MB.");
    let not_to_be_kept = RemoteMedia { show_only: true, ..unknown };
    let id = stage.on_its_way(&bot, &not_to_be_kept).await;
    assert!(stage.arrived(id).await.failure.unwrap().contains("kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_than_announced_are_not_shown() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    let mut remote = stage.sent(&bot, json!({ "type": "photo", "file": { "sample": "photo" } })).await;
    remote.sha256 = Some("00".repeat(32));
    let id = stage.on_its_way(&bot, &remote).await;
    stage.wait("it was not tried", "select exists (select from jobs where kind = 'media.fetch' and run_at > now() and claim_token is null)").await;
    assert_eq!(stage.row(id).await.state, 2);
    sqlx::query(
        "update jobs set run_at = now(), created_at = now() - interval '1 hour' where kind = 'media.fetch'",
    )
    .execute(&mut stage.test.superuser().await)
    .await
    .unwrap();
    stage.app.jobs.ring();
    let row = stage.arrived(id).await;
    assert!(row.state == 3 && row.failure.as_ref().unwrap().contains("other bytes"), "{row:?}");
    assert_eq!(stage.one::<i64>("select count(*) from workspace_storage where bytes > 0").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_busy_is_asked_again() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    let remote = stage.sent(&bot, json!({ "type": "photo", "file": { "sample": "photo" } })).await;
    for (method, fault) in
        [("getFile", json!({ "type": "server_error" })), ("download", json!({ "type": "torn" }))]
    {
        let rule = json!({ "account": bot.account, "method": method, "times": 1, "fault": fault });
        stage.control("/faults", rule).await;
    }
    let id = stage.on_its_way(&bot, &remote).await;
    let until = Instant::now() + Duration::from_secs(60);
    while stage.row(id).await.state == 2 {
        assert!(Instant::now() < until, "it was given up");
        sqlx::query("update jobs set run_at = now() where kind = 'media.fetch' and claim_token is null")
            .execute(&mut stage.test.superuser().await)
            .await
            .unwrap();
        stage.app.jobs.ring();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stage.row(id).await.state, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_token_stops_the_channel_and_the_file_waits() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    let remote = stage.sent(&bot, json!({ "type": "photo", "file": { "sample": "photo" } })).await;
    let id_of_bot = bot.account.trim_start_matches("tg:");
    stage.change(&format!("/telegram/bots/{id_of_bot}"), json!({ "revoked": true })).await;
    let id = stage.on_its_way(&bot, &remote).await;
    stage.wait("the channel was not marked", "select state = 2 from channels").await;
    assert_eq!(stage.row(id).await.state, 2);
    let alerts: i64 = stage.one("select count(*) from channel_events where kind = 'token_dead'").await;
    assert_eq!(alerts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_is_full_says_so_in_the_files_place() {
    let stage = Provided::with(|config| config.limits.storage_bytes_per_workspace = 10).await;
    let bot = stage.bot().await;
    stage.phone("noor", "start", json!({ "to": bot.account })).await;
    let (_, row) = stage.fetched(&bot, json!({ "type": "photo", "file": { "sample": "photo" } })).await;
    assert!(row.state == 3 && row.failure.as_ref().unwrap().contains("no room"), "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_fetches_any_more_is_given_up() {
    let stage = Provided::start().await;
    let bot = stage.bot().await;
    let lost = RemoteMedia::new(MediaKind::Image, MediaRef("x".to_owned()));
    let conversation = stage.test.conversation(bot.workspace_id, bot.channel_id, 1).await;
    sqlx::query(
        "insert into attachments (workspace_id, id, message_id, kind, name, content_type, size_bytes, state, remote, created_at)
         select $1, gen_random_uuid(), m.id, 1, 'Photo', 'image/jpeg', 0, 2, $3, now() - interval '10 days'
         from messages m where m.conversation_id = $2",
    )
    .bind(bot.workspace_id)
    .bind(conversation)
    .bind(serde_json::to_value(&lost).unwrap())
    .execute(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(media::fetch::give_up_old_fetches(&stage.app, bot.workspace_id).await.unwrap(), 1);
    assert_eq!(media::fetch::give_up_old_fetches(&stage.app, bot.workspace_id).await.unwrap(), 0);
    assert_eq!(stage.one::<i16>("select state from attachments").await, 3);
}
