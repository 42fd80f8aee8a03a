//! What is measured: how each target is started, made ready, and asked whether its put-off work is done.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::process::{Running, TARGET_CORE, free_addr};
use crate::scenarios::Scenario;
use crate::shared::Shared;

/// Which target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Forward,
    ThinkWatch,
    /// The same process, asked with a key that nothing limits in the row where the others' keys are: so it is seen what limits add.
    Unlimited,
    Strict,
    /// With PostgreSQL and Redis, as one of several replicas.
    Replica,
}

impl Kind {
    /// Those that are processes of their own.
    pub(crate) const STARTED: [Self; 5] = [Self::Nginx, Self::Forward, Self::ThinkWatch, Self::Strict, Self::Replica];
    /// Those that are measured.
    pub(crate) const ALL: [Self; 6] =
        [Self::Nginx, Self::Forward, Self::ThinkWatch, Self::Unlimited, Self::Strict, Self::Replica];

    /// Whether it is ThinkWatch, which can convert between dialects and keeps records.
    pub(crate) fn is_ours(self) -> bool {
        !matches!(self, Self::Nginx | Self::Forward)
    }

    /// As what a target of this kind is measured in this row.
    pub(crate) const fn measured_as(self, scenario: &Scenario) -> &'static [Self] {
        match self {
            Self::Nginx => &[Self::Nginx],
            Self::Forward => &[Self::Forward],
            Self::ThinkWatch if scenario.limited => &[Self::Unlimited, Self::ThinkWatch],
            Self::ThinkWatch => &[Self::ThinkWatch],
            Self::Unlimited => &[],
            Self::Strict => &[Self::Strict],
            Self::Replica if scenario.limited => &[Self::Replica],
            Self::Replica => &[],
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Forward => "do-nothing",
            Self::ThinkWatch => "thinkwatch",
            Self::Unlimited => "thinkwatch-unlimited",
            Self::Strict => "thinkwatch-strict",
            Self::Replica => "thinkwatch-redis",
        }
    }
}

/// What targets are started with.
pub(crate) struct Setting {
    pub(crate) upstream: SocketAddr,
    pub(crate) dir: PathBuf,
    pub(crate) gateway_bin: Option<PathBuf>,
    pub(crate) nginx_body_buffer: String,
}

/// A started target.
pub(crate) struct Target {
    pub(crate) kind: Kind,
    pub(crate) process: Running,
    shared: Option<Shared>,
    /// Where whole answers are asked for.
    pub(crate) addr: SocketAddr,
    /// Where streams are asked for; nginx is set up differently for them.
    pub(crate) stream_addr: SocketAddr,
    /// The key that calls carry.
    pub(crate) key: String,
    /// One that limits and budgets count; other targets know no such thing.
    pub(crate) limited_key: Option<String>,
    pub(crate) started: Instant,
}

const PROVIDER_KEY: &str = "sk-sim-openai";
const PASSWORD: &str = "bench-Only-7431-throwaway";
const THROWAWAY_SECRET: &str = "bench only: signs for a quarter of an hour, and nobody else";
const THROWAWAY_KEY: &str = "8f1d3a5c7e9b0246813579acfdb02468ace13579bdf02468135790acebdf2468";

