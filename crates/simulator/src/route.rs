//! What a path stands for, and whose path it is.

use http::Method;
use http::request::Parts;

use crate::errors::Provider;
use crate::sigv4::decode;

/// Before the model in Gemini's paths.
const GEMINI: &[&str] = &["/v1beta/models/", "/v1/models/"];

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Chat,
    Responses,
    /// `/v1/responses/input_tokens`.
    InputTokens,
    Embeddings,
    Messages,
    CountTokens,
    Models,
    /// Gemini's `generateContent` and `streamGenerateContent`.
    Generate,
    /// Gemini's `countTokens`.
    CountContent,
    Embed,
    EmbedBatch,
    Converse,
    Completions,
    Moderations,
    ImageGenerations,
    ImageEdits,
    ImageVariations,
    Speech,
    Transcriptions,
    Translations,
    Rerank,
}

impl Endpoint {
    /// What OpenAI calls it below the version, and whether Azure has it too.
    const PASSED: [(&'static str, Self, bool); 9] = [
        ("completions", Self::Completions, true),
        ("moderations", Self::Moderations, false),
        ("images/generations", Self::ImageGenerations, true),
        ("images/edits", Self::ImageEdits, true),
        ("images/variations", Self::ImageVariations, false),
        ("audio/speech", Self::Speech, true),
        ("audio/transcriptions", Self::Transcriptions, true),
        ("audio/translations", Self::Translations, true),
        // Not OpenAI's, but of servers that speak its dialects.
        ("rerank", Self::Rerank, false),
    ];

    fn passed(verb: &str, azure: bool) -> Option<Self> {
        let found = Self::PASSED.into_iter().find(|(name, _, azures)| *name == verb && (*azures || !azure));
        found.map(|(_, endpoint, _)| endpoint)
    }

    /// Whether Azure's paths name its model, which the body may name, too.
    pub(crate) fn has_deployments(self) -> bool {
        let passed = Self::PASSED.into_iter().any(|(_, endpoint, azures)| endpoint == self && azures);
        passed || matches!(self, Self::Chat | Self::Embeddings)
    }

    /// Whether the body may be a form.
    pub(crate) const fn takes_forms(self) -> bool {
        matches!(self, Self::ImageEdits | Self::ImageVariations | Self::Transcriptions | Self::Translations)
    }
}

/// A path that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) endpoint: Endpoint,
    /// The model or deployment that the path names.
    pub(crate) model: Option<String>,
    /// The path says that the answer is a stream.
    pub(crate) stream: bool,
}

