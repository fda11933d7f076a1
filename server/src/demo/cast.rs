//! The accounts of a demo workspace at the simulated providers.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::control::Control;

/// The shop that the demo plays.
const SHOP: &str = "Jacket & Sons";

/// A bot and a number, and what it takes to connect them.
pub(super) struct Cast {
    /// The simulator's name for the bot: where phones write to.
    pub bot_account: String,
    pub bot_token: SecretString,
    /// The simulator's name for the number.
    pub number_account: String,
    pub phone_number_id: String,
    pub business_account_id: String,
    pub number_token: SecretString,
    pub app_secret: SecretString,
}

impl Cast {
    /// Makes new accounts, for one workspace.
    pub(super) async fn hire(control: &Control) -> anyhow::Result<Self> {
        let bot = control.post("telegram/bots", &json!({ "name": SHOP })).await?;
        let number = control.post("whatsapp/numbers", &json!({ "name": SHOP, "registered": true })).await?;
        Ok(Self {
            bot_account: text(&bot, "account")?,
            bot_token: text(&bot, "token")?.into(),
            number_account: text(&number, "account")?,
            phone_number_id: text(&number, "phone_number_id")?,
            business_account_id: text(&number, "business_account_id")?,
            number_token: text(&number, "token")?.into(),
            app_secret: text(&number, "app_secret")?.into(),
        })
    }
}

fn text(of: &Value, key: &str) -> anyhow::Result<String> {
    let found = of.get(key).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| anyhow::anyhow!("the simulator's answer has no {key}"))
}
