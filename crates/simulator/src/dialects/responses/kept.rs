//! Responses that are kept, as OpenAI keeps them unless it is told not to: gone on from, got, listed, deleted.

use std::collections::{HashMap, VecDeque};

use http::{Method, StatusCode};
use parking_lot::Mutex;
use serde_json::Value;

use crate::errors::Refusal;
use crate::json::{Raw, object};

/// More than a test or a demonstration makes; the oldest go first.
const MOST: usize = 10_000;

/// One that is kept.
#[derive(Clone, Debug)]
struct Kept {
    /// What it was made of, the conversation before it included.
    input: Vec<Value>,
    response: Value,
}

/// All that are kept.
#[derive(Debug, Default)]
pub(crate) struct Responses(Mutex<(HashMap<String, Kept>, VecDeque<String>)>);

/// A call about a kept response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    pub(crate) id: &'a str,
    tail: &'a str,
}

/// What a path below the address of all responses names. Counting is asked there, too, and names none.
pub(crate) fn asked(path: &str) -> Option<Asked<'_>> {
    let after = ["/v1/responses/", "/openai/v1/responses/"].into_iter().find_map(|all| path.strip_prefix(all))?;
    let (id, tail) = after.split_once('/').unwrap_or((after, ""));
    (!id.is_empty() && after != "input_tokens").then_some(Asked { id, tail })
}

impl Responses {
    /// What was said before a call that goes on from another.
    pub(crate) fn before(&self, body: &Value) -> Result<Vec<Value>, Refusal> {
        let Some(id) = body.get("previous_response_id").filter(|id| !id.is_null()) else { return Ok(Vec::new()) };
        let id = id.as_str().ok_or_else(|| Refusal::bad("previous_response_id: must be a string"))?;
        let all = self.0.lock();
        let Some(kept) = all.0.get(id) else {
            let message = format!("Previous response with id '{id}' not found.");
            return Err(Refusal { code: Some("previous_response_not_found"), ..Refusal::bad(message) });
        };
        let output = kept.response.get("output").and_then(Value::as_array).into_iter().flatten();
        Ok(kept.input.iter().chain(output).cloned().collect())
    }

    /// Keeps a response, if the call does not say otherwise.
    pub(crate) fn keep(&self, before: &[Value], body: &Value, response: &Raw) {
        let Ok(response) = serde_json::from_str::<Value>(&response.0) else { return };
        let Some(id) = response.get("id").and_then(Value::as_str).map(str::to_owned) else { return };
        if body.get("store") == Some(&Value::Bool(false)) {
            return;
        }
        let input = before.iter().cloned().chain(items(body)).collect();
        let mut all = self.0.lock();
        all.1.push_back(id.clone());
        all.0.insert(id, Kept { input, response });
        while all.1.len() > MOST
            && let Some(oldest) = all.1.pop_front()
        {
            all.0.remove(&oldest);
        }
    }

    /// Answers a call about a kept response.
    pub(crate) fn answer(&self, method: &Method, asked: Asked<'_>, query: &str) -> Result<Raw, Refusal> {
        let id = asked.id;
        let mut all = self.0.lock();
        let Some(kept) = all.0.get(id) else {
            let message = format!("Response with id '{id}' not found.");
            return Err(Refusal { status: StatusCode::NOT_FOUND, ..Refusal::bad(message) });
        };
        match (method.as_str(), asked.tail) {
            ("GET", "") => Ok(Raw(kept.response.to_string())),
            ("GET", "input_items") => list(id, &kept.input, query),
            ("DELETE", "") => {
                all.0.remove(id);
                Ok(object! { "id": id, "object": "response", "deleted": true })
            }
            ("POST", "cancel") => Err(Refusal::bad("Cannot cancel a synchronous response.")),
            _ => {
                let message = format!("Invalid URL ({method} /v1/responses/{id}/{})", asked.tail);
                Err(Refusal { status: StatusCode::NOT_FOUND, ..Refusal::bad(message) })
            }
        }
    }
}

/// The items of a call's own input.
pub(crate) fn items(body: &Value) -> Vec<Value> {
    match body.get("input") {
        Some(Value::String(said)) => {
            let part = serde_json::json!({ "type": "input_text", "text": said });
            vec![serde_json::json!({ "type": "message", "role": "user", "content": [part] })]
        }
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    }
}

/// Items have ids when they are listed, and the newest come first unless it is asked otherwise.
fn list(id: &str, input: &[Value], query: &str) -> Result<Raw, Refusal> {
    let word = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let limit = word("limit").map_or(Ok(20), |n| n.parse().map_err(|_| Refusal::bad("limit: must be a number")))?;
    let with_id = |(at, item): (usize, &Value)| {
        let mut item = item.clone();
        if let Some(fields) = item.as_object_mut() {
            fields.entry("id").or_insert_with(|| Value::from(format!("item_{id}_{at}")));
        }
        item
    };
    let mut items: Vec<Value> = input.iter().enumerate().map(with_id).collect();
    match word("order") {
        Some("asc") => {}
        None | Some("desc") => items.reverse(),
        Some(_) => return Err(Refusal::bad("order: must be asc or desc")),
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let of = |item: Option<&Value>| match item.and_then(|item| item.get("id")?.as_str()) {
        Some(id) => Raw(Value::from(id).to_string()),
        None => Raw("null".to_owned()),
    };
    let (first, last) = (of(items.first()), of(items.last()));
    Ok(object! { "object": "list", "data": items, "first_id": first, "last_id": last, "has_more": more })
}
