//! The web chat channel: our own widget speaking the adapter contract.
