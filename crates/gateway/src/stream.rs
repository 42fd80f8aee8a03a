//! A stream on its way to the client: pulled by the client's connection, so that a slow reader slows the provider
//! and a client that left ends the call at once.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use parking_lot::Mutex;
use thinkwatch_outbound::Incoming;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::Outcome;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::flow::Flow;
use thinkwatch_wire::stream::{End, Terminal};
use tokio::time::Sleep;

use crate::accept::Share;
use crate::account::{Account, Closing, Consumed, Ending};
use crate::attempts::Onward;
use crate::cache::Storing;
use crate::continuation::Keeping;
use crate::conversion::note_lost;
use crate::counting::Said;
use crate::rescue::{Rescued, Rescuer};
use crate::standing::Trial;

/// What arrives together leaves together, up to this many bytes.
const JOIN: usize = 64 << 10;
/// How long the upstream may take to close after its terminal event, so that its connection can be used again.
const TAIL_PATIENCE: Duration = Duration::from_millis(500);

/// How long after the longest silence another route may take until something new comes from it.
const PATIENCE_AFTER_BREAK: Duration = Duration::from_secs(4);

/// Why a stream ended.
#[derive(Debug)]
enum Ended {
    /// As [`Flow::finish`] or the terminal event says.
    Upstream(End),
    /// The connection broke.
    Broken,
    /// Nothing came for too long.
    Idle,
    /// What came is not what the provider's dialect says it must be, or too long to be held: why.
    Nonsense(String),
}

enum State {
    Flowing,
    /// The record is being closed and made durable; then the first bytes end the stream. If that fails the second do, which
    /// are made beforehand where the account will be elsewhere by then.
    Closing(Closing, Bytes, Option<Bytes>),
    /// Another route is asked to go on.
    Rescuing(Mutex<Rescuing>),
    /// The client has its answer; what else the upstream sends goes on for a moment.
    Tail,
    Done,
}

type Rescuing = Pin<Box<dyn Future<Output = (Account, Option<Rescued>)> + Send>>;

/// A stream being answered. Dropping it before its end means that the client has left.
pub struct StreamAnswer {
    upstream: Incoming,
    flow: Flow,
    account: Box<Account>,
    out: Vec<Bytes>,
    ended: Option<Ended>,
    idle: Pin<Box<Sleep>>,
    idle_for: Duration,
    last_event: Instant,
    state: State,
    status: u16,
    keeping: Option<Keeping>,
    /// What is kept of it to be given again, and what that is worth once it is known. Nothing of a stream that broke.
    storing: Option<(Storing, (Usage, i64))>,
    /// Told if the stream breaks.
    trial: Trial,
    /// Who goes on if it breaks.
    rescuer: Option<Box<Rescuer>>,
    /// What the flow tells of has been billed: nobody went on where it broke.
    billed: bool,
    /// Held until the stream has ended: a call counts as long as it takes.
    _share: Share,
}

impl std::fmt::Debug for StreamAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamAnswer").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// The parts of a stream whose first event has come.
pub(crate) struct Begun {
    pub(crate) upstream: Incoming,
    pub(crate) flow: Flow,
    pub(crate) out: Vec<Bytes>,
    pub(crate) ended: Option<End>,
    pub(crate) status: u16,
    /// What is to become of the answer beside.
    pub(crate) keeping: Option<Keeping>,
    /// Where it is gathered to be given again.
    pub(crate) storing: Option<Storing>,
}

impl StreamAnswer {
    pub(crate) fn new(begun: Begun, mut account: Box<Account>, onward: Onward, share: Share) -> Self {
        let Onward { trial, idle: idle_for, rescuer } = onward;
        account.sent_status = Some(begun.status);
        if begun.flow.usage().is_some_and(|told| told.total_input() > 0)
            && let Some(uncounted) = &mut account.uncounted
        {
            // Its input was told, so its request need not be kept while it runs.
            uncounted.body = Bytes::new();
        }
        Self {
            upstream: begun.upstream,
            flow: begun.flow,
            account,
            out: begun.out,
            ended: begun.ended.map(Ended::Upstream),
            idle: Box::pin(tokio::time::sleep(idle_for)),
            idle_for,
            last_event: Instant::now(),
            state: State::Flowing,
            status: begun.status,
            keeping: begun.keeping,
            storing: begun.storing.map(|storing| (storing, <(Usage, i64)>::default())),
            trial,
            rescuer,
            billed: false,
            _share: share,
        }
    }

