//! What must hold over all models at once: a name leads to one model, and no two stand in for each other. Asked in the transaction of
//! the change, which waits for all others.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use thinkwatch_policy::chain::find_loop;
use thinkwatch_policy::ids::ModelId;

use crate::entity::model::{Column, Entity, Model};
use crate::error::StoreError;

/// Whether a model may be as it is about to be written.
pub(crate) async fn check(txn: &DatabaseTransaction, model: &Model) -> Result<(), StoreError> {
    let others =
        Entity::find().filter(Column::DeletedAtUs.is_null()).filter(Column::Id.ne(model.id.as_str())).all(txn).await?;
    for (field, name) in [("model_id", &model.model_id)].into_iter().chain(model.aliases.iter().map(|n| ("aliases", n)))
    {
        if let Some((other, what)) = others.iter().find_map(|other| Some((other, owns(other, name, field)?))) {
            let owner = other.model_id.clone();
            return Err(StoreError::NameTaken { field, name: name.clone(), what, owner });
        }
    }
    let all = || others.iter().chain([model]);
    let fallbacks = |model: &Model| model.routing.fallbacks.clone();
    let larger = |model: &Model| -> Vec<ModelId> { model.routing.larger_context.iter().cloned().collect() };
    let fields = [("routing.fallbacks", fallbacks as fn(&Model) -> Vec<ModelId>), ("routing.larger_context", larger)];
    for (field, names) in fields {
        let named: Vec<(&str, Vec<ModelId>)> = all().map(|model| (model.id.as_str(), names(model))).collect();
        let named: HashMap<_, Vec<_>> =
            named.iter().map(|(model, others)| (*model, others.iter().map(ModelId::as_str).collect())).collect();
        if let Some(way) = find_loop(&named, &model.id) {
            let shown = |id: &str| all().find(|model| model.id == id).map_or(id, |model| &model.model_id).to_owned();
            let way = way.into_iter().map(shown).collect::<Vec<_>>().join(" → ");
            return Err(StoreError::Loop { field, way });
        }
    }
    Ok(())
}

/// What the name is to another model, if it stands in the way. Two models of one name are the index's to refuse.
fn owns(other: &Model, name: &str, field: &str) -> Option<&'static str> {
    if other.aliases.iter().any(|alias| alias == name) {
        Some("an alias")
    } else if other.model_id == name && field == "aliases" {
        Some("the name")
    } else {
        None
    }
}
