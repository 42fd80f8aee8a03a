//! What is counted of a call is the same in every dialect.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Endpoint::{
    self, BatchEmbedContents, ChatCompletions, CountTokens, EmbedContent, Embeddings, GeminiCountTokens,
    GenerateContent, InputTokens, Messages, Responses,
};
use thinkwatch_wire::countable::{self, ANSWER, Countable, DOCUMENT, IMAGE, ROUGH_IMAGE, TOOL, TURN};

fn shown(endpoint: Endpoint, body: &Value, here: bool) -> Result<(Vec<String>, u64), String> {
    let (mut texts, mut flat) = (Vec::new(), 0);
    countable::request(endpoint, body.to_string().as_bytes(), here, &mut |what| match what {
        Countable::Text(text) => texts.push(text.to_owned()),
        Countable::Flat(tokens) => flat += tokens,
    })
    .map_err(|error| format!("{}: {}", error.param.unwrap_or_default(), error.message))?;
    Ok((texts, flat))
}

fn check(endpoint: Endpoint, body: Value, texts: &[&str], flat: u64) {
    let (mut found, of_flat) = shown(endpoint, &body, true).expect("it can be counted");
    found.sort();
    let mut expected: Vec<&str> = texts.to_vec();
    expected.sort_unstable();
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>(), of_flat),
        (expected, flat),
        "{endpoint:?} {body}"
    );
}

const PNG: &str = "iVBORw0KGgo=";
const SCHEMA: &str = r#"{"type":"object"}"#;

#[test]
fn the_same_call_counts_the_same_in_every_dialect() {
    let schema = || serde_json::from_str::<Value>(SCHEMA).unwrap();
    let texts = ["Be brief.", "What is it?", "look", "Looks.", SCHEMA, "look", r#"{"a":1}"#, "a fox", "Well?"];
    // Five turns, a definition, a call and a picture.
    let flat = 5 * TURN + ANSWER + 2 * TOOL + IMAGE;
    check(
        ChatCompletions,
        json!({"model": "m", "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}},
            ]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"a\":1}"}},
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": "a fox"},
            {"role": "user", "content": "Well?"},
        ], "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": schema()}}]}),
        &texts,
        flat,
    );
    let messages = json!({"model": "m", "system": [{"type": "text", "text": "Be brief."}], "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        ]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "look", "input": {"a": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "a fox"}]},
        {"role": "user", "content": "Well?"},
    ], "tools": [{"name": "look", "description": "Looks.", "input_schema": schema()}]});
    check(CountTokens, messages.clone(), &texts, flat);
    check(Messages, messages, &texts, flat);
    let responses = json!({"model": "m", "instructions": "Be brief.", "input": [
        {"role": "user", "content": [
            {"type": "input_text", "text": "What is it?"},
            {"type": "input_image", "image_url": format!("data:image/png;base64,{PNG}")},
        ]},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{\"a\":1}"},
        {"type": "function_call_output", "call_id": "c1", "output": "a fox"},
        {"role": "user", "content": "Well?"},
    ], "tools": [{"type": "function", "name": "look", "description": "Looks.", "parameters": schema()}]});
    check(Responses, responses.clone(), &texts, flat);
    check(InputTokens, responses, &texts, flat);
    let contents = json!({"systemInstruction": {"parts": [{"text": "Be brief."}]}, "contents": [
        {"role": "user", "parts": [{"text": "What is it?"}, {"inlineData": {"mimeType": "image/png", "data": PNG}}]},
        {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {"a": 1}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"result": "a fox"}}}]},
        {"role": "user", "parts": [{"text": "Well?"}]},
    ], "tools": [{"functionDeclarations": [{"name": "look", "description": "Looks.", "parametersJsonSchema": schema()}]}]});
    // Here results are objects, which stay what they are.
    let texts = texts.map(|text| if text == "a fox" { r#"{"result":"a fox"}"# } else { text });
    check(GenerateContent, contents.clone(), &texts, flat);
    check(GeminiCountTokens, contents.clone(), &texts, flat);
    check(GeminiCountTokens, json!({"generateContentRequest": contents}), &texts, flat);
}

#[test]
fn thoughts_of_earlier_turns_and_proofs_are_not_counted() {
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "long ago", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "c2VjcmV0"},
            {"type": "text", "text": "two"},
        ]},
        {"role": "user", "content": "three"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "just now", "signature": "c2ln"},
            {"type": "tool_use", "id": "c", "name": "f", "input": {}},
        ]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "four"}]},
    ]});
    check(Messages, body, &["one", "two", "three", "just now", "f", "{}", "four"], 5 * TURN + ANSWER + TOOL);
}

