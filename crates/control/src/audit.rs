//! The audit trail.

use thinkwatch_policy::access::Action;
use thinkwatch_store::Page;
pub use thinkwatch_store::{AuditFilter, AuditRow};

use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// A page of the trail, newest first.
pub async fn list(control: &Control, caller: &Caller, filter: &AuditFilter) -> Result<Page<AuditRow>> {
    caller.may(Action::AuditRead)?;
    Ok(control.store.list_audit(filter).await?)
}
