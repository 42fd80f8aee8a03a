//! Where Messages refuses thinking, it is switched off and that is said.

use serde_json::json;

use super::foreign::{call, chat, function, result, say};
use super::*;
use crate::canonical::{Block, Maker, Reasoning, Role, Signature, Thinking, ToolChoice};

fn thinking(budget: u64) -> Option<Reasoning> {
    Some(Reasoning { enabled: Some(true), budget_tokens: Some(budget), ..Reasoning::default() })
}

#[test]
fn a_forced_tool_switches_thinking_off() {
    let mut request = chat(vec![say(Role::User, "a")]);
    request.tools = vec![function("f")];
    request.reasoning = thinking(2000);
    for (choice, kind, losses) in [
        (ToolChoice::Any, "disabled", 1),
        (ToolChoice::Tool("f".to_owned()), "disabled", 1),
        (ToolChoice::Auto, "enabled", 0),
        (ToolChoice::None, "enabled", 0),
    ] {
        request.tool_choice = Some(choice);
        let (body, notes) = encoded(&request);
        assert_eq!((&body["thinking"]["type"], notes.lost().len()), (&json!(kind), losses));
    }
}

#[test]
fn a_turn_of_calls_without_its_thought_switches_a_budget_off() {
    let proof = Some(Signature::new(Maker::Anthropic, "E"));
    let signed = Block::Thinking(Thinking { text: String::new(), signature: proof, redacted: false });
    let foreign = Block::Thinking(Thinking {
        text: String::new(),
        signature: Some(Signature::new(Maker::OpenAi, "o")),
        redacted: false,
    });
    for source in [Dialect::Chat, Dialect::Messages] {
        for (thought, kind) in [(signed.clone(), "enabled"), (foreign.clone(), "disabled")] {
            let mut request = chat(vec![
                say(Role::User, "a"),
                (Role::Assistant, vec![thought, call("1", "{}")]),
                (Role::User, vec![result("1", "x")]),
            ]);
            request.source = source;
            request.tools = vec![function("f")];
            request.reasoning = thinking(2000);
            assert_eq!(encoded(&request).0["thinking"]["type"], kind);
            // Models that decide by themselves want no thought back.
            request.reasoning = Some(Reasoning { enabled: Some(true), adaptive: true, ..Reasoning::default() });
            assert_eq!(encoded_for(&request, "claude-opus-5").0["thinking"]["type"], "adaptive");
        }
    }
    let mut prefilled = chat(vec![say(Role::User, "a"), say(Role::Assistant, "b")]);
    prefilled.reasoning = thinking(2000);
    assert_eq!(encoded(&prefilled).0["thinking"]["type"], "disabled");
    prefilled.messages.push(crate::canonical::Message::new(Role::User, vec![Block::text("c")]));
    assert_eq!(encoded(&prefilled).0["thinking"]["type"], "enabled");
}

#[test]
fn sampling_gives_way_to_thinking() {
    let mut request = chat(vec![say(Role::User, "a")]);
    request.reasoning = thinking(2000);
    request.temperature = Some("0.2".to_owned());
    request.top_p = Some("0.5".to_owned());
    request.top_k = Some(3);
    let (body, notes) = encoded(&request);
    assert_eq!(notes.lost().len(), 3, "{notes:?}");
    assert!(["temperature", "top_p", "top_k"].iter().all(|key| body.get(*key).is_none()));
    (request.temperature, request.top_p, request.top_k) = (Some("1.0".to_owned()), None, None);
    let (body, notes) = encoded(&request);
    assert_eq!((body.get("temperature"), notes.lost().len()), (None, 0));
}
