//! The dashboard: everybody's numbers to those who may see them, one's own to the others.

use std::sync::Arc;

use serde_json::{Value, json};
use thinkwatch_control::consumers::{LedgerConsumer, LogConsumer};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{Consumer, Cursor};
use thinkwatch_records::{Attempt, CallRecord, Outcome};

use crate::app::App;

pub(crate) fn now_us() -> i64 {
    i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap()
}

/// A call of a user that ended so many seconds ago.
pub(crate) fn call(user: &str, model: &str, seconds_ago: i64, outcome: Outcome) -> CallRecord {
    let timestamp = now_us() - seconds_ago * 1_000_000;
    let failed = outcome == Outcome::UpstreamError;
    let mut call = CallRecord {
        timestamp,
        user_id: user.to_owned(),
        user_email: format!("{user}@example.org"),
        key_id: format!("key_{user}"),
        key_lineage_id: format!("lin_{user}"),
        model: model.to_owned(),
        provider: "local".to_owned(),
        usage: Some(TokenCounts {
            input: 100,
            cache_read: 50,
            cache_write_5m: 7,
            cache_write_1h: 3,
            output: 20,
            reasoning: 5,
            ..TokenCounts::default()
        }),
        cost_nano: 1_000_000,
        price_version: "prc_1".to_owned(),
        status_code: if failed { 502 } else { 200 },
        outcome: outcome as i32,
        error_class: if failed { "server_error".to_owned() } else { String::new() },
        duration_us: 2_000_000,
        ttft_us: 400_000,
        ..CallRecord::default()
    };
    call.attempts = vec![Attempt {
        provider: "local".to_owned(),
        started_at: timestamp + 1_500,
        duration_us: 1_900_000,
        status_code: call.status_code,
        error_class: call.error_class.clone(),
        ..Attempt::default()
    }];
    call.set_request_id(RequestId::from_parts(timestamp, rand::random()));
    call
}

/// Puts calls where finished calls go.
pub(crate) async fn finish(app: &App, calls: Vec<CallRecord>) {
    let batch = Arc::new(calls);
    let next = Cursor { segment: 1, offset: u64::try_from(now_us()).unwrap() };
    LedgerConsumer::new(app.store.clone()).apply("spool", &batch, next).await.unwrap();
    let log = LogConsumer::new(Arc::clone(&app.logs)).telling(app.control.live().clone());
    log.apply("spool", &batch, next).await.unwrap();
}

#[tokio::test]
async fn the_dashboard_adds_up_and_shows_nobody_what_is_not_theirs() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    let (_, viewer) = app.user(&root, "viewer").await;
    finish(
        &app,
        vec![
            call(&id, "gpt-4o", 700, Outcome::Ok),
            call(&id, "gpt-4o", 600, Outcome::Cancelled),
            call("usr_other", "secret-model", 600, Outcome::Ok),
            call("usr_other", "gpt-4o", 100, Outcome::UpstreamError),
            // In the range before.
            call("usr_other", "secret-model", 30 * 3600, Outcome::Ok),
        ],
    )
    .await;
    for (who, token, scope, requests, errors, before, cost) in [
        ("root", &root, "all", 4, 1, 1, "0.004"),
        ("viewer", &viewer, "all", 4, 1, 1, "0.004"),
        ("developer", &dev, "own", 2, 0, 0, "0.002"),
    ] {
        let got = app.get("/api/analytics/overview", token).await.expect(200);
        assert_eq!(got.text("/scope"), scope, "{who}");
        let totals = &got.body["totals"];
        assert_eq!(totals["requests"], requests, "{who}");
        assert_eq!(totals["errors"], errors, "{who}");
        assert_eq!(totals["cost_usd"], cost, "{who}");
        assert_eq!(
            (&totals["input_tokens"], &totals["output_tokens"]),
            (&json!(100 * requests), &json!(20 * requests))
        );
        assert_eq!(totals["tokens_per_second"], json!(10.0), "{who}");
        assert_eq!(got.body["previous"]["requests"], before, "{who}");
        let p50 = totals["duration_ms"]["p50"].as_f64().unwrap();
        assert!((1600.0..2400.0).contains(&p50), "{p50}");
        let series = got.body["series"].as_array().unwrap();
        assert!(series.len() <= 122 && series.len() > 90, "{}", series.len());
        let sum = |field: &str| series.iter().map(|point| point[field].as_u64().unwrap()).sum::<u64>();
        assert_eq!((sum("requests"), sum("errors")), (requests, errors));
        for (class, each) in [
            ("input_tokens", 100),
            ("cache_read_tokens", 50),
            ("cache_write_5m_tokens", 7),
            ("cache_write_1h_tokens", 3),
            ("output_tokens", 20),
            ("reasoning_tokens", 5),
        ] {
            assert_eq!((sum(class), totals[class].as_u64()), (each * requests, Some(each * requests)), "{class}");
        }
        let text = got.body.to_string();
        assert_eq!(text.contains("secret-model") || text.contains("usr_other"), scope == "all", "{who}: {text}");
        let names = |list: &str, field: &str| -> Vec<Value> {
            got.body[list].as_array().unwrap().iter().map(|entry| entry[field].clone()).collect()
        };
        assert_eq!(names("top_providers", "name"), ["local"], "{who}");
        assert_eq!(names("top_users", "id").len(), if scope == "all" { 2 } else { 1 }, "{who}");
        assert_eq!(names("top_models", "name")[0], "gpt-4o", "{who}");
    }
    // The month is the ledger's: it may have begun since the call of yesterday.
    let month = app.get("/api/analytics/overview", &dev).await.text("/month_to_date_usd");
    assert_eq!(month, app.get("/api/analytics/costs", &dev).await.text("/month_to_date_usd"));
    for (query, field) in [
        ("from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to"),
        ("from=2020-01-01T00:00:00Z", "from"),
        ("to=yesterday", "to"),
        ("user_id=usr_other", "user_id"),
    ] {
        let got = app.get(&format!("/api/analytics/overview?{query}"), &dev).await.expect(400);
        assert_eq!(got.text("/error/field"), field, "{query}");
    }
}

