//! Why a call about kept responses goes no further.

use thinkwatch_records::Outcome;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::kept::BadPage;

use crate::refusal::Memory;

/// The reasons. Ids in them are as the client wrote them, bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StateRefusal {
    /// `previous_response_id` names no response of this caller's.
    UnknownPrevious(String),
    /// Nor does the path.
    Unknown(String),
    /// The response to go on from is kept by a provider that does not serve the model.
    Elsewhere(String),
    /// The field needs a provider that keeps responses, and the model has none.
    NeedsKeeper(&'static str),
    /// No provider of the model keeps responses, and neither does the gateway.
    NothingKept,
    /// The conversation is larger than what is kept (bytes).
    TooLargeToKeep(i64),
    /// More waits to be kept than there is room for.
    NoRoom,
    /// Whether the id is known cannot be said.
    Unavailable,
    /// A kept response is not told as a stream.
    NotStreamed,
    /// What is over cannot be cancelled.
    NotCancellable,
    /// The list cannot be paged so.
    BadPage(BadPage),
}

impl StateRefusal {
    /// A short word for records and metrics.
    pub(crate) const fn class(&self) -> &'static str {
        match self {
            Self::UnknownPrevious(_) | Self::Unknown(_) => "unknown_response",
            Self::Elsewhere(_) => "response_elsewhere",
            Self::NeedsKeeper(_) | Self::NothingKept => "nothing_kept",
            Self::TooLargeToKeep(_) => "too_large_to_keep",
            Self::NoRoom => "no_room_to_keep",
            Self::Unavailable => "responses_unavailable",
            Self::NotStreamed | Self::NotCancellable | Self::BadPage(_) => "bad_request",
        }
    }

    /// Whether the same call may succeed in a moment.
    pub(crate) const fn passes_with_time(&self) -> bool {
        matches!(self, Self::NoRoom | Self::Unavailable)
    }

    /// Where it is remembered.
    pub(crate) const fn memory(&self) -> Memory {
        if self.passes_with_time() { Memory::Access } else { Memory::Record(Outcome::ClientError) }
    }

    /// What the client is told.
    pub(crate) fn to_error(&self) -> ApiError {
        const PREVIOUS: &str = "previous_response_id";
        let wrong = |message: String| ApiError::new(ErrorKind::InvalidRequest, message);
        let missing = |message: String| ApiError::new(ErrorKind::NotFound, message);
        match self {
            Self::UnknownPrevious(id) => missing(format!(
                "Previous response with id '{id}' not found. It may have expired, or not been stored: send `store: true` \
                 with the call whose response is to be gone on from."
            ))
            .with_param(PREVIOUS)
            .with_code("previous_response_not_found"),
            Self::Unknown(id) => missing(format!("Response with id '{id}' not found.")).with_param("response_id"),
            Self::Elsewhere(id) => wrong(format!(
                "the response '{id}' is kept by a provider that does not serve this model: go on with the model that made it, \
                 or send the conversation in `input`"
            ))
            .with_param(PREVIOUS)
            .with_code("previous_response_elsewhere"),
            Self::NeedsKeeper(field) => wrong(format!(
                "`{field}` needs a provider that keeps responses itself, and this model is served by none"
            ))
            .with_param(*field),
            Self::NothingKept => wrong(
                "this model's provider keeps no responses, and the gateway is set to keep none: send the conversation in `input`"
                    .to_owned(),
            )
            .with_param(PREVIOUS),
            Self::TooLargeToKeep(most) => ApiError::new(
                ErrorKind::RequestTooLarge,
                format!("the conversation is larger than the {most} bytes that are kept: send it without `store: true`"),
            )
            .with_param("store"),
            Self::NoRoom => ApiError::new(
                ErrorKind::Overloaded,
                "the gateway cannot keep responses at the moment; try again, or send the call without `store: true`",
            )
            .with_param("store"),
            Self::Unavailable => {
                ApiError::new(ErrorKind::Overloaded, "the gateway cannot look up kept responses at the moment; try again")
                    .with_param(PREVIOUS)
            }
            Self::NotStreamed => {
                wrong("`stream` must be false: a kept response is told as a whole".to_owned()).with_param("stream")
            }
            Self::NotCancellable => wrong("Cannot cancel a synchronous response.".to_owned()),
            Self::BadPage(bad) => wrong(bad.to_string()).with_param(bad.param()),
        }
    }
}
