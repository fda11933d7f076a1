//! AES-256-GCM envelopes for secrets at rest. Knows no feature.
