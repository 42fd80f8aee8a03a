//! Requests that clients of other dialects make.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::{notes, request, target, written};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, ClientTool, Effort, Format, Maker, Media, MediaSource, Message, Reasoning, Request, Role, Signature, Text,
    Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};
use crate::gemini::convert::{encode_request, proofs};

fn chat(messages: Vec<Message>) -> Request {
    Request { messages, ..Request::new(Dialect::Chat, "m") }
}

fn user(text: &str) -> Message {
    Message::new(Role::User, vec![Block::text(text)])
}

fn call(id: &str, name: &str, arguments: &str) -> Block {
    Block::ToolCall(ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        ..ToolCall::default()
    })
}

fn result(id: &str, text: &str) -> Message {
    let result = ToolResult { call_id: id.to_owned(), content: vec![Block::text(text)], ..ToolResult::default() };
    Message::new(Role::User, vec![Block::ToolResult(result)])
}

fn contents(request: &Request, model: &str) -> Value {
    written(request, model, false).unwrap().0["contents"].take()
}

#[test]
fn turns_of_other_dialects_become_what_gemini_allows() {
    // Results in another order than the calls, a turn of the system's in between, the model first.
    let mut request = chat(vec![
        Message::new(Role::System, vec![Block::text("s")]),
        Message::new(Role::Developer, vec![Block::text("d")]),
        Message::new(Role::Assistant, vec![call("call_1", "f", "{\"a\":1}"), call("gcall_x", "g", "not json")]),
        Message::new(Role::System, vec![Block::text("now")]),
        result("gcall_x", "two"),
        result("call_1", "one"),
        Message::new(Role::Assistant, vec![]),
        user("go"),
    ]);
    let (body, lost) = written(&request, "gemini-2.5-pro", true).unwrap();
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": "s"}, {"text": "d"}]}));
    let expected = json!([
        {"role": "user", "parts": [{"text": " "}]},
        {"role": "model", "parts": [
            {"functionCall": {"id": "call_1", "name": "f", "args": {"a": 1}}},
            {"functionCall": {"name": "g", "args": {"_raw": "not json"}}},
        ]},
        {"role": "user", "parts": [
            {"functionResponse": {"id": "call_1", "name": "f", "response": {"output": "one"}}},
            {"functionResponse": {"name": "g", "response": {"output": "two"}}},
            {"text": "now"},
            {"text": "go"},
        ]},
    ]);
    assert_eq!(body["contents"], expected);
    assert_eq!(lost, Vec::<String>::new());
    // Newer models want a proof with a call: of the first in each turn.
    let newer = contents(&request, "gemini-3-pro");
    assert_eq!(newer[1]["parts"][0]["thoughtSignature"], "skip_thought_signature_validator");
    assert!(newer[1]["parts"][1].get("thoughtSignature").is_none());
    // A proof that is there stays.
    if let Block::ToolCall(call) = &mut request.messages[2].content[0] {
        call.signature = Some(Signature::new(Maker::Google, "c2ln"));
    }
    assert_eq!(contents(&request, "gemini-3-pro")[1]["parts"][0]["thoughtSignature"], "c2ln");
    assert_eq!(
        contents(&chat(vec![Message::new(Role::System, vec![Block::text("s")])]), "m"),
        json!([{"role": "user", "parts": [{"text": " "}]}])
    );
}

#[test]
fn a_later_turn_begins_with_the_bytes_of_the_earlier() {
    let mut request = chat(vec![Message::new(Role::System, vec![Block::text("s")]), user("a")]);
    request.temperature = Some("1".to_owned());
    request.tools = vec![Tool::Client(ClientTool { name: "f".to_owned(), ..ClientTool::default() })];
    let mut before = encode_request::encode(&request, &target("m"), &mut notes()).unwrap();
    for turn in [
        Message::new(Role::Assistant, vec![Block::text("b"), call("1", "f", "{}")]),
        result("1", "r"),
        Message::new(Role::Assistant, vec![Block::text("c")]),
        user("d"),
    ] {
        request.messages.push(turn);
        let after = encode_request::encode(&request, &target("m"), &mut notes()).unwrap();
        // All but the brackets that close the turns.
        assert!(after.starts_with(&before[..before.len() - 2]), "{}", String::from_utf8_lossy(&after));
        before = after;
    }
}

#[test]
fn proofs_go_to_their_maker_only() {
    let thinking = |maker, text: &str| {
        let signature = Some(Signature::new(maker, "c2ln"));
        Block::Thinking(Thinking { text: text.to_owned(), signature, redacted: false })
    };
    let signed = Block::Text(Text { signature: Some(Signature::new(Maker::Google, "eA==")), ..Text::new("") });
    let turn = vec![
        thinking(Maker::Anthropic, "foreign"),
        thinking(Maker::Google, "own"),
        Block::Thinking(Thinking { text: "bare".to_owned(), ..Thinking::default() }),
        Block::text("said"),
        signed,
    ];
    let request = chat(vec![user("a"), Message::new(Role::Assistant, turn), user("b")]);
    let (body, lost) = written(&request, "gemini-3-pro", false).unwrap();
    let expected = json!([
        {"text": "own", "thought": true, "thoughtSignature": "c2ln"},
        {"text": "bare", "thought": true},
        {"text": "said"},
        {"text": "", "thoughtSignature": "eA=="},
    ]);
    assert_eq!(body["contents"][1]["parts"], expected);
    assert_eq!(lost.len(), 1);
    assert!(written(&request, "gemini-3-pro", true).is_err());
}

