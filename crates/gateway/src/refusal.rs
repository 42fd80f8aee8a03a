//! Every way in which the gateway itself ends a call, and the one table that says how it is told.

use thinkwatch_identity::token::TokenError;
use thinkwatch_policy::access;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_records::Outcome;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::request::BadRequest;

use crate::limited::Limited;
use crate::state_refusal::StateRefusal;

/// Why a call went no further. Variants before [`Refusal::Access`] have no known caller.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No credential in any of the usual headers.
    NoCredential,
    /// No such key.
    UnknownKey,
    /// The access token is no good.
    Token(TokenError),
    /// The session or its user has ended.
    SessionEnded,
    /// Too many calls in progress.
    TooManyCalls,
    /// Too many bytes of request bodies in memory.
    TooManyBytes,
    /// The headers are larger than allowed.
    HeadersTooLarge,
    /// The body is larger than allowed (bytes).
    BodyTooLarge(u64),
    /// The client stopped sending its body.
    BodyTimeout,
    /// The client's connection broke while it sent its body.
    BodyBroken,
    /// The body is compressed, which nothing here reads.
    BodyEncoded,
    /// The path is not known.
    NoSuchPath,
    /// The path is known, with another method.
    WrongMethod(&'static str),
    /// Known, but not allowed.
    Access(access::Refusal),
    /// Known, but not allowed to use the model of this name.
    Model(access::Refusal, String),
    /// The body is not what the endpoint takes.
    BadRequest(BadRequest),
    /// A part of the body that is looked at only here is not what its dialect says it must be.
    Malformed(Box<ApiError>),
    /// No model of this name (for this caller).
    UnknownModel(String),
    /// The model exists, but none of its routes can take a call of this endpoint.
    NoRoute(String, Endpoint),
    /// A limit or a budget does not let it.
    Limit(Box<Limited>),
    /// It takes only an answer from the cache, and there is none.
    NotCached,
    /// It is about kept responses.
    State(StateRefusal),
    /// The call asks for a route or a strategy, and its caller may not see routes.
    Routing,
    /// The record could not be written.
    Unrecordable,
}

/// Where a refused call is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// In the lossy access channel: nobody is known, or there is no time.
    Access,
    /// As a record of its own.
    Record(Outcome),
}

