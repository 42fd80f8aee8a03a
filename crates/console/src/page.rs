//! What a browser sees while there is no web console.

use axum::response::Html;

/// `GET /`
pub(crate) async fn index() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ThinkWatch</title>\
         <h1>ThinkWatch</h1><p>The server is running. Its API is described by \
         <a href=\"/api/openapi.json\">/api/openapi.json</a>. To set it up from a terminal: \
         <code>thinkwatch setup</code>.</p></html>",
    )
}
