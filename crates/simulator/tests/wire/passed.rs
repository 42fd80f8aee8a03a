//! The endpoints that a gateway only passes on: strict about fields and forms, and what they answer.

use serde_json::{Value, json};
use thinkwatch_simulator::{Running, Simulator, SimulatorConfig};

use crate::exchange::{Answer, last, request, send};

const KEY: (&str, &str) = ("authorization", "Bearer sk-sim-openai");

async fn start() -> Running {
    Simulator::start(SimulatorConfig::default()).await.unwrap()
}

async fn post(sim: &Running, path: &str, body: &Value) -> Answer {
    send(sim, &request(path, &[KEY, ("content-type", "application/json")], &body.to_string())).await
}

/// Fields as a form; a value that begins with `@` is a file.
async fn form(sim: &Running, path: &str, fields: &[(&str, &str)]) -> Answer {
    let part = |(name, value): &(&str, &str)| match value.strip_prefix('@') {
        Some(content) => format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\nContent-Type: a/b\r\n\r\n{content}\r\n"
        ),
        None => format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"),
    };
    let body = fields.iter().map(part).collect::<String>() + "--b--\r\n";
    send(sim, &request(path, &[KEY, ("content-type", "multipart/form-data; boundary=b")], &body)).await
}

#[tokio::test]
async fn what_is_wrong_in_json_is_refused() {
    let sim = start().await;
    for (path, body) in [
        ("/v1/completions", json!({"prompt": "p"})),
        ("/v1/completions", json!({"model": "gpt-sim", "prompt": 5})),
        ("/v1/completions", json!({"model": "gpt-sim", "stream_options": {}})),
        ("/v1/moderations", json!({"input": []})),
        ("/v1/moderations", json!({"input": [{"type": "sound"}]})),
        ("/v1/images/generations", json!({"model": "gpt-image-1.5"})),
        ("/v1/images/generations", json!({"model": "gpt-image-1.5", "prompt": "p", "n": 11})),
        ("/v1/images/generations", json!({"model": "gpt-image-1.5", "prompt": "p", "response_format": "url"})),
        ("/v1/images/generations", json!({"model": "dall-e-2", "prompt": "p", "stream": true})),
        ("/v1/images/edits", json!({"model": "gpt-image-1.5", "prompt": "p"})),
        ("/v1/audio/speech", json!({"model": "tts-1", "input": "x"})),
        ("/v1/audio/speech", json!({"model": "tts-1", "input": "x", "voice": "v", "stream_format": "sse"})),
        ("/v1/audio/speech", json!({"model": "tts-1", "input": "x", "voice": "v", "response_format": "midi"})),
        ("/v1/audio/transcriptions", json!({"model": "whisper-1"})),
        ("/v1/rerank", json!({"model": "rerank-sim", "query": "q", "documents": []})),
        ("/v1/rerank", json!({"model": "rerank-sim", "query": "q", "documents": [5]})),
    ] {
        let answer = post(&sim, path, &body).await;
        assert_eq!(answer.status, 400, "{path} {body}");
        assert!(last(&sim).refused.is_some());
    }
    assert_eq!(post(&sim, "/v1/rerank", &json!({"model": "no", "query": "q", "documents": ["d"]})).await.status, 404);
    post(&sim, "/v1/moderations", &json!({"input": "x", "more": 1})).await;
    assert_eq!(last(&sim).notes, ["unknown field: more"]);
}

#[tokio::test]
async fn what_is_wrong_in_a_form_is_refused() {
    let sim = start().await;
    let file = ("file", "@sound");
    for (path, fields) in [
        ("/v1/audio/transcriptions", vec![("model", "whisper-1")]),
        ("/v1/audio/transcriptions", vec![("model", "whisper-1"), ("file", "no file")]),
        ("/v1/audio/transcriptions", vec![("model", "whisper-1"), ("model", "whisper-1"), file]),
        ("/v1/audio/transcriptions", vec![("model", "gpt-4o-transcribe"), file, ("response_format", "srt")]),
        ("/v1/audio/transcriptions", vec![("model", "gpt-4o-transcribe"), file, ("stream", "yes")]),
        ("/v1/audio/translations", vec![file]),
        ("/v1/images/edits", vec![("model", "gpt-image-1.5"), ("prompt", "p")]),
        ("/v1/images/edits", vec![("model", "gpt-image-1.5"), ("image", "@png")]),
        ("/v1/images/variations", vec![("model", "dall-e-2"), ("image", "@png"), ("n", "many")]),
    ] {
        let answer = form(&sim, path, &fields).await;
        assert_eq!(answer.status, 400, "{path} {fields:?}");
        assert!(last(&sim).refused.is_some());
    }
    form(&sim, "/v1/audio/transcriptions", &[("model", "whisper-1"), file, ("more", "1")]).await;
    assert_eq!(last(&sim).notes, ["unknown field: more"]);
    let form = [KEY, ("content-type", "multipart/form-data; boundary=b")];
    assert_eq!(send(&sim, &request("/v1/audio/speech", &form, "--b--")).await.status, 400, "only files need forms");
}

#[tokio::test]
async fn answers_have_the_shape_of_their_endpoint() {
    let sim = start().await;
    let said = post(&sim, "/v1/completions", &json!({"model": "gpt-sim", "prompt": "[[sim: tokens=2]]"})).await.json();
    assert_eq!((&said["object"], &said["choices"][0]["text"]), (&json!("text_completion"), &json!("word word1")));
    let streamed = json!({"model": "gpt-sim", "prompt": "[[sim: tokens=2]]", "stream": true, "stream_options": {"include_usage": true}});
    let events = post(&sim, "/v1/completions", &streamed).await.events();
    assert_eq!(events.last().unwrap()["usage"]["completion_tokens"], 2);
    let flagged = post(&sim, "/v1/moderations", &json!({"input": ["hi", "kill"]})).await.json();
    assert_eq!([&flagged["results"][0]["flagged"], &flagged["results"][1]["flagged"]], [false, true]);
    let images =
        post(&sim, "/v1/images/generations", &json!({"model": "gpt-image-1.5", "prompt": "p", "n": 2})).await.json();
    assert_eq!((images["data"].as_array().unwrap().len(), &images["usage"]["output_tokens"]), (2, &json!(200)));
    let sketched = json!({"model": "gpt-image-1.5", "prompt": "p", "stream": true, "partial_images": 1, "n": 2});
    let kinds = post(&sim, "/v1/images/generations", &sketched).await.events();
    assert_eq!(kinds.iter().filter(|event| event["type"] == "image_generation.completed").count(), 2);
    let spoken = json!({"model": "gpt-4o-mini-tts", "input": "x", "voice": "v", "stream_format": "sse"});
    assert_eq!(post(&sim, "/v1/audio/speech", &spoken).await.events().last().unwrap()["type"], "speech.audio.done");
    let heard =
        form(&sim, "/v1/audio/transcriptions", &[("model", "whisper-1"), ("file", "@x"), ("response_format", "vtt")])
            .await;
    assert!(heard.head.contains("content-type: text/plain") && heard.body.starts_with("WEBVTT"));
    let ranked = json!({"model": "rerank-sim", "query": "q", "documents": ["a", {"text": "bbb"}], "return_documents": true, "top_n": 1});
    let ranked = post(&sim, "/v1/rerank", &ranked).await.json();
    assert_eq!(ranked["results"], json!([{"index": 1, "document": {"text": "bbb"}, "relevance_score": 0.003}]));
}
