//! Every integration test of the server, in one binary: a real Postgres, real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod albums;
mod audit;
mod audited_mutations;
mod auth;
mod auth_sockets;
mod channels;
mod conversations;
mod crash;
mod deliveries;
mod edits;
mod identities;
mod ingest;
mod jobs;
mod kit;
mod media;
mod media_fetch;
mod messages;
mod numbers;
mod outbox;
mod people;
mod provider_channels;
mod realtime;
mod schema;
mod shared_events;
mod strangers;
mod telegram_in;
mod templates;
mod tenancy;
mod tenancy_catalog;
mod vault;
mod webhooks_in;
mod webhooks_meta;
mod whatsapp_in;
mod widget;
mod widget_sockets;
