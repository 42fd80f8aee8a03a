//! Simulated AI providers: they answer like OpenAI and Anthropic, and are strict about what reaches them.
//!
//! Used by `thinkwatch demo`, by tests (which read the journal) and by the bench (fast mode). The crate must never know
//! anything of ThinkWatch itself: it is the outside world.

mod admin;
mod body;
mod config;
mod credential;
mod dialects;
mod errors;
mod fast;
mod fault;
mod handle;
mod journal;
mod json;
mod magic;
mod prompt;
mod server;
mod signature;
mod turn;

pub use config::{Call, Scenario, SimulatorConfig, Step};
pub use fault::{Fault, Faults};
pub use journal::{Entry, Journal, Stats};
pub use server::{Running, Simulator, StartError};
