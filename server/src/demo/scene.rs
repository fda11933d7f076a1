//! What happens in a new demo workspace within its first half minute: five people write, in every way their apps
//! have, and the shop answers two of them.

mod script;
mod store;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::{ChannelId, MemberId, TemplateId};
use uuid::Uuid;

use self::script::{Cue, On, script};
use super::control::Control;
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun, Outcome};
use crate::messages::{
    self, Audience, Body, Choice, TemplateChoice, TemplatePart, TemplateTop, Writing, Written,
};

/// The job that plays it. It is tried once: half a scene twice would be worse than half a scene.
pub const PLAY_SCENE: &str = "demo.scene";

/// How often, and how many times, the scene looks for what is on its way.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LOOKS: u8 = 50;

/// On which accounts, for whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Billing {
    /// The simulator's name for the bot.
    pub bot_account: String,
    pub bot_channel: ChannelId,
    /// The simulator's name for the number.
    pub number_account: String,
    pub number_channel: ChannelId,
    /// In whose name the shop answers.
    pub member_id: MemberId,
}

/// Owes the scene, in the transaction that made the workspace's channels.
pub(super) async fn owe(tx: &mut WorkspaceTx, billing: &Billing) -> anyhow::Result<()> {
    let workspace_id = tx.workspace_id();
    let job = jobs::NewJob::new(workspace_id.0, PLAY_SCENE).with(serde_json::to_value(billing)?).attempts(1);
    jobs::enqueue(tx.conn(), job).await?;
    Ok(())
}

/// Plays it.
///
/// # Errors
/// When the stage is down or a cue is refused; what was played stays.
pub async fn play_scene(run: JobRun) -> Result<Outcome, JobError> {
    let billing: Billing =
        serde_json::from_value(run.job.payload.clone()).map_err(|error| JobError::Hopeless(error.into()))?;
    let url = run.app.demo.put_up().await?.to_owned();
    let control = Control::at(&url)?;
    let mut play = Play { run: &run, billing, control, written: HashMap::new() };
    for (at, cue) in script().into_iter().enumerate() {
        play.give(cue)
            .await
            .with_context(|| format!("the demo stopped at cue {at}"))
            .map_err(JobError::Hopeless)?;
    }
    Ok(Outcome::Done)
}

struct Play<'run> {
    run: &'run JobRun,
    billing: Billing,
    control: Control,
    /// The last message that each person has written on each account.
    written: HashMap<(&'static str, On), String>,
}

impl Play<'_> {
    fn account(&self, on: On) -> (&str, ChannelId) {
        match on {
            On::Telegram => (&self.billing.bot_account, self.billing.bot_channel),
            On::Whatsapp => (&self.billing.number_account, self.billing.number_channel),
        }
    }

    async fn give(&mut self, cue: Cue) -> anyhow::Result<()> {
        match cue {
            Cue::Clock { hours } => {
                self.control.post("clock", &json!({ "advance_ms": hours * 3_600_000 })).await.map(drop)
            }
            Cue::Act { who, on, verb, body } => self.act(who, on, verb, body).await,
            Cue::ToOwn { who, on, verb, body } => {
                let id = self.written.get(&(who, on)).cloned().context("nothing was written yet")?;
                self.act(who, on, verb, with(body, if verb == "delete" { "messages" } else { "message" }, id))
                    .await
            }
            Cue::ToOurs { who, on, verb, body } => {
                let id = self.control.last_of_business(who, self.account(on).0).await?;
                self.act(who, on, verb, with(body, if verb == "send" { "reply_to" } else { "message" }, id))
                    .await
            }
            Cue::Answer { who, on, text, buttons } => {
                let choice = |title: &&str| Choice { title: (*title).to_owned(), ..Choice::default() };
                let body = match buttons {
                    [] => Body::Words,
                    buttons => Body::Buttons(buttons.iter().map(choice).collect()),
                };
                self.answer(who, on, text, body).await?;
                self.control.settle(who, self.account(on).0, text).await
            }
            Cue::Appointment { who, number, first_name, day } => {
                let template_id = self.template("appointment").await?;
                let part = TemplatePart {
                    header: Some(TemplateTop::Text(number.to_owned())),
                    body: vec![first_name.to_owned(), day.to_owned()],
                    buttons: Vec::new(),
                };
                let template = TemplateChoice { template_id, part, cards: Vec::new() };
                self.answer(who, On::Whatsapp, "", Body::Template(Box::new(template))).await?;
                self.control.settle(who, self.account(On::Whatsapp).0, day).await
            }
        }
    }

    async fn act(&mut self, who: &'static str, on: On, verb: &str, mut body: Value) -> anyhow::Result<()> {
        if let Some(body) = body.as_object_mut() {
            body.insert("to".to_owned(), self.account(on).0.into());
        }
        let acted = self.control.act(who, verb, &body).await?;
        let last = acted.get("messages").and_then(Value::as_array).and_then(|ids| ids.last()?.as_str());
        if let (Some(id), "send") = (last, verb) {
            self.written.insert((who, on), id.to_owned());
        }
        self.control.idle().await
    }

    /// A template of the number's, which is read from the provider a moment after connecting.
    async fn template(&self, name: &str) -> anyhow::Result<TemplateId> {
        let channel_id = self.billing.number_channel;
        for _ in 0..LOOKS {
            let mut tx = self.run.app.db.read(self.run.workspace_id).await?;
            if let Some(found) = store::template(&mut tx, channel_id, name).await? {
                return Ok(found);
            }
            drop(tx);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        anyhow::bail!("no template {name}")
    }

    /// The shop answers what the person has written last, as the member who made the workspace.
    async fn answer(&self, who: &str, on: On, text: &str, body: Body) -> anyhow::Result<()> {
        let app = &self.run.app;
        let (_, channel_id) = self.account(on);
        let name = self.control.name_of(who).await?;
        let mut found = None;
        // What the person wrote is stored by now, and in the inbox a moment later.
        for _ in 0..LOOKS {
            let mut tx = app.db.read(self.run.workspace_id).await?;
            found = store::answerable(&mut tx, channel_id, &name).await?;
            if found.is_some() {
                break;
            }
            drop(tx);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let conversation_id = found.with_context(|| format!("no conversation with {who}"))?;
        let mut tx = app.db.read(self.run.workspace_id).await?;
        let by =
            super::store::member(&mut tx, self.billing.member_id).await?.context("the member is gone")?;
        drop(tx);
        let writing = Writing {
            conversation_id,
            client_id: Uuid::now_v7(),
            text: text.to_owned(),
            attachment_ids: Vec::new(),
            quoted: None,
            last_seen_seq: None,
            body,
        };
        match messages::write(app, &by, Audience::Contact, writing).await? {
            Written::Message(..) => Ok(()),
            Written::Problem(problem, _) => anyhow::bail!("the answer was refused: {}", problem.message),
        }
    }
}

fn with(mut body: Value, key: &str, id: String) -> Value {
    if let Some(body) = body.as_object_mut() {
        let id = if key == "messages" { json!([id]) } else { id.into() };
        body.insert(key.to_owned(), id);
    }
    body
}
