//! Asking a provider something: does the connection work, what models does it have.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use thinkwatch_outbound::FetchLimits;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{PriceId, ProviderId};
use thinkwatch_policy::pricing::Rates;
use thinkwatch_store::ProviderRow;
use thinkwatch_upstream::{RemoteFailure, Upstream};

use super::update::{ProviderEdit, patched};
use super::{NewProvider, kind_of, prepare};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::snapshot::provider_of;

/// Ends before the console gives up on the request.
const LIMITS: FetchLimits = FetchLimits { total: Duration::from_secs(20), max_bytes: 8 << 20 };

/// What a test found.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// How long it took.
    pub took: Duration,
    /// How many models the provider listed, or why it did not.
    pub result: std::result::Result<usize, Failure>,
    /// Whose credentials of the machine were used, where the provider has none of its own.
    pub credential_source: Option<String>,
}

/// Why a provider did not answer as it should.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `dns`, `connect`, `tls`, `private_address`, `upstream_auth`, `total_timeout`, ...: the classes of failed attempts.
    pub class: &'static str,
    /// The provider's status, if one came.
    pub status: Option<u16>,
    /// What to mend.
    pub message: String,
}

impl From<RemoteFailure> for Failure {
    fn from(failure: RemoteFailure) -> Self {
        Self { class: failure.class.label(), status: failure.status, message: failure.message }
    }
}

/// A model that a provider offers, and what we know of it.
#[derive(Clone, Debug)]
pub struct OfferedModel {
    /// Its name there.
    pub id: String,
    /// Its name for people, where the provider has one.
    pub display_name: Option<String>,
    /// What a call would be billed at now.
    pub price: Option<(PriceId, Rates)>,
    /// Whether a model of ours has a route to it.
    pub routed: bool,
    /// Whether there is a model of ours of the same name.
    pub name_taken: bool,
}

/// Tests the connection and the credential. Audited: it makes the server call out.
pub async fn test(control: &Control, caller: &Caller, id: &ProviderId) -> Result<ProbeReport> {
    caller.may(Action::ProvidersTest)?;
    let row = control.store.get_provider(id).await?;
    probe(control, caller, &row, Some(id)).await
}

/// Tests a provider that is not saved.
pub async fn test_new(control: &Control, caller: &Caller, new: NewProvider) -> Result<ProbeReport> {
    caller.may(Action::ProvidersTest)?;
    let row = prepare(control, new)?;
    probe(control, caller, &row, None).await
}

/// Tests a saved provider with edits that are not saved. Secrets that are sent as a view showed them are the saved ones,
/// so this needs the right to edit as well: it could as well be saved first.
pub async fn test_edited(
    control: &Control,
    caller: &Caller,
    id: &ProviderId,
    edit: ProviderEdit,
) -> Result<ProbeReport> {
    caller.may(Action::ProvidersTest)?;
    caller.may(Action::ProvidersWrite)?;
    let row = patched(control, control.store.get_provider(id).await?, edit)?;
    probe(control, caller, &row, Some(id)).await
}

async fn probe(control: &Control, caller: &Caller, row: &ProviderRow, id: Option<&ProviderId>) -> Result<ProbeReport> {
    let probe = upstream(control, row)?.probe(LIMITS).await;
    let report = ProbeReport {
        took: probe.took,
        result: probe.result.map_err(Failure::from),
        credential_source: probe.credential_source,
    };
    let details = json!({ "ok": report.result.is_ok(), "base_url": row.base_url,
        "allow_private_network": row.allow_private_network });
    let entry = caller.audit("provider.test", ("provider", id.map(|id| id.as_str())), details);
    control.store.record_audit(&entry).await?;
    Ok(report)
}

/// The models that the provider offers to our credential, with their prices.
pub async fn remote_models(control: &Control, caller: &Caller, id: &ProviderId) -> Result<Vec<OfferedModel>> {
    caller.may(Action::ProvidersTest)?;
    let row = control.store.get_provider(id).await?;
    let listed = upstream(control, &row)?.list_remote_models(LIMITS).await;
    let listed = listed.map_err(|failure| ControlError::Upstream(failure.to_string()))?;
    let models = control.store.list_models().await?;
    let taken: HashSet<&str> = models.iter().map(|known| known.model.model_id.as_str()).collect();
    let routes = models.iter().flat_map(|known| &known.routes).filter(|route| route.provider_id == id.as_str());
    let routed: HashSet<&str> = routes.map(|route| route.upstream_model.as_str()).collect();
    let (kind, now) = (kind_of(&row)?, now_us());
    let catalogue = control.publisher.handle().catalogue.load();
    let offered = listed.into_iter().map(|model| OfferedModel {
        price: catalogue.prices.find(id, kind.as_str(), &model.id, now).map(|price| (price.id.clone(), price.rates)),
        routed: routed.contains(model.id.as_str()),
        name_taken: taken.contains(model.id.as_str()),
        id: model.id,
        display_name: model.display_name,
    });
    Ok(offered.collect())
}

fn upstream(control: &Control, row: &ProviderRow) -> Result<Upstream> {
    let provider = provider_of(&control.credentials.cipher, row)?;
    control.upstream.make(&provider).map_err(|error| ControlError::invalid("base_url", error.to_string()))
}
