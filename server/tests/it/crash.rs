//! Killed at any moment, nothing acknowledged is lost, nothing is doubled, and every visitor's order holds.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use server::channels::{self, WebChatChange};
use sqlx::ConnectOptions as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::kit::TestDatabase;

const VISITORS: usize = 50;
const MESSAGES: usize = 40;

/// The real program on a real port; killed when dropped.
pub(crate) struct Program(Child);

impl Program {
    fn start(test: &TestDatabase, data_dir: &std::path::Path, address: SocketAddr) -> Self {
        Self::start_with(test, data_dir, address, &[])
    }

    /// The same with further settings.
    pub(crate) fn start_with(
        test: &TestDatabase,
        data_dir: &std::path::Path,
        address: SocketAddr,
        settings: &[(&str, &str)],
    ) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .args(["serve", "--listen", &address.to_string()])
            .env("DATABASE_URL", test.app_options().to_url_lossy().as_str())
            .env("DATABASE_OWNER_URL", test.owner_options().to_url_lossy().as_str())
            .env("SWITCHBOARD_DATA_DIR", data_dir)
            .env("SWITCHBOARD_LOG", "warn")
            .env("SWITCHBOARD_LIMITS__VISITOR_SESSIONS_PER_HOUR", "10000")
            .env("SWITCHBOARD_LIMITS__VISITOR_MESSAGE_BURST", "10000")
            .env("SWITCHBOARD_LIMITS__VISITOR_MESSAGES_PER_HOUR", "100000")
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// `kill -9`: no goodbye of any kind.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One request on a connection of its own; `None` when no whole answer came.
async fn post(address: SocketAddr, path: &str, token: &str, body: &str) -> Option<(u16, Value)> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        Some((status, serde_json::from_str(body).unwrap_or_default()))
    };
    tokio::time::timeout(Duration::from_secs(10), exchange).await.ok()?
}

/// Repeats as the widget does, until the answer says that it is durable.
async fn insist(address: SocketAddr, path: &str, token: &str, body: &str) -> Value {
    for _ in 0..600 {
        match post(address, path, token, body).await {
            Some((200 | 201, answer)) => return answer,
            Some((status, answer)) => assert!(status >= 500, "{status} {answer}"),
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server did not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_twice_in_a_burst_it_loses_and_doubles_nothing_and_keeps_every_visitors_order() {
    let test = TestDatabase::create().await;
    let app = test.app();
    let owner = test.owner().await;
    let change = WebChatChange { name: Some("Shop".to_owned()), ..WebChatChange::default() };
    let channel = channels::create_web_chat(&app, &owner, &change).await.unwrap().unwrap();
    let base = format!("/widget/v1/{}", channel.platform_account_id);

    let data_dir = std::env::temp_dir().join(format!("switchboard-crash-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&data_dir).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut program = Program::start(&test, &data_dir, address);

    let acknowledged = Arc::new(AtomicUsize::new(0));
    let visitors: Vec<_> = (0..VISITORS)
        .map(|visitor| {
            let (base, acknowledged) = (base.clone(), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                let session = insist(address, &format!("{base}/sessions"), "", "{}").await;
                let token = session["sessionToken"].as_str().unwrap().to_owned();
                for n in 0..MESSAGES {
                    let text = format!("{visitor}/{n}");
                    let body = json!({ "clientMessageId": Uuid::now_v7(), "text": text }).to_string();
                    insist(address, &format!("{base}/messages"), &token, &body).await;
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for at in [VISITORS * MESSAGES / 4, VISITORS * MESSAGES * 2 / 3] {
        while acknowledged.load(Ordering::SeqCst) < at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        program.kill();
        program = Program::start(&test, &data_dir, address);
    }
    for visitor in visitors {
        visitor.await.unwrap();
    }

    let mut connection = test.superuser().await;
    for _ in 0..600 {
        let pending: i64 = sqlx::query_scalar("select count(*) from pending_deliveries")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if pending == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let stored: Vec<Vec<String>> = sqlx::query_scalar(
        "select array_agg(text order by seq) from messages where direction = 1 group by conversation_id",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(stored.len(), VISITORS);
    for thread in stored {
        let (visitor, _) = thread[0].split_once('/').unwrap();
        let expected: Vec<String> = (0..MESSAGES).map(|n| format!("{visitor}/{n}")).collect();
        assert_eq!(thread, expected);
    }
    let (events, last): (i64, i64) = sqlx::query_as(
        "select (select count(*) from events where kind = 2), (select event_seq from workspace_heads limit 1)",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(events, i64::try_from(VISITORS * MESSAGES).unwrap());
    assert!(last >= events);
    drop(program);
    let _ = std::fs::remove_dir_all(data_dir);
}
