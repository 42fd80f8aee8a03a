//! Asking a provider something: does the connection work, what models does it have.

use std::time::Duration;

use serde_json::json;
use thinkwatch_outbound::FetchLimits;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ProviderId;
pub use thinkwatch_upstream::RemoteModel;

use crate::caller::Caller;
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
    /// How many models the provider listed, or what to mend.
    pub result: std::result::Result<usize, String>,
}

/// Tests the connection and the credential. Audited: it makes the server call out.
pub async fn test(control: &Control, caller: &Caller, id: &ProviderId) -> Result<ProbeReport> {
    caller.may(Action::ProvidersTest)?;
    let upstream = upstream(control, id).await?;
    let probe = upstream.probe(LIMITS).await;
    let report = ProbeReport { took: probe.took, result: probe.result.map_err(|failure| failure.to_string()) };
    let entry = caller.audit("provider.test", ("provider", Some(id.as_str())), json!({ "ok": report.result.is_ok() }));
    control.store.record_audit(&entry).await?;
    Ok(report)
}

/// The models that the provider offers to our credential.
pub async fn remote_models(control: &Control, caller: &Caller, id: &ProviderId) -> Result<Vec<RemoteModel>> {
    caller.may(Action::ProvidersTest)?;
    let upstream = upstream(control, id).await?;
    upstream.list_remote_models(LIMITS).await.map_err(|failure| ControlError::Upstream(failure.to_string()))
}

async fn upstream(control: &Control, id: &ProviderId) -> Result<thinkwatch_upstream::Upstream> {
    let row = control.store.get_provider(id).await?;
    let provider = provider_of(&control.credentials.cipher, &row)?;
    control.upstream.make(&provider).map_err(|error| ControlError::invalid("base_url", error.to_string()))
}
