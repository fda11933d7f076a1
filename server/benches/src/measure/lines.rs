//! Numbers and bots: made at the provider, and connected as an admin does it.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::load::{Connection, session_header};
use crate::product::Product;
use crate::provider::{Provider, control};
use crate::seed::Workspace;

/// As if everybody had just given their password: connecting asks for it.
pub(super) async fn prove_everybody(database: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query("update sessions set data = data || jsonb_build_object('proved_at', extract(epoch from now())::bigint)")
        .execute(database)
        .await?;
    Ok(())
}

/// Both sides at once.
pub(super) struct Lines {
    ours: Connection,
    theirs: Connection,
}

#[expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it has not")]
impl Lines {
    pub async fn open(product: &Product, provider: &Provider) -> anyhow::Result<Self> {
        Ok(Self { ours: Connection::open(product.address).await?, theirs: provider.connect().await? })
    }

    /// Connects a new number with these settings; the provider's name of it.
    pub async fn number(&mut self, to: &Workspace, settings: &Value) -> anyhow::Result<String> {
        let made = control(&mut self.theirs, "/whatsapp/numbers", settings).await?;
        let input = json!({
            "kind": "WHATSAPP", "token": made["token"], "accountId": made["phone_number_id"],
            "parentAccountId": made["business_account_id"], "appSecret": made["app_secret"],
        });
        self.connect(to, &made, &input).await
    }

    /// Connects a new bot; the provider's name of it.
    pub async fn bot(&mut self, to: &Workspace) -> anyhow::Result<String> {
        let made = control(&mut self.theirs, "/telegram/bots", &json!({ "name": "Helpdesk" })).await?;
        self.connect(to, &made, &json!({ "kind": "TELEGRAM", "token": made["token"] })).await
    }

    async fn connect(&mut self, to: &Workspace, made: &Value, input: &Value) -> anyhow::Result<String> {
        let owner = to.members.first().context("a workspace's owner")?;
        let query = "mutation($input: ConnectChannelInput!) { connectChannel(input: $input) { problem { message } } }";
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let answer = self.ours.post("/graphql", &session_header(&owner.session), &body).await?;
        let answer: Value = serde_json::from_slice(answer.body)?;
        ensure!(
            answer["errors"].is_null() && answer["data"]["connectChannel"]["problem"].is_null(),
            "an account was not connected: {answer}"
        );
        Ok(made["account"].as_str().context("an account's name")?.to_owned())
    }
}
