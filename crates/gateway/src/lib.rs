//! The AI data plane: from a request on the gateway port to a provider and back, decided on the snapshot in memory.
//!
//! The crate must never know a store, a log store, a database driver or the control plane: it holds the snapshot and
//! the spool. Nothing here waits for anything but the client, the provider and (in strict mode) the spool's disk.

mod accept;
mod account;
mod answer;
mod attempt;
mod attempts;
mod body;
mod cache;
mod caller;
mod clock;
mod context;
mod continuation;
mod conversion;
mod cors;
mod count;
mod counting;
mod decide;
mod deliver;
mod dry_run;
mod health;
mod limited;
mod listing;
mod meter;
mod pipeline;
mod program;
mod query;
mod rate_headers;
mod refusal;
mod rescue;
mod reserve;
mod serve;
mod standing;
mod state_refusal;
mod stored;
mod stream;
mod surface;
mod tags;
mod usual;
mod vectors;
mod whole;
mod wish;

pub use body::AnswerBody;
pub use health::Readiness;
pub use serve::{Gateway, MetricsPage, Parts};
pub use standing::Standings;
