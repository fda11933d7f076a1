//! Where a delivery belongs, before it is read.

use channel_core::{Addressee, Route};
use channel_meta::Object;

use crate::normalise;

/// One route per number or business account that the delivery names.
pub fn route(body: &[u8]) -> Vec<Route> {
    let Ok(delivery) = normalise::parse(body) else { return vec![Route::to_endpoint()] };
    let Some(delivery) = Object::of(&delivery) else { return vec![Route::to_endpoint()] };
    let mut routes: Vec<Route> = Vec::new();
    for entry in delivery.list("entry") {
        for change in entry.list("changes") {
            let metadata = change.object("value").and_then(|value| value.object("metadata"));
            let to = match metadata.and_then(|metadata| metadata.id("phone_number_id")) {
                Some(number) => Addressee::Account(number),
                None => Addressee::Parent(entry.id("id").unwrap_or_default()),
            };
            if routes.iter().all(|route| route.to != to) {
                routes.push(Route { to, ..Route::to_endpoint() });
            }
        }
    }
    if routes.is_empty() { vec![Route::to_endpoint()] } else { routes }
}
