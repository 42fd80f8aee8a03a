//! Every route refuses nobody and the wrong role.

use crate::app::App;
use crate::document::{operations, sample_body};

const PUBLIC: &[&str] =
    &["/api/setup/status", "/api/setup/initialize", "/api/auth/login", "/api/auth/refresh", "/api/version"];

#[tokio::test]
async fn every_route_refuses_nobody_and_the_wrong_role() {
    let (app, admin) = App::set_up().await;
    let powerless = app.powerless_key(&admin).await;
    let mut walked = 0;
    for (method, path) in operations() {
        if PUBLIC.contains(&path.as_str()) {
            continue;
        }
        let real = path
            .replace("{id}", "none")
            .replace("{request_id}", "none")
            .replace("{subject_kind}", "user")
            .replace("{subject_id}", "none");
        let body = sample_body(&method, &path);
        for (who, token, status) in [
            ("nobody", "", 401),
            ("a bad token", "eyJhbGciOiJub25lIn0.e30.", 401),
            ("service", powerless.as_str(), 403),
        ] {
            let got = app.call(&method, &real, token, body.clone(), &[]).await;
            assert_eq!(got.status.as_u16(), status, "{who} on {method} {path}: {got:?}");
            assert!(got.body["error"]["code"].is_string(), "{method} {path}: {got:?}");
        }
        walked += 1;
    }
    assert!(walked > 42, "only {walked} routes were walked");
}

#[tokio::test]
async fn roles_may_do_what_the_matrix_says() {
    let (app, admin) = App::set_up().await;
    let mut tokens = vec![("super_admin", admin.clone())];
    for role in ["admin", "operator", "team_manager", "developer", "viewer", "auditor"] {
        tokens.push((role, app.user(&admin, role).await.1));
    }
    // Who may, in the order of `tokens`.
    for (path, may) in [
        ("/api/admin/providers", [true, true, true, false, false, false, false]),
        ("/api/admin/models", [true, true, true, false, false, false, false]),
        ("/api/admin/routes/standings", [true, true, true, false, false, false, false]),
        ("/api/admin/prices", [true, true, true, false, false, false, false]),
        ("/api/admin/users", [true, true, false, false, false, false, false]),
        ("/api/admin/settings", [true, true, false, false, false, false, false]),
        ("/api/audit/logs", [true, true, false, false, false, false, true]),
        ("/api/keys", [true, true, true, true, true, false, false]),
        ("/api/analytics/usage", [true, true, true, true, true, true, true]),
        ("/api/gateway/logs", [true, true, true, true, true, true, true]),
        ("/api/analytics/overview", [true, true, true, true, true, true, true]),
        ("/api/admin/providers/health", [true, true, true, false, false, false, false]),
        ("/api/gateway/address", [true, true, true, true, true, true, true]),
        ("/api/admin/limits", [true, true, true, false, false, false, true]),
        ("/api/admin/limits/alerts", [true, true, true, false, false, false, true]),
        ("/api/admin/limits/organisation/default/rules", [true, true, true, false, false, false, true]),
        ("/api/auth/me", [true, true, true, true, true, true, true]),
    ] {
        for ((role, token), may) in tokens.iter().zip(may) {
            let got = app.get(path, token).await;
            assert_eq!(got.status.as_u16(), if may { 200 } else { 403 }, "{role} on {path}: {got:?}");
        }
    }
}

#[tokio::test]
async fn nobody_grants_or_touches_what_is_above_them() {
    let (app, root) = App::set_up().await;
    let (_, admin) = app.user(&root, "admin").await;
    let new = |role: &str| serde_json::json!({ "email": "x@example.org", "password": "Aa345678", "roles": [role] });
    app.post("/api/admin/users", &admin, new("super_admin")).await.expect(403);
    app.post("/api/admin/users", &admin, new("developer")).await.expect(201);
    let root_id = app.get("/api/auth/me", &root).await.text("/id");
    let reset = serde_json::json!({ "password": "Aa345678" });
    app.post(&format!("/api/admin/users/{root_id}/reset-password"), &admin, reset).await.expect(403);
    // A key of the stronger one would be the same thing.
    let key = serde_json::json!({ "name": "k", "user_id": root_id, "surfaces": ["console"] });
    app.post("/api/keys", &admin, key).await.expect(403);
    let got = app.post(&format!("/api/admin/users/{root_id}/deactivate"), &root, serde_json::json!({})).await;
    assert_eq!(got.expect(403).text("/error/code"), "last_super_admin");
    for (edit, field) in [
        (serde_json::json!({ "roles": ["admin"] }), "roles"),
        (serde_json::json!({ "active": false }), "active"),
        (serde_json::json!({ "active": false, "roles": ["admin"] }), "active"),
    ] {
        let path = format!("/api/admin/users/{root_id}");
        let got = app.call("PATCH", &path, &root, Some(edit.to_string()), &[]).await.expect(403);
        assert_eq!((got.text("/error/code").as_str(), got.text("/error/field").as_str()), ("last_super_admin", field));
    }
}
