//! One call's record while the call runs: opened, filled in, settled, closed exactly once however the call ends.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::counter;
use thinkwatch_policy::catalogue::{Catalogue, Route};
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ids::PriceId;
use thinkwatch_policy::limits::Used;
use thinkwatch_policy::limits::estimate::{PLAIN_WEIGHT_MILLI, weighted_usage};
use thinkwatch_policy::routing::Excluded;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::call::split;
use thinkwatch_records::spool::{OpenCall, Receipt, Spool, SpoolError};
use thinkwatch_records::{CallProgress, Draft, Outcome};
use thinkwatch_wire::estimate;
use tokio::sync::oneshot;

use crate::clock;
use crate::counting::{Said, Uncounted};
use crate::meter::Meter;
use crate::reserve::Reservation;

/// Where the time of a call went, microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) gateway_us: i64,
    pub(crate) upstream_us: i64,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    /// The status the client got.
    pub(crate) status: u16,
    /// Class of the failure, empty when there was none.
    pub(crate) class: &'static str,
}

impl Ending {
    pub(crate) fn ok(status: u16) -> Self {
        Self { outcome: Outcome::Ok, status, class: "" }
    }

    /// The client left; 499 is what nginx made usual for "before an answer was sent".
    pub(crate) fn cancelled(status: u16) -> Self {
        Self { outcome: Outcome::Cancelled, status, class: "client_left" }
    }
}

/// What is known of a call when its record is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) endpoint: Endpoint,
    /// When it was accepted.
    pub(crate) started: Instant,
    /// How long its body was waited for.
    pub(crate) body_wait: Duration,
}

/// What an upstream consumed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Consumed {
    /// As the upstream told.
    Told(Usage),
    /// It told nothing: the bytes of the answer's text so far.
    Guess {
        /// Bytes of generated text.
        output_bytes: u64,
    },
    /// It told a part (Messages tells its input first) and broke off: the rest is guessed from the text so far.
    Partly {
        /// What was told.
        told: Usage,
        /// Bytes of generated text.
        output_bytes: u64,
    },
    /// Counted here.
    Counted(Usage),
    /// It billed nothing (an error, `count_tokens`).
    Nothing,
}

/// The open record of a call. Dropped before it is closed, it closes itself as cancelled: only a client that left
/// makes the server drop a call.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) record: Draft,
    open: Option<OpenCall>,
    endpoint: Endpoint,
    started: Instant,
    /// When the record was opened: from then on it is the upstream that is waited for.
    opened: Instant,
    attempt_started: Instant,
    catalogue: Arc<Catalogue>,
    meter: Arc<Meter>,
    last_progress: (Instant, u64),
    /// The status that was sent to the client, once one was.
    pub(crate) sent_status: Option<u16>,
    /// What the call holds of limits and budgets.
    pub(crate) reservation: Reservation,
    /// What is counted if the provider tells no usage.
    pub(crate) uncounted: Option<Uncounted>,
    /// What attempts consumed whose streams broke and went on elsewhere: tokens, cost, and whether they are a guess.
    earlier: (Usage, i64, bool),
    /// The name and the weight of the model asked for, once another one stands in.
    own_model: Option<(String, u32)>,
    /// When all but counting was done: microseconds of the call and of its last attempt.
    ended_us: Option<(i64, i64)>,
}

/// That a record is closed, as durably as the settings ask.
pub(crate) type Closing = Pin<Box<dyn Future<Output = Result<(), SpoolError>> + Send + Sync>>;

/// A progress record is written about this often while a stream runs.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);
const PROGRESS_BYTES: u64 = 16 << 10;

