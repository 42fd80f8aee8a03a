//! The life of a key.

use serde_json::{Value, json};

use crate::app::App;

#[tokio::test]
async fn a_key_lives_rotates_rests_and_ends() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "ci", "surfaces": ["console"], "allowed_models": ["gpt-*"], "tags": { "env": "ci" } });
    let made = app.post("/api/keys", &root, new).await.expect(201);
    let (id, secret) = (made.text("/id"), made.text("/key"));
    assert!(secret.starts_with("tw-") && secret.len() >= 51, "{secret}");
    let works = async |secret: &str| app.get("/api/keys", secret).await.status == 200;
    assert!(works(&secret).await);
    let path = format!("/api/keys/{id}");
    let shown = app.get(&path, &root).await.expect(200);
    assert!(!shown.body.to_string().contains(&secret));
    assert_eq!(shown.body["allowed_models"], json!(["gpt-*"]));

    app.post(&format!("{path}/disable"), &root, json!({ "reason": "pause" })).await.expect(200);
    assert!(!works(&secret).await);
    app.post(&format!("{path}/enable"), &root, json!({})).await.expect(200);
    assert!(works(&secret).await);

    let rotated = app.post(&format!("{path}/rotate"), &root, json!({})).await.expect(200);
    let (new_id, new_secret) = (rotated.text("/id"), rotated.text("/key"));
    assert_eq!(rotated.text("/lineage_id"), made.text("/lineage_id"));
    assert!(works(&secret).await && works(&new_secret).await, "both work during the grace");
    assert_eq!(app.get(&path, &root).await.text("/state"), "grace");
    let again = app.post(&format!("/api/keys/{new_id}/rotate"), &root, json!({ "grace_secs": 0 })).await.expect(200);
    assert!(!works(&new_secret).await, "no grace was asked for");
    let last = again.text("/key");
    let last_path = format!("/api/keys/{}", again.text("/id"));
    app.post(&format!("{last_path}/revoke"), &root, json!({ "reason": "leaked" })).await.expect(200);
    assert!(!works(&last).await);
    let ended = app.get(&last_path, &root).await.expect(200);
    assert_eq!((ended.text("/state"), ended.text("/reason")), ("revoked".to_owned(), "leaked".to_owned()));
    app.post(&format!("{last_path}/enable"), &root, json!({})).await.expect(409);
}

#[tokio::test]
async fn edits_name_the_version_they_are_based_on() {
    let (app, root) = App::set_up().await;
    let id = app.post("/api/keys", &root, json!({ "name": "a", "cost_center": "x" })).await.expect(201).text("/id");
    let path = format!("/api/keys/{id}");
    let tag = app.get(&path, &root).await.headers["etag"].to_str().unwrap().to_owned();
    let edit = async |tag: &str, body: Value| {
        app.call("PATCH", &path, &root, Some(body.to_string()), &[("if-match", tag)]).await
    };
    let got = edit(&tag, json!({ "cost_center": null })).await.expect(200);
    assert_eq!(got.body["cost_center"], Value::Null);
    assert_eq!(got.text("/name"), "a");
    edit(&tag, json!({ "name": "b" })).await.expect(412);
    edit("*", json!({ "name": "b" })).await.expect(200);
}

#[tokio::test]
async fn strictness_is_kept_and_goes_on_after_a_rotation() {
    let (app, root) = App::set_up().await;
    let plain = app.post("/api/keys", &root, json!({ "name": "a" })).await.expect(201);
    assert_eq!(plain.body["strict_conversion"], false);
    let strict = json!({ "name": "b", "strict_conversion": true });
    let strict = app.post("/api/keys", &root, strict).await.expect(201);
    assert_eq!(strict.body["strict_conversion"], true);
    let rotated = app.post(&format!("/api/keys/{}/rotate", strict.text("/id")), &root, json!({})).await.expect(200);
    let path = format!("/api/keys/{}", rotated.text("/id"));
    assert_eq!(app.get(&path, &root).await.body["strict_conversion"], true);
    let renamed = app.call("PATCH", &path, &root, Some(json!({ "name": "c" }).to_string()), &[]).await.expect(200);
    assert_eq!(renamed.body["strict_conversion"], true, "what is not said stays");
    let off =
        app.call("PATCH", &path, &root, Some(json!({ "strict_conversion": false }).to_string()), &[]).await.expect(200);
    assert_eq!(off.body["strict_conversion"], false);
    app.call("PATCH", &path, &root, Some(json!({ "strict_conversion": "yes" }).to_string()), &[]).await.expect(400);
}

#[tokio::test]
async fn others_keys_are_not_known_to_a_developer() {
    let (app, root) = App::set_up().await;
    let (_, dev) = app.user(&root, "developer").await;
    let foreign = app.post("/api/keys", &root, json!({ "name": "a" })).await.expect(201).text("/id");
    let hidden = app.get(&format!("/api/keys/{foreign}"), &dev).await.expect(404);
    assert_eq!(hidden.body, app.get("/api/keys/key_none", &dev).await.expect(404).body);
    app.post(&format!("/api/keys/{foreign}/revoke"), &dev, json!({})).await.expect(404);
    app.post("/api/keys", &dev, json!({ "name": "mine" })).await.expect(201);
    let listed = app.get("/api/keys", &dev).await.expect(200);
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    let soon = app.get("/api/keys/expiring?days=30", &dev).await.expect(200);
    assert!(soon.body["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn lists_by_state_hold_what_is_in_grace_until_it_ends() {
    let (app, root) = App::set_up().await;
    let make = async |name: &str| app.post("/api/keys", &root, json!({ "name": name })).await.expect(201).text("/id");
    let (old, off, gone) = (make("rotated").await, make("off").await, make("gone").await);
    let rotate = async |id: &str, grace: i64| {
        app.post(&format!("/api/keys/{id}/rotate"), &root, json!({ "grace_secs": grace })).await.expect(200).text("/id")
    };
    let newest = rotate(&old, 3600).await;
    let after_gone = rotate(&gone, 0).await;
    app.post(&format!("/api/keys/{off}/disable"), &root, json!({})).await.expect(200);
    app.post(&format!("/api/keys/{after_gone}/revoke"), &root, json!({})).await.expect(200);
    let ids = async |query: &str| {
        let got = app.get(&format!("/api/keys{query}"), &root).await.expect(200);
        let mut ids: Vec<_> =
            got.body["items"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<&String>| {
        ids.sort();
        ids.into_iter().cloned().collect::<Vec<_>>()
    };
    let first = ids("?q=first").await.remove(0);
    for (query, expected) in [
        ("", vec![&first, &old, &newest, &off]),
        ("?include_ended=true", vec![&first, &old, &newest, &off, &gone, &after_gone]),
        ("?state=active", vec![&first, &newest]),
        ("?state=grace", vec![&old]),
        ("?state=disabled", vec![&off]),
        ("?state=replaced", vec![]),
        ("?state=revoked", vec![&gone, &after_gone]),
        ("?state=expired", vec![]),
        ("/expiring", vec![&old]),
    ] {
        assert_eq!(ids(query).await, sorted(expected), "{query}");
    }
    let wrong = app.get("/api/keys?state=dead", &root).await.expect(400);
    assert_eq!(wrong.text("/error/field"), "state");
}
