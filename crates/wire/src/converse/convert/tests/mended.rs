//! What other dialects allow and Converse refuses is mended on the way.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::{CLAUDE, NEWER, hello, sent, sent_to};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Block, CacheMark, ClientTool, Effort, Maker, Media, MediaSource, Message, Opaque, Reasoning, Request, Role,
    Signature, Text, Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};

fn talk(turns: Vec<(Role, Vec<Block>)>) -> Request {
    let mut request = Request::new(Dialect::Messages, "m");
    request.messages = turns.into_iter().map(|(role, content)| Message::new(role, content)).collect();
    request
}

fn call(id: &str, arguments: &str) -> Block {
    let (id, arguments) = (id.to_owned(), arguments.to_owned());
    Block::ToolCall(ToolCall { id, name: "f".to_owned(), arguments, ..ToolCall::default() })
}

fn result(id: &str, words: &str) -> Block {
    let content = vec![Block::text(words)];
    Block::ToolResult(ToolResult { call_id: id.to_owned(), content, ..ToolResult::default() })
}

fn tool(name: &str, schema: &str) -> Tool {
    Tool::Client(ClientTool { name: name.to_owned(), schema: Some(schema.into()), ..ClientTool::default() })
}

fn text(words: &str) -> Value {
    json!({ "text": words })
}

const BEGINS: &str = "(The conversation begins.)";

#[test]
fn turns_alternate_and_the_user_begins() {
    use Role::{Assistant, Developer, System, User};
    let words = |words: &str| vec![Block::text(words)];
    let check = |turns: Vec<(Role, Vec<Block>)>, expected: Value| {
        let (body, lost) = sent(&talk(turns));
        assert_eq!(body["messages"], expected);
        assert_eq!(lost, Vec::<String>::new());
    };
    check(
        vec![(Assistant, words("Hi.")), (User, words("a")), (User, words("b"))],
        json!([
            {"role": "user", "content": [text(BEGINS)]},
            {"role": "assistant", "content": [text("Hi.")]},
            {"role": "user", "content": [text("a"), text("b")]},
        ]),
    );
    // Nothing but a system prompt.
    check(vec![(System, words("s"))], json!([{"role": "user", "content": [text(BEGINS)]}]));
    // The system in the middle, and turns of nothing.
    check(
        vec![
            (User, words("a")),
            (System, words("be brief")),
            (Assistant, words(" ")),
            (Developer, words("d")),
            (Assistant, words("b")),
            (User, vec![]),
            (Assistant, words("c ")),
        ],
        json!([
            {"role": "user", "content": [text("a"), text("<system>\nbe brief\n</system>"), text("<system>\nd\n</system>")]},
            {"role": "assistant", "content": [text("b")]},
            {"role": "user", "content": [text("(empty)")]},
            {"role": "assistant", "content": [text("c")]},
        ]),
    );
    // What is left of a turn may be nothing: then its neighbours are one.
    let foreign = Thinking { text: "t".into(), signature: Some(Signature::new(Maker::Google, "x")), redacted: false };
    let (body, lost) =
        sent(&talk(vec![(User, words("a")), (Assistant, vec![Block::Thinking(foreign)]), (User, words("b"))]));
    assert_eq!(body["messages"], json!([{"role": "user", "content": [text("a"), text("b")]}]));
    assert_eq!(lost.len(), 1);
}

#[test]
fn results_come_first_and_marks_move_with_what_they_mark() {
    let mut request = talk(vec![
        (Role::User, vec![Block::text("go")]),
        (Role::Assistant, vec![call("c1", "{}"), call("c2", "")]),
        (Role::System, vec![Block::text("note")]),
        (
            Role::User,
            vec![
                Block::Text(Text { cache: Some(CacheMark::OneHour), ..Text::new("also") }),
                result("c1", "one"),
                result("c2", "two"),
            ],
        ),
    ]);
    request.tools = vec![tool("f", "{}")];
    let (body, _) = sent(&request);
    let tool_result = |id: &str, words: &str| json!({"toolResult": {"toolUseId": id, "content": [text(words)]}});
    assert_eq!(
        body["messages"][2]["content"],
        json!([
            tool_result("c1", "one"),
            tool_result("c2", "two"),
            text("<system>\nnote\n</system>"),
            text("also"),
            {"cachePoint": {"type": "default", "ttl": "1h"}},
        ])
    );
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"], json!({"type": "object"}));
}

