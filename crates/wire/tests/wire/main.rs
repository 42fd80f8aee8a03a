//! The crate at its border, with data.

mod answers;
mod bodies;
mod catalogue;
mod counting;
mod errors;
mod gemini;
mod scanning;
mod streams;
mod table;
