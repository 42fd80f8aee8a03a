//! The settings table.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use thinkwatch_control::settings;
use thinkwatch_policy::settings::{Kind, Value};
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::shown::Page;
use crate::signed::Signed;
use crate::state::App;

/// A setting.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingBody {
    /// Dotted name.
    key: &'static str,
    /// The value in force: a number, a boolean or a word.
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// The default, as text.
    default: &'static str,
    /// `int`, `bool`, `word`, `zone`.
    kind: &'static str,
    /// What values it takes, for people.
    allowed: String,
    /// What it does.
    help: &'static str,
    /// Where the value came from: `default`, `file`, `environment`.
    source: String,
}

/// All settings with their values and where those came from.
#[utoipa::path(get, path = "/api/admin/settings", tag = "settings",
    responses((status = 200, body = Page<SettingBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(State(app): State<App>, Signed(caller): Signed) -> Answer<Json<Page<SettingBody>>> {
    let items = settings::list(&app.control, &caller)?.into_iter().map(|setting| SettingBody {
        key: setting.definition.key,
        value: match setting.value {
            Value::Int(n) => n.into(),
            Value::Bool(b) => b.into(),
            Value::Word(w) => w.into(),
        },
        default: setting.definition.default,
        kind: match setting.definition.kind {
            Kind::Int { .. } => "int",
            Kind::Bool => "bool",
            Kind::Word(_) => "word",
            Kind::Zone => "zone",
        },
        allowed: setting.definition.allowed(),
        help: setting.definition.help,
        source: setting.source,
    });
    Ok(Json(Page::whole(items)))
}
