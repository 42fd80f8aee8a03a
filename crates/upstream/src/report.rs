//! What an upstream says went wrong, in whichever of the usual shapes it says it.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

/// The parts of an error that a decision can be made on. Empty where the upstream gave none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorReport {
    /// `error.code`, such as `context_length_exceeded`.
    pub code: String,
    /// `error.type`, such as `overloaded_error`, or what stands for it elsewhere, such as `RESOURCE_EXHAUSTED`.
    pub kind: String,
    /// The message for people.
    pub message: String,
    /// How long the body asks to wait.
    pub retry_after: Option<Duration>,
}

/// Longest part of a body without any known shape that is taken for the message.
const PLAIN: usize = 300;

impl ErrorReport {
    /// Reads an error body or the data of an error event.
    ///
    /// Known shapes: `{"error": {message, type, code}}` (OpenAI, Anthropic with `type: error` around it),
    /// `{"response": {"error": {..}}}` (`response.failed`), `{"error": "text"}` (Ollama), `{message, type, code}`
    /// (older vLLM, the `error` event of Responses), `{"detail": ..}` (FastAPI), and plain text.
    pub fn read(body: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(body) else { return Self::plain(body) };
        let error = [json.get("error"), json.pointer("/response/error")].into_iter().flatten().find(|e| !e.is_null());
        match error {
            Some(Value::String(text)) => Self { message: text.clone(), ..Self::default() },
            Some(error) => Self::fields(error),
            None => Self::fields(&json),
        }
    }

    /// The same of an answer whose headers say nothing of the error.
    pub(crate) fn of_answer(_: &HeaderMap, body: &[u8]) -> Self {
        Self::read(body)
    }

    pub(crate) fn fields(error: &Value) -> Self {
        let text = |name: &str| match error.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(other @ (Value::Array(_) | Value::Object(_))) => other.to_string(),
            _ => String::new(),
        };
        let message = Some(text("message")).filter(|m| !m.is_empty()).unwrap_or_else(|| text("detail"));
        let mut kind = text("type");
        // Google's name of a code; elsewhere a `status` is a number, if there is one.
        if let Some(Value::String(status)) = error.get("status").filter(|_| kind.is_empty()) {
            kind.clone_from(status);
        }
        Self { code: text("code"), kind, message, retry_after: None }
    }

    /// Not JSON: a proxy's page, most likely.
    fn plain(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&body[..body.len().min(4 * PLAIN)]);
        let text = text.trim();
        let message = if text.starts_with('<') { String::new() } else { text.chars().take(PLAIN).collect() };
        Self { message, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorReport;

    #[test]
    fn every_usual_shape_is_read() {
        for (body, code, kind, message) in [
            (r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#, "c", "t", "m"),
            (r#"{"error":{"message":"m","type":"t","code":null}}"#, "", "t", "m"),
            (r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#, "", "overloaded_error", "m"),
            (r#"{"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}"#, "c", "", "m"),
            (r#"{"type":"error","code":"c","message":"m","param":null}"#, "c", "error", "m"),
            (r#"{"error":"model 'x' not found"}"#, "", "", "model 'x' not found"),
            (r#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#, "400", "BadRequestError", "m"),
            (r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#, "429", "RESOURCE_EXHAUSTED", "m"),
            (r#"{"detail":"Not Found"}"#, "", "", "Not Found"),
            (r#"{"detail":[{"msg":"bad"}]}"#, "", "", r#"[{"msg":"bad"}]"#),
            ("upstream connect error", "", "", "upstream connect error"),
            ("<html>502</html>", "", "", ""),
            ("", "", "", ""),
            ("[1]", "", "", ""),
        ] {
            let expected =
                ErrorReport { code: code.into(), kind: kind.into(), message: message.into(), retry_after: None };
            assert_eq!(ErrorReport::read(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(ErrorReport::read(&[b'x'; 5000]).message.len(), 300);
        assert!(!ErrorReport::read(&[0xff; 40]).message.is_empty());
    }
}
