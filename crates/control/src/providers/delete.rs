//! Deleting a provider.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ProviderId;
use thinkwatch_store::RoutesThere;

use super::create::described;
use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// Deletes a provider. Refused while models have routes to it, unless these are to go with it; then a model that has no
/// other route is deleted too.
pub async fn delete(
    control: &Control,
    caller: &Caller,
    id: &ProviderId,
    seen: Option<i64>,
    with_routes: bool,
) -> Result<()> {
    caller.may(Action::ProvidersWrite)?;
    if with_routes {
        caller.may(Action::ModelsWrite)?;
    }
    let row = control.store.get_provider(id).await?;
    let entry = caller.audit("provider.delete", ("provider", Some(id.as_str())), described(&row));
    let why = json!({ "provider_deleted": row.name });
    let of_model = caller.audit("model.update", ("model", None), why.clone());
    let last_of_model = caller.audit("model.delete", ("model", None), why);
    let routes = if with_routes {
        RoutesThere::Remove { of_model: &of_model, last_of_model: &last_of_model }
    } else {
        RoutesThere::Refuse
    };
    control.store.delete_provider(id, seen, routes, &entry).await?;
    control.announce(&[Part::Catalogue]).await;
    Ok(())
}
