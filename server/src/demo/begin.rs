//! Making a workspace a demo: its accounts at the simulator, connected as an admin would connect real ones.

use anyhow::Context as _;
use secrecy::SecretString;
use serde_json::json;
use shared::{ChannelId, ChannelKind, MemberId};

use super::cast::Cast;
use super::control::Control;
use super::scene::{self, Billing};
use super::store;
use crate::app::App;
use crate::channels::{self, Typed};
use crate::db::WorkspaceTx;
use crate::jobs::{JobError, JobRun, Outcome};
use crate::viewer::Viewer;

/// The job that connects a new demo workspace's channels.
pub const BEGIN: &str = "demo.begin";

/// Owes a demo, in the transaction that makes its workspace. Nothing of it happens unless that commits.
///
/// # Errors
/// When the database refuses.
pub async fn owe(tx: &mut WorkspaceTx, owner: MemberId) -> sqlx::Result<()> {
    let workspace_id = tx.workspace_id();
    store::add_demo_workspace(tx).await?;
    let job = jobs::NewJob::new(workspace_id.0, BEGIN).with(json!({ "owner": owner })).attempts(3);
    jobs::enqueue(tx.conn(), job).await?;
    Ok(())
}

/// Connects the channels and owes the scene.
///
/// # Errors
/// When the stage cannot be put up, or a channel does not connect.
pub async fn begin(run: JobRun) -> Result<Outcome, JobError> {
    let app = &run.app;
    let owner: MemberId = run
        .job
        .payload
        .get("owner")
        .and_then(|owner| serde_json::from_value(owner.clone()).ok())
        .context("the job names no owner")
        .map_err(JobError::Hopeless)?;
    let url = app.demo.put_up().await?.to_owned();
    app.demo.admit(run.workspace_id);
    let mut tx = app.db.read(run.workspace_id).await?;
    let by = store::member(&mut tx, owner).await?;
    let done = store::has_number(&mut tx).await?;
    drop(tx);
    if done {
        return Ok(Outcome::Done); // all of this has happened; only that it did could not be noted
    }
    let by = by.context("the owner is gone").map_err(JobError::Hopeless)?;

    let cast = Cast::hire(&Control::at(&url)?).await?;
    let bot_channel = connect(app, &by, bot(&cast)).await?;
    let number_channel = connect(app, &by, number(&cast)).await?;
    let billing = Billing {
        bot_account: cast.bot_account,
        bot_channel,
        number_account: cast.number_account,
        number_channel,
        member_id: owner,
    };
    let mut tx = app.db.workspace(run.workspace_id).await?;
    scene::owe(&mut tx, &billing).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}

fn bot(cast: &Cast) -> Typed {
    typed(ChannelKind::Telegram, &cast.bot_token, "Telegram")
}

fn number(cast: &Cast) -> Typed {
    Typed {
        account_id: Some(cast.phone_number_id.clone()),
        parent_account_id: Some(cast.business_account_id.clone()),
        app_secret: Some(cast.app_secret.clone()),
        ..typed(ChannelKind::Whatsapp, &cast.number_token, "WhatsApp")
    }
}

fn typed(kind: ChannelKind, token: &SecretString, name: &str) -> Typed {
    Typed {
        kind,
        token: Some(token.clone()),
        code: None,
        account_id: None,
        parent_account_id: None,
        redirect_uri: None,
        app_secret: None,
        pin: None,
        name: Some(name.to_owned()),
    }
}

async fn connect(app: &App, by: &Viewer, what: Typed) -> anyhow::Result<ChannelId> {
    match channels::connect_channel(app, by, what).await? {
        Ok(channel) => Ok(channel.id),
        Err(problem) => anyhow::bail!("a demo channel was refused: {}", problem.message),
    }
}
