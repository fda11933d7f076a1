//! Changes of messages that were shown before they went out: a refused one is taken back, one that arrived is final.

use channel_core::Act;

use super::finish::Finished;
use super::outcome::Outcome;
use crate::db::WorkspaceTx;
use crate::messages;

/// Concludes the changes among these calls. Most batches have none, and cost no statement here.
pub(super) async fn conclude(tx: &mut WorkspaceTx, finished: &[Finished]) -> sqlx::Result<()> {
    for one in finished {
        let (Some(message_id), Some(act), None) = (one.message_id, &one.act, one.transmission_id) else {
            continue;
        };
        match (&one.outcome, act) {
            (Outcome::Sent(_) | Outcome::Nothing, Act::Delete { .. }) => {
                messages::erase(tx, message_id).await?;
            }
            (Outcome::Failed(failed), _) => {
                let words = &failed.refusal.words;
                messages::undo(tx, message_id, act, one.undo.as_ref(), words).await?;
            }
            _ => {}
        }
    }
    Ok(())
}
