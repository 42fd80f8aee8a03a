//! "Test connection" and "list remote models": one cheap question to a provider, with the real reason if it fails.

use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;
use thinkwatch_outbound::{CallError, FetchError, FetchLimits, Fetched, Verdict};
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::Dialect;

use crate::advice::{about_name, advice};
use crate::failure::{FailureClass, TimeoutStage};
use crate::head::Upstream;
use crate::kind::{Outgoing, segment};

/// Pages of models that are read at most: a list that never ends must not hold the caller.
const MAX_PAGES: usize = 10;

/// What a test of a connection found.
#[derive(Clone, Debug)]
pub struct Probe {
    /// How long it took.
    pub took: Duration,
    /// How many models the provider listed, or why it did not.
    pub result: Result<usize, RemoteFailure>,
    /// Whose credentials of the machine were used, where the provider has none of its own.
    pub credential_source: Option<String>,
}

/// A model as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteModel {
    /// Its name there.
    pub id: String,
    /// Its name for people, where the provider has one.
    pub display_name: Option<String>,
}

/// Why a provider did not answer a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RemoteFailure {
    /// The class; its label is the code of the answer.
    pub class: FailureClass,
    /// The status, if one came.
    pub status: Option<u16>,
    /// A sentence that says what to mend.
    pub message: String,
}

/// A page of a list of models.
#[derive(Debug)]
pub(crate) struct ModelsPage {
    pub(crate) models: Vec<RemoteModel>,
    /// What the query says to get the next one.
    pub(crate) next: Option<(&'static str, String)>,
}

/// The list as OpenAI, Anthropic and their copies send it.
#[derive(Deserialize)]
struct Page {
    #[serde(alias = "models")]
    data: Vec<Listed>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

/// Copies have `id`, `name` or both, and then the name is for people.
#[derive(Deserialize)]
struct Listed {
    id: Option<String>,
    name: Option<String>,
    display_name: Option<String>,
}

impl ModelsPage {
    /// Reads a list that has one page.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        Some(Self { next: None, ..Self::read_last_id(body)? })
    }

    /// Reads a list whose next page begins behind the last model of this one.
    pub(crate) fn read_last_id(body: &[u8]) -> Option<Self> {
        let page: Page = serde_json::from_slice(body).ok()?;
        let model = |listed: Listed| match (listed.id, listed.name) {
            (Some(id), name) => Some(RemoteModel { id, display_name: listed.display_name.or(name) }),
            (None, Some(name)) => Some(RemoteModel { id: name, display_name: listed.display_name }),
            (None, None) => None,
        };
        let models = page.data.into_iter().map(model).collect::<Option<_>>()?;
        let next = page.last_id.filter(|_| page.has_more).map(|last| ("after_id", last));
        Some(Self { models, next })
    }
}

impl Upstream {
    /// Asks for the list of models and says how that went.
    pub async fn probe(&self, limits: FetchLimits) -> Probe {
        let start = Instant::now();
        let result = self.list_remote_models(limits).await.map(|models| models.len());
        Probe { took: start.elapsed(), result, credential_source: self.credential_source() }
    }

    /// The models the provider offers to our credential, in its order.
    pub async fn list_remote_models(&self, limits: FetchLimits) -> Result<Vec<RemoteModel>, RemoteFailure> {
        let mut models = Vec::new();
        let mut url = self.models_url.clone();
        for _ in 0..MAX_PAGES {
            let page = self.models_page(url, limits).await?;
            models.extend(page.models);
            match page.next.and_then(|(name, value)| self.next_page(name, &value)) {
                Some(next) => url = next,
                None => break,
            }
        }
        Ok(models)
    }

    async fn models_page(&self, url: Uri, limits: FetchLimits) -> Result<ModelsPage, RemoteFailure> {
        let mut headers = HeaderMap::new();
        let dialect = if self.kind() == ProviderKind::Anthropic { Dialect::Messages } else { Dialect::Chat };
        self.own_headers(&mut headers, dialect, self.models_host.as_ref());
        let question = Outgoing { method: &Method::GET, url: &url, content_type: None, body: b"" };
        let now = SystemTime::now();
        self.obtain_credentials(now).await.map_err(|error| RemoteFailure {
            class: FailureClass::NoCredential,
            status: None,
            message: self.safe_message(&error.to_string()),
        })?;
        self.sign(&question, &mut headers, now).map_err(|error| RemoteFailure {
            class: FailureClass::Unsendable,
            status: None,
            message: self.safe_message(&error.to_string()),
        })?;
        let path = url.path().to_owned();
        let answer = self.client().get_json(url, headers, limits).await.map_err(|error| self.no_answer(&error))?;
        if answer.status != StatusCode::OK {
            return Err(self.refusal(&answer, &path));
        }
        self.models_of(&answer.body).ok_or_else(|| RemoteFailure {
            class: FailureClass::Protocol,
            status: Some(200),
            message: format!("GET {path} did not answer with a list of models: is the base URL right?"),
        })
    }

    fn next_page(&self, name: &str, value: &str) -> Option<Uri> {
        let url = &self.models_url;
        format!("{url}{}{name}={}", if url.query().is_some() { '&' } else { '?' }, segment(value)?).parse().ok()
    }

    fn no_answer(&self, error: &FetchError) -> RemoteFailure {
        let class = match error {
            FetchError::Call(call) => FailureClass::of_call(call),
            FetchError::Timeout(_) => FailureClass::Timeout(TimeoutStage::Total),
            FetchError::Body(_) => FailureClass::Broken,
            FetchError::TooLarge(_) | FetchError::Json(_) => FailureClass::Protocol,
            FetchError::Request(_) => FailureClass::Unsendable,
        };
        let mend = match error {
            FetchError::Call(CallError::Refused { class, .. }) if class.verdict() == Verdict::NeedsPermission => {
                "; set allow_private_network on this provider if that is meant"
            }
            FetchError::Call(CallError::Dns { .. }) => about_name(self.kind),
            FetchError::Call(CallError::Tls { .. }) => "; add its authority with EXTRA_CA_FILE if it is a private one",
            _ => "",
        };
        RemoteFailure { class, status: None, message: self.safe_message(&format!("{error}{mend}")) }
    }

    fn refusal(&self, answer: &Fetched, path: &str) -> RemoteFailure {
        let class = self.classify(answer.status, &answer.headers, &answer.body);
        let code = answer.status.as_u16();
        let report = self.report(&answer.headers, &answer.body);
        let advice = advice(self.kind, &report);
        let said = report.message;
        let mut message = match class {
            FailureClass::UpstreamAuth => format!("the provider does not accept the credential ({code})"),
            FailureClass::NotFound => format!("GET {path} was not found ({code}): is the base URL right?"),
            FailureClass::Redirect => format!("GET {path} answered with a redirect ({code}): use the final address"),
            _ => format!("GET {path} answered {code}"),
        };
        if !said.is_empty() {
            message.push_str(": ");
            message.push_str(said.trim_end_matches('.'));
        }
        if let Some(advice) = advice {
            message.push_str(". What to do: ");
            message.push_str(advice);
        }
        RemoteFailure { class, status: Some(code), message: self.safe_message(&message) }
    }
}
