//! A Postgres job queue with ordered lanes and leases. Knows no feature.
