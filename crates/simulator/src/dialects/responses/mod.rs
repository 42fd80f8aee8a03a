//! OpenAI Responses.

mod check;
mod render;

pub(crate) use check::check;
pub(crate) use render::{error_event, events, whole};
