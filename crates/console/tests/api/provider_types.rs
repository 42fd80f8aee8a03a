//! What each type of provider takes, refuses and keeps.

use serde_json::{Value, json};

use crate::app::App;

const PATH: &str = "/api/admin/providers";

#[tokio::test]
async fn every_type_has_its_address_and_dialects() {
    let (app, root) = App::set_up().await;
    let keys =
        json!({ "region": "eu-west-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJal-0123456789abcdef" });
    for (n, (new, kind, base_url, dialects)) in [
        (
            json!({ "provider_type": "google", "api_key": "AIza" }),
            "google",
            "https://generativelanguage.googleapis.com",
            json!(["gemini"]),
        ),
        (
            json!({ "provider_type": "google", "base_url": "https://g.example/v1beta/" }),
            "google",
            "https://g.example",
            json!(["gemini"]),
        ),
        (
            json!({ "provider_type": "azure", "base_url": "https://a.openai.azure.com/openai/v1/" }),
            "azure",
            "https://a.openai.azure.com",
            json!(["chat", "responses", "embeddings", "completions", "images", "audio"]),
        ),
        (
            json!({ "provider_type": "azure_openai", "base_url": "https://a.openai.azure.com",
                "config": { "api_version": "2025-04-01-preview", "dialects": ["chat"] } }),
            "azure",
            "https://a.openai.azure.com",
            json!(["chat"]),
        ),
        (
            json!({ "provider_type": "bedrock", "config": keys }),
            "bedrock",
            "https://bedrock-runtime.eu-west-1.amazonaws.com",
            json!(["converse"]),
        ),
        (
            // The role of the machine signs.
            json!({ "provider_type": "bedrock", "config": { "region": "us-gov-west-1" } }),
            "bedrock",
            "https://bedrock-runtime.us-gov-west-1.amazonaws.com",
            json!(["converse"]),
        ),
        (
            json!({ "provider_type": "bedrock", "api_key": "bedrock-api-key-x", "config": { "endpoint": "https://b.example/x/" } }),
            "bedrock",
            "https://b.example/x",
            json!(["converse"]),
        ),
        (
            json!({ "provider_type": "bedrock", "api_key": "bedrock-api-key-x", "base_url": "https://b.example" }),
            "bedrock",
            "https://b.example",
            json!(["converse"]),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = new;
        new["name"] = json!(format!("p{n}"));
        let made = app.post(PATH, &root, new).await.expect(201);
        assert_eq!((made.text("/provider_type"), made.text("/base_url")), (kind.into(), base_url.into()));
        assert_eq!(made.body["config"]["dialects"], dialects);
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_field() {
    let (app, root) = App::set_up().await;
    let keys = |more: Value| {
        let mut all =
            json!({ "region": "us-east-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "s-0123456789" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "provider_type": "bedrock", "config": all })
    };
    let base = "https://a.openai.azure.com";
    for (new, field) in [
        (json!({ "provider_type": "gemini" }), "provider_type"),
        (json!({ "provider_type": "azure" }), "base_url"),
        (
            json!({ "provider_type": "azure", "base_url": base, "config": { "api_version": "2024&x=1" } }),
            "config.api_version",
        ),
        (json!({ "provider_type": "azure", "base_url": base, "config": { "region": "us-east-1" } }), "config.region"),
        (
            json!({ "provider_type": "azure", "base_url": base, "config": { "dialects": ["messages"] } }),
            "config.dialects",
        ),
        (json!({ "provider_type": "google", "config": { "api_version": "v1" } }), "config.api_version"),
        (json!({ "provider_type": "google", "config": { "secret_access_key": "x" } }), "config.secret_access_key"),
        (json!({ "provider_type": "google", "config": { "dialects": ["chat"] } }), "config.dialects"),
        (json!({ "provider_type": "openai", "config": { "dialects": ["gemini"] } }), "config.dialects"),
        (json!({ "provider_type": "anthropic", "config": { "dialects": ["chat"] } }), "config.dialects"),
        (
            json!({ "provider_type": "custom", "base_url": base, "config": { "dialects": ["converse"] } }),
            "config.dialects",
        ),
        (json!({ "provider_type": "bedrock", "api_key": "k" }), "config.region"),
        (json!({ "provider_type": "bedrock" }), "config.region"),
        (
            json!({ "provider_type": "bedrock", "config": { "region": "us-east-1", "session_token": "t" } }),
            "config.session_token",
        ),
        (
            json!({ "provider_type": "bedrock", "config": { "region": "us-east-1", "endpoint": "http://169.254.169.254" } }),
            "config.endpoint",
        ),
        (keys(json!({ "region": "evil.example/" })), "config.region"),
        (keys(json!({ "region": "-a" })), "config.region"),
        (keys(json!({ "endpoint": "ftp://x" })), "config.endpoint"),
        (keys(json!({ "endpoint": "http://127.0.0.1:1" })), "config.endpoint"),
        (keys(json!({ "access_key_id": "A/B" })), "config.access_key_id"),
        (keys(json!({ "access_key_id": null })), "config.access_key_id"),
        (keys(json!({ "secret_access_key": "" })), "config.secret_access_key"),
        (keys(json!({ "secret_access_key": "two\nlines" })), "config.secret_access_key"),
        (keys(json!({ "secret_access_key": "••••••••" })), "config.secret_access_key"),
        (keys(json!({ "session_token": "two\nlines" })), "config.session_token"),
        (keys(json!({ "dialects": ["chat"] })), "config.dialects"),
        (
            json!({ "provider_type": "bedrock", "api_key": "k",
                "config": { "region": "us-east-1", "session_token": "t" } }),
            "config.session_token",
        ),
        (json!({ "provider_type": "bedrock", "api_key": "k", "config": keys(json!({}))["config"] }), "api_key"),
    ] {
        let mut new = new;
        new["name"] = json!("p");
        let told = new.to_string();
        let got = app.post(PATH, &root, new).await.expect(400);
        assert_eq!(got.text("/error/field"), field, "{told}: {got:?}");
    }
}

#[tokio::test]
async fn keys_are_masked_kept_and_forgotten_with_their_type() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "aws", "provider_type": "bedrock", "config": { "region": "us-east-1",
        "access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJal-0123456789abcdef", "session_token": "IQoJ-0123456789ghij" } });
    let made = app.post(PATH, &root, new).await.expect(201);
    let shown = made.body["config"].clone();
    assert_eq!(shown["access_key_id"], "AKIDEXAMPLE");
    assert_eq!(
        (&shown["secret_access_key"], &shown["session_token"]),
        (&json!("••••••••cdef"), &json!("••••••••ghij"))
    );
    let id = made.text("/id").as_str().into();
    let path = format!("{PATH}/{}", made.text("/id"));
    let patch = async |edit: Value| app.call("PATCH", &path, &root, Some(edit.to_string()), &[]).await;
    let sealed = async || app.store.get_provider(&id).await.unwrap().secrets_encrypted;
    let first = sealed().await.unwrap();
    for secret in ["wJal", "IQoJ"] {
        assert!(!String::from_utf8_lossy(&first).contains(secret));
    }

    // What is absent stays, and so does what is sent back as it was shown.
    patch(json!({ "display_name": "A" })).await.expect(200);
    let got = patch(json!({ "base_url": made.text("/base_url"), "config": shown })).await.expect(200);
    assert_eq!(got.body["config"], shown);
    assert!(got.body["config"]["endpoint"].is_null(), "an address that was only shown is not kept");
    assert_eq!(sealed().await.as_ref(), Some(&first));

    // Another region has another address; a token can be taken away alone.
    let got = patch(json!({ "config": { "region": "eu-west-1", "session_token": null } })).await.expect(200);
    assert_eq!(got.text("/base_url"), "https://bedrock-runtime.eu-west-1.amazonaws.com");
    assert_eq!(got.body["config"]["secret_access_key"], "••••••••cdef");
    assert!(got.body["config"]["session_token"].is_null());
    assert_ne!(sealed().await, Some(first));
    let got = patch(json!({ "config": { "endpoint": "https://b.example" } })).await.expect(200);
    assert_eq!(got.text("/base_url"), "https://b.example");
    let got = patch(json!({ "config": { "endpoint": null } })).await.expect(200);
    assert_eq!(got.text("/base_url"), "https://bedrock-runtime.eu-west-1.amazonaws.com");

    // What would leave a half behind is refused, and changes nothing.
    for (edit, field) in [
        (json!({ "config": { "secret_access_key": null } }), "config.secret_access_key"),
        (json!({ "config": { "region": null } }), "config.region"),
        (json!({ "api_key": "bedrock-api-key-x" }), "api_key"),
        (json!({ "provider_type": "azure" }), "base_url"),
    ] {
        assert_eq!(patch(edit).await.expect(400).text("/error/field"), field);
    }
    assert_eq!(app.get(&path, &root).await.text("/config/secret_access_key"), "••••••••cdef");

    // From keys to an API key in one edit; then to another type, which has none of it.
    let edit =
        json!({ "api_key": "bedrock-api-key-x", "config": { "access_key_id": null, "secret_access_key": null } });
    patch(edit).await.expect(200);
    assert_eq!(sealed().await, None);
    let got = patch(json!({ "provider_type": "google" })).await.expect(200);
    assert_eq!(got.text("/base_url"), "https://generativelanguage.googleapis.com");
    assert_eq!(got.body["config"]["dialects"], json!(["gemini"]));
    assert!(got.body["config"]["region"].is_null());

    let trail = app.get("/api/audit/logs?limit=50", &root).await.expect(200).body.to_string();
    assert!(!trail.contains("wJal") && !trail.contains("IQoJ") && !trail.contains("bedrock-api-key"), "{trail}");
}

#[tokio::test]
async fn azures_version_is_kept_and_goes_with_it() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "az", "provider_type": "azure", "base_url": "https://a.openai.azure.com",
        "config": { "api_version": "v1" } });
    let made = app.post(PATH, &root, new).await.expect(201);
    let path = format!("{PATH}/{}", made.text("/id"));
    for (edit, version) in [
        (json!({ "enabled": false }), json!("v1")),
        (json!({ "config": { "api_version": "2024-10-21" } }), json!("2024-10-21")),
        (json!({ "config": { "api_version": "" } }), Value::Null),
        (json!({ "config": { "api_version": "preview" } }), json!("preview")),
        (json!({ "provider_type": "custom" }), Value::Null),
    ] {
        let got = app.call("PATCH", &path, &root, Some(edit.to_string()), &[]).await.expect(200);
        assert_eq!(got.body["config"]["api_version"], version, "{edit}");
    }
}

