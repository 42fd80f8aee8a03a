//! The list of models, in a shape that the OpenAI and the Anthropic SDKs both read.

use serde::Serialize;

/// A model as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry<'a> {
    /// The name to call it by.
    pub id: &'a str,
    /// A name for people.
    pub display_name: &'a str,
    /// When it was registered, seconds since the epoch.
    pub created_s: i64,
    /// Who serves it.
    pub owned_by: &'a str,
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Model<'a>>,
    has_more: bool,
    first_id: Option<&'a str>,
    last_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    owned_by: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: &'a str,
    created_at: String,
}

impl<'a> Model<'a> {
    fn of(entry: &ModelEntry<'a>) -> Self {
        Self {
            id: entry.id,
            object: "model",
            created: entry.created_s,
            owned_by: entry.owned_by,
            kind: "model",
            display_name: entry.display_name,
            created_at: rfc3339(entry.created_s),
        }
    }
}

/// The answer to `GET /v1/models`.
pub fn encode_list(models: &[ModelEntry<'_>]) -> Vec<u8> {
    let list = List {
        object: "list",
        data: models.iter().map(Model::of).collect(),
        has_more: false,
        first_id: models.first().map(|m| m.id),
        last_id: models.last().map(|m| m.id),
    };
    to_json(&list)
}

/// The answer to `GET /v1/models/{id}`.
pub fn encode_one(model: &ModelEntry<'_>) -> Vec<u8> {
    to_json(&Model::of(model))
}

#[derive(Serialize)]
struct GoogleList<'a> {
    models: Vec<GoogleModel<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoogleModel<'a> {
    name: String,
    base_model_id: &'a str,
    version: &'static str,
    display_name: &'a str,
    supported_generation_methods: [&'static str; 3],
}

impl<'a> GoogleModel<'a> {
    fn of(entry: &ModelEntry<'a>) -> Self {
        Self {
            name: format!("models/{}", entry.id),
            base_model_id: entry.id,
            version: "001",
            display_name: entry.display_name,
            supported_generation_methods: ["generateContent", "streamGenerateContent", "countTokens"],
        }
    }
}

/// The answer to `GET /v1beta/models`, in Google's shape.
pub fn encode_google_list(models: &[ModelEntry<'_>]) -> Vec<u8> {
    to_json(&GoogleList { models: models.iter().map(GoogleModel::of).collect() })
}

/// The answer to `GET /v1beta/models/{id}`, in Google's shape.
pub fn encode_google(model: &ModelEntry<'_>) -> Vec<u8> {
    to_json(&GoogleModel::of(model))
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a struct of strings and numbers has a JSON form")
}

/// The time as `2026-11-22T05:00:00Z`. Years outside 0 to 9999, which the form cannot hold, become its ends.
pub fn rfc3339(seconds: i64) -> String {
    const DAY: i64 = 86_400;
    let seconds = seconds.clamp(-62_167_219_200, 253_402_300_799);
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Days since 0000-03-01: the leap day is then the last one of a year, and of a 400-year era.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{of_month:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}
