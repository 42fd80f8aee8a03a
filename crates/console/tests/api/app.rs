//! A console of its own for each test.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use thinkwatch_console::{ConsoleState, Options};
use thinkwatch_control::snapshot::Publisher;
use thinkwatch_control::{Control, Credentials, Parts};
use thinkwatch_coordination::{InProcessCache, InProcessCounters, InProcessFeed};
use thinkwatch_edge::ClientAddress;
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_logs::{EmbeddedLogs, LogStore};
use thinkwatch_outbound::{ProxyRules, Tls};
use thinkwatch_policy::ids::ReplicaId;
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::{ConnectOptions, Store};
use thinkwatch_upstream::{Network, Pools};
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "Correct-Horse-7";

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) control: Arc<Control>,
    pub(crate) store: Arc<Store>,
    pub(crate) logs: Arc<dyn LogStore>,
    pub(crate) counters: Arc<InProcessCounters>,
    pub(crate) snapshot: Arc<SnapshotHandle>,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {self:?}")).to_owned()
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }

    pub(crate) fn cookies(&self) -> Vec<String> {
        self.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap().to_owned()).collect()
    }
}

impl App {
    /// A server that was not set up.
    pub(crate) async fn empty() -> Self {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let options = ConnectOptions::Sqlite { path: folder.path().join("store.sqlite") };
        let store = Arc::new(Store::open(&options).await.unwrap());
        let logs: Arc<dyn LogStore> =
            Arc::new(EmbeddedLogs::open(thinkwatch_logs::Options::new(folder.path().join("logs"))).unwrap());
        let cipher = Cipher::new(&SecretString::from("ab".repeat(32)), None).unwrap();
        let tokens = TokenKeys::new(&SecretString::from("0123456789abcdef0123456789abcdef"), None);
        let credentials = Arc::new(Credentials::unlock(&store, cipher, tokens).await.unwrap());
        let handle = Arc::new(SnapshotHandle::empty(Settings::default()));
        let publisher = Publisher::new(store.clone(), credentials.clone(), handle.clone());
        let publisher = Arc::new(publisher.with_pinned(["spool.sync_ms".to_owned()]));
        thinkwatch_control::prices::import_on_first_start(&store).await.unwrap();
        publisher.load_all().await.unwrap();
        let network = Network {
            tls: Tls::new(None).unwrap(),
            proxy: ProxyRules::none(),
            connect_timeout: Duration::from_millis(500),
            http2: false,
        };
        let control = Arc::new(Control::new(Parts {
            store: store.clone(),
            logs: logs.clone(),
            feed: Arc::new(InProcessFeed::new()),
            publisher,
            credentials,
            upstream: Arc::new(Pools::new(network)),
            setting_sources: BTreeMap::from([("spool.sync_ms".to_owned(), "environment".to_owned())]),
        }));
        let counters = Arc::new(InProcessCounters::new(ReplicaId::new("spool-1")));
        control.use_counters(counters.clone(), counters.clone());
        control.use_cache(Arc::new(InProcessCache::default()));
        let options = Options {
            public_url: Some("https://console.example.org".to_owned()),
            allowed_origins: vec!["https://tools.example.org".to_owned()],
            assets: Arc::new(crate::web::Files),
            gateway_port: 3123,
            ..Options::default()
        };
        let router = thinkwatch_console::router(ConsoleState { control: control.clone(), options });
        Self { router, control, store, logs, counters, snapshot: handle, _folder: folder }
    }

    /// A server with an administrator, whose access token is returned.
    pub(crate) async fn set_up() -> (Self, String) {
        let app = Self::empty().await;
        app.post("/api/setup/initialize", "", setup_body()).await.expect(201);
        let token = app.sign_in("root@example.org").await;
        (app, token)
    }

    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let got = self.post("/api/auth/login", "", json!({ "email": email, "password": PASSWORD })).await;
        got.expect(200).text("/access_token")
    }

    /// A user with a role, signed in. Returns id and token.
    pub(crate) async fn user(&self, admin: &str, role: &str) -> (String, String) {
        let email = format!("{role}@example.org");
        let body = json!({ "email": email, "password": PASSWORD, "roles": [role] });
        let id = self.post("/api/admin/users", admin, body).await.expect(201).text("/id");
        (id, self.sign_in(&email).await)
    }

    /// A key of a service account that may be shown to the console but whose role allows nothing there.
    pub(crate) async fn powerless_key(&self, admin: &str) -> String {
        let body = json!({ "email": "robot", "service_account": true });
        let id = self.post("/api/admin/users", admin, body).await.expect(201).text("/id");
        let body = json!({ "name": "robot", "user_id": id, "surfaces": ["console"] });
        self.post("/api/keys", admin, body).await.expect(201).text("/key")
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Got {
        self.call("GET", path, token, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Got {
        self.call("POST", path, token, Some(body.to_string()), &[]).await
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Got {
        self.call_from("203.0.113.7", method, path, token, body, headers).await
    }

    pub(crate) async fn call_from(
        &self,
        address: &str,
        method: &str,
        path: &str,
        token: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Got {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", "console.example.org");
        }
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        request.extensions_mut().insert(ClientAddress(address.parse::<IpAddr>().unwrap()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Got { status: parts.status, headers: parts.headers, body }
    }
}

pub(crate) fn setup_body() -> Value {
    json!({
        "admin": { "email": "Root@Example.org", "display_name": "Root", "password": PASSWORD },
        "site_name": "Test",
        "provider": { "name": "local", "provider_type": "custom", "base_url": "http://127.0.0.1:1/v1",
            "api_key": "sk-very-secret-0123456789", "allow_private_network": true },
        "api_key": { "name": "first" }
    })
}