impl Account {
    /// Opens the record, with the first attempt in it. Await the receipt before the upstream is called.
    pub(crate) fn open(
        spool: &Spool,
        mut record: Draft,
        first: &Route,
        opening: Opening,
        catalogue: Arc<Catalogue>,
        meter: Arc<Meter>,
    ) -> Result<(Self, Receipt), SpoolError> {
        let Opening { endpoint, started, body_wait } = opening;
        let mut own_model = None;
        note_model(&mut record, first, &mut own_model);
        note_route(&mut record, first);
        let spent = started.elapsed().saturating_sub(body_wait);
        record.gateway_us = i64::try_from(spent.as_micros()).unwrap_or(i64::MAX);
        // If the process dies now, this much was sent and will be billed.
        let sent = Usage { input: guessed_input(endpoint, record.request_bytes), ..Usage::default() };
        record.usage = Some(sent.into());
        record.cost_nano = cost_nano(&catalogue, first, record.timestamp, &sent);
        let (open, receipt) = spool.open(&record)?;
        record.usage = None;
        record.cost_nano = 0;
        let now = Instant::now();
        let account = Self {
            record,
            open: Some(open),
            endpoint,
            started,
            opened: now,
            attempt_started: now,
            catalogue,
            meter,
            last_progress: (now, 0),
            sent_status: None,
            reservation: Reservation::default(),
            uncounted: None,
            earlier: (Usage::default(), 0, false),
            own_model,
            ended_us: None,
        };
        Ok((account, receipt))
    }

    /// What the gateway itself spent before the upstream was called, and what has been waited for upstreams since.
    pub(crate) fn timing(&self) -> Timing {
        Timing { gateway_us: self.record.gateway_us, upstream_us: clock::micros_since(self.opened) }
    }

    /// A further attempt begins; it is on record before it is made.
    pub(crate) fn next_attempt(&mut self, route: &Route) -> Result<Option<Receipt>, SpoolError> {
        note_model(&mut self.record, route, &mut self.own_model);
        note_route(&mut self.record, route);
        self.attempt_started = Instant::now();
        match (&self.open, self.record.attempts.last()) {
            (Some(open), Some(attempt)) => open.attempt(attempt).map(Some),
            _ => Ok(None),
        }
    }

    /// The attempt in progress failed and nothing of it was used.
    pub(crate) fn attempt_failed(&mut self, status: u16, class: &'static str, upstream_request_id: &str) {
        let duration_us = clock::micros_since(self.attempt_started);
        if let Some(attempt) = self.record.attempts.last_mut() {
            attempt.status_code = u32::from(status);
            class.clone_into(&mut attempt.error_class);
            upstream_request_id.clone_into(&mut attempt.upstream_request_id);
            attempt.duration_us = duration_us;
            self.meter.attempt_failed(&attempt.provider, class);
        }
    }

    /// The head of the answer that will be used has come.
    pub(crate) fn answered(&mut self, status: u16, upstream_request_id: &str) {
        upstream_request_id.clone_into(&mut self.record.upstream_request_id);
        if let Some(attempt) = self.record.attempts.last_mut() {
            attempt.status_code = u32::from(status);
            upstream_request_id.clone_into(&mut attempt.upstream_request_id);
        }
    }

    /// The first event or byte of the answer has come.
    pub(crate) fn first_token(&mut self) {
        if self.record.ttft_us == 0 {
            self.record.ttft_us = clock::micros_since(self.started).max(1);
        }
    }

