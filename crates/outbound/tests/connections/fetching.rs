use std::time::Duration;

use http::HeaderMap;
use thinkwatch_outbound::{FetchError, FetchLimits};

use crate::{open_client, peer};

/// An answer, the limits, and what comes of it: the JSON, or which error.
#[tokio::test]
async fn whole_answers_are_bounded_in_size_and_time() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}".to_owned(), "json"),
        ("HTTP/1.1 404 x\r\ncontent-length: 7\r\n\r\n{\"a\":1}".to_owned(), "json"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{\"a".to_owned(), "not json"),
        (format!("{chunked}65\r\n{}\r\n0\r\n\r\n", "x".repeat(101)), "too large"),
        (format!("{chunked}5\r\nhello\r\n"), "timeout"),
        (format!("{chunked}zz\r\n"), "cut"),
    ] {
        let (listener, url) = peer::listen().await;
        let text = answer.clone();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (head, body) = peer::read_request(&mut stream).await.unwrap();
            peer::write(&mut stream, &text).await;
            // Held open, so that only the client's limit can end it.
            tokio::time::sleep(Duration::from_millis(300)).await;
            (head, body)
        });
        let limits = FetchLimits { total: Duration::from_millis(150), max_bytes: 100 };
        let body = serde_json::json!({"q": 2});
        let result = open_client().post_json(url.parse().unwrap(), HeaderMap::new(), &body, limits).await;
        let got = match result {
            Ok(fetched) => match fetched.json::<serde_json::Value>() {
                Ok(value) if value["a"] == 1 => "json",
                _ => "not json",
            },
            Err(FetchError::TooLarge(100)) => "too large",
            Err(FetchError::Timeout(_)) => "timeout",
            Err(FetchError::Body(_)) => "cut",
            Err(other) => panic!("{answer:?}: {other}"),
        };
        assert_eq!(got, expected, "{answer:?}");
        let (head, body) = server.await.unwrap();
        assert_eq!(body, br#"{"q":2}"#);
        assert!(head.contains("content-type: application/json\r\n") && head.contains("accept: application/json\r\n"));
    }
}
