//! The files of the web console, from a fixture instead of a web build.

use std::borrow::Cow;

use thinkwatch_console::{Asset, Assets};

use crate::app::{App, Got};

const INDEX: &str = "<!doctype html><meta property=\"csp-nonce\" nonce=\"__CSP_NONCE__\"><script src=\"/assets/app-1.js\" \
                     nonce=\"__CSP_NONCE__\"></script>";

/// A web build of a few files.
#[derive(Debug)]
pub(crate) struct Files;

impl Assets for Files {
    fn get(&self, path: &str) -> Option<Asset> {
        let (bytes, hash) = match path {
            "index.html" => (INDEX, "i"),
            "assets/app-1.js" => ("let plain = 'the longest of the three';", "plain"),
            "assets/app-1.js.br" => ("brotli", "br"),
            "assets/app-1.js.gz" => ("gzipped!", "gz"),
            "assets/style-2.css" => ("a{}", "css"),
            "favicon.svg" => ("<svg/>", "svg"),
            "secret/.env" => ("no", "no"),
            _ => return None,
        };
        Some(Asset { bytes: Cow::Borrowed(bytes.as_bytes()), hash: hash.to_owned() })
    }
}

async fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Got {
    app.call(method, path, "", None, headers).await
}

fn header<'g>(got: &'g Got, name: &str) -> &'g str {
    got.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn files_come_in_the_form_that_was_asked_for_and_are_kept_as_long_as_they_may() {
    let app = App::empty().await;
    for (accept, encoding, body, tag) in [
        ("", "", "let plain = 'the longest of the three';", "\"plain\""),
        ("gzip, br", "br", "brotli", "\"br\""),
        ("gzip", "gzip", "gzipped!", "\"gz\""),
        ("br;q=0, gzip", "gzip", "gzipped!", "\"gz\""),
    ] {
        let got = ask(&app, "GET", "/assets/app-1.js", &[("accept-encoding", accept)]).await.expect(200);
        assert_eq!(got.body, body, "{accept}");
        for (name, value) in [
            ("content-encoding", encoding),
            ("etag", tag),
            ("vary", "accept-encoding"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("content-type", "text/javascript; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(header(&got, name), value, "{accept}: {name}");
        }
        let head = ask(&app, "HEAD", "/assets/app-1.js", &[("accept-encoding", accept)]).await.expect(200);
        assert_eq!((head.body.as_str(), header(&head, "content-length")), (Some(""), &*body.len().to_string()));
        let known = [("accept-encoding", accept), ("if-none-match", &*format!("\"x\", W/{tag}"))];
        let got = ask(&app, "GET", "/assets/app-1.js", &known).await.expect(304);
        assert_eq!((got.body.as_str(), header(&got, "etag")), (Some(""), tag));
    }
    let got = ask(&app, "GET", "/favicon.svg", &[("accept-encoding", "gzip, br")]).await.expect(200);
    assert_eq!(header(&got, "cache-control"), "no-cache");
    assert_eq!((header(&got, "content-type"), header(&got, "content-encoding")), ("image/svg+xml", ""));
}

#[tokio::test]
async fn every_address_of_a_room_is_the_page_and_no_other_is() {
    let app = App::empty().await;
    let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    for path in ["/", "/login", "/gateway/guide", "/keys/key_1?tab=use", "/index.html", "/secret/.env"] {
        let got = ask(&app, "GET", path, &[html]).await.expect(200);
        assert!(got.body.as_str().unwrap().starts_with("<!doctype html>"), "{path}");
        assert_eq!(header(&got, "cache-control"), "no-store", "{path}");
        ask(&app, "HEAD", path, &[html]).await.expect(200);
    }
    ask(&app, "GET", "/", &[]).await.expect(200);
    for (method, path, accept) in [
        ("GET", "/assets/gone-3.js", html.1),
        ("GET", "/assets/app-1.js.br", html.1),
        ("GET", "/assets/../index.html", html.1),
        ("GET", "/api/nothing", html.1),
        ("GET", "/api", html.1),
        ("GET", "/no-such-file.js", "*/*"),
        ("POST", "/login", html.1),
    ] {
        let got = ask(&app, method, path, &[("accept", accept)]).await.expect(404);
        assert_eq!(got.text("/error/code"), "not_found", "{method} {path}");
    }
}

#[tokio::test]
async fn the_page_has_a_fresh_nonce_and_may_ask_the_gateway() {
    let app = App::empty().await;
    let mut nonces = std::collections::BTreeSet::new();
    for host in ["console.example.org", "[::1]:3001", "x; script-src *", "a'b"] {
        let got = ask(&app, "GET", "/", &[("host", host)]).await.expect(200);
        let text = got.body.as_str().unwrap();
        let nonce = text.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(nonce.len() >= 32 && !text.contains("__CSP_NONCE__"), "{text}");
        let policy = header(&got, "content-security-policy");
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}';")), "{policy}");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("connect-src 'self' https://") && policy.contains(":3123;"), "{policy}");
        assert!(!policy.contains('*') && !policy.contains("unsafe"), "{policy}");
        assert!(nonces.insert(nonce));
    }
}

#[tokio::test]
async fn the_gateways_address_is_told_to_who_is_signed_in() {
    let (app, root) = App::set_up().await;
    let got = app.get("/api/gateway/address", &root).await.expect(200);
    assert_eq!(got.text("/source"), "detected");
    assert_eq!(got.text("/url"), "https://console.example.org:3123");
}
