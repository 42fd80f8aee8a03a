//! Google's Gemini API. The model and the way of the answer are in the path.

mod check;
mod embed;
mod render;
mod shapes;
mod turns;

pub(crate) use check::{check, check_count};
pub(crate) use embed::{Wanted, check as check_embed, check_batch, whole as embedded};
pub(crate) use render::{counted, error_event, events, whole};

use crate::signature::{is_ours, issue};

/// Whether it is of Gemini 3 or later, by its name; one without a number is of the newest. Since then calls have ids, and
/// those of the current turn must come back with their signatures.
fn is_new(model: &str) -> bool {
    !["gemini-1", "gemini-2"].iter().any(|old| model.starts_with(old))
}

/// What a call's signature covers.
fn sealed(name: &str, args: &serde_json::Value) -> String {
    format!("{name}/{args}")
}

/// A call's signature holds its arguments: those that the model gave must come back as they were, but clients may add others.
/// (Claude Code writes down its tools' defaults.)
fn seal_call(nonce: u64, name: &str, args: &serde_json::Value) -> String {
    format!("{}|{args}", issue("gemini-call", nonce, &sealed(name, args)))
}

/// Whether this seal was issued here for this call.
fn is_call_sealed(seal: &str, name: &str, args: &serde_json::Value) -> bool {
    let Some((seal, given)) = seal.split_once('|') else { return false };
    let Ok(given) = serde_json::from_str::<serde_json::Value>(given) else { return false };
    let kept = given.as_object().is_some_and(|given| given.iter().all(|(name, value)| args.get(name) == Some(value)));
    kept && is_ours("gemini-call", seal, &sealed(name, &given))
}
