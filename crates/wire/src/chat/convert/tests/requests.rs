//! Calls, in and out.

use super::super::{decode_request, encode_request};
use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::{ClientTool, Reasoning};
use crate::canonical::{
    Block, CacheMark, Effort, Maker, Media, MediaSource, Message, Opaque, Role, Signature, Text, Thinking, Tool,
    ToolCall, ToolChoice, ToolKind, ToolResult,
};

#[test]
fn there_and_back_is_the_same() {
    for (name, body) in REQUESTS {
        let mut notes = notes();
        let request = decode_request::decode(body.as_bytes(), &mut notes).unwrap();
        let back = written(&request, &mut notes);
        // Numbers beyond a float are compared by their text, in the next test.
        assert_eq!(json(&back.replace("1e400", "0")), json(&body.replace("1e400", "0")), "{name}");
        assert_eq!(notes.lost(), [], "{name}");
        assert_eq!(read(&back), request, "{name}");
        assert_eq!(written(&request, &mut notes), back, "{name}: the same bytes each time");
    }
}

#[test]
fn numbers_and_the_order_of_a_schema_stay_as_they_were_written() {
    for (name, kept) in [
        ("sampling", "\"temperature\":0.70,"),
        ("sampling", "\"max_tokens\":9007199254740993,"),
        ("sampling", "\"seed\":-9223372036854775807,"),
        ("tools", "\"maximum\":12345678901234567890}},\"additionalProperties\":false,\"$schema\""),
        ("structured", "{\"z\":{\"$ref\":\"#/$defs/a\"},\"a\":{\"anyOf\""),
        ("others", "\"x\":[1e400]"),
        ("others", "\"big\":123456789012345678901234567890"),
    ] {
        let (_, body) = REQUESTS.iter().find(|(one, _)| *one == name).unwrap();
        let back = written(&read(body), &mut notes());
        assert!(back.contains(kept), "{name}: {kept} in {back}");
    }
}

#[test]
fn the_next_turn_begins_with_the_bytes_of_this_one() {
    let first = r#"{"model":"m","max_tokens":5,"tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"a"}"#;
    let more = r#",{"role":"assistant","content":"b"},{"role":"user","content":"c"}"#;
    let one = written(&read(&format!("{first}]}}")), &mut notes());
    let two = written(&read(&format!("{first}{more}]}}")), &mut notes());
    assert!(two.starts_with(one.strip_suffix("]}").unwrap()), "{one}\n{two}");
}