/// A client of Gemini's keeps what a stream told it in many turns; another provider's proof holds for all of it.
#[test]
fn a_foreign_proof_comes_back_with_its_whole_thought() {
    let proof = Signature::new(Maker::Anthropic, "EqQB+/==");
    let carried = proofs::carried(&proof, false).into_owned();
    let hidden = proofs::carried(&proof, true).into_owned();
    let body = json!({"contents": [
        {"parts": [{"text": "q"}]},
        {"role": "model", "parts": [{"text": "I ", "thought": true}]},
        {"role": "model", "parts": [{"text": "think", "thought": true}]},
        {"role": "model", "parts": [{"text": "", "thought": true, "thoughtSignature": carried}]},
        {"role": "model", "parts": [{"text": "", "thought": true, "thoughtSignature": hidden}]},
        {"role": "model", "parts": [{"text": "a"}]},
    ]});
    let request = request(&body.to_string());
    let thought = Thinking { text: "I think".to_owned(), signature: Some(proof.clone()), redacted: false };
    let redacted = Thinking { text: String::new(), signature: Some(proof), redacted: true };
    let expected = vec![Block::Thinking(thought), Block::Thinking(redacted), Block::text("a")];
    assert_eq!(request.messages[1].content, expected);
}

#[test]
fn how_much_to_think_is_said_in_the_models_words() {
    let effort = |effort| Reasoning { effort: Some(effort), ..Reasoning::default() };
    let budget = |tokens| Reasoning { enabled: Some(true), budget_tokens: Some(tokens), ..Reasoning::default() };
    let off = Reasoning { enabled: Some(false), ..Reasoning::default() };
    let adaptive = Reasoning { adaptive: true, enabled: Some(true), ..Reasoning::default() };
    let both = Reasoning { effort: Some(Effort::High), ..adaptive.clone() };
    for (reasoning, model, expected, notes) in [
        (effort(Effort::Low), "gemini-3-pro", json!({"thinkingLevel": "LOW"}), 0),
        (effort(Effort::Minimal), "gemini-3-pro", json!({"thinkingLevel": "LOW"}), 0),
        (effort(Effort::Minimal), "gemini-3-flash", json!({"thinkingLevel": "MINIMAL"}), 0),
        (effort(Effort::Max), "gemini-3-pro", json!({"thinkingLevel": "HIGH"}), 1),
        (effort(Effort::Low), "gemini-2.5-pro", json!({"thinkingBudget": 4096}), 0),
        (effort(Effort::Max), "gemini-2.5-flash", json!({"thinkingBudget": 24576}), 0),
        (effort(Effort::None), "gemini-2.5-flash", json!({"thinkingBudget": 0}), 0),
        (budget(2000), "gemini-2.5-flash", json!({"includeThoughts": true, "thinkingBudget": 2000}), 0),
        (budget(90_000), "gemini-2.5-pro", json!({"includeThoughts": true, "thinkingBudget": 32768}), 1),
        (budget(100), "gemini-2.5-flash-lite", json!({"includeThoughts": true, "thinkingBudget": 512}), 1),
        (off.clone(), "gemini-2.5-flash", json!({"thinkingBudget": 0}), 0),
        (off.clone(), "gemini-2.5-pro", json!({"thinkingBudget": 128}), 0),
        (off, "gemini-3-pro", json!({"thinkingLevel": "LOW"}), 0),
        (adaptive, "gemini-2.5-pro", json!({"includeThoughts": true, "thinkingBudget": -1}), 0),
        (both.clone(), "gemini-3-pro", json!({"includeThoughts": true, "thinkingLevel": "HIGH"}), 0),
        (both, "gemini-2.5-pro", json!({"includeThoughts": true, "thinkingBudget": 16384}), 0),
    ] {
        let request = Request { reasoning: Some(reasoning.clone()), ..chat(vec![user("a")]) };
        let (body, lost) = written(&request, model, false).unwrap();
        assert_eq!(body["generationConfig"]["thinkingConfig"], expected, "{reasoning:?} {model}");
        assert_eq!(lost.len(), notes, "{reasoning:?} {model}: {lost:?}");
        // The effort, or a budget near it, is never a reason to refuse.
        written(&request, model, true).unwrap();
    }
}

