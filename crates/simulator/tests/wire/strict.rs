//! What it refuses, what it answers, how it misbehaves, what it writes down; as OpenAI and Anthropic.

use std::time::Duration;

use serde_json::{Value, json};
use thinkwatch_simulator::{Call, Fault, Running, Scenario, Simulator, SimulatorConfig, Step};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::exchange::{Answer, last, request, send, with};

const OPENAI: &[(&str, &str)] = &[("authorization", "Bearer sk-sim-openai"), ("content-type", "application/json")];
const ANTHROPIC: &[(&str, &str)] =
    &[("x-api-key", "sk-ant-sim"), ("anthropic-version", "2023-06-01"), ("content-type", "application/json")];

async fn post(sim: &Running, path: &str, body: &Value) -> Answer {
    let headers = if path.starts_with("/v1/messages") { ANTHROPIC } else { OPENAI };
    send(sim, &request(path, headers, &body.to_string())).await
}

async fn start() -> Running {
    let step = |calls, text: Option<&str>| Step { calls, text: text.map(str::to_owned), thinking: None };
    let edit = Call { name: "Edit".to_owned(), args: Some(json!({"path": "a"})) };
    let config = SimulatorConfig {
        behaviours: [("gpt-broken".to_owned(), "status=500".to_owned())].into(),
        scenarios: [("edit".to_owned(), Scenario(vec![step(vec![edit], None), step(vec![], Some("done"))]))].into(),
        ..SimulatorConfig::default()
    };
    Simulator::start(config).await.unwrap()
}

fn chat(text: &str) -> Value {
    json!({"model": "gpt-sim", "messages": [{"role": "user", "content": text}]})
}

