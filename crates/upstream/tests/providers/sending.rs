use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::BodyExt as _;
use secrecy::SecretString;
use thinkwatch_policy::catalogue::Provider;
use thinkwatch_policy::catalogue::ProviderKind::{self, Anthropic, Azure, Bedrock, Custom, Google, Openai};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_upstream::{Inbound, PrepareError, RequestError};

use crate::{pools, provider};

/// The request a provider gets, with all that a client may have sent along.
async fn head(
    kind: ProviderKind,
    base: &str,
    endpoint: Endpoint,
    query: Option<&str>,
    sent: &[(&str, &str)],
) -> http::request::Parts {
    let upstream = pools().make(&provider(kind, base)).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    let body = [Bytes::from_static(b"a"), Bytes::from_static(b"bc")];
    let traceparent = Some(HeaderValue::from_static("00-trace"));
    let inbound = Inbound { headers: &headers, query, traceparent };
    let request = upstream.request(endpoint, "m/1", inbound, body, SystemTime::UNIX_EPOCH).unwrap();
    let (head, body) = request.into_parts();
    assert_eq!(head.method, Method::POST);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "abc");
    head
}

#[tokio::test]
async fn addresses_are_understood_with_and_without_a_version() {
    use Endpoint::*;
    for (kind, base, endpoint, query, expected) in [
        (Openai, "https://api.openai.com", ChatCompletions, None, "https://api.openai.com/v1/chat/completions"),
        (Openai, "https://api.openai.com/v1", Responses, None, "https://api.openai.com/v1/responses"),
        (Openai, "https://api.openai.com/v1/", Embeddings, None, "https://api.openai.com/v1/embeddings"),
        (
            Openai,
            "https://proxy.example/openai//",
            ChatCompletions,
            None,
            "https://proxy.example/openai/v1/chat/completions",
        ),
        (
            Anthropic,
            "https://api.anthropic.com",
            Messages,
            Some("beta=true"),
            "https://api.anthropic.com/v1/messages?beta=true",
        ),
        (
            Anthropic,
            "https://api.anthropic.com/v1",
            CountTokens,
            Some("beta=true"),
            "https://api.anthropic.com/v1/messages/count_tokens?beta=true",
        ),
        (
            Anthropic,
            "https://api.anthropic.com",
            Messages,
            Some("key=tw-1&beta=true"),
            "https://api.anthropic.com/v1/messages?beta=true",
        ),
        (Anthropic, "https://api.anthropic.com", Messages, Some("key=tw-1"), "https://api.anthropic.com/v1/messages"),
        (
            Anthropic,
            "https://api.anthropic.com",
            Messages,
            Some("beta=%zz[]"),
            "https://api.anthropic.com/v1/messages?beta=%zz[]",
        ),
        (
            Openai,
            "https://api.openai.com",
            ChatCompletions,
            Some("beta=true"),
            "https://api.openai.com/v1/chat/completions",
        ),
        (
            Custom,
            "https://openrouter.ai/api/v1",
            ChatCompletions,
            None,
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        (Custom, "https://openrouter.ai/api", Messages, None, "https://openrouter.ai/api/v1/messages"),
        (Custom, "http://localhost:11434", ChatCompletions, None, "http://localhost:11434/v1/chat/completions"),
        (Custom, "http://[::1]:8000/v1/", Responses, None, "http://[::1]:8000/v1/responses"),
        (
            Custom,
            "https://x.example/api/paas/v4",
            ChatCompletions,
            None,
            "https://x.example/api/paas/v4/chat/completions",
        ),
        (Custom, "https://x.example/v1beta/openai", Embeddings, None, "https://x.example/v1beta/openai/embeddings"),
        (Custom, "https://v4.example/vllm", ChatCompletions, None, "https://v4.example/vllm/v1/chat/completions"),
        (
            Google,
            "https://g.example",
            GenerateContent,
            Some("key=tw-1&alt=json"),
            "https://g.example/v1beta/models/m%2F1:generateContent",
        ),
        (
            Google,
            "https://g.example/v1beta/",
            StreamGenerateContent,
            None,
            "https://g.example/v1beta/models/m%2F1:streamGenerateContent?alt=sse",
        ),
        (Google, "https://g.example/v1", GeminiCountTokens, None, "https://g.example/v1beta/models/m%2F1:countTokens"),
        (Google, "https://g.example", EmbedContent, None, "https://g.example/v1beta/models/m%2F1:embedContent"),
        (
            Google,
            "https://g.example",
            BatchEmbedContents,
            None,
            "https://g.example/v1beta/models/m%2F1:batchEmbedContents",
        ),
        (
            Azure,
            "https://a.openai.azure.com",
            ChatCompletions,
            Some("api-version=1"),
            "https://a.openai.azure.com/openai/deployments/m%2F1/chat/completions?api-version=2024-10-21",
        ),
        (
            Azure,
            "https://a.openai.azure.com/openai/v1/",
            Embeddings,
            None,
            "https://a.openai.azure.com/openai/deployments/m%2F1/embeddings?api-version=2024-10-21",
        ),
        (Azure, "https://a.openai.azure.com/openai", Responses, None, "https://a.openai.azure.com/openai/v1/responses"),
        (
            Azure,
            "https://a.openai.azure.com",
            Transcriptions,
            None,
            "https://a.openai.azure.com/openai/deployments/m%2F1/audio/transcriptions?api-version=2024-10-21",
        ),
        (
            Azure,
            "https://a.openai.azure.com",
            ImageEdits,
            None,
            "https://a.openai.azure.com/openai/deployments/m%2F1/images/edits?api-version=2024-10-21",
        ),
        (Openai, "https://api.openai.com", Completions, Some("beta=1"), "https://api.openai.com/v1/completions"),
        (Openai, "https://api.openai.com/v1", Moderations, None, "https://api.openai.com/v1/moderations"),
        (Openai, "https://api.openai.com", ImageGenerations, None, "https://api.openai.com/v1/images/generations"),
        (Custom, "http://localhost:8000", Speech, None, "http://localhost:8000/v1/audio/speech"),
        (Custom, "http://localhost:8000/v1", Translations, None, "http://localhost:8000/v1/audio/translations"),
        (Custom, "http://localhost:8000", ImageVariations, None, "http://localhost:8000/v1/images/variations"),
        (Custom, "https://api.cohere.com/v2", Rerank, None, "https://api.cohere.com/v2/rerank"),
        (Bedrock, "http://b.example/x/", Converse, None, "http://b.example/x/model/m%2F1/converse"),
        (Bedrock, "http://b.example:81", ConverseStream, None, "http://b.example:81/model/m%2F1/converse-stream"),
    ] {
        assert_eq!(head(kind, base, endpoint, query, &[]).await.uri.to_string(), expected, "{base}");
    }
}

/// What a plan may lead to has an address, and nothing else has.
#[test]
fn a_type_has_an_address_for_what_it_can_be_asked() {
    for kind in ProviderKind::ALL {
        let upstream = pools().make(&provider(kind, "https://x.example")).unwrap();
        for endpoint in Endpoint::ALL {
            // What only counts may be missing: then the gateway counts.
            let asked = kind.speakable().contains(&endpoint.dialect()) && kind.has(endpoint) && !endpoint.only_counts();
            let none = HeaderMap::new();
            let inbound = Inbound { headers: &none, query: None, traceparent: None };
            let made = upstream.request(endpoint, "m", inbound, [Bytes::from_static(b"x")], SystemTime::UNIX_EPOCH);
            // OpenAI and Anthropic are never planned for each other's endpoints, whose paths they would have.
            if asked || kind == ProviderKind::Azure {
                assert_eq!(made.is_ok(), asked, "{kind:?} {endpoint:?}");
            }
        }
    }
}

#[test]
fn azures_version_says_how_its_endpoints_are_asked() {
    use Endpoint::{ChatCompletions, Responses, Speech};
    for (version, endpoint, expected) in [
        ("2025-04-01-preview", ChatCompletions, "deployments/gpt/chat/completions?api-version=2025-04-01-preview"),
        ("2025-04-01-preview", Responses, "v1/responses"),
        ("v1", ChatCompletions, "v1/chat/completions"),
        ("v1", Speech, "v1/audio/speech"),
        ("preview", ChatCompletions, "v1/chat/completions?api-version=preview"),
        ("preview", Responses, "v1/responses?api-version=preview"),
    ] {
        let azure = Provider { api_version: Some(version.into()), ..provider(Azure, "https://a.example") };
        let request = ask(&azure, endpoint, "gpt").unwrap();
        assert_eq!(request, format!("https://a.example/openai/{expected}"), "{version}");
    }
}

/// A name never leaves its place in the path, whatever an operator wrote.
#[test]
fn names_of_models_stay_in_their_segment() {
    for (name, expected) in [
        ("gemini-2.5-pro", Ok("gemini-2.5-pro")),
        ("models/gemini-2.5-pro", Ok("gemini-2.5-pro")),
        ("../../secrets", Ok("..%2F..%2Fsecrets")),
        ("a?key=1#x", Ok("a%3Fkey%3D1%23x")),
        ("anthropic.claude-v1:0", Ok("anthropic.claude-v1%3A0")),
        ("..", Err(RequestError::Model("..".to_owned()))),
        ("models/.", Err(RequestError::Model("models/.".to_owned()))),
        ("", Err(RequestError::Model(String::new()))),
    ] {
        for (kind, endpoint, around) in [
            (Google, Endpoint::GenerateContent, ("/v1beta/models/", ":generateContent")),
            (Azure, Endpoint::ChatCompletions, ("/openai/deployments/", "/chat/completions?api-version=2024-10-21")),
            (Bedrock, Endpoint::Converse, ("/model/", "/converse")),
        ] {
            let expected = expected.clone().map(|name| format!("https://p.example{}{name}{}", around.0, around.1));
            assert_eq!(ask(&provider(kind, "https://p.example"), endpoint, name), expected, "{name}");
        }
    }
}

#[test]
fn what_a_provider_does_not_have_is_an_error() {
    for (kind, endpoint) in [
        (Openai, Endpoint::GenerateContent),
        (Anthropic, Endpoint::Converse),
        (Custom, Endpoint::ConverseStream),
        (Google, Endpoint::ChatCompletions),
        (Google, Endpoint::Converse),
        (Azure, Endpoint::Messages),
        (Azure, Endpoint::StreamGenerateContent),
        (Bedrock, Endpoint::Messages),
    ] {
        let got = ask(&provider(kind, "https://p.example"), endpoint, "m");
        assert_eq!(got, Err(RequestError::Endpoint { kind, endpoint }));
    }
}

fn ask(provider: &Provider, endpoint: Endpoint, model: &str) -> Result<String, RequestError> {
    let inbound = Inbound { headers: &HeaderMap::new(), query: None, traceparent: None };
    let request = pools().make(provider).unwrap().request(endpoint, model, inbound, [], SystemTime::UNIX_EPOCH);
    request.map(|request| request.uri().to_string())
}

/// Every header that arrives, by provider: the credential is ours, the rest is in the table.
#[tokio::test]
async fn the_provider_gets_our_credential_and_nothing_of_the_clients() {
    let sent = [
        ("authorization", "Bearer tw-client"),
        ("x-api-key", "tw-client"),
        ("api-key", "tw-client"),
        ("cookie", "tw-client"),
        ("x-forwarded-for", "1.2.3.4"),
        ("connection", "keep-alive"),
        ("host", "gateway"),
        ("content-length", "3"),
        ("accept-encoding", "gzip, br"),
        ("traceparent", "00-client"),
        ("x-thinkwatch-tag-a", "b"),
        ("anthropic-beta", "a,b"),
        ("openai-beta", "c"),
        ("user-agent", "claude-cli"),
    ];
    let bearer = "authorization: Bearer sk-secret-0123456789";
    let key = "x-api-key: sk-secret-0123456789";
    let common = [
        "accept-encoding: identity",
        "content-type: application/json",
        "host: p.example:8443",
        "traceparent: 00-trace",
        "user-agent: claude-cli",
    ];
    let messages = ["anthropic-beta: a,b", "anthropic-version: 2023-06-01"];
    for (kind, endpoint, own) in [
        (Openai, Endpoint::ChatCompletions, vec![bearer, "openai-beta: c"]),
        (Openai, Endpoint::Responses, vec![bearer, "openai-beta: c"]),
        (Anthropic, Endpoint::Messages, [&[key][..], &messages].concat()),
        (Anthropic, Endpoint::CountTokens, [&[key][..], &messages].concat()),
        (Custom, Endpoint::ChatCompletions, vec![bearer, "openai-beta: c"]),
        (Custom, Endpoint::Messages, [&[key, bearer][..], &messages].concat()),
        (Google, Endpoint::StreamGenerateContent, vec!["x-goog-api-key: sk-secret-0123456789"]),
        (Azure, Endpoint::ChatCompletions, vec!["api-key: sk-secret-0123456789", "openai-beta: c"]),
        (Bedrock, Endpoint::ConverseStream, vec![bearer]),
    ] {
        let head = head(kind, "https://p.example:8443/v1", endpoint, None, &sent).await;
        let mut lines: Vec<_> = head.headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
        lines.sort();
        let mut expected = [&common[..], &own].concat();
        expected.sort_unstable();
        assert_eq!(lines, expected, "{kind:?} {endpoint:?}");
        assert!(!format!("{:?}", head.headers).contains("sk-secret"), "the credential is marked as sensitive");
    }
}

#[tokio::test]
async fn what_the_client_said_about_its_format_is_kept() {
    let sent = [("anthropic-version", "2099-01-01"), ("content-type", "application/json; charset=utf-8")];
    let head = head(Anthropic, "https://p.example", Endpoint::Messages, None, &sent).await;
    assert_eq!(head.headers["anthropic-version"], "2099-01-01");
    assert_eq!(head.headers["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn oauth_tokens_of_anthropic_are_bearer_tokens_and_no_credential_is_none() {
    let mut with_token = provider(Anthropic, "https://p.example");
    for (secret, authorization) in
        [(Some("sk-ant-oat01-x"), Some("Bearer sk-ant-oat01-x")), (Some(""), None), (None, None)]
    {
        with_token.credential = secret.map(SecretString::from);
        let upstream = pools().make(&with_token).unwrap();
        let inbound = Inbound { headers: &HeaderMap::new(), query: None, traceparent: None };
        let request = upstream.request(Endpoint::Messages, "m", inbound, [], SystemTime::UNIX_EPOCH).unwrap();
        let got = request.headers().get("authorization").map(|v| v.to_str().unwrap());
        assert_eq!(got, authorization, "{secret:?}");
        assert!(!request.headers().contains_key("x-api-key"));
    }
}

#[tokio::test]
async fn the_operators_headers_win_and_bad_settings_are_refused() {
    let with_headers = |headers: &[(&str, &str)]| {
        let mut p = provider(Custom, "https://p.example");
        p.headers = headers.iter().map(|(n, v)| ((*n).to_owned(), SecretString::from(*v))).collect();
        pools().make(&p)
    };
    let upstream = with_headers(&[("user-agent", "ours"), ("authorization", "Custom x"), ("x-title", "T")]).unwrap();
    let mut client = HeaderMap::new();
    client.insert("user-agent", HeaderValue::from_static("theirs"));
    let inbound = Inbound { headers: &client, query: None, traceparent: None };
    let request = upstream.request(Endpoint::ChatCompletions, "m", inbound, [], SystemTime::UNIX_EPOCH).unwrap();
    for (name, value) in [("user-agent", "ours"), ("authorization", "Custom x"), ("x-title", "T")] {
        assert_eq!(request.headers().get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    for header in [("host", "x"), ("content-length", "1"), ("bad name", "x"), ("x-a", "line\nbreak")] {
        let error = with_headers(&[header]).unwrap_err();
        assert!(matches!(error, PrepareError::Header { .. }), "{header:?}: {error}");
    }
    for base in ["", "api.openai.com", "ftp://x", "https://", "https://user:hush@p.example", "https://a b"] {
        let error = pools().make(&provider(Openai, base)).unwrap_err();
        assert!(matches!(error, PrepareError::BaseUrl { .. }), "{base}: {error}");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
    let mut bad = provider(Openai, "https://p.example");
    bad.credential = Some(SecretString::from("two\nlines"));
    let error = pools().make(&bad).unwrap_err();
    assert!(matches!(error, PrepareError::Credential { .. }) && !error.to_string().contains("lines"), "{error}");
}
