//! Responses that the gateway keeps for providers that keep none: what is kept of a call and its answer, how the next call
//! goes on from it, and how it is told when it is asked for.

use crate::json::node::{Fault, Node};
use crate::json::write::{self, Writer};
use crate::json::{Members, get, short_string};
use crate::responses;
use crate::sse::{Event, Framer};

/// The longest id of a response that is looked at, in bytes.
pub const MAX_ID_BYTES: usize = 256;

/// All that was said up to the answer, a JSON list of items: the conversation before (such a list), then the input of this
/// call. Instructions are not among them: the API applies them to one call.
pub fn conversation(history: Option<&str>, body: &[u8]) -> String {
    let input = get(body, b"input").unwrap_or_default();
    let input = std::str::from_utf8(input).unwrap_or_default().trim();
    if input.starts_with('"') {
        let said =
            format!(r#"[{{"type":"message","role":"user","content":[{{"type":"input_text","text":{input}}}]}}]"#);
        return joined(history.unwrap_or("[]"), &said);
    }
    joined(history.unwrap_or("[]"), if input.starts_with('[') { input } else { "[]" })
}

/// What the next call goes on from: all that was said before the answer, and the answer's own items.
///
/// A thought whose proof its provider kept to itself is left out: nobody could take it back.
pub fn history(items: &str, response: &str) -> String {
    let Some(output) = get(response.as_bytes(), b"output") else { return items.to_owned() };
    let said = std::str::from_utf8(output).ok().and_then(|raw| Node::root(raw.as_bytes()).ok()?.list().ok());
    let mut kept = Vec::with_capacity(output.len());
    let mut list = write::list(&mut kept);
    for item in said.into_iter().flatten().filter(can_go_on) {
        list.push_raw(item.raw());
    }
    drop(list);
    joined(items, std::str::from_utf8(&kept).unwrap_or("[]"))
}

fn can_go_on(item: &Node<'_>) -> bool {
    let Ok(object) = item.object() else { return false };
    let is = |key, what: &str| object.peek(key).and_then(|value| value.text().ok()).is_some_and(|text| text == what);
    let ours = || object.peek("id").and_then(|id| id.text().ok()).is_some_and(|id| responses::is_minted(&id));
    !is("type", "reasoning") || object.peek("encrypted_content").is_some() || ours()
}

/// One JSON list of the elements of both.
fn joined(one: &str, other: &str) -> String {
    let inside = |list: &str| {
        let inside = list.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        inside.map(|inside| inside.trim().to_owned()).unwrap_or_default()
    };
    let (one, other) = (inside(one), inside(other));
    let comma = if one.is_empty() || other.is_empty() { "" } else { "," };
    format!("[{one}{comma}{other}]")
}

/// The response that a stream of this API ended with, found in its last events. `None`: it did not end with one.
pub fn response_of_stream(last: &[u8]) -> Option<String> {
    let mut framer = Framer::default();
    let mut rest = last;
    let mut found = None;
    while let Some(length) = framer.boundary(rest) {
        let (event, after) = rest.split_at(length);
        rest = after;
        let event = Event::parse(event, false);
        let Some(data) = event.data() else { continue };
        let kind = get(data, b"type").and_then(|kind| short_string(kind, 64));
        if matches!(kind.as_deref(), Some("response.completed" | "response.incomplete")) {
            found = get(data, b"response").and_then(|response| Some(std::str::from_utf8(response).ok()?.to_owned()));
        }
    }
    found
}

/// The id of a response, also when only its beginning is there.
pub fn id_of(response: &[u8]) -> Option<String> {
    let mut members = Members::of(response).ok()?;
    while let Ok(Some(member)) = members.next() {
        if member.key == b"id" {
            return short_string(&response[member.value], MAX_ID_BYTES).filter(|id| !id.is_empty());
        }
    }
    None
}

/// Which items of a list are wanted, in the words of the API's query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many at most, 1 to 100.
    pub limit: usize,
    /// Whether the oldest come first.
    pub ascending: bool,
    /// The item after which the page begins.
    pub after: Option<String>,
}

/// What a query may say wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPage {
    /// `limit` is no number of items.
    #[error("'limit' must be a whole number from 1 to 100")]
    Limit,
    /// `order` is no order.
    #[error("'order' must be asc or desc")]
    Order,
    /// `after` is no item of the list.
    #[error("'after' must be the id of an item of this response")]
    After,
}

impl BadPage {
    /// The parameter that is wrong.
    pub const fn param(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Order => "order",
            Self::After => "after",
        }
    }
}

