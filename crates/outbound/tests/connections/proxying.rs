use std::time::Duration;

use http_body_util::BodyExt as _;
use thinkwatch_outbound::{CallError, Client, ClientConfig, ProxyRules, Reached};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::tls::{Authority, serve};
use crate::{get, open, peer, post};

/// A proxy for one connection: gives `answer`, then (if it is a yes) joins the two ends. Returns the head it was sent.
fn proxy(listener: TcpListener, answer: &'static str, target: String) -> JoinHandle<String> {
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let (head, _) = peer::read_request(&mut client).await.unwrap();
        peer::write(&mut client, answer).await;
        if answer.contains(" 200 ") {
            let mut server = TcpStream::connect(target).await.unwrap();
            // However it ends, both ends are closed.
            let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
        head
    })
}

fn through(proxy: &str, authority: &Authority) -> ClientConfig {
    let rules =
        ProxyRules::parse(Some(&proxy.replace("http://", "http://me:secret@")), Some("direct.example")).unwrap();
    ClientConfig {
        allow_private_network: false,
        connect_timeout: Duration::from_secs(10),
        tls: authority.trust(),
        proxy: rules,
        ..open()
    }
}

/// The proxy is on a loopback address although private addresses are not allowed: it was set by the environment.
#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let (server, server_url) = peer::listen().await;
    let server = tokio::spawn(serve(server, authority.acceptor("provider.invalid", false)));
    let (listener, proxy_url) = peer::listen().await;
    let target = server_url.trim_start_matches("http://").to_owned();
    let seen = proxy(listener, "HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\n", target);
    let client = Client::new(&through(&proxy_url, &authority));
    let answer = client.send(post("https://provider.invalid/v1", &["abc"])).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "HTTP/1.1 3");
    drop(client);
    let head = seen.await.unwrap();
    assert!(head.starts_with("CONNECT provider.invalid:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: Basic bWU6c2VjcmV0\r\n"), "{head}");
    server.abort();
}

#[tokio::test]
async fn a_proxy_that_says_no_is_named() {
    let authority = Authority::new();
    for (answer, word) in [
        ("HTTP/1.1 407 x\r\n\r\n", "407"),
        ("HTTP/1.1 502 x\r\n\r\n", "502"),
        ("garbage\r\n\r\n", "does not speak HTTP"),
        ("", "end of file"),
    ] {
        let (listener, url) = peer::listen().await;
        let seen = proxy(listener, answer, String::new());
        let error = Client::new(&through(&url, &authority)).send(get("https://provider.invalid/")).await.unwrap_err();
        assert!(matches!(error, CallError::Proxy { .. }), "{answer:?}: {error}");
        let text = error.to_string();
        assert!(text.contains(word) && !text.contains("secret"), "{text}");
        assert_eq!(error.reached(), Reached::Never);
        seen.await.unwrap();
    }
}

/// A proxy must not become the way around the guard.
#[tokio::test]
async fn private_targets_are_refused_before_the_proxy_is_asked() {
    let authority = Authority::new();
    let (listener, url) = peer::listen().await;
    let client = Client::new(&through(&url, &authority));
    for host in ["169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "metadata.google.internal", "127.0.0.1", "localhost"]
    {
        let error = client.send(get(&format!("https://{host}/"))).await.unwrap_err();
        assert!(matches!(error, CallError::Refused { .. }), "{host}: {error}");
    }
    assert!(tokio::time::timeout(Duration::from_millis(30), listener.accept()).await.is_err(), "nobody asked it");
}
