//! OpenAI Chat Completions.

mod check;
mod render;

pub(crate) use check::check;
pub(crate) use render::{error_event, events, pieces, usage, whole};