/// What is read of words that have a newer or a usual form: it is written in that one.
#[test]
fn other_words_for_the_same() {
    let cases = [
        (r#""stop":"x""#, r#""stop":["x"]"#),
        (r#""max_completion_tokens":7,"max_tokens":7"#, r#""max_tokens":7"#),
        (r#""stream":false,"n":null"#, ""),
        (
            r#""functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}"#,
            r#""tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":{"type":"function","function":{"name":"f"}}"#,
        ),
        (r#""reasoning":{"effort":"low"}"#, r#""reasoning_effort":"low""#),
        (r#""reasoning":{"max_tokens":9000}"#, r#""reasoning_effort":"medium""#),
        (r#""thinking":{"type":"disabled"}"#, r#""reasoning_effort":"none""#),
        (r#""safety_identifier":"s""#, r#""user":"s""#),
        (r#""tool_choice":"any""#, r#""tool_choice":"required""#),
        (r#""logprobs":false"#, ""),
    ];
    for (told, expected) in cases {
        let whole = |fields: &str| {
            let comma = if fields.is_empty() { "" } else { "," };
            format!(r#"{{"model":"m"{comma}{fields},"messages":[{{"role":"user","content":"q"}}]}}"#)
        };
        let back = written(&read(&whole(told)), &mut notes());
        assert_eq!(json(&back), json(&whole(expected)), "{told}");
    }
}

#[test]
fn functions_of_before_tools_get_ids_that_match() {
    let body = r#"{"model":"m","functions":[{"name":"f"}],"messages":[{"role":"user","content":"q"},
        {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},
        {"role":"function","name":"f","content":"r"}]}"#;
    let request = read(body);
    assert!(request.legacy_functions);
    let [_, called, answered] = request.messages.as_slice() else { panic!("{:?}", request.messages) };
    let [Block::ToolCall(call)] = called.content.as_slice() else { panic!("{called:?}") };
    let [Block::ToolResult(result)] = answered.content.as_slice() else { panic!("{answered:?}") };
    assert_eq!((call.arguments.as_str(), answered.role), ("{\"a\":1}", Role::User));
    assert!(!call.id.is_empty());
    assert_eq!(call.id, result.call_id);
    assert_eq!(read(body), request);
}

#[test]
fn results_join_into_one_turn_and_arguments_may_be_an_object() {
    let request = read(
        r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"a": 1}}},{"id":"","function":{"name":"g","arguments":null}}]},
        {"role":"tool","tool_call_id":"call_0_1","content":"two"},{"role":"tool","tool_call_id":"call_0_0","content":"one"},{"role":"user","content":"q"}]}"#,
    );
    let roles: Vec<_> = request.messages.iter().map(|message| (message.role, message.content.len())).collect();
    assert_eq!(roles, [(Role::Assistant, 2), (Role::User, 2), (Role::User, 1)]);
    let Block::ToolCall(call) = &request.messages[0].content[0] else { panic!() };
    assert_eq!((call.id.as_str(), call.arguments.as_str()), ("call_0_0", "{\"a\": 1}"));
    let back = written(&request, &mut notes());
    assert!(back.contains(r#""arguments":"{}""#), "none are an empty object: {back}");
}

#[test]
fn ids_that_come_again_in_a_later_turn_are_told_apart() {
    let turn = |text: &str| {
        format!(
            r#"{{"role":"assistant","tool_calls":[{{"id":"call_0","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}},{{"role":"tool","tool_call_id":"call_0","content":"{text}"}}"#
        )
    };
    let request = read(&format!(r#"{{"model":"m","messages":[{},{}]}}"#, turn("a"), turn("b")));
    let ids: Vec<_> = request
        .messages
        .iter()
        .flat_map(|message| &message.content)
        .map(|block| match block {
            Block::ToolCall(call) => call.id.as_str(),
            Block::ToolResult(result) => result.call_id.as_str(),
            _ => "",
        })
        .collect();
    assert_eq!(ids, ["call_0", "call_0", "call_0_2", "call_0_2"]);
}

#[test]
fn faults_name_the_field_and_what_is_allowed() {
    let cases = [
        ("[]", "", "object"),
        (r#"{"model":"m","messages":[]}"#, "messages", "at least one"),
        (r#"{"model":"m"}"#, "messages", "required"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":"x"}}]}"#,
            "tools[0].function.parameters",
            "object",
        ),
        (r#"{"messages":[{"role":"user"}]}"#, "model", "required"),
        (r#"{"model":"m","messages":[{"role":"robot","content":"x"}]}"#, "messages[0].role", "\"tool\""),
        (r#"{"model":"m","messages":[{"content":"x"}]}"#, "messages[0].role", "required"),
        (r#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content", "list of parts"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
            "messages[0].content[0].text",
            "required",
        ),
        (r#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id", "required"),
        (r#"{"model":"m","messages":[{"role":"user","role":"user"}]}"#, "messages[0].role", "twice"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"maybe"}"#,
            "tool_choice",
            "\"required\"",
        ),
        (r#"{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"1"}"#, "temperature", "number"),
        (r#"{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":-1}"#, "max_tokens", "at least 0"),
        (r#"{"model":"m","messages":[{"role":"user","content":"x"}],"stop":5}"#, "stop", "list of strings"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{}}]}]}"#,
            "messages[0].content[0].file",
            "file_id",
        ),
    ];
    for (body, path, allowed) in cases {
        let fault = decode_request::decode(body.as_bytes(), &mut notes()).unwrap_err();
        assert_eq!(fault.path(body.as_bytes()), path, "{body}");
        assert!(fault.message.contains(allowed), "{body}: {}", fault.message);
    }
}

#[test]
fn unknown_members_are_named_where_they_stand() {
    let mut notes = notes();
    let body = r#"{"model":"m","new":1,"messages":[{"role":"user","content":[{"type":"text","text":"x","new":2}],"old":null}],"tools":[{"type":"function","function":{"name":"f","new":3}}]}"#;
    let request = decode_request::decode(body.as_bytes(), &mut notes).unwrap();
    let lost: Vec<_> = notes.lost().iter().map(|lost| lost.field.as_str()).collect();
    assert_eq!(lost, ["messages[0].content[0].new", "tools[0].function.new"]);
    assert_eq!(request.others, [("new".to_owned(), "1".into())]);
}

fn call(id: &str, kind: ToolKind) -> Block {
    Block::ToolCall(ToolCall { id: id.into(), name: "f".into(), kind, arguments: "a\"b".into(), ..ToolCall::default() })
}

fn result(id: &str, content: Vec<Block>, is_error: Option<bool>) -> Block {
    Block::ToolResult(ToolResult { call_id: id.into(), content, is_error, ..ToolResult::default() })
}

/// Turns of another dialect's client, and what is sent for them.
#[test]
fn turns_of_other_dialects() {
    let image = || Block::Media(Media::new(MediaKind::Image, MediaSource::Base64("iVBORw".into())));
    let thought = |signature| Block::Thinking(Thinking { text: "hm".into(), signature, redacted: false });
    let marked = Block::Text(Text { text: "a".into(), cache: Some(CacheMark::OneHour), ..Text::default() });
    let reference = Opaque {
        dialect: Dialect::Messages,
        kind: "tool_reference".into(),
        value: r#"{"type":"tool_reference","tool_name":"T"}"#.into(),
    };
    let long = "x".repeat(41);
    let cases: Vec<(Vec<Message>, &str, &[&str])> = vec![
        (
            vec![Message::new(Role::System, vec![Block::text("a"), Block::text("b")])],
            r#"[{"role":"system","content":"a\n\nb"}]"#,
            &[],
        ),
        (vec![Message::new(Role::Developer, vec![Block::text("a")])], r#"[{"role":"system","content":"a"}]"#, &[]),
        (vec![Message::new(Role::User, vec![marked])], r#"[{"role":"user","content":"a"}]"#, &[]),
        (
            vec![Message::new(Role::Assistant, vec![Block::text("a"), Block::text("b")])],
            r#"[{"role":"assistant","content":"ab"}]"#,
            &[],
        ),
        (
            vec![Message::new(Role::Assistant, vec![thought(None), call("1", ToolKind::Function)])],
            r#"[{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"a\"b"}}]}]"#,
            &[],
        ),
        (
            vec![Message::new(Role::Assistant, vec![thought(Some(Signature::new(Maker::Anthropic, "s")))])],
            "[]",
            &["thinking"],
        ),
        (
            vec![Message::new(Role::Assistant, vec![call("1", ToolKind::Custom)])],
            r#"[{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"input\":\"a\\\"b\"}"}}]}]"#,
            &[],
        ),
        (
            vec![Message::new(
                Role::User,
                vec![
                    Block::text("so"),
                    result("1", vec![Block::text("r"), image()], None),
                    result("2", vec![], Some(true)),
                ],
            )],
            r#"[{"role":"tool","tool_call_id":"1","content":"r\n\n[the image is in the next message]"},{"role":"tool","tool_call_id":"2","content":"Error"},
            {"role":"user","content":[{"type":"text","text":"From the result of the tool call 1:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw"}},{"type":"text","text":"so"}]}]"#,
            &[],
        ),
        (
            vec![Message::new(
                Role::User,
                vec![
                    result("1", vec![Block::text("gone")], Some(true)),
                    result("2", vec![Block::text("error: x")], Some(true)),
                ],
            )],
            r#"[{"role":"tool","tool_call_id":"1","content":"Error: gone"},{"role":"tool","tool_call_id":"2","content":"error: x"}]"#,
            &[],
        ),
        (
            vec![Message::new(Role::User, vec![result("1", vec![Block::text("r")], None), Block::text("so")])],
            r#"[{"role":"tool","tool_call_id":"1","content":"r"},{"role":"user","content":"so"}]"#,
            &[],
        ),
        (
            vec![Message::new(
                Role::User,
                vec![Block::Media(Media::new(MediaKind::Audio, MediaSource::FileId("f".into())))],
            )],
            r#"[{"role":"user","content":""}]"#,
            &["audio"],
        ),
        (
            vec![Message::new(Role::User, vec![result("1", vec![Block::Opaque(reference)], None)])],
            r#"[{"role":"tool","tool_call_id":"1","content":"The tool T can be called now."}]"#,
            &[],
        ),
        (
            vec![
                Message::new(Role::Assistant, vec![call(&long, ToolKind::Function)]),
                Message::new(Role::User, vec![result(&long, vec![], None)]),
            ],
            r#"[{"role":"assistant","content":null,"tool_calls":[{"id":"HASH","type":"function","function":{"name":"f","arguments":"a\"b"}}]},{"role":"tool","tool_call_id":"HASH","content":""}]"#,
            &[],
        ),
    ];
    // The model's words and calls, and the results, as items of their own: one turn with all calls, then all results.
    let items = vec![
        Message::new(Role::Assistant, vec![Block::text("a")]),
        Message::new(Role::Assistant, vec![call("1", ToolKind::Function)]),
        Message::new(Role::Assistant, vec![call("2", ToolKind::Function)]),
        Message::new(Role::User, vec![result("1", vec![image()], None)]),
        Message::new(Role::User, vec![result("2", vec![], None)]),
        Message::new(Role::User, vec![Block::text("b")]),
    ];
    let request = foreign(items);
    let told = json(&written(&request, &mut foreign_notes(true)));
    let roles: Vec<_> = told["messages"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["assistant", "tool", "tool", "user", "user"], "{told}");
    assert_eq!(told["messages"][0]["tool_calls"].as_array().unwrap().len(), 2);
    for (messages, expected, lost) in cases {
        let request = foreign(messages);
        let mut notes = foreign_notes(false);
        let told = written(&request, &mut notes);
        let hash = told.find("call_").map_or("", |at| &told[at..at + 37]);
        assert_eq!(json(&told)["messages"], json(&expected.replace("HASH", hash)), "{told}");
        assert_eq!(notes.lost().len(), lost.len(), "{told}: {:?}", notes.lost());
    }
}

/// Servers differ in the words they take; the name of the model tells.
#[test]
fn thinking_and_its_limit_in_words_that_the_model_takes() {
    use Effort::{High, Low, Max, None as Not};
    for (model, effort, word, told_effort, noted) in [
        ("gpt-4o", None, "max_tokens", None, false),
        ("gpt-4o", Some(Low), "max_tokens", None, true),
        ("gpt-4.1-mini", Some(Not), "max_tokens", None, false),
        ("qwen3", Some(Max), "max_completion_tokens", Some("max"), false),
        ("deepseek-chat", None, "max_tokens", None, false),
        ("deepseek/deepseek-v4", Some(High), "max_tokens", Some("high"), false),
        ("gpt-5", None, "max_completion_tokens", None, false),
        ("gpt-5-mini", Some(Not), "max_completion_tokens", Some("minimal"), true),
        ("openai/gpt-5.1-mini", Some(Not), "max_completion_tokens", Some("none"), false),
        ("o3-mini", Some(Max), "max_completion_tokens", Some("high"), true),
        ("olmo-2", Some(Not), "max_tokens", Some("none"), false),
        ("gpt-50-clone", None, "max_tokens", None, false),
    ] {
        let mut request = foreign(vec![Message::new(Role::User, vec![Block::text("q")])]);
        request.model = model.to_owned();
        request.reasoning = effort.map(|effort| Reasoning { effort: Some(effort), ..Reasoning::default() });
        request.max_output_tokens = Some(9);
        let mut notes = foreign_notes(false);
        let told = json(&written(&request, &mut notes));
        assert_eq!(told[word], 9, "{model}: {told}");
        assert_eq!(told["reasoning_effort"].as_str(), told_effort, "{model}: {told}");
        assert_eq!(!notes.lost().is_empty(), noted, "{model}: {:?}", notes.lost());
    }
}

#[test]
fn proofs_go_to_their_maker_only() {
    let google = Signature::new(Maker::Google, "G");
    let anthropic = Signature::new(Maker::Anthropic, "A");
    let said = vec![
        Block::Thinking(Thinking { text: "hm".into(), signature: Some(anthropic), redacted: false }),
        Block::ToolCall(ToolCall { id: "1".into(), name: "f".into(), signature: Some(google), ..ToolCall::default() }),
    ];
    for (model, anthropics, googles) in
        [("gpt-4o", false, false), ("anthropic/claude-4", true, false), ("gemini-3", false, true)]
    {
        let mut request = foreign(vec![Message::new(Role::Assistant, said.clone())]);
        request.model = model.to_owned();
        let told = written(&request, &mut foreign_notes(false));
        assert_eq!(told.contains(r#""signature":"A""#), anthropics, "{told}");
        assert_eq!(told.contains(r#""thought_signature":"G""#), googles, "{told}");
        assert!(!told.contains("tw1."), "{told}");
    }
}

#[test]
fn a_custom_tools_grammar_is_told_to_those_who_know_functions_only() {
    let mut request = foreign(vec![Message::new(Role::User, vec![Block::text("q")])]);
    request.tools = vec![Tool::Client(ClientTool {
        name: "patch".into(),
        description: Some("Patches.".into()),
        kind: ToolKind::Custom,
        schema: Some(r#"{"type":"grammar","syntax":"lark","definition":"start: /x/"}"#.into()),
        ..ClientTool::default()
    })];
    request.tool_choice = Some(ToolChoice::Tool("patch".into()));
    let told = json(&written(&request, &mut foreign_notes(true)));
    assert_eq!(told["tools"][0]["type"], "function");
    let description = told["tools"][0]["function"]["description"].as_str().unwrap();
    assert!(description.starts_with("Patches.") && description.ends_with("(lark):\nstart: /x/"), "{description}");
    assert_eq!(told["tool_choice"]["type"], "function");
    // Without any tool left the choice would be refused.
    request.tools.clear();
    assert!(encode_request::encode(&request, &target(&request), &mut foreign_notes(true)).is_err());
    assert!(!written(&request, &mut foreign_notes(false)).contains("tool_choice"));
}

/// Where a Chat client's call is written anew for its own dialect, what is worth keeping stays marked.
#[test]
fn a_clients_own_cache_marks_stay() {
    let part = |mark: &str| format!(r#"{{"type":"text","text":"a",{mark}}}"#);
    let image = |mark: &str| format!(r#"{{"type":"image_url","image_url":{{"url":"https://e.com/a.png"}},{mark}}}"#);
    for (model, mark) in [
        ("anthropic/claude-sonnet-4.5", r#""cache_control":{"type":"ephemeral"}"#),
        ("anthropic/claude-sonnet-4.5", r#""cache_control":{"type":"ephemeral","ttl":"1h"}"#),
        ("gpt-5.2", r#""prompt_cache_breakpoint":{"mode":"explicit"}"#),
        ("gpt-5.2", r#""prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}"#),
    ] {
        let (one, shown) = (part(mark), image(mark));
        let tool = format!(r#"{{"type":"function","function":{{"name":"f"}},{mark}}}"#);
        let body = format!(
            r#"{{"model":"{model}","tools":[{tool}],"messages":[{{"role":"system","content":[{one}]}},{{"role":"user","content":[{one}]}},{{"role":"assistant","content":"b"}},{{"role":"user","content":[{shown},{one}]}}]}}"#
        );
        assert_eq!(written(&read(&body), &mut notes()), body);
    }
}
