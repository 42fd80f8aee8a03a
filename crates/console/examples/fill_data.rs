//! Fills a data directory with much of everything, and says how fast the dashboard answers from it:
//!
//! `cargo run --release -p thinkwatch-console --example fill_data -- <data directory> [calls] [days]`
//!
//! Makes 40 users, 500 keys, 2 providers, 8 models and (unless told otherwise) a million calls over the last 7 days, in
//! the request log and in the ledger. `thinkwatch serve` can then be started on the directory; sign in as
//! `root@example.org` with `Correct-Horse-7`. For tests and measurements only.

#![expect(clippy::print_stdout, reason = "it is a program whose purpose is to print")]

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use thinkwatch_config::{DataDir, GivenSecrets};
use thinkwatch_console::{ConsoleState, Options};
use thinkwatch_control::consumers::{LedgerConsumer, LogConsumer};
use thinkwatch_control::snapshot::Publisher;
use thinkwatch_control::{Control, Credentials, Parts};
use thinkwatch_coordination::InProcessFeed;
use thinkwatch_edge::ClientAddress;
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_logs::{EmbeddedLogs, LogStore};
use thinkwatch_outbound::{ProxyRules, Tls};
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_records::spool::{Consumer, Cursor};
use thinkwatch_store::{ConnectOptions, Store};
use thinkwatch_testkit::calls::{Caller, MODELS, call};
use thinkwatch_upstream::{Network, Pools};
use tower::ServiceExt;

type Done<T> = Result<T, Box<dyn Error>>;

const DAY_US: i64 = 86_400_000_000;
const BATCH: i64 = 1000;
const USERS: usize = 40;
const KEYS: usize = 500;
const EMAIL: &str = "root@example.org";
const PASSWORD: &str = "Correct-Horse-7";

fn main() -> Done<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give a data directory")?;
    let mut number = |default: i64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (calls, days) = (number(1_000_000)?, number(7)?);
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        return Err("no TLS".into());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let place = Place::open(folder.as_ref()).await?;
        let root = place.sign_in().await?;
        let callers = place.people(&root).await?;
        place.calls(&callers, calls, days).await?;
        place.measure(&root, &callers).await?;
        place.logs.close().await;
        place.store.close().await;
        Ok(())
    })
}

/// A data directory, opened as the server does.
struct Place {
    router: Router,
    store: Arc<Store>,
    logs: Arc<dyn LogStore>,
    _data_dir: DataDir,
}

impl Place {
    async fn open(folder: &Path) -> Done<Self> {
        let data_dir = DataDir::open(folder)?;
        let secrets = GivenSecrets::default().complete(&data_dir)?;
        let path = data_dir.path().join("thinkwatch.db");
        let store = Arc::new(Store::open(&ConnectOptions::Sqlite { path }).await?);
        let cipher = Cipher::new(&secrets.encryption, None)?;
        let credentials = Credentials::unlock(&store, cipher, TokenKeys::new(&secrets.jwt, None)).await?;
        let credentials = Arc::new(credentials);
        thinkwatch_control::prices::import_on_first_start(&store).await?;
        let options = thinkwatch_logs::Options::new(data_dir.path().join("logs"));
        let logs: Arc<dyn LogStore> = Arc::new(EmbeddedLogs::open(options)?);
        let handle = Arc::new(SnapshotHandle::empty(Settings::default()));
        let publisher = Arc::new(Publisher::new(Arc::clone(&store), Arc::clone(&credentials), handle));
        publisher.load_all().await?;
        let network = Network {
            tls: Tls::new(None)?,
            proxy: ProxyRules::none(),
            connect_timeout: Duration::from_secs(1),
            http2: false,
        };
        let control = Arc::new(Control::new(Parts {
            store: Arc::clone(&store),
            logs: Arc::clone(&logs),
            feed: Arc::new(InProcessFeed::new()),
            publisher,
            credentials,
            upstream: Arc::new(Pools::new(network)),
            setting_sources: BTreeMap::new(),
        }));
        let router = thinkwatch_console::router(ConsoleState { control, options: Options::default() });
        Ok(Self { router, store, logs, _data_dir: data_dir })
    }

