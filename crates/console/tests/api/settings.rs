//! Settings: read, changed, taken back.

use serde_json::{Value, json};

use crate::app::{App, Got};

async fn change(app: &App, token: &str, wanted: Value, headers: &[(&str, &str)]) -> Got {
    app.call("PATCH", "/api/admin/settings", token, Some(wanted.to_string()), headers).await
}

fn of(got: &Got, key: &str) -> Value {
    let items = got.body["items"].as_array().unwrap();
    items.iter().find(|item| item["key"] == key).unwrap_or_else(|| panic!("{key}")).clone()
}

#[tokio::test]
async fn a_change_acts_at_once_and_can_be_taken_back() {
    let (app, root) = App::set_up().await;
    let before = of(&app.get("/api/admin/settings", &root).await.expect(200), "keys.rotation_grace_secs");
    assert_eq!((&before["value"], &before["source"]), (&json!(86400), &json!("default")));
    assert_eq!((&before["tab"], &before["applies"]), (&json!("api_keys"), &json!("at_once")));
    assert_eq!((&before["min"], &before["max"]), (&json!(0), &json!(2_592_000)));
    let new = json!({ "name": "k", "surfaces": ["console"] });
    let key = app.post("/api/keys", &root, new).await.expect(201);

    let changed = change(&app, &root, json!({ "keys.rotation_grace_secs": 0 }), &[]).await.expect(200);
    let after = of(&changed, "keys.rotation_grace_secs");
    assert_eq!((&after["value"], &after["source"]), (&json!(0), &json!("store")));
    let rotated = app.post(&format!("/api/keys/{}/rotate", key.text("/id")), &root, json!({})).await.expect(200);
    app.get("/api/keys", &key.text("/key")).await.expect(401);
    app.get("/api/keys", &rotated.text("/key")).await.expect(200);

    let back = change(&app, &root, json!({ "keys.rotation_grace_secs": null }), &[]).await.expect(200);
    let back = of(&back, "keys.rotation_grace_secs");
    assert_eq!((&back["value"], &back["source"]), (&json!(86400), &json!("default")));
}

#[tokio::test]
async fn what_is_read_at_start_waits_for_it() {
    let (app, root) = App::set_up().await;
    let changed = change(&app, &root, json!({ "spool.strict": true }), &[]).await.expect(200);
    let strict = of(&changed, "spool.strict");
    assert_eq!(
        (&strict["value"], &strict["applies"], &strict["pending"]),
        (&json!(true), &json!("at_start"), &json!(true))
    );
    assert_eq!(of(&changed, "spool.sync_ms")["pending"], false);
    let back = change(&app, &root, json!({ "spool.strict": null }), &[]).await.expect(200);
    assert_eq!(of(&back, "spool.strict")["pending"], false);
}

#[tokio::test]
async fn all_or_none_and_each_fault_names_its_field() {
    let (app, root) = App::set_up().await;
    for (wanted, status, field, code) in [
        (json!({ "spool.strct": true }), 400, "spool.strct", "unknown_field"),
        (json!({ "site_name": "x" }), 400, "site_name", "unknown_field"),
        (json!({ "gateway.timeout.idle_ms": "5000" }), 400, "gateway.timeout.idle_ms", "invalid"),
        (json!({ "gateway.timeout.idle_ms": 1 }), 400, "gateway.timeout.idle_ms", "invalid"),
        (json!({ "gateway.responses.state": "never" }), 400, "gateway.responses.state", "invalid"),
        (json!({ "spool.sync_ms": 5 }), 403, "spool.sync_ms", "set_by_environment"),
        (json!({ "spool.sync_ms": null }), 403, "spool.sync_ms", "set_by_environment"),
        (json!({ "auth.lockout_secs": 9, "gateway.timeout.idle_ms": 1 }), 400, "gateway.timeout.idle_ms", "invalid"),
    ] {
        let got = change(&app, &root, wanted, &[]).await.expect(status);
        assert_eq!((got.text("/error/field").as_str(), got.text("/error/code").as_str()), (field, code), "{got:?}");
    }
    change(&app, &root, json!({}), &[]).await.expect(400);
    change(&app, &root, json!([1]), &[]).await.expect(400);
    let now = app.get("/api/admin/settings", &root).await.expect(200);
    let stored: Vec<_> =
        now.body["items"].as_array().unwrap().iter().filter(|item| item["source"] == "store").collect();
    assert!(stored.is_empty(), "{stored:?}");
}

#[tokio::test]
async fn an_edit_of_what_was_changed_meanwhile_is_refused() {
    let (app, root) = App::set_up().await;
    let tag = app.get("/api/admin/settings", &root).await.headers["etag"].to_str().unwrap().to_owned();
    let seen = [("if-match", tag.as_str())];
    change(&app, &root, json!({ "auth.lockout_secs": 60 }), &seen).await.expect(200);
    change(&app, &root, json!({ "auth.lockout_secs": 70 }), &seen).await.expect(412);
    let now = app.get("/api/admin/settings", &root).await;
    assert_eq!(of(&now, "auth.lockout_secs")["value"], 60);
}

#[tokio::test]
async fn seeing_is_not_changing() {
    let (app, root) = App::set_up().await;
    let (_, admin) = app.user(&root, "operator").await;
    change(&app, &admin, json!({ "auth.lockout_secs": 60 }), &[]).await.expect(403);
}
