use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::sync::oneshot;

use crate::{open_client, peer, post};

/// What the provider has sent when the caller leaves.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Nothing,
    Head,
    ChunkOfStream,
    PartOfLength,
}

/// The caller leaves at every stage of an answer; the provider must see the connection end within 50 ms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_closes_the_connection_at_once() {
    for sent in [Sent::Nothing, Sent::Head, Sent::ChunkOfStream, Sent::PartOfLength] {
        let (listener, url) = peer::listen().await;
        let (ready, is_ready) = oneshot::channel();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            peer::read_request(&mut stream).await.unwrap();
            let text = match sent {
                Sent::Nothing => "",
                Sent::Head => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                Sent::ChunkOfStream => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
                Sent::PartOfLength => "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhello",
            };
            peer::write(&mut stream, text).await;
            ready.send(()).unwrap();
            // The end shows as end of file or as a reset.
            let _ended = stream.read_u8().await.unwrap_err();
            Instant::now()
        });
        let client = open_client();
        let request = post(&url, &["x"]);
        let left = if matches!(sent, Sent::Nothing) {
            let call = tokio::spawn(async move { client.send(request).await.map(|_| ()) });
            is_ready.await.unwrap();
            call.abort();
            Instant::now()
        } else {
            let mut answer = client.send(request).await.unwrap();
            is_ready.await.unwrap();
            if !matches!(sent, Sent::Head) {
                answer.frame().await.unwrap().unwrap();
            }
            let now = Instant::now();
            drop(answer);
            now
        };
        let ended = tokio::time::timeout(Duration::from_secs(2), server).await;
        let ended = ended.unwrap_or_else(|_| panic!("{sent:?}: the provider noticed nothing")).unwrap();
        let took = ended.saturating_duration_since(left);
        assert!(took < Duration::from_millis(50), "{sent:?}: {took:?}");
    }
}
