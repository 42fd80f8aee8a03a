//! Calls of other dialects' clients, as Messages accepts them.

use serde_json::json;

use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::{ClientTool, Namespace};
use crate::canonical::{
    Block, Effort, Format, Maker, Media, MediaSource, Message, Reasoning, Role, Signature, Text, Thinking, Tool,
    ToolCall, ToolChoice, ToolKind, ToolResult,
};

pub(super) fn chat(turns: Vec<(Role, Vec<Block>)>) -> Request {
    let mut request = Request::new(Dialect::Chat, "the-model");
    request.messages = turns.into_iter().map(|(role, content)| Message::new(role, content)).collect();
    request
}

pub(super) fn say(role: Role, text: &str) -> (Role, Vec<Block>) {
    (role, vec![Block::text(text)])
}

pub(super) fn call(id: &str, arguments: &str) -> Block {
    let (id, name, arguments) = (id.to_owned(), "f".to_owned(), arguments.to_owned());
    Block::ToolCall(ToolCall { id, name, arguments, ..ToolCall::default() })
}

pub(super) fn result(id: &str, text: &str) -> Block {
    let content = vec![Block::text(text)];
    Block::ToolResult(ToolResult { call_id: id.to_owned(), content, ..ToolResult::default() })
}

pub(super) fn function(name: &str) -> Tool {
    Tool::Client(ClientTool { name: name.to_owned(), ..ClientTool::default() })
}

fn turns(request: &Request) -> Value {
    let (body, notes) = encoded(request);
    assert!(notes.lost().is_empty(), "{notes:?}");
    body["messages"].clone()
}

#[test]
fn turns_alternate_and_results_come_first() {
    use Role::{Assistant, Developer, System, User};
    let cases = [
        (
            vec![say(User, "a"), say(User, "b")],
            json!([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]),
        ),
        (vec![say(User, "a"), say(Assistant, ""), say(User, " ")], json!([{"role":"user","content":"a"}])),
        (
            vec![say(Assistant, "hi"), say(User, "a")],
            json!([{"role":"user","content":"."},{"role":"assistant","content":"hi"},{"role":"user","content":"a"}]),
        ),
        (vec![say(System, "only")], json!([{"role":"user","content":"only"}])),
        (vec![say(User, "")], json!([{"role":"user","content":"."}])),
        (
            vec![
                say(User, "a"),
                (Assistant, vec![call("1", "{}"), call("2", "")]),
                (User, vec![result("1", "x")]),
                say(Developer, "d"),
                (User, vec![result("2", "y")]),
            ],
            json!([
                {"role":"user","content":"a"},
                {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f","input":{}},{"type":"tool_use","id":"2","name":"f","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"x"},{"type":"tool_result","tool_use_id":"2","content":"y"},{"type":"text","text":"d"}]},
            ]),
        ),
        (
            vec![say(User, "a"), say(Assistant, "The \n")],
            json!([{"role":"user","content":"a"},{"role":"assistant","content":"The"}]),
        ),
        (
            vec![say(User, "a"), (Assistant, vec![Block::Refusal("no".to_owned())]), say(User, "b")],
            json!([{"role":"user","content":"a"},{"role":"assistant","content":"no"},{"role":"user","content":"b"}]),
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(turns(&chat(given)), expected);
    }
}

