//! Simulated AI providers: they answer like OpenAI, Anthropic, Google, Azure and AWS Bedrock, and are strict about what reaches them.
//!
//! Used by `thinkwatch demo`, by tests (which read the journal) and by the bench (fast mode). The crate must never know
//! anything of ThinkWatch itself: it is the outside world. Of its crates it only borrows the writer of AWS's frames.

mod admin;
mod body;
mod config;
mod credential;
mod dialects;
mod errors;
mod fast;
mod fault;
mod form;
mod handle;
mod journal;
mod json;
mod listing;
mod magic;
mod metadata;
mod misbehave;
mod passed;
mod prompt;
mod route;
mod server;
mod signature;
mod sigv4;
mod turn;

pub use config::{Call, Scenario, SimulatorConfig, Step};
pub use fault::{Fault, Faults};
pub use journal::{Entry, Journal, Stats};
pub use server::{Running, Simulator, StartError};
