//! The running server: listeners, consumers, background work, and the order in which they start and stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::ExposeSecret;
use thinkwatch_config::{Config, DataDir};
use thinkwatch_control::consumers::{LedgerConsumer, LogConsumer};
use thinkwatch_control::{Task, jobs, limits as spending, responses, snapshot};
use thinkwatch_edge::access_log::{AccessSink, Port};
use thinkwatch_edge::{Listener, ListenerConfig, TrustedProxies};
use thinkwatch_gateway::{Gateway, Parts, Readiness};
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_policy::ports::{Counters, ResponseCache};
use thinkwatch_policy::settings::Settings;
use thinkwatch_records::spool::{ConsumerTask, Spool, SpoolConfig, WhenFull};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::assembly::{Assembly, assemble};
use crate::counting::Counting;
use crate::{access, caching, console, metrics_page, old_logs, upkeep};

/// Access rows that may wait for the log store; more are dropped and counted.
const ACCESS_QUEUE: usize = 4096;
/// How long consumers may take to read the rest at shutdown. What they do not read they read at the next start.
const CONSUMERS_PATIENCE: Duration = Duration::from_secs(30);
const TASK_PATIENCE: Duration = Duration::from_secs(5);

/// A server that is ready to run.
pub(crate) struct Server {
    pub(crate) assembly: Assembly,
    pub(crate) gateway_address: SocketAddr,
    pub(crate) console_address: SocketAddr,
    /// Ends when the listeners have drained.
    listeners: JoinSet<usize>,
    /// Ended at shutdown, whatever they are doing.
    chores: JoinSet<()>,
    access: tokio::task::JoinHandle<()>,
    tasks: Vec<Task>,
    consumers: Vec<ConsumerTask>,
    gateway: Gateway,
    spool: Spool,
    counting: Counting,
    readiness: Arc<Readiness>,
    stop: CancellationToken,
    /// Kept locked as long as the server runs.
    _data_dir: DataDir,
}

/// The spool as the settings want it.
pub(crate) fn spool_config(settings: &Settings, data_dir: &DataDir) -> SpoolConfig {
    let bytes = |value: i64| u64::try_from(value).unwrap_or(u64::MAX);
    SpoolConfig {
        segment_bytes: bytes(settings.spool_segment_bytes),
        max_bytes: bytes(settings.spool_max_bytes),
        sync_every: Duration::from_millis(bytes(settings.spool_sync_ms)),
        strict: settings.spool_strict,
        consumers: vec![LogConsumer::NAME, LedgerConsumer::NAME],
        when_full: if settings.spool_when_full == "drop" { WhenFull::Drop } else { WhenFull::Refuse },
        ..SpoolConfig::new(data_dir.path().join("spool"))
    }
}

impl Server {
    /// Checks and opens everything, then the ports.
    pub(crate) async fn start(config: &Config, data_dir: DataDir, metrics: PrometheusHandle) -> Result<Self> {
        let began = Instant::now();
        let assembly = assemble(config, &data_dir).await?;
        let settings = assembly.snapshot.settings.load_full();
        let spool = Spool::start(spool_config(&settings, &data_dir)).context("the record spool cannot be opened")?;
        assembly.control.show_spool(spool.clone());
        let counting = Counting::start(config, &spool).await?;
        assembly.control.use_counters(counting.counters(), counting.spent());
        let readiness = Arc::new(Readiness::default());
        let (sink, entries) = AccessSink::new(ACCESS_QUEUE);
        #[expect(clippy::disallowed_methods, reason = "awaited in `finish`, after its senders are gone")]
        let access = tokio::spawn(access::consume(entries, Arc::clone(&assembly.logs)));

        let gateway_listener = bind(config.gateway, Port::Gateway, "GATEWAY_HOST and GATEWAY_PORT")?;
        let console_listener = bind(config.console, Port::Console, "CONSOLE_HOST and CONSOLE_PORT")?;
        let metrics_listener =
            config.metrics.map(|address| bind(address, Port::Gateway, "METRICS_PORT")).transpose()?;
        let (gateway_address, console_address) = (gateway_listener.address(), console_listener.address());

        let cache = caching::start(config).await?;
        assembly.control.use_cache(Arc::clone(&cache));
        let gateway = gateway(config, &assembly, &spool, &sink, &readiness, &metrics, counting.counters(), cache)?;
        assembly.control.show_standings(Arc::new(gateway.clone()));
        let stop = CancellationToken::new();
        let drain = Duration::from_secs(u64::try_from(settings.drain_s).unwrap_or(0));
        let limits = ListenerConfig { drain, ..ListenerConfig::default() };

        let mut listeners = JoinSet::new();
        let handler = gateway.clone();
        listeners.spawn(gateway_listener.serve(
            limits,
            move |request, peer| handler.clone().handle(request, peer),
            stop.clone(),
        ));
        listeners.spawn(console::serve(
            config,
            &assembly,
            gateway_address,
            console_listener,
            sink.clone(),
            limits,
            stop.clone(),
        ));
        if let Some(listener) = metrics_listener {
            let handler = gateway.clone();
            listeners.spawn(listener.serve(
                limits,
                move |request, peer| handler.clone().handle_metrics(request, peer),
                stop.clone(),
            ));
        }

        let consumers = vec![
            spool.consume(LogConsumer::new(Arc::clone(&assembly.logs)).telling(assembly.control.live().clone())),
            spool.consume(
                LedgerConsumer::new(Arc::clone(&assembly.store))
                    .telling(Arc::clone(&assembly.snapshot), counting.spent()),
            ),
        ];
        let mut tasks = jobs::start(&assembly.control);
        tasks.push(snapshot::follow(Arc::clone(&assembly.publisher), assembly.feed.subscribe()));
        tasks.push(responses::start(&assembly.control));
        tasks.push(spending::start(&assembly.control, &spool));
        let mut chores = JoinSet::new();
        chores.spawn(upkeep::tick());
        chores.spawn(upkeep::give_memory_back());
        chores.spawn(metrics_page::keep(metrics));
        chores.spawn(upkeep::sweep_pools(
            Arc::clone(&assembly.pools),
            gateway.standings(),
            Arc::clone(&assembly.snapshot),
        ));
        chores.spawn(upkeep::tend_credentials(Arc::clone(&assembly.pools)));
        if assembly.store.backend() == thinkwatch_store::Backend::Postgres {
            let folder = data_dir.path().join("logs");
            chores.spawn(old_logs::move_over(folder, Arc::clone(&assembly.control), Arc::clone(&assembly.logs)));
        }
        chores.spawn(counting.upkeep(&readiness));
        chores.spawn(upkeep::watch_store(Arc::clone(&assembly.store), Arc::clone(&readiness)));

        chores.spawn(upkeep::say_loaded(counting.spent(), Arc::clone(&assembly.snapshot), Arc::clone(&readiness)));
        let start_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(gateway = %gateway_address, console = %console_address, start_ms, "thinkwatch is ready");
        Ok(Self {
            assembly,
            gateway_address,
            console_address,
            listeners,
            chores,
            access,
            tasks,
            consumers,
            gateway,
            spool,
            counting,
            readiness,
            stop,
            _data_dir: data_dir,
        })
    }

