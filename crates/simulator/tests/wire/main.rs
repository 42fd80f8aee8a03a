//! The simulator over the wire.

#![expect(clippy::unwrap_used, reason = "tests")]

mod azure;
mod bedrock;
mod exchange;
mod google;
mod metadata;
mod passed;
mod state;
mod strict;
