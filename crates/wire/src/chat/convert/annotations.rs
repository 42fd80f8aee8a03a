//! Where words come from, as Chat's `annotations`.

use crate::canonical::{Json, Text};
use crate::json::node::Node;
use crate::json::write;

/// The annotation for a citation in the words of whatever dialect, if it names an address: Chat knows no other kind.
pub(super) fn of_citation(citation: &str) -> Option<Json> {
    let mut object = Node::root(citation.as_bytes()).ok()?.object().ok()?;
    if object.peek("url_citation").is_some() {
        return Some(citation.into());
    }
    let url = object.text("url").ok()??;
    let title = object.text("title").ok().flatten().unwrap_or_default();
    let start = object.whole("start_index").ok().flatten().unwrap_or(0);
    let end = object.whole("end_index").ok().flatten().unwrap_or(0);
    let mut out = Vec::new();
    {
        let mut root = write::object(&mut out);
        root.text("type", "url_citation");
        let mut inside = root.object("url_citation");
        inside.whole("end_index", end).whole("start_index", start).text("title", &title).text("url", &url);
    }
    String::from_utf8(out).ok().map(String::into_boxed_str)
}

/// The annotations of these texts, and whether any citation could not be one.
pub(super) fn of_texts<'t>(texts: impl Iterator<Item = &'t Text>) -> (Vec<Json>, bool) {
    let (mut annotations, mut lost) = (Vec::new(), false);
    for citation in texts.flat_map(|text| &text.citations) {
        match of_citation(citation) {
            Some(annotation) => annotations.push(annotation),
            None => lost = true,
        }
    }
    (annotations, lost)
}
