//! The adapter against answers of the Bot API, over real HTTP. The conformance suite does the same against the
//! simulator; here are the answers that a simulator does not give.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "wire/accounts.rs"]
mod accounts;
#[path = "wire/failures.rs"]
mod failures;
#[path = "wire/files.rs"]
mod files;
#[path = "wire/kit.rs"]
mod kit;
#[path = "wire/sends.rs"]
mod sends;
