//! Calls that are too long for a route by what an operator has said of it: they go where they fit.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use thinkwatch_policy::routing::{self, Plan};
use thinkwatch_wire::request::Peek;

/// Leaves out the routes that do not take a call of this length, if others do. Where a call may hold pictures, sound or files,
/// its length in bytes says nothing of its tokens: then its provider says whether it is too long.
pub(crate) fn fit(plan: &mut Plan, peek: &Peek, body: &[u8], history_bytes: usize) {
    let stated = |plan: &Plan| plan.candidates.iter().filter_map(|route| route.context_tokens()).min();
    let Some(least) = stated(plan) else { return };
    let tokens = routing::context_of((body.len() + history_bytes) as u64, peek.max_tokens);
    if tokens > least && !may_hold_media(body) {
        plan.fit_context(tokens);
    }
}

/// Whether there may be something in a body that is not text: all dialects name its kind or its encoding.
fn may_hold_media(body: &[u8]) -> bool {
    static MARKS: LazyLock<[Finder<'static>; 5]> =
        LazyLock::new(|| ["base64", "inlineData", "inline_data", "input_audio", "\"bytes\""].map(Finder::new));
    MARKS.iter().any(|mark| mark.find(body).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_are_seen_in_every_dialect() {
        for body in [
            r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}"#,
            r#"{"type":"base64","media_type":"image/png","data":"AAAA"}"#,
            r#"{"inlineData":{"mimeType":"image/png","data":"AAAA"}}"#,
            r#"{"type":"input_audio","input_audio":{"data":"AAAA"}}"#,
            r#"{"image":{"format":"png","source":{"bytes":"AAAA"}}}"#,
        ] {
            assert!(may_hold_media(body.as_bytes()), "{body}");
        }
        assert!(!may_hold_media(br#"{"messages":[{"role":"user","content":"how many bytes is a kilobyte?"}]}"#));
    }
}
