//! "Test connection" and "list remote models": one cheap question to a provider, with the real reason if it fails.

use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use thinkwatch_outbound::{CallError, FetchError, FetchLimits, Fetched, Verdict};
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::Dialect;

use crate::failure::{FailureClass, TimeoutStage};
use crate::head::Upstream;
use crate::report::ErrorReport;

/// Pages of models that are read at most: a list that never ends must not hold the caller.
const MAX_PAGES: usize = 10;

/// What a test of a connection found.
#[derive(Clone, Debug)]
pub struct Probe {
    /// How long it took.
    pub took: Duration,
    /// How many models the provider listed, or why it did not.
    pub result: Result<usize, RemoteFailure>,
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

/// The list as OpenAI, Anthropic and their copies send it.
#[derive(Deserialize)]
struct Page {
    #[serde(alias = "models")]
    data: Vec<Listed>,
    #[serde(default)]
    has_more: bool,
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(alias = "name")]
    id: String,
    display_name: Option<String>,
}

impl Upstream {
    /// Asks for the list of models and says how that went.
    pub async fn probe(&self, limits: FetchLimits) -> Probe {
        let start = Instant::now();
        let result = self.list_remote_models(limits).await.map(|models| models.len());
        Probe { took: start.elapsed(), result }
    }

    /// The models the provider offers to our credential, in its order.
    pub async fn list_remote_models(&self, limits: FetchLimits) -> Result<Vec<RemoteModel>, RemoteFailure> {
        let mut models = Vec::new();
        let mut url = self.models_url.clone();
        for _ in 0..MAX_PAGES {
            let page = self.models_page(url, limits).await?;
            models.extend(page.data.into_iter().map(|m| RemoteModel { id: m.id, display_name: m.display_name }));
            match page.last_id.filter(|_| page.has_more).and_then(|last| self.after(&last)) {
                Some(next) => url = next,
                None => break,
            }
        }
        Ok(models)
    }

    async fn models_page(&self, url: Uri, limits: FetchLimits) -> Result<Page, RemoteFailure> {
        let mut headers = HeaderMap::new();
        let dialect = if self.kind() == ProviderKind::Anthropic { Dialect::Messages } else { Dialect::Chat };
        self.own_headers(&mut headers, dialect);
        let path = url.path().to_owned();
        let answer = self.client().get_json(url, headers, limits).await.map_err(|error| self.no_answer(&error))?;
        if answer.status != StatusCode::OK {
            return Err(self.refusal(&answer, &path));
        }
        answer.json().map_err(|_| RemoteFailure {
            class: FailureClass::Protocol,
            status: Some(200),
            message: format!("GET {path} did not answer with a list of models: is the base URL right?"),
        })
    }

    /// The page behind a model. Only Anthropic has pages.
    fn after(&self, last: &str) -> Option<Uri> {
        let plain = last.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
        let base = self.models_url.to_string();
        (self.kind() == ProviderKind::Anthropic && plain)
            .then(|| format!("{base}&after_id={last}").parse().ok())
            .flatten()
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
            FetchError::Call(CallError::Tls { .. }) => "; add its authority with EXTRA_CA_FILE if it is a private one",
            _ => "",
        };
        RemoteFailure { class, status: None, message: self.safe_message(&format!("{error}{mend}")) }
    }

    fn refusal(&self, answer: &Fetched, path: &str) -> RemoteFailure {
        let class = self.classify(answer.status, &answer.headers, &answer.body);
        let code = answer.status.as_u16();
        let said = ErrorReport::read(&answer.body).message;
        let mut message = match class {
            FailureClass::UpstreamAuth => format!("the provider does not accept the credential ({code})"),
            FailureClass::NotFound => format!("GET {path} was not found ({code}): is the base URL right?"),
            FailureClass::Redirect => format!("GET {path} answered with a redirect ({code}): use the final address"),
            _ => format!("GET {path} answered {code}"),
        };
        if !said.is_empty() {
            message.push_str(": ");
            message.push_str(&said);
        }
        RemoteFailure { class, status: Some(code), message: self.safe_message(&message) }
    }
}
