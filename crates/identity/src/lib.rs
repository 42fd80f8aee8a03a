//! Credentials: API keys, passwords, tokens, encryption at rest, and how fast they may be guessed.
//!
//! Everything here is computation on data that is handed in. The crate must never know HTTP, the store or a clock:
//! time is an argument (`now_us`, microseconds since the Unix epoch). No secret is ever printed or put in an error.

pub mod api_key;
pub mod encryption;
pub mod password;
pub mod random;
pub mod secret_strength;
pub mod throttle;
pub mod token;
