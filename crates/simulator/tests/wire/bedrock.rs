//! AWS Bedrock's Converse.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};
use thinkwatch_simulator::{Running, Simulator, SimulatorConfig};
use thinkwatch_wire::frames::{Decoder, Said};

use crate::exchange::{Answer, last, request, send, with};

const BEARER: &[(&str, &str)] = &[("authorization", "Bearer bedrock-sim-key"), ("content-type", "application/json")];
const CONVERSE: &str = "/model/anthropic.claude-sim-v1%3A0/converse";
const STREAM: &str = "/model/anthropic.claude-sim-v1%3A0/converse-stream";

async fn start() -> Running {
    Simulator::start(SimulatorConfig::default()).await.unwrap()
}

async fn post(sim: &Running, path: &str, body: &Value) -> Answer {
    send(sim, &request(path, BEARER, &body.to_string())).await
}

fn ask(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": [{"text": text}]}]})
}

fn turn(role: &str, content: Value) -> Value {
    json!({"role": role, "content": content})
}

fn tools() -> Value {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let tool = |name: &str| json!({"toolSpec": {"name": name, "inputSchema": {"json": schema}}});
    json!({"tools": [tool("weather"), tool("clock")]})
}

/// The events of a stream as pairs of name and payload, and how it ended if it failed.
fn events(answer: &Answer) -> (Vec<(String, Value)>, Option<String>) {
    let mut frames = Vec::new();
    Decoder::new(1 << 20).feed(&answer.raw, &mut frames).expect("frames with good checksums");
    let mut failed = None;
    let mut events = Vec::new();
    for frame in &frames {
        match frame.said() {
            Said::Event { name, payload } => {
                events.push((name.to_owned(), serde_json::from_slice(payload).unwrap_or_default()));
            }
            Said::Exception { name, .. } => failed = Some(name.to_owned()),
            Said::Error { code, .. } => panic!("{code}"),
        }
    }
    (events, failed)
}

