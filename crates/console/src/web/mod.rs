//! The web console: files that were made by the web build, and the page that every address without a file gets.

mod assets;
mod encoding;
mod page;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

pub use self::assets::{Asset, Assets, Embedded};
use self::encoding::Encoding;
use crate::error::not_found;
use crate::gateway::Host;
use crate::guard::AnsweredBy;
use crate::state::App;

/// The folder of files whose names change with their content.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";

/// Answers what no route of the API does.
pub(crate) async fn serve(State(app): State<App>, Host(host): Host, request: Request) -> Response {
    let head = request.method() == Method::HEAD;
    if !head && request.method() != Method::GET {
        return not_found().await.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let mut response = if path == "api" || path.starts_with("api/") {
        not_found().await.into_response()
    } else if let Some(file) = file(&app, path, request.headers()) {
        named(file, if path.starts_with(HASHED) { "/assets/{file}" } else { "/{file}" })
    } else if !path.starts_with(HASHED) && (path.is_empty() || takes_html(request.headers())) {
        let assets = app.options.assets.as_ref();
        let index = assets.get(INDEX);
        let answer =
            index.map_or_else(page::without_console, |index| page::index(&app.options, host.as_deref(), &index));
        named(answer, "/")
    } else {
        not_found().await.into_response()
    };
    if head {
        let length = http_body::Body::size_hint(response.body()).exact();
        *response.body_mut() = Body::empty();
        if let Some(length) = length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
    }
    response
}

/// What metrics call it: one name for all files, whatever they are called.
fn named(mut response: Response, name: &str) -> Response {
    response.extensions_mut().insert(AnsweredBy(name.to_owned()));
    response
}

fn takes_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|accept| accept.to_str().ok()).any(|a| a.contains("text/html"))
}

/// A file, in the smallest form the client takes. The index is not a file: each answer of it is another.
fn file(app: &App, path: &str, headers: &HeaderMap) -> Option<Response> {
    let variant = Encoding::ALL.iter().any(|encoding| path.ends_with(encoding.suffix()));
    if path.is_empty()
        || path == INDEX
        || variant
        || path.split('/').any(|part| part.is_empty() || part.starts_with('.'))
    {
        return None;
    }
    let assets = app.options.assets.as_ref();
    let plain = assets.get(path)?;
    let variants = Encoding::ALL.iter().filter(|encoding| encoding.accepted(headers));
    let small = variants
        .filter_map(|encoding| Some((*encoding, assets.get(&format!("{path}{}", encoding.suffix()))?)))
        .min_by_key(|(_, asset)| asset.bytes.len());
    let (encoding, asset) = small.map_or((None, plain), |(encoding, asset)| (Some(encoding), asset));
    let tag = format!("\"{}\"", asset.hash);
    let mut answer = Response::new(Body::empty());
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    // Also where there is one form only: a cache must not give tomorrow's to whoever cannot read it.
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let known = known.flat_map(|tags| tags.split(',')).map(|one| one.trim().trim_start_matches("W/"));
    let unchanged = known.into_iter().any(|one| one == tag || one == "*");
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(header::ETAG, tag);
    }
    if unchanged {
        out.remove(header::CONTENT_TYPE);
        out.remove(header::CONTENT_ENCODING);
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *answer.body_mut() = Body::from(match asset.bytes {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        });
    }
    Some(answer)
}

/// With `nosniff` a wrong type is a file that does not work.
fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