/// The signer and the addresses are reached through the API: each type asks in its own way, and says what is wrong.
#[tokio::test]
async fn a_test_asks_in_the_types_own_way() {
    let (app, root) = App::set_up().await;
    for (new, path) in [
        (json!({ "provider_type": "google", "base_url": "BASE" }), "/v1beta/models?pageSize=1000"),
        (json!({ "provider_type": "azure", "base_url": "BASE" }), "/openai/models?api-version=2024-10-21"),
        (
            json!({ "provider_type": "bedrock", "config": { "endpoint": "BASE", "access_key_id": "AKIDEXAMPLE",
                "secret_access_key": "s-0123456789" } }),
            "/foundation-models",
        ),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            use std::io::{BufRead as _, BufReader, Write as _};
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<_> = lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            stream.write_all(b"HTTP/1.1 403 x\r\ncontent-length: 2\r\n\r\n{}").unwrap();
            head
        });
        let mut body: Value = serde_json::from_str(&new.to_string().replace("BASE", &base)).unwrap();
        body["allow_private_network"] = json!(true);
        let got = app.post(&format!("{PATH}/test"), &root, body).await.expect(200);
        assert_eq!((&got.body["ok"], got.text("/error_class")), (&json!(false), "upstream_auth".into()), "{got:?}");
        let head = server.join().unwrap();
        assert_eq!(head[0], format!("GET {path} HTTP/1.1"));
        let signed =
            head.iter().any(|line| line.starts_with("authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
        assert_eq!(signed, path == "/foundation-models", "{head:?}");
    }
}
