//! The live feed.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use thinkwatch_edge::ClientAddress;
use thinkwatch_records::Outcome;
use tower::ServiceExt;

use crate::app::App;
use crate::overview::{call, finish};

struct Feed(Body);

impl Feed {
    async fn open(app: &App, query: &str, token: &str) -> Result<Self, StatusCode> {
        let request = Request::builder().uri(format!("/api/gateway/logs/live{query}"));
        let mut request = request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddress("203.0.113.7".parse().unwrap()));
        let response = app.router.clone().oneshot(request).await.unwrap();
        if response.status() != StatusCode::OK {
            return Err(response.status());
        }
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let mut feed = Self(response.into_body());
        assert_eq!(feed.line().await.unwrap()["type"], "heartbeat", "a feed begins with a sign of life");
        Ok(feed)
    }

    /// The next line; `None` at the end.
    async fn line(&mut self) -> Option<Value> {
        let frame = tokio::time::timeout(Duration::from_secs(5), self.0.frame()).await.expect("a line or the end");
        let bytes = frame?.unwrap().into_data().unwrap();
        assert!(bytes.ends_with(b"\n"));
        Some(serde_json::from_slice(&bytes).unwrap())
    }
}

#[tokio::test]
async fn calls_are_told_to_those_who_may_see_them_once_they_are_in_the_log() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    let mut all = Feed::open(&app, "", &root).await.unwrap();
    let mut failed = Feed::open(&app, "?outcome=upstream_error&min_tokens=10", &root).await.unwrap();
    let mut own = Feed::open(&app, "", &dev).await.unwrap();
    let calls = vec![call("usr_other", "a", 0, Outcome::UpstreamError), call(&id, "b", 0, Outcome::Ok)];
    finish(&app, calls).await;
    let line = all.line().await.unwrap();
    assert_eq!((&line["type"], &line["call"]["model"]), (&json!("call"), &json!("a")));
    let listed = app.get(&format!("/api/gateway/logs/{}", line["call"]["id"].as_str().unwrap()), &root).await;
    assert_eq!(listed.expect(200).body, line["call"], "the shape of the list");
    assert_eq!(all.line().await.unwrap()["call"]["model"], "b");
    assert_eq!(failed.line().await.unwrap()["call"]["model"], "a");
    assert_eq!(own.line().await.unwrap()["call"]["model"], "b");
    let bad = app.get("/api/gateway/logs/live?status_code=9xx", &root).await.expect(400);
    assert_eq!(bad.text("/error/field"), "status_code");
}

#[tokio::test]
async fn a_slow_reader_is_told_what_it_missed() {
    let (app, root) = App::set_up().await;
    let mut feed = Feed::open(&app, "", &root).await.unwrap();
    for n in 0..40 {
        finish(&app, vec![call("usr_1", &n.to_string(), 0, Outcome::Ok), call("usr_1", "x", 0, Outcome::Ok)]).await;
    }
    let first = feed.line().await.unwrap();
    assert_eq!(first["type"], "skipped");
    let skipped = first["count"].as_u64().unwrap();
    assert!(skipped >= 40 && skipped.is_multiple_of(2), "{skipped}");
    for _ in skipped..80 {
        assert_eq!(feed.line().await.unwrap()["type"], "call");
    }
}

#[tokio::test]
async fn feeds_are_counted_and_end_with_the_session_and_the_server() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    let mut feeds = Vec::new();
    for _ in 0..6 {
        feeds.push(Feed::open(&app, "", &dev).await.unwrap());
    }
    assert_eq!(Feed::open(&app, "", &dev).await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    let refused = app.get("/api/gateway/logs/live", &dev).await.expect(429);
    assert_eq!(refused.text("/error/code"), "too_many_feeds");
    assert!(refused.headers.contains_key("retry-after"));
    feeds.pop();
    let mut last = Feed::open(&app, "", &dev).await.unwrap();
    let mut of_root = Feed::open(&app, "", &root).await.unwrap();
    app.post(&format!("/api/admin/users/{id}/force-logout"), &root, json!({})).await.expect(200);
    assert!(last.line().await.is_none(), "the session has ended");
    drop((feeds, last));
    assert_eq!(app.control.live().watching(), 1);
    app.control.live().close();
    assert!(of_root.line().await.is_none(), "the server drains");
    drop(of_root);
    assert_eq!(app.control.live().watching(), 0);
    assert_eq!(Feed::open(&app, "", &root).await.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
}