    /// Bytes were handed to the client.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.record.response_bytes += bytes as u64;
    }

    /// Writes down how far a stream has come, if it is time to.
    pub(crate) fn progress(&mut self, now: Instant, consumed: impl FnOnce() -> Consumed) {
        let (last, at_bytes) = self.last_progress;
        let due = now.duration_since(last) >= PROGRESS_EVERY
            || self.record.response_bytes.saturating_sub(at_bytes) >= PROGRESS_BYTES;
        let Some(open) = self.open.as_ref().filter(|_| due) else { return };
        self.last_progress = (now, self.record.response_bytes);
        let (usage, cost_nano, ..) = self.settle(consumed());
        let (id_high, id_low) = split(self.record.request_id());
        let mut all = self.earlier.0;
        all.add(&usage);
        let progress = CallProgress {
            id_high,
            id_low,
            usage: Some(all.into()),
            cost_nano: cost_nano + self.earlier.1,
            response_bytes: self.record.response_bytes,
            elapsed_us: clock::micros_since(self.started),
            ttft_us: self.record.ttft_us,
        };
        if let Err(error) = open.progress(&progress) {
            // The next one, or the close, will do.
            tracing::debug!(%error, "the progress of a call could not be written");
        }
    }

    /// The attempt in progress had begun its answer and broke off; another one is to go on. What it consumed is billed to it.
    pub(crate) fn broke_off(&mut self, class: &'static str, consumed: Consumed) -> Usage {
        let (usage, cost_nano, price_version, estimated) = self.settle(consumed);
        let duration_us = clock::micros_since(self.attempt_started);
        if let Some(attempt) = self.record.attempts.last_mut() {
            class.clone_into(&mut attempt.error_class);
            attempt.usage = Some(usage.into());
            attempt.cost_nano = cost_nano;
            attempt.price_version.push_str(price_version.as_ref().map_or("", PriceId::as_str));
            attempt.duration_us = duration_us;
            self.meter.attempt_failed(&attempt.provider, class);
        }
        self.earlier.0.add(&usage);
        self.earlier.1 += cost_nano;
        self.earlier.2 |= estimated;
        usage
    }

    /// The call is to go on to this route: its limits and budgets are asked, and those of the route it leaves are settled with
    /// what was consumed there. False if they do not allow it.
    pub(crate) async fn enter(&mut self, route: &Route) -> bool {
        let (usage, cost_nano, _) = &self.earlier;
        let weight = self.record.token_weight_milli;
        let weight = if weight == 0 { PLAIN_WEIGHT_MILLI } else { weight };
        let used = Used { tokens: weighted_usage(usage, weight), cost_nano: u64::try_from(*cost_nano).unwrap_or(0) };
        let may = self.reservation.move_to(&route.id, used).await;
        if !may {
            self.record.plan_excluded.push(format!("{}:{}", route.id, Excluded::Limit.as_str()));
        }
        may
    }

    /// The account itself, for whoever goes on with the call meanwhile. What stays has no record that could be closed.
    pub(crate) fn lend(&mut self) -> Self {
        self.take()
    }

    /// Tokens, cost, price version and whether they are a guess.
    fn settle(&self, consumed: Consumed) -> (Usage, i64, Option<PriceId>, bool) {
        let (usage, estimated) = match consumed {
            Consumed::Told(usage) => (usage, false),
            Consumed::Counted(usage) => (usage, true),
            Consumed::Partly { told, output_bytes } => {
                (Usage { output: told.output.max(estimate::output_tokens(output_bytes)), ..told }, true)
            }
            Consumed::Nothing => return (Usage::default(), 0, None, false),
            Consumed::Guess { output_bytes } => {
                let written = if self.endpoint.writes_text() { output_bytes } else { 0 };
                let usage = Usage {
                    input: guessed_input(self.endpoint, self.record.request_bytes),
                    output: estimate::output_tokens(written),
                    ..Usage::default()
                };
                (usage, self.endpoint.reads_text())
            }
        };
        let attempt = self.record.attempts.last();
        let (cost, version) = attempt.map_or((0, None), |attempt| {
            let provider = self.catalogue.providers.iter().find(|p| p.id.as_str() == attempt.provider_id);
            provider.map_or((0, None), |provider| {
                let found = self.catalogue.prices.find(
                    &provider.id,
                    provider.kind.as_str(),
                    &attempt.upstream_model,
                    self.record.timestamp,
                );
                found.map_or((0, None), |price| (price.cost_nano(&usage), Some(price.id.clone())))
            })
        });
        (usage, cost, version, estimated)
    }

    /// What this is worth: tokens, and their cost in nano-dollars.
    pub(crate) fn worth(&self, consumed: Consumed) -> (Usage, i64) {
        let (usage, cost_nano, ..) = self.settle(consumed);
        (usage, cost_nano)
    }

    /// Settles and closes the record. Await the receipt before the client gets the end of its answer.
    pub(crate) fn close(&mut self, ending: &Ending, consumed: Consumed) -> Result<Receipt, SpoolError> {
        let Some(open) = self.open.take() else { return Err(SpoolError::Closed) };
        let (usage, cost_nano, price_version, estimated) = self.settle(consumed);
        let (duration, attempt_duration) = self.ended_us.unwrap_or_else(|| self.durations());
        let price_version = price_version.as_ref().map_or("", PriceId::as_str);
        let record = &mut *self.record;
        if let Some(attempt) = record.attempts.last_mut() {
            if attempt.duration_us == 0 {
                attempt.duration_us = attempt_duration;
            }
            if attempt.error_class.is_empty() {
                ending.class.clone_into(&mut attempt.error_class);
            }
            // One that broke off and found nobody to go on has its own already.
            if attempt.usage.is_none() {
                attempt.usage = Some(usage.into());
                attempt.cost_nano = cost_nano;
                attempt.price_version.push_str(price_version);
            }
        }
        let (mut all, earlier_cost_nano, earlier_estimated) = self.earlier;
        all.add(&usage);
        record.usage = Some(all.into());
        record.usage_estimated = estimated | earlier_estimated;
        record.cost_nano = cost_nano + earlier_cost_nano;
        record.price_version.push_str(price_version);
        record.status_code = u32::from(ending.status);
        record.set_outcome(ending.outcome);
        ending.class.clone_into(&mut record.error_class);
        record.duration_us = duration;
        record.weigh();
        self.meter.finished(record);
        // Before the record closes: the ledger may pass it at once, and what it passes is no longer held.
        let used = Used { tokens: record.weighted_tokens, cost_nano: u64::try_from(record.cost_nano).unwrap_or(0) };
        self.reservation.settle(&record.model, if open.is_recorded() { used } else { Used::default() });
        open.close(record)
    }
}

