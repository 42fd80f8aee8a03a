//! The list of foundation models. Those that only make vectors or pictures are left out: Converse does not reach them.

use serde::Deserialize;

use crate::probe::{ModelsPage, RemoteModel};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    model_summaries: Vec<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    model_id: String,
    model_name: Option<String>,
    output_modalities: Option<Vec<String>>,
}

/// Reads the list, which has one page.
pub(crate) fn read(body: &[u8]) -> Option<ModelsPage> {
    let list: List = serde_json::from_slice(body).ok()?;
    let writes = |model: &Summary| model.output_modalities.as_ref().is_none_or(|all| all.iter().any(|m| m == "TEXT"));
    let models = list.model_summaries.into_iter().filter(writes);
    let models = models.map(|model| RemoteModel { id: model.model_id, display_name: model.model_name }).collect();
    Some(ModelsPage { models, next: None })
}