impl Route {
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let of = |endpoint| Some(Self { endpoint, model: None, stream: false });
        match (method.as_str(), path) {
            ("POST", "/v1/chat/completions" | "/openai/v1/chat/completions") => of(Endpoint::Chat),
            ("POST", "/v1/responses" | "/openai/v1/responses" | "/openai/responses") => of(Endpoint::Responses),
            ("POST", "/v1/responses/input_tokens") => of(Endpoint::InputTokens),
            ("POST", "/v1/embeddings" | "/openai/v1/embeddings") => of(Endpoint::Embeddings),
            ("POST", "/v1/messages") => of(Endpoint::Messages),
            ("POST", "/v1/messages/count_tokens") => of(Endpoint::CountTokens),
            (
                "GET",
                "/v1/models" | "/openai/v1/models" | "/openai/models" | "/v1beta/models" | "/foundation-models",
            ) => of(Endpoint::Models),
            ("POST", path) => {
                let below = |prefix: &str, azure| Endpoint::passed(path.strip_prefix(prefix)?, azure);
                match below("/v1/", false).or_else(|| below("/openai/v1/", true)) {
                    Some(endpoint) => of(endpoint),
                    None => Self::with_model(path),
                }
            }
            _ => None,
        }
    }

    /// Paths that name a model. A slash within the name is encoded.
    fn with_model(path: &str) -> Option<Self> {
        let route = |endpoint, model: &str, stream| {
            let named = !model.is_empty() && !model.contains('/');
            named.then(|| Self { endpoint, model: Some(decode(model)), stream })
        };
        // The newest google-genai speaks to v1, older ones and Gemini CLI to v1beta.
        if let Some(rest) = GEMINI.iter().find_map(|prefix| path.strip_prefix(prefix)) {
            let (model, verb) = rest.rsplit_once(':')?;
            return match verb {
                "generateContent" => route(Endpoint::Generate, model, false),
                "streamGenerateContent" => route(Endpoint::Generate, model, true),
                "countTokens" => route(Endpoint::CountContent, model, false),
                "embedContent" => route(Endpoint::Embed, model, false),
                "batchEmbedContents" => route(Endpoint::EmbedBatch, model, false),
                _ => None,
            };
        }
        if let Some(rest) = path.strip_prefix("/model/") {
            let (model, verb) = rest.rsplit_once('/')?;
            // A colon must be encoded: whoever sends it bare has signed another path than the service reads.
            return match verb {
                _ if model.contains(':') => None,
                "converse" => route(Endpoint::Converse, model, false),
                "converse-stream" => route(Endpoint::Converse, model, true),
                _ => None,
            };
        }
        let (model, verb) = path.strip_prefix("/openai/deployments/")?.split_once('/')?;
        match verb {
            "chat/completions" => route(Endpoint::Chat, model, false),
            "embeddings" => route(Endpoint::Embeddings, model, false),
            verb => route(Endpoint::passed(verb, true)?, model, false),
        }
    }
}

/// A path tells the provider; the list of models is OpenAI's, Anthropic's and Google's, and there the headers tell.
pub(crate) fn provider_of(head: &Parts) -> Provider {
    let path = head.uri.path();
    let begins = |prefix: &str| path.starts_with(prefix);
    let listed_for = |header: &str| path == "/v1/models" && head.headers.contains_key(header);
    if begins("/v1beta/") || begins("/v1/models/") || listed_for("x-goog-api-key") {
        Provider::Google
    } else if begins("/openai/") {
        Provider::Azure
    } else if begins("/model/") || begins("/foundation-models") {
        Provider::Bedrock
    } else if begins("/v1/messages") || listed_for("anthropic-version") {
        Provider::Anthropic
    } else {
        Provider::OpenAi
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_models() {
        for (path, expected) in [
            ("/v1beta/models/gemini-sim:generateContent", Some((Endpoint::Generate, "gemini-sim", false))),
            ("/v1beta/models/a%3Ab:streamGenerateContent", Some((Endpoint::Generate, "a:b", true))),
            ("/v1/models/gemini-sim:countTokens", Some((Endpoint::CountContent, "gemini-sim", false))),
            ("/v1beta/models/gemini-sim:explode", None),
            ("/v1beta/models/a/b:generateContent", None),
            ("/model/a.b-v1%3A0/converse-stream", Some((Endpoint::Converse, "a.b-v1:0", true))),
            ("/model/arn%3Aaws%2Fx/converse", Some((Endpoint::Converse, "arn:aws/x", false))),
            ("/model/a.b-v1:0/converse", None),
            ("/model/a/b/converse", None),
            ("/openai/deployments/mine/chat/completions", Some((Endpoint::Chat, "mine", false))),
            ("/openai/deployments//embeddings", None),
            ("/openai/deployments/mine/audio/speech", Some((Endpoint::Speech, "mine", false))),
            ("/openai/deployments/mine/images/variations", None),
            ("/openai/v1/moderations", None),
            ("/v1/moderations", Some((Endpoint::Moderations, "", false))),
            ("/v1/rerank", Some((Endpoint::Rerank, "", false))),
        ] {
            let route = Route::of(&Method::POST, path);
            let found = route.as_ref().map(|r| (r.endpoint, r.model.as_deref().unwrap_or_default(), r.stream));
            assert_eq!(found, expected, "{path}");
        }
    }
}
