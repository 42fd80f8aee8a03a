//! Answers that are too large to hold, and sound: passed on as they arrive, the end held back until the record is closed.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, SizeHint};
use thinkwatch_outbound::Incoming;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::usage::Usage;
use thinkwatch_records::Outcome;
use thinkwatch_records::spool::{Receipt, SpoolError};
use thinkwatch_wire::usage;
use tokio::time::Sleep;

use crate::accept::Share;
use crate::account::{Account, Consumed, Ending};
use crate::body::BrokenOff;

/// How much of the end is kept to find the usage in.
const TAIL: usize = 64 << 10;

/// What is looked for in an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    pub(crate) endpoint: Endpoint,
    /// How many images were asked for: those in an answer that is not held are not counted.
    pub(crate) images: u64,
    /// Whether its text is there to be read.
    pub(crate) readable: bool,
}

/// A large answer on its way.
pub struct LargeAnswer {
    rest: Incoming,
    /// Ready to be sent, but for the end of the last one, which waits.
    pieces: VecDeque<Bytes>,
    tail: BytesMut,
    account: Box<Account>,
    sought: Sought,
    remaining: Option<u64>,
    idle: Pin<Box<Sleep>>,
    idle_for: Duration,
    state: State,
    /// Held until the answer has been sent: a call counts as long as it takes.
    _share: Share,
}

enum State {
    Flowing,
    Closing(Pin<Box<dyn Future<Output = Result<(), SpoolError>> + Send + Sync>>),
    Done,
}

impl std::fmt::Debug for LargeAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LargeAnswer").finish_non_exhaustive()
    }
}

impl LargeAnswer {
    pub(crate) fn new(
        begun: Bytes,
        rest: Incoming,
        sought: Sought,
        account: Box<Account>,
        idle_for: Duration,
        share: Share,
    ) -> Self {
        let length = rest.size_hint().exact().map(|rest| rest + begun.len() as u64);
        let mut answer = Self {
            rest,
            pieces: VecDeque::new(),
            tail: BytesMut::new(),
            account,
            sought,
            remaining: length,
            idle: Box::pin(tokio::time::sleep(idle_for)),
            idle_for,
            state: State::Flowing,
            _share: share,
        };
        answer.take(begun);
        answer
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.remaining.map_or_else(SizeHint::default, SizeHint::with_exact)
    }

    fn take(&mut self, piece: Bytes) {
        if piece.len() >= TAIL {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - TAIL..]);
        } else {
            let surplus = (self.tail.len() + piece.len()).saturating_sub(TAIL);
            drop(self.tail.split_to(surplus));
            self.tail.extend_from_slice(&piece);
        }
        match self.pieces.back_mut() {
            // A single byte is not worth a write of its own.
            Some(last) if last.len() == 1 => *last = [last.as_ref(), &piece].concat().into(),
            _ => self.pieces.push_back(piece),
        }
    }

    /// What may leave while nothing more has come: all but the last byte, without which no client has the whole answer.
    fn all_but_the_end(&mut self) -> Option<Bytes> {
        let last = self.pieces.front_mut().filter(|last| last.len() > 1)?;
        Some(last.split_to(last.len() - 1))
    }

    fn give(&mut self, piece: Bytes) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        if matches!(self.state, State::Flowing) {
            self.account.sent(piece.len());
        }
        self.remaining = self.remaining.map(|left| left.saturating_sub(piece.len() as u64));
        Poll::Ready(Some(Ok(piece)))
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        loop {
            match &mut self.state {
                State::Flowing => {
                    if self.pieces.len() > 1
                        && let Some(piece) = self.pieces.pop_front()
                    {
                        return self.give(piece);
                    }
                    match Pin::new(&mut self.rest).poll_frame(context) {
                        Poll::Ready(Some(Ok(frame))) => {
                            if let Ok(data) = frame.into_data() {
                                self.take(data);
                                let deadline = tokio::time::Instant::now() + self.idle_for;
                                self.idle.as_mut().reset(deadline);
                            }
                        }
                        Poll::Ready(Some(Err(_))) => return self.break_off("broken"),
                        Poll::Ready(None) => match self.close() {
                            Ok(receipt) => self.state = State::Closing(Box::pin(receipt.durable())),
                            Err(_) => return self.break_off("spool_full"),
                        },
                        Poll::Pending => {
                            if let Some(piece) = self.all_but_the_end() {
                                return self.give(piece);
                            }
                            ready!(self.idle.as_mut().poll(context));
                            return self.break_off("idle_timeout");
                        }
                    }
                }
                State::Closing(receipt) => {
                    let durable = ready!(receipt.as_mut().poll(context));
                    self.state = State::Done;
                    if durable.is_err() {
                        return Poll::Ready(Some(Err(BrokenOff)));
                    }
                }
                State::Done => {
                    let piece = self.pieces.pop_front();
                    return piece.map_or(Poll::Ready(None), |piece| self.give(piece));
                }
            }
        }
    }

    fn close(&mut self) -> Result<Receipt, SpoolError> {
        let Sought { endpoint, images, readable } = self.sought;
        let told = readable.then(|| usage::of_tail(endpoint, &self.tail)).flatten();
        // What waits is counted now: once the record is closed it is too late.
        self.account.sent(self.pieces.iter().map(Bytes::len).sum());
        let bytes = self.account.record.response_bytes;
        let consumed = match told {
            Some(told) => Consumed::Told(Usage { image_units: told.image_units.max(images), ..told }),
            None if images > 0 => {
                Consumed::Partly { told: Usage { image_units: images, ..Usage::default() }, output_bytes: 0 }
            }
            None => Consumed::Guess { output_bytes: bytes },
        };
        self.account.close(&Ending::ok(200), consumed)
    }

    fn break_off(&mut self, class: &'static str) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        self.state = State::Done;
        self.pieces.clear();
        let ending = Ending { outcome: Outcome::UpstreamError, status: 200, class };
        let output_bytes = self.account.record.response_bytes;
        if let Err(error) = self.account.close(&ending, Consumed::Guess { output_bytes }) {
            tracing::debug!(%error, "the record of a broken answer was closed before");
        }
        Poll::Ready(Some(Err(BrokenOff)))
    }
}