impl Page {
    /// Reads it from a decoded query. What it does not name has the API's defaults: the 20 newest.
    pub fn read<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> Result<Self, BadPage> {
        let mut page = Self { limit: 20, ascending: false, after: None };
        for (name, value) in pairs {
            match name {
                "limit" => {
                    page.limit = value.parse().ok().filter(|n| (1..=100).contains(n)).ok_or(BadPage::Limit)?;
                }
                "order" => match value {
                    "asc" => page.ascending = true,
                    "desc" => page.ascending = false,
                    _ => return Err(BadPage::Order),
                },
                "after" => page.after = Some(value.to_owned()),
                _ => {}
            }
        }
        Ok(page)
    }
}

/// The items that a kept response was made of, as the API lists them. `id` is the response's: items that came without
/// an id get one that is made of it and of their place, the same each time.
pub fn input_items(items: &str, id: &str, page: &Page) -> Result<Vec<u8>, BadPage> {
    let all = Node::root(items.as_bytes()).and_then(|list| list.list()).unwrap_or_default();
    let all = all.iter().enumerate().map(|(at, item)| listed(item, at, id));
    let mut all: Vec<(String, Vec<u8>)> = all.filter_map(Result::ok).collect();
    if !page.ascending {
        all.reverse();
    }
    let start = match &page.after {
        None => 0,
        Some(after) => 1 + all.iter().position(|(id, _)| id == after).ok_or(BadPage::After)?,
    };
    let shown = &all[start..all.len().min(start + page.limit)];
    let mut body = Vec::new();
    let mut root = write::object(&mut body);
    root.text("object", "list");
    let mut data = root.list("data");
    for (_, item) in shown {
        data.push_raw(std::str::from_utf8(item).unwrap_or("null"));
    }
    drop(data);
    root.text_or_null("first_id", shown.first().map(|(id, _)| id.as_str()));
    root.text_or_null("last_id", shown.last().map(|(id, _)| id.as_str()));
    root.boolean("has_more", start + shown.len() < all.len());
    drop(root);
    Ok(body)
}

/// An item as it is listed: with an id, and a message with its type and a list of parts, which callers may leave out.
fn listed(item: &Node<'_>, at: usize, response: &str) -> Result<(String, Vec<u8>), Fault> {
    let mut object = item.object()?;
    let kind = object.text("type")?.unwrap_or_else(|| "message".to_owned());
    let id = object.text("id")?.filter(|id| !id.is_empty());
    let seed = response.strip_prefix("resp_").unwrap_or(response);
    let id = id.unwrap_or_else(|| responses::minted_for(prefix(&kind), seed, at));
    let role = object.peek("role").map(|role| role.raw());
    let mut written = Vec::new();
    let mut out = write::object(&mut written);
    out.text("id", &id).text("type", &kind);
    if object.peek("status").is_none() && (kind == "message" || kind.ends_with("_call") || kind.ends_with("_output")) {
        out.text("status", "completed");
    }
    for (key, value) in object.rest() {
        match key.as_ref() {
            "status" if value.is_null() => {}
            "content" if value.is_text() => words(&mut out, role == Some("\"assistant\""), value.raw()),
            _ => {
                out.raw(&key, value.raw());
            }
        }
    }
    drop(out);
    Ok((id, written))
}

/// Content that is one string, as the part it stands for.
fn words(out: &mut Writer<'_>, of_model: bool, text: &str) {
    let mut parts = out.list("content");
    let mut part = parts.push_object();
    part.text("type", if of_model { "output_text" } else { "input_text" }).raw("text", text);
    if of_model {
        part.raw("annotations", "[]");
    }
}

const fn prefix(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"message" => "msg",
        b"reasoning" => "rs",
        b"function_call" => "fc",
        b"function_call_output" => "fco",
        b"custom_tool_call" => "ctc",
        b"custom_tool_call_output" => "ctco",
        _ => "item",
    }
}