#[test]
fn leading_turns_of_the_system_are_its_prompt() {
    let (body, _) = encoded(&chat(vec![
        say(Role::System, "a"),
        say(Role::Developer, "b"),
        say(Role::User, "c"),
        say(Role::System, "d"),
    ]));
    assert_eq!(body["system"], json!([{"type":"text","text":"a"},{"type":"text","text":"b"}]));
    assert_eq!(
        body["messages"],
        json!([{"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}])
    );
}

#[test]
fn ids_and_arguments_that_messages_does_not_take_are_written_so_that_it_does() {
    let request = chat(vec![
        say(Role::User, "a"),
        (Role::Assistant, vec![call("functions.f:0", "{\"a\":"), call(&"x".repeat(90), "[1]")]),
        (Role::User, vec![result("functions.f:0", "x"), result(&"x".repeat(90), "y")]),
    ]);
    let turns = turns(&request);
    let calls = turns[1]["content"].as_array().unwrap();
    assert_eq!(calls[0], json!({"type":"tool_use","id":"tw1_functions_2ef_3a0","name":"f","input":{"_raw":"{\"a\":"}}));
    for (at, call) in calls.iter().enumerate() {
        let id = call["id"].as_str().unwrap();
        assert!(id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        assert_eq!(turns[2]["content"][at]["tool_use_id"], call["id"]);
    }
}

#[test]
fn tools_of_other_dialects() {
    let mut request = chat(vec![say(Role::User, "a")]);
    let tool = ClientTool {
        name: "a.b".to_owned(),
        description: Some("d".to_owned()),
        strict: Some(true),
        ..ClientTool::default()
    };
    let custom = ClientTool {
        name: "patch".to_owned(),
        kind: ToolKind::Custom,
        schema: Some(r#"{"type":"grammar"}"#.into()),
        ..ClientTool::default()
    };
    let namespace = Some(Namespace { name: "mcp".to_owned(), description: None });
    let spaced = ClientTool {
        name: "s".to_owned(),
        namespace,
        strict: Some(false),
        schema: Some(r#"{"properties":{}}"#.into()),
        ..ClientTool::default()
    };
    request.tools = [tool, custom, spaced].map(Tool::Client).to_vec();
    request.tool_choice = Some(ToolChoice::Tool("a.b".to_owned()));
    request.parallel_tool_calls = Some(false);
    let (body, notes) = encoded(&request);
    assert!(notes.lost().is_empty());
    assert_eq!(body["tool_choice"], json!({"type":"tool","name":"tw1_a_2eb","disable_parallel_tool_use":true}));
    assert_eq!(
        body["tools"],
        json!([
            {"name":"tw1_a_2eb","description":"d","input_schema":{"type":"object","properties":{}},"strict":true},
            {"name":"patch","input_schema":{"type":"object","properties":{"input":{"type":"string","description":"Free text, in this format: {\"type\":\"grammar\"}"}},"required":["input"]}},
            {"name":"s","input_schema":{"type":"object","properties":{}}},
        ])
    );
    request.tool_choice = Some(ToolChoice::Allowed { required: true, names: vec!["s".to_owned()] });
    let (body, _) = encoded(&request);
    assert_eq!((body["tools"].as_array().unwrap().len(), &body["tool_choice"]["type"]), (1, &json!("any")));
    request.tool_choice = None;
    assert_eq!(encoded(&request).0["tool_choice"], json!({"type":"auto","disable_parallel_tool_use":true}));
    request.tools.clear();
    assert_eq!(encoded(&request).0.get("tool_choice"), None);
    request.tool_choice = Some(ToolChoice::Any);
    assert_eq!(refused(&request).why, "there are no tools that could be called");
}

#[test]
fn media_of_other_dialects() {
    let media = |kind, source, media_type: Option<&str>| {
        let media_type = media_type.map(str::to_owned);
        Block::Media(Media { media_type, ..Media::new(kind, source) })
    };
    let base64 = || MediaSource::Base64("AA==".to_owned());
    let kept = chat(vec![(
        Role::User,
        vec![
            media(MediaKind::Image, base64(), None),
            media(MediaKind::Image, MediaSource::Url("https://e.com/a".to_owned()), None),
            media(MediaKind::File, base64(), Some("application/pdf")),
            media(MediaKind::File, MediaSource::Text("t".to_owned()), None),
            media(MediaKind::File, MediaSource::Base64("w7xi\nZXI=".to_owned()), Some("text/markdown")),
        ],
    )]);
    let (body, notes) = encoded(&kept);
    assert!(notes.lost().is_empty());
    let kinds: Vec<_> =
        body["messages"][0]["content"].as_array().unwrap().iter().map(|block| block["type"].clone()).collect();
    assert_eq!(kinds, ["image", "image", "document", "document", "document"]);
    let plain = json!({"type":"text","media_type":"text/plain","data":"über"});
    assert_eq!(body["messages"][0]["content"][4]["source"], plain);
    for block in [
        media(MediaKind::Audio, base64(), Some("audio/wav")),
        media(MediaKind::Video, base64(), None),
        media(MediaKind::Image, base64(), Some("image/tiff")),
        media(MediaKind::Image, MediaSource::Url("gs://a/b".to_owned()), None),
        media(MediaKind::File, base64(), Some("application/zip")),
        media(MediaKind::File, MediaSource::Base64("_w==".to_owned()), Some("text/plain")),
        media(MediaKind::File, MediaSource::FileId("file-1".to_owned()), None),
    ] {
        refused(&chat(vec![(Role::User, vec![block.clone()])]));
        let inside =
            Block::ToolResult(ToolResult { call_id: "1".to_owned(), content: vec![block], ..ToolResult::default() });
        refused(&chat(vec![(Role::User, vec![inside])]));
    }
}

#[test]
fn sampling_and_labels() {
    let mut request = chat(vec![say(Role::User, "a")]);
    request.temperature = Some("1.7".to_owned());
    request.top_p = Some("1".to_owned());
    request.frequency_penalty = Some("0".to_owned());
    request.presence_penalty = Some("0.0".to_owned());
    request.choices = Some(1);
    request.store = Some(false);
    request.stop = vec!["END".to_owned(), "\n".to_owned()];
    request.user = Some("u".to_owned());
    request.service_tier = Some("default".to_owned());
    request.format = Some(Format::JsonObject);
    let (body, notes) = encoded(&request);
    assert_eq!(notes.lost().len(), 2, "{notes:?}");
    assert_eq!(body["temperature"], json!(1));
    assert_eq!(body.get("top_p"), None);
    assert_eq!(body["stop_sequences"], json!(["END"]));
    assert_eq!(body["metadata"], json!({"user_id":"u"}));
    assert_eq!(body["service_tier"], "standard_only");
    assert_eq!(body["max_tokens"], 4096);
    assert!(body["system"].as_str().unwrap().contains("JSON"));
    let (body, notes) = encoded_for(&request, "claude-opus-5");
    assert_eq!((body.get("temperature"), notes.lost().len()), (None, 2));
    request.format = Some(Format::JsonSchema {
        name: Some("n".to_owned()),
        description: None,
        schema: r#"{"type":"object"}"#.into(),
        strict: Some(true),
    });
    assert_eq!(
        encoded(&request).0["output_config"],
        json!({"format":{"type":"json_schema","schema":{"type":"object"}}})
    );
}

#[test]
fn only_proofs_of_anthropic_are_sent_to_it() {
    let thought = |text: &str, signature: Option<Signature>| {
        Block::Thinking(Thinking { text: text.to_owned(), signature, redacted: false })
    };
    let own = Signature::new(Maker::Anthropic, "E=");
    let mut called = ToolCall { id: "1".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
    called.signature = Some(Signature::new(Maker::Google, "g"));
    let mut request = chat(vec![
        say(Role::User, "a"),
        (
            Role::Assistant,
            vec![
                thought("own", Some(own.clone())),
                thought("none", None),
                thought("", Some(Signature::new(Maker::OpenAi, "o"))),
                Block::ToolCall(called),
            ],
        ),
        (Role::User, vec![result("1", "x")]),
        (Role::Assistant, vec![thought("own", Some(own))]),
        say(Role::User, "b"),
    ]);
    let (body, notes) = encoded(&request);
    assert_eq!(
        body["messages"][1]["content"],
        json!([{"type":"thinking","thinking":"own","signature":"E="},{"type":"tool_use","id":"1","name":"f","input":{}}])
    );
    assert_eq!(body["messages"].as_array().unwrap().len(), 3, "a turn of nothing but thinking is no turn");
    let lost = |notes: &Notes| notes.lost().iter().map(|one| one.field.clone()).collect::<Vec<_>>();
    // Chat carries the proofs of thoughts and of calls in one field.
    assert_eq!(lost(&notes), ["reasoning_content", "reasoning_details"]);
    request.messages.truncate(3);
    assert_eq!(lost(&encoded(&request).1), ["reasoning_content", "reasoning_details"]);
    let strict = &mut Notes::new(Dialect::Chat, Dialect::Messages, true);
    assert!(encode_request::encode(&request, &target(MODEL), strict).is_err());
}

#[test]
fn citations_of_others_are_named_as_lost() {
    let text = Text {
        text: "t".to_owned(),
        citations: vec!["{}".into()],
        citations_of: Some(Dialect::Chat),
        ..Text::default()
    };
    let request = chat(vec![say(Role::User, "a"), (Role::Assistant, vec![Block::Text(text)]), say(Role::User, "b")]);
    let (body, notes) = encoded(&request);
    assert_eq!((notes.lost().len(), &body["messages"][1]["content"]), (1, &json!([{"type":"text","text":"t"}])));
}

#[test]
fn reasoning_of_others_reaches_the_model_in_its_words() {
    let cases = [
        (MODEL, Effort::High, Some(30_000), json!({"type":"enabled","budget_tokens":16384}), None, 0),
        (MODEL, Effort::High, Some(2000), json!({"type":"enabled","budget_tokens":1600}), None, 1),
        (MODEL, Effort::High, Some(1000), json!({"type":"disabled"}), None, 1),
        (MODEL, Effort::Minimal, None, json!({"type":"enabled","budget_tokens":1024}), None, 0),
        (MODEL, Effort::None, None, json!({"type":"disabled"}), None, 0),
        ("claude-opus-4-6", Effort::XHigh, None, json!({"type":"adaptive"}), Some("max"), 0),
        ("claude-opus-5", Effort::XHigh, None, json!({"type":"adaptive"}), Some("xhigh"), 0),
        ("claude-opus-5", Effort::Minimal, None, json!({"type":"adaptive"}), Some("low"), 0),
    ];
    for (model, effort, max, thinking, word, losses) in cases {
        let mut request = chat(vec![say(Role::User, "a")]);
        request.max_output_tokens = max;
        request.reasoning = Some(Reasoning { effort: Some(effort), ..Reasoning::default() });
        if model == MODEL && max.is_none() {
            request.max_output_tokens = Some(100_000);
        }
        let (body, notes) = encoded_for(&request, model);
        assert_eq!(body["thinking"], thinking, "{model} {effort:?}");
        assert_eq!(body["output_config"]["effort"].as_str(), word);
        assert_eq!(notes.lost().len(), losses, "{notes:?}");
    }
}

#[test]
fn results_quote_calls() {
    let request = chat(vec![
        say(Role::User, "a"),
        (Role::Assistant, vec![Block::ToolCall(ToolCall::default())]),
        (Role::User, vec![result("", "x")]),
    ]);
    let (body, _) = encoded(&request);
    assert_eq!(body.pointer("/messages/1/content/0/id"), body.pointer("/messages/2/content/0/tool_use_id"));
}
