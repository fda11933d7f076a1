//! What is posted: proven, taken apart, durable; only then answered.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use channel_core::{Addressee, ChannelAdapter, ChannelSecrets, Route};
use futures::future::try_join_all;
use http::HeaderMap;
use shared::ChannelKind;

use super::body::{Room, Unread};
use super::divide::{self, Part, Place};
use super::door::{self, Door};
use super::owners::Owners;
use super::unroutable::{Unroutable, Unroutables};
use super::{NewDelivery, NotStored, Receipt, kept_headers};
use crate::app::App;
use crate::config::MetaProvider;
use crate::db::Db;

/// Most accounts that one delivery is divided among: Meta sends up to 1,000 updates at once.
const ACCOUNTS_MAX: usize = 1_000;

/// What is kept between deliveries.
pub struct Webhooks {
    owners: Owners,
    room: Room,
    unroutables: Unroutables,
    secrets_of_installation: ChannelSecrets,
}

impl Webhooks {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(db: &Db, meta: &MetaProvider) -> Self {
        Self {
            owners: Owners::new(db.clone()),
            room: Room::default(),
            unroutables: Unroutables::new(db.clone()),
            secrets_of_installation: door::secrets_of_installation(meta),
        }
    }

    pub(super) fn secrets_of_installation(&self) -> &ChannelSecrets {
        &self.secrets_of_installation
    }
}

/// What the provider is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// All of it is durable.
    Taken,
    /// There is no such address.
    Unknown,
    /// Nothing proves that the provider sent it. Nothing was stored.
    Unproven,
    /// It was not read.
    Unread(Unread),
    /// Not now. What was stored already is recognised when it comes again.
    Busy,
}

impl Answer {
    /// The name in metrics.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Unknown => "unknown",
            Self::Unproven => "unproven",
            Self::Unread(Unread::TooLarge) => "too_large",
            Self::Unread(Unread::Slow | Unread::Broken) => "broken",
            Self::Unread(Unread::Busy) | Self::Busy => "busy",
        }
    }
}

/// Takes one POST in.
pub(super) async fn take_in(
    app: &App,
    provider: &str,
    last_part: &str,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let door = match Door::find(app, provider, last_part).await {
        Ok(Some(door)) => door,
        Ok(None) => return Answer::Unknown,
        Err(error) => {
            error.log();
            return Answer::Busy;
        }
    };
    // Its memory is given back when all of it is stored.
    let held = match app.webhooks.room.read(headers, body, door.bytes_max()).await {
        Ok(held) => held,
        Err(unread) => return Answer::Unread(unread),
    };
    if !door.is_proven(headers, &held.bytes) {
        tracing::info!(provider = door::label(provider), "a delivery that its provider did not sign");
        return Answer::Unproven;
    }
    match keep(app, &door, provider, headers, &held.bytes).await {
        Ok(()) => Answer::Taken,
        Err(NotStored) => Answer::Busy,
    }
}

async fn keep(
    app: &App,
    door: &Door<'_>,
    provider: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), NotStored> {
    let Some((adapter, routes)) = read(door, body) else { return Err(NotStored) };
    let kind = adapter.kind();
    let mut routed: Vec<(Route, Vec<Place>)> = Vec::with_capacity(routes.len().min(ACCOUNTS_MAX));
    if routes.len() > ACCOUNTS_MAX {
        let reason = "It names more accounts than a provider sends at once.";
        routed.push((Route::to_endpoint(), vec![nowhere(door, reason)]));
    } else {
        for route in routes {
            let places = places(app, door, kind, &route.to).await?;
            routed.push((route, places));
        }
    }
    let kept_headers = kept_headers::kept(headers);
    let parts = divide::divide(&*adapter, body, &routed);
    let stored = parts.into_iter().map(|part| store(app, kind, provider, part, kept_headers.clone()));
    try_join_all(stored).await?;
    Ok(())
}

/// Who can read it, and whom it concerns. Of several adapters, the first that finds an account in it.
fn read(door: &Door<'_>, body: &Bytes) -> Option<(Arc<dyn ChannelAdapter>, Vec<Route>)> {
    let adapters = match door {
        Door::Installation { adapters, .. } => adapters.as_slice(),
        Door::Channel { adapter, .. } => std::slice::from_ref(adapter),
    };
    let mut unread = None;
    for adapter in adapters {
        let routes = divide::routes(&**adapter, body);
        if routes.iter().any(|route| route.to != Addressee::Endpoint) {
            return Some((Arc::clone(adapter), routes));
        }
        unread.get_or_insert((Arc::clone(adapter), routes));
    }
    unread
}

/// Where an addressee's part goes.
async fn places(
    app: &App,
    door: &Door<'_>,
    kind: ChannelKind,
    to: &Addressee,
) -> Result<Vec<Place>, NotStored> {
    let home = |ignored| {
        let (workspace_id, channel_id) = door.home()?;
        Some(Place::Channel { workspace_id, channel_id, ignored })
    };
    if door.is_homes(to) {
        return Ok(home(None).into_iter().collect());
    }
    let owners = app.webhooks.owners.of(door.scope(), kind, to).await.map_err(|error| {
        tracing::warn!(%error, "could not find out whose a delivery is");
        NotStored
    })?;
    if !owners.is_empty() {
        let disconnected = || "The channel was disconnected when this came.".to_owned();
        let place = |owner: &super::owners::Owner| Place::Channel {
            workspace_id: owner.workspace_id,
            channel_id: owner.channel_id,
            ignored: (!owner.connected).then(disconnected),
        };
        return Ok(owners.iter().map(place).collect());
    }
    // One reason for all of them: they go to one place, with one part of the delivery.
    Ok(vec![match to {
        Addressee::Endpoint => nowhere(door, "It names no account."),
        _ => nowhere(door, "It concerns an account that is not connected here."),
    }])
}

/// Where what concerns nobody here goes: to the channel whose door it came through, as ignored, else to the operator.
fn nowhere(door: &Door<'_>, reason: &'static str) -> Place {
    match door.home() {
        Some((workspace_id, channel_id)) => {
            Place::Channel { workspace_id, channel_id, ignored: Some(reason.to_owned()) }
        }
        None => Place::Nobody { reason },
    }
}

async fn store(
    app: &App,
    kind: ChannelKind,
    provider: &str,
    part: Part,
    headers: Option<Arc<str>>,
) -> Result<(), NotStored> {
    let Part { place, accounts, lane, dedupe_key, fingerprint, body } = part;
    let (workspace_id, channel_id, ignored) = match place {
        Place::Channel { workspace_id, channel_id, ignored } => (workspace_id, channel_id, ignored),
        Place::Nobody { reason } => {
            let provider = door::label(provider);
            let delivery = Unroutable { provider, accounts, reason, body, fingerprint };
            return app.webhooks.unroutables.keep(delivery).await;
        }
    };
    let delivery = NewDelivery {
        workspace_id,
        channel_id,
        kind,
        sender: lane,
        dedupe_key,
        body,
        fingerprint,
        headers,
        ignored,
    };
    match app.receiver.store(delivery.clone()).await? {
        Receipt::Stored | Receipt::Duplicate => {}
        // Other bytes under a name that was used before: told apart by their bytes, and later by what they say.
        Receipt::Conflict => {
            let dedupe_key = divide::by_content(&fingerprint);
            app.receiver.store(NewDelivery { dedupe_key, ..delivery }).await?;
        }
    }
    Ok(())
}
