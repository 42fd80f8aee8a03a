//! Calls of Messages clients.

use super::*;
use crate::canonical::{Block, Role, Tool};

#[test]
fn a_call_of_messages_comes_back_as_it_was() {
    for (name, text) in REQUESTS {
        let (request, decoding) = decode_for(Dialect::Messages, text);
        assert!(decoding.lost().is_empty(), "{name}: {:?}", decoding.lost());
        let mut strict = Notes::new(Dialect::Messages, Dialect::Messages, true);
        let body = encode_request::encode(&request, &target(MODEL), &mut strict).unwrap();
        assert!(strict.lost().is_empty(), "{name}: {:?}", strict.lost());
        let (was, is): (Value, Value) = (serde_json::from_str(text).unwrap(), serde_json::from_slice(&body).unwrap());
        assert_eq!(is, was, "{name}");
        let (again, _) = decode_for(Dialect::Messages, std::str::from_utf8(&body).unwrap());
        assert_eq!(again, request, "{name}");
    }
}

#[test]
fn numbers_pass_as_they_were_written() {
    let body = r#"{"model":"m","max_tokens":1,"temperature":0.70,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{"n":12345678901234567890.10}}]}],"tools":[{"name":"b","input_schema":{"type":"object","maximum":1e400}}],"future":{"x":0.10}}"#;
    let (request, mut notes) = decode_for(Dialect::Messages, body);
    let text = String::from_utf8(encode_request::encode(&request, &target("m"), &mut notes).unwrap()).unwrap();
    for part in ["0.70", r#"{"n":12345678901234567890.10}"#, r#"{"type":"object","maximum":1e400}"#, r#"{"x":0.10}"#] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_line_that_is_of_use_to_anthropic_only_is_not_there_for_others() {
    let (_, text) = REQUESTS.iter().find(|(name, _)| *name == "system_blocks").unwrap();
    let (request, notes) = decode_for(Dialect::Chat, text);
    assert!(notes.lost().is_empty());
    let Block::Text(first) = &request.messages[0].content[0] else { panic!() };
    assert_eq!(first.text, "You are Claude Code.");
    let one =
        r#"{"model":"m","system":"x-anthropic-billing-header: a\nRest","messages":[{"role":"user","content":""}]}"#;
    assert_eq!(decode_for(Dialect::Chat, one).0.messages[0].content, [Block::text("Rest")]);
    let only = r#"{"model":"m","system":"x-anthropic-billing-header: a","messages":[{"role":"user","content":""}]}"#;
    assert_eq!(decode_for(Dialect::Chat, only).0.messages.len(), 1);
}

#[test]
fn what_claude_code_sends_means_something_to_others() {
    let (_, text) = REQUESTS.iter().find(|(name, _)| *name == "claude_code").unwrap();
    let (request, notes) = decode_for(Dialect::Responses, text);
    assert_eq!(lost(&notes), ["messages[2].content[1].caller.tool_id", "tools[1].eager_input_streaming"]);
    let roles: Vec<_> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::System, Role::Assistant, Role::User]);
    let Block::ToolResult(result) = &request.messages[4].content[0] else { panic!() };
    assert_eq!(result.content, [Block::text("The tool x can be called now.")]);
    assert!(matches!(&request.tools[1], Tool::Client(tool) if tool.name == "x" && tool.deferred == Some(true)));
    let others: Vec<_> = request.others.iter().map(|(name, _)| name.as_str()).collect();
    // To keep all thoughts is what happens anyway.
    assert_eq!(others, ["output_config.task_budget"]);
    for edits in [
        r#"{"edits":[{"type":"clear_tool_uses_20250919"}]}"#,
        r#"{"edits":[{"type":"clear_thinking_20251015","keep":{"type":"thinking_turns","value":1}}]}"#,
    ] {
        let body =
            format!(r#"{{"model":"m","context_management":{edits},"messages":[{{"role":"user","content":"a"}}]}}"#);
        assert_eq!(decode_for(Dialect::Chat, &body).0.others.len(), 1, "{edits}");
    }
}

#[test]
fn documents_made_of_blocks_and_tools_defined_on_the_way_become_plain() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"document","title":"T","source":{"type":"content","content":[{"type":"text","text":"a"}]},"cache_control":{"type":"ephemeral"}},{"type":"search_result","title":"S","source":"u","content":[{"type":"text","text":"b"}]}]},{"role":"system","content":[{"type":"tool_addition","tool":{"type":"tool_definition","definition":{"name":"n","input_schema":{"type":"object"}}}},{"type":"tool_removal","tool":{"type":"tool_reference","name":"o"}}]}]}"#;
    let (request, notes) = decode_for(Dialect::Chat, body);
    assert!(notes.lost().is_empty(), "{notes:?}");
    let words = |at: usize| -> Vec<_> {
        let texts = request.messages[at].content.iter();
        texts.map(|block| if let Block::Text(text) = block { text.text.as_str() } else { "?" }).collect()
    };
    assert_eq!(words(0), ["T", "a", "S\nu", "b"]);
    assert_eq!(words(1), ["The tool n can be called now.", "The tool o can no longer be called."]);
    assert!(matches!(&request.tools[..], [Tool::Client(tool)] if tool.name == "n"));
}

