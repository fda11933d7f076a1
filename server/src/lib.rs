//! The Switchboard server: one binary over one Postgres.
//!
//! `docs/ARCHITECTURE.md` is the map. Each feature is a folder with `store.rs` (only SQL), `graphql.rs`
//! (only GraphQL) and a file per thing it does; the edges are `config`, `db`, `http`, `graphql`, `error`.

pub mod app;
pub mod audit;
pub mod auth;
pub mod channels;
pub mod cli;
pub mod config;
pub mod contacts;
pub mod conversations;
pub mod db;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod messages;
pub mod outbox;
pub mod realtime;
pub mod vault;
pub mod viewer;
pub mod webhooks;
pub mod widget;
pub mod workspaces;