#[tokio::test]
async fn bodies_that_bedrock_would_refuse_are_refused() {
    let sim = start().await;
    let hi = turn("user", json!([{"text": "hi"}]));
    let used = turn("assistant", json!([{"toolUse": {"toolUseId": "t1", "name": "weather", "input": {}}}]));
    let result = |id: &str| turn("user", json!([{"toolResult": {"toolUseId": id, "content": [{"text": "1"}]}}]));
    let messages = |list: &[&Value]| json!({"messages": list, "toolConfig": tools()});
    let user = |content: Value| messages(&[&turn("user", content)]);
    let model = |content: Value| messages(&[&hi, &turn("assistant", content), &hi]);
    let tool = |spec: Value| with(ask("hi"), &[("toolConfig", json!({"tools": [{"toolSpec": spec}]}))]);
    let image = |bytes: &str| json!([{"image": {"format": "png", "source": {"bytes": bytes}}}]);
    let point = json!({"cachePoint": {"type": "default"}});
    let schema = json!({"json": {"type": "object"}});
    let thinking = json!({"thinking": {"type": "enabled", "budget_tokens": 2000}});
    for (body, expected) in [
        (with(ask("hi"), &[("model", json!("x"))]), "extraneous key [model]"),
        (json!({}), "#/messages: required key"),
        (messages(&[]), "must start with a user message"),
        (messages(&[&turn("assistant", json!([{"text": "a"}]))]), "must start with a user message"),
        (messages(&[&hi, &hi]), "must alternate"),
        (messages(&[&turn("system", json!([{"text": "a"}]))]), "#/messages/0/role"),
        (user(json!([])), "content field in the Message object at messages.0 is empty"),
        (user(json!([{"text": " "}])), "is blank"),
        (user(json!("hi")), "#/messages/0/content: expected a list"),
        (user(json!([{"type": "text", "text": "hi"}])), "extraneous key [type]"),
        (user(json!([{"text": "hi", "image": {"format": "png", "source": {"bytes": "QQ=="}}}])), "exactly one member"),
        (user(image("@")), "Base64"),
        (user(image("")), "must not be empty"),
        (user(json!([{"image": {"format": "bmp", "source": {"bytes": "QQ=="}}}])), "format"),
        (user(json!([{"document": {"name": "a.b", "source": {"bytes": "QQ=="}}}, {"text": "x"}])), "file name"),
        (user(json!([{"document": {"name": "a", "source": {"bytes": "QQ=="}}}])), "a text block must be included"),
        (user(json!([point, {"text": "hi"}])), "cannot be the first"),
        (user(json!([{"text": "hi"}, point, point])), "follows a cachePoint"),
        (
            user(json!([{"toolUse": {"toolUseId": "a", "name": "b", "input": {}}}])),
            "not allowed in a message with the role user",
        ),
        (model(json!([{"image": {"format": "png", "source": {"bytes": "QQ=="}}}])), "with the role assistant"),
        (messages(&[&hi, &used]), "Expected toolResult blocks at messages.2.content for the following Ids: t1"),
        (messages(&[&hi, &used, &hi]), "Expected toolResult blocks at messages.2.content"),
        (messages(&[&hi, &used, &result("t2")]), "exceeds the number of toolUse"),
        (json!({"messages": [hi, used, result("t1")]}), "toolConfig field must be defined"),
        (model(json!([{"toolUse": {"toolUseId": "a b", "name": "b", "input": {}}}])), "toolUseId"),
        (model(json!([{"toolUse": {"toolUseId": "a", "name": "b.c", "input": {}}}])), "toolUse.name"),
        (model(json!([{"toolUse": {"toolUseId": "a", "name": "b", "input": "{}"}}])), "input: expected an object"),
        (
            model(json!([{"reasoningContent": {"reasoningText": {"text": "a", "signature": "forged"}}}])),
            "Invalid `signature`",
        ),
        (model(json!([{"reasoningContent": {"reasoningText": {"text": "a"}}}])), "signature: Field required"),
        (model(json!([{"reasoningContent": {"redactedContent": "QQ=="}}])), "redacted_thinking"),
        (tool(json!({"name": "a.b", "inputSchema": schema})), "toolSpec.name"),
        (tool(json!({"name": "a", "description": "", "inputSchema": schema})), "description"),
        (tool(json!({"name": "a", "inputSchema": {"json": {"type": "string"}}})), "inputSchema.json.type"),
        (with(ask("hi"), &[("toolConfig", json!({"tools": []}))]), "number of tools"),
        (
            with(ask("hi"), &[("toolConfig", with(tools(), &[("toolChoice", json!({"tool": {"name": "x"}}))]))]),
            "not among the tools",
        ),
        (
            with(ask("hi"), &[("toolConfig", with(tools(), &[("toolChoice", json!({"none": {}}))]))]),
            "extraneous key [none]",
        ),
        (with(ask("hi"), &[("system", json!("be kind"))]), "#/system"),
        (with(ask("hi"), &[("system", json!([point]))]), "cannot be the first"),
        (with(ask("hi"), &[("inferenceConfig", json!({"maxTokens": 0}))]), "inferenceConfig.maxTokens"),
        (with(ask("hi"), &[("inferenceConfig", json!({"temperature": 1.5}))]), "inferenceConfig.temperature"),
        (with(ask("hi"), &[("inferenceConfig", json!({"topK": 5}))]), "extraneous key [topK]"),
        (
            with(
                ask("hi"),
                &[("additionalModelRequestFields", thinking), ("inferenceConfig", json!({"maxTokens": 9}))],
            ),
            "must be greater than",
        ),
    ] {
        let answer = post(&sim, CONVERSE, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.head.contains("x-amzn-errortype: ValidationException:"), "{}", answer.head);
        assert!(answer.json()["message"].as_str().unwrap().contains(expected), "{expected}: {}", answer.body);
        assert_eq!(last(&sim).refused.as_deref(), answer.json()["message"].as_str());
    }
    for (path, status, kind) in [
        ("/model/nobody/converse", 400, "ValidationException"),
        ("/model/anthropic.claude-sim-v1:0/converse", 404, "UnknownOperationException"),
        ("/model/anthropic.claude-sim-v1%3A0/invoke", 404, "UnknownOperationException"),
    ] {
        let answer = post(&sim, path, &ask("hi")).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.head.contains(&format!("x-amzn-errortype: {kind}:")), "{}", answer.head);
    }
    sim.stop().await;
}