#[test]
fn a_fault_names_its_field_and_what_is_allowed() {
    for (body, path, message) in [
        ("[]", "", "must be an object"),
        ("{}", "model", "is required"),
        (r#"{"model":"m"}"#, "messages", "is required"),
        (r#"{"model":"m","messages":[]}"#, "messages", "must hold at least one message"),
        (
            r#"{"model":"m","messages":[{"role":"tool","content":""}]}"#,
            "messages[0].role",
            "must be user, assistant or system",
        ),
        (r#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content", "is required"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":3}]}"#,
            "messages[0].content",
            "must be a string or a list of content blocks",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}"#,
            "messages[0].content[0].type",
            "is required",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"x"}}]}]}"#,
            "messages[0].content[0].source.type",
            "must be base64, text, url, file or content",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"b","input":[]}]}]}"#,
            "messages[0].content[0].input",
            "must be an object",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":""}],"tool_choice":{"type":"x"}}"#,
            "tool_choice.type",
            "must be auto, any, tool or none",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":""}],"thinking":{"type":"enabled"}}"#,
            "thinking.budget_tokens",
            "is required",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":""}],"tools":[{"name":"a"}]}"#,
            "tools[0].input_schema",
            "is required",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":""}],"max_tokens":-1}"#,
            "max_tokens",
            "must be a whole number of at least 0",
        ),
        (r#"{"model":"m","model":"n","messages":[]}"#, "model", "is given twice"),
    ] {
        let fault = decode_request::decode(body.as_bytes(), &mut notes(Dialect::Messages, Dialect::Chat)).unwrap_err();
        assert_eq!((fault.path(body.as_bytes()).as_str(), fault.message.as_str()), (path, message), "{body}");
    }
}

#[test]
fn a_longer_conversation_only_adds_to_the_text_of_a_shorter_one() {
    let (_, text) = REQUESTS.iter().find(|(name, _)| *name == "tool_results").unwrap();
    let (mut request, _) = decode_for(Dialect::Messages, text);
    request.source = Dialect::Chat;
    let body = |request: &Request| {
        encode_request::encode(request, &target(MODEL), &mut notes(Dialect::Chat, Dialect::Messages)).unwrap()
    };
    let long = body(&request);
    request.messages.truncate(3);
    let short = body(&request);
    assert!(long.starts_with(short.strip_suffix(b"]}").unwrap()));
    assert_eq!(long, {
        let (mut again, _) = decode_for(Dialect::Messages, text);
        again.source = Dialect::Chat;
        body(&again)
    });
}

#[test]
fn what_is_new_passes_to_the_same_dialect_as_it_was_written() {
    for body in [
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"thinking":{"type":"between_tools"},"messages":[{"role":"user","content":"x"}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"thinking":{"type":"adaptive","display":"new"},"messages":[{"role":"user","content":"x"}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"thinking":{"type":"adaptive","x":1},"messages":[{"role":"user","content":"x"}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"output_config":{"effort":"huge","format":{"type":"grammar"}},"messages":[{"role":"user","content":"x"}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"tool_choice":{"type":"new"},"messages":[{"role":"user","content":"x"}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"system","content":"y","clear_at":"never"},{"role":"system","output_config":{"effort":"low"}}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"hologram","x":1}},{"type":"text","text":"x","new":1}]}]}"#,
        r#"{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1d","scope":"s"}}]}]}"#,
    ] {
        let (request, mut notes) = decode_for(Dialect::Messages, body);
        let written = encode_request::encode(&request, &target(MODEL), &mut notes).unwrap();
        let (was, is): (Value, Value) =
            (serde_json::from_str(body).unwrap(), serde_json::from_slice(&written).unwrap());
        assert_eq!(is, was);
        assert!(notes.lost().is_empty(), "{notes:?}");
    }
}

#[test]
fn editing_thoughts_goes_where_thinking_goes() {
    let body = r#"{"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}]}"#;
    let (request, _) = decode_for(Dialect::Messages, body);
    let (written, notes) = encoded(&request);
    assert_eq!((&written["thinking"]["type"], written.get("context_management")), (&Value::from("disabled"), None));
    assert_eq!(lost(&notes), ["thinking.budget_tokens", "context_management"]);
}
