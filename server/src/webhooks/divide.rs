//! Taking a delivery apart, so that nobody gets to see what another tenant was sent.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use channel_core::{Addressee, ChannelAdapter, Route};
use shared::{ChannelId, WorkspaceId};

use super::delivery::fingerprint;

/// Most bytes of a lane or of a provider's own name for a delivery that are kept as they are.
const NAME_BYTES_MAX: usize = 180;

/// Where a part of a delivery goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Into a channel; with a reason, it ends there as ignored.
    Channel { workspace_id: WorkspaceId, channel_id: ChannelId, ignored: Option<String> },
    /// To the operator of the installation.
    Nobody { reason: &'static str },
}

/// What goes to one place: all of the delivery, or what was cut from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub place: Place,
    /// The accounts it names.
    pub accounts: Vec<String>,
    /// The unit of order.
    pub lane: String,
    /// What makes a repeat recognisable.
    pub dedupe_key: String,
    pub fingerprint: [u8; 32],
    pub body: Bytes,
}

impl Part {
    fn new(place: Place, routes: &[&Route], body: Bytes) -> Self {
        let fingerprint = fingerprint(&body);
        let lane = match routes {
            [first, rest @ ..] if rest.iter().all(|route| route.lane == first.lane) => storable(&first.lane),
            _ => String::new(),
        };
        let dedupe_key = match routes {
            [Route { repeat_key: Some(key), .. }] => format!("r:{}", storable(key)),
            _ => by_content(&fingerprint),
        };
        let accounts = routes.iter().filter_map(|route| account(&route.to)).map(storable).collect();
        Self { place, accounts, lane, dedupe_key, fingerprint, body }
    }
}

/// The key of a delivery that is known by nothing but its bytes.
pub(super) fn by_content(fingerprint: &[u8; 32]) -> String {
    format!("h:{}", hex::encode(fingerprint))
}

/// What the addressee is called.
pub(super) fn account(to: &Addressee) -> Option<&str> {
    match to {
        Addressee::Endpoint => None,
        Addressee::Account(id) | Addressee::Parent(id) => Some(id),
    }
}

/// The routes of a delivery; at least one, whatever the adapter makes of it.
pub(super) fn routes(adapter: &dyn ChannelAdapter, body: &[u8]) -> Vec<Route> {
    match catch_unwind(AssertUnwindSafe(|| adapter.route(body))) {
        Ok(routes) if !routes.is_empty() => routes,
        Ok(_) => vec![Route::to_endpoint()],
        Err(_) => {
            tracing::error!("the adapter panicked while routing a delivery");
            vec![Route::to_endpoint()]
        }
    }
}

/// One part per place. A place that all of it concerns gets it byte for byte.
pub(super) fn divide(
    adapter: &dyn ChannelAdapter,
    body: &Bytes,
    routed: &[(Route, Vec<Place>)],
) -> Vec<Part> {
    let mut groups: Vec<(&Place, Vec<&Route>)> = Vec::new();
    for (route, places) in routed {
        for place in places {
            match groups.iter_mut().find(|(known, _)| *known == place) {
                Some((_, routes)) => routes.push(route),
                None => groups.push((place, vec![route])),
            }
        }
    }
    let mut parts = Vec::with_capacity(groups.len());
    let mut left_whole = false;
    for (place, routes) in groups {
        let own = if routes.len() == routed.len() { Some(body.clone()) } else { cut(adapter, body, &routes) };
        match own {
            Some(own) => parts.push(Part::new(place.clone(), &routes, own)),
            None => left_whole = true,
        }
    }
    if left_whole {
        let all: Vec<&Route> = routed.iter().map(|(route, _)| route).collect();
        let place = Place::Nobody { reason: "it concerns several accounts and cannot be taken apart" };
        parts.push(Part::new(place, &all, body.clone()));
    }
    parts
}

fn cut(adapter: &dyn ChannelAdapter, body: &Bytes, routes: &[&Route]) -> Option<Bytes> {
    let keep: Vec<Addressee> = routes.iter().map(|route| route.to.clone()).collect();
    let cut = catch_unwind(AssertUnwindSafe(|| adapter.cut(body, &keep)));
    if cut.is_err() {
        tracing::error!("the adapter panicked while cutting a delivery");
    }
    cut.ok().flatten().map(Bytes::from)
}

/// As it is, or its digest: names from outside may be too long for an index, or hold what no text may.
fn storable(name: &str) -> String {
    if name.len() <= NAME_BYTES_MAX && !name.contains('\0') {
        return name.to_owned();
    }
    hex::encode(fingerprint(name.as_bytes()))
}

#[cfg(test)]
mod tests;
