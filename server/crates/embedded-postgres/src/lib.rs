//! Runs the machine's own PostgreSQL as a child process. Knows no feature.
