//! Rows → providers, models, routes and prices as the data plane sees them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use thinkwatch_identity::encryption::Cipher;
use thinkwatch_policy::catalogue::{Catalogue, Model, Provider, Route};
use thinkwatch_policy::conduct::RouteRouting;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::pricing::{Price, PriceBook};
use thinkwatch_store::{CatalogueRows, ProviderRow, RouteRow};

use crate::error::Result;
use crate::providers::{StoredConfig, aws_keys, kind_of, open_credential, open_headers, open_secrets};

/// Builds the catalogue. A provider that cannot be read (damaged secret, type of a newer version) is left out and
/// logged: one bad row must not take the others down.
pub(super) fn build(cipher: &Cipher, rows: CatalogueRows) -> Catalogue {
    let mut providers: HashMap<String, Arc<Provider>> = HashMap::new();
    for row in rows.providers.iter().filter(|row| row.enabled) {
        match provider_of(cipher, row) {
            Ok(provider) => drop(providers.insert(row.id.clone(), Arc::new(provider))),
            Err(error) => tracing::error!(provider = row.name, %error, "this provider cannot be used"),
        }
    }
    let mut routes: HashMap<&str, Vec<Route>> = HashMap::new();
    for row in &rows.routes {
        if let Some(provider) = providers.get(&row.provider_id) {
            routes.entry(&row.model_id).or_default().push(route_of(row, provider));
        }
    }
    let models = rows.models.iter().filter(|row| row.enabled).map(|row| {
        Arc::new(Model {
            id: row.id.as_str().into(),
            name: row.model_id.as_str().into(),
            display_name: row.display_name.as_str().into(),
            created_at_us: row.created_at_us,
            token_weight_milli: u32::try_from(row.token_weight_milli).unwrap_or(1000),
            max_output_tokens: row.max_output_tokens.and_then(|most| u64::try_from(most).ok()),
            cache_ttl_s: row.cache_ttl_s.and_then(|ttl_s| u32::try_from(ttl_s).ok()).unwrap_or(0),
            aliases: row.aliases.iter().map(|alias| alias.as_str().into()).collect(),
            routing: row.routing.0.clone(),
            routes: routes.remove(row.id.as_str()).unwrap_or_default(),
            fallbacks: Vec::new(),
            larger: Vec::new(),
        })
    });
    let models: Vec<_> = models.collect();
    let mut providers: Vec<_> = providers.into_values().collect();
    providers.sort_by(|a, b| (a.priority, a.created_at_us, &a.id).cmp(&(b.priority, b.created_at_us, &b.id)));
    Catalogue::build(providers, models, prices_of(rows.prices))
}

fn route_of(row: &RouteRow, provider: &Arc<Provider>) -> Route {
    Route {
        id: row.id.as_str().into(),
        provider: Arc::clone(provider),
        upstream_model: row.upstream_model.as_str().into(),
        weight: u32::try_from(row.weight).unwrap_or(0),
        priority: row.priority,
        enabled: row.enabled,
        // A word of a newer version is none that this one could ask in: by the model, then.
        dialect: row.dialect.as_deref().and_then(Dialect::parse),
        routing: (*row.routing != RouteRouting::default()).then(|| Arc::new(*row.routing)),
        stand_in: None,
    }
}

fn prices_of(rows: Vec<thinkwatch_store::PriceRow>) -> PriceBook {
    let mut book = PriceBook::default();
    for row in rows {
        let price = Price {
            id: row.id.into(),
            effective_from_us: row.effective_from_us,
            rates: row.rates.0,
            tiers: row.tiers.0,
        };
        let models = match row.provider_id {
            Some(id) => book.own.entry(id.into()).or_default(),
            None => book.imported.entry(row.provider_kind.into()).or_default(),
        };
        models.entry(row.upstream_model.into()).or_default().push(price);
    }
    book
}

/// A provider with its secrets decrypted.
pub(crate) fn provider_of(cipher: &Cipher, row: &ProviderRow) -> Result<Provider> {
    let kind = kind_of(row)?;
    let config = StoredConfig::read(row);
    Ok(Provider {
        id: row.id.as_str().into(),
        name: row.name.as_str().into(),
        kind,
        base_url: row.base_url.as_str().into(),
        credential: open_credential(cipher, row)?,
        api_version: config.api_version.as_deref().map(Into::into),
        region: config.region.as_deref().map(Into::into),
        aws_keys: aws_keys(&config, open_secrets(cipher, row)?),
        headers: open_headers(cipher, row)?,
        dialects: config.dialects(kind),
        ask_usage: config.ask_usage(),
        keeps_responses: config.keeps_responses(),
        allow_private_network: row.allow_private_network,
        priority: row.priority,
        created_at_us: row.created_at_us,
        config_hash: config_hash(row, &config),
    })
}

/// Connection pools carry address and credentials, so both are part of it; a new name or priority keeps the pool.
fn config_hash(row: &ProviderRow, config: &StoredConfig) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.provider_type.hash(&mut hasher);
    row.base_url.hash(&mut hasher);
    row.allow_private_network.hash(&mut hasher);
    row.credential_encrypted.hash(&mut hasher);
    row.headers_encrypted.hash(&mut hasher);
    row.secrets_encrypted.hash(&mut hasher);
    (&config.api_version, &config.region, &config.access_key_id).hash(&mut hasher);
    hasher.finish()
}
