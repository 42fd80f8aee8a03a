//! A call that goes on from what the gateway keeps is, to the provider, the call of a client that sends everything itself.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect;

use super::TARGET;
use crate::convert::{Asked, Converted, Keeping, Unconvertible, request, request_kept};
use crate::kept;

const TARGETS: [Dialect; 5] =
    [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

fn asked(body: &[u8]) -> Asked<'_> {
    Asked { dialect: Dialect::Responses, body, model: "m", stream: false }
}

/// A conversation of three turns: what each call says, and what it is answered.
fn turns() -> Vec<(Value, Value)> {
    let message = |text: &str| {
        json!({"type": "message", "id": "msg_tw_r_0", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]})
    };
    let call = |id: &str| {
        json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "status": "completed",
        "name": "get_time", "arguments": "{\"city\":\"Paris\"}"})
    };
    let result = |id: &str, text: &str| json!({"type": "function_call_output", "call_id": id, "output": text});
    vec![
        (json!("What time is it?"), json!([message("I look."), call("c1"), call("c2")])),
        (json!([result("c1", "noon"), result("c2", "one")]), json!([message("Noon.")])),
        (json!([{"role": "user", "content": [{"type": "input_text", "text": "Thanks."}]}]), json!([])),
    ]
}

fn body(input: &Value, previous: Option<&str>) -> Vec<u8> {
    let tools = json!([{"type": "function", "name": "get_time", "parameters": {"type": "object"}}]);
    let mut body =
        json!({"model": "m", "instructions": "Be brief.", "input": input, "tools": tools, "max_output_tokens": 100});
    if let Some(previous) = previous {
        body["previous_response_id"] = previous.into();
        body["store"] = true.into();
    }
    body.to_string().into_bytes()
}

#[test]
fn every_provider_gets_what_a_client_would_send_that_keeps_everything() {
    let mut all: Vec<Value> = Vec::new();
    let mut history: Option<String> = None;
    for (turn, (input, output)) in turns().into_iter().enumerate() {
        match &input {
            Value::Array(items) => all.extend(items.iter().cloned()),
            said => all.push(json!({"role": "user", "content": said})),
        }
        let previous = history.as_ref().map(|_| "resp_1");
        let going_on = body(&input, previous);
        for to in TARGETS {
            let keeping = Keeping { history: history.as_deref(), keeps: true };
            let kept = request_kept(asked(&going_on), keeping, to, &TARGET, true).expect("nothing is lost");
            let whole = body(&json!(all), None);
            let whole = request_kept(asked(&whole), Keeping { history: None, keeps: true }, to, &TARGET, true)
                .expect("nothing is lost");
            assert_eq!(text(&kept), text(&whole), "turn {turn} to {to:?}");
            // What the answer will say of the call.
            assert_eq!(kept.request.previous_response_id.as_deref(), previous);
            assert_eq!(kept.request.store, Some(true));
        }
        let items = kept::conversation(history.as_deref(), &going_on);
        history = Some(kept::history(&items, &json!({"output": output}).to_string()));
        all.extend(output.as_array().into_iter().flatten().cloned());
    }
}

fn text(converted: &Converted) -> &str {
    std::str::from_utf8(&converted.body).expect("JSON")
}

#[test]
fn what_the_gateway_does_not_keep_is_lost_or_refused() {
    let plain = body(&json!("Hi."), None);
    let mut stored: Value = serde_json::from_slice(&plain).expect("JSON");
    stored["store"] = true.into();
    let stored = stored.to_string();
    let lost = |to| {
        request(asked(stored.as_bytes()), to, &TARGET, false)
            .map(|converted| (converted.lost.len(), converted.request.store))
    };
    assert_eq!(lost(Dialect::Messages), Ok((1, Some(false))));
    assert_eq!(lost(Dialect::Responses), Ok((0, Some(true))));
    let going_on = body(&json!("Hi."), Some("resp_1"));
    for to in [Dialect::Chat, Dialect::Messages, Dialect::Gemini, Dialect::Converse] {
        let refused = request(asked(&going_on), to, &TARGET, false);
        assert!(
            matches!(refused, Err(Unconvertible::Refused(error)) if error.param.as_deref() == Some("previous_response_id")),
            "{to:?}"
        );
    }
}

#[test]
fn a_fault_names_the_field_of_the_call_and_not_of_what_was_kept() {
    let history = json!([{"role": "user", "content": "One."}, {"role": "assistant", "content": "Two."}]).to_string();
    for (history, input, field) in [
        (history.as_str(), json!([{"type": "message", "role": "nobody", "content": "x"}]), "input[0].role"),
        (
            history.as_str(),
            json!([{"role": "user", "content": "x"}, {"type": "function_call_output", "output": "x"}]),
            "input[1].call_id",
        ),
        ("[{\"type\":7}]", json!("x"), "previous_response_id"),
        ("nonsense", json!("x"), "previous_response_id"),
    ] {
        let body = body(&input, Some("resp_1"));
        let keeping = Keeping { history: Some(history), keeps: false };
        match request_kept(asked(&body), keeping, Dialect::Messages, &TARGET, false) {
            Err(Unconvertible::Malformed(error)) => assert_eq!(error.param.as_deref(), Some(field), "{error:?}"),
            other => panic!("{field}: {other:?}"),
        }
    }
}