#[test]
fn results_with_pictures_stand_where_the_model_takes_them() {
    let picture = Media {
        media_type: Some("image/png".to_owned()),
        ..Media::new(MediaKind::Image, MediaSource::Base64("iVBORw0KGgo=".to_owned()))
    };
    let result = ToolResult {
        call_id: "1".to_owned(),
        content: vec![Block::text("a"), Block::Media(picture), Block::text("b")],
        ..ToolResult::default()
    };
    let request = chat(vec![
        user("q"),
        Message::new(Role::Assistant, vec![call("1", "read", "")]),
        Message::new(Role::User, vec![Block::ToolResult(result)]),
    ]);
    let inline = json!({"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}});
    let answer = json!({"id": "1", "name": "read", "response": {"output": "a\nb"}});
    let mut with = answer.clone();
    with["parts"] = json!([inline]);
    assert_eq!(contents(&request, "gemini-3-pro")[2]["parts"], json!([{"functionResponse": with}]));
    assert_eq!(contents(&request, "gemini-2.5-pro")[2]["parts"], json!([{"functionResponse": answer}, inline]));
}

#[test]
fn results_are_objects_and_texts_again() {
    for (text, response) in [
        ("rain", json!({"output": "rain"})),
        ("", json!({"output": ""})),
        (r#"{"a":1}"#, json!({"a": 1})),
        (r#"{"output":"x"}"#, json!({"output": r#"{"output":"x"}"#})),
        (r#"{"output":1}"#, json!({"output": 1})),
        ("[1]", json!({"output": "[1]"})),
        (r#"{"a":1,"a":2}"#, json!({"output": r#"{"a":1,"a":2}"#})),
    ] {
        let request =
            chat(vec![user("q"), Message::new(Role::Assistant, vec![call("1", "f", "{}")]), result("1", text)]);
        let (body, _) = written(&request, "gemini-2.5-pro", true).unwrap();
        assert_eq!(body["contents"][2]["parts"][0]["functionResponse"]["response"], response);
        let again = super::request(&body.to_string());
        let Block::ToolResult(result) = &again.messages[2].content[0] else { panic!("{body}") };
        let told: String = result
            .content
            .iter()
            .map(|block| match block {
                Block::Text(text) => text.text.as_str(),
                _ => panic!("{block:?}"),
            })
            .collect();
        assert_eq!(told, text);
    }
}

#[test]
fn tools_and_choices_of_other_dialects() {
    let tool = |name: &str| ClientTool { name: name.to_owned(), ..ClientTool::default() };
    let strict = ClientTool { strict: Some(true), schema: Some(r#"{"type":"object"}"#.into()), ..tool("f") };
    let custom = ClientTool {
        kind: ToolKind::Custom,
        schema: Some("start: /a/".into()),
        description: Some("d".to_owned()),
        ..tool("c")
    };
    let request = Request { tools: vec![Tool::Client(strict), Tool::Client(custom)], ..chat(vec![user("a")]) };
    let (body, _) = written(&request, "gemini-2.5-pro", true).unwrap();
    let functions = &body["tools"][0]["functionDeclarations"];
    assert_eq!(functions[0], json!({"name": "f", "parametersJsonSchema": {"type": "object"}}));
    assert_eq!(functions[1]["parametersJsonSchema"]["required"], json!(["input"]));
    assert!(functions[1]["description"].as_str().unwrap().contains("start: /a/"));
    let config = |choice| {
        let request = Request { tool_choice: choice, ..request.clone() };
        written(&request, "m", true).unwrap().0["toolConfig"]["functionCallingConfig"].take()
    };
    assert_eq!(config(None), json!({"mode": "VALIDATED"}));
    assert_eq!(config(Some(ToolChoice::Any)), json!({"mode": "ANY"}));
    assert_eq!(config(Some(ToolChoice::None)), json!({"mode": "NONE"}));
    let named = json!({"mode": "ANY", "allowedFunctionNames": ["f"]});
    assert_eq!(config(Some(ToolChoice::Tool("f".to_owned()))), named);
    let allowed = ToolChoice::Allowed { required: false, names: vec!["f".to_owned()] };
    assert_eq!(config(Some(allowed)), json!({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}));
    // What a custom tool was given comes as its one argument.
    let free = ToolCall {
        id: "1".to_owned(),
        name: "c".to_owned(),
        kind: ToolKind::Custom,
        arguments: "x\"".to_owned(),
        ..ToolCall::default()
    };
    let request =
        Request { messages: vec![user("a"), Message::new(Role::Assistant, vec![Block::ToolCall(free)])], ..request };
    assert_eq!(contents(&request, "gemini-2.5-pro")[1]["parts"][0]["functionCall"]["args"], json!({"input": "x\""}));
    // Older models take no format beside tools.
    let request = Request { format: Some(Format::JsonObject), ..request };
    assert_eq!(written(&request, "gemini-2.5-pro", false).unwrap().1.len(), 1);
    assert!(written(&request, "gemini-2.5-pro", true).is_err());
    assert_eq!(
        written(&request, "gemini-3-pro", true).unwrap().0["generationConfig"]["responseMimeType"],
        "application/json"
    );
}
