//! What is read of a Rerank request.

use crate::json::find;
use crate::request::fields::is_filled_list;
use crate::request::{BadRequest, Fields, Peek, common};

pub(crate) fn read(fields: &Fields<'_>, body: &[u8]) -> Result<Peek, BadRequest> {
    const QUERY: &str = "what the documents are compared with";
    const DOCUMENTS: &str = "a list with at least one document";
    let peek = common(fields)?;
    let there = |name: &[u8]| find(body, name).filter(|span| &body[span.clone()] != b"null");
    there(b"query").ok_or(BadRequest::Missing { param: "query", expected: QUERY })?;
    let documents = there(b"documents").ok_or(BadRequest::Missing { param: "documents", expected: DOCUMENTS })?;
    if !is_filled_list(&body[documents.clone()]) {
        return Err(BadRequest::Wrong { param: "documents", expected: DOCUMENTS, offset: documents.start });
    }
    Ok(peek)
}
