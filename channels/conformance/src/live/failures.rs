//! What goes wrong between the adapter and the provider.

use std::time::Duration;

use channel_core::{
    DeliveryStatus, InboundEvent, MediaError, MediaRef, RefusalReason, SendError, StatusTarget,
};
use serde_json::{Value, json};

use crate::stage::{Stage, text};

/// As long as the provider says.
pub async fn a_pause_is_passed_on_and_nothing_is_sent(stage: &Stage) {
    let thread = stage.thread().await;
    stage.fault(1, json!({ "type": "rate_limit", "retry_after": 7 })).await;
    match stage.act(&thread, text("wait for it")).await {
        // Graph tells whole minutes, if anything; what is told must be passed on.
        Err(SendError::Temporary(wait)) if wait.told => {
            assert!(matches!(wait.retry_after.as_secs(), 7 | 60), "{wait:?}");
        }
        Err(SendError::Temporary(wait)) => assert!(wait.retry_after > Duration::ZERO),
        other => panic!("{other:?}"),
    }
    assert!(stage.shown().await.is_empty());
    assert!(stage.act(&thread, text("wait for it")).await.is_ok());
}

/// Until somebody connects again.
pub async fn a_dead_token_asks_to_reconnect(stage: &Stage) {
    let thread = stage.thread().await;
    stage.fault(2, json!({ "type": "token_dead" })).await;
    let error = stage.act(&thread, text("x")).await;
    assert!(matches!(error, Err(SendError::Unauthorised(_))), "{error:?}");
    let error = stage.adapter.probe(&stage.connection.account, &stage.webhook).await;
    assert!(matches!(error, Err(channel_core::CallError::Unauthorised(_))), "{error:?}");
    assert!(stage.shown().await.is_empty());
}

/// It may have gone out: never repeated by the adapter itself.
pub async fn silence_is_uncertain_and_sent_at_most_once(stage: &Stage) {
    let thread = stage.thread().await;
    let silences: [(&str, Value, usize); 4] = [
        ("slow", json!({ "type": "slow", "ms": 5_000 }), 1),
        ("cut after", json!({ "type": "cut", "processed": true }), 1),
        ("cut before", json!({ "type": "cut", "processed": false }), 0),
        ("torn", json!({ "type": "torn" }), 1),
    ];
    let mut before = 0;
    for (name, fault, arrived) in silences {
        stage.fault(1, fault).await;
        let error = stage.act(&thread, text(name)).await;
        assert!(matches!(error, Err(SendError::Uncertain(_))), "{name}: {error:?}");
        stage.settled().await;
        let shown = stage.shown().await.len();
        assert_eq!(shown - before, arrived, "{name}");
        before = shown;
    }
}

/// 5xx with the provider's own words, or a proxy's.
pub async fn a_broken_provider_sends_nothing(stage: &Stage) {
    let thread = stage.thread().await;
    for status in [500, 502, 503] {
        stage.fault(1, json!({ "type": "server_error", "status": status })).await;
        let error = stage.act(&thread, text("x")).await;
        assert!(
            matches!(error, Err(SendError::Temporary(_) | SendError::Uncertain(_))),
            "{status}: {error:?}"
        );
    }
    assert!(stage.shown().await.is_empty());
}

/// In words, with the provider's code for admins.
pub async fn a_refusal_says_why(stage: &Stage) {
    let thread = stage.thread().await;
    stage.fault(1, json!({ "type": "error", "code": 400, "message": "Bad Request: something new" })).await;
    match stage.act(&thread, text("x")).await {
        Err(SendError::Refused(refusal)) => {
            assert!(!refusal.words.is_empty());
            assert!(refusal.code.is_some());
        }
        other => panic!("{other:?}"),
    }
}

/// The agent is offered what may still go out.
pub async fn a_closed_window_is_told_from_other_refusals(stage: &Stage) {
    if stage.can().reply_window.is_none() {
        return;
    }
    let thread = stage.thread().await;
    stage.fault(1, json!({ "type": "window_closed" })).await;
    let error = stage.act(&thread, text("x")).await;
    assert!(
        matches!(&error, Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::WindowClosed),
        "{error:?}"
    );
}

/// Accepted is not sent.
pub async fn a_failure_told_later_names_its_message(stage: &Stage) {
    if !stage.can().delivery_receipts {
        return;
    }
    let thread = stage.thread().await;
    stage.fault(1, json!({ "type": "fail_later", "code": 131_026 })).await;
    let receipt = stage.act(&thread, text("x")).await;
    let ids = receipt.map(|receipt| receipt.platform_message_ids).unwrap_or_default();
    let Some(id) = ids.first() else { panic!("the message has no id") };
    let failure = stage
        .event("the failure", |event| match event {
            InboundEvent::Status(report) if report.target == StatusTarget::Message(id.clone()) => {
                match &report.status {
                    DeliveryStatus::Failed(failure) => Some(failure.clone()),
                    _ => None,
                }
            }
            _ => None,
        })
        .await;
    assert!(!failure.refusal.words.is_empty());
}

/// Where the platform tells.
pub async fn a_person_who_blocked_us_is_unreachable(stage: &Stage) {
    if !stage.can().blocks_reported {
        return;
    }
    let thread = stage.thread().await;
    stage.phone("block", json!({})).await;
    let error = stage.act(&thread, text("x")).await;
    assert!(
        matches!(&error, Err(SendError::Refused(refusal)) if refusal.reason == RefusalReason::Unreachable),
        "{error:?}"
    );
}

/// Given up, with words, and without reading more than allowed.
pub async fn a_file_that_is_gone_or_too_large_is_not_waited_for(stage: &Stage) {
    stage.thread().await;
    let account = &stage.connection.account;
    let gone = stage.adapter.fetch_media(account, &MediaRef("99999999999999999".to_owned()), 1 << 20).await;
    // Telegram has the same words for a file that is gone and for one that is not there at the moment.
    assert!(matches!(gone, Err(MediaError::Gone { .. } | MediaError::Temporary(_))), "{gone:?}");

    stage.phone("send", json!({ "kind": "photo", "file": { "sample": "photo" } })).await;
    let reference = stage
        .event("the picture", |event| {
            let InboundEvent::Message(message) = event else { return None };
            match message.attachments.first()? {
                channel_core::AttachmentSource::Remote(media) => media.reference.clone(),
                _ => None,
            }
        })
        .await;
    let large = stage.adapter.fetch_media(account, &reference, 10).await;
    assert!(matches!(large, Err(MediaError::TooLarge { limit_bytes: 10 })), "{large:?}");
}