/// The headers by AWS's own signer.
fn signed(
    sim: &Running,
    body: &str,
    secret: &str,
    region: &str,
    token: Option<&str>,
    time: SystemTime,
) -> Vec<(String, String)> {
    let identity = aws_credential_types::Credentials::from_keys("AKIASIM", secret, token.map(str::to_owned)).into();
    let parameters = v4::SigningParams::builder().identity(&identity).region(region).name("bedrock").time(time);
    let parameters = parameters.settings(SigningSettings::default()).build().unwrap().into();
    let address = format!("{}{CONVERSE}", sim.url());
    let headers = [("content-type", "application/json")];
    let signable = SignableRequest::new("POST", address, headers.into_iter(), SignableBody::Bytes(body.as_bytes()));
    let (instructions, _) = http_request::sign(signable.unwrap(), &parameters).unwrap().into_parts();
    let (headers, _) = instructions.into_parts();
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect();
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    headers
}

#[tokio::test]
async fn signatures_are_made_again_and_compared() {
    let sim = start().await;
    let body = ask("hi").to_string();
    let now = SystemTime::now();
    let late = now - Duration::from_secs(600);
    let tampered = ask("ho").to_string();
    let host = sim.addr.to_string();
    let whole = |headers: &[(String, String)], body: &str| {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let text = String::from_utf8(request(CONVERSE, &headers, body)).unwrap();
        text.replacen("host: sim", &format!("host: {host}"), 1).into_bytes()
    };
    for (headers, sent, status, kind) in [
        (signed(&sim, &body, "sim-secret", "us-east-1", None, now), &body, 200, ""),
        (signed(&sim, &body, "sim-secret", "us-east-1", Some("to+ken="), now), &body, 200, ""),
        (signed(&sim, &body, "other", "us-east-1", None, now), &body, 403, "InvalidSignatureException"),
        (signed(&sim, &body, "sim-secret", "eu-west-1", None, now), &body, 403, "InvalidSignatureException"),
        (signed(&sim, &body, "sim-secret", "us-east-1", None, late), &body, 403, "InvalidSignatureException"),
        (signed(&sim, &body, "sim-secret", "us-east-1", None, now), &tampered, 403, "InvalidSignatureException"),
        (vec![("content-type".to_owned(), "application/json".to_owned())], &body, 403, "MissingAuthenticationToken"),
    ] {
        let answer = send(&sim, &whole(&headers, sent)).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.head.contains(kind), "{}", answer.head);
        assert_eq!(last(&sim).refused.is_none(), status == 200);
    }
    // A token that came beside the signature is not under it.
    let mut beside = signed(&sim, &body, "sim-secret", "us-east-1", None, now);
    beside.push(("x-amz-security-token".to_owned(), "token".to_owned()));
    assert!(send(&sim, &whole(&beside, &body)).await.body.contains("`x-amz-security-token` is not signed"));
    let other = [("authorization", "Bearer other"), ("content-type", "application/json")];
    let answer = send(&sim, &request(CONVERSE, &other, &body)).await;
    assert!(answer.status == 403 && answer.head.contains("AccessDeniedException"), "{}", answer.head);
    sim.stop().await;
}

