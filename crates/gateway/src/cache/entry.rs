//! What is kept of an answer: the bytes as the client got them, what it must know to read them, and what they had cost.

use bytes::{Buf, BufMut, Bytes};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use thinkwatch_identity::encryption::{Cipher, EncryptionError, Place};
use thinkwatch_policy::ports::CacheKey;
use thinkwatch_policy::usage::Usage;

use crate::conversion::DROPPED;

/// What is told again of the headers. The rest was about the provider at that moment: its limits, its times.
static TOLD: [HeaderName; 4] =
    [CONTENT_TYPE, DROPPED, HeaderName::from_static("openai-model"), HeaderName::from_static("openai-version")];

/// A kept answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// When it was given, in microseconds since the epoch.
    pub(crate) given_at_us: i64,
    /// What it had consumed.
    pub(crate) usage: Usage,
    /// What it had cost, nano-dollars.
    pub(crate) cost_nano: i64,
    /// Of its headers those that are told again.
    pub(crate) headers: HeaderMap,
    /// All of it.
    pub(crate) body: Bytes,
}

/// Of the headers of an answer those that are told again.
pub(super) fn told_again(headers: &HeaderMap) -> HeaderMap {
    TOLD.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

impl Entry {
    /// How old it is, in whole seconds.
    pub(crate) fn age_s(&self, now_us: i64) -> u64 {
        u64::try_from(now_us.saturating_sub(self.given_at_us)).unwrap_or(0) / 1_000_000
    }

    /// As it is kept: it opens under this key alone, so that whoever can write to the cache cannot put one answer in another's
    /// place.
    pub(super) fn seal(&self, cipher: &Cipher, key: &CacheKey) -> Result<Vec<u8>, EncryptionError> {
        cipher.seal(place(&key.to_string()), &self.encode())
    }

    /// What was kept under this key, if it is an entry of ours.
    pub(super) fn open(cipher: &Cipher, key: &CacheKey, sealed: &[u8]) -> Option<Self> {
        Self::decode(cipher.open(place(&key.to_string()), sealed).ok()?.into())
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 256);
        out.put_i64(self.given_at_us);
        out.put_i64(self.cost_nano);
        for count in counts(&self.usage) {
            out.put_u64(count);
        }
        for name in &TOLD {
            let value = self.headers.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
            // A length below 64 KB: header values are shorter.
            out.put_u16(u16::try_from(value.len()).unwrap_or(0));
            out.put_slice(if value.len() <= usize::from(u16::MAX) { value } else { &[] });
        }
        out.put_slice(&self.body);
        out
    }

    fn decode(mut from: Bytes) -> Option<Self> {
        let given_at_us = from.try_get_i64().ok()?;
        let cost_nano = from.try_get_i64().ok()?;
        let mut usage = Usage::default();
        for count in counts_mut(&mut usage) {
            *count = from.try_get_u64().ok()?;
        }
        let mut headers = HeaderMap::new();
        for name in &TOLD {
            let length = usize::from(from.try_get_u16().ok()?);
            if from.len() < length {
                return None;
            }
            let value = from.split_to(length);
            if !value.is_empty() {
                headers.insert(name.clone(), HeaderValue::from_maybe_shared(value).ok()?);
            }
        }
        Some(Self { given_at_us, usage, cost_nano, headers, body: from })
    }
}

const fn place(row: &str) -> Place<'_> {
    Place::new("response_cache", row, "answer")
}

const fn counts(usage: &Usage) -> [u64; 9] {
    [
        usage.input,
        usage.cache_read,
        usage.cache_write_5m,
        usage.cache_write_1h,
        usage.output,
        usage.reasoning,
        usage.audio_input,
        usage.audio_output,
        usage.image_units,
    ]
}

const fn counts_mut(usage: &mut Usage) -> [&mut u64; 9] {
    [
        &mut usage.input,
        &mut usage.cache_read,
        &mut usage.cache_write_5m,
        &mut usage.cache_write_1h,
        &mut usage.output,
        &mut usage.reasoning,
        &mut usage.audio_input,
        &mut usage.audio_output,
        &mut usage.image_units,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_and_under_its_own_key_alone() {
        let cipher = Cipher::new(&"a".repeat(64).into(), None).unwrap();
        let (ours, other) = (CacheKey([1; 32]), CacheKey([2; 32]));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(DROPPED, HeaderValue::from_static("logit_bias"));
        for body in ["", "data: x\n\n"] {
            let entry = Entry {
                given_at_us: 1_000_000,
                usage: Usage { input: 3, output: u64::MAX, image_units: 1, ..Usage::default() },
                cost_nano: -5,
                headers: headers.clone(),
                body: body.into(),
            };
            let sealed = entry.seal(&cipher, &ours).unwrap();
            assert_eq!(Entry::open(&cipher, &ours, &sealed), Some(entry.clone()));
            assert_eq!(Entry::open(&cipher, &other, &sealed), None);
            assert_eq!((entry.age_s(999_999), entry.age_s(3_500_000)), (0, 2));
            let plain = Bytes::from(entry.encode());
            let head = plain.len() - body.len();
            for at in 0..head {
                assert_eq!(Entry::decode(plain.slice(..at)), None);
            }
        }
    }

    #[test]
    fn what_was_about_the_provider_is_not_told_again() {
        let names = ["content-type", "x-ratelimit-remaining-requests", "retry-after", "x-thinkwatch-dropped", "age"];
        let headers: HeaderMap =
            names.iter().map(|n| (HeaderName::from_static(n), HeaderValue::from_static("v"))).collect();
        let again = told_again(&headers);
        let mut again: Vec<_> = again.keys().map(HeaderName::as_str).collect();
        again.sort_unstable();
        assert_eq!(again, ["content-type", "x-thinkwatch-dropped"]);
    }
}
