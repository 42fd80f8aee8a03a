//! JSON answers: usage, whole and from the tail; the list of models; guesses.

use thinkwatch_policy::dialect::Endpoint::{self, ChatCompletions, CountTokens, Embeddings, Messages, Responses};
use thinkwatch_policy::usage::Usage;
use thinkwatch_wire::models::{ModelEntry, encode_list, encode_one};
use thinkwatch_wire::{estimate, usage};

const NONE: Usage = Usage {
    input: 0,
    cache_read: 0,
    cache_write_5m: 0,
    cache_write_1h: 0,
    output: 0,
    reasoning: 0,
    audio_input: 0,
    audio_output: 0,
    image_units: 0,
};

#[test]
fn usage_by_dialect() {
    let cases: &[(Endpoint, &str, Option<Usage>)] = &[
        (
            ChatCompletions,
            r#"{"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"prompt_tokens_details":{"cached_tokens":60,"audio_tokens":2},"completion_tokens_details":{"reasoning_tokens":5,"audio_tokens":1}}"#,
            Some(Usage { input: 40, cache_read: 60, output: 9, reasoning: 5, audio_input: 2, audio_output: 1, ..NONE }),
        ),
        (
            ChatCompletions,
            r#"{"prompt_tokens":7,"completion_tokens":null,"prompt_tokens_details":null}"#,
            Some(Usage { input: 7, ..NONE }),
        ),
        (
            ChatCompletions,
            r#"{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"completion_tokens":1}"#,
            Some(Usage { input: 6, cache_read: 4, output: 1, ..NONE }),
        ),
        // Parts are never more than their whole.
        (
            ChatCompletions,
            r#"{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":50,"audio_tokens":9},"completion_tokens_details":{"reasoning_tokens":99}}"#,
            Some(Usage { cache_read: 5, output: 2, reasoning: 2, ..NONE }),
        ),
        (ChatCompletions, r#"{"prompt_tokens":-5,"completion_tokens":"2"}"#, None),
        (
            ChatCompletions,
            r#"{"prompt_tokens":99999999999999999999999,"completion_tokens":3}"#,
            Some(Usage { output: 3, ..NONE }),
        ),
        (
            ChatCompletions,
            r#"{"prompt_tokens":18446744073709551615,"completion_tokens":1.5}"#,
            Some(Usage { input: u64::MAX, ..NONE }),
        ),
        (ChatCompletions, "null", None),
        (ChatCompletions, "[1]", None),
        (ChatCompletions, "{}", None),
        (
            Messages,
            r#"{"input_tokens":10,"cache_creation_input_tokens":300,"cache_read_input_tokens":7,"output_tokens":4}"#,
            Some(Usage { input: 10, cache_read: 7, cache_write_5m: 300, output: 4, ..NONE }),
        ),
        (
            Messages,
            r#"{"input_tokens":1,"cache_creation_input_tokens":350,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},"output_tokens":4,"server_tool_use":null}"#,
            Some(Usage { input: 1, cache_write_5m: 150, cache_write_1h: 200, output: 4, ..NONE }),
        ),
        (
            Messages,
            r#"{"input_tokens":1,"cache_creation_input_tokens":18446744073709551615,"cache_creation":{"ephemeral_5m_input_tokens":18446744073709551615,"ephemeral_1h_input_tokens":1}}"#,
            Some(Usage { input: 1, cache_write_5m: u64::MAX, cache_write_1h: 1, ..NONE }),
        ),
        (
            Responses,
            r#"{"input_tokens":20,"input_tokens_details":{"cached_tokens":15},"output_tokens":8,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":28}"#,
            Some(Usage { input: 5, cache_read: 15, output: 8, reasoning: 3, ..NONE }),
        ),
        (Embeddings, r#"{"prompt_tokens":8,"total_tokens":8}"#, Some(Usage { input: 8, ..NONE })),
        (Embeddings, r#"{"total_tokens":8}"#, Some(Usage { input: 8, ..NONE })),
        (CountTokens, r#"{"input_tokens":10,"output_tokens":1}"#, None),
        // Who does not count fills in zeros.
        (ChatCompletions, r#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, None),
        (Messages, r#"{"input_tokens":0,"output_tokens":0}"#, None),
        (Responses, r#"{"input_tokens":0,"output_tokens":0,"total_tokens":0}"#, None),
    ];
    for (endpoint, told, expected) in cases {
        for (before, after) in [
            ("{\"id\":\"a \\\"usage\\\":{}\",\"x\":{\"usage\":{\"prompt_tokens\":1,\"input_tokens\":1}},", "}"),
            ("{", ",\"service_tier\":\"default\",\"metadata\":{\"usage\":\"usage\"}}\n"),
            ("{ ", " , \"y\":[{\"usage\":{\"prompt_tokens\":5,\"input_tokens\":5}}]} "),
        ] {
            let body = format!("{before}\"usage\" : {told}{after}");
            assert_eq!(usage::of_answer(*endpoint, body.as_bytes()), *expected, "{endpoint:?} {body}");
            // From any tail that still holds the whole of it.
            let from = before.len();
            for start in (0..=from).filter(|at| body.is_char_boundary(*at)) {
                assert_eq!(
                    usage::of_tail(*endpoint, &body.as_bytes()[start..]),
                    *expected,
                    "{endpoint:?} {}",
                    &body[start..]
                );
            }
            assert_eq!(usage::of_tail(*endpoint, &body.as_bytes()[from + 1..]), None);
        }
    }
    for broken in ["", "x", "[]", "{\"usage\":{\"prompt_tokens\":1}", "{\"usage\":{\"prompt_tokens\":1},}"] {
        assert_eq!(usage::of_answer(ChatCompletions, broken.as_bytes()), None, "{broken}");
        assert_eq!(usage::of_tail(ChatCompletions, broken.as_bytes()), None, "{broken}");
    }
}

#[test]
fn one_list_for_both_sdks() {
    let entry = |id, created_s| ModelEntry { id, display_name: "A \"model\"", created_s, owned_by: "openai" };
    let list: serde_json::Value =
        serde_json::from_slice(&encode_list(&[entry("a", 0), entry("b", 1_763_800_000)])).unwrap();
    assert_eq!((&list["object"], &list["has_more"]), (&"list".into(), &false.into()));
    assert_eq!((&list["first_id"], &list["last_id"]), (&"a".into(), &"b".into()));
    let model = &list["data"][1];
    for (key, value) in
        [("id", "b"), ("object", "model"), ("type", "model"), ("owned_by", "openai"), ("display_name", "A \"model\"")]
    {
        assert_eq!(model[key], value);
    }
    assert_eq!((&model["created"], &model["created_at"]), (&1_763_800_000.into(), &"2025-11-22T08:26:40Z".into()));
    let none: serde_json::Value = serde_json::from_slice(&encode_list(&[])).unwrap();
    assert!(none["first_id"].is_null() && none["data"].as_array().unwrap().is_empty());
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (i64::MAX, "9999-12-31T23:59:59Z"),
        (i64::MIN, "0000-01-01T00:00:00Z"),
    ] {
        let one: serde_json::Value = serde_json::from_slice(&encode_one(&entry("m", seconds))).unwrap();
        assert_eq!(one["created_at"], text);
    }
}

#[test]
fn guesses_round_up() {
    for (bytes, input, output) in
        [(0, 0, 0), (1, 1, 1), (3, 1, 1), (4, 2, 1), (1000, 334, 250), (u64::MAX, u64::MAX / 3, 1 << 62)]
    {
        assert_eq!((estimate::input_tokens_at_most(bytes), estimate::output_tokens(bytes)), (input, output));
    }
}
