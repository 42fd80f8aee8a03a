//! Deleting a provider.

use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ProviderId;

use super::create::described;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// Deletes a provider. Refused while models have routes to it.
pub async fn delete(control: &Control, caller: &Caller, id: &ProviderId, seen: Option<i64>) -> Result<()> {
    caller.may(Action::ProvidersWrite)?;
    let row = control.store.get_provider(id).await?;
    let entry = caller.audit("provider.delete", ("provider", Some(id.as_str())), described(&row));
    control.store.delete_provider(id, seen, &entry).await?;
    control.announce(&[Part::Catalogue]).await;
    Ok(())
}
