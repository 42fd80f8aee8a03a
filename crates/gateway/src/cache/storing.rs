//! Keeping an answer: gathered while it goes to its client, and put away beside the call once it is known to be whole.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use metrics::counter;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ports::{CacheKey, Kept, Stay};
use thinkwatch_policy::usage::Usage;
use thinkwatch_upstream::is_readable;
use thinkwatch_wire::json;
use tokio::sync::OwnedSemaphorePermit;

use super::Cached;
use super::entry::{Entry, told_again};
use crate::clock;

/// An answer that is being gathered.
#[derive(Debug)]
pub(crate) struct Storing {
    cached: Cached,
    key: CacheKey,
    headers: HeaderMap,
    body: Vec<u8>,
    /// The room that it takes among all answers on their way into the cache.
    place: Option<OwnedSemaphorePermit>,
    /// Why it will not be kept.
    given_up: Option<&'static str>,
}

/// Room is taken in steps of so many kilobytes.
const STEP_KB: u32 = 16;

impl Storing {
    pub(super) fn new(cached: Cached, key: CacheKey, headers: &HeaderMap) -> Self {
        // What is compressed cannot be looked at, and not every client reads it.
        let given_up = (!is_readable(headers)).then_some("unreadable");
        Self { cached, key, headers: told_again(headers), body: Vec::new(), place: None, given_up }
    }

    /// These bytes go to the client.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        if self.given_up.is_some() {
            return;
        }
        let length = self.body.len() + bytes.len();
        if length > self.cached.max_bytes {
            self.give_up("too_large");
        } else if !self.has_room(length) {
            self.give_up("busy");
        } else {
            self.body.extend_from_slice(bytes);
        }
    }

    fn give_up(&mut self, why: &'static str) {
        self.given_up = Some(why);
        self.body = Vec::new();
        self.place = None;
    }

    /// Whether there is room for so many bytes; takes what it lacks.
    fn has_room(&mut self, length: usize) -> bool {
        let held = self.place.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let lacks = u32::try_from((length / 1024 + 1).saturating_sub(held)).unwrap_or(u32::MAX);
        if lacks == 0 {
            return true;
        }
        let more = lacks.checked_next_multiple_of(STEP_KB).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.cached.cache.room).try_acquire_many_owned(more) else { return false };
        match &mut self.place {
            Some(place) => place.merge(more),
            place => *place = Some(more),
        }
        true
    }

    /// The answer is all there: a JSON answer as a whole. One that says itself that it failed is not kept.
    pub(crate) fn whole(mut self, body: &[u8], (usage, cost_nano): (Usage, i64)) {
        if !is_success(self.cached.endpoint, body) {
            self.give_up("failed_answer");
        }
        self.add(body);
        self.ended((usage, cost_nano));
    }

    /// The answer is all there, and its record is closed. Never waits.
    pub(crate) fn ended(self, (usage, cost_nano): (Usage, i64)) {
        let Self { cached, key, headers, body, place, given_up } = self;
        if let Some(why) = given_up {
            count(why);
            return;
        }
        let cache = Arc::clone(&cached.cache);
        // Without a runtime nothing is to be kept any more.
        if tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        cache.storing.clone().spawn(async move {
            let now_us = clock::now_us();
            let entry = Entry { given_at_us: now_us, usage, cost_nano, headers, body: Bytes::from(body) };
            let stay = Stay { now_us, ttl_us: i64::from(cached.ttl_s) * 1_000_000, room: cached.room };
            let kept = match entry.seal(&cache.cipher, &key) {
                Ok(sealed) => cache.store.keep(&key, sealed.into(), stay).await,
                Err(error) => {
                    tracing::error!(%error, "an answer could not be encrypted for the response cache");
                    Kept::Failed
                }
            };
            count(match kept {
                Kept::Kept => "kept",
                Kept::TooLarge => "too_large",
                Kept::Failed => "failed",
            });
            drop(place);
        });
    }
}

fn count(result: &'static str) {
    counter!("gateway_cache_stored_total", "result" => result).increment(1);
}

/// Whether a JSON answer says that all went well. Some servers tell of a failure with status 200.
fn is_success(endpoint: Endpoint, body: &[u8]) -> bool {
    let failed = json::get(body, b"error").is_some_and(|error| error != b"null");
    let ended = || {
        let status = json::get(body, b"status").unwrap_or_default();
        matches!(status, br#""completed""# | br#""incomplete""#)
    };
    !failed && body.trim_ascii_start().starts_with(b"{") && (endpoint != Endpoint::Responses || ended())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_they_failed_are_known() {
        for (endpoint, body, expected) in [
            (Endpoint::ChatCompletions, r#"{"id":"x","choices":[]}"#, true),
            (Endpoint::ChatCompletions, r#"{"error":{"message":"no"}}"#, false),
            (Endpoint::ChatCompletions, "<html>", false),
            (Endpoint::Responses, r#"{"status":"completed","error":null}"#, true),
            (Endpoint::Responses, r#"{"status":"failed","error":{"code":"x"}}"#, false),
            (Endpoint::Responses, r#"{"status":"queued","error":null}"#, false),
            (Endpoint::Messages, r#"{"type":"message"}"#, true),
        ] {
            assert_eq!(is_success(endpoint, body.as_bytes()), expected, "{body}");
        }
    }
}
