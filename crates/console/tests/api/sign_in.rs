//! Set-up, sign-in, refresh, sessions.

use serde_json::json;

use crate::app::{App, PASSWORD, setup_body};

#[tokio::test]
async fn of_many_set_ups_at_once_one_wins() {
    let app = App::empty().await;
    assert_eq!(app.get("/api/setup/status", "").await.body, json!({ "initialized": false, "needs_setup": true }));
    let tries = (0..8).map(|n| {
        let (router, body) = (&app, setup_body().to_string());
        async move {
            let address = format!("198.51.100.{n}");
            router.call_from(&address, "POST", "/api/setup/initialize", "", Some(body), &[]).await.status.as_u16()
        }
    });
    // All are polled together: each gets as far as its first wait before another goes on.
    let statuses = join_all(tries.collect()).await;
    assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|s| **s == 403).count(), 7, "{statuses:?}");
    assert_eq!(app.get("/api/setup/status", "").await.body, json!({ "initialized": true, "needs_setup": false }));
}

/// Polls all futures until all are done.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(move |cx| {
        for (future, done) in &mut pending {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *done = Some(output);
            }
        }
        if pending.iter().any(|(_, done)| done.is_none()) {
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(pending.iter_mut().filter_map(|(_, done)| done.take()).collect())
    })
    .await
}

#[tokio::test]
async fn set_up_is_limited_per_address() {
    let app = App::empty().await;
    let bad = json!({ "admin": { "email": "no", "password": "short" } });
    for _ in 0..5 {
        app.post("/api/setup/initialize", "", bad.clone()).await.expect(400);
    }
    let got = app.post("/api/setup/initialize", "", bad).await.expect(429);
    assert!(got.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn wrong_and_unknown_look_alike_and_lock_out() {
    let (app, _) = App::set_up().await;
    let login = async |email: &str, password: &str| {
        app.post("/api/auth/login", "", json!({ "email": email, "password": password })).await
    };
    let wrong = login("root@example.org", "nope").await.expect(401);
    let unknown = login("who@example.org", "nope").await.expect(401);
    assert_eq!(wrong.body, unknown.body);
    login("ROOT@example.org", PASSWORD).await.expect(200);
    for _ in 0..9 {
        login("root@example.org", "nope").await;
    }
    let got = login("root@example.org", PASSWORD).await.expect(429);
    assert!(got.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 1);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_session() {
    let (app, _) = App::set_up().await;
    let login = json!({ "email": "root@example.org", "password": PASSWORD });
    let first = app.post("/api/auth/login", "", login).await.expect(200);
    let refresh = async |token: &str| app.post("/api/auth/refresh", "", json!({ "refresh_token": token })).await;
    let r0 = first.text("/refresh_token");
    let second = refresh(&r0).await.expect(200);
    let r1 = second.text("/refresh_token");
    // Two tabs at once: the second gets what the first got.
    assert_eq!(refresh(&r0).await.expect(200).text("/refresh_token"), r1);
    let third = refresh(&r1).await.expect(200);
    let access = third.text("/access_token");
    app.get("/api/auth/me", &access).await.expect(200);
    // Two generations old: stolen.
    refresh(&r0).await.expect(401);
    app.get("/api/auth/me", &access).await.expect(401);
    refresh(&third.text("/refresh_token")).await.expect(401);
    for bad in ["", "twr_x.y", "garbage"] {
        refresh(bad).await.expect(401);
    }
}

#[tokio::test]
async fn what_ends_a_session_ends_it_at_once() {
    let (app, root) = App::set_up().await;
    for act in ["deactivate", "force-logout", "reset-password", "delete", "logout"] {
        let email = format!("{act}@example.org");
        let body = json!({ "email": email, "password": PASSWORD });
        let id = app.post("/api/admin/users", &root, body).await.expect(201).text("/id");
        let token = app.sign_in(&email).await;
        let key = app.post("/api/keys", &token, json!({ "name": "k", "surfaces": ["console"] })).await;
        let key = key.expect(201).text("/key");
        app.get("/api/keys", &token).await.expect(200);
        app.get("/api/keys", &key).await.expect(200);
        let got = match act {
            "delete" => app.call("DELETE", &format!("/api/admin/users/{id}"), &root, None, &[]).await,
            "logout" => app.post("/api/auth/logout", &token, json!({})).await,
            _ => app.post(&format!("/api/admin/users/{id}/{act}"), &root, json!({ "password": PASSWORD })).await,
        };
        assert!(got.status.is_success(), "{act}: {got:?}");
        app.get("/api/keys", &token).await.expect(401);
        let keys_die = ["deactivate", "delete"].contains(&act);
        app.get("/api/keys", &key).await.expect(if keys_die { 401 } else { 200 });
    }
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let (app, root) = App::set_up().await;
    let (_, other) = app.user(&root, "developer").await;
    let (second, third) = (app.sign_in("root@example.org").await, app.sign_in("root@example.org").await);
    let end = async |query: &str, token: &str| {
        app.call("DELETE", &format!("/api/auth/sessions{query}"), token, None, &[]).await
    };
    // Not by accident.
    for query in ["", "?others=false", "?others=yes", "?others=true&all=true"] {
        end(query, &root).await.expect(400);
    }
    let key = app.post("/api/keys", &root, json!({ "name": "k", "surfaces": ["console"] })).await.text("/key");
    end("?others=true", &key).await.expect(403);
    assert_eq!(end("?others=true", &root).await.expect(200).body["sessions_ended"], 2);
    for gone in [&second, &third] {
        app.get("/api/auth/me", gone).await.expect(401);
    }
    for kept in [&root, &other] {
        app.get("/api/auth/me", kept).await.expect(200);
    }
    assert_eq!(end("?others=true", &root).await.expect(200).body["sessions_ended"], 0);
    let trail = app.get("/api/audit/logs?limit=1", &root).await.expect(200);
    assert_eq!(trail.text("/items/0/action"), "auth.other_sessions_revoked");
}
