//! Responses that are kept.

use serde_json::json;
use thinkwatch_simulator::{Running, Simulator, SimulatorConfig};

use crate::exchange::{Answer, request, send};

const HEADERS: &[(&str, &str)] = &[("authorization", "Bearer sk-sim-openai"), ("content-type", "application/json")];

async fn post(sim: &Running, body: &serde_json::Value) -> Answer {
    send(sim, &request("/v1/responses", HEADERS, &body.to_string())).await
}

async fn ask(sim: &Running, method: &str, path: &str) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-sim-openai\r\n\r\n");
    send(sim, head.as_bytes()).await
}

#[tokio::test]
async fn a_response_can_be_gone_on_from_until_it_is_deleted() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let tools = json!([{"type": "function", "name": "get_time", "parameters": {"type": "object", "properties": {}}}]);
    let first = post(&sim, &json!({"model": "gpt-5", "input": "[[sim: tool=get_time]]", "tools": tools})).await.json();
    assert_eq!((&first["store"], &first["previous_response_id"]), (&json!(true), &json!(null)));
    let id = first["id"].as_str().unwrap();
    let result = |call: &str| json!([{"type": "function_call_output", "call_id": call, "output": "noon"}]);
    let going_on = |call: &str| json!({"model": "gpt-5", "input": result(call), "previous_response_id": id});
    let second = post(&sim, &going_on(first["output"][0]["call_id"].as_str().unwrap())).await.json();
    assert_eq!(second["output"][0]["content"][0]["text"], "The tool answered: noon");
    assert_eq!(second["previous_response_id"], id);
    // A result of a call that nobody made, and one that is still due.
    assert_eq!(post(&sim, &going_on("call_other")).await.status, 400);
    assert_eq!(post(&sim, &json!({"model": "gpt-5", "input": "hi", "previous_response_id": id})).await.status, 400);

    let second_id = second["id"].as_str().unwrap();
    let path = format!("/v1/responses/{second_id}");
    assert_eq!(ask(&sim, "GET", &path).await.json()["id"], second_id);
    let items = ask(&sim, "GET", &format!("{path}/input_items?order=asc")).await.json();
    let kinds: Vec<_> = items["data"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "function_call", "function_call_output"]);
    assert_eq!(ask(&sim, "POST", &format!("{path}/cancel")).await.status, 400);
    assert_eq!(
        ask(&sim, "DELETE", &path).await.json(),
        json!({"id": second_id, "object": "response", "deleted": true})
    );
    assert_eq!(ask(&sim, "GET", &path).await.status, 404);
}

#[tokio::test]
async fn what_is_not_kept_is_not_found() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let made = post(&sim, &json!({"model": "gpt-5", "input": "hi", "store": false})).await.json();
    for id in [made["id"].as_str().unwrap(), "resp_nobody"] {
        let refused = post(&sim, &json!({"model": "gpt-5", "input": "hi", "previous_response_id": id})).await;
        assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("previous_response_not_found")));
        assert_eq!(ask(&sim, "GET", &format!("/v1/responses/{id}")).await.status, 404);
    }
    let forgetful =
        Simulator::start(SimulatorConfig { responses_state: false, ..SimulatorConfig::default() }).await.unwrap();
    for (more, status) in [
        (json!({"store": true}), 400),
        (json!({"previous_response_id": "resp_1"}), 400),
        (json!({"store": false}), 200),
    ] {
        let mut body = json!({"model": "gpt-5", "input": "hi"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(post(&forgetful, &body).await.status, status, "{body}");
    }
}
