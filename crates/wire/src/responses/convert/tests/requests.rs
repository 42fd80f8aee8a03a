//! Calls: what clients of other dialects ask, and what cannot be.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::super::decode_request;
use super::{decoded, encoded, notes};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, ClientTool, Effort, Media, MediaSource, Message, Opaque, Reasoning, Request, Role, Text, Thinking, Tool,
    ToolCall, ToolChoice, ToolKind, ToolResult,
};

fn of_messages() -> Request {
    Request::new(Dialect::Messages, "gpt-5")
}

fn body(request: &Request) -> Value {
    encoded(request).unwrap().0
}

/// Clients whose dialect keeps nothing do not want it kept, and send back proofs they never asked for.
#[test]
fn what_goes_without_saying_in_other_dialects_is_said() {
    let mut request = of_messages();
    request.tools = vec![Tool::Client(ClientTool { name: "f".to_owned(), ..ClientTool::default() })];
    request.reasoning = Some(Reasoning { enabled: Some(true), budget_tokens: Some(20_000), ..Reasoning::default() });
    request.max_output_tokens = Some(32_000);
    assert_eq!(
        body(&request),
        json!({
            "model": "gpt-5", "store": false, "max_output_tokens": 32_000,
            "tools": [{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": false}],
            "reasoning": {"effort": "high"}, "include": ["reasoning.encrypted_content"], "input": [],
        })
    );
}

#[test]
fn values_the_api_refuses_are_brought_into_its_bounds() {
    let mut request = of_messages();
    request.max_output_tokens = Some(1);
    request.user = Some("u".repeat(65));
    let long = "x".repeat(65);
    let call = ToolCall { id: long.clone(), name: "f".to_owned(), ..ToolCall::default() };
    let result = ToolResult { call_id: long, is_error: Some(true), ..ToolResult::default() };
    request.messages = vec![
        Message::new(Role::Assistant, vec![Block::ToolCall(call)]),
        Message::new(Role::User, vec![Block::ToolResult(result)]),
    ];
    let (body, lost) = encoded(&request).unwrap();
    assert_eq!(body["max_output_tokens"], 16);
    assert_eq!(lost.len(), 1);
    assert!(body["safety_identifier"].as_str().unwrap().len() <= 64);
    let call_id = body["input"][0]["call_id"].as_str().unwrap();
    assert!(call_id.len() <= 64);
    assert_eq!(body["input"][1]["call_id"], call_id);
    assert_eq!(body["input"][1]["output"], "[error] ");
}

#[test]
fn effort_and_budget_are_never_lost() {
    for (effort, budget, told) in [
        (Some(Effort::Max), None, "max"),
        (Some(Effort::None), Some(9000), "none"),
        (None, Some(1), "minimal"),
        (None, Some(5000), "low"),
        (None, Some(31_999), "high"),
        (None, Some(1_000_000), "max"),
    ] {
        let mut request = of_messages();
        request.reasoning = Some(Reasoning { effort, budget_tokens: budget, ..Reasoning::default() });
        assert_eq!(body(&request)["reasoning"]["effort"], told);
    }
}

/// What Claude Code sends: blocks of the system, system turns in between, references to tools, results with pictures.
#[test]
fn turns_of_other_dialects_become_items() {
    let mut request = of_messages();
    let reference = Opaque {
        dialect: Dialect::Messages,
        kind: "tool_reference".to_owned(),
        value: r#"{"type":"tool_reference","tool_name":"Web"}"#.into(),
    };
    let other = Opaque { dialect: Dialect::Messages, kind: "search_result".to_owned(), value: "{\"a\":1}".into() };
    let result = |content| {
        Block::ToolResult(ToolResult {
            call_id: "c".to_owned(),
            content,
            is_error: Some(false),
            ..ToolResult::default()
        })
    };
    let mut picture = Media::new(MediaKind::Image, MediaSource::Base64("AAAA".to_owned()));
    picture.media_type = Some("image/webp".to_owned());
    let mut document = Media::new(MediaKind::File, MediaSource::Text("Once".to_owned()));
    document.name = Some("tale.txt".to_owned());
    document.context = Some("An old one".to_owned());
    request.messages = vec![
        Message::new(Role::System, vec![Block::text("a"), Block::text("b")]),
        Message::new(Role::User, vec![Block::text("hi"), Block::Media(document)]),
        Message::new(Role::System, vec![Block::text("reminder")]),
        Message::new(
            Role::Assistant,
            vec![
                Block::Thinking(Thinking { text: "Hm".to_owned(), ..Thinking::default() }),
                Block::ToolCall(ToolCall { id: "c".to_owned(), name: "f".to_owned(), ..ToolCall::default() }),
            ],
        ),
        Message::new(
            Role::User,
            vec![
                result(vec![Block::Opaque(reference)]),
                result(vec![Block::text("x"), Block::Media(picture), Block::Opaque(other)]),
                Block::text("and now?"),
            ],
        ),
    ];
    let (body, lost) = encoded(&request).unwrap();
    let words = |text: &str| json!({"type": "input_text", "text": text});
    assert_eq!(
        body["input"],
        json!([
            {"type": "message", "role": "system", "content": [words("a"), words("b")]},
            {"type": "message", "role": "user", "content": [words("hi"), words("An old one"), words("tale.txt\n\nOnce")]},
            {"type": "message", "role": "system", "content": "reminder"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": [words("The tool Web can be called now.")]},
            {"type": "function_call_output", "call_id": "c", "output": [
                words("x"), {"type": "input_image", "image_url": "data:image/webp;base64,AAAA", "detail": "auto"}, words("{\"a\":1}"),
            ]},
            {"type": "message", "role": "user", "content": "and now?"},
        ])
    );
    assert_eq!(lost.len(), 1, "the unsigned thought: {lost:?}");
}

/// JSON mode is refused unless a message, and not the instructions, says JSON.
#[test]
fn json_mode_is_asked_for_in_words_too() {
    let mut request = Request::new(Dialect::Chat, "m");
    request.format = Some(crate::canonical::Format::JsonObject);
    request.messages = vec![
        Message::new(Role::System, vec![Block::text("Answer in Json.")]),
        Message::new(Role::User, vec![Block::text("Who?")]),
    ];
    let told = body(&request);
    assert!(told.get("instructions").is_none());
    assert_eq!(told["input"][0]["role"], "system");
    assert_eq!(told["input"].as_array().unwrap().len(), 2);
    request.messages.remove(0);
    request.messages.push(Message::new(Role::Assistant, vec![Block::text("{\"json\":1}")]));
    assert_eq!(body(&request)["input"][0]["content"], "Answer with a JSON object.");
}

/// Some dialects do not say with a result what kind of tool gave it.
#[test]
fn results_match_their_calls() {
    let mut request = Request::new(Dialect::Chat, "m");
    let call = ToolCall { id: "c".to_owned(), name: "p".to_owned(), kind: ToolKind::Custom, ..ToolCall::default() };
    let result = ToolResult { call_id: "c".to_owned(), ..ToolResult::default() };
    request.messages = vec![
        Message::new(Role::Assistant, vec![Block::ToolCall(call)]),
        Message::new(Role::User, vec![Block::ToolResult(result)]),
    ];
    let input = body(&request)["input"].clone();
    assert_eq!([&input[0]["type"], &input[1]["type"]], ["custom_tool_call", "custom_tool_call_output"]);
}

/// An answer's parts have an id by the types, which other dialects do not have; words alone do without.
#[test]
fn words_of_the_model_stand_alone() {
    let mut request = of_messages();
    let content = vec![Block::text("a"), Block::text("b"), Block::Refusal("c".to_owned()), Block::text("d")];
    request.messages = vec![Message::new(Role::Assistant, content), Message::new(Role::User, vec![Block::text("x")])];
    let said = |content: Value| json!({"type": "message", "role": "assistant", "content": content});
    let input = body(&request)["input"].clone();
    assert_eq!(
        input.as_array().unwrap()[..4],
        [said("a".into()), said("b".into()), said("c".into()), said("d".into())]
    );
}

#[test]
fn chats_grammars_are_written_as_here() {
    let mut request = Request::new(Dialect::Chat, "m");
    let grammar = r#"{"type":"grammar","grammar":{"syntax":"regex","definition":"a+"}}"#;
    request.tools = vec![Tool::Client(ClientTool {
        name: "p".to_owned(),
        kind: ToolKind::Custom,
        schema: Some(grammar.into()),
        ..ClientTool::default()
    })];
    request.tool_choice = Some(ToolChoice::Tool("p".to_owned()));
    let body = body(&request);
    assert_eq!(body["tools"][0]["format"], json!({"type": "grammar", "syntax": "regex", "definition": "a+"}));
    assert_eq!(body["tool_choice"], json!({"type": "custom", "name": "p"}));
}

#[test]
fn without_tools_no_tool_is_chosen() {
    let mut request = of_messages();
    request.tool_choice = Some(ToolChoice::Auto);
    assert!(body(&request).get("tool_choice").is_none());
}

/// What the API takes only from its own clients is told to all.
#[test]
fn what_is_wrong_is_said_where_it_is() {
    let cases = [
        (json!([]), ""),
        (json!({"input": "x"}), "model"),
        (json!({"model": 1, "input": "x"}), "model"),
        (json!({"model": "m"}), "input"),
        (json!({"model": "m", "input": []}), "input"),
        (json!({"model": "m", "input": 1}), "input"),
        (json!({"model": "m", "input": [{"role": "critic", "content": "x"}]}), "input[0].role"),
        (json!({"model": "m", "input": [{"content": "x"}]}), "input[0].type"),
        (json!({"model": "m", "input": [{"type": "function_call", "name": "f"}]}), "input[0].call_id"),
        (
            json!({"model": "m", "input": [{"role": "user", "content": [{"type": "input_image"}]}]}),
            "input[0].content[0]",
        ),
        (json!({"model": "m", "input": [{"role": "user", "content": {}}]}), "input[0].content"),
        (json!({"model": "m", "input": "x", "tools": {}}), "tools"),
        (json!({"model": "m", "input": "x", "tools": [{"type": "function"}]}), "tools[0].name"),
        (
            json!({"model": "m", "input": "x", "tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]}]}),
            "tools[0].tools[0].type",
        ),
        (json!({"model": "m", "input": "x", "tool_choice": "maybe"}), "tool_choice"),
        (
            json!({"model": "m", "input": "x", "tool_choice": {"type": "allowed_tools", "mode": "x", "tools": []}}),
            "tool_choice.mode",
        ),
        (json!({"model": "m", "input": "x", "text": {"format": {"type": "yaml"}}}), "text.format.type"),
        (json!({"model": "m", "input": "x", "max_output_tokens": -1}), "max_output_tokens"),
        (json!({"model": "m", "input": "x", "metadata": []}), "metadata"),
        (json!({"model": "m", "input": "x", "include": [1]}), "include[0]"),
    ];
    for (body, path) in cases {
        let body = body.to_string();
        let fault = decoded(&body).unwrap_err();
        assert_eq!(fault.path(body.as_bytes()), path, "{body} {fault:?}");
    }
}

/// A call that goes on from what a provider keeps would be another one with any other provider.
#[test]
fn what_a_provider_keeps_cannot_be_had_from_another() {
    for (key, value) in [
        ("conversation", json!("conv_1")),
        ("prompt", json!({"id": "pmpt_1"})),
        ("background", json!(true)),
        ("input", json!([{"type": "item_reference", "id": "msg_1"}])),
    ] {
        let mut body = json!({"model": "m", "input": "x"});
        body[key] = value;
        let body = body.to_string();
        assert!(decoded(&body).is_ok(), "{key}");
        let fault = decode_request::decode(body.as_bytes(), &mut notes(Dialect::Responses, Dialect::Messages));
        assert!(fault.unwrap_err().path(body.as_bytes()).starts_with(key));
    }
}

#[test]
fn unknown_members_are_kept_or_named() {
    let body = json!({
        "model": "m", "aroma": {"kind": 1}, "nothing": null, "reasoning": {"effort": "low", "mode": "pro"},
        "text": {"tone": "dry"}, "tools": [{"type": "function", "name": "f", "parameters": {}, "output_schema": {}}],
        "input": [{"role": "assistant", "content": "x", "phase": "commentary"}, {"role": "user", "content": [{"type": "input_text", "text": "x", "font": 1}]}],
    });
    let mut told = notes(Dialect::Responses, Dialect::Chat);
    let request = decode_request::decode(body.to_string().as_bytes(), &mut told).unwrap();
    assert_eq!(request.others, [("aroma".to_owned(), "{\"kind\":1}".into())]);
    let mut names: Vec<&str> = told.lost().iter().map(|lost| lost.field.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["input[].content[].font", "input[].phase", "reasoning.mode", "text.tone", "tools[].output_schema"]
    );
}

/// All items of a turn of the model are one turn, whatever they are.
#[test]
fn the_models_items_are_one_turn() {
    let body = json!({"model": "m", "input": [
        {"role": "user", "content": "x"},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "g"},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": "a"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "f", "arguments": "{}"},
        {"type": "message", "id": "msg_2", "role": "assistant", "content": "b"},
        {"type": "function_call_output", "call_id": "c2", "output": "2"},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
        {"role": "user", "content": "y"},
    ]});
    let request = decoded(&body.to_string()).unwrap();
    let shape: Vec<(Role, usize)> = request.messages.iter().map(|turn| (turn.role, turn.content.len())).collect();
    assert_eq!(shape, [(Role::User, 1), (Role::Assistant, 5), (Role::User, 2), (Role::User, 1)]);
    assert!(matches!(&request.messages[1].content[1], Block::Text(Text { text, .. }) if text == "a"));
}

#[test]
fn a_call_in_the_models_turn_is_not_a_beginning_to_go_on_from() {
    let mut request = Request::new(Dialect::Messages, "m");
    let call = ToolCall { id: "c".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
    request.messages = vec![Message::new(Role::Assistant, vec![Block::text("x"), Block::ToolCall(call)])];
    assert_eq!(encoded(&request).unwrap().1, [""; 0]);
}

/// Codex with its newest models has no other tools than these.
#[test]
fn tools_among_the_items_are_tools() {
    let body = json!({
        "model": "m", "tools": [{"type": "function", "name": "f", "parameters": {"a": 1}}],
        "input": [
            {"type": "additional_tools", "id": "at_1", "role": "developer", "tools": [
                {"type": "namespace", "name": "n", "tools": [{"type": "custom", "name": "exec"}, {"type": "function", "name": "f"}]},
                {"type": "web_search"},
            ]},
            {"role": "user", "content": "Hi"},
            {"type": "additional_tools", "role": "developer", "tools": [
                {"type": "function", "name": "f", "parameters": {"a": 2}}, {"type": "web_search"},
            ]},
            {"type": "custom_tool_call", "call_id": "c", "namespace": "n", "name": "exec", "input": "1"},
            {"type": "custom_tool_call_output", "call_id": "c", "output": "2"},
        ],
    });
    let mut notes = notes(Dialect::Responses, Dialect::Messages);
    let request = decode_request::decode(body.to_string().as_bytes(), &mut notes).unwrap();
    assert!(notes.lost().is_empty());
    let tools: Vec<_> = request
        .tools
        .iter()
        .map(|tool| match tool {
            Tool::Client(tool) => (tool.name.as_str(), tool.kind == ToolKind::Custom, tool.schema.as_deref()),
            Tool::Server(tool) => (tool.kind.as_str(), false, None),
        })
        .collect();
    assert_eq!(
        tools,
        [("f", false, Some("{\"a\":2}")), ("exec", true, None), ("n--f", false, None), ("web_search", false, None)]
    );
    assert_eq!(request.messages.len(), 3);

    // For a provider of this API they stay where they are.
    let request = decoded(&body.to_string()).unwrap();
    assert_eq!(request.tools.len(), 1);
    let (again, _) = encoded(&request).unwrap();
    assert_eq!(again["input"][0], body["input"][0]);
}

#[test]
fn tools_among_the_items_must_be_tools() {
    for (tools, path) in [
        (json!(null), "input[0].tools"),
        (json!([{"type": "function"}]), "input[0].tools[0].name"),
        (json!("x"), "input[0].tools"),
    ] {
        let body = json!({"model": "m", "input": [{"type": "additional_tools", "role": "developer", "tools": tools}]});
        let body = body.to_string();
        let fault = decode_request::decode(body.as_bytes(), &mut notes(Dialect::Responses, Dialect::Chat)).unwrap_err();
        assert_eq!(fault.path(body.as_bytes()), path, "{fault:?}");
    }
}
