//! The Switchboard server: one binary over one Postgres.