#[tokio::test]
async fn a_key_is_counted_over_its_rotations_and_its_calls_are_found_so() {
    let (app, root) = App::set_up().await;
    let old = app.post("/api/keys", &root, json!({ "name": "turning" })).await.expect(201);
    let new = app.post(&format!("/api/keys/{}/rotate", old.text("/id")), &root, json!({})).await.expect(200);
    let with = |key: &str| {
        let lineage = old.text("/lineage_id");
        CallRecord { key_id: key.to_owned(), key_lineage_id: lineage, ..call("usr_1", "m", 10, Outcome::Ok) }
    };
    finish(&app, vec![with(&old.text("/id")), with(&new.text("/id")), call("usr_1", "m", 10, Outcome::Ok)]).await;
    let got = app.get("/api/analytics/overview", &root).await.expect(200);
    let top = &got.body["top_keys"][0];
    assert_eq!((&top["id"], &top["name"], &top["requests"]), (&new.body["id"], &json!("turning"), &json!(2)));
    let lineage = top["key_lineage_id"].as_str().unwrap();
    let found = app.get(&format!("/api/gateway/logs?key_lineage_id={lineage}"), &root).await.expect(200);
    assert_eq!(found.body["items"].as_array().unwrap().len(), 2);
    // Each says the name that its key has now; of a key that never was here there is none.
    let listed = app.get("/api/gateway/logs", &root).await.expect(200);
    let mut names: Vec<_> = listed.body["items"].as_array().unwrap().iter().map(|one| &one["key_name"]).collect();
    names.sort_by_key(|name| name.is_null());
    assert_eq!(names, [&json!("turning"), &json!("turning"), &Value::Null]);
    let id = found.text("/items/0/id");
    assert_eq!(app.get(&format!("/api/gateway/logs/{id}"), &root).await.text("/key_name"), "turning");
}

#[tokio::test]
async fn a_provider_that_failed_before_another_answered_is_not_well() {
    let (app, root) = App::set_up().await;
    let id = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    let of = |mut call: CallRecord, classes: &[&str]| {
        call.attempts = classes
            .iter()
            .map(|class| Attempt {
                provider_id: id.clone(),
                started_at: call.timestamp,
                error_class: (*class).to_owned(),
                ..Attempt::default()
            })
            .collect();
        call
    };
    let fine = call("usr_1", "m", 10, Outcome::Ok);
    finish(&app, vec![of(fine.clone(), &["overloaded", ""])]).await;
    finish(&app, vec![of(call("usr_1", "m", 5, Outcome::ClientError), &["client_fault"])]).await;
    let got = app.get("/api/admin/providers/health", &root).await.expect(200);
    let one = &got.body["items"][0];
    assert_eq!(
        (&one["attempts"], &one["failures"], &one["status"]),
        (&json!(3), &json!(1), &json!("degraded")),
        "{one}"
    );
    assert_eq!(one["last_error_class"], "overloaded");
    assert!(one["last_success_at"].is_string());
    let shown = app.get(&format!("/api/gateway/logs/{}", fine.request_id()), &root).await.expect(200);
    assert_eq!(shown.body["attempts"][1]["start_ms"], json!(0.0));
}
