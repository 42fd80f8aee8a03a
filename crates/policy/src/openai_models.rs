//! In which of OpenAI's two formats a model is asked. Most models have both, and then Responses keeps more of a call that
//! has to be written anew: reasoning that goes on from turn to turn, images and files in results of tools.
//!
//! Source: what is commonly known of the families, and the modes in LiteLLM's list of models (1.109.1). It has not been held
//! against the vendor's own page of each model (<https://platform.openai.com/docs/models>). A route can say otherwise, and a
//! name that is not here is taken for one of the many.

use crate::dialect::Dialect;

/// What a name begins with, what stands in it, or both; and the formats that such a model has, the better one first.
struct Row {
    begins: &'static str,
    /// Whole words between hyphens (`-pro-` is in `o3-pro`, not in `gpt-4-prod`).
    holds: &'static str,
    has: &'static [Dialect],
}

const RESPONSES_ONLY: &[Dialect] = &[Dialect::Responses];
const CHAT_ONLY: &[Dialect] = &[Dialect::Chat];
const RESPONSES_FIRST: &[Dialect] = &[Dialect::Responses, Dialect::Chat];
const CHAT_FIRST: &[Dialect] = &[Dialect::Chat, Dialect::Responses];

/// The first that fits decides.
const ROWS: &[Row] = &[
    // o1-pro, o3-pro, gpt-5-pro and later: answers take minutes, and only Responses can wait for them.
    Row { begins: "o", holds: "pro", has: RESPONSES_ONLY },
    Row { begins: "gpt-5", holds: "pro", has: RESPONSES_ONLY },
    Row { begins: "gpt-6", holds: "pro", has: RESPONSES_ONLY },
    // codex-mini-latest, gpt-5-codex, gpt-5.1-codex-max.
    Row { begins: "", holds: "codex", has: RESPONSES_ONLY },
    Row { begins: "", holds: "deep-research", has: RESPONSES_ONLY },
    Row { begins: "computer-use", holds: "", has: RESPONSES_ONLY },
    // gpt-4o-audio-preview: Responses has no sound.
    Row { begins: "gpt-4o", holds: "audio-preview", has: CHAT_ONLY },
    Row { begins: "gpt-audio", holds: "", has: CHAT_FIRST },
    // gpt-4o-search-preview, gpt-5-search-api: these always search; in Responses searching is a tool of any model.
    Row { begins: "gpt-", holds: "search-preview", has: CHAT_ONLY },
    Row { begins: "gpt-", holds: "search-api", has: CHAT_ONLY },
    // Made for Chat, before there was anything that only Responses can say. Azure writes 3.5 without the point.
    Row { begins: "gpt-3.5", holds: "", has: CHAT_FIRST },
    Row { begins: "gpt-35", holds: "", has: CHAT_FIRST },
    Row { begins: "gpt-4", holds: "gpt-4", has: CHAT_FIRST },
];

/// The formats that a model has by its name at OpenAI or, where deployments are called by their model, at Azure; the better
/// one first.
pub fn formats(model: &str) -> &'static [Dialect] {
    // `ft:gpt-4o-mini-2024-07-18:organisation::id`
    let base = model.strip_prefix("ft:").and_then(|rest| rest.split(':').next()).unwrap_or(model);
    let fits = |row: &&Row| base.starts_with(row.begins) && holds(base, row.holds);
    ROWS.iter().find(fits).map_or(RESPONSES_FIRST, |row| row.has)
}

/// Looks at the places after a dash only: a search that prepares itself for any text costs more than these names are long.
fn holds(name: &str, words: &str) -> bool {
    let name = name.as_bytes();
    let ends = |at: usize| matches!(name.get(at), None | Some(b'-'));
    let begins = |at: usize| at == 0 || ends(at - 1);
    let there = |at: usize| begins(at) && name[at..].starts_with(words.as_bytes()) && ends(at + words.len());
    words.is_empty() || (0..name.len()).any(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_says_in_what_it_is_asked() {
        for (names, expected) in [
            (
                "o1-pro o3-pro o3-pro-2025-06-10 gpt-5-pro gpt-5.2-pro-2025-12-11 gpt-6-pro codex-mini-latest gpt-5-codex \
                 gpt-5.1-codex-max o3-deep-research o4-mini-deep-research-2025-06-26 computer-use-preview",
                RESPONSES_ONLY,
            ),
            (
                "gpt-4o-audio-preview gpt-4o-mini-audio-preview-2024-12-17 gpt-4o-search-preview-2025-03-11 \
                 gpt-5-search-api gpt-4o-mini-search-preview",
                CHAT_ONLY,
            ),
            ("gpt-3.5-turbo gpt-35-turbo gpt-4 gpt-4-0613 gpt-4-turbo gpt-4-prod gpt-audio-1.5", CHAT_FIRST),
            (
                "o1 o3 o4-mini gpt-5 gpt-5-mini gpt-5.1-chat-latest gpt-6-astra gpt-4o gpt-4o-mini gpt-4.1 chatgpt-4o-latest \
                 ft:gpt-4o-mini-2024-07-18:acme::abc my-deployment gpt-5-prod orion-prose",
                RESPONSES_FIRST,
            ),
            ("ft:gpt-3.5-turbo:acme:codex:abc", CHAT_FIRST),
        ] {
            for name in names.split(' ') {
                assert_eq!(formats(name), expected, "{name}");
            }
        }
        assert_eq!(formats(""), RESPONSES_FIRST);
    }
}
