//! How far messages of ours have come, as platforms report it; our own messages that come back; and what platforms are
//! owed for what came in.

use channel_core::{Act, Echo, StatusReport};
use chrono::{DateTime, Utc};
use shared::ChannelId;

use super::steps::Step;
use super::work::Work;
use crate::db::WorkspaceTx;
use crate::outbox::statuses::{self, Heard, Report};
use crate::outbox::{self, Target};

/// A report on messages of ours.
#[derive(Debug)]
pub(super) struct Receipt {
    delivery: Option<usize>,
    delivery_id: i64,
    channel_id: ChannelId,
    received_at: DateTime<Utc>,
    report: StatusReport,
}

impl Receipt {
    pub(super) fn of(step: &Step, report: &StatusReport) -> Self {
        Self {
            delivery: step.delivery,
            delivery_id: step.delivery_id,
            channel_id: step.channel_id,
            received_at: step.received_at,
            report: report.clone(),
        }
    }
}

/// A message of our own that came back.
#[derive(Debug)]
pub(super) struct Returned {
    delivery: Option<usize>,
    channel_id: ChannelId,
    received_at: DateTime<Utc>,
    echo: Echo,
}

impl Returned {
    pub(super) fn of(step: &Step, echo: &Echo) -> Self {
        Self {
            delivery: step.delivery,
            channel_id: step.channel_id,
            received_at: step.received_at,
            echo: echo.clone(),
        }
    }
}

/// Something that a platform is owed: the thread that it concerns, and what to do there.
#[derive(Debug)]
pub(super) struct Owed {
    pub channel_id: ChannelId,
    pub to: String,
    pub act: Act,
}

/// Takes reports and returned messages in, in their order, and puts in line what is owed.
pub(super) async fn apply(tx: &mut WorkspaceTx, work: &mut Work) -> sqlx::Result<()> {
    for returned in std::mem::take(&mut work.returned) {
        let settled =
            outbox::settle_echo(tx, returned.channel_id, &returned.echo, returned.received_at).await?;
        match settled {
            Some(_) => work.verdicts.repeated(returned.delivery, settled),
            None => {
                let words = "our own application sent it, and nothing is known of it here";
                work.verdicts.ignored(returned.delivery, words);
            }
        }
    }
    let receipts = std::mem::take(&mut work.receipts);
    let reports = receipts.iter().map(|receipt| Report {
        channel_id: receipt.channel_id,
        report: &receipt.report,
        received_at: receipt.received_at,
        delivery_id: (receipt.delivery_id > 0).then_some(receipt.delivery_id),
    });
    let reports: Vec<Report<'_>> = reports.collect();
    for (receipt, heard) in receipts.iter().zip(statuses::apply(tx, &reports).await?) {
        match heard {
            Heard::Moved | Heard::Waits => work.verdicts.done(receipt.delivery),
            Heard::Known => work.verdicts.repeated(receipt.delivery, None),
        }
    }
    let owed = std::mem::take(&mut work.owed).into_iter().map(|owed| {
        let target = Target {
            channel_id: owed.channel_id,
            conversation_id: None,
            to: Some(owed.to),
            quote: None,
            by_human: false,
        };
        (target, owed.act)
    });
    outbox::enqueue_beside(tx, &Vec::from_iter(owed)).await
}
