//! A provider made ready for calling: URLs, credential and headers are built once, so that a request only clones.

use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use secrecy::{ExposeSecret as _, SecretString};
use thinkwatch_outbound::{CallError, Client, Incoming, SegmentedBody};
use thinkwatch_policy::catalogue::{AwsKeys, Provider, ProviderKind};
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::ProviderId;

use crate::bedrock;
use crate::failure::{self, FailureClass};
use crate::instance::{CredentialError, InstanceCredentials};
use crate::kind::{Address, Kind, Place};
use crate::probe::ModelsPage;
use crate::report::ErrorReport;

/// Endpoints a provider can be asked for, each at the place of its number.
const ENDPOINTS: [Endpoint; 22] = [
    Endpoint::ChatCompletions,
    Endpoint::Messages,
    Endpoint::CountTokens,
    Endpoint::Responses,
    Endpoint::InputTokens,
    Endpoint::Embeddings,
    Endpoint::GenerateContent,
    Endpoint::StreamGenerateContent,
    Endpoint::GeminiCountTokens,
    Endpoint::EmbedContent,
    Endpoint::BatchEmbedContents,
    Endpoint::Converse,
    Endpoint::ConverseStream,
    Endpoint::Completions,
    Endpoint::Moderations,
    Endpoint::ImageGenerations,
    Endpoint::ImageEdits,
    Endpoint::ImageVariations,
    Endpoint::Speech,
    Endpoint::Transcriptions,
    Endpoint::Translations,
    Endpoint::Rerank,
];

/// Stands for a model when an address is tried out.
const SOME_MODEL: &str = "m";

/// Headers that belong to the connection: an operator's custom header must not replace them.
const RESERVED: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::ACCEPT_ENCODING,
];

/// Why a provider cannot be called as it is configured. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The base address is not an http or https URL with a host.
    #[error("the base URL of provider `{provider}` is not an http or https URL: `{base_url}`")]
    BaseUrl {
        /// Its name.
        provider: String,
        /// What was configured, without user and password.
        base_url: String,
    },
    /// The credential holds a character that no header can carry.
    #[error("the credential of provider `{provider}` holds characters that cannot be sent")]
    Credential {
        /// Its name.
        provider: String,
    },
    /// A custom header has a name or value that cannot be sent, or that belongs to the connection.
    #[error("the custom header `{header}` of provider `{provider}` cannot be sent")]
    Header {
        /// Its name.
        provider: String,
        /// The header's name.
        header: String,
    },
}

/// Where an endpoint of this provider is.
#[derive(Debug)]
pub(crate) enum Ready {
    Fixed(Uri),
    OfModel(String, String),
}

/// What calls are signed with.
#[derive(Debug)]
pub(crate) enum Signs {
    /// The provider's own keys.
    Own(AwsKeys),
    /// Those of the machine; none where nobody told where they are.
    Instance(Option<Arc<InstanceCredentials>>),
}