impl Account {
    /// Closes the record with what was told and what is counted of the rest, in a task of its own: the record is closed also
    /// when nobody waits for it any more. What is left behind is an account of nothing.
    pub(crate) fn close_counted(&mut self, ending: Ending, told: Option<Usage>, said: Said) -> Closing {
        let mut account = self.take();
        let Some(uncounted) = account.uncounted.take().filter(|_| tokio::runtime::Handle::try_current().is_ok()) else {
            let output_bytes = said.bytes();
            let guess = told.map_or(Consumed::Guess { output_bytes }, |told| Consumed::Partly { told, output_bytes });
            let closed = account.close(&ending, guess);
            return Box::pin(async move { closed?.durable().await });
        };
        let (tell, closed) = oneshot::channel();
        let closing = uncounted.counting.closing.clone();
        closing.spawn(async move {
            let usage = uncounted.usage(told, said).await;
            let closed = match account.close(&ending, Consumed::Counted(usage)) {
                Ok(receipt) => receipt.durable().await,
                Err(error) => Err(error),
            };
            if let Err(Err(error)) = tell.send(closed) {
                tracing::error!(%error, "the record of a call that nobody waits for could not be closed");
            }
        });
        Box::pin(async move { closed.await.unwrap_or(Err(SpoolError::Closed)) })
    }

    /// The account itself. What stays has no record that could be closed.
    fn take(&mut self) -> Self {
        Self {
            ended_us: Some(self.durations()),
            record: std::mem::take(&mut self.record),
            open: self.open.take(),
            endpoint: self.endpoint,
            started: self.started,
            opened: self.opened,
            attempt_started: self.attempt_started,
            catalogue: Arc::clone(&self.catalogue),
            meter: Arc::clone(&self.meter),
            last_progress: self.last_progress,
            sent_status: self.sent_status,
            reservation: std::mem::take(&mut self.reservation),
            uncounted: self.uncounted.take(),
            earlier: self.earlier,
            own_model: self.own_model.take(),
        }
    }

