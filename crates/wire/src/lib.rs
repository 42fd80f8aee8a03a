//! The wire formats of AI calls: what is read of a request, what may be edited in it, and what is learnt from an
//! answer or a stream while its bytes pass through.
//!
//! Bytes in, data out. The crate must never know an async runtime, HTTP types, a socket, a store or a clock; what
//! it needs of these (a status, a request id, a time) is an argument.
//!
//! A folder per dialect (`chat`, `messages`, `responses`, `gemini`, `embeddings`, `completions`, `moderations`, `images`,
//! `audio`, `rerank`), each with the same files, where it has something of its own: `request` (what is read and checked),
//! `usage` (of a JSON answer), `stream` (its events) and `error` (its shapes). [`multipart`] reads requests that are forms. The
//! modules beside them choose the dialect: [`request::peek`], [`splice::patch`], [`stream::Relay`], [`usage::of_answer`],
//! [`error::encode`]. `converse` has neither `request` nor `stream`: only providers speak it, and its streams are [`frames`].

pub mod canonical;
pub mod convert;
pub mod countable;
pub mod embeddings;
pub mod error;
pub mod estimate;
pub mod flow;
pub mod json;
pub mod kept;
pub mod models;
pub mod request;
pub mod splice;
pub mod sse;
pub mod stream;
pub mod usage;
pub mod whole;

pub mod multipart;

mod audio;
mod chat;
mod completions;
mod converse;
mod gemini;
mod images;
mod messages;
mod moderations;
mod rerank;
mod responses;

pub use converse::frames;
