use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use thinkwatch_outbound::{BodyError, CallError, Client, Incoming, SegmentedBody};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::{get, open_client, peer, post};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// A server for one connection that answers every request with the same bytes, in pieces, and counts the requests.
async fn same_answer(text: String, piece: usize) -> (String, JoinHandle<usize>) {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut count = 0;
        while peer::read_request(&mut stream).await.is_some() {
            count += 1;
            for piece in text.as_bytes().chunks(piece) {
                if stream.write_all(piece).await.is_err() {
                    return count;
                }
                tokio::task::yield_now().await;
            }
        }
        count
    });
    (url, server)
}

async fn body_of(client: &Client, request: Request<SegmentedBody>) -> Result<Bytes, BodyError> {
    Ok(client.send(request).await.unwrap().into_body().collect().await?.to_bytes())
}

/// Every kind of answer that leaves the connection usable, whole and byte by byte: one connection serves all.
#[tokio::test]
async fn a_body_that_was_read_gives_its_connection_back() {
    for (method, answer, body) in [
        (Method::POST, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_owned(), "hello"),
        (Method::GET, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned(), ""),
        (Method::GET, "HTTP/1.1 204 No Content\r\n\r\n".to_owned(), ""),
        (Method::HEAD, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_owned(), ""),
        (Method::GET, "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok".to_owned(), "ok"),
        (
            Method::POST,
            format!("HTTP/1.1 100 Continue\r\n\r\n{CHUNKED}2\r\nhe\r\n3;x=\"y\"\r\nllo\r\n0\r\nt: u\r\n\r\n"),
            "hello",
        ),
    ] {
        for piece in [1, 4096] {
            let (url, server) = same_answer(answer.clone(), piece).await;
            let client = open_client();
            for _ in 0..3 {
                let request =
                    Request::builder().method(&method).uri(&url).body(Bytes::from_static(b"q").into()).unwrap();
                assert_eq!(body_of(&client, request).await.unwrap(), body, "{answer:?} by {piece}");
            }
            drop(client);
            assert_eq!(server.await.unwrap(), 3, "{answer:?} by {piece}");
        }
    }
}

/// The end of a body is seen together with its last data: the connection is free before anybody asks for more.
#[tokio::test]
async fn the_end_needs_no_further_read() {
    for answer in
        ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(), format!("{CHUNKED}1\r\no\r\n1\r\nk\r\n0\r\n\r\n")]
    {
        let (url, server) = same_answer(answer.clone(), 4096).await;
        let client = open_client();
        let mut held = Vec::new();
        for _ in 0..3 {
            let mut answer = client.send(get(&url)).await.unwrap().into_body();
            assert_eq!(answer.frame().await.unwrap().unwrap().into_data().unwrap(), "ok");
            assert!(answer.is_end_stream());
            held.push(answer);
        }
        drop((held, client));
        assert_eq!(server.await.unwrap(), 3, "{answer:?}: one connection, though each body is still held");
    }
}

/// Answers after which the connection must not be used again.
#[tokio::test]
async fn a_connection_in_doubt_is_closed() {
    for (answer, body) in [
        ("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok".to_owned(), "ok"),
        ("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned(), "ok"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n".to_owned(), "ok"),
        (format!("{CHUNKED}2\r\nok\r\n0\r\n\r\nmore"), "ok"),
    ] {
        let (url, server) = same_answer(answer.clone(), 4096).await;
        let client = open_client();
        assert_eq!(body_of(&client, get(&url)).await.unwrap(), body, "{answer:?}");
        // The client lives on: it is not its end that closes the connection.
        let served = tokio::time::timeout(Duration::from_secs(2), server).await.unwrap().unwrap();
        assert_eq!(served, 1, "{answer:?}");
        drop(client);
    }
}

/// Bytes nobody asked for, sent after an answer was read, must not become the next answer.
#[tokio::test]
async fn an_answer_sent_ahead_is_not_taken() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        peer::read_request(&mut first).await.unwrap();
        peer::write(&mut first, peer::OK).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        peer::write(&mut first, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil").await;
        let (mut second, _) = listener.accept().await.unwrap();
        peer::read_request(&mut second).await.unwrap();
        peer::write(&mut second, peer::OK).await;
    });
    let client = open_client();
    assert_eq!(body_of(&client, get(&url)).await.unwrap(), "ok");
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(body_of(&client, get(&url)).await.unwrap(), "ok");
    server.await.unwrap();
}

/// A server that sends `begin` and then `more` until it is cut off; gives how much that was.
fn endless(begin: &'static str, more: &'static str) -> (JoinHandle<u64>, tokio::sync::oneshot::Receiver<String>) {
    let (tell, url) = tokio::sync::oneshot::channel();
    let server = tokio::spawn(async move {
        let (listener, url) = peer::listen().await;
        tell.send(url).unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        peer::read_request(&mut stream).await.unwrap();
        peer::write(&mut stream, begin).await;
        let block = more.repeat(64);
        let mut sent = 0;
        while stream.write_all(block.as_bytes()).await.is_ok() {
            sent += block.len() as u64;
        }
        sent
    });
    (server, url)
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    for (begin, more, in_head) in [
        ("HTTP/1.1 200 OK\r\n", "name: value\r\n", true),
        ("HTTP/1.1 200 OK\r\nname: ", "value", true),
        ("", "HTTP/1.1 102 Processing\r\n\r\n", true),
        (CHUNKED, "00000", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "extension", false),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", "name: value\r\n", false),
    ] {
        let (server, url) = endless(begin, more);
        let client = open_client();
        match client.send(get(&url.await.unwrap())).await {
            Err(CallError::Http { .. }) => assert!(in_head, "{begin:?} {more:?}"),
            Err(other) => panic!("{begin:?} {more:?}: {other}"),
            Ok(answer) => {
                let error = answer.into_body().collect().await.map(|_| ()).unwrap_err();
                assert!(!in_head && matches!(error, BodyError::Chunk(_)), "{begin:?} {more:?}: {error}");
            }
        }
        let sent = tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
        assert!(sent < 16 << 20, "{begin:?} {more:?}: took {sent} bytes");
    }
}

