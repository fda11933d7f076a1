//! WhatsApp through the suite.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use async_trait::async_trait;
use channel_conformance::{Connection, Fixtures, Provider, stories};
use channel_core::{ChannelAccount, ChannelAdapter, ChannelSecrets, Credentials, ProviderApi};
use channel_meta::{GraphApi, MetaApp};
use channel_whatsapp::WhatsApp;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::ChannelId;

#[path = "whatsapp/business.rs"]
mod business;

/// The operator's app, that sign-ups belong to.
const APP: &str = "1180000000000017";
const APP_SECRET: &str = "invented-app-secret";

struct Number;

#[async_trait]
impl Provider for Number {
    fn adapter(&self, api: ProviderApi) -> Arc<dyn ChannelAdapter> {
        let app = MetaApp { id: APP.to_owned(), secret: SecretString::from(APP_SECRET) };
        Arc::new(WhatsApp::new(GraphApi::new(api).with_app(app)))
    }

    /// Also used in the WhatsApp Business app, so that its owner can write by hand.
    fn creation(&self) -> (&'static str, Value) {
        (
            "whatsapp/numbers",
            json!({ "name": "Helpdesk", "coexistence": true, "app": APP, "app_secret": APP_SECRET }),
        )
    }

    async fn create(&self, number: &Value) -> Connection {
        let text = |key: &str| number[key].as_str().unwrap().to_owned();
        let token = SecretString::from(text("token"));
        let app_secret = SecretString::from(text("app_secret"));
        let verify_token = SecretString::from("verify-token_1");
        Connection {
            name: text("account"),
            account: ChannelAccount {
                channel_id: ChannelId::new(),
                platform_account_id: text("phone_number_id"),
                parent_account_id: Some(text("business_account_id")),
                secrets: ChannelSecrets {
                    signing: vec![text("app_secret").into_bytes()],
                    access_token: Some(token.clone()),
                    verify_token: Some(verify_token.clone()),
                    app_secret: Some(app_secret.clone()),
                    ..ChannelSecrets::default()
                },
            },
            credentials: Credentials::Token {
                token,
                account_id: Some(text("phone_number_id")),
                parent_account_id: Some(text("business_account_id")),
                app_secret: Some(app_secret),
            },
            webhook_secret: verify_token,
        }
    }

    fn phone_id(&self, platform_message_id: &str) -> String {
        platform_message_id.to_owned()
    }

    fn native_app(&self, _: &Connection) -> Option<(&'static str, Value)> {
        None
    }
}

#[test]
fn recorded_deliveries_are_read_as_recorded() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let api = ProviderApi::new(reqwest::Client::new(), "http://localhost".parse().unwrap());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../whatsapp/fixtures");
    if let Err(problems) = Fixtures::new(&WhatsApp::new(GraphApi::new(api)), folder).run() {
        panic!("{problems}");
    }
}

stories!(Number);
