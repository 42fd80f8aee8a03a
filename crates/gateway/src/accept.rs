//! Taking a request in: bounds on concurrency, headers, body size, body memory and patience.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use thinkwatch_policy::settings::Settings;

use crate::refusal::Refusal;

/// How long a body that is too large is still read, so that its sender reads our answer and not a reset.
const LINGER: Duration = Duration::from_secs(5);
const LINGER_BYTES: u64 = 256 << 20;

/// What all calls together take up.
#[derive(Debug, Default)]
pub(crate) struct Load {
    calls: AtomicI64,
    bytes: AtomicI64,
}

/// A part of the load, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    load: Arc<Load>,
    calls: i64,
    bytes: i64,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.load.calls.fetch_sub(self.calls, Ordering::Relaxed);
        self.load.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Load {
    /// Calls in progress.
    pub(crate) fn calls(&self) -> i64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Bytes of request bodies and held answers in memory.
    pub(crate) fn bytes(&self) -> i64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Admits one more call, or sheds it.
    pub(crate) fn admit(self: &Arc<Self>, settings: &Settings) -> Result<Share, Refusal> {
        let share = Share { load: Arc::clone(self), calls: 1, bytes: 0 };
        if self.calls.fetch_add(1, Ordering::Relaxed) >= settings.max_concurrent {
            return Err(Refusal::TooManyCalls);
        }
        Ok(share)
    }
}

impl Share {
    /// A share of the same load for the bytes of an answer that is held until its record is closed.
    pub(crate) fn for_answer(&self) -> Self {
        Self { load: Arc::clone(&self.load), calls: 0, bytes: 0 }
    }

    /// Counts further bytes. False when all bodies together now take more memory than they may.
    pub(crate) fn grow(&mut self, bytes: usize, settings: &Settings) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.bytes += bytes;
        self.load.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= settings.max_buffered_bytes
    }
}

/// Reads the whole body within the bounds of the settings.
pub(crate) async fn body(
    headers: &HeaderMap,
    mut body: Incoming,
    settings: &Settings,
    share: &mut Share,
) -> Result<Bytes, Refusal> {
    if headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Refusal::BodyEncoded);
    }
    let most = u64::try_from(settings.max_body_bytes).unwrap_or(u64::MAX);
    let announced: Option<u64> = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length| length > most) {
        linger(body).await;
        return Err(Refusal::BodyTooLarge(most));
    }
    let patience = Duration::from_millis(u64::try_from(settings.client_body_ms).unwrap_or(u64::MAX));
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    loop {
        let frame = match tokio::time::timeout(patience, body.frame()).await {
            Err(_) => return Err(Refusal::BodyTimeout),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Refusal::BodyBroken),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if !share.grow(data.len(), settings) {
            return Err(Refusal::TooManyBytes);
        }
        if (first.len() + all.len() + data.len()) as u64 > most {
            drop((first, all));
            linger(body).await;
            return Err(Refusal::BodyTooLarge(most));
        }
        // Small bodies arrive in one frame and are never copied.
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            let expected = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
            all.reserve(expected.max(2 * first.len()));
            all.extend_from_slice(&std::mem::take(&mut first));
        }
        all.extend_from_slice(&data);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Reads and forgets, for a bounded time and size.
async fn linger(mut body: Incoming) {
    let until = Instant::now() + LINGER;
    let mut seen = 0u64;
    while seen < LINGER_BYTES {
        match tokio::time::timeout_at(until.into(), body.frame()).await {
            Ok(Some(Ok(frame))) => seen += frame.data_ref().map_or(0, |data| data.len() as u64),
            _ => return,
        }
    }
}