/// A body cut short, in every coding that can tell.
#[tokio::test]
async fn a_cut_body_is_never_whole() {
    for (answer, whole) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell".to_owned(), false),
        (format!("{CHUNKED}5\r\nhello\r\n"), false),
        (format!("{CHUNKED}5\r\nhello\r\n0\r\n"), false),
        ("HTTP/1.1 200 OK\r\n\r\nhello".to_owned(), true),
    ] {
        let (listener, url) = peer::listen().await;
        let text = answer.clone();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            peer::read_request(&mut stream).await.unwrap();
            peer::write(&mut stream, &text).await;
        });
        let result = body_of(&open_client(), get(&url)).await;
        match result {
            Ok(body) => assert!(whole && body == "hello", "{answer:?}"),
            Err(error) => assert!(!whole && matches!(error, BodyError::Truncated), "{answer:?}: {error}"),
        }
        server.await.unwrap();
    }
}

/// A body of so many megabytes that shares one of them.
fn large(megabytes: usize) -> SegmentedBody {
    vec![Bytes::from(vec![b'x'; 1 << 20]); megabytes].into()
}

/// An upstream that refuses while the request is still on its way is heard, whether it then goes on reading, stops
/// reading or closes; and the rest of the request stays here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_refusal_is_heard() {
    for goes_on in [true, false] {
        let (listener, url) = peer::listen().await;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut begun = vec![0; 100_000];
            stream.read_exact(&mut begun).await.unwrap();
            peer::write(&mut stream, "HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig").await;
            let mut read = 0;
            if !goes_on {
                // What the client may still have written stays unread until it has gone.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            while let Ok(1..) = stream.read(&mut begun).await.inspect(|n| read += n) {}
            read
        });
        let request = Request::builder().method(Method::POST).uri(&url).body(large(200)).unwrap();
        let answer = open_client().send(request).await.unwrap();
        assert_eq!(answer.status(), 413);
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "big");
        let read = tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
        assert!(read < 100 << 20, "{read} bytes were sent after the refusal");
    }
}

/// Pages of memory this process holds, in bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

async fn echo(mut stream: TcpStream, length: u64) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    peer::write(&mut stream, &format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n")).await;
    let (read, mut write) = stream.split();
    assert_eq!(tokio::io::copy(&mut read.take(length), &mut write).await.unwrap(), length);
}

/// An echo of 100 MB that answers while it listens, read while it is sent: neither side waits for the other, and
/// nothing is held but what is on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_pass_both_ways_in_little_memory() {
    let (listener, url) = peer::listen().await;
    let length = 100 << 20;
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        echo(stream, length).await;
    });
    let request = Request::builder().method(Method::POST).uri(&url).body(large(100)).unwrap();
    let before = resident();
    let mut body = open_client().send(request).await.unwrap().into_body();
    assert_eq!(body.size_hint().exact(), Some(length));
    let (mut got, mut most) = (0, before);
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        assert!(data.len() <= 128 << 10 && data.iter().all(|b| *b == b'x'));
        got += data.len() as u64;
        most = most.max(resident());
    }
    assert_eq!(got, length);
    assert!(most - before < 16 << 20, "grew by {} bytes", most - before);
    server.await.unwrap();
}

/// Who does not read lets the sockets fill, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_slows_the_other_side() {
    for begin in [CHUNKED, "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n"] {
        let (listener, url) = peer::listen().await;
        let sent = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&sent);
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            peer::read_request(&mut stream).await.unwrap();
            peer::write(&mut stream, begin).await;
            let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {
                count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            }
        });
        let mut body: Incoming = open_client().send(get(&url)).await.unwrap().into_body();
        body.frame().await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let (filled, memory) = (sent.load(Ordering::Relaxed), resident());
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(sent.load(Ordering::Relaxed), filled, "the other side waits");
        assert!(filled < 32 << 20, "{filled} bytes were taken unasked");
        assert!(resident() < memory + (4 << 20));
        body.frame().await.unwrap().unwrap();
        drop(body);
        tokio::time::timeout(Duration::from_secs(2), server).await.unwrap().unwrap();
    }
}

/// A reading that is given up half-way loses nothing: the next one goes on where it was.
#[tokio::test]
async fn a_read_that_was_given_up_loses_nothing() {
    let text: String = (0..200).map(|n| format!("{:x}\r\n{n:->5}\r\n", 5)).collect();
    let (url, server) = same_answer(format!("{CHUNKED}{text}0\r\n\r\n"), 3).await;
    let client = open_client();
    let mut body = client.send(post(&url, &["x"])).await.unwrap().into_body();
    let mut got = Vec::new();
    loop {
        // Polled once, then dropped, again and again.
        let step = tokio::select! {
            biased;
            frame = body.frame() => Some(frame),
            () = tokio::task::yield_now() => None,
        };
        match step {
            Some(Some(frame)) => got.extend_from_slice(&frame.unwrap().into_data().unwrap()),
            Some(None) => break,
            None => {}
        }
    }
    assert_eq!(got, (0..200).map(|n| format!("{n:->5}")).collect::<String>().as_bytes());
    drop((body, client));
    assert_eq!(server.await.unwrap(), 1);
}