/// What is answered when a response was deleted.
pub fn deleted(id: &str) -> Vec<u8> {
    let mut body = Vec::new();
    write::object(&mut body).text("id", id).text("object", "response").boolean("deleted", true);
    body
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_conversation_is_what_was_before_and_then_the_input() {
        let said = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a\"b"}]});
        let before = r#" [ {"type":"message","role":"user","content":"q"} ] "#;
        for (history, body, expected) in [
            (None, r#"{"model":"m","input":"a\"b"}"#, json!([said])),
            (None, r#"{"model":"m"}"#, json!([])),
            (Some("[]"), r#"{"input":[ ]}"#, json!([])),
            (
                Some(before),
                r#"{"input":[{"n":12345678901234567890}]}"#,
                json!([value(before)[0], {"n": 12345678901234567890_u64}]),
            ),
            (Some(before), r#"{"instructions":"i","input":"a\"b"}"#, json!([value(before)[0], said])),
        ] {
            assert_eq!(value(&conversation(history, body.as_bytes())), expected, "{body}");
        }
    }

    #[test]
    fn the_next_call_goes_on_from_the_answer_too() {
        let response = json!({"id": "resp_1", "output": [
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "x"},
            {"type": "reasoning", "id": "rs_tw_req_1_0", "summary": [{"type": "summary_text", "text": "t"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "content": []},
        ]});
        let next = value(&history(r#"[{"role":"user","content":"q"}]"#, &response.to_string()));
        let ids: Vec<_> = next.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap_or("-")).collect();
        assert_eq!(ids, ["-", "rs_2", "rs_tw_req_1_0", "msg_1"]);
        for odd in ["{}", r#"{"output":1}"#, "nonsense", r#"{"output":[1,"x"]}"#] {
            assert_eq!(history("[1]", odd), "[1]", "{odd}");
        }
    }

    #[test]
    fn a_stream_is_kept_only_if_it_ended_well() {
        let end =
            |kind: &str| format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"response\":{{\"id\":\"r\"}}}}\n\n");
        let delta = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n";
        for (last, expected) in [
            (end("response.completed"), Some(r#"{"id":"r"}"#)),
            (format!("{delta}{}", end("response.incomplete")), Some(r#"{"id":"r"}"#)),
            (end("response.failed"), None),
            (delta.to_owned(), None),
            (String::new(), None),
            ("data: {\"type\":\"response.completed\"}\n\n".to_owned(), None),
        ] {
            assert_eq!(response_of_stream(last.as_bytes()).as_deref(), expected, "{last}");
        }
    }

    #[test]
    fn the_id_is_found_at_the_beginning_of_an_answer_too() {
        for (text, expected) in [
            (r#"{"id":"resp_1","output":[{"id":"x"#, Some("resp_1")),
            (r#"{"object":"response","id":"a\u0062"}"#, Some("ab")),
            (r#"{"output":[{"id":"x"}]}"#, None),
            (r#"{"id":7}"#, None),
            (r#"{"id":""}"#, None),
            ("", None),
        ] {
            assert_eq!(id_of(text.as_bytes()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn items_are_listed_whole_and_in_pages() {
        let items = json!([
            {"role": "user", "content": "one"},
            {"type": "message", "id": "msg_2", "role": "assistant", "status": "completed", "content": []},
            {"role": "assistant", "content": "three"},
            {"type": "function_call_output", "call_id": "c", "output": "4"},
        ])
        .to_string();
        let list = |pairs: &[(&str, &str)]| {
            let page = Page::read(pairs.iter().copied())?;
            input_items(&items, "resp_req_1", &page).map(|body| value(std::str::from_utf8(&body).unwrap()))
        };
        let ids = |list: &Value| -> Vec<String> {
            list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        let all = list(&[("order", "asc")]).unwrap();
        assert_eq!(ids(&all), ["msg_tw_req_1_0", "msg_2", "msg_tw_req_1_2", "fco_tw_req_1_3"]);
        assert_eq!(
            all["data"][0],
            json!({"id": "msg_tw_req_1_0", "type": "message", "status": "completed", "role": "user",
            "content": [{"type": "input_text", "text": "one"}]})
        );
        assert_eq!(all["data"][2]["content"], json!([{"type": "output_text", "text": "three", "annotations": []}]));
        assert_eq!(all["data"][3]["status"], "completed");
        assert_eq!(
            (&all["first_id"], &all["last_id"], &all["has_more"]),
            (&json!("msg_tw_req_1_0"), &json!("fco_tw_req_1_3"), &json!(false))
        );
        let first = list(&[("limit", "3")]).unwrap();
        assert_eq!(ids(&first), ["fco_tw_req_1_3", "msg_tw_req_1_2", "msg_2"]);
        assert_eq!(first["has_more"], true);
        assert_eq!(ids(&list(&[("limit", "3"), ("after", "msg_2")]).unwrap()), ["msg_tw_req_1_0"]);
        assert!(ids(&list(&[("after", "msg_tw_req_1_0")]).unwrap()).is_empty());
        for (name, wrong, expected) in [
            ("limit", "0", BadPage::Limit),
            ("limit", "x", BadPage::Limit),
            ("order", "up", BadPage::Order),
            ("after", "msg_9", BadPage::After),
        ] {
            assert_eq!(list(&[(name, wrong)]).unwrap_err(), expected);
            assert_eq!(expected.param(), name);
        }
    }

    #[test]
    fn a_deletion_is_told_as_the_api_does() {
        assert_eq!(
            value(std::str::from_utf8(&deleted("resp_1")).unwrap()),
            json!({"id": "resp_1", "object": "response", "deleted": true})
        );
    }
}