/// Starts a target and waits until it serves.
pub(crate) async fn start(kind: Kind, setting: &Setting) -> anyhow::Result<Target> {
    let log = setting.dir.join(format!("{}.log", kind.name()));
    let started = Instant::now();
    let within = Duration::from_secs(20);
    match kind {
        Kind::Nginx => {
            let (addr, stream_addr) = (free_addr()?, free_addr()?);
            let dir = setting.dir.join("nginx");
            std::fs::create_dir_all(dir.join("tmp"))?;
            let config = dir.join("nginx.conf");
            std::fs::write(&config, nginx_config(&dir, addr, stream_addr, setting))?;
            let text = |path: &Path| path.to_string_lossy().into_owned();
            let args = ["-p".to_owned(), text(&dir), "-c".to_owned(), text(&config)];
            let mut process = Running::start(kind.name(), TARGET_CORE, Path::new("nginx"), &args, &log)
                .context("nginx is the yardstick and must be installed")?;
            process.wait_for(addr, within).with_context(|| told(&log))?;
            Ok(Target {
                kind,
                process,
                shared: None,
                addr,
                stream_addr,
                key: PROVIDER_KEY.to_owned(),
                limited_key: None,
                started,
            })
        }
        Kind::Forward => {
            let addr = free_addr()?;
            let upstream = setting.upstream.to_string();
            let args = ["forward", "--addr", &addr.to_string(), "--upstream", &upstream].map(str::to_owned);
            let own = std::env::current_exe()?;
            let mut process = Running::start(kind.name(), TARGET_CORE, &own, &args, &log)?;
            process.wait_for(addr, within).with_context(|| told(&log))?;
            Ok(Target {
                kind,
                process,
                shared: None,
                addr,
                stream_addr: addr,
                key: PROVIDER_KEY.to_owned(),
                limited_key: None,
                started,
            })
        }
        Kind::ThinkWatch | Kind::Unlimited | Kind::Strict | Kind::Replica => {
            let data = setting.dir.join(kind.name());
            let shared = if kind == Kind::Replica { Some(Shared::start(&setting.dir.join("shared"))?) } else { None };
            let start = || Gateway::start(kind, setting, &data, &log, shared.as_ref());
            let mut gateway = start()?;
            gateway.ready(Duration::from_secs(60)).await.with_context(|| told(&log))?;
            let key = gateway.initialize(setting.upstream).await.with_context(|| told(&log))?;
            let limited_key = Some(gateway.limit().await.with_context(|| told(&log))?);
            // Measured as it usually runs: started with its configuration, not fresh from hashing its first password.
            gateway.process.stop();
            let started = Instant::now();
            let mut gateway = start()?;
            gateway.ready(within).await.with_context(|| told(&log))?;
            gateway.serves(&key).await.with_context(|| told(&log))?;
            let addr = gateway.addr;
            let process = gateway.process;
            Ok(Target { kind, process, shared, addr, stream_addr: addr, key, limited_key, started })
        }
    }
}

fn told(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last: Vec<&str> = text.lines().rev().take(5).collect();
    format!("its last lines: {}", last.into_iter().rev().collect::<Vec<_>>().join(" | "))
}

fn nginx_config(dir: &Path, addr: SocketAddr, stream_addr: SocketAddr, setting: &Setting) -> String {
    let dir = dir.display();
    let upstream = setting.upstream;
    let buffer = &setting.nginx_body_buffer;
    let server = |addr: SocketAddr, more: &str| {
        format!(
            "server {{ listen {addr}; location / {{ proxy_pass http://provider; proxy_http_version 1.1; \
             proxy_set_header Connection \"\"; proxy_set_header Host $host; {more} }} }}\n"
        )
    };
    // The worker runs as whoever starts the bench, since the directory is theirs only.
    let user = if rustix::process::getuid().is_root() { "user root;" } else { "" };
    format!(
        "daemon off;\nworker_processes 1;\n{user}\npid {dir}/nginx.pid;\nerror_log {dir}/error.log error;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\naccess_log off;\nsendfile on;\ntcp_nodelay on;\nkeepalive_timeout 600s;\nkeepalive_requests 100000000;\n\
         client_max_body_size 64m;\nclient_body_buffer_size {buffer};\nclient_body_temp_path {dir}/tmp/body;\nproxy_temp_path {dir}/tmp/proxy;\n\
         fastcgi_temp_path {dir}/tmp/fastcgi;\nuwsgi_temp_path {dir}/tmp/uwsgi;\nscgi_temp_path {dir}/tmp/scgi;\n\
         upstream provider {{ server {upstream}; keepalive 256; keepalive_requests 100000000; keepalive_timeout 600s; }}\n\
         {}{}}}\n",
        server(addr, ""),
        server(stream_addr, "proxy_buffering off;")
    )
}

