//! Google's list of models. Names in it begin with `models/`, which is a part of the path and not of the name.

use serde::Deserialize;

use crate::probe::{ModelsPage, RemoteModel};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    models: Vec<Listed>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    display_name: Option<String>,
}

/// Reads a page.
pub(crate) fn read(body: &[u8]) -> Option<ModelsPage> {
    let list: List = serde_json::from_slice(body).ok()?;
    let models = list.models.into_iter().map(|model| RemoteModel {
        id: model.name.strip_prefix("models/").unwrap_or(&model.name).to_owned(),
        display_name: model.display_name,
    });
    let next = list.next_page_token.filter(|token| !token.is_empty()).map(|token| ("pageToken", token));
    Some(ModelsPage { models: models.collect(), next })
}
