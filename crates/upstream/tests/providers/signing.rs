//! Signatures are those that AWS's own SDK for Python makes of the same requests.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;
use thinkwatch_policy::catalogue::{AwsKeys, Provider, ProviderKind::Bedrock};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_upstream::bedrock::base_url;
use thinkwatch_upstream::{Inbound, PrepareError};

use crate::{pools, provider};

/// Made with botocore: `SigV4Auth` over what its own serializer makes of each call, at a fixed time.
const VECTORS: &str = include_str!("signatures.json");

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn keys(id: &str, secret: &str, token: Option<&str>) -> AwsKeys {
    AwsKeys {
        access_key_id: id.to_owned(),
        secret_access_key: SecretString::from(secret),
        session_token: token.map(SecretString::from),
    }
}

#[test]
fn signatures_are_those_of_the_official_sdk() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(vectors["time_s"].as_u64().unwrap());
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let name = text(case, "name");
        let (region, base) = (text(case, "region"), text(case, "base"));
        let aws = base.contains("amazonaws");
        if aws {
            assert_eq!(base_url(region, None), base, "{name}");
        }
        let (id, secret) = (text(&vectors, "access_key_id"), text(&vectors, "secret_access_key"));
        let bedrock = Provider {
            // With keys the credential is not sent.
            credential: Some(SecretString::from("unused")),
            // An address of AWS tells its region.
            region: (!aws).then(|| region.into()),
            aws_keys: Some(keys(id, secret, case["session_token"].as_str())),
            ..provider(Bedrock, base)
        };
        let upstream = pools().make(&bedrock).unwrap();
        let ask = |body: &[&str]| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_static("Bearer tw-client"));
            let stream = case["stream"].as_bool().unwrap();
            let endpoint = if stream { Endpoint::ConverseStream } else { Endpoint::Converse };
            let inbound = Inbound { headers: &headers, query: Some("x=1"), traceparent: None };
            let pieces: Vec<_> = body.iter().map(|piece| Bytes::from((*piece).to_owned())).collect();
            upstream.request(endpoint, text(case, "model"), inbound, pieces, time).unwrap()
        };
        let body = text(case, "body");
        let whole = ask(&[body]);
        assert_eq!(whole.uri().to_string(), format!("{base}{}", text(case, "path")), "{name}");
        for (header, value) in case["headers"].as_object().unwrap() {
            assert_eq!(whole.headers()[header].to_str().ok(), value.as_str(), "{name}: {header}");
            assert!(whole.headers()[header].is_sensitive() || header == "x-amz-date");
        }
        assert_eq!(whole.headers().get_all("authorization").iter().count(), 1);
        assert_eq!(whole.headers().contains_key("x-amz-security-token"), case["session_token"].is_string());
        let (begin, end) = body.split_at(body.len() / 2);
        assert_eq!(ask(&[begin, "", end]).headers(), whole.headers(), "however it is cut");
        assert_ne!(ask(&["{}"]).headers(), whole.headers(), "the body is signed");
    }
}

#[test]
fn keys_that_no_header_can_carry_are_refused() {
    for bad in [
        keys("", "s", None),
        keys("A/B", "s", None),
        keys("A\n", "s", None),
        keys("A", "", None),
        keys("A", "s", Some("")),
        keys("A", "s", Some("two\nlines")),
    ] {
        let bedrock = Provider { aws_keys: Some(bad), ..provider(Bedrock, "https://p.example") };
        let error = pools().make(&bedrock).unwrap_err();
        assert!(matches!(error, PrepareError::Credential { .. }) && !error.to_string().contains("lines"), "{error}");
    }
}