    /// Runs until the process is told to stop, then drains and stops everything in order.
    pub(crate) async fn run(mut self) -> Result<()> {
        stop_signal().await?;
        tracing::info!("stopping: no new connections; calls in progress go on");
        self.readiness.set_draining();
        // Feeds have no end of their own that a drain could wait for.
        self.assembly.control.live().close();
        self.stop.cancel();
        let drained = async { while self.listeners.join_next().await.is_some() {} };
        tokio::select! {
            () = drained => {}
            // Who asks twice does not want to wait.
            again = stop_signal() => {
                again?;
                tracing::warn!("told to stop again: calls in progress are cut");
                self.listeners.abort_all();
            }
        }
        self.finish().await;
        Ok(())
    }

    /// Everything after the listeners, in the order of the data's flow: spool, its consumers, then the stores.
    async fn finish(mut self) {
        while self.listeners.join_next().await.is_some() {}
        if !self.gateway.settled(TASK_PATIENCE).await {
            tracing::warn!(
                "the tokens of some calls were not counted in time; their records are closed as interrupted"
            );
        }
        let spool = self.spool.clone();
        if tokio::task::spawn_blocking(move || spool.shutdown()).await.is_err() {
            tracing::error!("the spool could not be shut down in order");
        }
        for consumer in self.consumers {
            if !consumer.finish(CONSUMERS_PATIENCE).await {
                tracing::warn!("a consumer did not finish; it goes on at the next start");
            }
        }
        for task in self.tasks {
            task.stop(TASK_PATIENCE).await;
        }
        // After the ledger's consumer and all jobs: what they told it is told to Redis.
        self.counting.stop(TASK_PATIENCE).await;
        self.chores.shutdown().await;
        self.access.abort();
        drop(self.access.await);
        self.assembly.close().await;
        tracing::info!("stopped");
    }
}

fn bind(address: SocketAddr, port: Port, variables: &str) -> Result<Listener> {
    Listener::bind(address, port)
        .with_context(|| format!("cannot listen on {address}: change {variables} or stop what listens there"))
}

#[expect(clippy::too_many_arguments, reason = "each is a part that the gateway is made of")]
fn gateway(
    config: &Config,
    assembly: &Assembly,
    spool: &Spool,
    sink: &AccessSink,
    readiness: &Arc<Readiness>,
    metrics: &PrometheusHandle,
    counters: Arc<dyn Counters>,
    cache: Arc<dyn ResponseCache>,
) -> Result<Gateway> {
    let secrets = &assembly.secrets;
    let parts = Parts::new(
        Arc::clone(&assembly.snapshot),
        spool.clone(),
        Arc::clone(&assembly.pools),
        assembly.credentials.pepper(),
        TokenKeys::new(&secrets.jwt, secrets.jwt_previous.as_ref()),
        sink.clone(),
        Arc::clone(readiness),
        Arc::clone(assembly.control.responses()) as _,
        counters,
    );
    let (handle, spool) = (metrics.clone(), spool.clone());
    let page = Box::new(move |in_flight| metrics_page::render(&handle, &spool, in_flight));
    let token = config.metrics_bearer_token.clone().filter(|token| !token.expose_secret().is_empty());
    let cipher = Cipher::new(&secrets.encryption, secrets.encryption_previous.as_ref())?;
    let parts = parts.with_cache(cache, cipher).with_proxies(TrustedProxies::new(config.trusted_proxies.clone()));
    Ok(Gateway::new(parts.with_metrics(page, token, config.metrics.is_none())))
}

/// Resolves at SIGTERM or SIGINT.
async fn stop_signal() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
