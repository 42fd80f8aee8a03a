//! The settings in force, and where each came from.

use thinkwatch_policy::access::Action;
use thinkwatch_policy::settings::{Definition, TABLE, Value};

use crate::caller::Caller;
use crate::control::Control;
use crate::error::Result;

/// A setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its row in the table.
    pub definition: &'static Definition,
    /// The value in force.
    pub value: Value,
    /// `default`, `file`, `environment`.
    pub source: String,
}

/// All settings, in the order of the table.
pub fn list(control: &Control, caller: &Caller) -> Result<Vec<Setting>> {
    caller.may(Action::SettingsRead)?;
    let settings = control.settings();
    let rows = TABLE.iter().filter_map(|definition| {
        let source = control.setting_sources.get(definition.key).map_or("default", String::as_str).to_owned();
        Some(Setting { definition, value: settings.get(definition.key)?, source })
    });
    Ok(rows.collect())
}
