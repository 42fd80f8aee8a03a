//! What is recorded of one AI call. Names are the same in the API, the stores and the documentation.
//!
//! The encoding is protocol buffers: fields are only ever added, so that a spool written by one version is read by
//! the next and the previous one. Nothing here may hold a secret or content.

use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::estimate::{PLAIN_WEIGHT_MILLI, weighted_usage};
use thinkwatch_policy::usage::Usage;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum Outcome {
    /// A complete answer.
    Ok = 0,
    /// The upstream (or we) refused the request itself.
    ClientError = 1,
    /// Refused by policy.
    Refused = 2,
    /// The upstream failed, stalled or cut the answer.
    UpstreamError = 3,
    /// The client left.
    Cancelled = 4,
    /// The process died during the call; closed by recovery.
    Interrupted = 5,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::ClientError, Self::Refused, Self::UpstreamError, Self::Cancelled, Self::Interrupted];

    /// The name in the API and the stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ClientError => "client_error",
            Self::Refused => "refused",
            Self::UpstreamError => "upstream_error",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == name)
    }
}

/// A name and a value given by the caller (`x-thinkwatch-tag-*`) or set on the key.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Tag {
    /// Lower-case name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// One try at an upstream.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Attempt {
    /// The provider's name.
    #[prost(string, tag = "1")]
    pub provider: String,
    /// The provider's id.
    #[prost(string, tag = "2")]
    pub provider_id: String,
    /// The route.
    #[prost(string, tag = "3")]
    pub route_id: String,
    /// The model name sent upstream.
    #[prost(string, tag = "4")]
    pub upstream_model: String,
    /// HTTP status of the upstream; 0 when none came.
    #[prost(uint32, tag = "5")]
    pub status_code: u32,
    /// Class of the failure, empty when it succeeded.
    #[prost(string, tag = "6")]
    pub error_class: String,
    /// The upstream's own request id, if it sent one.
    #[prost(string, tag = "7")]
    pub upstream_request_id: String,
    /// Start, microseconds since the epoch.
    #[prost(int64, tag = "8")]
    pub started_at: i64,
    /// Duration in microseconds.
    #[prost(int64, tag = "9")]
    pub duration_us: i64,
    /// Cost in nano-dollars.
    #[prost(int64, tag = "10")]
    pub cost_nano: i64,
    /// The price that was used, empty when the model has none.
    #[prost(string, tag = "11")]
    pub price_version: String,
    /// What the upstream billed for this try.
    #[prost(message, optional, tag = "12")]
    pub usage: Option<TokenCounts>,
}

/// How the order of a call's routes came about: all that is needed to find it again.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Plan {
    /// `priority`, `weighted`, `latency` or `cost`.
    #[prost(string, tag = "1")]
    pub strategy: String,
    /// The random number of this call.
    #[prost(fixed64, tag = "2")]
    pub pick: u64,
    /// The number of its conversation, where it is known and counts.
    #[prost(fixed64, optional, tag = "3")]
    pub conversation: Option<u64>,
    /// The routes: first those that were to be tried, in order, then those that were left out.
    #[prost(message, repeated, tag = "4")]
    pub routes: Vec<PlannedRoute>,
    /// The name that the call asked for, where that is an alias, or other models could stand in: the record's own `model` is the one
    /// that answered.
    #[prost(string, tag = "5")]
    pub asked: String,
}

/// A route as it was when the plan was made.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct PlannedRoute {
    /// The route.
    #[prost(string, tag = "1")]
    pub route_id: String,
    /// The provider's name.
    #[prost(string, tag = "2")]
    pub provider: String,
    /// The model's name there.
    #[prost(string, tag = "3")]
    pub upstream_model: String,
    /// Lower is tried first.
    #[prost(sint32, tag = "4")]
    pub priority: i32,
    /// Share among equals.
    #[prost(uint32, tag = "5")]
    pub weight: u32,
    /// What the strategy went by: time to a first token in microseconds, or nano-dollars.
    #[prost(sint64, optional, tag = "6")]
    pub score: Option<i64>,
    /// What its breaker said: `free`, `probe`, or `behind`.
    #[prost(string, tag = "7")]
    pub admitted: String,
    /// Why it was left out; empty when it was not.
    #[prost(string, tag = "8")]
    pub excluded: String,
    /// The model that it belongs to, where that is not the one asked for.
    #[prost(string, tag = "9")]
    pub model: String,
    /// Why that model stands in: `fallback`, `larger_context`.
    #[prost(string, tag = "10")]
    pub stand_in: String,
    /// The place of that model in the chain; 0 for the one asked for.
    #[prost(uint32, tag = "11")]
    pub place: u32,
}

