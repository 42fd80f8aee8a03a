//! Requests: written in another dialect, they are JSON of bounded size that this dialect's own decoder understands.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::Target;
use thinkwatch_wire::convert::{self, Asked, Unconvertible};

use crate::{CONVERTED, assert_bounded, assert_json};

/// First byte: which dialect it becomes, and whether nothing may be lost.
pub(crate) fn run(from: Dialect, data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let to = CONVERTED[usize::from(choice) % CONVERTED.len()];
    let strict = choice & 0x80 != 0;
    let stream = choice & 0x40 != 0;
    let target = Target {
        model: MODELS[usize::from(choice >> 3) % MODELS.len()],
        default_max_output_tokens: 4096,
        ask_usage: true,
    };
    let asked = Asked { dialect: from, body, model: "m", stream };
    let converted = match convert::request(asked, to, &target, strict) {
        Ok(converted) => converted,
        Err(refused) => {
            assert!(!refused.into_error().message.is_empty(), "a refusal says why");
            return;
        }
    };
    assert!(!strict || converted.lost.is_empty(), "strict, and yet lost: {:?}", converted.lost);
    assert_json("request", &converted.body);
    assert_bounded("request", body.len(), converted.body.len());

    let again = Asked { dialect: to, body: &converted.body, model: target.model, stream: converted.request.stream };
    if let Err(Unconvertible::Malformed(error)) = convert::request(again, from, &target, false) {
        // A schema goes on as it was written; only a dialect that looks into it sees that a name stands there twice.
        assert!(
            error.message.ends_with("is given twice"),
            "our own {to:?} is malformed: {error:?} in {}",
            String::from_utf8_lossy(&converted.body)
        );
    }
}

/// Names that the encoders treat differently.
const MODELS: [&str; 6] =
    ["gpt-4o", "gpt-5", "claude-sonnet-4-5", "claude-opus-4-6", "gemini-2.5-flash", "gemini-3-pro-preview"];