#[test]
fn media_have_flat_numbers_and_documents_of_text_their_words() {
    check(
        ChatCompletions,
        json!({"model": "m", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "https://h.example/a.png", "detail": "low"}},
        ]}]}),
        &[],
        TURN + ANSWER + ROUGH_IMAGE,
    );
    check(
        CountTokens,
        json!({"model": "m", "messages": [{"role": "user", "content": [
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PNG}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Once upon"}},
        ]}]}),
        &["Once upon"],
        TURN + ANSWER + DOCUMENT,
    );
}

#[test]
fn of_calls_that_are_not_converted_every_string_counts() {
    check(Embeddings, json!({"model": "m", "input": ["one \"two\"", "three"]}), &["one \"two\"", "three"], 0);
    check(EmbedContent, json!({"content": {"parts": [{"text": "one"}]}}), &["one"], 0);
    let request = json!({"model": "models/m", "content": {"parts": [{"text": "one"}]}});
    let (texts, _) = shown(BatchEmbedContents, &json!({"requests": [request]}), false).unwrap();
    assert!(texts.contains(&"one".to_owned()));
}

#[test]
fn what_cannot_be_counted_names_its_field() {
    for (endpoint, body, field) in [
        (CountTokens, json!({"model": "m", "messages": [{"role": "user"}]}), "messages[0].content"),
        (
            CountTokens,
            json!({"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]}),
            "messages[0].content[0].text",
        ),
        (GeminiCountTokens, json!({"contents": [{"parts": [{"text": 5}]}]}), "contents[0].parts[0].text"),
        (InputTokens, json!({"model": "m", "input": [{"type": "function_call"}]}), "input[0].call_id"),
        (InputTokens, json!({"model": "m", "input": "x", "previous_response_id": "resp_1"}), "previous_response_id"),
        (InputTokens, json!({"model": "m", "input": "x", "conversation": "conv_1"}), "conversation"),
    ] {
        let error = shown(endpoint, &body, true).unwrap_err();
        assert!(error.starts_with(&format!("{field}: ")), "{body}: {error}");
    }
    // For the provider that keeps them it is no fault.
    let body = json!({"model": "m", "input": "x", "previous_response_id": "resp_1"});
    assert_eq!(shown(Responses, &body, false).unwrap(), (vec!["x".to_owned()], TURN + ANSWER));
}

#[test]
fn answers_are_counted_by_what_was_written() {
    let texts = |endpoint, body: Value| {
        let mut texts = Vec::new();
        let read = countable::answer(endpoint, body.to_string().as_bytes(), &mut |what| {
            if let Countable::Text(text) = what {
                texts.push(text.to_owned());
            }
        });
        (read, texts.join("|"))
    };
    let chat = json!({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}},
    ]});
    assert_eq!(texts(ChatCompletions, chat.clone()), (true, "Hello.".to_owned()));
    let messages = json!({"id": "x", "type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use", "content": [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
    ]});
    assert_eq!(texts(Messages, messages), (true, "Hm.|f|{\"a\":1}".to_owned()));
    assert_eq!(texts(Embeddings, json!({"data": [{"embedding": [1.0, 2.0]}]})), (true, String::new()));
    assert_eq!(texts(Messages, json!([])), (false, String::new()));
}
