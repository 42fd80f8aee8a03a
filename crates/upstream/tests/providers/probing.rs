use std::time::Duration;

use thinkwatch_outbound::FetchLimits;
use thinkwatch_policy::catalogue::Provider;
use thinkwatch_policy::catalogue::ProviderKind::{Anthropic, Custom, Openai};
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
