//! Endpoints that are only passed on: what is read of their JSON, their answers and their streams.

use bytes::Bytes;
use serde_json::{Value, json};
use thinkwatch_policy::dialect::Dialect::{self, Audio, Completions, Images};
use thinkwatch_policy::dialect::Endpoint::{
    self, ImageEdits, ImageGenerations, Moderations, Rerank, Speech, Transcriptions,
};
use thinkwatch_policy::usage::Usage;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::request::{BadRequest, Peek, peek};
use thinkwatch_wire::splice::patch;
use thinkwatch_wire::stream::{End, Failure, Relay};
use thinkwatch_wire::usage::{of_answer, of_tail};

fn read(endpoint: Endpoint, body: &Value) -> Result<Peek, BadRequest> {
    peek(endpoint, body.to_string().as_bytes(), 8)
}

#[test]
fn bodies_are_read() {
    let ask = json!({"model": "m", "prompt": "p", "stream": true, "max_tokens": 9, "stream_options": {"include_usage": true}});
    let seen = read(Endpoint::Completions, &ask).unwrap();
    assert_eq!((seen.stream, seen.max_tokens, seen.include_usage), (true, Some(9), true));
    read(Endpoint::Completions, &json!({"model": "m"})).expect("a prompt may be missing");

    let images = |n: Value| read(ImageGenerations, &json!({"model": "m", "prompt": "p", "n": n})).unwrap().images;
    assert_eq!([json!(1), json!(4), json!(null), json!("x"), json!(99)].map(images), [1, 4, 1, 1, 10]);
    let streamed = |endpoint, more: Value| {
        let mut body =
            json!({"model": "m", "prompt": "p", "input": "hi", "query": "q", "documents": ["d"], "stream": true});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(endpoint, &body).unwrap().stream
    };
    assert!(streamed(ImageGenerations, json!({})) && streamed(ImageEdits, json!({})));
    assert!(!streamed(Moderations, json!({})) && !streamed(Rerank, json!({})));
    assert!(!streamed(Speech, json!({})), "speech says it in another word");
    assert!(!streamed(Speech, json!({"stream_format": "audio"})));
    assert!(streamed(Speech, json!({"stream_format": "sse"})));
}

#[test]
fn what_they_cannot_do_without_is_named() {
    let long = "x".repeat(257);
    for (endpoint, body, param) in [
        (Endpoint::Completions, json!({"prompt": "p"}), "model"),
        (Endpoint::Completions, json!({"model": "m", "max_tokens": 0}), "max_tokens"),
        (ImageGenerations, json!({"prompt": "p"}), "model"),
        (ImageGenerations, json!({"prompt": "p", "model": null}), "model"),
        (ImageEdits, json!({"prompt": "p", "model": 5}), "model"),
        (Moderations, json!({"model": "m"}), "input"),
        (Moderations, json!({"input": []}), "input"),
        (Moderations, json!({"input": "x", "model": ""}), "model"),
        (Moderations, json!({"input": "x", "model": long}), "model"),
        (Speech, json!({"model": "m"}), "input"),
        (Speech, json!({"model": "m", "input": ""}), "input"),
        (Speech, json!({"model": "m", "input": ["x"]}), "input"),
        (Transcriptions, json!({}), "model"),
        (Rerank, json!({"query": "q", "documents": ["d"]}), "model"),
        (Rerank, json!({"model": "m", "documents": ["d"]}), "query"),
        (Rerank, json!({"model": "m", "query": null, "documents": ["d"]}), "query"),
        (Rerank, json!({"model": "m", "query": "q"}), "documents"),
        (Rerank, json!({"model": "m", "query": "q", "documents": []}), "documents"),
        (Rerank, json!({"model": "m", "query": "q", "documents": "d"}), "documents"),
    ] {
        let error = read(endpoint, &body).unwrap_err();
        assert_eq!(error.param(), Some(param), "{endpoint:?} {body}");
    }
    let twice = br#"{"input":"x","model":"a","mod\u0065l":"b"}"#;
    assert_eq!(peek(Moderations, twice, 8).unwrap_err().code(), "duplicate_field");
}

