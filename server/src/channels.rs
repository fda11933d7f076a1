//! Channels: the connected accounts of a workspace and their settings.

pub mod registry;
