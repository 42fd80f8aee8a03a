//! `GET /v1/models`: what this caller may use.

use thinkwatch_policy::access;
use thinkwatch_policy::catalogue::{Catalogue, ProviderKind};
use thinkwatch_policy::routing;
use thinkwatch_wire::models::{self, ModelEntry};

use crate::caller::Caller;

/// In whose words the list is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In those that the OpenAI and the Anthropic SDKs both read.
    Common,
    /// In Google's.
    Google,
}

/// Every model that the caller may use and that has a route, by each of its names.
fn entries<'a>(catalogue: &'a Catalogue, caller: &Caller, now_us: i64) -> Vec<ModelEntry<'a>> {
    let mut entries: Vec<ModelEntry<'a>> = catalogue
        .models
        .values()
        .filter(|model| access::use_model(caller.as_ref(), &model.name, now_us).is_ok())
        .flat_map(|model| {
            let route = model.routes.iter().find(|route| route.enabled);
            let names = [&model.name].into_iter().chain(&model.aliases);
            route.into_iter().flat_map(move |route| {
                names.clone().map(|name| ModelEntry {
                    id: name,
                    display_name: &model.display_name,
                    created_s: model.created_at_us.div_euclid(1_000_000),
                    owned_by: &route.provider.name,
                })
            })
        })
        .collect();
    entries.extend(by_prefix(catalogue, caller, now_us));
    entries.sort_unstable_by_key(|entry| entry.id);
    entries.dedup_by_key(|entry| entry.id);
    entries
}

/// Models that work by their name's prefix alone: those that the price list knows of the providers without explicit
/// models. Others of the same prefix work too; nobody can list those.
fn by_prefix<'a>(catalogue: &'a Catalogue, caller: &Caller, now_us: i64) -> Vec<ModelEntry<'a>> {
    let mut entries = Vec::new();
    for kind in ProviderKind::ALL {
        let Some(route) = catalogue.default_routes(kind).first() else { continue };
        let priced = catalogue.prices.imported.get(kind.as_str()).into_iter().flat_map(|models| models.keys());
        entries.extend(
            priced
                .filter(|name| routing::default_kind(name) == Some(kind) && catalogue.model(name).is_none())
                .filter(|name| access::use_model(caller.as_ref(), name, now_us).is_ok())
                .map(|name| ModelEntry {
                    id: name,
                    display_name: name,
                    created_s: route.provider.created_at_us.div_euclid(1_000_000),
                    owned_by: &route.provider.name,
                }),
        );
    }
    entries
}

/// The list as JSON.
pub(crate) fn list(catalogue: &Catalogue, caller: &Caller, shape: Shape, now_us: i64) -> Vec<u8> {
    let entries = entries(catalogue, caller, now_us);
    match shape {
        Shape::Common => models::encode_list(&entries),
        Shape::Google => models::encode_google_list(&entries),
    }
}

/// One model as JSON; `None` when there is none or the caller may not use it.
pub(crate) fn one(catalogue: &Catalogue, caller: &Caller, name: &str, shape: Shape, now_us: i64) -> Option<Vec<u8>> {
    let encode = match shape {
        Shape::Common => models::encode_one,
        Shape::Google => models::encode_google,
    };
    entries(catalogue, caller, now_us).iter().find(|entry| entry.id == name).map(encode)
}
