//! How far messages of ours have come, as platforms report it, and what platforms are owed for what came in.

use channel_core::StatusReport;

use super::steps::Step;
use super::work::Work;

/// A report on messages of ours.
#[derive(Debug)]
pub(super) struct Receipt {
    pub delivery: Option<usize>,
    pub report: StatusReport,
}

impl Receipt {
    pub(super) fn of(step: &Step, report: &StatusReport) -> Self {
        Self { delivery: step.delivery, report: report.clone() }
    }
}

/// Takes the reports in, in their order.
pub(super) fn apply(work: &mut Work) {
    for receipt in std::mem::take(&mut work.receipts) {
        let what = match receipt.report.target {
            channel_core::StatusTarget::Message(_) => "a message of ours",
            _ => "messages of ours",
        };
        work.verdicts.ignored(receipt.delivery, format!("nothing is known to have gone out as {what}"));
    }
}
