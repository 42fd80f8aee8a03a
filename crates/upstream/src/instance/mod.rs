//! Credentials of the machine itself: fetched once for all providers that sign with them, kept while they hold, and renewed
//! before they end. Nobody who configures a provider can choose where they are fetched from: the environment says it.

mod fetch;
mod read;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use secrecy::ExposeSecret as _;
use thinkwatch_outbound::{ProxyRules, Tls};
use thinkwatch_policy::aws::InstanceSource;
use thinkwatch_policy::catalogue::AwsKeys;
use tokio::sync::Mutex;

use fetch::Place;

/// They are renewed this long before they end, or after half of their time if that is later.
const RENEW_BEFORE: Duration = Duration::from_secs(300);
/// So close to their end they are not used any more: the call would arrive after it.
const MARGIN: Duration = Duration::from_secs(5);
/// After a failure nobody asks again for so long: each call would wait for what does not answer.
const COOLDOWN: Duration = Duration::from_secs(10);
/// How long those hold that do not say it.
const UNSAID: Duration = Duration::from_secs(900);

/// Why there are no credentials. Never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The environment forbids it.
    #[error(
        "this provider signs with the role of the machine, and AWS_EC2_METADATA_DISABLED forbids to ask for it: give the \
         provider an access key, or unset the variable"
    )]
    Disabled,
    /// Nobody answers.
    #[error("{place} does not answer ({reason}){advice}")]
    Unreachable {
        /// Who was asked.
        place: String,
        /// What went wrong.
        reason: String,
        /// What to look at.
        advice: &'static str,
    },
    /// It answers with an error.
    #[error("{place} answered {status} to {question}{advice}")]
    Refused {
        /// Who was asked.
        place: String,
        /// Its status.
        status: u16,
        /// What for.
        question: &'static str,
        /// What to look at.
        advice: &'static str,
    },
    /// It answers with something else.
    #[error("{place} did not answer with credentials: {reason}")]
    Unreadable {
        /// Who was asked.
        place: String,
        /// What is missing.
        reason: String,
    },
    /// What it gives is of no use any more.
    #[error("{place} gave credentials that have ended already: is the clock of this machine right?")]
    Ended {
        /// Who was asked.
        place: String,
    },
    /// A file that the environment names cannot be read.
    #[error("the token file {path} cannot be read ({reason})")]
    TokenFile {
        /// Which.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// What was fetched.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) keys: AwsKeys,
    pub(crate) expires: Option<SystemTime>,
    /// Who they are of, in words for people.
    pub(crate) of: String,
}

/// What is held.
struct Held {
    keys: AwsKeys,
    of: String,
    renew_at: SystemTime,
    unusable_at: SystemTime,
}

impl Held {
    fn new(issued: Issued, now: SystemTime) -> Self {
        let expires = issued.expires.unwrap_or(now + UNSAID);
        let lifetime = expires.duration_since(now).unwrap_or_default();
        let renew_at = expires - RENEW_BEFORE.min(lifetime / 2);
        Self { keys: issued.keys, of: issued.of, renew_at, unusable_at: expires - MARGIN }
    }
}

struct Failed {
    until: SystemTime,
    error: CredentialError,
}

/// The machine's credentials. One for the whole process: a call that needs them finds them held, and takes no lock.
pub struct InstanceCredentials {
    place: Place,
    held: ArcSwapOption<Held>,
    /// One asks; whoever needs the answer waits for it here, and finds how the last attempt failed.
    asking: Mutex<Option<Failed>>,
}

impl fmt::Debug for InstanceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceCredentials").field("place", &self.place.name()).finish_non_exhaustive()
    }
}

impl InstanceCredentials {
    /// Asks nobody yet: what no provider needs is not fetched. Must be called inside a tokio runtime. The proxy is for the
    /// token service alone; what is on the machine is never asked through one.
    pub fn new(source: InstanceSource, tls: &Tls, proxy: &ProxyRules) -> Self {
        Self { place: Place::new(source, tls, proxy), held: ArcSwapOption::empty(), asking: Mutex::new(None) }
    }

    /// Waits until there are credentials that can be signed with at `now`; at once while the ones held do.
    pub async fn obtain(&self, now: SystemTime) -> Result<(), CredentialError> {
        if self.usable(now).is_some() {
            return Ok(());
        }
        let mut failed = self.asking.lock().await;
        if self.usable(now).is_some() {
            return Ok(());
        }
        self.ask(now, &mut failed).await
    }

    /// Renews what is held when it is time. Calls go on with the old ones meanwhile. To be called every few seconds; without
    /// anybody having needed credentials it does nothing.
    pub async fn tend(&self, now: SystemTime) {
        if self.held.load().as_ref().is_none_or(|held| now < held.renew_at) {
            return;
        }
        let Ok(mut failed) = self.asking.try_lock() else { return };
        let resting = failed.as_ref().is_some_and(|failed| now < failed.until);
        if !resting && let Err(error) = self.ask(now, &mut failed).await {
            tracing::warn!(%error, "the machine's AWS credentials could not be renewed; the old ones are used while they hold");
        }
    }

    /// Who the credentials are of, once there are some.
    pub fn of(&self) -> Option<String> {
        self.held.load().as_ref().map(|held| held.of.clone())
    }

    /// What to sign with at `now`.
    pub(crate) fn keys(&self, now: SystemTime) -> Option<AwsKeys> {
        self.usable(now).map(|held| held.keys.clone())
    }

    /// Takes what is secret of them out of a text.
    pub(crate) fn hide(&self, text: String) -> String {
        let held = self.held.load();
        let secrets = held.iter().flat_map(|held| crate::bedrock::secrets(&held.keys));
        secrets.fold(text, |text, secret| text.replace(secret.expose_secret(), "[credential]"))
    }

    fn usable(&self, now: SystemTime) -> Option<Arc<Held>> {
        self.held.load_full().filter(|held| now < held.unusable_at)
    }

    async fn ask(&self, now: SystemTime, failed: &mut Option<Failed>) -> Result<(), CredentialError> {
        if let Some(last) = failed.as_ref().filter(|last| now < last.until) {
            return Err(last.error.clone());
        }
        let fetched = self.place.fetch().await.map(|issued| Held::new(issued, now));
        match fetched.and_then(|held| match now < held.unusable_at {
            true => Ok(held),
            false => Err(CredentialError::Ended { place: self.place.name() }),
        }) {
            Ok(held) => {
                tracing::info!(of = held.of, "AWS credentials of the machine were fetched");
                self.held.store(Some(Arc::new(held)));
                *failed = None;
                Ok(())
            }
            Err(error) => {
                *failed = Some(Failed { until: now + COOLDOWN, error: error.clone() });
                Err(error)
            }
        }
    }
}
