//! Every integration test of the server, in one binary.
