//! OpenAI Responses.

mod check;
pub(crate) mod kept;
mod render;

pub(crate) use check::{check, check_count};
pub(crate) use render::{error_event, events, whole};
