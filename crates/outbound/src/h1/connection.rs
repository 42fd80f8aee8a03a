//! One connection: the stream, what was read and is not used yet, and the head to be written.

use std::future::Future as _;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use std::thread::{self, ThreadId};
use std::time::Duration;

use bytes::BytesMut;
use http::request::Parts;
use socket2::SockRef;
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, ReadBuf};

use super::head;
use crate::body::SegmentedBody;
use crate::stream::Stream;

/// Room for one read, at first.
const READ: usize = 16 * 1024;
/// Room for one read, once a read has filled what there was.
const LARGE_READ: usize = 64 * 1024;
/// Within this time the runtime has looked at every socket, but when it is very busy.
const KNOWN_AFTER: Duration = Duration::from_millis(1);
/// Pieces written at once: the head, and what a replaced model name leaves of a body.
const PIECES: usize = 16;

/// A connection that speaks HTTP/1.1. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: Stream,
    /// Read and not used yet.
    pub(crate) buffer: BytesMut,
    /// Room for the next read.
    room: usize,
    /// The head of the request, kept for its allocation.
    head: Vec<u8>,
    head_sent: usize,
    /// Whether some of the request may have left.
    pub(crate) written: bool,
    /// Whether another request may follow.
    pub(crate) reusable: bool,
    /// Who made it: its readiness is watched by that thread's runtime.
    pub(crate) thread: ThreadId,
}

impl Connection {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            room: READ,
            head: Vec::with_capacity(1024),
            head_sent: 0,
            written: false,
            reusable: true,
            thread: thread::current().id(),
        }
    }

    /// Gets ready for a request.
    pub(crate) fn prepare(&mut self, request: &Parts, body: u64) {
        head::write(&mut self.head, request, body);
        self.head_sent = 0;
        self.written = false;
        self.reusable = !head::has_token(&request.headers, "close");
    }

    /// Writes once, as much as is taken. True when head and body have left.
    pub(crate) fn poll_write(&mut self, context: &mut Context<'_>, body: &mut SegmentedBody) -> Poll<io::Result<bool>> {
        let head = &self.head[self.head_sent..];
        if head.is_empty() && body.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            return Poll::Ready(Ok(true));
        }
        let mut slices = [IoSlice::new(&[]); PIECES];
        let mut used = 0;
        let pieces = std::iter::once(head).chain(body.pieces().iter().map(|piece| &piece[..]));
        for (slot, piece) in slices.iter_mut().zip(pieces.filter(|piece| !piece.is_empty())) {
            *slot = IoSlice::new(piece);
            used += 1;
        }
        // A TLS session may have sent records before it reports a failure; a socket has not.
        self.written |= self.stream.is_tls();
        let taken = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, &slices[..used]))?;
        if taken == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.written = true;
        let of_head = taken.min(head.len());
        self.head_sent += of_head;
        body.advance(taken - of_head);
        if self.head_sent < self.head.len() || !body.is_empty() {
            return Poll::Ready(Ok(false));
        }
        Pin::new(&mut self.stream).poll_flush(context).map_ok(|()| true)
    }

    /// Reads once into the buffer (a TLS session gives all the records it has). 0 at the end of the stream.
    pub(crate) fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.make_room();
        let most = self.buffer.capacity();
        let read = ready!(pin!(self.stream.read_buf(&mut self.buffer)).poll(context));
        if self.buffer.len() == most {
            self.room = LARGE_READ;
        }
        Poll::Ready(read)
    }

    /// Uses the allocation again if nobody holds a piece of it any more; otherwise takes a new one only when little is
    /// left, so that a slow stream of small pieces does not allocate for each.
    fn make_room(&mut self) {
        let spare = self.buffer.capacity() - self.buffer.len();
        if spare < self.room && !self.buffer.try_reclaim(self.room) && spare < self.room / 4 {
            self.buffer.reserve(self.room);
        }
    }

    /// Whether it can carry another request, as far as this side can know.
    pub(crate) fn is_idle(&self) -> bool {
        self.reusable && self.buffer.is_empty()
    }

    fn has_news(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        self.stream.tcp().poll_read_ready(&mut context).is_ready()
    }

    /// Lets go of a buffer that a large answer has left behind.
    pub(crate) fn rest(&mut self) {
        if self.room > READ {
            self.room = READ;
            self.buffer = BytesMut::new();
        }
    }

    /// Whether the other side has neither closed it nor said something unasked, as far as this side can know.
    ///
    /// Of a connection that has `rested` longer than the runtime takes to look around, the runtime has been told
    /// whether anything came. Of others it may not know yet, so the socket itself is asked.
    pub(crate) fn is_alive(&mut self, rested: Duration) -> bool {
        if rested >= KNOWN_AFTER && self.thread == thread::current().id() && !self.has_news() {
            return true;
        }
        if self.stream.is_tls() {
            // Tickets that came late are read here, and nothing else may be.
            let mut byte = [MaybeUninit::uninit(); 1];
            let mut context = Context::from_waker(Waker::noop());
            if Pin::new(&mut self.stream).poll_read(&mut context, &mut ReadBuf::uninit(&mut byte)).is_ready() {
                return false;
            }
        }
        let peeked = SockRef::from(self.stream.tcp()).peek(&mut [MaybeUninit::uninit(); 1]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}
