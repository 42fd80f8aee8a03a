//! The settings table.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use thinkwatch_control::settings;
use thinkwatch_policy::settings::{Kind, Value};
use utoipa::ToSchema;

use crate::answer::{Seen, Tagged};
use crate::body::Body;
use crate::error::{Answer, ErrorBody};
use crate::shown::Page;
use crate::signed::Signed;
use crate::state::App;

/// A setting.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingBody {
    /// Dotted name.
    key: &'static str,
    /// Its value: a number, a boolean or a word.
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// The default, as text.
    default: &'static str,
    /// `int`, `bool`, `word`, `zone`.
    kind: &'static str,
    /// Of a number: the smallest allowed.
    min: Option<i64>,
    /// Of a number: the largest allowed.
    max: Option<i64>,
    /// Of a word: those allowed.
    words: &'static [&'static str],
    /// What values it takes, for people.
    allowed: String,
    /// What it does.
    help: &'static str,
    /// Where the value came from: `default`, `file`, `store` (changed here), `environment` (cannot be changed here).
    source: &'static str,
    /// Where the console shows it: `general`, `auth`, `gateway`, `security`, `api_keys`, `audit`, `performance`.
    tab: &'static str,
    /// When a new value acts: `at_once` (within a second, on every replica) or `at_start` of a replica.
    applies: &'static str,
    /// It was changed since this replica started, and acts only when it starts again.
    pending: bool,
}

/// Settings to change: their names and new values. `null` takes back what was set here.
type Wanted = serde_json::Map<String, serde_json::Value>;

/// All settings with their values and where those came from.
#[utoipa::path(get, path = "/api/admin/settings", tag = "settings",
    responses((status = 200, body = Page<SettingBody>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn list(State(app): State<App>, Signed(caller): Signed) -> Answer<Tagged<Page<SettingBody>>> {
    Ok(page(settings::list(&app.control, &caller).await?))
}

/// Changes settings: all that are named, or none. Those that apply `at_once` act within a second on every replica.
#[utoipa::path(patch, path = "/api/admin/settings", tag = "settings", request_body = HashMap<String, serde_json::Value>,
    responses((status = 200, body = Page<SettingBody>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 412, body = ErrorBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(caller): Signed,
    Seen(seen): Seen,
    Body(wanted): Body<Wanted>,
) -> Answer<Tagged<Page<SettingBody>>> {
    Ok(page(settings::change(&app.control, &caller, seen, &wanted).await?))
}

fn page(settings: settings::Settings) -> Tagged<Page<SettingBody>> {
    let shown = |value: Value| match value {
        Value::Int(n) => n.into(),
        Value::Bool(b) => b.into(),
        Value::Word(w) => w.into(),
    };
    let items = settings.items.into_iter().map(|setting| {
        let definition = setting.definition;
        let (kind, min, max, words) = match definition.kind {
            Kind::Int { min, max } => ("int", Some(min), Some(max), &[][..]),
            Kind::Bool => ("bool", None, None, &[][..]),
            Kind::Word(words) => ("word", None, None, words),
            Kind::Zone => ("zone", None, None, &[][..]),
        };
        SettingBody {
            key: definition.key,
            value: shown(setting.value),
            default: definition.default,
            kind,
            min,
            max,
            words,
            allowed: definition.allowed(),
            help: definition.help,
            source: setting.source,
            tab: definition.tab().as_str(),
            applies: definition.applies().as_str(),
            pending: setting.pending,
        }
    });
    Tagged { status: StatusCode::OK, version: settings.version, body: Page::whole(items) }
}
