//! What the name of a model tells of the server behind it: servers of many makers speak this dialect, and refuse or
//! overlook words that others want. A name that tells nothing gets what most understand.

use crate::canonical::{Effort, Maker};

/// The name without the maker's that routers put before it, in small letters.
fn bare(model: &str) -> String {
    model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase()
}

/// Whose proofs the server takes back.
pub(super) fn maker_of(model: &str) -> Option<Maker> {
    let model = model.to_ascii_lowercase();
    [("claude", Maker::Anthropic), ("gemini", Maker::Google)]
        .into_iter()
        .find(|(name, _)| model.contains(name))
        .map(|(_, maker)| maker)
}

/// OpenAI's o1, o3 and so on.
fn is_o_series(name: &str) -> bool {
    name.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// OpenAI's gpt-5 and all after it.
fn is_newer_gpt(name: &str) -> bool {
    let mut letters = name.strip_prefix("gpt-").unwrap_or_default().chars();
    matches!((letters.next(), letters.next()), (Some('5'..='9'), None | Some('-' | '.')))
}

/// The word for the limit. `max_tokens` is what every imitation knows, some of them only that; `max_completion_tokens`
/// counts thinking in, and is the only one OpenAI's reasoning models take. So the newer word is used for those, and where
/// thinking is asked of a server that is not known to overlook or refuse it.
pub(super) fn limit_word(model: &str, thinks: bool) -> &'static str {
    const ONLY_OLDER: [&str; 5] = ["deepseek", "mistral", "magistral", "codestral", "devstral"];
    let name = bare(model);
    let newer =
        is_o_series(&name) || is_newer_gpt(&name) || (thinks && !ONLY_OLDER.iter().any(|one| name.contains(one)));
    if newer { "max_completion_tokens" } else { "max_tokens" }
}

/// Whether the model is one of OpenAI's from before there was thinking, which refuse a call that speaks of it.
pub(super) fn never_thinks(model: &str) -> bool {
    let name = bare(model);
    ["gpt-3", "gpt-4", "chatgpt-4"].iter().any(|start| name.starts_with(start))
}

/// The nearest effort that the model takes.
pub(super) fn nearest_effort(model: &str, effort: Effort) -> Effort {
    let name = bare(model);
    if is_o_series(&name) {
        effort.clamp(Effort::Low, Effort::High)
    } else if name == "gpt-5" || name.starts_with("gpt-5-") {
        effort.clamp(Effort::Minimal, Effort::High)
    } else {
        effort
    }
}
