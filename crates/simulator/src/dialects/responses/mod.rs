//! OpenAI Responses.

mod check;
mod render;

pub(crate) use check::{check, check_count};
pub(crate) use render::{error_event, events, whole};
