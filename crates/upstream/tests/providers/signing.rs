//! Signatures are those that AWS's own SDK for Python makes of the same requests.

use std::time::{Duration, SystemTime};

use http::Uri;
use serde_json::Value;
use thinkwatch_upstream::bedrock::{Credentials, Outgoing, Unsignable, base_url, converse_path, sign};

/// Made with botocore: `SigV4Auth` over what its own serializer makes of each call, at a fixed time.
const VECTORS: &str = include_str!("signatures.json");

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

#[test]
fn signatures_are_those_of_the_official_sdk() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(vectors["time_s"].as_u64().unwrap());
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let name = text(case, "name");
        let mut line = format!("{}:{}", text(&vectors, "access_key_id"), text(&vectors, "secret_access_key"));
        if let Some(token) = case["session_token"].as_str() {
            line.push_str(&format!(":{token}"));
        }
        let (region, base) = (text(case, "region"), text(case, "base"));
        let path = converse_path(text(case, "model"), case["stream"].as_bool().unwrap());
        assert_eq!(path, text(case, "path"), "{name}");
        if base.contains("amazonaws") {
            assert_eq!(base_url(region, None), base, "{name}");
        }
        let url: Uri = format!("{}{path}", base_url(region, Some(base))).parse().unwrap();
        let body = text(case, "body").as_bytes();
        let request = Outgoing { url: &url, content_type: "application/json", body };
        let signed = sign(&request, &Credentials::parse(&line).unwrap(), region, time).unwrap();
        let expected = case["headers"].as_object().unwrap();
        for (header, value) in expected {
            let found =
                signed.iter().find(|(name, _)| name == header.as_str()).map(|(_, value)| value.to_str().unwrap());
            assert_eq!(found, value.as_str(), "{name}: {header}");
        }
        assert_eq!(signed.len(), expected.len(), "{name}");
        assert!(signed.iter().all(|(name, value)| value.is_sensitive() || name == "x-amz-date"));

        let other = Outgoing { body: b"{}", ..request };
        let other = sign(&other, &Credentials::parse(&line).unwrap(), region, time).unwrap();
        assert_ne!(other, signed, "the body is signed");
    }
}

#[test]
fn an_api_key_is_sent_as_it_is() {
    let url = Uri::from_static("https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse");
    let request = Outgoing { url: &url, content_type: "application/json", body: b"{}" };
    let signed = sign(&request, &Credentials::parse("bedrock-api-key-x").unwrap(), "us-east-1", SystemTime::UNIX_EPOCH);
    let signed = signed.unwrap();
    assert_eq!((signed[0].0.as_str(), signed[0].1.to_str().unwrap()), ("authorization", "Bearer bedrock-api-key-x"));
    assert!(signed.len() == 1 && signed[0].1.is_sensitive());
}

#[test]
fn an_address_without_a_host_is_refused() {
    let url = Uri::from_static("/model/m/converse");
    let request = Outgoing { url: &url, content_type: "application/json", body: b"{}" };
    let keys = Credentials::parse("AKIDEXAMPLE:secret").unwrap();
    assert_eq!(sign(&request, &keys, "us-east-1", SystemTime::UNIX_EPOCH), Err(Unsignable::NoHost));
}
