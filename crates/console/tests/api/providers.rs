//! Providers, models, prices.

use serde_json::{Value, json};

use crate::app::App;

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "p", "provider_type": "openai", "api_key": "sk-real-0123456789abcd",
        "config": { "headers": { "X-Org": "header-secret-0123456789" } } });
    let made = app.post("/api/admin/providers", &root, new).await.expect(201);
    let path = format!("/api/admin/providers/{}", made.text("/id"));
    assert_eq!(made.text("/api_key"), "••••••••abcd");
    let id = made.text("/id").as_str().into();
    let before = app.store.get_provider(&id).await.unwrap();
    assert!(!String::from_utf8_lossy(before.credential_encrypted.as_ref().unwrap()).contains("sk-real"));
    // A form that sends back what it was shown changes nothing.
    let back = json!({ "api_key": made.text("/api_key"), "display_name": "P",
        "config": { "headers": made.body["config"]["headers"] } });
    let got = app.call("PATCH", &path, &root, Some(back.to_string()), &[]).await.expect(200);
    assert_eq!(got.text("/api_key"), "••••••••abcd");
    assert_eq!(got.body["config"]["headers"], made.body["config"]["headers"]);
    let after = app.store.get_provider(&id).await.unwrap();
    assert_eq!(after.credential_encrypted, before.credential_encrypted);
    let got = app.call("PATCH", &path, &root, Some(json!({ "api_key": null }).to_string()), &[]).await.expect(200);
    assert!(got.body["api_key"].is_null());
    let all = app.get("/api/admin/providers", &root).await.expect(200).body.to_string();
    assert!(!all.contains("sk-real") && !all.contains("header-secret") && !all.contains("sk-very"), "{all}");
}

#[tokio::test]
async fn private_addresses_need_permission() {
    let (app, root) = App::set_up().await;
    let new = |allow: bool| json!({ "name": "p", "provider_type": "custom", "base_url": "http://10.1.2.3:8000/v1", "allow_private_network": allow });
    let got = app.post("/api/admin/providers", &root, new(false)).await.expect(400);
    assert_eq!((got.text("/error/code"), got.text("/error/field")), ("private_address".into(), "base_url".into()));
    let made = app.post("/api/admin/providers", &root, new(true)).await.expect(201);
    assert_eq!(made.text("/base_url"), "http://10.1.2.3:8000");
    let path = format!("/api/admin/providers/{}", made.text("/id"));
    let back = json!({ "allow_private_network": false }).to_string();
    app.call("PATCH", &path, &root, Some(back), &[]).await.expect(400);
    app.post("/api/admin/providers", &root, new(true)).await.expect(409);
}

#[tokio::test]
async fn models_have_routes_and_prices() {
    let (app, root) = App::set_up().await;
    let new = json!({ "model_id": "house-model", "routes": [{ "provider": "local", "upstream_model": "llama" }],
        "prices": { "input": "0.0375", "output": "2" } });
    let made = app.post("/api/admin/models", &root, new.clone()).await.expect(201);
    assert_eq!(made.text("/routes/0/provider"), "local");
    app.post("/api/admin/models", &root, new).await.expect(409);
    let prices = app.get("/api/admin/prices?provider=local&upstream_model=llama", &root).await.expect(200);
    assert_eq!(prices.text("/items/0/rates/input"), "0.0375");
    // The same route keeps its id, a new one gets one.
    let path = format!("/api/admin/models/{}", made.text("/id"));
    let edit = json!({ "routes": [{ "provider": "local", "upstream_model": "new" }, { "provider": "local", "upstream_model": "llama", "priority": 1 }] });
    let got = app.call("PATCH", &path, &root, Some(edit.to_string()), &[]).await.expect(200);
    let routes = got.body["routes"].as_array().unwrap();
    assert!(routes.iter().any(|r| r["id"] == made.body["routes"][0]["id"] && r["priority"] == 1), "{got:?}");
    let bad = json!({ "model_id": "x", "routes": [{ "provider": "nobody" }] });
    let got = app.post("/api/admin/models", &root, bad).await.expect(400);
    assert_eq!(got.text("/error/field"), "routes[0].provider");
    let used = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    app.call("DELETE", &format!("/api/admin/providers/{used}"), &root, None, &[]).await.expect(409);
    let stale = app.call("DELETE", &path, &root, None, &[("if-match", "\"1\"")]).await;
    stale.expect(412);
    app.call("DELETE", &path, &root, None, &[]).await.expect(204);
}

