//! Tokens counted here, for what no provider counts: usage that was not told, and the counting endpoints of models whose
//! providers have none.
//!
//! One vocabulary (OpenAI's `o200k_base`) stands for all models: of another one's text it is a good guess and no more.
//! It is read at the first count, which takes about a tenth of a second and 70 MB, half of them pages of the binary.
//!
//! The crate must never know what a call looks like, nor who asks: it gets texts. `wire` says which.

mod counter;
mod tally;
mod vocabulary;

pub use counter::{Counter, Limits, NotCounted};
pub use tally::{EXACT_BYTES, Tally};
pub use vocabulary::{is_loaded, tokens};
