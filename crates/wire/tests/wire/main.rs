//! The crate at its border, with data.

mod answers;
mod bodies;
mod catalogue;
mod counting;
mod errors;
mod forms;
mod gemini;
mod passed;
mod scanning;
mod streams;
mod table;
mod vectors;