/// A ThinkWatch process on a data directory.
pub(crate) struct Gateway {
    pub(crate) process: Running,
    pub(crate) addr: SocketAddr,
    console: SocketAddr,
}

impl Gateway {
    /// Starts it; it may not be ready yet.
    pub(crate) fn start(
        kind: Kind,
        setting: &Setting,
        data: &Path,
        log: &Path,
        shared: Option<&Shared>,
    ) -> anyhow::Result<Self> {
        let program = setting.gateway_bin.as_ref().context("no ThinkWatch binary")?;
        std::fs::create_dir_all(data)?;
        let (addr, console) = (free_addr()?, free_addr()?);
        let mut variables = vec![
            ("THINKWATCH_DATA_DIR", data.to_string_lossy().into_owned()),
            ("GATEWAY_HOST", "127.0.0.1".to_owned()),
            ("GATEWAY_PORT", addr.port().to_string()),
            ("CONSOLE_HOST", "127.0.0.1".to_owned()),
            ("CONSOLE_PORT", console.port().to_string()),
        ];
        if kind == Kind::Strict {
            variables.push(("THINKWATCH_SETTING_SPOOL__STRICT", "true".to_owned()));
        }
        if let Some(shared) = shared {
            variables.push(("DATABASE_URL", shared.database_url.clone()));
            variables.push(("REDIS_URL", shared.redis_url.clone()));
            variables.push(("JWT_SECRET", THROWAWAY_SECRET.to_owned()));
            variables.push(("ENCRYPTION_KEY", THROWAWAY_KEY.to_owned()));
        }
        let variables: Vec<_> = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let args = ["serve".to_owned()];
        let process = Running::start_with(kind.name(), TARGET_CORE, program, &args, &variables, log)?;
        Ok(Self { process, addr, console })
    }

