//! Deleting a model.

use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::ModelId;

use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// Deletes a model and its routes.
pub async fn delete(control: &Control, caller: &Caller, id: &ModelId, seen: Option<i64>) -> Result<()> {
    caller.may(Action::ModelsWrite)?;
    let before = control.store.get_model(id).await?;
    let details = json!({ "model_id": before.model.model_id });
    let entry = caller.audit("model.delete", ("model", Some(id.as_str())), details);
    control.store.delete_model(id, seen, &entry).await?;
    control.announce(&[Part::Catalogue]).await;
    Ok(())
}