/// A provider made ready for calling.
pub struct Upstream {
    id: ProviderId,
    pub(crate) kind: ProviderKind,
    client: Client,
    pub(crate) urls: Vec<Option<Ready>>,
    pub(crate) models_url: Uri,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) models_host: Option<HeaderValue>,
    pub(crate) openai_credentials: Vec<(HeaderName, HeaderValue)>,
    pub(crate) messages_credentials: Vec<(HeaderName, HeaderValue)>,
    pub(crate) custom: Vec<(HeaderName, HeaderValue)>,
    /// What calls are signed with, and for which region.
    pub(crate) signer: Option<(Signs, String)>,
    /// Only to take them out of messages an upstream might echo them in.
    secrets: Vec<SecretString>,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Upstream {
    /// Makes a provider ready.
    pub fn prepare(provider: &Provider, client: Client, http2: bool) -> Result<Self, PrepareError> {
        let kind = Kind::of(provider.kind);
        let name = || provider.name.to_string();
        let url = |text: String| {
            Uri::from_str(&text)
                .ok()
                .filter(|uri| {
                    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|h| !h.is_empty())
                })
                .filter(|uri| !uri.authority().is_some_and(|a| a.as_str().contains('@')))
                .ok_or_else(|| PrepareError::BaseUrl { provider: name(), base_url: without_user(&provider.base_url) })
        };
        let place = Place { base: &provider.base_url, api_version: provider.api_version.as_deref() };
        let ready = |endpoint| match (kind.address)(place, endpoint) {
            None => Ok(None),
            Some(Address::Fixed(text)) => url(text).map(|url| Some(Ready::Fixed(url))),
            Some(Address::OfModel(before, after)) => {
                url(format!("{before}{SOME_MODEL}{after}")).map(|_| Some(Ready::OfModel(before, after)))
            }
        };
        let urls = ENDPOINTS.into_iter().map(ready).collect::<Result<_, _>>()?;
        let models_url = url((kind.models_url)(place))?;
        let base = url(provider.base_url.to_string())?;
        let credentials = |dialect| -> Result<Vec<(HeaderName, HeaderValue)>, PrepareError> {
            let Some(secret) = provider.credential.as_ref().map(|s| s.expose_secret()).filter(|s| !s.is_empty()) else {
                return Ok(Vec::new());
            };
            (kind.credentials)(secret, dialect)
                .into_iter()
                .map(|(header, value)| Some((header, value?)))
                .collect::<Option<_>>()
                .ok_or_else(|| PrepareError::Credential { provider: name() })
        };
        if provider.aws_keys.as_ref().is_some_and(|keys| !bedrock::are_sendable(keys)) {
            return Err(PrepareError::Credential { provider: name() });
        }
        let region = || provider.region.as_deref().unwrap_or_else(|| bedrock::region_of(&provider.base_url)).to_owned();
        let of_keys = provider.aws_keys.iter().flat_map(bedrock::secrets);
        Ok(Self {
            id: provider.id.clone(),
            kind: provider.kind,
            client,
            // HTTP/2 has `:authority` instead, and servers dislike both.
            host: (!http2).then(|| host_header(&base)).flatten(),
            models_host: (!http2).then(|| host_header(&models_url)).flatten(),
            urls,
            models_url,
            openai_credentials: credentials(Dialect::Chat)?,
            messages_credentials: credentials(Dialect::Messages)?,
            custom: custom_headers(provider)?,
            signer: signs(provider).map(|signs| (signs, region())),
            secrets: provider.credential.iter().chain(of_keys).cloned().collect(),
        })
    }

    /// With credentials of the machine, should it have none of its own to sign with.
    pub(crate) fn signing_with(mut self, instance: Option<&Arc<InstanceCredentials>>) -> Self {
        if let Some((Signs::Instance(of_machine), _)) = &mut self.signer {
            *of_machine = instance.map(Arc::clone);
        }
        self
    }

    /// Waits until there is something to sign with, where that must be fetched. To be awaited before a request is made;
    /// mostly it is there already.
    pub async fn obtain_credentials(&self, now: SystemTime) -> Result<(), CredentialError> {
        match &self.signer {
            Some((Signs::Instance(Some(instance)), _)) => Box::pin(instance.obtain(now)).await,
            Some((Signs::Instance(None), _)) => Err(CredentialError::Disabled),
            _ => Ok(()),
        }
    }

    /// Whose credentials of the machine it signs with, once it has.
    pub fn credential_source(&self) -> Option<String> {
        match &self.signer {
            Some((Signs::Instance(Some(instance)), _)) => instance.of(),
            _ => None,
        }
    }

    /// Which provider it is.
    pub fn provider_id(&self) -> &ProviderId {
        &self.id
    }

    /// Sends a request and waits for the head of the answer. The first-byte limit is the caller's; dropping the future
    /// or the body of the answer cancels the call upstream.
    pub fn send(
        &self,
        request: Request<SegmentedBody>,
    ) -> impl Future<Output = Result<Response<Incoming>, CallError>> + Send {
        self.client.send(request)
    }

    /// The pool behind it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The kind of API it has.
    pub fn kind(&self) -> ProviderKind {
        self.kind
    }

    /// What an answer with an error status means.
    pub fn classify(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> FailureClass {
        failure::classify(Kind::of(self.kind).errors, Some(status), Some(headers), &self.report(headers, body))
    }

    /// What an error answer says.
    pub fn report(&self, headers: &HeaderMap, body: &[u8]) -> ErrorReport {
        (Kind::of(self.kind).report)(headers, body)
    }

    /// A page of the list of models.
    pub(crate) fn models_of(&self, body: &[u8]) -> Option<ModelsPage> {
        (Kind::of(self.kind).models)(body)
    }

    /// What an error event in a stream means (the data of the event).
    pub fn classify_event(&self, data: &[u8]) -> FailureClass {
        failure::classify(Kind::of(self.kind).errors, None, None, &ErrorReport::read(data))
    }

    /// A message of the upstream, bounded, with our credential taken out should it be in there.
    pub fn safe_message(&self, message: &str) -> String {
        let mut safe = message.to_owned();
        for secret in self.secrets.iter().map(|secret| secret.expose_secret()).filter(|secret| secret.len() >= 8) {
            safe = safe.replace(secret, "[credential]");
        }
        if let Some((Signs::Instance(Some(instance)), _)) = &self.signer {
            safe = instance.hide(safe);
        }
        safe.chars().take(500).collect()
    }
}

/// A provider of Bedrock that has neither keys nor a key to send signs with what the machine has.
fn signs(provider: &Provider) -> Option<Signs> {
    match &provider.aws_keys {
        Some(keys) => Some(Signs::Own(keys.clone())),
        None if provider.kind == ProviderKind::Bedrock && provider.credential.is_none() => Some(Signs::Instance(None)),
        None => None,
    }
}

fn host_header(uri: &Uri) -> Option<HeaderValue> {
    let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let text = match uri.port_u16() {
        Some(port) if port != default => format!("{}:{port}", uri.host()?),
        _ => uri.host()?.to_owned(),
    };
    HeaderValue::from_str(&text).ok()
}

fn custom_headers(provider: &Provider) -> Result<Vec<(HeaderName, HeaderValue)>, PrepareError> {
    let one = |(name, value): &(String, SecretString)| {
        let name = HeaderName::from_str(name).ok().filter(|name| !RESERVED.contains(name))?;
        let mut value = HeaderValue::from_str(value.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    let checked = |pair: &(String, SecretString)| {
        one(pair).ok_or_else(|| PrepareError::Header { provider: provider.name.to_string(), header: pair.0.clone() })
    };
    provider.headers.iter().map(checked).collect()
}

/// A URL as it may be shown: user and password left out.
fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').map_or((rest, None), |(a, p)| (a, Some(p)));
            let host = authority.rsplit('@').next().unwrap_or_default();
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        None => url.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::ENDPOINTS;

    #[test]
    fn every_endpoint_is_at_the_place_of_its_number() {
        for (place, endpoint) in ENDPOINTS.into_iter().enumerate() {
            assert_eq!(endpoint as usize, place);
        }
    }
}