#[tokio::test]
async fn a_route_says_in_what_its_provider_is_asked() {
    let (app, root) = App::set_up().await;
    for (name, kind) in [("open", "openai"), ("google", "google")] {
        let body = json!({ "name": name, "provider_type": kind, "api_key": "k" });
        app.post("/api/admin/providers", &root, body).await.expect(201);
    }
    let ask =
        async |routes: Value| app.post("/api/admin/models", &root, json!({ "model_id": "m", "routes": routes })).await;
    for (provider, dialect, known) in [
        ("open", "messages", "auto, responses, chat"),
        ("open", "embeddings", "auto, responses, chat"),
        ("open", "", "auto, responses, chat"),
        ("google", "chat", "auto, gemini"),
    ] {
        let wrong =
            ask(json!([{ "provider": "open" }, { "provider": provider, "upstream_model": "x", "dialect": dialect }]));
        let wrong = wrong.await.expect(400);
        assert_eq!(wrong.text("/error/field"), "routes[1].dialect");
        assert!(wrong.text("/error/message").contains(known), "{}", wrong.body);
    }
    let routes = json!([
        { "provider": "open", "upstream_model": "a" },
        { "provider": "open", "upstream_model": "b", "dialect": "chat" },
        { "provider": "open", "upstream_model": "c", "dialect": "auto" },
        { "provider": "google", "upstream_model": "d", "dialect": "gemini" },
    ]);
    let made = ask(routes).await.expect(201);
    let path = format!("/api/admin/models/{}", made.text("/id"));
    let dialects = |got: &Value| -> Vec<(String, String)> {
        let text = |route: &Value, name: &str| route[name].as_str().unwrap().to_owned();
        let routes = got["routes"].as_array().unwrap();
        let mut all: Vec<_> = routes.iter().map(|r| (text(r, "upstream_model"), text(r, "dialect"))).collect();
        all.sort();
        all
    };
    let expected = [("a", "auto"), ("b", "chat"), ("c", "auto"), ("d", "gemini")];
    let expected: Vec<_> = expected.iter().map(|(m, d)| ((*m).to_owned(), (*d).to_owned())).collect();
    assert_eq!(dialects(&made.body), expected);
    assert_eq!(dialects(&app.get(&path, &root).await.expect(200).body), expected);

    // What a route relies on cannot be taken from its provider; the type can then not change either.
    let open = app.get("/api/admin/providers", &root).await.expect(200);
    let open = open.body["items"].as_array().unwrap().iter().find(|row| row["name"] == "open").unwrap();
    let provider = format!("/api/admin/providers/{}", open["id"].as_str().unwrap());
    for edit in [json!({ "config": { "dialects": ["responses"] } }), json!({ "provider_type": "anthropic" })] {
        let wrong = app.call("PATCH", &provider, &root, Some(edit.to_string()), &[]).await.expect(400);
        assert_eq!(wrong.text("/error/field"), "config.dialects");
        assert!(wrong.text("/error/message").contains("`m`"), "{}", wrong.body);
    }
    app.call("PATCH", &provider, &root, Some(json!({ "config": { "dialects": ["chat"] } }).to_string()), &[])
        .await
        .expect(200);
    let routes = json!([{ "provider": "open", "upstream_model": "b", "dialect": "auto" }]);
    let changed = app.call("PATCH", &path, &root, Some(json!({ "routes": routes }).to_string()), &[]).await.expect(200);
    assert_eq!(dialects(&changed.body), [("b".to_owned(), "auto".to_owned())]);
    app.call("PATCH", &provider, &root, Some(json!({ "config": { "dialects": ["responses"] } }).to_string()), &[])
        .await
        .expect(200);
}