#[tokio::test]
async fn a_stream_is_frames_that_say_what_the_answer_says() {
    let sim = start().await;
    let body = ask("[[sim: utf8 cached=3 cache-write=2 split=7]]");
    let whole = post(&sim, CONVERSE, &body).await.json();
    let answer = post(&sim, STREAM, &body).await;
    assert!(answer.head.contains("content-type: application/vnd.amazon.eventstream"), "{}", answer.head);
    let (events, failed) = events(&answer);
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names[0], failed), ("messageStart", None));
    assert_eq!(names[names.len() - 3..], ["contentBlockStop", "messageStop", "metadata"]);
    let text: String = events.iter().filter_map(|(_, said)| said["delta"]["text"].as_str()).collect();
    assert_eq!(text, whole["output"]["message"]["content"][0]["text"].as_str().unwrap());
    let (_, metadata) = events.last().unwrap();
    assert_eq!(metadata["usage"], whole["usage"]);
    let count = |name: &str| whole["usage"][name].as_u64().unwrap();
    assert_eq!((count("cacheReadInputTokens"), count("cacheWriteInputTokens")), (3, 2));
    assert_eq!(count("totalTokens"), count("inputTokens") + count("outputTokens") + 5);
    assert!(last(&sim).stream && last(&sim).complete);
    assert_eq!(last(&sim).model.as_deref(), Some("anthropic.claude-sim-v1:0"));
    sim.stop().await;
}

#[tokio::test]
async fn streams_break_as_asked_for() {
    let sim = start().await;
    let ask = |directive: &str| ask(&format!("[[sim: tokens=9 {directive}]]"));
    let cut = post(&sim, STREAM, &ask("cut-after=4")).await;
    assert_eq!((events(&cut).0.len(), last(&sim).cut), (4, true));
    let (told, failed) = events(&post(&sim, STREAM, &ask("error-event-after=3")).await);
    assert_eq!((told.len(), failed.as_deref()), (3, Some("throttlingException")));
    let (undone, _) = events(&post(&sim, STREAM, &ask("no-done")).await);
    assert_eq!(undone.last().unwrap().0, "contentBlockStop");
    let (bad, _) = events(&post(&sim, STREAM, &ask("bad-json-event")).await);
    assert_eq!(bad[2], ("contentBlockDelta".to_owned(), Value::Null));
    let (silent, _) = events(&post(&sim, STREAM, &ask("no-usage length")).await);
    let (name, said) = silent.last().unwrap();
    assert_eq!((name.as_str(), said["stopReason"].as_str()), ("messageStop", Some("max_tokens")));
    let busy = post(&sim, CONVERSE, &ask("status=429 retry-after=2")).await;
    assert!(busy.head.contains("ThrottlingException") && busy.head.contains("retry-after: 2"), "{}", busy.head);
    sim.stop().await;
}

#[tokio::test]
async fn uses_and_thoughts_come_back_as_they_were() {
    let sim = start().await;
    let first = with(ask("go [[sim: parallel-tools thinking redacted]]"), &[("toolConfig", tools())]);
    let answer = post(&sim, CONVERSE, &first).await.json();
    let said = answer["output"]["message"].clone();
    assert_eq!(answer["stopReason"], "tool_use");
    let result = |at: usize| json!({"toolResult": {"toolUseId": said["content"][at]["toolUse"]["toolUseId"], "content": [{"json": {"t": 22}}]}});
    let again = |said: &Value| {
        let point = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
        let results = turn("user", json!([result(2), result(3), point]));
        with(first.clone(), &[("messages", json!([first["messages"][0], said, results]))])
    };
    let good = post(&sim, CONVERSE, &again(&said)).await;
    assert!(good.body.contains("The tool answered: {\\\"t\\\":22}"), "{}", good.body);
    let mut changed = said.clone();
    changed["content"][0]["reasoningContent"]["reasoningText"]["text"] = json!("else");
    assert!(post(&sim, CONVERSE, &again(&changed)).await.body.contains("Invalid `signature`"));
    sim.stop().await;
}
