//! Citations of other dialects as annotations of this one.

use thinkwatch_policy::dialect::Dialect;

use crate::canonical::Json;
use crate::json::node::Node;
use crate::json::write;

/// The annotation that says the same about a text of this many characters. `None`: there is none.
pub(super) fn annotation(of: Dialect, citation: &str, characters: usize) -> Option<Json> {
    match of {
        Dialect::Responses => Some(citation.into()),
        Dialect::Chat => from_chat(citation),
        Dialect::Messages => from_messages(citation, characters),
        _ => None,
    }
}

/// Chat has the same inside of a member of its own.
fn from_chat(citation: &str) -> Option<Json> {
    let mut inner = Node::root(citation.as_bytes()).ok()?.object().ok()?.some("url_citation")?.object().ok()?;
    let (url, title) = (inner.text("url").ok()??, inner.text("title").ok()?);
    let (start, end) = (inner.whole("start_index").ok()?, inner.whole("end_index").ok()?);
    Some(url_citation(&url, title.as_deref(), start.unwrap_or(0), end.unwrap_or(0)))
}

/// A text block with citations is cited as a whole.
fn from_messages(citation: &str, characters: usize) -> Option<Json> {
    let mut object = Node::root(citation.as_bytes()).ok()?.object().ok()?;
    let url = object.text("url").ok()??;
    let title = object.text("title").ok()?;
    Some(url_citation(&url, title.as_deref(), 0, characters as u64))
}

fn url_citation(url: &str, title: Option<&str>, start: u64, end: u64) -> Json {
    let mut out = Vec::new();
    {
        let mut annotation = write::object(&mut out);
        annotation.text("type", "url_citation").whole("start_index", start).whole("end_index", end);
        annotation.text("url", url).text("title", title.unwrap_or_default());
    }
    String::from_utf8(out).unwrap_or_default().into()
}
