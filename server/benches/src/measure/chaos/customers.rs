//! Customers write with their phones, one message after the other.

use std::time::Duration;

use rand::RngExt as _;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::Person;
use crate::load::Connection;
use crate::provider::{Provider, control};

/// One of so many messages is a picture.
const PICTURE: u32 = 20;

/// Writes until the end, from the second message on.
pub(super) async fn write(provider: &Provider, person: &Person, until: Instant) -> anyhow::Result<()> {
    let mut theirs = provider.connect().await?;
    for number in 1.. {
        let pause = Duration::from_millis(rand::rng().random_range(300..900));
        if Instant::now() + pause >= until {
            break;
        }
        sleep(pause).await;
        say(&mut theirs, &person.phone, &person.account, number).await?;
    }
    Ok(())
}

/// One message; no other has its words.
pub(super) async fn say(
    theirs: &mut Connection,
    phone: &str,
    account: &str,
    number: u32,
) -> anyhow::Result<()> {
    let text = format!("in/{phone}/{number}");
    let body = if number % PICTURE == PICTURE - 1 {
        json!({ "to": account, "type": "photo", "file": { "sample": "photo" }, "text": text })
    } else {
        json!({ "to": account, "text": text })
    };
    control(theirs, &format!("/phones/{phone}/send"), &body).await?;
    Ok(())
}
