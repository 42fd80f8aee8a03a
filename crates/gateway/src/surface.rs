//! What a path on the gateway port means.

use http::Method;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::stored::Verb;

/// Something the gateway answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A call to a provider.
    Call(Endpoint),
    /// A call to a provider whose path names the model, percent-encoded.
    ModelCall(Endpoint, &'a str),
    /// About a response that was kept; its id, percent-encoded.
    Stored(Verb, &'a str),
    /// The list of models of the caller.
    Models,
    /// One model.
    Model(&'a str),
    /// The list of models in Google's shape.
    GeminiModels,
    /// One model in Google's shape.
    GeminiModel(&'a str),
    /// `GET /health`: a short word.
    Health,
    /// `GET /health/live`.
    Live,
    /// `GET /health/ready`.
    Ready,
    /// `GET /metrics`.
    Metrics,
    /// `HEAD /`, which Claude Code probes.
    Probe,
    /// Known, but with another method; the allowed ones.
    WrongMethod(&'static str),
    /// Nothing.
    Unknown,
}

/// Finds the target. The base address may have been given with or without `/v1`, or with one too many, and some SDKs
/// add one of their own: `/v1/v1/messages` and `/chat/completions` mean what they look like.
pub(crate) fn target<'a>(method: &Method, path: &'a str) -> Target<'a> {
    match path {
        "/" if method == Method::HEAD || method == Method::GET => return Target::Probe,
        "/health" => return only_get(method, Target::Health),
        "/health/live" => return only_get(method, Target::Live),
        "/health/ready" => return only_get(method, Target::Ready),
        "/metrics" => return only_get(method, Target::Metrics),
        _ => {}
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if let Some((endpoint, model)) = model_call(path) {
        return if method == Method::POST { Target::ModelCall(endpoint, model) } else { Target::WrongMethod("POST") };
    }
    if let Some(after) = path.strip_prefix("/v1beta/models") {
        return match after.strip_prefix('/') {
            None if after.is_empty() => only_get(method, Target::GeminiModels),
            Some(name) if !name.is_empty() => only_get(method, Target::GeminiModel(name)),
            _ => Target::Unknown,
        };
    }
    let mut rest = path;
    for _ in 0..3 {
        rest = rest.strip_prefix("/v1").filter(|after| after.starts_with('/')).unwrap_or(rest);
    }
    if let Some(endpoint) = Endpoint::at_path(rest) {
        return if method == Method::POST { Target::Call(endpoint) } else { Target::WrongMethod("POST") };
    }
    if let Some(after) = rest.strip_prefix("/responses/") {
        return stored(method, after);
    }
    if rest == "/models" {
        return only_get(method, Target::Models);
    }
    match rest.strip_prefix("/models/") {
        Some(name) if !name.is_empty() => only_get(method, Target::Model(name)),
        _ => Target::Unknown,
    }
}

/// What follows `/responses/`.
fn stored<'a>(method: &Method, after: &'a str) -> Target<'a> {
    let (id, tail) = after.split_once('/').unwrap_or((after, ""));
    match (tail, method.as_str()) {
        _ if id.is_empty() => Target::Unknown,
        ("", "GET") => Target::Stored(Verb::Get, id),
        ("", "DELETE") => Target::Stored(Verb::Delete, id),
        ("", _) => Target::WrongMethod("GET, DELETE"),
        ("input_items", "GET") => Target::Stored(Verb::InputItems, id),
        ("input_items", _) => Target::WrongMethod("GET"),
        ("cancel", "POST") => Target::Stored(Verb::Cancel, id),
        ("cancel", _) => Target::WrongMethod("POST"),
        _ => Target::Unknown,
    }
}

/// `/v1beta/models/{model}:generateContent` and the like. Google's libraries put `/v1` where another base address than
/// Google's is given, and names may hold slashes and colons themselves.
fn model_call(path: &str) -> Option<(Endpoint, &str)> {
    let rest = path.strip_prefix("/v1beta").or_else(|| path.strip_prefix("/v1")).unwrap_or(path);
    let name = rest.strip_prefix("/models/")?;
    let colon = name.rfind(':')?;
    let endpoint = Endpoint::after_model(&name[colon..])?;
    (colon > 0).then_some((endpoint, &name[..colon]))
}

fn only_get<'a>(method: &Method, target: Target<'a>) -> Target<'a> {
    if method == Method::GET || method == Method::HEAD { target } else { Target::WrongMethod("GET, HEAD") }
}

