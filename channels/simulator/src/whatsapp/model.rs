//! What exists at Meta: apps, business accounts, numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::delivery::Target;
use crate::sim::Sim;
use crate::world::World;

/// All of it.
#[derive(Debug, Default)]
pub struct Platform {
    /// By phone number id.
    pub numbers: BTreeMap<String, ()>,
}

impl Platform {
    /// The id an envelope's entry carries for an account.
    #[must_use]
    pub fn entry_id(&self, _account: &str) -> String {
        String::new()
    }
}

/// A number to create.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewNumber {}

/// Creates a number.
///
/// # Errors
/// Words.
pub fn create_number(_sim: &Arc<Sim>, _new: NewNumber) -> Result<Value, String> {
    Ok(Value::Null)
}

/// All numbers.
pub fn describe_all(_world: &World, _url: &str) -> Vec<Value> {
    Vec::new()
}

/// Where a number's events go.
pub fn webhook_target(_world: &World, _account: &str) -> Option<Target> {
    None
}
