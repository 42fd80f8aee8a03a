//! What protects browsers, and how errors look.

use serde_json::json;

use crate::app::{App, PASSWORD};

#[tokio::test]
async fn errors_are_json_and_name_the_field() {
    let (app, root) = App::set_up().await;
    let check = async |method: &str, path: &str, body: &str, status: u16, code: &str, field: Option<&str>| {
        let got = app.call(method, path, &root, Some(body.to_owned()), &[]).await.expect(status);
        assert_eq!(got.text("/error/code"), code, "{method} {path}");
        assert_eq!(got.body["error"]["field"].as_str(), field, "{method} {path}: {got:?}");
    };
    check("GET", "/api/nothing", "", 404, "not_found", None).await;
    check("PUT", "/api/keys", "", 405, "method_not_allowed", None).await;
    check("POST", "/api/keys", "{\"name\"", 400, "malformed_json", None).await;
    check("POST", "/api/keys", "{}", 400, "missing_field", Some("name")).await;
    check("POST", "/api/keys", "{\"name\":\"a\",\"nmae\":1}", 400, "unknown_field", Some("nmae")).await;
    check("POST", "/api/keys", "{\"name\":7}", 400, "invalid", Some("name")).await;
    check("POST", "/api/keys", "{\"name\":\"a\",\"surfaces\":[]}", 400, "invalid", Some("surfaces")).await;
    check("POST", "/api/keys", "{\"name\":\"a\",\"team_id\":\"t\"}", 400, "unsupported", Some("team_id")).await;
    check("POST", "/api/keys", "{\"name\":\"a\",\"expires_at\":\"soon\"}", 400, "invalid", Some("expires_at")).await;
    check("GET", "/api/keys?limit=x", "", 400, "invalid", Some("limit")).await;
    check("GET", "/api/gateway/logs?cursor=x", "", 400, "invalid", Some("cursor")).await;
    check("GET", "/api/analytics/usage?group_by=moon", "", 400, "invalid", Some("group_by")).await;
    check("POST", "/api/keys", &" ".repeat(2 << 20), 413, "too_large", None).await;
}

#[tokio::test]
async fn cookies_sign_a_browser_in_and_other_sites_are_refused() {
    let (app, _) = App::set_up().await;
    let login = json!({ "email": "root@example.org", "password": PASSWORD });
    let got = app.post("/api/auth/login", "", login).await.expect(200);
    let cookies = got.cookies();
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        for part in ["HttpOnly", "SameSite=Strict", "Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
    }
    let pair = |name: &str| {
        let cookie = cookies.iter().find(|c| c.starts_with(name)).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let (access, refresh) = (pair("tw_access"), pair("tw_refresh"));
    let me = async |headers: &[(&str, &str)]| app.call("GET", "/api/auth/me", "", None, headers).await;
    me(&[("cookie", &access)]).await.expect(200);
    me(&[("cookie", &access), ("origin", "https://console.example.org")]).await.expect(200);
    let listed = me(&[("cookie", &access), ("origin", "https://tools.example.org")]).await.expect(200);
    assert_eq!(listed.headers["access-control-allow-origin"], "https://tools.example.org");
    for evil in ["https://evil.example.org", "null", "https://console.example.org.evil.example"] {
        let got = me(&[("cookie", &access), ("origin", evil)]).await.expect(403);
        assert_eq!(got.text("/error/message"), "Origin not allowed");
        assert!(!got.headers.contains_key("access-control-allow-origin"));
    }
    let got = app.call("POST", "/api/auth/refresh", "", None, &[("cookie", &refresh)]).await;
    assert_eq!(got.expect(200).cookies().len(), 2);
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_the_request_id() {
    let (app, _) = App::set_up().await;
    for path in ["/", "/api/version", "/api/openapi.json", "/api/nothing", "/api/keys"] {
        let got = app.call("GET", path, "", None, &[("x-request-id", "req_1")]).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(got.headers[name], value, "{path}");
        }
        let id = got.headers["x-request-id"].to_str().unwrap();
        assert!(id.starts_with("req_") && id.len() == 36, "{id}");
        let csp = got.headers["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe"), "{csp}");
    }
}
