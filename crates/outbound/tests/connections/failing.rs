use std::time::{Duration, Instant};

use thinkwatch_outbound::{CallError, Client, ClientConfig, ConnectStage, Reached};
use tokio::io::AsyncReadExt as _;

use crate::{get, open, open_client, peer, post};

#[tokio::test]
async fn each_stage_has_its_own_error() {
    let (listener, url) = peer::listen().await;
    drop(listener);
    let client = open_client();
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(matches!(error, CallError::Connect { kind: std::io::ErrorKind::ConnectionRefused, .. }), "{error}");
    assert_eq!((error.code(), error.reached()), ("connect", Reached::Never));

    let error = client.send(get("http://no-such-host.invalid/")).await.unwrap_err();
    assert!(matches!(error, CallError::Dns { .. }), "{error}");
    assert_eq!((error.code(), error.reached()), ("dns", Reached::Never));

    let error = client.send(get("ftp://127.0.0.1/")).await.unwrap_err();
    assert!(matches!(error, CallError::Invalid { .. }), "{error}");
}

/// What the provider does instead of answering, and what that is called.
#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    for (text, code) in [
        ("", "broken"),
        ("HTTP/1.1 200 OK\r\ncontent-le", "broken"),
        ("SSH-2.0-OpenSSH_9.6\r\n", "protocol"),
        ("HTTP/1.1 abc\r\n\r\n", "protocol"),
    ] {
        let (listener, url) = peer::listen().await;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            peer::read_request(&mut stream).await.unwrap();
            peer::write(&mut stream, text).await;
        });
        let error = open_client().send(post(&url, &["x"])).await.unwrap_err();
        assert_eq!((error.code(), error.reached()), (code, Reached::Maybe), "{text:?}: {error}");
        server.await.unwrap();
    }
}

/// A host that takes the connection and then says nothing must not hold a TLS handshake for ever.
#[tokio::test]
async fn connecting_ends_in_time_and_says_where_it_stood() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut sink = Vec::new();
        stream.read_to_end(&mut sink).await.unwrap()
    });
    let client = Client::new(&ClientConfig { connect_timeout: Duration::from_millis(300), ..open() });
    let start = Instant::now();
    let error = client.send(get(&url.replace("http:", "https:"))).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(matches!(error, CallError::ConnectTimeout { stage: ConnectStage::Tls, .. }), "{error}");
    assert_eq!(error.reached(), Reached::Never);
    assert!(server.await.unwrap() > 0, "the half-made connection was closed");
}

/// A redirect is an answer: following it would carry the credential to wherever it points.
#[tokio::test]
async fn redirects_are_not_followed() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        peer::read_request(&mut stream).await.unwrap();
        peer::write(&mut stream, "HTTP/1.1 307 x\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n")
            .await;
    });
    assert_eq!(open_client().send(post(&url, &["x"])).await.unwrap().status(), 307);
    server.await.unwrap();
}