    /// How long the call and its last attempt have taken, microseconds.
    fn durations(&self) -> (i64, i64) {
        (clock::micros_since(self.started), clock::micros_since(self.attempt_started))
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.open.is_none() {
            return;
        }
        // The request may have reached the provider: its input is billed, and what was produced is not known here.
        let ending = Ending::cancelled(self.sent_status.unwrap_or(499));
        // It failed already: nothing is on its way that could be billed.
        let failed = self.record.attempts.last().is_some_and(|attempt| !attempt.error_class.is_empty());
        if failed {
            if let Err(error) = self.close(&ending, Consumed::Nothing) {
                tracing::error!(%error, "the record of a cancelled call could not be closed");
            }
            return;
        }
        if self.uncounted.is_some() {
            drop(self.close_counted(ending, None, Said::Nothing));
            return;
        }
        // One that was to be counted and whose task was ended with the process.
        if let Err(error) = self.close(&ending, Consumed::Guess { output_bytes: 0 }) {
            tracing::error!(%error, "the record of a cancelled call could not be closed");
        }
    }
}

/// A plain guess at the input tokens behind a body.
const fn guessed_input(endpoint: Endpoint, request_bytes: u64) -> u64 {
    if endpoint.reads_text() { estimate::output_tokens(request_bytes) } else { 0 }
}

/// Makes the model that answers at `route` the one that the record is about: limits, ledger and prices go by it.
fn note_model(record: &mut Draft, route: &Route, own_model: &mut Option<(String, u32)>) {
    if route.stand_in.is_none() && own_model.is_none() {
        return;
    }
    let (own_name, own_weight) = own_model.get_or_insert_with(|| (record.model.clone(), record.token_weight_milli));
    let (name, weight) = match &route.stand_in {
        Some(stand_in) => {
            counter!("gateway_stand_in_attempts_total", "cause" => stand_in.cause.as_str()).increment(1);
            (&*stand_in.model.name, recorded_weight(stand_in.model.token_weight_milli))
        }
        None => (own_name.as_str(), *own_weight),
    };
    record.model.clear();
    record.model.push_str(name);
    record.token_weight_milli = weight;
}

/// A weight as records have it: 0 stands for the plain one.
pub(crate) const fn recorded_weight(milli: u32) -> u32 {
    if milli == PLAIN_WEIGHT_MILLI { 0 } else { milli }
}

/// Makes `route` the one that the record is about, as a further attempt.
fn note_route(record: &mut Draft, route: &Route) {
    let (provider, model) = (&route.provider, &route.upstream_model);
    let told = |field: &mut String, value: &str| {
        field.clear();
        field.push_str(value);
    };
    told(&mut record.provider, &provider.name);
    told(&mut record.provider_id, provider.id.as_str());
    told(&mut record.route_id, route.id.as_str());
    told(&mut record.upstream_model, model);
    let attempt = record.push_attempt();
    attempt.provider.push_str(&provider.name);
    attempt.provider_id.push_str(provider.id.as_str());
    attempt.route_id.push_str(route.id.as_str());
    attempt.upstream_model.push_str(model);
    attempt.started_at = clock::now_us();
}

/// What tokens cost there and then; nothing where the model has no price.
fn cost_nano(catalogue: &Catalogue, route: &Route, at_us: i64, usage: &Usage) -> i64 {
    let provider = &route.provider;
    let found = catalogue.prices.find(&provider.id, provider.kind.as_str(), &route.upstream_model, at_us);
    found.map_or(0, |price| price.cost_nano(usage))
}
