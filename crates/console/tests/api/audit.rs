//! Every mutation leaves a row in the audit trail.

use std::collections::BTreeSet;

use serde_json::json;

use crate::app::{App, PASSWORD, setup_body};
use crate::document::operations;

/// Exchanging a token changes nothing anybody could ask about; its reuse is audited. A preview changes nothing at all.
const EXEMPT: &[(&str, &str)] = &[("POST", "/api/auth/refresh"), ("POST", "/api/admin/limits/preview")];

#[tokio::test]
async fn every_mutation_leaves_an_audit_row() {
    let app = App::empty().await;
    app.post("/api/setup/initialize", "", setup_body()).await.expect(201);
    let login = json!({ "email": "root@example.org", "password": PASSWORD });
    let root = app.sign_in("root@example.org").await;
    let other = app.sign_in("root@example.org").await;
    let last = app.sign_in("root@example.org").await;
    let sessions = app.get("/api/auth/sessions", &other).await;
    let current =
        sessions.body["items"].as_array().unwrap().iter().find(|s| s["current"] == true).unwrap()["id"].clone();
    let user = json!({ "email": "u@example.org", "password": PASSWORD });
    let user = app.post("/api/admin/users", &root, user).await.expect(201).text("/id");
    let key = async || app.post("/api/keys", &root, json!({ "name": "k" })).await.expect(201).text("/id");
    let provider = json!({ "name": "p1", "provider_type": "custom", "base_url": "http://127.0.0.1:1", "allow_private_network": true });
    let provider = app.post("/api/admin/providers", &root, provider).await.expect(201).text("/id");
    let model = json!({ "model_id": "m1", "routes": [{ "provider": "local" }] });
    let model = app.post("/api/admin/models", &root, model).await.expect(201).text("/id");
    let (k1, k2, k3) = (key().await, key().await, key().await);

    let mut done = BTreeSet::from([("POST".to_owned(), "/api/setup/initialize".to_owned())]);
    for (method, path, id, token, body) in [
        ("POST", "/api/auth/login", "", "", login),
        ("PATCH", "/api/auth/me", "", &root, json!({ "display_name": "The Root" })),
        (
            "POST",
            "/api/admin/providers/test",
            "",
            &root,
            json!({ "provider_type": "custom", "base_url": "http://127.0.0.1:1", "allow_private_network": true }),
        ),
        ("DELETE", "/api/auth/sessions/{id}", current.as_str().unwrap(), &root, json!({})),
        ("POST", "/api/auth/logout", "", &last, json!({})),
        ("DELETE", "/api/auth/sessions?others=true", "", &root, json!({})),
        (
            "POST",
            "/api/auth/password",
            "",
            &root,
            json!({ "current_password": PASSWORD, "new_password": "Other-Horse-8" }),
        ),
        ("POST", "/api/admin/users", "", &root, json!({ "email": "v@example.org", "password": PASSWORD })),
        ("PATCH", "/api/admin/users/{id}", &user, &root, json!({ "display_name": "U" })),
        ("POST", "/api/admin/users/{id}/deactivate", &user, &root, json!({})),
        ("POST", "/api/admin/users/{id}/activate", &user, &root, json!({})),
        ("POST", "/api/admin/users/{id}/reset-password", &user, &root, json!({ "password": PASSWORD })),
        ("POST", "/api/admin/users/{id}/force-logout", &user, &root, json!({})),
        ("DELETE", "/api/admin/users/{id}", &user, &root, json!({})),
        ("POST", "/api/keys", "", &root, json!({ "name": "k4" })),
        ("PATCH", "/api/keys/{id}", &k1, &root, json!({ "name": "k5" })),
        ("POST", "/api/keys/{id}/rotate", &k1, &root, json!({})),
        ("POST", "/api/keys/{id}/disable", &k2, &root, json!({})),
        ("POST", "/api/keys/{id}/enable", &k2, &root, json!({})),
        ("POST", "/api/keys/{id}/revoke", &k2, &root, json!({ "reason": "leaked" })),
        ("DELETE", "/api/keys/{id}", &k3, &root, json!({})),
        ("POST", "/api/admin/providers", "", &root, json!({ "name": "p2", "provider_type": "openai" })),
        ("PATCH", "/api/admin/providers/{id}", &provider, &root, json!({ "priority": 3 })),
        ("POST", "/api/admin/providers/{id}/test", &provider, &root, json!({})),
        ("DELETE", "/api/admin/providers/{id}", &provider, &root, json!({})),
        ("POST", "/api/admin/models", "", &root, json!({ "model_id": "m2", "routes": [{ "provider": "local" }] })),
        ("PATCH", "/api/admin/models/{id}", &model, &root, json!({ "display_name": "M" })),
        ("DELETE", "/api/admin/models/{id}", &model, &root, json!({})),
        ("POST", "/api/admin/cache/purge", "", &root, json!({})),
        ("PATCH", "/api/admin/settings", "", &root, json!({ "gateway.timeout.idle_ms": 45000 })),
        (
            "POST",
            "/api/admin/prices",
            "",
            &root,
            json!({ "provider": "local", "upstream_model": "m", "rates": { "input": "1" } }),
        ),
    ] {
        let before = rows(&app, &root).await;
        let got = app.call(method, &path.replace("{id}", id), token, Some(body.to_string()), &[]).await;
        assert!(got.status.is_success(), "{method} {path}: {got:?}");
        let after = rows(&app, &root).await;
        assert!(after.len() > before.len(), "{method} {path} left no audit row");
        let newest = after.first().unwrap();
        assert_eq!(newest["ip_address"], "203.0.113.7", "{newest}");
        assert!(newest["user_email"].is_string(), "{method} {path}: {newest}");
        let path = path.split('?').next().unwrap_or_default();
        done.insert((method.to_owned(), path.to_owned()));
    }
    // The bundled list is in the book already: nothing is written, so nothing is to be told.
    app.post("/api/admin/prices/import", &root, json!({})).await.expect(200);
    done.insert(("POST".to_owned(), "/api/admin/prices/import".to_owned()));
    limits(&app, &root, &mut done).await;
    let missed: Vec<_> = operations()
        .into_iter()
        .filter(|(method, _)| method != "GET")
        .filter(|op| !done.contains(op) && !EXEMPT.contains(&(op.0.as_str(), op.1.as_str())))
        .collect();
    assert!(missed.is_empty(), "mutations this test does not know: {missed:?}");
    // And nothing in the trail is a secret.
    let text = serde_json::to_string(&rows(&app, &root).await).unwrap();
    for secret in [PASSWORD, "Other-Horse-8", "sk-very-secret"] {
        assert!(!text.contains(secret), "{secret} is in the trail");
    }
}

