//! Sorting, searching, bounds, and what an act would take with it.

use serde_json::{Value, json};
use thinkwatch_records::Outcome;

use crate::app::App;
use crate::overview::{call, finish};

/// Walks all pages and gives one field of every row.
async fn walk(app: &App, path: &str, token: &str, field: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let got = app.get(&format!("{path}{cursor}"), token).await.expect(200);
        let rows = got.body["items"].as_array().unwrap();
        found.extend(rows.iter().map(|row| row[field].as_str().unwrap().to_owned()));
        match got.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn keys_are_sorted_over_pages_and_found_by_their_owner() {
    let (app, root) = App::set_up().await;
    let (dev_id, dev) = app.user(&root, "developer").await;
    for (name, owner, expires) in [
        ("beta", None, Some("2999-01-02T00:00:00Z")),
        ("Alpha", None, None),
        ("alpha", Some(&dev_id), Some("2999-01-01T00:00:00Z")),
        ("gamma~ü", None, None),
    ] {
        let new = json!({ "name": name, "user_id": owner, "expires_at": expires });
        app.post("/api/keys", &root, new).await.expect(201);
    }
    let names = |sort: &str| format!("/api/keys?limit=2&sort={sort}");
    let mut by_name = walk(&app, &names("name"), &root, "name").await;
    by_name[..2].sort();
    assert_eq!(by_name, ["Alpha", "alpha", "beta", "first", "gamma~ü"]);
    let mut down = walk(&app, &names("-name"), &root, "name").await;
    down[3..].sort();
    assert_eq!(down, ["gamma~ü", "first", "beta", "Alpha", "alpha"]);
    assert_eq!(walk(&app, &names("expires_at"), &root, "name").await[..2], ["alpha", "beta"]);
    assert_eq!(walk(&app, &names("-created_at"), &root, "name").await, ["gamma~ü", "alpha", "Alpha", "beta", "first"]);
    assert_eq!(walk(&app, &names("-last_used_at"), &root, "name").await.len(), 5);
    let found = app.get("/api/keys?q=DEVELOPER@", &root).await.expect(200);
    assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(found.text("/items/0/user_email"), "developer@example.org");
    assert_eq!(walk(&app, &names("name"), &dev, "name").await, ["alpha"], "their own only");
    let cursor = app.get(&names("name"), &root).await.text("/next_cursor");
    for (path, field) in [
        ("/api/keys?sort=color".to_owned(), "sort"),
        (format!("/api/keys?limit=2&sort=-name&cursor={cursor}"), "cursor"),
        ("/api/keys?cursor=1.key".to_owned(), "cursor"),
        ("/api/admin/users?sort=password_hash".to_owned(), "sort"),
        ("/api/gateway/logs?order=cost".to_owned(), "order"),
        ("/api/gateway/logs?min_cost_usd=cheap".to_owned(), "min_cost_usd"),
        ("/api/gateway/logs?status_code=6xx".to_owned(), "status_code"),
        ("/api/gateway/logs?limit=few&model=m".to_owned(), "limit"),
        ("/api/gateway/logs?min_tokens=few&limit=1".to_owned(), "min_tokens"),
        ("/api/gateway/logs?form=2026-01-01T00:00:00Z".to_owned(), "form"),
        ("/api/gateway/logs?model=m%20%26&to=never".to_owned(), "to"),
        ("/api/gateway/logs?model=a&model=b".to_owned(), "model"),
    ] {
        assert_eq!(app.get(&path, &root).await.expect(400).text("/error/field"), field, "{path}");
    }
}

#[tokio::test]
async fn users_are_sorted_and_told_apart() {
    let (app, root) = App::set_up().await;
    for (email, name) in [("c@example.org", "Ann"), ("b@example.org", "cid"), ("a@example.org", "Bob")] {
        let new = json!({ "email": email, "display_name": name, "password": crate::app::PASSWORD });
        app.post("/api/admin/users", &root, new).await.expect(201);
    }
    let by = async |sort: &str| {
        walk(&app, &format!("/api/admin/users?limit=2&q=example&sort={sort}"), &root, "display_name").await
    };
    assert_eq!(by("display_name").await, ["Ann", "Bob", "cid", "Root"]);
    assert_eq!(by("-email").await, ["Root", "Ann", "cid", "Bob"]);
    app.powerless_key(&root).await;
    let machines = app.get("/api/admin/users?service_account=true", &root).await.expect(200);
    assert_eq!(machines.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn calls_are_bounded_and_ordered() {
    let (app, root) = App::set_up().await;
    let mut dear = call("usr_1", "dear", 10, Outcome::Ok);
    dear.cost_nano = 2_000_000_000;
    dear.duration_us = 60_000_000;
    finish(
        &app,
        vec![call("usr_1", "cheap", 30, Outcome::Ok), dear, call("usr_1", "failed", 20, Outcome::UpstreamError)],
    )
    .await;
    for (query, models) in [
        ("order=asc", vec!["cheap", "failed", "dear"]),
        ("order=desc", vec!["dear", "failed", "cheap"]),
        ("min_cost_usd=1.5", vec!["dear"]),
        ("max_cost_usd=1.5", vec!["failed", "cheap"]),
        ("min_duration_ms=59999&max_duration_ms=60000", vec!["dear"]),
        ("min_tokens=181", vec![]),
        ("status_code=5xx", vec!["failed"]),
        ("status_code=200&stream=false", vec!["dear", "cheap"]),
    ] {
        let got = app.get(&format!("/api/gateway/logs?{query}"), &root).await.expect(200);
        let found: Vec<_> = got.body["items"].as_array().unwrap().iter().map(|call| call["model"].clone()).collect();
        assert_eq!(found, models, "{query}");
    }
}

#[tokio::test]
async fn acts_tell_what_they_would_take_with_them() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    app.post("/api/keys", &dev, json!({ "name": "k" })).await.expect(201);
    let held = app.get(&format!("/api/admin/users/{id}/impact"), &root).await.expect(200);
    assert_eq!(held.body, json!({ "keys": 1, "sessions": 1 }));
    let provider = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    let other = json!({ "name": "other", "provider_type": "openai" });
    app.post("/api/admin/providers", &root, other).await.expect(201);
    for (name, routes) in [
        ("only", json!([{ "provider": "local" }])),
        ("both", json!([{ "provider": "local" }, { "provider": "other" }])),
        ("none", json!([{ "provider": "other" }])),
    ] {
        app.post("/api/admin/models", &root, json!({ "model_id": name, "routes": routes })).await.expect(201);
    }
    let got = app.get(&format!("/api/admin/providers/{provider}/impact"), &root).await.expect(200);
    let shown: Vec<_> = got.body["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| (model["model_id"].clone(), model["routes"].clone(), model["other_routes"].clone()))
        .collect();
    assert_eq!(shown, [(json!("both"), json!(1), json!(1)), (json!("only"), json!(1), json!(0))]);
    app.get("/api/admin/providers/none/impact", &root).await.expect(404);
}

#[tokio::test]
async fn one_is_told_what_one_may_do() {
    let (app, root) = App::set_up().await;
    let (_, dev) = app.user(&root, "developer").await;
    let may = |got: &Value, action: &str| got["actions"].as_array().unwrap().iter().any(|one| one == action);
    let (of_root, of_dev) = (app.get("/api/auth/me", &root).await.body, app.get("/api/auth/me", &dev).await.body);
    assert_eq!((&of_root["role"], &of_dev["role"]), (&json!("super_admin"), &json!("developer")));
    assert!(may(&of_root, "providers:write") && !may(&of_dev, "providers:write") && may(&of_dev, "keys:create_own"));
    assert!(of_dev["session_id"].as_str().unwrap().starts_with("ses_"));
    let edit = json!({ "display_name": " Dev Eloper " }).to_string();
    let got = app.call("PATCH", "/api/auth/me", &dev, Some(edit), &[]).await.expect(200);
    assert_eq!(got.text("/display_name"), "Dev Eloper");
    let got = app.call("PATCH", "/api/auth/me", &dev, Some(json!({ "display_name": "" }).to_string()), &[]).await;
    assert_eq!(got.expect(400).text("/error/field"), "display_name");
}

#[tokio::test]
async fn a_provider_is_tested_before_it_is_saved_with_the_real_reason() {
    let (app, root) = App::set_up().await;
    let id = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    for (body, class) in [
        (
            json!({ "provider_type": "custom", "base_url": "http://127.0.0.1:1", "allow_private_network": true }),
            "connect",
        ),
        (json!({ "provider_type": "custom", "base_url": "http://no-such-host.invalid" }), "dns"),
        (json!({ "id": id, "base_url": "http://127.0.0.1:1/v1", "api_key": "••••••••6789" }), "connect"),
    ] {
        let got = app.post("/api/admin/providers/test", &root, body.clone()).await.expect(200);
        assert_eq!((&got.body["ok"], &got.body["error_class"]), (&json!(false), &json!(class)), "{body}: {got:?}");
        assert!(!got.text("/message").contains("sk-very-secret"), "{got:?}");
    }
    for (body, code, field) in [
        (json!({ "provider_type": "custom", "base_url": "http://10.0.0.1" }), "private_address", "base_url"),
        (json!({ "base_url": "https://x.example" }), "invalid", "provider_type"),
        (json!({ "id": id, "config": { "headers": { "host": "x" } } }), "invalid", "config.headers.host"),
        (json!({ "provider_type": "openai", "config": { "headers": { "a": 1 } } }), "invalid", "config.headers.a"),
    ] {
        let got = app.post("/api/admin/providers/test", &root, body.clone()).await.expect(400);
        assert_eq!((got.text("/error/code"), got.text("/error/field")), (code.to_owned(), field.to_owned()), "{body}");
    }
    assert_eq!(app.get("/api/admin/providers", &root).await.body["items"].as_array().unwrap().len(), 1);
}