/// [`Usage`] as it is encoded.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct TokenCounts {
    /// See [`Usage::input`].
    #[prost(uint64, tag = "1")]
    pub input: u64,
    /// See [`Usage::cache_read`].
    #[prost(uint64, tag = "2")]
    pub cache_read: u64,
    /// See [`Usage::cache_write_5m`].
    #[prost(uint64, tag = "3")]
    pub cache_write_5m: u64,
    /// See [`Usage::cache_write_1h`].
    #[prost(uint64, tag = "4")]
    pub cache_write_1h: u64,
    /// See [`Usage::output`].
    #[prost(uint64, tag = "5")]
    pub output: u64,
    /// See [`Usage::reasoning`].
    #[prost(uint64, tag = "6")]
    pub reasoning: u64,
    /// See [`Usage::audio_input`].
    #[prost(uint64, tag = "7")]
    pub audio_input: u64,
    /// See [`Usage::audio_output`].
    #[prost(uint64, tag = "8")]
    pub audio_output: u64,
    /// See [`Usage::image_units`].
    #[prost(uint64, tag = "9")]
    pub image_units: u64,
}

impl From<Usage> for TokenCounts {
    fn from(u: Usage) -> Self {
        Self {
            input: u.input,
            cache_read: u.cache_read,
            cache_write_5m: u.cache_write_5m,
            cache_write_1h: u.cache_write_1h,
            output: u.output,
            reasoning: u.reasoning,
            audio_input: u.audio_input,
            audio_output: u.audio_output,
            image_units: u.image_units,
        }
    }
}

impl From<TokenCounts> for Usage {
    fn from(u: TokenCounts) -> Self {
        Self {
            input: u.input,
            cache_read: u.cache_read,
            cache_write_5m: u.cache_write_5m,
            cache_write_1h: u.cache_write_1h,
            output: u.output,
            reasoning: u.reasoning,
            audio_input: u.audio_input,
            audio_output: u.audio_output,
            image_units: u.image_units,
        }
    }
}

/// One finished call: a wide row. Also what is known of a call that is still open (then the closing fields are empty).
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct CallRecord {
    /// High 64 bits of the request id, which is also the id of the row.
    #[prost(fixed64, tag = "1")]
    pub id_high: u64,
    /// Low 64 bits of the request id.
    #[prost(fixed64, tag = "2")]
    pub id_low: u64,
    /// When the request was accepted, microseconds since the epoch.
    #[prost(int64, tag = "3")]
    pub timestamp: i64,
    /// `x-session-id` of the client, bounded.
    #[prost(string, tag = "4")]
    pub session_id: String,
    /// 32 hexadecimal digits when the client gave a W3C trace id; empty when ours is the request id's digits.
    #[prost(string, tag = "5")]
    pub client_trace_id: String,
    /// Who.
    #[prost(string, tag = "6")]
    pub user_id: String,
    /// Their address at that time.
    #[prost(string, tag = "7")]
    pub user_email: String,
    /// The key's id; empty when a console token was used.
    #[prost(string, tag = "8")]
    pub key_id: String,
    /// What outlives the key's rotation.
    #[prost(string, tag = "9")]
    pub key_lineage_id: String,
    /// The key's team.
    #[prost(string, tag = "10")]
    pub team_id: String,
    /// The client's: `chat`, `messages`, `responses`, `embeddings`, `gemini`, `completions`, `images`, and so on.
    #[prost(string, tag = "11")]
    pub dialect: String,
    /// `chat.completions`, `messages`, `messages.count_tokens`, `responses`, `embeddings`, `audio.speech`, and so on.
    #[prost(string, tag = "12")]
    pub endpoint: String,
    /// The model that answered (or was tried last), by its own name; where the client used another, see [`Plan::asked`].
    #[prost(string, tag = "13")]
    pub model: String,
    /// Name of the provider that answered (or was tried last).
    #[prost(string, tag = "14")]
    pub provider: String,
    /// Its id.
    #[prost(string, tag = "15")]
    pub provider_id: String,
    /// The route that answered (or was tried last).
    #[prost(string, tag = "16")]
    pub route_id: String,
    /// The model name sent upstream.
    #[prost(string, tag = "17")]
    pub upstream_model: String,
    /// The upstream's own request id.
    #[prost(string, tag = "18")]
    pub upstream_request_id: String,
    /// Whether the client asked for a stream.
    #[prost(bool, tag = "19")]
    pub stream: bool,
    /// The status the client got; 499 when it left before one was sent.
    #[prost(uint32, tag = "20")]
    pub status_code: u32,
    /// How it ended.
    #[prost(enumeration = "Outcome", tag = "21")]
    pub outcome: i32,
    /// Class of the failure, empty when there was none.
    #[prost(string, tag = "22")]
    pub error_class: String,
    /// Tokens of all attempts together.
    #[prost(message, optional, tag = "23")]
    pub usage: Option<TokenCounts>,
    /// Whether the tokens were estimated.
    #[prost(bool, tag = "24")]
    pub usage_estimated: bool,
    /// Cost of all attempts together, nano-dollars.
    #[prost(int64, tag = "25")]
    pub cost_nano: i64,
    /// The price version of the attempt that answered; empty when the model has no price.
    #[prost(string, tag = "26")]
    pub price_version: String,
    /// From accepted to the last byte, microseconds.
    #[prost(int64, tag = "27")]
    pub duration_us: i64,
    /// From accepted to the first event or byte of the answer, microseconds; 0 when none came.
    #[prost(int64, tag = "28")]
    pub ttft_us: i64,
    /// What the gateway itself spent before the upstream was called, microseconds.
    #[prost(int64, tag = "29")]
    pub gateway_us: i64,
    /// Every try at an upstream, in order.
    #[prost(message, repeated, tag = "30")]
    pub attempts: Vec<Attempt>,
    /// Fields that could not be expressed upstream.
    #[prost(string, repeated, tag = "31")]
    pub dropped_fields: Vec<String>,
    /// Whether the answer came from the response cache.
    #[prost(bool, tag = "32")]
    pub cache_hit: bool,
    /// Tags of the key and the request.
    #[prost(message, repeated, tag = "33")]
    pub tags: Vec<Tag>,
    /// Where the cost is booked.
    #[prost(string, tag = "34")]
    pub cost_center: String,
    /// The client's address.
    #[prost(string, tag = "35")]
    pub ip_address: String,
    /// The client's `user-agent`, bounded.
    #[prost(string, tag = "36")]
    pub user_agent: String,
    /// The client program recognised from it (`claude-code`, `codex`, `openai-python`, ...).
    #[prost(string, tag = "37")]
    pub client: String,
    /// Why this plan: candidates that were left out, `route_id:reason`.
    #[prost(string, repeated, tag = "38")]
    pub plan_excluded: Vec<String>,
    /// Size of the request body in bytes.
    #[prost(uint64, tag = "39")]
    pub request_bytes: u64,
    /// Size of the answer's body in bytes as far as it was sent.
    #[prost(uint64, tag = "40")]
    pub response_bytes: u64,
    /// All tokens, input of every class and output, times the weight of the model: what limits and budgets of tokens count.
    #[prost(uint64, tag = "41")]
    pub weighted_tokens: u64,
    /// What one token of the model weighed, in thousandths; 0 in records of versions that had no weights, and means 1000.
    #[prost(uint32, tag = "42")]
    pub token_weight_milli: u32,
    /// Of an answer from the response cache, the tokens that it had taken when a provider gave it.
    #[prost(message, optional, tag = "70")]
    pub saved: Option<TokenCounts>,
    /// The same in nano-dollars.
    #[prost(int64, tag = "71")]
    pub saved_nano: i64,
    /// How the order of its routes came about, where there was more than one to choose from.
    #[prost(message, optional, tag = "60")]
    pub plan: Option<Plan>,
}

