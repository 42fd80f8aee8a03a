//! Embeddings between OpenAI's dialect and Google's.

use serde_json::{Value, json};
use thinkwatch_policy::dialect::Endpoint::{self, BatchEmbedContents, EmbedContent, Embeddings};
use thinkwatch_policy::usage::Usage;
use thinkwatch_wire::convert::Unconvertible;
use thinkwatch_wire::embeddings::{Back, Converted, answer, request};

fn convert(endpoint: Endpoint, body: &Value) -> Converted {
    request(endpoint, body.to_string().as_bytes(), ("ours", "theirs"), false).expect("convertible")
}

fn back(endpoint: Endpoint, body: &Value) -> Back {
    convert(endpoint, body).back
}

fn said(text: &str) -> Value {
    json!({"parts": [{"text": text}]})
}

#[test]
fn calls_are_written_in_the_others_words() {
    let google = |text: &str, more: Value| {
        let mut one = json!({"model": "models/theirs", "content": said(text)});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    for (endpoint, body, expected, lost) in [
        (
            Embeddings,
            json!({"model": "ours", "input": "é\n\"x\"", "encoding_format": "float"}),
            json!({"requests": [google("é\n\"x\"", json!({}))]}),
            vec![],
        ),
        (
            Embeddings,
            json!({"model": "ours", "input": ["a", "b"], "dimensions": 8, "user": "u", "x": null, "encoding_format": null}),
            json!({"requests": [google("a", json!({"outputDimensionality": 8})), google("b", json!({"outputDimensionality": 8}))]}),
            vec!["user", "x"],
        ),
        (
            EmbedContent,
            json!({"model": "models/ours", "content": {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}, "taskType": "RETRIEVAL_QUERY"}),
            json!({"model": "theirs", "input": ["ab"], "encoding_format": "float"}),
            vec!["taskType"],
        ),
        (
            BatchEmbedContents,
            json!({"requests": [{"model": "models/ours", "content": said("a"), "output_dimensionality": 4, "title": null},
                {"content": said("b"), "outputDimensionality": 4}]}),
            json!({"model": "theirs", "input": ["a", "b"], "encoding_format": "float", "dimensions": 4}),
            vec![],
        ),
    ] {
        let made = convert(endpoint, &body);
        assert_eq!(serde_json::from_slice::<Value>(&made.body).unwrap(), expected);
        assert_eq!(made.lost.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), lost);
        let asked_for = if endpoint == Embeddings { BatchEmbedContents } else { Embeddings };
        assert_eq!(made.endpoint, asked_for);
        let strict = request(endpoint, body.to_string().as_bytes(), ("ours", "theirs"), true);
        match strict {
            Ok(_) => assert!(lost.is_empty(), "{body}"),
            Err(Unconvertible::Refused(error)) => assert_eq!(error.param.as_deref(), lost.first().copied()),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_said_is_refused_by_name() {
    for (endpoint, body, field, malformed) in [
        (Embeddings, json!({"model": "m", "input": [1, 2]}), "input", false),
        (Embeddings, json!({"model": "m", "input": [[1], [2]]}), "input", false),
        (Embeddings, json!({"model": "m", "input": "x", "encoding_format": "int8"}), "encoding_format", true),
        (Embeddings, json!({"model": "m", "input": "x", "dimensions": "many"}), "dimensions", true),
        (EmbedContent, json!({"content": {"parts": [{"inlineData": {}}]}}), "content.parts", false),
        (EmbedContent, json!({"content": {}}), "content.parts", true),
        (BatchEmbedContents, json!({"requests": [5]}), "requests[0]", true),
        (
            BatchEmbedContents,
            json!({"requests": [{"content": said("a"), "outputDimensionality": 4}, {"content": said("b")}]}),
            "requests.outputDimensionality",
            false,
        ),
    ] {
        let error = request(endpoint, body.to_string().as_bytes(), ("ours", "theirs"), false).unwrap_err();
        assert_eq!(matches!(error, Unconvertible::Malformed(_)), malformed, "{body}");
        assert_eq!(error.into_error().param.as_deref(), Some(field), "{body}");
    }
}

#[test]
fn answers_come_back_digit_by_digit() {
    let used = Some(Usage { input: 7, ..Usage::default() });
    let two = back(Embeddings, &json!({"model": "ours", "input": ["a", "b"]}));
    let told = r#"{"embeddings":[{"values":[0.10000000000000000001,-1e-7]},{"values":[ 1 ]}],"usageMetadata":{"promptTokenCount":7}}"#;
    let made = answer(&two, told.as_bytes()).unwrap();
    assert_eq!(
        String::from_utf8(made.body).unwrap(),
        r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10000000000000000001,-1e-7]},{"object":"embedding","index":1,"embedding":[ 1 ]}],"model":"ours","usage":{"prompt_tokens":7,"total_tokens":7}}"#
    );
    assert_eq!(made.usage, used);

    let packed = back(Embeddings, &json!({"model": "ours", "input": "a", "encoding_format": "base64"}));
    let made = answer(&packed, br#"{"embeddings":[{"values":[1,-0.5,2e0]}]}"#).unwrap();
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made["data"][0]["embedding"], "AACAPwAAAL8AAABA");
    assert_eq!(made["usage"], json!({"prompt_tokens": 0, "total_tokens": 0}));

    let openai = r#"{"object":"list","data":[{"index":1,"embedding":[2.0]},{"index":0,"embedding":[1.50]}],"usage":{"prompt_tokens":7,"total_tokens":7}}"#;
    let many = back(BatchEmbedContents, &json!({"requests": [{"content": said("a")}, {"content": said("b")}]}));
    let made = answer(&many, openai.as_bytes()).unwrap();
    assert_eq!(
        String::from_utf8(made.body).unwrap(),
        r#"{"embeddings":[{"values":[1.50]},{"values":[2.0]}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}}"#
    );
    assert_eq!(made.usage, used);
    let one = back(EmbedContent, &json!({"content": said("a")}));
    let made = answer(&one, br#"{"data":[{"embedding":[3]}]}"#).unwrap();
    assert_eq!(made.body, br#"{"embedding":{"values":[3]}}"#);
}

#[test]
fn nonsense_of_a_provider_is_told_as_such() {
    let openai = back(EmbedContent, &json!({"content": said("a")}));
    let google = back(Embeddings, &json!({"model": "ours", "input": "a", "encoding_format": "base64"}));
    for (back, body) in [
        (&openai, r#"{"data":[]}"#),
        (&openai, r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#),
        (&openai, r#"{"data":[{"embedding":"AACAPw=="}]}"#),
        (&openai, r#"{"data":[{"embedding":["x"]}]}"#),
        (&openai, r#"{"data":{}}"#),
        (&openai, "[]"),
        (&openai, "not json"),
        (&google, r#"{"embeddings":[{"values":["x"]}]}"#),
        (&google, r#"{"embeddings":[{}]}"#),
        (&google, r#"{"embeddings":[]}"#),
        (&google, "{}"),
    ] {
        let error = answer(back, body.as_bytes()).unwrap_err();
        assert!(error.starts_with("the provider's answer cannot be understood: "), "{body}: {error}");
    }
}
