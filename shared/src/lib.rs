//! The domain's words, shared by the server and the browser: ids, enums, rules. No I/O.