    /// The next bytes for the client.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            match &mut self.state {
                State::Flowing => {
                    let waiting = self.gather(context);
                    if !self.out.is_empty() {
                        let joined = join(&mut self.out);
                        self.account.sent(joined.len());
                        if let Some((storing, _)) = &mut self.storing {
                            storing.add(&joined);
                        }
                        let (flow, now) = (&self.flow, self.last_event);
                        self.account.progress(now, || consumed(flow));
                        return Poll::Ready(Some(joined));
                    }
                    if self.ended.is_some() || self.flow.terminal().is_some() {
                        if !self.rescue() {
                            self.close();
                        }
                    } else if waiting {
                        ready!(self.poll_idle(context));
                        self.ended = Some(Ended::Idle);
                    }
                }
                State::Rescuing(rescuing) => {
                    let (account, rescued) = ready!(rescuing.get_mut().as_mut().poll(context));
                    *self.account = account;
                    self.state = State::Flowing;
                    match rescued {
                        Some(rescued) => self.go_on(rescued),
                        None => self.close(),
                    }
                }
                State::Closing(closing, ..) => {
                    let closed = ready!(closing.as_mut().poll(context));
                    let State::Closing(_, last, instead) = std::mem::replace(&mut self.state, State::Tail) else {
                        continue;
                    };
                    if let Some((storing, worth)) = self.storing.take().filter(|_| closed.is_ok()) {
                        storing.ended(worth);
                    }
                    let last = if closed.is_ok() { last } else { instead.unwrap_or_else(|| self.unrecorded()) };
                    if self.ended.is_some() || self.upstream.is_end_stream() {
                        self.state = State::Done;
                    } else {
                        self.idle.as_mut().reset(tokio::time::Instant::now() + TAIL_PATIENCE);
                    }
                    if !last.is_empty() {
                        return Poll::Ready(Some(last));
                    }
                }
                State::Tail => match Pin::new(&mut self.upstream).poll_frame(context) {
                    Poll::Ready(Some(Ok(frame))) => {
                        if let Ok(data) = frame.into_data()
                            && self.flow.passes_tail()
                        {
                            return Poll::Ready(Some(data));
                        }
                    }
                    Poll::Ready(Some(Err(_)) | None) => self.state = State::Done,
                    Poll::Pending => {
                        ready!(self.idle.as_mut().poll(context));
                        self.state = State::Done;
                    }
                },
                State::Done => return Poll::Ready(None),
            }
        }
    }

    /// Takes all that has arrived. True when the upstream has nothing more at the moment.
    fn gather(&mut self, context: &mut Context<'_>) -> bool {
        let mut size: usize = self.out.iter().map(Bytes::len).sum();
        let mut arrived = false;
        while size < JOIN && self.ended.is_none() && self.flow.terminal().is_none() {
            let before = self.out.len();
            match Pin::new(&mut self.upstream).poll_frame(context) {
                Poll::Pending => {
                    if arrived {
                        self.last_event = Instant::now();
                    }
                    return true;
                }
                Poll::Ready(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else { continue };
                    arrived = true;
                    if let Err(error) = self.flow.feed(data, &mut self.out) {
                        self.ended = Some(Ended::Nonsense(error.to_string()));
                    }
                }
                Poll::Ready(Some(Err(_))) => self.ended = Some(Ended::Broken),
                Poll::Ready(None) => self.ended = Some(Ended::Upstream(self.flow.finish())),
            }
            size += self.out[before..].iter().map(Bytes::len).sum::<usize>();
        }
        if arrived {
            self.last_event = Instant::now();
        }
        false
    }

    /// Ready when nothing has come for too long. The timer is set anew only when it fires, not at each event.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.idle.as_mut().poll(context));
            let due = self.last_event + self.idle_for;
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            self.idle.as_mut().reset(due.into());
        }
    }

    /// Lets another route go on with a stream of plain text that broke off. False if it did not break, or cannot be gone on with.
    fn rescue(&mut self) -> bool {
        let failed = matches!(self.flow.terminal(), Some(Terminal::Failed(_)));
        if !failed && matches!(self.ended, None | Some(Ended::Upstream(End::Complete))) || self.flow.finish_seen() {
            return false;
        }
        let Some(plain) = self.flow.plain() else { return false };
        let Some(rescuer) = self.rescuer.take() else { return false };
        // What an untorn end of a translated stream brought is text that the client is to have first.
        if !failed && !self.flow.passes_tail() {
            self.out.append(&mut self.flow.take_held());
        }
        self.storing = None;
        let class = self.ending().0.class;
        self.trial.failed(class);
        let lost = self.flow.lost().to_vec();
        note_lost(&mut self.account.record, &lost);
        let before = self.account.broke_off(class, consumed(&self.flow));
        self.billed = true;
        let deadline = self.last_event.max(Instant::now() - self.idle_for) + self.idle_for + PATIENCE_AFTER_BREAK;
        self.state = State::Rescuing(Mutex::new(Box::pin(rescuer.run(self.account.lend(), plain, before, deadline))));
        true
    }

    /// Another route goes on.
    fn go_on(&mut self, rescued: Rescued) {
        let Rescued { upstream, flow, out, ended, trial } = rescued;
        (self.upstream, self.flow, self.trial) = (upstream, flow, trial);
        self.out.extend(out);
        self.ended = ended.map(Ended::Upstream);
        self.billed = false;
        self.last_event = Instant::now();
        self.idle.as_mut().reset((self.last_event + self.idle_for).into());
    }

    /// Closes the record; the bytes that end the stream leave only when that is done.
    fn close(&mut self) {
        let mut held = self.flow.take_held();
        note_lost(&mut self.account.record, self.flow.lost());
        let (ending, error) = self.ending();
        if ending.outcome == Outcome::UpstreamError && !self.billed {
            self.trial.failed(ending.class);
        }
        if let Some(error) = error {
            let (id, model) = (self.account.record.request_id().to_string(), &self.account.record.model);
            held.push(self.flow.error_event(&error, &id, model));
        }
        let last = join(&mut held);
        self.account.sent(last.len());
        self.keep(&ending, &last);
        self.finish_storing(&ending, &last);
        let counted = !self.billed && matches!(consumed(&self.flow), Consumed::Guess { .. } | Consumed::Partly { .. });
        let instead = counted.then(|| self.unrecorded());
        self.state = State::Closing(self.settle(ending), last, instead);
    }

    /// Closes the record with what was told, and counts what was not.
    fn settle(&mut self, ending: Ending) -> Closing {
        match if self.billed { Consumed::Nothing } else { consumed(&self.flow) } {
            Consumed::Partly { told, .. } => {
                self.account.close_counted(ending, Some(told), Said::Words(self.flow.words().clone()))
            }
            Consumed::Guess { .. } => self.account.close_counted(ending, None, Said::Words(self.flow.words().clone())),
            known => match self.account.close(&ending, known) {
                Ok(receipt) => Box::pin(receipt.durable()),
                Err(error) => {
                    tracing::error!(%error, "a stream's record could not be closed; its client gets no ending");
                    Box::pin(std::future::ready(Err(error)))
                }
            },
        }
    }

    /// Keeps what ended well, before the client can know that it has ended.
    fn keep(&mut self, ending: &Ending, last: &[u8]) {
        let Some(keeping) = &mut self.keeping else { return };
        if let Some(id) = self.flow.upstream_id() {
            keeping.id_told(id);
        }
        if ending.outcome == Outcome::Ok {
            keeping.ended(last);
        }
    }

    /// What is given again is a whole answer in the provider's own words: it said itself that this was all.
    fn finish_storing(&mut self, ending: &Ending, last: &[u8]) {
        let said_so = matches!(self.flow.terminal(), Some(Terminal::Complete))
            || matches!(self.ended, Some(Ended::Upstream(End::Complete)));
        match &mut self.storing {
            Some((storing, worth)) if ending.outcome == Outcome::Ok && said_so => {
                storing.add(last);
                *worth = self.account.worth(consumed(&self.flow));
            }
            storing => *storing = None,
        }
    }

    /// How the call ended, and what the client must be told about it if the upstream did not say.
    fn ending(&self) -> (Ending, Option<ApiError>) {
        let failed = |class, kind, message: &str| {
            let ending = Ending { outcome: Outcome::UpstreamError, status: self.status, class };
            (ending, Some(ApiError::new(kind, message)))
        };
        let end = match &self.ended {
            None => self.flow.terminal().map(|terminal| match terminal {
                Terminal::Complete => End::Complete,
                Terminal::Failed(failure) => End::Failed(failure.clone()),
            }),
            Some(Ended::Upstream(end)) => Some(end.clone()),
            Some(Ended::Broken) => None,
            Some(Ended::Idle) => {
                return failed(
                    "idle_timeout",
                    ErrorKind::UpstreamTimeout,
                    "the provider fell silent in the middle of its answer",
                );
            }
            Some(Ended::Nonsense(why)) => return failed("protocol", ErrorKind::UpstreamError, why),
        };
        match end {
            Some(End::Complete) => (Ending::ok(self.status), None),
            Some(End::Failed(_)) => {
                (Ending { outcome: Outcome::UpstreamError, status: self.status, class: "stream_error" }, None)
            }
            // What the client has is whole if the reason to stop came before the break.
            None if self.flow.finish_seen() => (Ending::ok(self.status), None),
            Some(End::CutShort) | None => {
                failed("cut_short", ErrorKind::UpstreamError, "the provider broke off in the middle of its answer")
            }
        }
    }

    /// The end of a stream whose record could not be closed: no answer may look complete without one.
    fn unrecorded(&self) -> Bytes {
        let error = ApiError::new(ErrorKind::Internal, "the gateway could not record the end of this call");
        let record = &self.account.record;
        self.flow.error_event(&error, &record.request_id().to_string(), &record.model)
    }
}

impl Drop for StreamAnswer {
    fn drop(&mut self) {
        if matches!(self.state, State::Flowing) {
            // Nobody waits for it: what was produced is counted in a task of its own.
            drop(self.settle(Ending::cancelled(self.status)));
        }
    }
}

/// What the stream has consumed so far: told, or guessed from its text.
fn consumed(flow: &Flow) -> Consumed {
    let output_bytes = flow.words().bytes();
    match flow.usage() {
        Some(usage) if flow.usage_is_final() && (flow.terminal().is_some() || flow.finish_seen()) => {
            Consumed::Told(usage)
        }
        Some(told) => Consumed::Partly { told, output_bytes },
        None => Consumed::Guess { output_bytes },
    }
}

fn join(pieces: &mut Vec<Bytes>) -> Bytes {
    if pieces.len() == 1 {
        return pieces.pop().unwrap_or_default();
    }
    let mut joined = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces.drain(..) {
        joined.extend_from_slice(&piece);
    }
    joined.freeze()
}