fn claude(text: &str) -> Value {
    json!({"model": "claude-sim", "max_tokens": 1000, "messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn headers_that_must_not_come_are_noticed() {
    let sim = start().await;
    for (name, value) in [
        ("connection", "keep-alive"),
        ("te", "trailers"),
        ("x-forwarded-for", "1.2.3.4"),
        ("forwarded", "for=1.2.3.4"),
        ("via", "1.1 x"),
        ("cookie", "a=b"),
        ("x-thinkwatch-tag-team", "a"),
        ("x-api-key", "something"),
        ("x-custom", "Bearer tw-123"),
    ] {
        let headers = [OPENAI, &[(name, value)]].concat();
        let answer = send(&sim, &request("/v1/chat/completions", &headers, &chat("hi").to_string())).await;
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(answer.json()["error"]["message"], format!("leaked header: {name}"));
        assert_eq!(last(&sim).leaked, [name]);
    }
    assert_eq!(sim.journal.stats().leaked, 9);
    sim.stop().await;
}

#[tokio::test]
async fn only_the_providers_own_credential_is_taken() {
    let sim = start().await;
    let json = ("content-type", "application/json");
    for (path, headers, status) in [
        ("/v1/chat/completions", vec![json], 401),
        ("/v1/chat/completions", vec![json, ("authorization", "Bearer sk-other")], 401),
        ("/v1/chat/completions", vec![json, ("authorization", "Bearer tw-client")], 400),
        ("/v1/chat/completions", vec![("authorization", "Bearer sk-sim-openai"), ("content-type", "text/plain")], 400),
        ("/v1/messages", vec![json, ("x-api-key", "sk-ant-sim")], 400),
        ("/v1/messages", vec![json, ("x-api-key", "no"), ("anthropic-version", "2023-06-01")], 401),
        ("/v1/elsewhere", OPENAI.to_vec(), 404),
    ] {
        let answer = send(&sim, &request(path, &headers, &chat("hi").to_string())).await;
        assert_eq!(answer.status, status, "{path} {headers:?}");
        assert_eq!(answer.json()["type"] == "error", path == "/v1/messages", "{}", answer.body);
        assert!(last(&sim).refused.is_some());
    }
    sim.stop().await;
}

#[tokio::test]
async fn bodies_that_a_provider_would_refuse_are_refused() {
    let sim = start().await;
    let call = json!({"role": "assistant", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]});
    let user = json!({"role": "user", "content": "hi"});
    let said = |blocks: Value| json!({"role": "user", "content": blocks});
    let used = json!({"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]});
    let thought =
        json!({"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "forged"}]});
    let messages = |list: Vec<&Value>| with(claude(""), &[("messages", json!(list))]);
    let chats = |list: Vec<&Value>| with(chat(""), &[("messages", json!(list))]);
    let input = |input: Value| json!({"model": "gpt-sim", "input": input});
    for (path, body, expected) in [
        ("/v1/chat/completions", chats(vec![]), "must not be empty"),
        ("/v1/chat/completions", chats(vec![&json!({"role": "robot", "content": "x"})]), "role"),
        ("/v1/chat/completions", chats(vec![&user, &call]), "c1"),
        ("/v1/chat/completions", chats(vec![&user, &call, &user]), "must be followed by tool messages"),
        (
            "/v1/chat/completions",
            chats(vec![&user, &json!({"role": "tool", "tool_call_id": "x", "content": "y"})]),
            "preceding",
        ),
        (
            "/v1/chat/completions",
            chats(vec![&said(json!([{"type": "image_url", "image_url": {"url": "data:image/png;base64,@"}}]))]),
            "base64",
        ),
        (
            "/v1/chat/completions",
            with(chat("x"), &[("stream_options", json!({"include_usage": true}))]),
            "only allowed when 'stream'",
        ),
        (
            "/v1/chat/completions",
            with(chat("x"), &[("tools", json!([{"type": "function", "function": {"name": "a b"}}]))]),
            "does not match",
        ),
        ("/v1/chat/completions", with(chat("x"), &[("model", json!("nobody"))]), "does not exist"),
        ("/v1/messages", json!({"model": "claude-sim", "messages": [user]}), "max_tokens"),
        ("/v1/messages", messages(vec![&user, &used, &user]), "tool_use` ids were found without"),
        (
            "/v1/messages",
            messages(vec![&said(json!([{"type": "tool_result", "tool_use_id": "t9"}]))]),
            "unexpected `tool_use_id`",
        ),
        ("/v1/messages", messages(vec![&user, &thought, &user]), "Invalid `signature`"),
        ("/v1/messages", messages(vec![&said(json!([{"type": "text", "text": ""}]))]), "non-empty"),
        ("/v1/messages", with(claude("x"), &[("tools", json!([{"name": "f"}]))]), "input_schema"),
        ("/v1/responses", input(json!([])), "input"),
        (
            "/v1/responses",
            input(json!([{"type": "function_call_output", "call_id": "z", "output": ""}])),
            "No tool call found",
        ),
        (
            "/v1/responses",
            input(json!([{"type": "function_call", "call_id": "z", "name": "f", "arguments": "{}"}])),
            "No tool output",
        ),
        (
            "/v1/responses",
            input(json!([{"role": "user", "content": [{"type": "text", "text": "x"}]}])),
            "invalid value 'text'",
        ),
        (
            "/v1/responses",
            input(json!([{"type": "reasoning", "summary": [], "encrypted_content": "x"}])),
            "could not be verified",
        ),
        ("/v1/embeddings", json!({"model": "text-embedding-3-small", "input": []}), "input"),
    ] {
        let answer = post(&sim, path, &body).await;
        assert!((400..500).contains(&answer.status), "{path} {body} gave {}", answer.body);
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected), "{path} {body}: {message}");
    }
    sim.stop().await;
}

#[tokio::test]
async fn chat_tells_usage_only_when_asked() {
    let sim = start().await;
    let text = "hi [[sim: tokens=20 cached=800 cache_write=100 reasoning=50]]";
    let stream = [("stream", json!(true)), ("stream_options", json!({"include_usage": true}))];
    let plain = post(&sim, "/v1/chat/completions", &with(chat(text), &stream[..1])).await;
    assert!(!plain.body.contains("usage"), "{}", plain.body);
    let asked = post(&sim, "/v1/chat/completions", &with(chat(text), &stream)).await;
    let events = asked.events();
    let (usage, others) = events.split_last().unwrap();
    assert!(others.iter().all(|chunk| chunk.as_object().unwrap()["usage"].is_null()));
    assert_eq!(usage["choices"], json!([]));
    let usage = &usage["usage"];
    assert_eq!(usage["completion_tokens"], 70);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 800);
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 50);
    let whole = post(&sim, "/v1/chat/completions", &chat(text)).await.json();
    assert_eq!(&whole["usage"], usage);
    assert_eq!(whole["usage"]["total_tokens"].as_u64(), Some(usage["prompt_tokens"].as_u64().unwrap() + 70));
    sim.stop().await;
}

#[tokio::test]
async fn messages_and_responses_count_the_same_in_their_own_words() {
    let sim = start().await;
    let text = "hi [[sim: tokens=20 cached=800 cache_write=100]]";
    let whole = post(&sim, "/v1/messages", &claude(text)).await.json();
    let usage = &whole["usage"];
    assert_eq!((&usage["cache_read_input_tokens"], &usage["cache_creation_input_tokens"]), (&json!(800), &json!(100)));
    assert_eq!(usage["output_tokens"], 20);
    let streamed = post(&sim, "/v1/messages", &with(claude(text), &[("stream", json!(true))])).await.events();
    let told = streamed.iter().find(|event| event["type"] == "message_delta").unwrap();
    assert_eq!(told["usage"]["output_tokens"], 20);
    assert_eq!(streamed[0]["message"]["usage"]["input_tokens"], usage["input_tokens"]);
    let body = json!({"model": "gpt-5", "stream": true, "input": text});
    let streamed = post(&sim, "/v1/responses", &body).await.events();
    let usage = &streamed.last().unwrap()["response"]["usage"];
    assert_eq!(usage["input_tokens_details"]["cached_tokens"], 800);
    assert_eq!(usage["total_tokens"].as_u64().unwrap(), usage["input_tokens"].as_u64().unwrap() + 20);
    sim.stop().await;
}

#[tokio::test]
async fn errors_come_as_asked_for_and_by_model_and_fault() {
    let sim = start().await;
    let answer = post(&sim, "/v1/chat/completions", &chat("[[sim: status=429 retry-after=1]]")).await;
    assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (429, Some("rate_limit_exceeded")));
    assert!(answer.head.contains("retry-after: 1"), "{}", answer.head);
    let answer = post(&sim, "/v1/messages", &claude("[[sim: status=529]]")).await;
    assert_eq!((answer.status, answer.json()["error"]["type"].as_str()), (529, Some("overloaded_error")));
    let broken = with(chat("hi"), &[("model", json!("gpt-broken"))]);
    assert_eq!(post(&sim, "/v1/chat/completions", &broken).await.status, 500);
    sim.faults.inject(Fault { kind: "status=503".to_owned(), count: 1, model: None });
    assert_eq!(post(&sim, "/v1/chat/completions", &chat("hi")).await.status, 503);
    assert_eq!(post(&sim, "/v1/chat/completions", &chat("hi")).await.status, 200);
    assert!(last(&sim).refused.is_none());
    sim.stop().await;
}