/// The dialect in which an error on this path is told, also for paths that do not exist.
pub(crate) fn dialect_of(path: &str, speaks_anthropic: bool) -> Dialect {
    if path.contains("/v1beta") || model_call(path).is_some() {
        Dialect::Gemini
    } else if speaks_anthropic || path.contains("/messages") {
        Dialect::Messages
    } else if path.contains("/responses") {
        Dialect::Responses
    } else {
        Dialect::Chat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_what_they_look_like() {
        let post = [
            ("/v1/chat/completions", Target::Call(Endpoint::ChatCompletions)),
            ("/v1/v1/chat/completions", Target::Call(Endpoint::ChatCompletions)),
            ("/chat/completions", Target::Call(Endpoint::ChatCompletions)),
            ("/v1/messages", Target::Call(Endpoint::Messages)),
            ("/v1/messages/", Target::Call(Endpoint::Messages)),
            ("/v1/messages/count_tokens", Target::Call(Endpoint::CountTokens)),
            ("/v1/responses", Target::Call(Endpoint::Responses)),
            ("/v1/responses/input_tokens", Target::Call(Endpoint::InputTokens)),
            ("/v1/embeddings", Target::Call(Endpoint::Embeddings)),
            ("/v1/completions", Target::Call(Endpoint::Completions)),
            ("/v1/v1/completions", Target::Call(Endpoint::Completions)),
            ("/moderations", Target::Call(Endpoint::Moderations)),
            ("/v1/images/generations", Target::Call(Endpoint::ImageGenerations)),
            ("/images/edits", Target::Call(Endpoint::ImageEdits)),
            ("/v1/images/variations/", Target::Call(Endpoint::ImageVariations)),
            ("/v1/images", Target::Unknown),
            ("/v1/audio/speech", Target::Call(Endpoint::Speech)),
            ("/v1/v1/audio/transcriptions", Target::Call(Endpoint::Transcriptions)),
            ("/audio/translations", Target::Call(Endpoint::Translations)),
            ("/v1/rerank", Target::Call(Endpoint::Rerank)),
            ("/rerank", Target::Call(Endpoint::Rerank)),
            ("/v1/responses/resp_1/cancel", Target::Stored(Verb::Cancel, "resp_1")),
            ("/v1/responses/resp_1/input_items", Target::WrongMethod("GET")),
            ("/v1/responses/resp_1", Target::WrongMethod("GET, DELETE")),
            ("/v1/responses//cancel", Target::Unknown),
            ("/v1/v1/v1/messages", Target::Call(Endpoint::Messages)),
            ("/v1/v1/v1/v1/messages", Target::Unknown),
            ("/v1messages", Target::Unknown),
            ("/v1/models", Target::WrongMethod("GET, HEAD")),
            ("/v1/nothing", Target::Unknown),
            (
                "/v1beta/models/gemini-2.5-pro:generateContent",
                Target::ModelCall(Endpoint::GenerateContent, "gemini-2.5-pro"),
            ),
            (
                "/v1/models/org/m:8b:streamGenerateContent",
                Target::ModelCall(Endpoint::StreamGenerateContent, "org/m:8b"),
            ),
            ("/models/a%2Fb:countTokens", Target::ModelCall(Endpoint::GeminiCountTokens, "a%2Fb")),
            ("/v1beta/models/:generateContent", Target::WrongMethod("GET, HEAD")),
            ("/v1beta/models/m:nothing", Target::WrongMethod("GET, HEAD")),
            ("", Target::Unknown),
        ];
        for (path, expected) in post {
            assert_eq!(target(&Method::POST, path), expected, "POST {path}");
        }
        let get = [
            ("/v1/models", Target::Models),
            ("/models", Target::Models),
            ("/v1/models/gpt-4o", Target::Model("gpt-4o")),
            ("/v1/models/org/name", Target::Model("org/name")),
            ("/health", Target::Health),
            ("/health/ready", Target::Ready),
            ("/metrics", Target::Metrics),
            ("/", Target::Probe),
            ("/v1/messages", Target::WrongMethod("POST")),
            ("/v1/audio/speech", Target::WrongMethod("POST")),
            ("/v1beta/models", Target::GeminiModels),
            ("/v1beta/models/gemini-2.5-pro", Target::GeminiModel("gemini-2.5-pro")),
            ("/v1beta/models/m:embedContent", Target::WrongMethod("POST")),
            ("/v1beta/nothing", Target::Unknown),
            ("/responses/resp_1", Target::Stored(Verb::Get, "resp_1")),
            ("/v1/responses/a%2Fb/input_items", Target::Stored(Verb::InputItems, "a%2Fb")),
            ("/v1/responses/resp_1/cancel", Target::WrongMethod("POST")),
            ("/v1/responses/resp_1/else", Target::Unknown),
        ];
        assert_eq!(target(&Method::DELETE, "/v1/responses/resp_1"), Target::Stored(Verb::Delete, "resp_1"));
        for (path, expected) in get {
            assert_eq!(target(&Method::GET, path), expected, "GET {path}");
        }
    }
}
