//! Requests that clients of Gemini make.

use serde_json::{Value, json};

use super::{REQUESTS, notes, request, target, written};
use crate::canonical::{Block, Request};
use crate::gemini::convert::{decode_request, encode_request};

#[test]
fn geminis_own_requests_come_back_as_they_were() {
    for (name, body) in REQUESTS {
        for model in ["gemini-3-pro-preview", "gemini-2.5-flash"] {
            let (again, lost) = written(&request(body), model, true).unwrap();
            assert_eq!(again, super::json(body.as_bytes()), "{name}");
            assert_eq!(lost, Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn numbers_are_not_rounded_and_bytes_are_the_same_each_time() {
    for (name, body) in REQUESTS {
        let request = request(body);
        let write = || encode_request::encode(&request, &target("m"), &mut notes()).unwrap();
        assert_eq!(write(), write(), "{name}");
    }
    let body = r#"{"generationConfig":{"temperature":0.70},"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"z":12345678901234567890.10,"a":1e400}}}]}]}"#;
    let again = encode_request::encode(&request(body), &target("gemini-2.5-pro"), &mut notes()).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), body);
}

/// What clients may write, and the same in Gemini's usual words.
#[test]
fn other_spellings_mean_the_same() {
    let user = json!([{"role": "user", "parts": [{"text": "hi"}]}]);
    let cases = [
        (
            json!({"system_instruction": {"role": "system", "parts": [{"text": "s"}]}, "contents": [{"parts": [{"text": "hi"}]}]}),
            json!({"systemInstruction": {"parts": [{"text": "s"}]}, "contents": user}),
        ),
        (
            json!({"contents": user, "generation_config": {"top_k": 40.0, "max_output_tokens": "100", "thinking_config": {"thinking_level": "low", "include_thoughts": true}}}),
            json!({"contents": user, "generationConfig": {"topK": 40, "maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": true}}}),
        ),
        (
            json!({"contents": user, "tools": [{"function_declarations": [{"name": "f", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": true}}}}], "google_search": {}}], "tool_config": {"function_calling_config": {"mode": "any", "allowed_function_names": ["f", "g"]}}}),
            json!({"contents": user, "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}}]}, {"google_search": {}}], "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f", "g"]}}}),
        ),
        (
            json!({"contents": [{"role": "user", "parts": [{"inline_data": {"mime_type": "image/png", "data": "a-_b-w"}}]}]}),
            json!({"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "a+/b+w=="}}]}]}),
        ),
        (
            json!({"contents": user, "generationConfig": {"responseMimeType": "application/json", "responseSchema": {"type": "ARRAY", "items": {"type": "INTEGER"}}}}),
            json!({"contents": user, "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": {"type": "array", "items": {"type": "integer"}}}}),
        ),
        // Turns of one speaker become one; a stream's pieces in a client's history become one text.
        (
            json!({"contents": [{"parts": [{"text": "a"}]}, {"parts": [{"text": "b"}]}, {"role": "model", "parts": [{"text": "c"}]}, {"role": "model", "parts": [{"text": "d"}, {"text": ""}]}, {"role": "function", "parts": [{"text": "e"}]}]}),
            json!({"contents": [{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}, {"role": "model", "parts": [{"text": "cd"}]}, {"role": "user", "parts": [{"text": "e"}]}]}),
        ),
        (json!({"contents": user, "generateContentRequest": null}), json!({"contents": user})),
        (json!({"generateContentRequest": {"model": "models/m", "contents": user}}), json!({"contents": user})),
    ];
    for (body, expected) in cases {
        let (again, _) = written(&request(&body.to_string()), "gemini-3-pro", true).unwrap();
        assert_eq!(again, expected, "{body}");
    }
}

#[test]
fn faults_name_their_field() {
    let user = r#"[{"parts":[{"text":"hi"}]}]"#;
    let with = |rest: &str| format!(r#"{{"contents":{user},{rest}}}"#);
    for (body, path) in [
        ("{}".to_owned(), "contents"),
        (r#"{"contents":[]}"#.to_owned(), "contents"),
        (r#"{"contents":"hi"}"#.to_owned(), "contents"),
        (r#"{"contents":[{"role":"assistant","parts":[]}]}"#.to_owned(), "contents[0].role"),
        (r#"{"contents":[{"parts":[{"text":1}]}]}"#.to_owned(), "contents[0].parts[0].text"),
        (r#"{"contents":[{"parts":[{"functionCall":{"args":{}}}]}]}"#.to_owned(), "contents[0].parts[0]"),
        (r#"{"contents":[{"parts":[{"inlineData":{}}]}]}"#.to_owned(), "contents[0].parts[0].inlineData.data"),
        (with(r#""generationConfig":{"topK":"x"}"#), "generationConfig.topK"),
        (with(r#""generationConfig":{"topK":1,"top_k":2}"#), "generationConfig.top_k"),
        (with(r#""generationConfig":{"temperature":"1-1"}"#), "generationConfig.temperature"),
        (
            with(r#""generationConfig":{"thinkingConfig":{"thinkingBudget":-2}}"#),
            "generationConfig.thinkingConfig.thinkingBudget",
        ),
        (with(r#""toolConfig":{"functionCallingConfig":{"mode":"X"}}"#), "toolConfig.functionCallingConfig.mode"),
        (with(r#""tools":[{"functionDeclarations":[{}]}]"#), "tools[0].functionDeclarations[0].name"),
        (
            with(r#""tools":[{"functionDeclarations":[{"name":"f","parameters":{},"parametersJsonSchema":{}}]}]"#),
            "tools[0].functionDeclarations[0].parameters",
        ),
    ] {
        let fault = decode_request::decode(body.as_bytes(), &mut notes()).unwrap_err();
        assert_eq!(fault.path(body.as_bytes()), path, "{body}: {}", fault.message);
    }
}

#[test]
fn what_nobody_reads_is_named() {
    let body = r#"{"generationConfig.maxOutputTokens":9,"contents":[{"parts":[{"text":"hi","partMetadata":{}},{"inlineData":{"mimeType":"video/mp4","data":""},"videoMetadata":{"fps":1}}],"x":1}]}"#;
    let mut notes = notes();
    decode_request::decode(body.as_bytes(), &mut notes).unwrap();
    let lost: Vec<&str> = notes.lost().iter().map(|lost| lost.field.as_str()).collect();
    assert_eq!(
        lost,
        [
            "contents[0].parts[0].partMetadata",
            "contents[0].parts[1].videoMetadata",
            "contents[0].x",
            "generationConfig.maxOutputTokens"
        ]
    );
}

#[test]
fn calls_without_ids_find_their_results_and_keep_their_ids_in_later_turns() {
    let (_, body) = REQUESTS.iter().find(|(name, _)| *name == "calls_without_ids").unwrap();
    let ids = |request: &Request| {
        let blocks = request.messages.iter().flat_map(|message| &message.content);
        blocks
            .filter_map(|block| match block {
                Block::ToolCall(call) => Some(call.id.clone()),
                Block::ToolResult(result) => Some(result.call_id.clone()),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    let all = ids(&request(body));
    assert_eq!(all[0..2], all[2..4]);
    assert_eq!(all[4], all[5]);
    let mut shorter: Value = super::json(body.as_bytes());
    shorter["contents"].as_array_mut().unwrap().truncate(3);
    assert_eq!(ids(&request(&shorter.to_string())), all[..4]);
    // A result without a call is its own.
    let orphan = r#"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{}}}]}]}"#;
    assert!(!ids(&request(orphan))[0].is_empty());
}