async fn rows(app: &App, token: &str) -> Vec<serde_json::Value> {
    let got = app.get("/api/audit/logs?limit=1000", token).await.expect(200);
    got.body["items"].as_array().unwrap().clone()
}

/// Every act on a rate limit and on a budget.
async fn limits(app: &App, root: &str, done: &mut BTreeSet<(String, String)>) {
    let over = json!({ "max": 9, "reason": "x", "expires_at": soon() });
    for (what, new) in [
        ("rules", json!({ "metric": "requests", "window": "1m", "max": 5 })),
        ("budgets", json!({ "period": "daily", "unit": "tokens", "max": 5 })),
    ] {
        let all = format!("/api/admin/limits/organisation/default/{what}");
        let named = format!("/api/admin/limits/{{subject_kind}}/{{subject_id}}/{what}");
        let mut id = String::new();
        for (method, below, body) in [
            ("POST", "", new.clone()),
            ("PATCH", "/{id}", json!({ "max": 6 })),
            ("POST", "/{id}/override", over.clone()),
            ("DELETE", "/{id}/override", json!({})),
            ("POST", "/{id}/reset", json!({})),
            ("DELETE", "/{id}", json!({})),
            ("POST", "", new.clone()),
            ("DELETE", "", json!({})),
        ] {
            let before = rows(app, root).await.len();
            let path = format!("{all}{}", below.replace("{id}", &id));
            let got = app.call(method, &path, root, Some(body.to_string()), &[]).await;
            assert!(got.status.is_success(), "{method} {path}: {got:?}");
            assert!(rows(app, root).await.len() > before, "{method} {path} left no audit row");
            if let Some(made) = got.body["id"].as_str() {
                made.clone_into(&mut id);
            }
            done.insert((method.to_owned(), format!("{named}{below}")));
        }
    }
}

fn soon() -> String {
    let at = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
    at.format(&time::format_description::well_known::Rfc3339).unwrap()
}
