//! Google's Gemini API. The model and the way of the answer are in the path.

mod check;
mod embed;
mod render;
mod shapes;
mod turns;

pub(crate) use check::{check, check_count};
pub(crate) use embed::{Wanted, check as check_embed, check_batch, whole as embedded};
pub(crate) use render::{counted, error_event, events, whole};

/// Whether it is of Gemini 3 or later, by its name; one without a number is of the newest. Since then calls have ids, and
/// those of the current turn must come back with their signatures.
fn is_new(model: &str) -> bool {
    !["gemini-1", "gemini-2"].iter().any(|old| model.starts_with(old))
}

/// What a call's signature covers.
fn sealed(name: &str, args: &serde_json::Value) -> String {
    format!("{name}/{args}")
}
