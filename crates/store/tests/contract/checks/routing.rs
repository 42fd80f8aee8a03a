use thinkwatch_policy::conduct::{BreakerLimits, ModelRouting, RouteRouting, Timeouts};
use thinkwatch_policy::ids::ModelId;
use thinkwatch_policy::strategy::Strategy;
use thinkwatch_store::{Json, ModelPatch, ModelRow, RouteRow, StoreError};

use crate::backends::Database;
use crate::rows::{entry, model, provider, route};

fn aliased(name: &str, aliases: &[&str]) -> ModelRow {
    ModelRow { aliases: Json(aliases.iter().map(|alias| (*alias).to_owned()).collect()), ..model(name, 1) }
}

fn falling_back(fallbacks: &[&str]) -> ModelPatch {
    let fallbacks = fallbacks.iter().map(|id| ModelId::from(*id)).collect();
    ModelPatch { routing: Some(ModelRouting { fallbacks, ..ModelRouting::default() }), ..ModelPatch::default() }
}

pub(crate) async fn what_models_and_routes_say_of_routing_is_kept(db: Database) {
    let store = &db.store;
    store.create_provider(provider("a", 1), &entry("provider.created", 1)).await.unwrap();
    let timeout = Timeouts { first_byte_ms: Some(700), total_s: Some(9), ..Timeouts::default() };
    let breaker = BreakerLimits { min_samples: Some(3), ..BreakerLimits::default() };
    let own = RouteRouting { timeout, breaker, context_tokens: Some(8000) };
    let row = RouteRow { model_id: "mod_m".to_owned(), routing: Json(own), ..route("1", "a", 1) };
    store.create_model(aliased("m", &["fast"]), std::slice::from_ref(&row), &entry("model.created", 1)).await.unwrap();
    let routing =
        ModelRouting { strategy: Some(Strategy::Cost), retry_max: Some(0), timeout, ..ModelRouting::default() };
    let patch = ModelPatch { routing: Some(routing.clone()), ..ModelPatch::default() };
    let changed = store.update_model(&"mod_m".into(), Some(1), patch, &entry("model.updated", 2)).await.unwrap();
    assert_eq!((&*changed.model.routing, &*changed.model.aliases), (&routing, &vec!["fast".to_owned()]));
    let patch = ModelPatch { aliases: Some(vec!["quick".to_owned()]), ..ModelPatch::default() };
    store.update_model(&"mod_m".into(), Some(2), patch, &entry("model.updated", 3)).await.unwrap();
    let loaded = store.load_catalogue().await.unwrap();
    assert_eq!((&*loaded.models[0].routing, &*loaded.models[0].aliases), (&routing, &vec!["quick".to_owned()]));
    assert_eq!(loaded.routes, [row]);
}

pub(crate) async fn a_name_leads_to_one_model(db: Database) {
    let store = &db.store;
    let taken = |result: Result<(), StoreError>| match result {
        Err(StoreError::NameTaken { field, name, what, owner }) => format!("{field}: {name} is {what} of {owner}"),
        other => format!("{other:?}"),
    };
    store.create_model(aliased("m", &["fast", "m-1"]), &[], &entry("model.created", 1)).await.unwrap();
    store.create_model(aliased("z", &[]), &[], &entry("model.created", 1)).await.unwrap();
    let new = |row| async { store.create_model(row, &[], &entry("model.created", 2)).await };
    let before = store.versions().await.unwrap().catalogue;
    assert_eq!(taken(new(aliased("x", &["fine", "fast"])).await), "aliases: fast is an alias of m");
    assert_eq!(taken(new(aliased("x", &["z"])).await), "aliases: z is the name of z");
    let named = ModelRow { id: "mod_x".to_owned(), ..aliased("m-1", &[]) };
    assert_eq!(taken(new(named).await), "model_id: m-1 is an alias of m");
    let edit = |patch| async {
        let changed = store.update_model(&"mod_z".into(), None, patch, &entry("model.updated", 3)).await;
        taken(changed.map(|_| ()))
    };
    let aliases = |name: &str| ModelPatch { aliases: Some(vec![name.to_owned()]), ..ModelPatch::default() };
    assert_eq!(edit(aliases("m")).await, "aliases: m is the name of m");
    let renamed = ModelPatch { model_id: Some("fast".to_owned()), ..ModelPatch::default() };
    assert_eq!(edit(renamed).await, "model_id: fast is an alias of m");
    assert_eq!(store.versions().await.unwrap().catalogue, before, "nothing of it is written");
    assert_eq!(edit(aliases("slow")).await, "Ok(())");
    // What was deleted holds no names.
    store.delete_model(&"mod_m".into(), None, &entry("model.deleted", 4)).await.unwrap();
    assert_eq!(edit(aliases("fast")).await, "Ok(())");
}

pub(crate) async fn no_models_stand_in_for_each_other(db: Database) {
    let store = &db.store;
    for name in ["a", "b", "c"] {
        store.create_model(model(name, 1), &[], &entry("model.created", 1)).await.unwrap();
    }
    let edit = |id: &'static str, patch| async move {
        store.update_model(&id.into(), None, patch, &entry("model.updated", 2)).await.map(|_| ())
    };
    let circle = |result: Result<(), StoreError>| match result {
        Err(StoreError::Loop { field, way }) => format!("{field}: {way}"),
        other => format!("{other:?}"),
    };
    edit("mod_a", falling_back(&["mod_b", "mod_c"])).await.unwrap();
    edit("mod_b", falling_back(&["mod_c"])).await.unwrap();
    assert_eq!(circle(edit("mod_c", falling_back(&["mod_a"])).await), "routing.fallbacks: c → a → b → c");
    assert_eq!(circle(edit("mod_c", falling_back(&["mod_c"])).await), "routing.fallbacks: c → c");
    let larger = |id: &str| ModelRouting { larger_context: Some(ModelId::from(id)), ..ModelRouting::default() };
    let larger = |id: &str| ModelPatch { routing: Some(larger(id)), ..ModelPatch::default() };
    edit("mod_c", larger("mod_a")).await.unwrap();
    assert_eq!(circle(edit("mod_a", larger("mod_c")).await), "routing.larger_context: a → c → a");
    // One that is gone closes no circle.
    store.delete_model(&"mod_c".into(), None, &entry("model.deleted", 3)).await.unwrap();
    edit("mod_a", larger("mod_c")).await.unwrap();
}
