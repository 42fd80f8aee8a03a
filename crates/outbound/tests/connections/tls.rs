use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use thinkwatch_outbound::{BodyError, CallError, Client, ClientConfig, Reached, Tls, TlsError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{get, open, peer, post};

/// An authority of our own, as a company has one.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn trust(&self) -> Tls {
        Tls::new(Some(self.0.pem().as_bytes())).unwrap()
    }

    /// A server side with a certificate for a name.
    pub(crate) fn acceptor(&self, name: &str, expired: bool) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Answers every request on every connection with the HTTP version it came by and the size of its body.
pub(crate) async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((tcp, _)) = listener.accept().await {
        let Ok(session) = acceptor.accept(tcp).await else { continue };
        let answer = service_fn(|request: Request<Incoming>| async move {
            let version = request.version();
            let size = request.into_body().collect().await.unwrap().to_bytes().len();
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("{version:?} {size}")))))
        });
        tokio::spawn(async move {
            let _ended = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(session), answer).await;
        });
    }
}

#[tokio::test]
async fn only_trusted_valid_certificates_for_the_right_name_are_taken() {
    let authority = Authority::new();
    let (ours, others) = (authority.trust(), Tls::new(None).unwrap());
    for (case, name, expired, trust, taken) in [
        ("EXTRA_CA_FILE names the authority", "localhost", false, &ours, true),
        ("an unknown authority", "localhost", false, &others, false),
        ("an expired certificate", "localhost", true, &ours, false),
        ("a certificate for another name", "example.com", false, &ours, false),
    ] {
        let (listener, url) = peer::listen().await;
        let server = tokio::spawn(serve(listener, authority.acceptor(name, expired)));
        let url = url.replace("http://127.0.0.1", "https://localhost");
        let client = Client::new(&ClientConfig { tls: trust.clone(), ..open() });
        match client.send(get(&url)).await {
            Ok(answer) => assert!(taken && answer.status() == 200, "{case}"),
            Err(error) => {
                assert!(!taken && matches!(error, CallError::Tls { .. }), "{case}: {error}");
                assert_eq!((error.code(), error.reached()), ("tls", Reached::Never), "{case}");
            }
        }
        server.abort();
    }
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_error() {
    let (listener, url) = peer::listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        peer::write(&mut stream, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
        // The hello is read, so that the close does not become a reset that overtakes the answer.
        let mut sink = [0; 4096];
        assert!(stream.read(&mut sink).await.unwrap() > 0);
    });
    let error = Client::new(&open()).send(get(&url.replace("http:", "https:"))).await.unwrap_err();
    assert!(matches!(error, CallError::Tls { .. }), "{error}");
    server.await.unwrap();
}

#[tokio::test]
async fn http2_is_spoken_only_where_it_is_wanted() {
    let authority = Authority::new();
    for (http2, expected) in [(false, "HTTP/1.1 70000"), (true, "HTTP/2.0 70000")] {
        let (listener, url) = peer::listen().await;
        let server = tokio::spawn(serve(listener, authority.acceptor("localhost", false)));
        let client = Client::new(&ClientConfig { tls: authority.trust(), http2, ..open() });
        let big: &'static str = "x".repeat(69_999).leak();
        for _ in 0..2 {
            let request = post(&url.replace("http://127.0.0.1", "https://localhost"), &["y", big]);
            let body = client.send(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected);
        }
        server.abort();
    }
}

/// HTTP/1.1 in many small records: read whole, on one connection; and an end without a farewell is not an end.
#[tokio::test]
async fn records_are_gathered_and_a_cut_session_is_noticed() {
    let authority = Authority::new();
    let (listener, url) = peer::listen().await;
    let acceptor = authority.acceptor("localhost", false);
    let server = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut session = acceptor.accept(tcp).await.unwrap();
        for round in 0..3 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(session.read_u8().await.unwrap());
            }
            if round == 2 {
                session.write_all(b"HTTP/1.1 200 OK\r\n\r\npart").await.unwrap();
                session.flush().await.unwrap();
                break;
            }
            session.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
            for _ in 0..2000 {
                session.write_all(b"64\r\n").await.unwrap();
                session.write_all(&[b'x'; 100]).await.unwrap();
                session.write_all(b"\r\n").await.unwrap();
            }
            session.write_all(b"0\r\n\r\n").await.unwrap();
            session.flush().await.unwrap();
        }
        // The socket is closed without the session's farewell.
        drop(session);
    });
    let client = Client::new(&ClientConfig { tls: authority.trust(), ..open() });
    let url = url.replace("http://127.0.0.1", "https://localhost");
    for _ in 0..2 {
        let body = client.send(get(&url)).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert!(body.len() == 200_000 && body.iter().all(|b| *b == b'x'));
    }
    let error = client.send(get(&url)).await.unwrap().into_body().collect().await.map(|_| ()).unwrap_err();
    assert!(matches!(error, BodyError::Truncated), "{error}");
    server.await.unwrap();
}

#[test]
fn a_bad_extra_ca_file_is_said_to_be_bad() {
    assert!(matches!(Tls::new(Some(b"")), Err(TlsError::NoCertificate)));
    assert!(matches!(Tls::new(Some(b"not pem at all")), Err(TlsError::NoCertificate)));
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(Tls::new(Some(broken)), Err(TlsError::Certificate(_))));
    let torn = b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    assert!(matches!(Tls::new(Some(torn)), Err(TlsError::Pem(_))));
}
