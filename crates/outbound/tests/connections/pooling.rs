use std::time::Duration;

use http_body_util::BodyExt as _;
use thinkwatch_outbound::{CallError, Reached};

use crate::{open_client, peer, post};

/// A replaced model name leaves a body of several segments; the provider sees one body with its length.
#[tokio::test]
async fn segments_arrive_as_one_body_of_known_length() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = peer::read_request(&mut stream).await.unwrap();
        peer::write(&mut stream, peer::OK).await;
        request
    });
    let request = post(&format!("{url}/v1/x?beta=true"), &["{\"model\":\"", "", "gpt-5", "\"}"]);
    let body = open_client().send(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "ok");
    let (head, body) = server.await.unwrap();
    assert_eq!(body, br#"{"model":"gpt-5"}"#);
    let mut lines: Vec<_> = head.trim_end().split("\r\n").collect();
    assert_eq!(lines.remove(0), "POST /v1/x?beta=true HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", url.trim_start_matches("http://"));
    assert_eq!(lines, ["content-length: 17", host.as_str()], "and no header of our own making");
}

/// The provider closes each connection right after its answer, without saying so. The next call, body and all, must
/// not notice. Many rounds, with and without time for the close to arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_closed_while_idle_is_replaced_without_a_word() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        for _ in 0..40 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (_, body) = peer::read_request(&mut stream).await.unwrap();
            assert_eq!(body, b"abc");
            peer::write(&mut stream, peer::OK).await;
        }
    });
    let client = open_client();
    for round in 0..40 {
        let answer = client.send(post(&url, &["a", "bc"])).await;
        let answer = answer.unwrap_or_else(|error| panic!("round {round}: {error}"));
        answer.into_body().collect().await.unwrap();
        tokio::time::sleep(Duration::from_millis(round % 4)).await;
    }
    server.await.unwrap();
}

#[tokio::test]
async fn connections_are_used_again() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..5 {
            peer::read_request(&mut stream).await.unwrap();
            peer::write(&mut stream, peer::OK).await;
        }
        let other = tokio::time::timeout(Duration::from_millis(20), listener.accept()).await;
        assert!(other.is_err(), "one connection serves all");
    });
    let client = open_client();
    for _ in 0..5 {
        client.send(post(&url, &["x"])).await.unwrap().into_body().collect().await.unwrap();
    }
    server.await.unwrap();
}

/// Once the request has been written it may have been worked on (and billed): it is not sent a second time.
#[tokio::test]
async fn a_request_that_was_read_is_never_repeated() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        peer::read_request(&mut stream).await.unwrap();
        peer::write(&mut stream, peer::OK).await;
        peer::read_request(&mut stream).await.unwrap();
        drop(stream);
        let again = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(again.is_err(), "not repeated");
    });
    let client = open_client();
    client.send(post(&url, &["x"])).await.unwrap().into_body().collect().await.unwrap();
    let error = client.send(post(&url, &["x"])).await.unwrap_err();
    assert!(matches!(error, CallError::BeforeHeaders { .. }), "{error}");
    assert_eq!(error.reached(), Reached::Maybe);
    server.await.unwrap();
}

/// Two threads with a runtime each share one pool: each goes on with the connection that its own runtime watches.
#[test]
fn threads_keep_to_their_own_connections() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let servers = runtime();
    let (listener, url) = servers.block_on(peer::listen());
    // Answers with the number of the connection.
    let server = async move {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            tasks.spawn(async move {
                while peer::read_request(&mut stream).await.is_some() {
                    peer::write(&mut stream, &format!("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{number}")).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    };
    let client = open_client();
    let both_begun = std::sync::Barrier::new(2);
    let both_done = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        let threads = [0, 1].map(|_| {
            let (client, url, both_begun, both_done) = (client.clone(), &url, &both_begun, &both_done);
            scope.spawn(move || {
                let runtime = runtime();
                let read = async |answer: http::Response<thinkwatch_outbound::Incoming>| {
                    answer.into_body().collect().await.unwrap().to_bytes()
                };
                let first = runtime.block_on(client.send(post(url, &["x"]))).unwrap();
                both_begun.wait();
                let own = runtime.block_on(read(first));
                both_done.wait();
                for _ in 0..20 {
                    // Both wait in the pool when both are asked for.
                    both_begun.wait();
                    let next = runtime.block_on(async { read(client.send(post(url, &["x"])).await.unwrap()).await });
                    assert_eq!(next, own);
                    both_done.wait();
                }
                // A runtime must not end while its connection is in use elsewhere.
                both_done.wait();
                own
            })
        });
        drop(client);
        servers.block_on(server);
        let [one, other] = threads.map(|thread| thread.join().unwrap());
        assert_ne!(one, other);
    });
}
