//! Errors in the shape of AWS: the body holds the message, and a header or the frame of a stream the type.

use serde_json::Value;

use super::frames;
use crate::error::{ApiError, ErrorKind, MAX_MESSAGE_BYTES, UpstreamMessage, cut};
use crate::json::write;

pub(crate) const fn status(error: &ApiError) -> u16 {
    error.status
}

/// The name of the class, as the header `x-amzn-errortype` tells it.
pub(crate) const fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::RequestTooLarge => "ValidationException",
        ErrorKind::Authentication | ErrorKind::PermissionDenied => "AccessDeniedException",
        ErrorKind::NotFound => "ResourceNotFoundException",
        ErrorKind::RateLimited | ErrorKind::BudgetExhausted => "ThrottlingException",
        ErrorKind::UpstreamTimeout => "ModelTimeoutException",
        ErrorKind::UpstreamError | ErrorKind::UpstreamAuth => "ModelErrorException",
        ErrorKind::UpstreamUnavailable | ErrorKind::Overloaded => "ServiceUnavailableException",
        ErrorKind::Internal => "InternalServerException",
    }
}

pub(crate) fn body(error: &ApiError) -> Vec<u8> {
    let mut out = Vec::with_capacity(error.message.len() + 16);
    write::object(&mut out).text("message", &error.message);
    out
}

/// The frame that ends a stream with an error. A stream knows fewer types than an answer does.
pub(crate) fn event(error: &ApiError) -> Vec<u8> {
    let name = match kind(error.kind) {
        "ValidationException" | "ResourceNotFoundException" | "AccessDeniedException" => "validationException",
        "ThrottlingException" => "throttlingException",
        "ServiceUnavailableException" => "serviceUnavailableException",
        "ModelErrorException" | "ModelTimeoutException" => "modelStreamErrorException",
        _ => "internalServerException",
    };
    let mut out = Vec::new();
    frames::exception(name, &body(error), &mut out);
    out
}

/// What an error answer says: `header` is `x-amzn-errortype`. `None` when neither tells anything.
pub fn upstream(header: Option<&str>, body: &[u8]) -> Option<UpstreamMessage> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |keys: &[&str]| keys.iter().find_map(|key| value.get(*key)?.as_str());
    let kind = header.or_else(|| text(&["__type", "code", "type"])).map(bare).filter(|kind| !kind.is_empty());
    let message = text(&["message", "Message", "errorMessage", "originalMessage"]);
    if kind.is_none() && message.is_none() {
        return None;
    }
    Some(UpstreamMessage {
        message: cut(message.unwrap_or_default(), MAX_MESSAGE_BYTES),
        kind: kind.map(|kind| cut(kind, 128)),
        ..UpstreamMessage::default()
    })
}

/// `com.amazon.coral.service#ThrottlingException:http://internal…` is `ThrottlingException`.
fn bare(kind: &str) -> &str {
    let kind = kind.split(':').next().unwrap_or_default();
    kind.rsplit('#').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_comes_from_the_header_and_the_message_from_the_body() {
        let check = |header: Option<&str>, body: &str, kind: Option<&str>, message: &str| {
            let told = upstream(header, body.as_bytes()).unwrap();
            assert_eq!((told.kind.as_deref(), told.message.as_str()), (kind, message), "{header:?} {body}");
        };
        check(Some("ThrottlingException"), r#"{"message":"slow"}"#, Some("ThrottlingException"), "slow");
        check(
            Some("ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"),
            r#"{"Message":"bad"}"#,
            Some("ValidationException"),
            "bad",
        );
        let coral = r#"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"token"}"#;
        check(None, coral, Some("UnrecognizedClientException"), "token");
        check(Some("AccessDeniedException"), "<html>", Some("AccessDeniedException"), "");
        check(None, r#"{"message":"only"}"#, None, "only");
        assert_eq!(upstream(None, b"{}"), None);
        assert_eq!(upstream(None, b"x"), None);
    }

    #[test]
    fn an_error_of_ours_is_read_as_one() {
        let error = ApiError::new(ErrorKind::RateLimited, "later");
        let told = upstream(Some(kind(error.kind)), &body(&error)).unwrap();
        assert_eq!((told.kind.as_deref(), told.message.as_str()), (Some("ThrottlingException"), "later"));
        let mut frames = Vec::new();
        frames::Decoder::new(1024).feed(&event(&error), &mut frames).unwrap();
        let said = frames[0].said();
        assert_eq!(said, frames::Said::Exception { name: "throttlingException", payload: b"{\"message\":\"later\"}" });
    }
}
