use std::time::Duration;

use secrecy::SecretString;
use thinkwatch_outbound::FetchLimits;
use thinkwatch_policy::catalogue::ProviderKind::{Anthropic, Azure, Bedrock, Custom, Google, Openai};
use thinkwatch_policy::catalogue::{AwsKeys, Provider};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{pools, provider};

const LIMITS: FetchLimits = FetchLimits { total: Duration::from_secs(5), max_bytes: 100_000 };

/// A provider that gives these answers one after the other, and the heads of the requests it got.
async fn answering(answers: Vec<(u16, String)>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let mut heads = Vec::new();
        let (mut stream, _) = listener.accept().await.unwrap();
        for (status, body) in answers {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            heads.push(String::from_utf8(head).unwrap());
            let text = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(text.as_bytes()).await.unwrap();
        }
        heads
    });
    (url, server)
}

#[tokio::test]
async fn models_are_listed_for_each_kind() {
    let one = r#"{"object":"list","data":[{"id":"gpt-5","object":"model"},{"id":"o3"}]}"#.to_owned();
    let (url, server) = answering(vec![(200, one.clone())]).await;
    let models = pools().make(&provider(Openai, &url)).unwrap().list_remote_models(LIMITS).await.unwrap();
    assert_eq!(models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["gpt-5", "o3"]);
    let heads = server.await.unwrap();
    assert!(heads[0].starts_with("GET /v1/models HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("authorization: Bearer sk-secret-0123456789\r\n"));

    let pages = vec![
        (
            200,
            r#"{"data":[{"type":"model","id":"claude-a","display_name":"A"}],"has_more":true,"last_id":"claude-a"}"#
                .to_owned(),
        ),
        (
            200,
            r#"{"data":[{"type":"model","id":"claude-b","display_name":"B"}],"has_more":false,"last_id":"claude-b"}"#
                .to_owned(),
        ),
    ];
    let (url, server) = answering(pages).await;
    let models = pools().make(&provider(Anthropic, &url)).unwrap().list_remote_models(LIMITS).await.unwrap();
    assert_eq!(models.iter().map(|m| m.display_name.as_deref()).collect::<Vec<_>>(), [Some("A"), Some("B")]);
    let heads = server.await.unwrap();
    assert!(heads[1].starts_with("GET /v1/models?limit=1000&after_id=claude-a HTTP/1.1\r\n"), "{}", heads[1]);
    assert!(heads[1].contains("x-api-key: sk-secret-0123456789\r\n") && heads[1].contains("anthropic-version: "));

    let (url, server) = answering(vec![(200, one)]).await;
    let probe = pools().make(&provider(Custom, &format!("{url}/api/v1"))).unwrap().probe(LIMITS).await;
    assert_eq!(probe.result, Ok(2));
    assert!(server.await.unwrap()[0].starts_with("GET /api/v1/models HTTP/1.1\r\n"));
}

/// Some copies tell a name for people beside the id, as OpenRouter does.
#[tokio::test]
async fn a_list_may_have_ids_and_names() {
    let list = r#"{"data":[{"id":"a/b","name":"A: B"},{"name":"llama3"}]}"#.to_owned();
    let (url, server) = answering(vec![(200, list)]).await;
    let models = pools().make(&provider(Custom, &url)).unwrap().list_remote_models(LIMITS).await.unwrap();
    let found: Vec<_> = models.iter().map(|m| (m.id.as_str(), m.display_name.as_deref())).collect();
    assert_eq!(found, [("a/b", Some("A: B")), ("llama3", None)]);
    server.await.unwrap();
}

#[tokio::test]
async fn google_azure_and_bedrock_list_models_in_their_own_ways() {
    let pages = vec![
        (200, r#"{"models":[{"name":"models/gemini-a","displayName":"A"}],"nextPageToken":"t/2"}"#.to_owned()),
        (200, r#"{"models":[{"name":"models/gemini-b"}],"nextPageToken":""}"#.to_owned()),
    ];
    let (url, server) = answering(pages).await;
    let models = pools().make(&provider(Google, &url)).unwrap().list_remote_models(LIMITS).await.unwrap();
    let found: Vec<_> = models.iter().map(|m| (m.id.as_str(), m.display_name.as_deref())).collect();
    assert_eq!(found, [("gemini-a", Some("A")), ("gemini-b", None)]);
    let heads = server.await.unwrap();
    assert!(heads[0].starts_with("GET /v1beta/models?pageSize=1000 HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("x-goog-api-key: sk-secret-0123456789\r\n"), "{}", heads[0]);
    assert!(heads[1].starts_with("GET /v1beta/models?pageSize=1000&pageToken=t%2F2 HTTP/1.1\r\n"), "{}", heads[1]);

    let (url, server) = answering(vec![(200, r#"{"data":[{"id":"gpt-4o","object":"model"}]}"#.to_owned())]).await;
    assert_eq!(pools().make(&provider(Azure, &url)).unwrap().probe(LIMITS).await.result, Ok(1));
    let heads = server.await.unwrap();
    assert!(heads[0].starts_with("GET /openai/models?api-version=2024-10-21 HTTP/1.1\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("api-key: sk-secret-0123456789\r\n"), "{}", heads[0]);

    let list = r#"{"modelSummaries":[{"modelId":"a.b-v1:0","modelName":"B","outputModalities":["TEXT"]},
        {"modelId":"a.picture","outputModalities":["IMAGE"]}]}"#;
    let (url, server) = answering(vec![(200, list.to_owned())]).await;
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SecretString::from("secret-0123456789"),
        session_token: Some(SecretString::from("token-0123456789")),
    };
    let bedrock = Provider {
        credential: None,
        region: Some("eu-west-1".into()),
        aws_keys: Some(keys),
        ..provider(Bedrock, &url)
    };
    let upstream = pools().make(&bedrock).unwrap();
    let models = upstream.list_remote_models(LIMITS).await.unwrap();
    assert_eq!(models.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["a.b-v1:0"]);
    let heads = server.await.unwrap();
    assert!(heads[0].starts_with("GET /foundation-models HTTP/1.1\r\n"), "{}", heads[0]);
    let scope = "/eu-west-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=";
    assert!(
        heads[0].contains(scope) && heads[0].contains("x-amz-security-token: token-0123456789\r\n"),
        "{}",
        heads[0]
    );
    assert_eq!(upstream.safe_message("no secret-0123456789, no token-0123456789"), "no [credential], no [credential]");
}

/// An operator who tests a connection is told what is wrong, and the credential is never in it.
#[tokio::test]
async fn a_failed_test_says_why() {
    for (status, body, label, says) in [
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided: sk-secret-0123456789"}}"#,
            "upstream_auth",
            "[credential]",
        ),
        (404, "<html></html>", "not_found", "is the base URL right?"),
        (200, "<html>welcome</html>", "protocol", "is the base URL right?"),
        (301, "", "redirect", "redirect"),
        (500, r#"{"error":"boom"}"#, "server_error", "boom"),
        (429, "", "rate_limited", "429"),
    ] {
        let (url, server) = answering(vec![(status, body.to_owned())]).await;
        let probe = pools().make(&provider(Openai, &url)).unwrap().probe(LIMITS).await;
        let failure = probe.result.unwrap_err();
        assert_eq!((failure.class.label(), failure.status), (label, Some(status)), "{failure}");
        assert!(failure.message.contains(says) && !failure.message.contains("sk-secret"), "{failure}");
        server.await.unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let closed = Provider { allow_private_network: false, ..provider(Openai, &url) };
    let metadata = provider(Custom, "http://169.254.169.254");
    let no_tls = provider(Openai, &url.replace("http:", "https:"));
    let garbage = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"no tls here").await.unwrap();
        let mut sink = [0; 4096];
        assert!(stream.read(&mut sink).await.unwrap() > 0);
    });
    for (provider, label, says) in [
        (closed, "private_address", "allow_private_network"),
        (metadata, "private_address", "cloud metadata"),
        (no_tls, "tls", "EXTRA_CA_FILE"),
        (provider(Openai, "http://no-such-host.invalid"), "dns", "cannot be resolved"),
        (provider(Openai, "http://127.0.0.1:1"), "connect", "connection refused"),
    ] {
        let failure = pools().make(&provider).unwrap().probe(LIMITS).await.result.unwrap_err();
        assert_eq!((failure.class.label(), failure.status), (label, None), "{failure}");
        assert!(failure.message.contains(says), "{failure}");
    }
    garbage.await.unwrap();
}
