//! Google's Gemini API.

use serde_json::{Value, json};
use thinkwatch_simulator::{Running, Simulator, SimulatorConfig};

use crate::exchange::{Answer, last, request, send, with};

const GOOGLE: &[(&str, &str)] = &[("x-goog-api-key", "AIza-sim-google"), ("content-type", "application/json")];
const GENERATE: &str = "/v1beta/models/gemini-sim:generateContent";
const STREAM: &str = "/v1beta/models/gemini-sim:streamGenerateContent";

async fn start() -> Running {
    Simulator::start(SimulatorConfig::default()).await.unwrap()
}

async fn post(sim: &Running, path: &str, body: &Value) -> Answer {
    send(sim, &request(path, GOOGLE, &body.to_string())).await
}

fn ask(text: &str) -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": text}]}]})
}

fn turn(role: &str, parts: Value) -> Value {
    json!({"role": role, "parts": parts})
}

fn tools() -> Value {
    let schema = json!({"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]});
    json!([{"functionDeclarations": [{"name": "weather", "parameters": schema}, {"name": "clock"}]}])
}

#[tokio::test]
async fn bodies_that_google_would_refuse_are_refused() {
    let sim = start().await;
    let hi = turn("user", json!([{"text": "hi"}]));
    let call = turn(
        "model",
        json!([{"functionCall": {"name": "f", "args": {}}, "thoughtSignature":
        "skip_thought_signature_validator"}]),
    );
    let result = |name: &str, id: Option<&str>| {
        let mut response = json!({"name": name, "response": {"output": "1"}});
        if let Some(id) = id {
            response["id"] = json!(id);
        }
        turn("user", json!([{"functionResponse": response}]))
    };
    let contents = |list: &[&Value]| json!({"contents": list});
    let config = |config: Value| with(ask("hi"), &[("generationConfig", config)]);
    let tool = |function: Value| with(ask("hi"), &[("tools", json!([{"functionDeclarations": [function]}]))]);
    let parts = |parts: Value| contents(&[&turn("user", parts)]);
    let mode =
        |mode: Value| with(ask("hi"), &[("tools", tools()), ("toolConfig", json!({"functionCallingConfig": mode}))]);
    let json_schema = json!({"type": "object", "additionalProperties": false});
    for (body, expected) in [
        (with(ask("hi"), &[("model", json!("models/other"))]), "does not match"),
        (with(ask("hi"), &[("messages", json!([]))]), "Unknown name \"messages\": Cannot find field."),
        (parts(json!([{"type": "text", "text": "hi"}])), "Unknown name \"type\" at 'contents[0].parts[0]'"),
        (parts(json!([{"text": 1}])), "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 1"),
        (parts(json!([{}])), "must have one initialized field"),
        (parts(json!([{"text": "a", "inlineData": {"mimeType": "image/png", "data": "QQ=="}}])), "already set"),
        (parts(json!([{"inlineData": {"mimeType": "image/png", "data": "@"}}])), "Base64 decoding failed"),
        (parts(json!([{"inlineData": {"mimeType": "octets", "data": "QQ=="}}])), "Unsupported MIME type"),
        (parts(json!([{"text": "a", "thoughtSignature": "QUJD"}])), "not allowed for role user"),
        (contents(&[]), "contents is not specified"),
        (contents(&[&turn("assistant", json!([{"text": "a"}]))]), "valid role: user, model"),
        (contents(&[&turn("user", json!([]))]), "must not be empty"),
        (contents(&[&hi, &call]), "number of function response parts"),
        (contents(&[&hi, &call, &hi]), "number of function response parts"),
        (contents(&[&hi, &call, &result("g", None)]), "number of function response parts"),
        (contents(&[&hi, &call, &result("f", Some("x"))]), "matches no function call"),
        (contents(&[&hi, &result("f", None)]), "function response turn comes immediately after"),
        (
            contents(&[&hi, &turn("model", json!([{"text": "a"}])), &call, &result("f", None)]),
            "call turn comes immediately",
        ),
        (contents(&[&call, &result("f", None)]), "call turn comes immediately"),
        (tool(json!({"name": "1f"})), "Invalid function name"),
        (tool(json!({"name": "f", "parameters": json_schema})), "Unknown name \"additionalProperties\""),
        (tool(json!({"name": "f", "parameters": {"$schema": "x", "type": "object"}})), "Unknown name \"$schema\""),
        (tool(json!({"name": "f", "parameters": {"type": ["object", "null"]}})), "TYPE_ENUM"),
        (tool(json!({"name": "f", "parameters": {"type": "object", "required": ["a"]}})), "`a` is not defined"),
        (
            tool(json!({"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "array"}}}})),
            "items: missing",
        ),
        (
            tool(json!({"name": "f", "parameters": {"type": "object"}, "parametersJsonSchema": json_schema})),
            "only one of",
        ),
        (tool(json!({"name": "f", "strict": true})), "Unknown name \"strict\""),
        (mode(json!({"mode": "any"})), "TYPE_ENUM"),
        (mode(json!({"mode": "AUTO", "allowedFunctionNames": ["weather"]})), "mode is ANY"),
        (mode(json!({"mode": "ANY", "allowedFunctionNames": ["nope"]})), "not declared"),
        (
            with(ask("hi"), &[("toolConfig", json!({"functionCallingConfig": {"mode": "ANY"}}))]),
            "without function_declarations",
        ),
        (config(json!({"responseSchema": {"type": "OBJECT"}})), "'text/plain' is unsupported"),
        (config(json!({"maxTokens": 1})), "Unknown name \"maxTokens\" at 'generationConfig'"),
        (config(json!({"temperature": 2.5})), "out of range"),
        (config(json!({"stopSequences": ["1", "2", "3", "4", "5", "6"]})), "at most 5"),
        (config(json!({"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}})), "only set only one"),
        (with(ask("hi"), &[("safetySettings", json!([{"category": "X", "threshold": "OFF"}]))]), "TYPE_ENUM"),
    ] {
        let answer = post(&sim, GENERATE, &body).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status, &error["code"], &error["status"]),
            (400, &json!(400), &json!("INVALID_ARGUMENT")),
            "{body}"
        );
        assert!(error["message"].as_str().unwrap().contains(expected), "{expected}: {error}");
        assert_eq!(last(&sim).refused.as_deref(), error["message"].as_str());
    }
    let old = "/v1beta/models/gemini-2.5-pro:generateContent";
    let level = config(json!({"thinkingConfig": {"thinkingLevel": "LOW"}}));
    let both = with(config(json!({"responseMimeType": "application/json"})), &[("tools", tools())]);
    for (body, expected) in [
        (level, "not supported for this model"),
        (both, "is unsupported"),
        (config(json!({"thinkingConfig": {"thinkingBudget": 0}})), "only works in thinking mode"),
    ] {
        assert_eq!(post(&sim, GENERATE, &body).await.status, 200, "{expected}");
        assert!(post(&sim, old, &body).await.body.contains(expected), "{expected}");
    }
    sim.stop().await;
}

#[tokio::test]
async fn only_googles_key_is_taken() {
    let sim = start().await;
    let json = ("content-type", "application/json");
    let body = ask("hi").to_string();
    for (query, headers, status, said) in [
        ("", GOOGLE.to_vec(), 200, "candidates"),
        ("?key=AIza-sim-google", vec![json], 200, "candidates"),
        ("", vec![json], 403, "PERMISSION_DENIED"),
        ("", vec![json, ("x-goog-api-key", "other")], 400, "API_KEY_INVALID"),
        ("?key=other", vec![json], 400, "API_KEY_INVALID"),
        ("", [GOOGLE, &[("authorization", "Bearer x")]].concat(), 400, "leaked header: authorization"),
        ("", [GOOGLE, &[("x-api-key", "x")]].concat(), 400, "leaked header: x-api-key"),
        ("", vec![json, ("x-goog-api-key", "tw-1")], 400, "leaked header: x-goog-api-key"),
        ("?alt=proto", GOOGLE.to_vec(), 400, "INVALID_ARGUMENT"),
    ] {
        let answer = send(&sim, &request(&format!("{GENERATE}{query}"), &headers, &body)).await;
        assert_eq!(answer.status, status, "{query} {headers:?}");
        assert!(answer.body.contains(said), "{}", answer.body);
    }
    let answer = post(&sim, "/v1beta/models/nobody:generateContent", &ask("hi")).await;
    assert_eq!((answer.status, answer.json()["error"]["status"].as_str()), (404, Some("NOT_FOUND")));
    sim.stop().await;
}

#[tokio::test]
async fn a_stream_is_events_or_a_list() {
    let sim = start().await;
    let body = ask("[[sim: tokens=5 cached=3 reasoning=4]]");
    let whole = post(&sim, GENERATE, &body).await.json();
    let sse = post(&sim, &format!("{STREAM}?alt=sse"), &body).await;
    assert!(sse.head.contains("content-type: text/event-stream"), "{}", sse.head);
    assert!(sse.body.split("\r\n\r\n").all(|event| event.is_empty() || event.starts_with("data: {")), "{}", sse.body);
    let list = post(&sim, STREAM, &body).await;
    assert!(list.head.contains("content-type: application/json"), "{}", list.head);
    let text = |chunk: &Value| chunk["candidates"][0]["content"]["parts"][0]["text"].as_str().unwrap().to_owned();
    for chunks in [sse.events(), list.json().as_array().unwrap().clone()] {
        assert_eq!(chunks.len(), 6);
        assert_eq!(chunks.iter().map(text).collect::<String>(), text(&whole));
        let end = chunks.last().unwrap();
        assert_eq!(
            (&end["candidates"][0]["finishReason"], &end["usageMetadata"]),
            (&json!("STOP"), &whole["usageMetadata"])
        );
        assert!(chunks[..5].iter().all(|chunk| chunk["candidates"][0].get("finishReason").is_none()));
    }
    let usage = &whole["usageMetadata"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!(
        (count("cachedContentTokenCount"), count("thoughtsTokenCount"), count("candidatesTokenCount")),
        (3, 4, 5)
    );
    assert_eq!(count("totalTokenCount"), count("promptTokenCount") + 9);
    assert!(last(&sim).stream && last(&sim).complete);
    sim.stop().await;
}

#[tokio::test]
async fn streams_break_as_asked_for() {
    let sim = start().await;
    let sse = format!("{STREAM}?alt=sse");
    let ask = |directive: &str| ask(&format!("[[sim: tokens=9 {directive}]]"));
    let cut = post(&sim, &sse, &ask("cut-after=4")).await;
    assert_eq!((cut.events().len(), last(&sim).cut), (4, true));
    let failed = post(&sim, &sse, &ask("error-event-after=2")).await;
    assert_eq!((failed.events().len(), failed.events()[2]["error"]["status"].as_str()), (3, Some("UNAVAILABLE")));
    let failed = post(&sim, STREAM, &ask("error-event-after=2")).await;
    assert_eq!(failed.json()[2]["error"]["code"], 503);
    let undone = post(&sim, &sse, &ask("no-done")).await;
    assert!(!undone.body.contains("finishReason") && undone.events().len() == 9);
    assert!(!post(&sim, STREAM, &ask("no-done")).await.body.ends_with(']'));
    assert!(post(&sim, &sse, &ask("bad-json-event")).await.body.contains("data: {\"broken\": \r\n"));
    assert!(!post(&sim, &sse, &ask("no-usage")).await.body.contains("usageMetadata"));
    assert!(post(&sim, &sse, &ask("length")).await.body.contains("MAX_TOKENS"));
    let split = post(&sim, STREAM, &self::ask("[[sim: utf8 split=3]]")).await;
    assert!(split.json().to_string().contains("世界"));
    let busy = post(&sim, GENERATE, &ask("status=429 retry-after=2")).await;
    assert_eq!((busy.status, busy.json()["error"]["details"][0]["retryDelay"].as_str()), (429, Some("2s")));
    assert!(!busy.head.contains("retry-after"), "{}", busy.head);
    sim.stop().await;
}

#[tokio::test]
async fn signatures_come_back_where_they_were_issued() {
    let sim = start().await;
    let first = with(ask("go [[sim: parallel-tools thinking]]"), &[("tools", tools())]);
    let shown = with(first.clone(), &[("generationConfig", json!({"thinkingConfig": {"includeThoughts": true}}))]);
    let parts = post(&sim, GENERATE, &shown).await.json()["candidates"][0]["content"]["parts"].clone();
    assert_eq!(parts[0]["thought"], true);
    let answer = post(&sim, GENERATE, &first).await.json();
    let said = answer["candidates"][0]["content"].clone();
    assert_eq!(answer["candidates"][0]["finishReason"], "STOP");
    assert!(said["parts"][0]["thoughtSignature"].is_string() && said["parts"][1].get("thoughtSignature").is_none());
    let response = |at: usize| {
        let call = &said["parts"][at]["functionCall"];
        json!({"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": "22"}}})
    };
    let again = |said: &Value| {
        let contents = json!([first["contents"][0], said, turn("user", json!([response(1), response(0)]))]);
        with(first.clone(), &[("contents", contents)])
    };
    let good = post(&sim, GENERATE, &again(&said)).await;
    assert!(good.body.contains("The tool answered: 22"), "{}", good.body);
    // As google-genai writes it.
    let mut other = said.clone();
    let safe = said["parts"][0]["thoughtSignature"].as_str().unwrap().replace('+', "-").replace('/', "_");
    other["parts"][0] = json!({"function_call": said["parts"][0]["functionCall"], "thought_signature": safe});
    assert_eq!(post(&sim, GENERATE, &again(&other)).await.status, 200);
    // As clients do that write down their tools' defaults.
    let mut added = said.clone();
    added["parts"][0]["functionCall"]["args"]["exact"] = json!(false);
    assert_eq!(post(&sim, GENERATE, &again(&added)).await.status, 200);
    let mut changed = said.clone();
    changed["parts"][0]["functionCall"]["args"]["city"] = json!("Rome");
    let mut moved = said.clone();
    moved["parts"][1]["thoughtSignature"] = moved["parts"][0]["thoughtSignature"].take();
    let mut lost = said.clone();
    lost["parts"][0].as_object_mut().unwrap().remove("thoughtSignature");
    for (said, expected) in [
        (changed, "not valid"),
        (moved, "contents[1].parts[1]: Thought signature is not valid"),
        (lost.clone(), "missing a thought_signature"),
    ] {
        let answer = post(&sim, GENERATE, &again(&said)).await;
        assert!(answer.status == 400 && answer.body.contains(expected), "{expected}: {}", answer.body);
    }
    // Nobody asks for those before the user's last words, nor do models before Gemini 3.
    let mut later = again(&lost);
    let contents = later["contents"].as_array_mut().unwrap();
    contents.extend([turn("model", json!([{"text": "done"}])), turn("user", json!([{"text": "thanks"}]))]);
    assert_eq!(post(&sim, GENERATE, &later).await.status, 200);
    assert_eq!(post(&sim, "/v1beta/models/gemini-2.5-flash:generateContent", &again(&lost)).await.status, 200);
    sim.stop().await;
}

#[tokio::test]
async fn tokens_are_counted_and_vectors_made() {
    let sim = start().await;
    let count = "/v1beta/models/gemini-sim:countTokens";
    let bare = post(&sim, count, &ask("hello")).await.json()["totalTokens"].as_u64().unwrap();
    let inner = with(ask("hello"), &[("model", json!("models/gemini-sim")), ("tools", tools())]);
    let more = post(&sim, count, &json!({"generateContentRequest": inner})).await.json();
    assert!(bare > 0 && more["totalTokens"].as_u64().unwrap() > bare, "{more}");
    assert_eq!(post(&sim, count, &with(ask("x"), &[("generateContentRequest", ask("x"))])).await.status, 400);
    let one = json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "a"}]}});
    let path = |verb: &str| format!("/v1beta/models/gemini-embedding-001:{verb}");
    let single = post(&sim, &path("embedContent"), &one).await.json();
    let wide = with(one.clone(), &[("outputDimensionality", json!(4))]);
    let many = post(&sim, &path("batchEmbedContents"), &json!({"requests": [one, wide]})).await.json();
    assert_eq!(many["embeddings"][0], single["embedding"]);
    assert_eq!(many["embeddings"][1]["values"].as_array().unwrap().len(), 4);
    let unnamed = json!({"requests": [{"content": {"parts": [{"text": "a"}]}}]});
    assert_eq!(post(&sim, &path("batchEmbedContents"), &unnamed).await.status, 400);
    let listed =
        send(&sim, b"GET /v1beta/models HTTP/1.1\r\nhost: sim\r\nx-goog-api-key: AIza-sim-google\r\n\r\n").await;
    assert!(listed.body.contains("models/gemini-sim") && !listed.body.contains("gpt-sim"));
    sim.stop().await;
}
