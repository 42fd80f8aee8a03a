//! The price list that comes with the program: facts, see `data/NOTICE` for where they are from.

use serde::Deserialize;
use serde_json::json;
use thinkwatch_coordination::Part;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::PriceId;
use thinkwatch_policy::pricing::Tier;
use thinkwatch_store::{AuditEntry, Json, PriceFilter, PriceRow, Store, StoreError};

use super::RatesText;
use crate::caller::{Caller, system_audit};
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

const LIST: &str = include_str!("../../data/prices.json");

#[derive(Deserialize)]
struct List {
    source: String,
    as_of: String,
    prices: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    provider_type: String,
    model: String,
    #[serde(flatten)]
    rates: RatesText,
    #[serde(default)]
    tiers: Vec<EntryTier>,
}

#[derive(Deserialize)]
struct EntryTier {
    above_input_tokens: u64,
    #[serde(flatten)]
    rates: RatesText,
}

/// Imports the bundled list. Entries that are in the book already, with the same rates, are not written again.
/// Returns how many were new.
pub async fn import_bundled(control: &Control, caller: &Caller) -> Result<u64> {
    caller.may(Action::PricesWrite)?;
    let list = read()?;
    let entry = caller.audit("price.import", ("price", None), described(&list));
    let count = control.store.import_prices(&rows(&list, now_us())?, &entry).await?;
    if count > 0 {
        control.announce(&[Part::Catalogue]).await;
    }
    Ok(count)
}

/// Imports the bundled list into a price book that is still empty. Call it before the snapshot is first built.
pub async fn import_on_first_start(store: &Store) -> std::result::Result<u64, StoreError> {
    if !store.list_prices(&PriceFilter::default()).await?.is_empty() {
        return Ok(0);
    }
    let Ok((list, rows)) = read().and_then(|list| rows(&list, now_us()).map(|rows| (list, rows))) else {
        tracing::error!("the bundled price list cannot be read");
        return Ok(0);
    };
    let entry: AuditEntry = system_audit("price.import", ("price", None), described(&list));
    store.import_prices(&rows, &entry).await
}

fn read() -> Result<List> {
    serde_json::from_str(LIST).map_err(|error| ControlError::Internal(format!("bundled prices: {error}")))
}

fn described(list: &List) -> serde_json::Value {
    json!({ "source": list.source, "as_of": list.as_of, "entries": list.prices.len() })
}

/// The list does not say since when its prices hold: they hold for everything recorded here.
fn rows(list: &List, now_us: i64) -> Result<Vec<PriceRow>> {
    let read = |entry: &Entry| -> Result<PriceRow> {
        let tier = |t: &EntryTier| -> Result<Tier> {
            Ok(Tier { above_input_tokens: t.above_input_tokens, rates: t.rates.read(&entry.model)? })
        };
        Ok(PriceRow {
            id: PriceId::from_bits(rand::random()).to_string(),
            provider_id: None,
            provider_kind: entry.provider_type.clone(),
            upstream_model: entry.model.clone(),
            effective_from_us: 0,
            rates: Json(entry.rates.read(&entry.model)?),
            tiers: Json(entry.tiers.iter().map(tier).collect::<Result<_>>()?),
            source: format!("bundled {}", list.as_of),
            created_at_us: now_us,
        })
    };
    list.prices.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_list_is_exact_and_complete() {
        let list = read().expect("readable");
        let rows = rows(&list, 1).expect("every amount is exact");
        let find = |kind: &str, model: &str| {
            rows.iter().find(|r| r.provider_kind == kind && r.upstream_model == model).expect(model).rates.0
        };
        let sonnet = find("anthropic", "claude-sonnet-4-5");
        assert_eq!(sonnet.input, Some(3_000_000_000));
        assert_eq!(sonnet.cache_read, Some(300_000_000));
        assert_eq!(sonnet.cache_write_5m, Some(3_750_000_000));
        assert_eq!(sonnet.cache_write_1h, Some(6_000_000_000));
        assert_eq!(find("openai", "text-embedding-3-small").input, Some(20_000_000));
        assert_eq!(find("azure", "gpt-4o").cache_read, Some(1_250_000_000));
        assert_eq!(find("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0").input, Some(3_000_000_000));
        assert_eq!(find("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0").input, Some(3_300_000_000));
        assert_eq!(find("bedrock", "amazon.nova-micro-v1:0").cache_read, Some(8_750_000));
        let gemini = rows.iter().find(|r| r.upstream_model == "gemini-2.5-pro").expect("Gemini");
        assert_eq!((gemini.provider_kind.as_str(), gemini.rates.0.cache_read), ("google", Some(125_000_000)));
        let [above] = gemini.tiers.0.as_slice() else { panic!("{:?}", gemini.tiers) };
        assert_eq!(
            (above.above_input_tokens, above.rates.input, above.rates.output),
            (200_000, Some(2_500_000_000), Some(15_000_000_000))
        );
        for kind in ["openai", "anthropic", "google", "azure", "bedrock"] {
            assert!(rows.iter().filter(|row| row.provider_kind == kind).count() > 15, "{kind}");
        }
        let mut names: Vec<_> = rows.iter().map(|r| (&r.provider_kind, &r.upstream_model)).collect();
        names.dedup();
        assert_eq!(names.len(), rows.len(), "no model twice");
    }
}