impl Refusal {
    /// A short word for records and metrics.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::NoCredential => "no_credential",
            Self::UnknownKey => "unknown_key",
            Self::Token(_) => "bad_token",
            Self::SessionEnded => "session_ended",
            Self::TooManyCalls => "shed_concurrency",
            Self::TooManyBytes => "shed_memory",
            Self::HeadersTooLarge => "headers_too_large",
            Self::BodyTooLarge(_) => "body_too_large",
            Self::BodyTimeout => "body_timeout",
            Self::BodyBroken => "body_broken",
            Self::BodyEncoded => "body_encoded",
            Self::NoSuchPath => "no_such_path",
            Self::WrongMethod(_) => "wrong_method",
            Self::Access(refusal) | Self::Model(refusal, _) => refusal.code(),
            Self::BadRequest(_) | Self::Malformed(_) => "bad_request",
            Self::UnknownModel(_) => "unknown_model",
            Self::NoRoute(..) => "no_route",
            Self::Limit(limited) => limited.class(),
            Self::NotCached => "not_cached",
            Self::State(refusal) => refusal.class(),
            Self::Routing => "routing_not_allowed",
            Self::Unrecordable => "spool_full",
        }
    }

    /// Where it is remembered.
    pub(crate) fn memory(&self) -> Memory {
        match self {
            Self::Access(refusal) | Self::Model(refusal, _) if !refusal.is_credential() => {
                Memory::Record(Outcome::Refused)
            }
            Self::BadRequest(_)
            | Self::Malformed(_)
            | Self::UnknownModel(_)
            | Self::NoRoute(..)
            | Self::BodyTooLarge(_) => Memory::Record(Outcome::ClientError),
            Self::Limit(_) => Memory::Record(Outcome::Refused),
            Self::Routing | Self::NotCached => Memory::Record(Outcome::Refused),
            Self::State(refusal) => refusal.memory(),
            _ => Memory::Access,
        }
    }

    /// What the client is told.
    pub(crate) fn to_error(&self) -> ApiError {
        fn new(kind: ErrorKind, message: impl Into<String>) -> ApiError {
            ApiError::new(kind, message)
        }
        match self {
            Self::NoCredential => new(
                ErrorKind::Authentication,
                "no API key was given: send it as `Authorization: Bearer tw-...` or `x-api-key: tw-...`",
            ),
            Self::UnknownKey => new(ErrorKind::Authentication, "the API key is not valid").with_code("invalid_api_key"),
            Self::Token(error) => new(ErrorKind::Authentication, error.to_string()).with_code("invalid_api_key"),
            Self::SessionEnded => new(ErrorKind::Authentication, "the session has ended").with_code("invalid_api_key"),
            Self::TooManyCalls => new(ErrorKind::Overloaded, "the gateway has too many calls in progress; try again")
                .with_retry_after_s(1),
            Self::TooManyBytes => {
                new(ErrorKind::Overloaded, "the gateway holds too many request bodies in memory; try again")
                    .with_retry_after_s(1)
            }
            Self::HeadersTooLarge => new(
                ErrorKind::InvalidRequest,
                format!("the request headers are larger than {} bytes", thinkwatch_edge::headers::MAX_BYTES),
            )
            .with_status(431),
            Self::BodyTooLarge(most) => {
                new(ErrorKind::RequestTooLarge, format!("the request body is larger than {most} bytes"))
            }
            Self::BodyTimeout => {
                new(ErrorKind::InvalidRequest, "the request body did not arrive in time").with_status(408)
            }
            Self::BodyBroken => new(ErrorKind::InvalidRequest, "the request body broke off"),
            Self::BodyEncoded => new(
                ErrorKind::InvalidRequest,
                "`content-encoding` is not supported: send the request body uncompressed",
            )
            .with_status(415),
            Self::NoSuchPath => new(ErrorKind::NotFound, "there is nothing at this path"),
            Self::WrongMethod(allowed) => {
                new(ErrorKind::InvalidRequest, format!("this path takes {allowed}")).with_status(405)
            }
            Self::Access(refusal) => denied(*refusal, refusal.to_string()),
            // Which model: a client that uses several must know whose name to mend, or to ask for.
            Self::Model(refusal @ (access::Refusal::KeyModels | access::Refusal::Role(_)), name) => {
                denied(*refusal, format!("{refusal}: `{name}`")).with_param("model")
            }
            Self::Model(refusal, _) => denied(*refusal, refusal.to_string()),
            Self::BadRequest(error) => ApiError::from(error),
            Self::Malformed(error) => error.as_ref().clone(),
            Self::UnknownModel(name) => {
                new(ErrorKind::NotFound, format!("the model `{name}` does not exist or you may not use it"))
                    .with_param("model")
                    .with_code("model_not_found")
            }
            Self::NoRoute(name, endpoint) => new(
                ErrorKind::NotFound,
                format!(
                    "the model `{name}` has no enabled provider that can be asked for `{}`; ask its operator",
                    endpoint.path().trim_start_matches(['/', ':'])
                ),
            )
            .with_param("model")
            .with_code("model_not_found"),
            Self::Limit(limited) => limited.to_error(),
            Self::NotCached => new(
                ErrorKind::UpstreamTimeout,
                "`cache-control: only-if-cached` was asked for, and the cache has no answer to this request",
            )
            .with_status(504)
            .with_code("not_cached"),
            Self::State(refusal) if refusal.passes_with_time() => refusal.to_error().with_retry_after_s(1),
            Self::State(refusal) => refusal.to_error(),
            Self::Routing => new(
                ErrorKind::PermissionDenied,
                "`x-thinkwatch-route` and `x-thinkwatch-strategy` are for roles that may see routes",
            )
            .with_code("routing_not_allowed"),
            Self::Unrecordable => new(
                ErrorKind::Overloaded,
                "the gateway cannot record calls at the moment and refuses them; its operator has been told",
            )
            .with_status(503)
            .with_retry_after_s(1),
        }
    }
}

/// 401 when the credential is no good, 403 when it does not suffice.
fn denied(refusal: access::Refusal, message: String) -> ApiError {
    if refusal.is_credential() {
        ApiError::new(ErrorKind::Authentication, message).with_code("invalid_api_key")
    } else {
        ApiError::new(ErrorKind::PermissionDenied, message)
    }
}

#[cfg(test)]
mod tests {
    use thinkwatch_policy::principal::Surface;

    use super::*;

    #[test]
    fn a_denied_model_is_named_and_a_bad_key_is_not_about_models() {
        let told = |refusal: access::Refusal| {
            let error = Refusal::Model(refusal, "gpt-5".to_owned()).to_error();
            (error.message.contains("gpt-5"), error.kind)
        };
        assert_eq!(told(access::Refusal::KeyModels), (true, ErrorKind::PermissionDenied));
        assert_eq!(
            told(access::Refusal::Surface { surface: Surface::AiGateway }),
            (false, ErrorKind::PermissionDenied)
        );
        assert_eq!(told(access::Refusal::KeyDisabled), (false, ErrorKind::Authentication));
    }

    /// Clients of every dialect learn when to try again: Google's read it in the body.
    #[test]
    fn whoever_comes_at_a_bad_time_is_told_when_to_come_again() {
        use thinkwatch_policy::dialect::Dialect;
        for refusal in [Refusal::TooManyCalls, Refusal::TooManyBytes, Refusal::Unrecordable] {
            let error = refusal.to_error();
            assert_eq!(error.retry_after_s, Some(1));
            let (_, body) = thinkwatch_wire::error::encode(Dialect::Gemini, &error, "req");
            let body = String::from_utf8(body).unwrap();
            assert!(body.contains(r#""retryDelay":"1s""#), "{body}");
        }
    }
}