    async fn ask(&self, method: &str, path: &str, token: &str, body: Value) -> Done<Value> {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let mut request = request.body(Body::from(text))?;
        request.extensions_mut().insert(ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn sign_in(&self) -> Done<String> {
        if self.ask("GET", "/api/setup/status", "", Value::Null).await?["needs_setup"] == true {
            let admin = json!({ "email": EMAIL, "display_name": "Root", "password": PASSWORD });
            self.ask("POST", "/api/setup/initialize", "", json!({ "admin": admin })).await?;
        }
        self.login(EMAIL).await
    }

    async fn login(&self, email: &str) -> Done<String> {
        let login = json!({ "email": email, "password": PASSWORD });
        let tokens = self.ask("POST", "/api/auth/login", "", login).await?;
        Ok(tokens["access_token"].as_str().unwrap_or_default().to_owned())
    }

    /// Users with keys, providers and models.
    async fn people(&self, root: &str) -> Done<Vec<Caller>> {
        let mut users = Vec::new();
        for n in 0..USERS {
            let email = format!("developer.{n}@example.org");
            let new = json!({ "email": email, "display_name": format!("Developer {n}"), "password": PASSWORD });
            let made = self.ask("POST", "/api/admin/users", root, new).await?;
            users.push((made["id"].as_str().unwrap_or_default().to_owned(), email));
        }
        let mut owned = Vec::new();
        for n in 0..KEYS {
            let (user, email) = &users[n % USERS];
            let long = if n % 50 == 7 {
                ", whose name is much longer than anybody had in mind when the column was made"
            } else {
                ""
            };
            let expires = (n % 25 == 3).then(|| {
                let at = time::OffsetDateTime::now_utc() + time::Duration::days(i64::try_from(n % 20 + 1).unwrap_or(1));
                at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
            });
            let new = json!({ "name": format!("key {n}{long}"), "user_id": user, "expires_at": expires });
            let made = self.ask("POST", "/api/keys", root, new).await?;
            let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
            owned.push(Caller {
                user_id: user.clone(),
                user_email: email.clone(),
                key_id: text("id"),
                key_lineage_id: text("lineage_id"),
                ..Caller::default()
            });
        }
        for n in 0..2 {
            let new = json!({ "name": format!("anthropic-{n}"), "provider_type": "anthropic", "api_key": "sk-none" });
            self.ask("POST", "/api/admin/providers", root, new).await?;
        }
        for n in 0..MODELS {
            let route = json!({ "provider": format!("anthropic-{}", n % 2) });
            let new = json!({ "model_id": format!("claude-sonnet-4-{n}"), "routes": [route] });
            self.ask("POST", "/api/admin/models", root, new).await?;
        }
        Ok(owned)
    }

    /// Calls through the consumers, as the spool would hand them on.
    async fn calls(&self, callers: &[Caller], calls: i64, days: i64) -> Done<()> {
        let log = LogConsumer::new(Arc::clone(&self.logs));
        let ledger = LedgerConsumer::new(Arc::clone(&self.store));
        let (began, step) = (Instant::now(), DAY_US * days / calls.max(1));
        let first = now_us() - DAY_US * days;
        for from in (0..calls).step_by(usize::try_from(BATCH)?) {
            let batch: Vec<_> = (from..calls.min(from + BATCH)).map(|n| call(n, first + n * step, callers)).collect();
            let batch = Arc::new(batch);
            let next = Cursor { segment: 1, offset: u64::try_from(from + 1)? };
            log.apply("filled", &batch, next).await?;
            ledger.apply("filled", &batch, next).await?;
        }
        self.logs.apply_retention(now_us(), thinkwatch_logs::Retention::default()).await?;
        println!("{calls} calls over {days} days in {:.0} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    async fn measure(&self, root: &str, callers: &[Caller]) -> Done<()> {
        let developer = self.login(&callers[0].user_email).await?;
        let ago = |days: i64| {
            let at = time::OffsetDateTime::now_utc() - time::Duration::days(days);
            at.format(&time::format_description::well_known::Rfc3339)
        };
        for (who, token) in [("everything", root), ("a developer's own", developer.as_str())] {
            for (range, query) in [
                ("a day", String::new()),
                ("7 days", format!("?from={}", ago(7)?)),
                ("30 days", format!("?from={}", ago(30)?)),
            ] {
                let mut took = Vec::new();
                let mut requests = Value::Null;
                for _ in 0..5 {
                    let began = Instant::now();
                    let seen = self.ask("GET", &format!("/api/analytics/overview{query}"), token, Value::Null).await?;
                    took.push(began.elapsed().as_secs_f64() * 1e3);
                    requests = seen["totals"]["requests"].clone();
                }
                println!(
                    "overview of {who}, {range}: {requests} calls, first {:.0} ms, then {:.0?} ms",
                    took[0],
                    &took[1..]
                );
            }
        }
        for path in [
            "/api/gateway/logs?limit=1000",
            "/api/keys?limit=500&sort=name",
            "/api/admin/providers/health",
            "/api/health",
        ] {
            let began = Instant::now();
            self.ask("GET", path, root, Value::Null).await?;
            println!("{path}: {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
        }
        Ok(())
    }
}

fn now_us() -> i64 {
    i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}