#[test]
fn tools_are_there_wherever_calls_are() {
    let turns = vec![
        (Role::User, vec![Block::text("go")]),
        (Role::Assistant, vec![call("bad id!", "not json")]),
        (Role::User, vec![result("bad id!", "one")]),
    ];
    let mut request = talk(turns);
    let (body, lost) = sent(&request);
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["name"], "f");
    assert_eq!(lost, Vec::<String>::new());
    let used = &body["messages"][1]["content"][0]["toolUse"];
    assert_eq!(used["input"], json!({"_raw": "not json"}));
    assert_eq!(used["toolUseId"], body["messages"][2]["content"][0]["toolResult"]["toolUseId"]);

    // None may be called: the tools must stay, and the model is told.
    request.tools = vec![tool("f", r#"{"type":"object"}"#)];
    request.tool_choice = Some(ToolChoice::None);
    let (body, lost) = sent(&request);
    assert_eq!(body["toolConfig"]["tools"].as_array().unwrap().len(), 1);
    assert_eq!(body["toolConfig"].get("toolChoice"), None);
    assert_eq!(body["messages"][2]["content"][1], text("(Answer without calling a tool.)"));
    assert_eq!(lost.len(), 1);

    // Without calls they can be left out.
    let mut request = hello(Dialect::Chat);
    request.tools = vec![tool("f", "{}")];
    request.tool_choice = Some(ToolChoice::None);
    let (body, lost) = sent(&request);
    assert_eq!(body.get("toolConfig"), None);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn some_of_the_tools_and_one_at_a_time() {
    let mut request = hello(Dialect::Chat);
    request.tools = vec![tool("a", "{}"), tool("b", "{}"), tool("c", r#"{ "properties": {} }"#)];
    request.tool_choice = Some(ToolChoice::Allowed { required: true, names: vec!["c".into(), "a".into()] });
    let (body, _) = sent(&request);
    let names: Vec<_> =
        body["toolConfig"]["tools"].as_array().unwrap().iter().map(|one| &one["toolSpec"]["name"]).collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(body["toolConfig"]["toolChoice"], json!({"any": {}}));
    assert_eq!(
        body["toolConfig"]["tools"][1]["toolSpec"]["inputSchema"]["json"],
        json!({"type": "object", "properties": {}})
    );

    request.tool_choice = Some(ToolChoice::Tool("b".into()));
    request.parallel_tool_calls = Some(false);
    let (body, _) = sent(&request);
    assert_eq!(body["toolConfig"].get("toolChoice"), None);
    assert_eq!(
        body["additionalModelRequestFields"]["tool_choice"],
        json!({"type": "tool", "name": "b", "disable_parallel_tool_use": true})
    );
    // Without tools there is nothing to choose.
    request.tools.clear();
    let (body, _) = sent(&request);
    assert_eq!(body, json!({"messages": [{"role": "user", "content": [text("Hello")]}]}));
}

#[test]
fn custom_tools_and_what_tools_find() {
    let mut request = hello(Dialect::Responses);
    request.tools = vec![Tool::Client(ClientTool {
        name: "patch".into(),
        kind: ToolKind::Custom,
        schema: Some(r#"{"type":"grammar"}"#.into()),
        ..ClientTool::default()
    })];
    let patch = ToolCall {
        id: "c".into(),
        name: "patch".into(),
        kind: ToolKind::Custom,
        arguments: "*** Begin".into(),
        ..ToolCall::default()
    };
    let found = Opaque {
        dialect: Dialect::Messages,
        kind: "tool_reference".into(),
        value: r#"{"type":"tool_reference","tool_name":"grep"}"#.into(),
    };
    request.messages.push(Message::new(Role::Assistant, vec![Block::ToolCall(patch)]));
    let answer = ToolResult { call_id: "c".into(), content: vec![Block::Opaque(found)], ..ToolResult::default() };
    request.messages.push(Message::new(Role::User, vec![Block::ToolResult(answer)]));
    let (body, lost) = sent(&request);
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(
        body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"],
        json!({
            "type": "object",
            "properties": {
                "input": {"type": "string", "description": r#"Free text, in this format: {"type":"grammar"}"#}
            },
            "required": ["input"],
        })
    );
    assert_eq!(body["messages"][1]["content"][0]["toolUse"]["input"], json!({"input": "*** Begin"}));
    assert_eq!(body["messages"][2]["content"][0]["toolResult"]["content"], json!([text("Tool found: grep")]));
}

#[test]
fn thinking_is_fitted_to_what_claude_takes() {
    let think = |reasoning: Reasoning| {
        let mut request = hello(Dialect::Chat);
        request.reasoning = Some(reasoning);
        request
    };
    let check = |request: &Request, thinking: Value, lost: &[&str]| {
        let (body, said) = sent(request);
        assert_eq!(body["additionalModelRequestFields"].get("thinking").unwrap_or(&Value::Null), &thinking, "{body}");
        assert_eq!(said, lost);
    };
    let budget = |tokens: u64| json!({"type": "enabled", "budget_tokens": tokens});
    let effort = |effort| think(Reasoning { effort: Some(effort), ..Reasoning::default() });
    let tokens = |tokens| think(Reasoning { budget_tokens: Some(tokens), ..Reasoning::default() });
    let asked = crate::canonical::feature::field;
    let words = |feature: crate::canonical::Feature| asked(Dialect::Chat, feature).unwrap_or_else(|| feature.as_str());
    let (in_words, in_tokens) =
        (words(crate::canonical::Feature::ReasoningEffort), words(crate::canonical::Feature::ThinkingBudget));

    check(&effort(Effort::High), budget(16_384), &[]);
    check(&effort(Effort::None), json!({"type": "disabled"}), &[]);
    check(&tokens(3000), budget(3000), &[]);
    check(&tokens(10), budget(1024), &[in_tokens]);
    let mut request = effort(Effort::High);
    request.max_output_tokens = Some(4000);
    check(&request, budget(3999), &[in_words]);
    request.max_output_tokens = Some(1000);
    check(&request, Value::Null, &[in_words]);

    // A tool that must be called, and a turn that began without a thought.
    let mut request = effort(Effort::Low);
    request.tools = vec![tool("f", "{}")];
    request.tool_choice = Some(ToolChoice::Any);
    check(&request, Value::Null, &[in_words]);
    request.tool_choice = None;
    request.messages.push(Message::new(Role::Assistant, vec![call("c", "{}")]));
    request.messages.push(Message::new(Role::User, vec![result("c", "x")]));
    check(&request, Value::Null, &[in_words]);
    let thought =
        Thinking { text: "t".into(), signature: Some(Signature::new(Maker::Anthropic, "AAAA")), redacted: false };
    request.messages[1].content.insert(0, Block::Thinking(thought));
    check(&request, budget(4096), &[]);

    // Sampling that a model that thinks refuses.
    let mut request = effort(Effort::Low);
    (request.temperature, request.top_p, request.top_k) = (Some("0.2".into()), Some("0.5".into()), Some(3));
    let (body, lost) = sent(&request);
    assert_eq!((body.get("inferenceConfig"), lost.len()), (None, 3));

    // Claude's own words stay Claude's own words.
    let mut request = hello(Dialect::Messages);
    request.reasoning = Some(Reasoning {
        enabled: Some(true),
        adaptive: true,
        effort: Some(Effort::High),
        summary: Some("none".into()),
        ..Reasoning::default()
    });
    let (body, lost) = sent(&request);
    assert_eq!(body["additionalModelRequestFields"]["thinking"], json!({"type": "adaptive", "display": "omitted"}));
    assert_eq!((body["outputConfig"]["effort"].as_str(), lost.len()), (Some("high"), 0));

    // Whoever leaves it to the model may still say how much, in words.
    let adaptive = Reasoning { adaptive: true, effort: Some(Effort::Max), ..Reasoning::default() };
    let (body, lost) = sent(&think(adaptive));
    assert_eq!(body["additionalModelRequestFields"]["thinking"], json!({"type": "adaptive"}));
    assert_eq!((body["outputConfig"]["effort"].as_str(), lost.len()), (Some("max"), 0));

    // Others are told in words.
    let (body, lost) = sent_to("openai.gpt-oss-120b-1:0", &effort(Effort::Minimal), false).unwrap();
    assert_eq!((body["outputConfig"]["effort"].as_str(), lost.len()), (Some("low"), 1));
    let (body, lost) = sent_to("openai.gpt-oss-120b-1:0", &tokens(9000), false).unwrap();
    assert_eq!((body["outputConfig"]["effort"].as_str(), lost.len()), (Some("medium"), 1));
}

/// Numbers would be refused, of thinking and of sampling.
#[test]
fn newer_models_of_claude_are_told_in_words() {
    for (reasoning, word, losses) in [
        (Reasoning { effort: Some(Effort::XHigh), ..Reasoning::default() }, "xhigh", 3),
        (Reasoning { effort: Some(Effort::Minimal), ..Reasoning::default() }, "low", 3),
        (Reasoning { budget_tokens: Some(9000), ..Reasoning::default() }, "medium", 4),
    ] {
        let mut request = hello(Dialect::Chat);
        request.reasoning = Some(reasoning);
        (request.temperature, request.top_p, request.top_k) = (Some("0.5".into()), Some("0.99".into()), Some(7));
        let (body, lost) = sent_to(NEWER, &request, false).unwrap();
        assert_eq!(body["additionalModelRequestFields"], json!({"thinking": {"type": "adaptive"}}));
        assert_eq!((body["outputConfig"]["effort"].as_str(), lost.len()), (Some(word), losses), "{lost:?}");
        assert_eq!(body.get("inferenceConfig"), None);
    }
}

/// Bedrock refuses a fifth mark.
#[test]
fn the_first_and_the_last_three_marks_stay() {
    let marked = |at: usize| Block::Text(Text { cache: Some(CacheMark::FiveMinutes), ..Text::new(at.to_string()) });
    let mut request = hello(Dialect::Chat);
    request.messages = vec![Message::new(Role::User, (0..6).map(marked).collect())];
    let (body, lost) = sent(&request);
    let content = body["messages"][0]["content"].as_array().unwrap();
    let kinds: Vec<&str> = content.iter().map(|block| block["text"].as_str().unwrap_or("mark")).collect();
    assert_eq!(kinds, ["0", "mark", "1", "2", "3", "mark", "4", "mark", "5", "mark"]);
    assert_eq!(lost.len(), 1);
}

#[test]
fn values_out_of_range_are_mended() {
    let mut request = hello(Dialect::Chat);
    (request.temperature, request.top_p) = (Some("1.7".into()), Some("1.0".into()));
    request.stop = vec!["\n".into(), "END".into()];
    request.service_tier = Some("auto".into());
    request.metadata = Some(r#"{"team":"a b","bad":"{}","n":1}"#.into());
    let (body, lost) = sent(&request);
    assert_eq!(body["inferenceConfig"], json!({"temperature": 1, "stopSequences": ["END"]}));
    assert_eq!(body["additionalModelResponseFieldPaths"], json!(["/stop_sequence"]));
    assert_eq!(body["requestMetadata"], json!({"team": "a b"}));
    assert_eq!(body.get("serviceTier"), None);
    assert_eq!(lost.len(), 4, "{lost:?}");
    request.service_tier = Some("scale".into());
    assert_eq!(sent(&request).1.len(), 5);
}

#[test]
fn documents_have_names_and_words_beside_them() {
    let document = |name: Option<&str>, source, media_type: &str| {
        let (name, media_type) = (name.map(str::to_owned), Some(media_type.to_owned()));
        Block::Media(Media { name, media_type, ..Media::new(MediaKind::File, source) })
    };
    let base64 = || MediaSource::Base64("JVBERi0=".into());
    let request = talk(vec![(
        Role::User,
        vec![
            document(Some("a.b.pdf"), base64(), "application/pdf"),
            document(None, MediaSource::Text("t".into()), "text/plain"),
            document(None, base64(), "application/zip"),
        ],
    )]);
    let (body, lost) = sent(&request);
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            {"document": {"format": "pdf", "name": "a-b", "source": {"bytes": "JVBERi0="}}},
            {"document": {"format": "txt", "name": "document", "source": {"text": "t"}}},
            {"document": {"format": "pdf", "name": "document-2", "source": {"bytes": "JVBERi0="}}},
            text("(See the document.)"),
        ])
    );
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn a_longer_conversation_begins_with_the_same_bytes() {
    let mut request = hello(Dialect::Messages);
    request.messages.insert(0, Message::new(Role::System, vec![Block::text("s")]));
    request.tools = vec![tool("b", "{}"), tool("a", "{}")];
    let encode = |request: &Request| {
        let mut notes = super::notes(request.source);
        super::encode_request::encode(request, &super::target(CLAUDE), &mut notes).unwrap()
    };
    let mut before = encode(&request);
    for turn in 0..6 {
        let (role, block) = match turn % 3 {
            0 => (Role::Assistant, call(&format!("c{turn}"), r#"{"a":1}"#)),
            1 => (Role::User, result(&format!("c{}", turn - 1), "x")),
            _ => (Role::User, Block::text("on")),
        };
        request.messages.push(Message::new(role, vec![block]));
        let now = encode(&request);
        // All but the brackets that close the last turn and the whole.
        let kept = &before[..before.len() - b"]}]}".len()];
        assert!(now.starts_with(kept), "{turn}");
        before = now;
    }
}
