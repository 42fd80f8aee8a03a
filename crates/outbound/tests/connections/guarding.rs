use std::time::Duration;

use thinkwatch_outbound::{AddressClass, CallError, Client, ClientConfig, Reached, Tls};

use crate::{get, open, peer};

/// Whatever the host is called, the address it leads to decides, and nothing is sent there.
#[tokio::test]
async fn loopback_is_refused_in_every_spelling() {
    let (listener, url) = peer::listen().await;
    let port = url.rsplit(':').next().unwrap();
    let client = Client::new(&ClientConfig::new(Tls::new(None).unwrap()));
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "127.1",
        "0x7f.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[::]",
    ] {
        for scheme in ["http", "https"] {
            let error = client.send(get(&format!("{scheme}://{host}:{port}/"))).await.unwrap_err();
            assert!(matches!(error, CallError::Refused { .. }), "{host}: {error}");
            assert_eq!((error.code(), error.reached()), ("private_address", Reached::Never));
        }
    }
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "no connection was made");
}

#[tokio::test]
async fn metadata_is_refused_even_with_permission() {
    let client = Client::new(&open());
    for (host, expected) in [
        ("169.254.169.254", AddressClass::Metadata),
        ("[::ffff:169.254.169.254]", AddressClass::Metadata),
        ("[fd00:ec2::254]", AddressClass::Metadata),
        ("100.100.100.200", AddressClass::Metadata),
        ("0xa9fea9fe", AddressClass::Metadata),
        ("169.254.7.7", AddressClass::LinkLocal),
        ("[fe80::1]", AddressClass::LinkLocal),
    ] {
        match client.send(get(&format!("http://{host}/latest/meta-data/"))).await {
            Err(CallError::Refused { class, .. }) => assert_eq!(class, expected, "{host}"),
            other => panic!("{host}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn permission_opens_loopback() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        peer::read_request(&mut stream).await.unwrap();
        peer::write(&mut stream, peer::OK).await;
    });
    let url = url.replace("127.0.0.1", "localhost");
    assert_eq!(Client::new(&open()).send(get(&url)).await.unwrap().status(), 200);
    server.await.unwrap();
}