/// What a call looks like when it is opened: the same row, with what is known by then.
pub type CallOpen = CallRecord;

/// How far an open call has come; the last one is what an interrupted call is billed by.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct CallProgress {
    /// Request id, high bits.
    #[prost(fixed64, tag = "1")]
    pub id_high: u64,
    /// Request id, low bits.
    #[prost(fixed64, tag = "2")]
    pub id_low: u64,
    /// Tokens so far, reported or estimated.
    #[prost(message, optional, tag = "3")]
    pub usage: Option<TokenCounts>,
    /// Cost so far, nano-dollars.
    #[prost(int64, tag = "4")]
    pub cost_nano: i64,
    /// Answer bytes so far.
    #[prost(uint64, tag = "5")]
    pub response_bytes: u64,
    /// Time since the call was accepted, microseconds.
    #[prost(int64, tag = "6")]
    pub elapsed_us: i64,
    /// Time to first token, microseconds; 0 when none came yet.
    #[prost(int64, tag = "7")]
    pub ttft_us: i64,
}

impl CallRecord {
    /// The request id, which identifies the record.
    pub fn request_id(&self) -> RequestId {
        RequestId((u128::from(self.id_high) << 64) | u128::from(self.id_low))
    }

    /// Sets the request id.
    pub fn set_request_id(&mut self, id: RequestId) {
        (self.id_high, self.id_low) = split(id);
    }

    /// The trace id: the client's, else the request id's digits.
    pub fn trace_id(&self) -> String {
        if self.client_trace_id.is_empty() { self.request_id().trace_digits() } else { self.client_trace_id.clone() }
    }

    /// Sets [`Self::weighted_tokens`] from the tokens and the weight.
    pub fn weigh(&mut self) {
        let weight = if self.token_weight_milli == 0 { PLAIN_WEIGHT_MILLI } else { self.token_weight_milli };
        self.weighted_tokens = weighted_usage(&self.tokens(), weight);
    }

    /// The tokens, zero when none are known.
    pub fn tokens(&self) -> Usage {
        self.usage.unwrap_or_default().into()
    }
}

/// The two halves of a request id as they are encoded.
pub fn split(id: RequestId) -> (u64, u64) {
    #[expect(clippy::cast_possible_truncation, reason = "taking the two halves is the purpose")]
    ((id.0 >> 64) as u64, id.0 as u64)
}
