//! OpenAI Responses.

mod check;
pub(crate) mod kept;
mod render;

pub(crate) use check::check;
pub(crate) use render::{error_event, events, whole};
