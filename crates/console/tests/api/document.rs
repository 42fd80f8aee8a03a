//! The committed OpenAPI document is the one the code makes.

#[test]
fn the_committed_document_is_current() {
    let committed = include_str!("../../../../docs/openapi.json");
    assert!(
        committed == thinkwatch_console::document(),
        "docs/openapi.json is out of date; run: cargo run -p thinkwatch-console --example openapi > docs/openapi.json"
    );
}

/// Every operation: method, path.
pub(crate) fn operations() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&thinkwatch_console::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    operations.filter(|(method, _)| ["GET", "POST", "PATCH", "DELETE"].contains(&method.as_str())).collect()
}

/// A body that the schema of an operation takes.
pub(crate) fn sample_body(method: &str, path: &str) -> Option<String> {
    let body = match (method, path) {
        ("GET" | "DELETE", _) => return None,
        (_, "/api/auth/password") => r#"{"current_password":"x","new_password":"y"}"#,
        ("POST", "/api/admin/users") => r#"{"email":"a@example.org","password":"Aa345678"}"#,
        (_, "/api/admin/users/{id}/reset-password") => r#"{"password":"Aa345678"}"#,
        ("POST", "/api/keys") => r#"{"name":"k"}"#,
        ("PATCH", "/api/auth/me") => r#"{"display_name":"x"}"#,
        ("POST", "/api/admin/providers") => r#"{"name":"p","provider_type":"openai"}"#,
        ("POST", "/api/admin/models") => r#"{"model_id":"m","routes":[]}"#,
        ("POST", "/api/admin/prices") => r#"{"provider":"p","upstream_model":"m","rates":{"input":"1"}}"#,
        ("POST", "/api/admin/limits/preview") => r#"{"model":"m"}"#,
        ("POST", path) if path.ends_with("/rules") => r#"{"metric":"requests","window":"1m","max":1}"#,
        ("POST", path) if path.ends_with("/budgets") => r#"{"period":"daily","unit":"usd","max":"1"}"#,
        (_, path) if path.ends_with("/override") => {
            r#"{"max":2,"reason":"x","expires_at":"2099-01-01T00:00:00Z"}"#
        }
        _ => "{}",
    };
    Some(body.to_owned())
}
