//! The adapter against answers of Graph, over real HTTP. The conformance suite does the same against the simulator;
//! here are the answers that a simulator does not give.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

#[path = "wire/accounts.rs"]
mod accounts;
#[path = "wire/connecting.rs"]
mod connecting;
#[path = "wire/failures.rs"]
mod failures;
#[path = "wire/files.rs"]
mod files;
#[path = "wire/kit.rs"]
mod kit;
#[path = "wire/sends.rs"]
mod sends;
#[path = "wire/templates.rs"]
mod templates;
