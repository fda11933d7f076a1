//! What the server and every channel adapter agree on.
