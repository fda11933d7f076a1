//! Telegram through the suite.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use async_trait::async_trait;
use channel_conformance::{Connection, Fixtures, Provider, stories};
use channel_core::{ChannelAccount, ChannelAdapter, ChannelSecrets, Credentials, ProviderApi};
use channel_telegram::Telegram;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::ChannelId;

struct Bot;

#[async_trait]
impl Provider for Bot {
    fn adapter(&self, api: ProviderApi) -> Arc<dyn ChannelAdapter> {
        Arc::new(Telegram::new(api))
    }

    fn creation(&self) -> (&'static str, Value) {
        ("telegram/bots", json!({ "name": "Helpdesk" }))
    }

    async fn create(&self, bot: &Value) -> Connection {
        let token = SecretString::from(bot["token"].as_str().unwrap());
        Connection {
            name: bot["account"].as_str().unwrap().to_owned(),
            account: ChannelAccount {
                channel_id: ChannelId::new(),
                platform_account_id: bot["id"].to_string(),
                parent_account_id: None,
                secrets: ChannelSecrets {
                    signing: vec![b"hook-secret_1".to_vec()],
                    access_token: Some(token.clone()),
                    ..ChannelSecrets::default()
                },
            },
            credentials: Credentials::Token {
                token,
                account_id: None,
                parent_account_id: None,
                app_secret: None,
            },
            webhook_secret: SecretString::from("hook-secret_1"),
        }
    }

    fn phone_id(&self, platform_message_id: &str) -> String {
        let (_, number) = platform_message_id.split_once(':').unwrap();
        number.split('@').next().unwrap().to_owned()
    }

    fn native_app(&self, connection: &Connection) -> Option<(&'static str, Value)> {
        let bot: i64 = connection.account.platform_account_id.parse().unwrap();
        Some(("telegram/connections", json!({ "bot": bot, "owner": "noor" })))
    }
}

#[test]
fn recorded_deliveries_are_read_as_recorded() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let api = ProviderApi::new(reqwest::Client::new(), "http://localhost".parse().unwrap());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../telegram/fixtures");
    if let Err(problems) = Fixtures::new(&Telegram::new(api), folder).run() {
        panic!("{problems}");
    }
}

stories!(Bot);
