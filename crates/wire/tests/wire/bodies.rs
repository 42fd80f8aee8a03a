//! Requests: what is read, what is refused, what is edited.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use thinkwatch_policy::dialect::Endpoint::{self, ChatCompletions, CountTokens, Embeddings, Messages, Responses};
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::json::ScanError;
use thinkwatch_wire::request::{BadRequest, peek};
use thinkwatch_wire::splice::{Edit, apply, patch};

const ALL: [Endpoint; 5] = [ChatCompletions, Messages, CountTokens, Responses, Embeddings];

/// A small good body of each endpoint, whose members one may add to.
fn good(endpoint: Endpoint) -> Value {
    let messages = json!([{"role": "user", "content": "hi"}]);
    match endpoint {
        ChatCompletions | CountTokens => json!({"model": "m", "messages": messages}),
        Messages => json!({"model": "m", "messages": messages, "max_tokens": 5}),
        Responses | Embeddings => json!({"model": "m", "input": "hi"}),
        // Gemini's, whose model is in the path, have tests of their own.
        _ => json!({"contents": [{"parts": [{"text": "hi"}]}]}),
    }
}

#[test]
fn reads_what_is_asked() {
    let body = r#" {"x":{"model":"no","stream":false},"mod\u0065l":"gp\u0074-4\/x","stream":true,"max_tokens":7,"max_completion_tokens":9,
        "store":false,"user":"u","metadata":{"a":"b"},"stream_options":{"a":1,"include_usage":true},"messages":[1],"big":123456789012345678901234567890} "#;
    let seen = peek(ChatCompletions, body.as_bytes(), 8).unwrap();
    assert_eq!(seen.model, "gpt-4/x");
    assert_eq!(&body[seen.model_span], r#""gp\u0074-4\/x""#);
    assert!(seen.stream && seen.include_usage);
    assert_eq!((seen.max_tokens, seen.store), (Some(9), Some(false)));
    assert_eq!((&body[seen.user.unwrap()], &body[seen.metadata.unwrap()]), (r#""u""#, r#"{"a":"b"}"#));
    assert_eq!(&body[seen.object_end..], "} ");

    let seen = peek(Responses, br#"{"model":"m","max_output_tokens":3,"stream":null,"store":null}"#, 8).unwrap();
    assert_eq!((seen.max_tokens, seen.stream, seen.store), (Some(3), false, None));
    let seen = peek(CountTokens, br#"{"model":"m","stream":true,"messages":["x"]}"#, 8).unwrap();
    assert!(!seen.stream, "counting never streams");
}

/// The field, the endpoints that look at it, what they take and what they refuse.
#[test]
fn refuses_wrong_fields_by_name() {
    type Case<'a> = (&'a str, &'a [Endpoint], &'a [Value], &'a [Value]);
    let cases: &[Case<'_>] = &[
        (
            "model",
            &ALL,
            &[json!("m"), json!("a".repeat(256)), json!("模型")],
            &[
                json!(""),
                json!(1),
                json!(null),
                json!([]),
                json!({}),
                json!(true),
                json!("a".repeat(257)),
                json!("a\u{0}b"),
                json!("a\n"),
            ],
        ),
        ("stream", &ALL, &[json!(true), json!(false), json!(null)], &[json!("true"), json!(1), json!([]), json!({})]),
        ("store", &ALL, &[json!(true), json!(null)], &[json!("no"), json!(0), json!([true])]),
        (
            "max_tokens",
            &[ChatCompletions, Messages, CountTokens],
            &[json!(1), json!(u64::MAX)],
            &[json!(0), json!(-1), json!(1.5), json!(1e3), json!("5"), json!([5]), json!({}), json!(false)],
        ),
        ("max_completion_tokens", &[ChatCompletions], &[json!(1), json!(null)], &[json!(0), json!("1"), json!(-3)]),
        ("max_output_tokens", &[Responses], &[json!(16), json!(null)], &[json!(0), json!("1"), json!(2.0)]),
        (
            "messages",
            &[ChatCompletions, Messages, CountTokens],
            &[json!([{}]), json!([1, 2])],
            &[json!([]), json!({}), json!("hi"), json!(null), json!(1), json!(false)],
        ),
        (
            "input",
            &[Embeddings],
            &[json!("a"), json!(["a"]), json!([1, 2]), json!([[1]])],
            &[json!(""), json!([]), json!(null), json!({}), json!(1), json!(true)],
        ),
        ("input", &[Responses], &[json!("a"), json!(""), json!([]), json!(null)], &[json!({}), json!(1), json!(true)]),
        (
            "stream_options",
            &[ChatCompletions],
            &[json!({}), json!(null), json!({"include_usage": null})],
            &[json!([]), json!("x"), json!(1), json!(true)],
        ),
    ];
    let mut checked = 0;
    for (field, endpoints, fine, wrong) in cases {
        for endpoint in *endpoints {
            let ask = |value: &Value| {
                let mut body = good(*endpoint);
                body[*field] = value.clone();
                peek(*endpoint, &serde_json::to_vec(&body).unwrap(), 64)
            };
            for value in *fine {
                assert!(ask(value).is_ok(), "{endpoint:?} {field} = {value}");
            }
            for value in *wrong {
                let bad = ask(value).expect_err(&format!("{endpoint:?} {field} = {value}"));
                assert_eq!(bad.param(), Some(*field), "{endpoint:?} {field} = {value}: {bad}");
                let told = ApiError::from(&bad);
                assert_eq!((told.status, told.param.as_deref()), (400, Some(*field)));
                assert!(told.message.contains(field));
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
    for (endpoint, field) in
        [(ChatCompletions, "messages"), (Messages, "max_tokens"), (Embeddings, "input"), (Responses, "model")]
    {
        let mut body = good(endpoint);
        body.as_object_mut().unwrap().remove(field);
        let bad = peek(endpoint, &serde_json::to_vec(&body).unwrap(), 64).unwrap_err();
        assert!(matches!(bad, BadRequest::Missing { param, .. } if param == field), "{bad}");
    }
    let nested = br#"{"model":"m","messages":[1],"stream_options":{"include_usage":1}}"#;
    assert_eq!(peek(ChatCompletions, nested, 9).unwrap_err().param(), Some("stream_options.include_usage"));
}

#[test]
fn refuses_a_second_opinion() {
    for (twice, param) in [
        (r#""model":"m","model":"n""#, "model"),
        (r#""model":"m","mod\u0065l":"n""#, "model"),
        (r#""model":"m","stream":true,"\u0073tream":true"#, "stream"),
        (r#""model":"m","max_tokens":1,"max_tokens":2"#, "max_tokens"),
        (r#""model":"m","max_completion_tokens":1,"max_completion_tokens":null"#, "max_completion_tokens"),
        (r#""model":"m","max_output_tokens":1,"max_output_tokens":1"#, "max_output_tokens"),
        (r#""model":"m","store":null,"store":true"#, "store"),
        (
            r#""model":"m","stream_options":{"include_usage":true,"include_usage":false}"#,
            "stream_options.include_usage",
        ),
        (r#""model":"m","Model":"n""#, "model"),
        (r#""model":"m","STREAM":true"#, "stream"),
        (r#""model":"m","ſtore":true"#, "store"),
        (r#""model":"m","max_to\u212Aens":5"#, "max_tokens"),
    ] {
        let body = format!(r#"{{{twice},"messages":[1],"input":"x"}}"#);
        let bad = peek(ChatCompletions, body.as_bytes(), 9).expect_err(&body);
        assert_eq!(bad.param(), Some(param), "{body}");
        assert!(body.is_char_boundary(bad.offset().unwrap()) && bad.offset().unwrap() > 5, "{body}");
        assert_eq!(bad.code(), "duplicate_field");
    }
    // Other fields may be what they like, also deeper down.
    let fine = r#"{"model":"m","messages":[{"model":1,"model":2,"Model":3}],"Foo":1,"Foo":2,"ÄÖ":1}"#;
    peek(ChatCompletions, fine.as_bytes(), 9).unwrap();
}

#[test]
fn refuses_what_is_no_json_object() {
    let invalid = |offset| BadRequest::Json(ScanError::Invalid { offset, expected: "" });
    let cases: &[(&[u8], BadRequest)] = &[
        (b"[]", ScanError::NotAnObject.into()),
        (b"\"model\"", ScanError::NotAnObject.into()),
        (b" null", ScanError::NotAnObject.into()),
        (b"", invalid(0)),
        (b"model=x", invalid(0)),
        (b"{\"a\":1", invalid(6)),
        (b"{\"a\":01}", invalid(6)),
        (b"{\"a\":1,}", invalid(7)),
        (b"{\"a\":\"\x01\"}", invalid(6)),
        (b"{\"a\":\"\\ud8\"}", invalid(10)),
        (b"{\"a\":nul}", invalid(5)),
        (b"{\"a\":[1}}", invalid(7)),
        (b"{}{}", invalid(2)),
        (b"\xEF\xBB\xBF{}", invalid(0)),
        (b"{\"a\":\"\xff\"}", ScanError::Utf8 { offset: 6 }.into()),
        (b"{\"a\":\"\xed\xa0\x80\"}", ScanError::Utf8 { offset: 6 }.into()),
        (b"{\"a\":[[[[1]]]]}", ScanError::TooDeep { offset: 8, max: 4 }.into()),
    ];
    for (body, expected) in cases {
        for endpoint in ALL {
            let bad = peek(endpoint, body, 4).unwrap_err();
            match (&bad, expected) {
                (
                    BadRequest::Json(ScanError::Invalid { offset, .. }),
                    BadRequest::Json(ScanError::Invalid { offset: wanted, .. }),
                ) => assert_eq!(offset, wanted, "{}", String::from_utf8_lossy(body)),
                _ => assert_eq!(&bad, expected, "{}", String::from_utf8_lossy(body)),
            }
        }
    }
    let deep =
        ApiError::from(peek(Messages, &[b"{\"a\":".as_slice(), &b"[".repeat(100_000)].concat(), 128).unwrap_err());
    assert_eq!((deep.kind, deep.status), (ErrorKind::RequestTooLarge, 413));
    // Without a bound that bites, depth costs neither stack nor sense.
    let body = [b"{\"model\":\"m\",\"input\":".as_slice(), &b"[".repeat(100_000), &b"]".repeat(100_000), b"}"].concat();
    peek(Responses, &body, 200_000).unwrap();
    let objects =
        [b"{\"model\":\"m\",\"x\":".as_slice(), &b"{\"a\":[".repeat(5000), b"1", &b"]}".repeat(5000), b"}"].concat();
    peek(Responses, &objects, 200_000).unwrap();
}

#[test]
fn takes_large_and_odd_bodies() {
    let large = format!(r#"{{"model":"m","input":"{}"}}"#, "x".repeat(60 << 20));
    assert_eq!(peek(Embeddings, large.as_bytes(), 8).unwrap().object_end, large.len() - 1);
    // Lone surrogates can be named in JSON, and clients do; huge numbers are the provider's business.
    let odd = format!(
        r#"{{"model":"m","input":["\ud83d","\udc00\ud800"],"n":{}e-99999,"user":"\ud83e\udd8a"}}"#,
        "9".repeat(5000)
    );
    peek(Embeddings, odd.as_bytes(), 8).unwrap();
    assert_eq!(peek(Responses, br#"{"model":"\ud83e\udd8a"}"#, 8).unwrap().model, "🦊");
}

#[test]
fn edits_only_what_it_must() {
    let check = |body: &str, model: &str, ask: bool, expected: &str| {
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        let seen = peek(ChatCompletions, &bytes, 64).unwrap();
        let spliced = patch(&bytes, &seen, model, ask);
        assert_eq!(spliced.len, expected.len());
        let unchanged = body == expected;
        let whole = spliced.into_bytes();
        assert_eq!(std::str::from_utf8(&whole).unwrap(), expected);
        assert_eq!(whole.as_ptr() == bytes.as_ptr(), unchanged, "shared exactly when unchanged");
    };
    let same = r#"{ "model" : "m","stream":true,"messages":[1] }"#;
    check(same, "m", false, same);
    check(same, "a\"b\\", false, r#"{ "model" : "a\"b\\","stream":true,"messages":[1] }"#);
    check(same, "m", true, r#"{ "model" : "m","stream":true,"messages":[1] ,"stream_options":{"include_usage":true}}"#);
    let calm = r#"{"model":"m","messages":[1]}"#;
    check(calm, "m", true, calm);
    for (options, expected) in [
        ("null", r#"{"include_usage":true}"#),
        ("{ }", r#"{"include_usage":true}"#),
        (r#"{"a":1}"#, r#"{"include_usage":true,"a":1}"#),
        (r#"{"a":1,"include_usage": false}"#, r#"{"a":1,"include_usage": true}"#),
        (r#"{"include_usage":null,"b":2}"#, r#"{"include_usage":true,"b":2}"#),
        (r#"{"include_\u0075sage":true}"#, r#"{"include_\u0075sage":true}"#),
    ] {
        let body = |options: &str, model| {
            format!(r#"{{"stream_options":{options},"messages":[1],"model":"{model}","stream":true}}"#)
        };
        check(&body(options, "m"), "n", true, &body(expected, "n"));
    }
}

#[test]
fn a_wrong_edit_never_panics() {
    let body = Bytes::from_static(b"0123456789");
    let edit =
        |start: usize, end: usize| Edit { span: std::ops::Range { start, end }, replacement: Bytes::from_static(b"x") };
    assert_eq!(apply(&body, vec![edit(4, 6), edit(1, 2)]).into_bytes(), "0x23x6789");
    assert_eq!(apply(&body, vec![edit(1, 5), edit(3, 4), edit(9, 99), edit(7, 2)]).into_bytes(), "0xx56x78x");
}

proptest! {
    /// Whatever surrounds them, the edits change two values and nothing else.
    #[test]
    fn splice_then_parse(
        model in "[^\u{0}-\u{1f}\u{7f}-\u{9f}]{1,20}",
        upstream in ".{1,20}",
        extra in proptest::collection::btree_map("[a-z_]{3,9}x", ".{0,30}", 0..5),
        position in 0..6_usize,
        spaced: bool,
    ) {
        let mut members: Vec<(String, Value)> = extra.into_iter().map(|(k, v)| (k, json!([v, {"model": 1}]))).collect();
        let mut insert = |key: &str, value: Value| members.insert(position.min(members.len()), (key.into(), value));
        insert("model", json!(model));
        insert("stream", json!(true));
        insert("messages", json!([1]));
        let colon = if spaced { " : " } else { ":" };
        let body = members.iter().map(|(k, v)| format!("{}{colon}{v}", json!(k))).collect::<Vec<_>>().join(",");
        let body = Bytes::from(format!("{{{body}}}"));
        let seen = peek(ChatCompletions, &body, 64).unwrap();
        prop_assert_eq!(&seen.model, &model);
        let edited: Value = serde_json::from_slice(&patch(&body, &seen, &upstream, true).into_bytes()).unwrap();
        let mut expected: Value = serde_json::from_slice(&body).unwrap();
        expected["model"] = json!(upstream);
        expected["stream_options"] = json!({"include_usage": true});
        prop_assert_eq!(edited, expected);
    }
}

/// Each answer may be as long as the caller allows, so their number is a matter of money: given once, and a number.
#[test]
fn the_number_of_answers_is_read_in_every_dialect_that_has_one() {
    let check = |endpoint, body: &str, expected: Result<u64, &str>| {
        let seen = peek(endpoint, body.as_bytes(), 64);
        assert_eq!(seen.map(|peek| peek.answers).map_err(|bad| bad.code()), expected, "{body}");
    };
    let chat = |n: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"x"}}]{n}}}"#);
    check(Endpoint::ChatCompletions, &chat(""), Ok(1));
    check(Endpoint::ChatCompletions, &chat(r#","n":null"#), Ok(1));
    check(Endpoint::ChatCompletions, &chat(r#","n":4"#), Ok(4));
    check(Endpoint::ChatCompletions, &chat(r#","n":0"#), Err("invalid_value"));
    check(Endpoint::ChatCompletions, &chat(r#","n":"4""#), Err("invalid_value"));
    check(Endpoint::ChatCompletions, &chat(r#","n":1,"n":9"#), Err("duplicate_field"));
    check(Endpoint::ChatCompletions, &chat(r#","n":1,"N":9"#), Err("duplicate_field"));
    check(Endpoint::Completions, r#"{"model":"m","prompt":"x","n":2,"best_of":5}"#, Ok(5));
    check(Endpoint::Completions, r#"{"model":"m","prompt":"x","n":2}"#, Ok(2));
    let gemini =
        |config: &str| format!(r#"{{"contents":[{{"parts":[{{"text":"x"}}]}}],"generationConfig":{{{config}}}}}"#);
    check(Endpoint::GenerateContent, &gemini(r#""candidateCount":3"#), Ok(3));
    check(Endpoint::GenerateContent, &gemini(r#""candidate_count":"3""#), Ok(3));
    check(Endpoint::GenerateContent, &gemini(r#""candidateCount":-1"#), Err("invalid_value"));
}