    /// Waits until it says that it is ready; how long that took is the caller's to measure.
    pub(crate) async fn ready(&mut self, within: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        loop {
            if let Ok((StatusCode::OK, _)) = call(self.addr, Method::GET, "/health/ready", None, None).await {
                return Ok(());
            }
            self.process.still_there()?;
            if Instant::now() > until {
                bail!("ThinkWatch is not ready after {within:?}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// First-run set-up: an admin, the provider, a key; gives the key.
    pub(crate) async fn initialize(&self, upstream: SocketAddr) -> anyhow::Result<String> {
        let body = json!({
            "admin": {"email": "bench@example.com", "display_name": "Bench", "password": PASSWORD},
            "provider": {
                "name": "simulator", "display_name": "Simulator", "provider_type": "openai",
                "base_url": format!("http://{upstream}/v1"), "api_key": PROVIDER_KEY, "allow_private_network": true,
                "config": {"dialects": ["chat"]},
            },
            "api_key": {"name": "bench"},
        });
        let (status, answer) =
            call(self.console, Method::POST, "/api/setup/initialize", None, Some(body.to_string())).await?;
        if status != StatusCode::CREATED {
            bail!("setup answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        let answer: Value = serde_json::from_slice(&answer)?;
        Ok(answer.pointer("/api_key/key").and_then(Value::as_str).context("setup gave no key")?.to_owned())
    }

    /// A further key, which three limits and two budgets count that nobody reaches; gives the key.
    async fn limit(&self) -> anyhow::Result<String> {
        let post = async |path: &str, token: Option<&str>, body: Value| {
            let (status, answer) = call(self.console, Method::POST, path, token, Some(body.to_string())).await?;
            if !status.is_success() {
                bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer));
            }
            anyhow::Ok(serde_json::from_slice::<Value>(&answer)?)
        };
        let text = |answer: &Value, name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let signed = post("/api/auth/login", None, json!({"email": "bench@example.com", "password": PASSWORD})).await?;
        let token = text(&signed, "access_token").context("no access token")?;
        let made = post("/api/keys", Some(&token), json!({"name": "limited"})).await?;
        let of_key = format!("/api/admin/limits/key/{}", text(&made, "id").context("a key without an id")?);
        for (metric, window) in [("requests", "1m"), ("tokens", "1h"), ("requests", "1d")] {
            let rule = json!({"metric": metric, "window": window, "max": 1_000_000_000_000_u64});
            post(&format!("{of_key}/rules"), Some(&token), rule).await?;
        }
        for (unit, period, max) in [("usd", "monthly", "1000000"), ("tokens", "daily", "1000000000000")] {
            let budget = json!({"unit": unit, "period": period, "max": max, "hard": true});
            post(&format!("{of_key}/budgets"), Some(&token), budget).await?;
        }
        text(&made, "key").context("a key without its secret")
    }

    /// Waits until a call goes through: the snapshot with the new key may take a moment.
    pub(crate) async fn serves(&self, key: &str) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(10);
        let body = json!({"model": "gpt-bench", "messages": [{"role": "user", "content": "hi"}]}).to_string();
        loop {
            let (status, answer) =
                call(self.addr, Method::POST, "/v1/chat/completions", Some(key), Some(body.clone())).await?;
            if status == StatusCode::OK {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("a call answered {status}: {}", String::from_utf8_lossy(&answer));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Target {
    /// The processes whose work a call costs.
    pub(crate) fn pids(&self) -> Vec<u32> {
        std::iter::once(self.process.pid()).chain(self.shared.as_ref().map(Shared::redis_pid)).collect()
    }

    /// The key of calls under limits, or of others.
    pub(crate) fn key_for(&self, limited: bool) -> &str {
        self.limited_key.as_deref().filter(|_| limited).unwrap_or(&self.key)
    }

    /// Waits until every consumer has caught up. Proxies without records have nothing to wait for.
    pub(crate) async fn drain(&self) -> anyhow::Result<()> {
        if !self.kind.is_ours() {
            return Ok(());
        }
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let (status, text) = call(self.addr, Method::GET, "/metrics", None, None).await?;
            let lags = lags(&String::from_utf8_lossy(&text));
            if status == StatusCode::OK && !lags.is_empty() && lags.iter().all(|(_, lag)| *lag == 0.0) {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("not drained after 60 s: /metrics answered {status}, lags {lags:?}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The lag of each consumer in a metrics page.
pub(crate) fn lags(page: &str) -> Vec<(String, f64)> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("thinkwatch_spool_consumer_lag_bytes{"));
    let parts = lines.filter_map(|line| line.split_once("} "));
    parts.filter_map(|(labels, value)| Some((labels.to_owned(), value.trim().parse().ok()?))).collect()
}

/// One call on a connection of its own.
pub(crate) async fn call(
    addr: SocketAddr,
    method: Method,
    path: &str,
    key: Option<&str>,
    body: Option<String>,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let asked = async {
        let stream = TcpStream::connect(addr).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
        let mut request = Request::builder().method(method).uri(path).header("host", addr.to_string());
        if let Some(key) = key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::new(Bytes::from(body.unwrap_or_default())))?;
        let answered = async {
            let response = sender.send_request(request).await?;
            let status = response.status();
            anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
        };
        tokio::pin!(connection);
        tokio::pin!(answered);
        tokio::select! {
            biased;
            answer = &mut answered => answer,
            // The server may close right after its answer, which is then still to be read.
            _ = &mut connection => answered.await,
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.with_context(|| format!("{path} on {addr}"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_read_from_a_metrics_page() {
        let page = "# TYPE thinkwatch_spool_consumer_lag_bytes gauge\n\
                    thinkwatch_spool_consumer_lag_bytes{consumer=\"ledger\"} 0\n\
                    thinkwatch_spool_consumer_lag_bytes{consumer=\"log\"} 120\nother 5\n";
        let expected = [("consumer=\"ledger\"".to_owned(), 0.0), ("consumer=\"log\"".to_owned(), 120.0)];
        assert_eq!(lags(page), expected);
    }
}
