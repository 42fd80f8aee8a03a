//! Whole answers.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::{ANSWERS, answer, client, notes, written_answer};
use crate::canonical::{Answer, Block, Choice, Maker, Notes, Signature, StopReason, Thinking, ToolCall};
use crate::gemini::convert::{decode_answer, encode_answer};

#[test]
fn geminis_own_answers_come_back_as_they_were() {
    for (name, body) in ANSWERS {
        assert_eq!(written_answer(&answer(body)), super::json(body.as_bytes()), "{name}");
    }
}

#[test]
fn why_it_stopped() {
    let call = json!({"functionCall": {"name": "f", "args": {}}});
    let text = json!({"text": "a"});
    for (word, part, expected) in [
        ("STOP", &text, Some(StopReason::End)),
        ("STOP", &call, Some(StopReason::ToolUse)),
        ("MAX_TOKENS", &call, Some(StopReason::MaxTokens)),
        ("SAFETY", &text, Some(StopReason::ContentFilter)),
        ("RECITATION", &text, Some(StopReason::ContentFilter)),
        ("BLOCKLIST", &text, Some(StopReason::ContentFilter)),
        ("PROHIBITED_CONTENT", &text, Some(StopReason::ContentFilter)),
        ("MALFORMED_FUNCTION_CALL", &text, Some(StopReason::Other("MALFORMED_FUNCTION_CALL".to_owned()))),
        ("SOMETHING_NEW", &text, Some(StopReason::Other("SOMETHING_NEW".to_owned()))),
        ("FINISH_REASON_UNSPECIFIED", &text, None),
    ] {
        let body = json!({"candidates": [{"content": {"parts": [part]}, "finishReason": word}]});
        assert_eq!(answer(&body.to_string()).choices[0].stop, expected, "{word}");
    }
    for (reason, word) in [
        (StopReason::StopSequence(None), "STOP"),
        (StopReason::ContextLength, "MAX_TOKENS"),
        (StopReason::Pause, "STOP"),
        (StopReason::Refusal, "SAFETY"),
        (StopReason::Other("weird reason".to_owned()), "OTHER"),
    ] {
        let choice = Choice { stop: Some(reason), ..Choice::default() };
        let told = written_answer(&Answer { choices: vec![choice], ..Answer::default() });
        assert_eq!(told["candidates"][0]["finishReason"], word);
    }
}

#[test]
fn a_prompt_that_was_blocked_is_a_filtered_answer() {
    let told = answer(r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#);
    assert_eq!(told.choices, [Choice { stop: Some(StopReason::ContentFilter), ..Choice::default() }]);
    assert_eq!(told.usage, Some(Usage { input: 3, ..Usage::default() }));
    assert_eq!(answer(r#"{"promptFeedback":{}}"#).choices, []);
}

#[test]
fn ids_that_are_made_are_the_same_each_time_and_others_in_other_answers() {
    let (_, body) = ANSWERS.iter().find(|(name, _)| *name == "calls_without_ids").unwrap();
    let ids = |body: &str| {
        answer(body).choices[0]
            .content
            .iter()
            .map(|block| match block {
                Block::ToolCall(call) => call.id.clone(),
                _ => panic!("{block:?}"),
            })
            .collect::<Vec<_>>()
    };
    let (first, again) = (ids(body), ids(body));
    assert_eq!(first, again);
    assert_ne!(first[0], first[1]);
    assert!(
        first.iter().all(|id| id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)))
    );
    assert_ne!(ids(&body.replace("r-1", "r-2")), first);
    assert_ne!(ids(&body.replace("\"responseId\": \"r-1\"", "\"x\": 1")), first);
}

#[test]
fn what_other_providers_answer() {
    let proof = Signature::new(Maker::Anthropic, "EqQB");
    let content = vec![
        Block::Thinking(Thinking { text: "hm".to_owned(), signature: Some(proof.clone()), redacted: false }),
        Block::Thinking(Thinking { text: String::new(), signature: Some(proof), redacted: true }),
        Block::Refusal("no".to_owned()),
        Block::ToolCall(ToolCall {
            id: "toolu_1".to_owned(),
            name: "f".to_owned(),
            arguments: "{\"a\"".to_owned(),
            ..ToolCall::default()
        }),
    ];
    let given = Answer {
        choices: vec![Choice { content, stop: Some(StopReason::ToolUse), logprobs: None }],
        usage: Some(Usage { input: 5, cache_read: 3, cache_write_5m: 2, output: 9, reasoning: 4, ..Usage::default() }),
        ..Answer::default()
    };
    let mut notes = Notes::new(Dialect::Messages, Dialect::Gemini, true);
    let told = super::json(&encode_answer::encode(&given, &client(), &mut notes));
    assert_eq!((told["responseId"].clone(), told["modelVersion"].clone()), (json!("req"), json!("m")));
    let usage = json!({"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 19, "cachedContentTokenCount": 3, "thoughtsTokenCount": 4});
    assert_eq!(told["usageMetadata"], usage);
    let parts = told["candidates"][0]["content"]["parts"].as_array().unwrap();
    assert_eq!(parts[3]["functionCall"], json!({"id": "toolu_1", "name": "f", "args": {"_raw": "{\"a\""}}));
    // A client that keeps only the call keeps the thoughts that led to it.
    let call =
        json!({"contents": [{"parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "said"}, parts[3]]}]});
    let content = &super::request(&call.to_string()).messages[1].content;
    assert_eq!(content[..2], given.choices[0].content[..2]);
    assert_eq!(content[2], Block::text("said"));
    let whole = json!({"contents": [{"parts": [{"text": "q"}]}, {"role": "model", "parts": parts}]});
    assert_eq!(super::request(&whole.to_string()).messages[1].content.len(), 4, "nothing comes twice");
    // What a client sends back of it.
    let again = answer(&told.to_string());
    let mut expected = given.choices[0].content.clone();
    expected[2] = Block::text("no");
    assert_eq!(again.choices[0].content, expected);
}

#[test]
fn candidates_are_in_the_order_of_their_indices() {
    let body = json!({"candidates": [{"index": 1, "content": {"parts": [{"text": "b"}]}}, {"content": {"parts": [{"text": "a"}]}, "index": 0}], "createTime": "2026-11-22T05:00:00.5Z"});
    let told = answer(&body.to_string());
    let texts: Vec<&Vec<Block>> = told.choices.iter().map(|choice| &choice.content).collect();
    assert_eq!(texts, [&vec![Block::text("a")], &vec![Block::text("b")]]);
    assert_eq!(told.created_at_s, 1_795_323_600);
    let many = json!({"candidates": [{"index": 4_000_000_000_u64}]}).to_string();
    assert!(decode_answer::decode(many.as_bytes(), &mut notes()).is_err());
}

#[test]
fn log_probabilities_are_in_chats_words() {
    let (_, body) = ANSWERS.iter().find(|(name, _)| *name == "logprobs").unwrap();
    let told: Value = super::json(answer(body).choices[0].logprobs.as_ref().unwrap().as_bytes());
    assert_eq!(told["content"][0]["logprob"], json!(-0.10));
    assert_eq!(told["content"][0]["top_logprobs"][1]["token"], "c");
    assert_eq!((told["refusal"].clone(), told["content"][0]["bytes"].clone()), (Value::Null, Value::Null));
}