#[test]
fn the_default_of_moderations_is_written_out() {
    for (body, expected) in [
        (r#"{"input":"x"}"#, r#"{"input":"x","model":"omni-moderation-latest"}"#),
        (r#"{ "input" : "x" } "#, r#"{ "input" : "x" ,"model":"omni-moderation-latest"} "#),
        (r#"{"model":null,"input":"x"}"#, r#"{"model":"omni-moderation-latest","input":"x"}"#),
        (r#"{"model":"omni-moderation-latest","input":"x"}"#, r#"{"model":"omni-moderation-latest","input":"x"}"#),
        (r#"{"model":"own","input":"x"}"#, r#"{"model":"omni-moderation-latest","input":"x"}"#),
    ] {
        let seen = peek(Moderations, body.as_bytes(), 8).unwrap();
        if !body.contains("own") {
            assert_eq!(seen.model, "omni-moderation-latest");
        }
        let sent = patch(&Bytes::from(body), &seen, "omni-moderation-latest", false).into_bytes();
        assert_eq!(sent, expected);
    }
}

#[test]
fn answers_tell_what_they_consumed() {
    let image = r#"{"created":1,"data":[{"b64_json":"aa"},{"b64_json":"bb"}],"usage":{"input_tokens":13,"input_tokens_details":{"cached_tokens":3,"image_tokens":0,"text_tokens":13},"output_tokens":200,"total_tokens":213}}"#;
    let made = |image_units| Usage { image_units, ..Usage::default() };
    let tokens = |input, output| Usage { input, output, ..Usage::default() };
    for (endpoint, body, expected) in [
        (ImageGenerations, image, Some(Usage { cache_read: 3, image_units: 2, ..tokens(10, 200) })),
        (ImageGenerations, r#"{"created":1,"data":[{"url":"u"}]}"#, Some(made(1))),
        (ImageGenerations, r#"{"created":1}"#, None),
        (ImageEdits, "not json", None),
        (
            Transcriptions,
            r#"{"text":"x","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,"audio_tokens":10},"output_tokens":5,"total_tokens":19}}"#,
            Some(Usage { audio_input: 10, ..tokens(14, 5) }),
        ),
        (Transcriptions, r#"{"text":"x","usage":{"type":"duration","seconds":9}}"#, None),
        (Transcriptions, "1\n00:00:00,000 --> 00:00:01,000\nx\n", None),
        (Moderations, r#"{"id":"m","results":[]}"#, None),
        (Rerank, r#"{"results":[],"usage":{"total_tokens":7}}"#, Some(tokens(7, 0))),
        (Rerank, r#"{"results":[],"usage":{"prompt_tokens":6,"total_tokens":7}}"#, Some(tokens(6, 0))),
        (
            Rerank,
            r#"{"results":[],"meta":{"billed_units":{"search_units":1},"tokens":{"input_tokens":30,"output_tokens":0}}}"#,
            Some(tokens(30, 0)),
        ),
        (Rerank, r#"{"results":[],"meta":{"billed_units":{"search_units":1}}}"#, None),
        (Endpoint::Completions, r#"{"usage":{"prompt_tokens":3,"completion_tokens":4}}"#, Some(tokens(3, 4))),
    ] {
        assert_eq!(of_answer(endpoint, body.as_bytes()), expected, "{endpoint:?} {body}");
    }
    let tail = image.find("\"bb\"").unwrap();
    assert_eq!(of_tail(ImageGenerations, &image.as_bytes()[tail..]), Some(Usage { cache_read: 3, ..tokens(10, 200) }));
}

/// What a relay says of a stream that comes in two pieces.
fn run(
    dialect: Dialect,
    images: u64,
    stream: &[u8],
    cut: usize,
    hide: bool,
) -> (End, Option<Usage>, String, String, u64) {
    let mut relay = Relay::new(dialect, hide, 1 << 16).with_images(images);
    let mut out = Vec::new();
    for piece in [&stream[..cut], &stream[cut..]] {
        relay.feed(Bytes::copy_from_slice(piece), &mut out).expect("an event of bearable length");
    }
    let end = relay.finish();
    let text = |pieces: Vec<Bytes>| String::from_utf8(pieces.concat()).expect("text");
    (end, relay.usage(), text(out), text(relay.take_held()), relay.words().bytes())
}

fn event(data: &Value) -> String {
    let name = data["type"].as_str().map(|name| format!("event: {name}\n")).unwrap_or_default();
    format!("{name}data: {data}\n\n")
}

#[test]
fn streams_end_as_their_format_has_it() {
    let sketch = event(&json!({"type": "image_generation.partial_image", "b64_json": "aa", "partial_image_index": 0}));
    let used = json!({"input_tokens": 10, "output_tokens": 100, "total_tokens": 110});
    let image = event(&json!({"b64_json": "aa", "type": "image_edit.completed", "usage": used}));
    let sound = event(&json!({"type": "speech.audio.delta", "audio": "AAAA"}));
    let spoken = event(
        &json!({"type": "speech.audio.done", "usage": {"input_tokens": 4, "output_tokens": 9, "total_tokens": 13}}),
    );
    let heard = event(&json!({"type": "transcript.text.delta", "delta": "hi"}));
    let written = event(
        &json!({"type": "transcript.text.done", "text": "hi", "usage": {"type": "tokens", "input_tokens": 4, "output_tokens": 1,
        "input_token_details": {"audio_tokens": 3}}}),
    );
    let timed =
        event(&json!({"type": "transcript.text.done", "text": "hi", "usage": {"type": "duration", "seconds": 2}}));
    let chunk = event(
        &json!({"object": "transcription.chunk", "choices": [{"delta": {"content": "hi"}, "finish_reason": null}]}),
    );
    let stop = event(&json!({"object": "transcription.chunk", "choices": [{"delta": {}, "finish_reason": "stop"}]}));
    let failed = event(&json!({"error": {"message": "no", "code": "bad", "type": "server_error"}}));
    let told = event(&json!({"type": "error", "error": {"message": "no", "code": "bad", "type": "server_error"}}));
    let done = "data: [DONE]\n\n";
    let error = || End::Failed(Failure { message: "no".to_owned(), code: Some("bad".to_owned()) });
    let one = Usage { input: 10, output: 100, image_units: 1, ..Usage::default() };
    let two = Usage { input: 20, output: 200, image_units: 2, ..Usage::default() };
    let tokens = |input, output| Usage { input, output, ..Usage::default() };
    for (dialect, images, parts, end, usage, held) in [
        (Images, 1, vec![&sketch, &image], End::Complete, Some(one), Some(&image)),
        (Images, 2, vec![&sketch, &image, &image], End::Complete, Some(two), Some(&image)),
        // Fewer than asked for: whole all the same, since one came.
        (Images, 2, vec![&image], End::Complete, Some(one), None),
        (Images, 1, vec![&sketch], End::CutShort, None, None),
        (Images, 1, vec![&sketch, &failed], error(), None, Some(&failed)),
        (Images, 1, vec![&sketch, &told], error(), None, Some(&told)),
        (Audio, 0, vec![&sound, &sound, &spoken], End::Complete, Some(tokens(4, 9)), Some(&spoken)),
        (Audio, 0, vec![&sound, &sound], End::CutShort, None, None),
        (Audio, 0, vec![&sound, &failed], error(), None, Some(&failed)),
        (Audio, 0, vec![&sound, &told], error(), None, Some(&told)),
        (
            Audio,
            0,
            vec![&heard, &written],
            End::Complete,
            Some(Usage { audio_input: 3, ..tokens(4, 1) }),
            Some(&written),
        ),
        (Audio, 0, vec![&heard, &timed], End::Complete, None, Some(&timed)),
        (Audio, 0, vec![&heard], End::CutShort, None, None),
        (Audio, 0, vec![&chunk, &stop], End::Complete, None, None),
        (Audio, 0, vec![&chunk], End::CutShort, None, None),
    ] {
        let stream: String = parts.iter().map(|part| part.as_str()).collect();
        let whole = run(dialect, images, stream.as_bytes(), 0, false);
        assert_eq!((&whole.0, whole.1), (&end, usage), "{stream}");
        assert_eq!(whole.3, held.map_or("", |held| held.as_str()), "{stream}");
        assert_eq!(format!("{}{}", whole.2, whole.3), stream, "nothing is changed");
        for cut in 1..stream.len() {
            assert_eq!(run(dialect, images, stream.as_bytes(), cut, false), whole, "cut at {cut}: {stream}");
        }
        let with_word = format!("{chunk}{done}");
        assert_eq!(run(Audio, 0, with_word.as_bytes(), 0, false).3, done);
    }
}

#[test]
fn completions_stream_like_chat() {
    let say = |text: &str, why: Value, usage: bool| {
        let mut chunk = json!({"id": "cmpl-1", "object": "text_completion", "choices": [{"text": text, "index": 0, "finish_reason": why}]});
        if usage {
            chunk["usage"] = Value::Null;
        }
        event(&chunk)
    };
    let count = event(
        &json!({"id": "cmpl-1", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}),
    );
    let stream = |usage: bool| {
        let last = if usage { count.as_str() } else { "" };
        format!("{}{}{last}data: [DONE]\n\n", say("ab", Value::Null, usage), say("cd", json!("stop"), usage))
    };
    let whole = run(Completions, 0, stream(true).as_bytes(), 0, true);
    let used = Some(Usage { input: 5, output: 2, ..Usage::default() });
    assert_eq!((whole.0, whole.1, whole.4), (End::Complete, used, 4));
    assert_eq!(
        format!("{}{}", whole.2, whole.3),
        stream(false),
        "what was asked for behind the client's back is hidden"
    );
    let kept = run(Completions, 0, stream(true).as_bytes(), 0, false);
    assert_eq!(format!("{}{}", kept.2, kept.3), stream(true));
    assert_eq!(run(Completions, 0, say("ab", Value::Null, false).as_bytes(), 0, false).0, End::CutShort);
}

#[test]
fn errors_have_the_shape_of_openai() {
    for dialect in [Completions, Dialect::Moderations, Images, Audio, Dialect::Rerank] {
        let error = ApiError::new(ErrorKind::InvalidRequest, "no").with_param("model");
        let (status, body) = thinkwatch_wire::error::encode(dialect, &error, "req_1");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, &body["error"]["param"], &body["error"]["message"]), (400, &json!("model"), &json!("no")));
        let mut relay = Relay::new(dialect, false, 100);
        relay.feed(Bytes::from_static(b": hi\n\n"), &mut Vec::new()).unwrap();
        let event = relay.error_event(&error, "req_1", "m");
        assert!(event.starts_with(b"data: {\"error\":{"), "{event:?}");
    }
}
