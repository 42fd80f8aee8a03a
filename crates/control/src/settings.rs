//! The settings in force, where each came from, and changing them.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::settings::{Applies, Definition, Kind, SettingError, TABLE, Value, find};

use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};
use crate::limits::zone;

/// A setting.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its row in the table.
    pub definition: &'static Definition,
    /// Its value. One that is read at start may not act yet, see `pending`.
    pub value: Value,
    /// `default`, `file`, `store` (changed in the console), `environment`.
    pub source: &'static str,
    /// It was changed since this process read it at its start.
    pub pending: bool,
}

/// All settings, in the order of the table.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Changes with every change of a setting.
    pub version: i64,
    /// The settings.
    pub items: Vec<Setting>,
}

/// All settings.
pub async fn list(control: &Control, caller: &Caller) -> Result<Settings> {
    caller.may(Action::SettingsRead)?;
    let kept = control.store.load_settings().await?;
    let now = control.publisher.with_kept(&kept.values);
    let rows = TABLE.iter().filter_map(|definition| {
        let key = definition.key;
        let value = now.get(key)?;
        let given = control.setting_sources.get(key).map(String::as_str);
        let source = match given {
            Some("environment") => "environment",
            _ if kept.values.contains_key(key) => "store",
            Some(_) => "file",
            None => "default",
        };
        let pending = definition.applies() == Applies::AtStart && control.at_start.get(key).as_ref() != Some(&value);
        Some(Setting { definition, value, source, pending })
    });
    Ok(Settings { version: kept.version, items: rows.collect() })
}

/// Changes settings: a value of the setting's own type, or `null` for what holds without the console. All or none.
pub async fn change(
    control: &Control,
    caller: &Caller,
    seen: Option<i64>,
    wanted: &Map<String, serde_json::Value>,
) -> Result<Settings> {
    caller.may(Action::SettingsWrite)?;
    let kept = control.store.load_settings().await?;
    let before = control.publisher.with_kept(&kept.values);
    let mut changes = BTreeMap::new();
    let mut shown = Map::new();
    for (key, wanted) in wanted {
        let definition = find(key).map_err(|error| refused(key, &error))?;
        if control.publisher.is_pinned(key) {
            return Err(ControlError::Refused {
                code: "set_by_environment",
                field: Some(definition.key),
                message: format!(
                    "`{key}` is set by the environment of the server, which counts for more than the console"
                ),
            });
        }
        let value = match wanted {
            serde_json::Value::Null => None,
            value => {
                let value = definition.parse_json(value).map_err(|error| refused(key, &error))?.to_string();
                if definition.kind == Kind::Zone {
                    zone::read(&value, now_us())?;
                }
                Some(value)
            }
        };
        shown.insert(key.clone(), json!({ "from": before.get(key), "to": wanted }));
        changes.insert(key.clone(), value);
    }
    if changes.is_empty() {
        return Err(ControlError::invalid(
            "",
            "name at least one setting and its value, such as {\"gateway.timeout.idle_ms\": 45000}",
        ));
    }
    let entry = caller.audit("settings.update", ("settings", None), shown.into());
    control.store.change_settings(&changes, seen, &entry).await?;
    control.announce(&[Part::Settings]).await;
    list(control, caller).await
}

fn refused(key: &str, error: &SettingError) -> ControlError {
    match error {
        SettingError::Unknown { .. } => {
            ControlError::Invalid { code: "unknown_field", field: key.to_owned(), message: error.to_string() }
        }
        SettingError::Invalid { .. } => ControlError::invalid(key, error.to_string()),
    }
}
