//! Tokens that no provider told are counted here: after the answer, on threads that may be kept, before the record closes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use metrics::counter;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::usage::Usage;
use thinkwatch_tokens::{Counter, NotCounted, Tally};
use thinkwatch_wire::countable::{self, Countable};
use thinkwatch_wire::error::ApiError;
use thinkwatch_wire::estimate;
use thinkwatch_wire::stream::Words;
use tokio_util::task::TaskTracker;

/// How long the end of an answer may wait for its tokens to be counted; then they are guessed from bytes.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(2);
/// How long who asks for a count may wait for it.
const PATIENCE_OF_COUNTS: Duration = Duration::from_secs(10);

/// Counts, and keeps the records that are closed once their tokens are counted.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    counter: Counter,
    /// Records that wait for their tokens. Waited for when the server stops.
    pub(crate) closing: TaskTracker,
}

/// What came back of a call, for who must count it.
#[derive(Debug)]
pub(crate) enum Said {
    /// Nothing that is known.
    Nothing,
    /// A whole answer, in the client's words.
    Answer(Bytes),
    /// What a stream's model wrote.
    Words(Words),
}

impl Said {
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::Answer(body) => body.len() as u64,
            Self::Words(words) => words.bytes(),
        }
    }
}

/// A call's request, kept as long as it may have to be counted.
#[derive(Clone, Debug)]
pub(crate) struct Uncounted {
    pub(crate) counting: Arc<Counting>,
    pub(crate) endpoint: Endpoint,
    pub(crate) body: Bytes,
}

impl Uncounted {
    /// What the call consumed: what was `told`, and the rest counted, or guessed where counting takes too long.
    pub(crate) async fn usage(self, told: Option<Usage>, said: Said) -> Usage {
        let told = told.unwrap_or_default();
        let body = if told.total_input() > 0 { Bytes::new() } else { self.body };
        let guess = [body.len() as u64, said.bytes()].map(estimate::output_tokens);
        let held = body.len() + usize::try_from(said.bytes()).unwrap_or(usize::MAX);
        let endpoint = self.endpoint;
        let counting = self.counting.counter.run(held, move |tally| {
            let input = if body.is_empty() { Some(0) } else { of_request(endpoint, &body, false, tally.clone()).ok() };
            [input, of_said(endpoint, &said, tally)]
        });
        let (counted, result) = match tokio::time::timeout(PATIENCE_AT_THE_END, counting).await {
            Ok(Ok(counted)) => (counted, "counted"),
            Ok(Err(error)) => ([None, None], word(error)),
            Err(_) => ([None, None], "late"),
        };
        counter!("gateway_local_counts_total", "what" => "usage", "result" => result).increment(1);
        let [input, output] = [0, 1].map(|at| counted[at].unwrap_or(guess[at]));
        Usage { input: told.input.max(input), output: told.output.max(output), ..told }
    }
}

impl Counting {
    /// The tokens of a request, for a client that asks for nothing else. The error says what is wrong with the request.
    pub(crate) async fn tokens(&self, endpoint: Endpoint, body: &Bytes) -> Result<u64, ApiError> {
        let asked = body.clone();
        let counting = self.counter.run(body.len(), move |tally| of_request(endpoint, &asked, true, tally));
        let (counted, result) = match tokio::time::timeout(PATIENCE_OF_COUNTS, counting).await {
            Ok(Ok(Err(error))) => return Err(error),
            Ok(Ok(Ok(tokens))) => (tokens, "counted"),
            Ok(Err(error)) => (estimate::output_tokens(body.len() as u64), word(error)),
            Err(_) => (estimate::output_tokens(body.len() as u64), "late"),
        };
        counter!("gateway_local_counts_total", "what" => "request", "result" => result).increment(1);
        Ok(counted)
    }

    /// Waits until all records that waited for their tokens are closed.
    pub(crate) async fn settled(&self, patience: Duration) -> bool {
        self.closing.close();
        tokio::time::timeout(patience, self.closing.wait()).await.is_ok()
    }
}

fn word(error: NotCounted) -> &'static str {
    match error {
        NotCounted::Busy => "busy",
        NotCounted::Failed => "failed",
    }
}

fn add(tally: &mut Tally, what: Countable<'_>) {
    match what {
        Countable::Text(text) => tally.text(text),
        Countable::Flat(tokens) => tally.flat(tokens),
    }
}

fn of_request(endpoint: Endpoint, body: &[u8], here: bool, mut tally: Tally) -> Result<u64, ApiError> {
    countable::request(endpoint, body, here, &mut |what| add(&mut tally, what))?;
    Ok(tally.total())
}

/// `None`: it cannot be read.
fn of_said(endpoint: Endpoint, said: &Said, mut tally: Tally) -> Option<u64> {
    match said {
        Said::Nothing => {}
        Said::Answer(body) => {
            if !countable::answer(endpoint, body, &mut |what| add(&mut tally, what)) {
                return None;
            }
        }
        Said::Words(words) => {
            tally.text(&words.text());
            tally.more_of_the_same(words.bytes_beyond());
        }
    }
    Some(tally.total())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uncounted(endpoint: Endpoint, body: &'static str) -> Uncounted {
        Uncounted { counting: Arc::default(), endpoint, body: Bytes::from_static(body.as_bytes()) }
    }

    #[tokio::test]
    async fn what_was_told_holds_and_the_rest_is_counted() {
        let chat = || {
            uncounted(
                Endpoint::ChatCompletions,
                r#"{"model":"m","messages":[{"role":"user","content":"hello world"}]}"#,
            )
        };
        let answer =
            r#"{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":" word word"}}]}"#;
        let whole = chat().usage(None, Said::Answer(Bytes::from_static(answer.as_bytes()))).await;
        assert_eq!((whole.input, whole.output), (2 + countable::TURN + countable::ANSWER, 2));
        let told = Usage { input: 5, cache_read: 9, output: 1, ..Usage::default() };
        let rest = chat().usage(Some(told), Said::Answer(Bytes::from_static(answer.as_bytes()))).await;
        assert_eq!(rest, Usage { output: 2, ..told });
        let left = chat().usage(None, Said::Nothing).await;
        assert_eq!((left.input > 0, left.output), (true, 0));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_guessed() {
        let odd = uncounted(Endpoint::ChatCompletions, r#"{"model":"m","messages":5}"#);
        let usage = odd.usage(None, Said::Answer(Bytes::from_static(b"not JSON"))).await;
        assert_eq!((usage.input, usage.output), (7, 2));
    }

    #[tokio::test]
    async fn a_request_is_counted_or_refused() {
        let counting = Counting::default();
        let body = Bytes::from_static(br#"{"model":"m","messages":[{"role":"user","content":"hello world"}]}"#);
        assert_eq!(counting.tokens(Endpoint::CountTokens, &body).await, Ok(8));
        let wrong = Bytes::from_static(br#"{"model":"m","messages":[{"content":"hello world"}]}"#);
        let error = counting.tokens(Endpoint::CountTokens, &wrong).await.unwrap_err();
        assert_eq!(error.param.as_deref(), Some("messages[0].role"));
        assert!(counting.settled(Duration::from_secs(5)).await);
    }
}