#[tokio::test]
async fn a_test_of_a_dead_provider_says_why() {
    let (app, root) = App::set_up().await;
    let id = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    let got = app.post(&format!("/api/admin/providers/{id}/test"), &root, json!({})).await.expect(200);
    assert_eq!(got.body["ok"], false);
    assert!(!got.text("/message").is_empty());
    app.get(&format!("/api/admin/providers/{id}/remote-models"), &root).await.expect(502);
}

#[tokio::test]
async fn the_bundled_prices_are_there_from_the_start() {
    let (app, root) = App::set_up().await;
    let got = app.get("/api/admin/prices?upstream_model=claude-sonnet-4-5", &root).await.expect(200);
    assert_eq!(got.text("/items/0/rates/cache_write_5m"), "3.75");
    let again = app.post("/api/admin/prices/import", &root, json!({})).await.expect(200);
    assert_eq!(again.body["imported"], 0);
}

#[tokio::test]
async fn a_provider_is_deleted_with_its_routes_when_that_is_asked_for() {
    let (app, root) = App::set_up().await;
    let (_, operator) = app.user(&root, "operator").await;
    let spare = json!({ "name": "spare", "provider_type": "openai", "api_key": "sk-spare-0123456789" });
    let spare = app.post("/api/admin/providers", &root, spare).await.expect(201).text("/id");
    let provider = app.get("/api/admin/providers", &root).await.expect(200);
    let local = provider.body["items"].as_array().unwrap().iter().find(|one| one["name"] == "local").unwrap();
    let path = format!("/api/admin/providers/{}", local["id"].as_str().unwrap());
    for (model, providers) in [("only-here", vec!["local"]), ("both", vec!["local", "spare"])] {
        let routes: Vec<_> = providers.into_iter().map(|name| json!({ "provider": name })).collect();
        app.post("/api/admin/models", &root, json!({ "model_id": model, "routes": routes })).await.expect(201);
    }
    let others = async || {
        let got = app.get(&format!("{path}/impact"), &root).await.expect(200);
        let mut models: Vec<_> = got.body["models"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["model_id"].as_str().unwrap().to_owned(), one["other_routes"].as_u64().unwrap()))
            .collect();
        models.sort();
        models
    };
    let all = |both| vec![("both".to_owned(), both), ("only-here".to_owned(), 0)];
    assert_eq!(others().await, all(1));
    // A way to a provider that is switched off is none.
    let off = json!({ "enabled": false }).to_string();
    app.call("PATCH", &format!("/api/admin/providers/{spare}"), &root, Some(off), &[]).await.expect(200);
    assert_eq!(others().await, all(0));
    app.get("/api/admin/providers/prov_none/impact", &root).await.expect(404);

    let delete = async |query: &str| app.call("DELETE", &format!("{path}{query}"), &operator, None, &[]).await;
    delete("").await.expect(409);
    delete("?with_routes=false").await.expect(409);
    assert_eq!(delete("?with_routes=maybe").await.expect(400).text("/error/field"), "with_routes");
    delete("?with_routes=true").await.expect(204);
    let left = app.get("/api/admin/models", &root).await.expect(200);
    let left: Vec<_> = left.body["items"].as_array().unwrap().iter().map(|one| one["model_id"].clone()).collect();
    assert_eq!(left, ["both"]);
    let trail = app.get("/api/audit/logs?limit=3", &root).await.expect(200);
    let mut told: Vec<_> = trail.body["items"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
    told.sort_by_key(ToString::to_string);
    assert_eq!(told, ["model.delete", "model.update", "provider.delete"]);
}
