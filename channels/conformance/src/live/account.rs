//! Connecting, health, profiles.

use channel_core::{CheckState, InboundEvent};
use serde_json::json;

use crate::stage::Stage;

/// As they are typed.
pub async fn credentials_are_told_whose_they_are(stage: &Stage) {
    match stage.adapter.inspect(&stage.connection.credentials).await {
        Ok(info) => {
            assert_eq!(info.platform_account_id, stage.connection.account.platform_account_id);
            assert!(!info.name.is_empty());
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// Connected by the stage; looked at now. Connecting again changes nothing.
pub async fn a_connected_account_is_healthy(stage: &Stage) {
    let account = &stage.connection.account;
    for _ in 0..2 {
        match stage.adapter.probe(account, &stage.webhook).await {
            Ok(health) => assert_eq!(health.state(), CheckState::Good, "{health:#?}"),
            Err(error) => panic!("{error:?}"),
        }
        let again = stage.adapter.connect(account, &stage.webhook).await;
        assert!(again.is_ok(), "{again:?}");
    }
    stage.thread().await;
}

/// The webhook is gone with the channel.
pub async fn a_disconnected_account_gets_no_more_events(stage: &Stage) {
    stage.thread().await;
    stage.settled().await;
    let before = stage.deliveries().len();
    for _ in 0..2 {
        let gone = stage.adapter.disconnect(&stage.connection.account, &stage.webhook).await;
        assert!(gone.is_ok(), "{gone:?}");
    }
    stage.phone("send", json!({ "text": "Anybody there?" })).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(stage.deliveries().len(), before);
}

/// Not an error: a person without a profile is still a person.
pub async fn a_person_nobody_knows_has_no_profile(stage: &Stage) {
    let thread = stage.thread().await;
    let account = &stage.connection.account;
    let strange = stage.adapter.profile(account, "4242424242").await;
    assert!(matches!(strange, Ok(None)), "{strange:?}");
    let known = stage.adapter.profile(account, &thread).await;
    assert!(known.is_ok(), "{known:?}");
    let named = stage
        .event("the person", |event| match event {
            InboundEvent::Message(message) => Some(message.sender.display_name.is_some()),
            _ => None,
        })
        .await;
    assert!(named);
}
