//! How many channels are how, for Prometheus: by kind, over all workspaces, never by workspace or account.

use std::sync::Arc;
use std::time::Duration;

use shared::{ChannelKind, ChannelState};

use crate::app::App;
use crate::db::Db;

/// How often they are counted.
const EVERY: Duration = Duration::from_mins(1);

/// Keeps the gauges, until the app stops. Every process shows the same figures: take the highest, not the sum.
pub(crate) async fn keep_gauges(app: Arc<App>) {
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = rounds.tick() => {}
        }
        if let Err(error) = count(&app.db).await {
            tracing::warn!(%error, "could not count channels; trying again later");
        }
    }
}

async fn count(db: &Db) -> sqlx::Result<()> {
    let states: Vec<(i16, i16, bool, i64)> =
        sqlx::query_as("select kind, state, active, channels from channel_states()")
            .fetch_all(db.pool())
            .await?;
    let healths: Vec<(i16, i16, i64)> =
        sqlx::query_as("select kind, state, channels from channel_healths()").fetch_all(db.pool()).await?;
    for kind in ChannelKind::ALL {
        for state in ChannelState::ALL {
            let of = |paused: bool| {
                let matching = states.iter().filter(|(k, s, active, _)| {
                    *k == kind.code()
                        && *s == state.code()
                        && (*state == ChannelState::Connected && !active) == paused
                });
                matching.map(|(.., channels)| *channels).sum::<i64>() as f64
            };
            metrics::gauge!("switchboard_channel_state", "kind" => kind.as_str(), "state" => state.as_str())
                .set(of(false));
            if *state == ChannelState::Connected {
                metrics::gauge!("switchboard_channel_state", "kind" => kind.as_str(), "state" => "paused")
                    .set(of(true));
            }
        }
        for (code, name) in [(2, "warning"), (3, "broken")] {
            let matching = healths.iter().filter(|(k, s, _)| *k == kind.code() && *s == code);
            metrics::gauge!("switchboard_channel_health", "kind" => kind.as_str(), "state" => name)
                .set(matching.map(|(.., channels)| *channels).sum::<i64>() as f64);
        }
    }
    Ok(())
}