#[tokio::test]
async fn streams_break_as_asked_for() {
    let sim = start().await;
    let ask = |directive: &str| with(chat(&format!("[[sim: tokens=20 {directive}]]")), &[("stream", json!(true))]);
    let path = "/v1/chat/completions";
    let cut = post(&sim, path, &ask("cut-after=10")).await;
    assert_eq!((cut.events().len(), cut.body.contains("[DONE]")), (10, false));
    assert!(last(&sim).cut && !last(&sim).complete);
    let failed = post(&sim, path, &ask("error-event-after=5")).await;
    assert_eq!((failed.events().len(), failed.events()[5]["error"]["type"].as_str()), (6, Some("server_error")));
    let undone = post(&sim, path, &ask("no-done")).await;
    assert!(!undone.body.contains("[DONE]") && undone.events().len() == 22);
    let bad = post(&sim, path, &ask("bad-json-event")).await;
    assert!(bad.body.contains("data: {\"broken\": \n") && bad.events().len() == 22);
    let crlf = post(&sim, path, &ask("crlf")).await;
    assert!(crlf.body.ends_with("data: [DONE]\r\n\r\n"));
    let split = post(&sim, path, &with(chat("[[sim: utf8 split=3]]"), &[("stream", json!(true))])).await;
    assert!(last(&sim).complete && split.body.contains("世界"), "{}", split.body);
    sim.stop().await;
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed() {
    let sim = start().await;
    for directive in ["silent", "tokens=9 stall-after=3", "tokens=1000 delay_ms=5"] {
        let body = with(chat(&format!("[[sim: {directive}]]")), &[("stream", json!(true))]).to_string();
        let mut stream = TcpStream::connect(sim.addr).await.unwrap();
        stream.write_all(&request("/v1/chat/completions", OPENAI, &body)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(sim.journal.stats().open, 1, "{directive}");
        drop(stream);
        let seen = async {
            while sim.journal.stats().open > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(2), seen).await.expect(directive);
        assert!(last(&sim).disconnected_us.is_some() && !last(&sim).complete, "{directive}");
    }
    sim.stop().await;
}

#[tokio::test]
async fn a_script_is_played_turn_by_turn() {
    let sim = start().await;
    let tool = json!({"name": "Edit", "input_schema": {"type": "object"}});
    let first = with(claude("go [[sim: script=edit]]"), &[("tools", json!([tool]))]);
    let answer = post(&sim, "/v1/messages", &first).await.json();
    assert_eq!(answer["stop_reason"], "tool_use");
    assert_eq!(answer["content"][0]["input"], json!({"path": "a"}));
    let mut messages = first["messages"].as_array().unwrap().clone();
    messages.push(json!({"role": "assistant", "content": answer["content"]}));
    let result = json!({"type": "tool_result", "tool_use_id": answer["content"][0]["id"], "content": "ok"});
    let reminder = json!({"type": "text", "text": "<system-reminder>be nice</system-reminder>"});
    messages.push(json!({"role": "user", "content": [result, reminder]}));
    let second = post(&sim, "/v1/messages", &with(first, &[("messages", json!(messages))])).await.json();
    assert_eq!(second["content"][0]["text"], "done");
    sim.stop().await;
}

#[tokio::test]
async fn the_journal_keeps_every_byte() {
    let sim = start().await;
    let body = r#"{ "model":"gpt-sim",  "messages":[{"role":"user","content":"hi"}], "zzz":1 }"#;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [OPENAI, &[("traceparent", trace)]].concat();
    let answer = send(&sim, &request("/v1/chat/completions", &headers, body)).await;
    let entry = last(&sim);
    assert_eq!(&entry.body[..], body.as_bytes());
    assert_eq!(entry.answer, answer.body.as_bytes());
    assert_eq!(entry.traceparent.as_deref(), Some(trace));
    assert!(entry.complete && entry.disconnected_us.is_none());
    assert_eq!(entry.notes, ["unknown field: zzz"]);
    let seen = send(&sim, b"GET /_sim/journal?since=0 HTTP/1.1\r\nhost: sim\r\n\r\n").await.json();
    assert_eq!(seen.as_array().unwrap().len(), 1);
    send(&sim, b"DELETE /_sim/journal HTTP/1.1\r\nhost: sim\r\n\r\n").await;
    assert!(sim.journal.since(0).is_empty());
    sim.stop().await;
}
