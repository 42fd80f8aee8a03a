//! Errors of Responses: the OpenAI shape before the stream, a failed response in it.

use serde::Serialize;

pub(crate) use crate::chat::error::{body, status};
use crate::error::{ApiError, StreamPlace};
use crate::sse;

#[derive(Serialize)]
struct Failed<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    sequence_number: u64,
    response: Response<'a>,
}

/// The fields that the official types require of a response, with nothing in them.
#[derive(Serialize)]
struct Response<'a> {
    id: &'a str,
    object: &'static str,
    created_at: u64,
    status: &'static str,
    error: Inner<'a>,
    incomplete_details: Option<()>,
    instructions: Option<()>,
    metadata: Empty,
    model: &'a str,
    output: [(); 0],
    parallel_tool_calls: bool,
    tool_choice: &'static str,
    tools: [(); 0],
    usage: Option<()>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
}

/// The last event of a failed stream. Codex reads `response.error.code` (a known code decides whether it tries
/// again) and shows the message; it does not know the bare `error` event.
pub(crate) fn event(error: &ApiError, request_id: &str, place: &StreamPlace) -> Vec<u8> {
    let made_up;
    let id = match &place.id {
        Some(id) => id,
        None => {
            made_up = format!("resp_{request_id}");
            &made_up
        }
    };
    let failed = Failed {
        kind: "response.failed",
        sequence_number: place.sequence,
        response: Response {
            id,
            object: "response",
            created_at: place.created_at_s,
            status: "failed",
            error: Inner { code: error.word().unwrap_or("server_error"), message: &error.message },
            incomplete_details: None,
            instructions: None,
            metadata: Empty {},
            model: &place.model,
            output: [],
            parallel_tool_calls: true,
            tool_choice: "auto",
            tools: [],
            usage: None,
        },
    };
    let data = serde_json::to_vec(&failed).expect("a struct of strings and numbers has a JSON form");
    sse::encode(Some(b"response.failed"), &data)
}
