//! What a call costs. Integers only: prices are nano-dollars per million tokens, costs are nano-dollars, rounded once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{PriceId, ProviderId};
use crate::map::Map;
use crate::usage::Usage;

/// Nano-dollars per million tokens, by token class, and per unit of what is not tokens. `None` falls back as
/// [`Rates::cost_nano`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rates {
    /// Input that was not cached.
    pub input: Option<i64>,
    /// Output.
    pub output: Option<i64>,
    /// Read from a prompt cache; falls back to `input`.
    pub cache_read: Option<i64>,
    /// Written to a five-minute cache; falls back to `input`.
    pub cache_write_5m: Option<i64>,
    /// Written to a one-hour cache; falls back to `cache_write_5m`.
    pub cache_write_1h: Option<i64>,
    /// Reasoning; falls back to `output`.
    pub reasoning: Option<i64>,
    /// Audio in the input; falls back to `input`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_input: Option<i64>,
    /// Audio in the output; falls back to `output`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_output: Option<i64>,
    /// Nano-dollars per image made, beside its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<i64>,
    /// Nano-dollars per call, beside its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<i64>,
}

impl Rates {
    /// The cost in nano-dollars, rounded half up once. Classes without a price (after falling back) are free.
    pub fn cost_nano(&self, usage: &Usage) -> i64 {
        let input = self.input.unwrap_or(0);
        let output = self.output.unwrap_or(0);
        let write_5m = self.cache_write_5m.unwrap_or(input);
        let reasoning_tokens = usage.reasoning.min(usage.output);
        // Parts of the whole, which are told beside it.
        let spoken = usage.audio_output.min(usage.output - reasoning_tokens);
        let heard = usage.audio_input.min(usage.input);
        const PER_UNIT: i64 = 1_000_000;
        let per_unit = |rate: Option<i64>| rate.unwrap_or(0).saturating_mul(PER_UNIT);
        let parts = [
            (usage.input - heard, input),
            (heard, self.audio_input.unwrap_or(input)),
            (usage.cache_read, self.cache_read.unwrap_or(input)),
            (usage.cache_write_5m, write_5m),
            (usage.cache_write_1h, self.cache_write_1h.unwrap_or(write_5m)),
            (usage.output - reasoning_tokens - spoken, output),
            (spoken, self.audio_output.unwrap_or(output)),
            (reasoning_tokens, self.reasoning.unwrap_or(output)),
            (usage.image_units, per_unit(self.image)),
            (1, per_unit(self.request)),
        ];
        // A product of two 64-bit numbers fits in 128 bits; their sum may not, and then the answer is "too much" anyway.
        // A negative rate cannot be entered; should the store hold one, it counts as free and never as a gift.
        let product = |(tokens, rate): &(u64, i64)| u128::from(*tokens) * u128::try_from(*rate).unwrap_or(0);
        let millionths = parts.iter().map(product).fold(500_000, u128::saturating_add);
        i64::try_from(millionths / 1_000_000).unwrap_or(i64::MAX)
    }

    /// See [`Price::most_nano`].
    fn most_nano(&self, most: &Usage) -> i64 {
        let dearest = |rates: &[Option<i64>]| rates.iter().copied().flatten().max().unwrap_or(0);
        let input = dearest(&[self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h, self.audio_input]);
        let output = dearest(&[self.output, self.reasoning, self.audio_output]);
        let product = |amount: u64, rate: i64| u128::from(amount) * u128::try_from(rate).unwrap_or(0);
        let unit = |amount: u64, rate: Option<i64>| product(amount, rate.unwrap_or(0).saturating_mul(1_000_000));
        let parts = [
            product(most.total_input(), input),
            product(most.output, output),
            unit(most.image_units, self.image),
            unit(1, self.request),
        ];
        let millionths = parts.into_iter().fold(999_999, u128::saturating_add);
        i64::try_from(millionths / 1_000_000).unwrap_or(i64::MAX)
    }
}

/// Rates that apply from a size of input on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// The tier applies when the call's total input is above this number of tokens.
    pub above_input_tokens: u64,
    /// What then holds, for all of the call's tokens; absent classes fall back to the base rates.
    pub rates: Rates,
}

/// A version of the price of one upstream model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Kept with each call.
    pub id: PriceId,
    /// Valid from (microseconds).
    pub effective_from_us: i64,
    /// The base rates.
    pub rates: Rates,
    /// In any order.
    pub tiers: Vec<Tier>,
}

impl Price {
    /// The cost in nano-dollars.
    pub fn cost_nano(&self, usage: &Usage) -> i64 {
        let total = usage.total_input();
        let tier = self.tiers.iter().filter(|t| total > t.above_input_tokens).max_by_key(|t| t.above_input_tokens);
        match tier {
            None => self.rates.cost_nano(usage),
            Some(tier) => self.in_tier(tier).cost_nano(usage),
        }
    }

    /// The most that a call of at most so many tokens can cost, in nano-dollars, rounded up: all of its input is taken to be
    /// of the dearest class, cache writes included, likewise its output, in the dearest tier it can come into.
    pub fn most_nano(&self, most: &Usage) -> i64 {
        let total = most.total_input();
        let reached = self.tiers.iter().filter(|tier| total > tier.above_input_tokens).map(|tier| self.in_tier(tier));
        std::iter::once(self.rates).chain(reached).map(|rates| rates.most_nano(most)).max().unwrap_or(0)
    }

    /// What holds in a tier.
    fn in_tier(&self, tier: &Tier) -> Rates {
        let (of, base) = (&tier.rates, &self.rates);
        Rates {
            input: of.input.or(base.input),
            output: of.output.or(base.output),
            cache_read: of.cache_read.or(base.cache_read),
            cache_write_5m: of.cache_write_5m.or(base.cache_write_5m),
            cache_write_1h: of.cache_write_1h.or(base.cache_write_1h),
            reasoning: of.reasoning.or(base.reasoning),
            audio_input: of.audio_input.or(base.audio_input),
            audio_output: of.audio_output.or(base.audio_output),
            image: of.image.or(base.image),
            request: of.request.or(base.request),
        }
    }
}

/// All prices. A provider's own entry wins over the bundled list's.
#[derive(Clone, Debug, Default)]
pub struct PriceBook {
    /// Own entries: provider → upstream model → versions.
    pub own: Map<ProviderId, Map<Arc<str>, Vec<Price>>>,
    /// The imported list: kind of provider (`openai`, `anthropic`) → upstream model → versions.
    pub imported: Map<Arc<str>, Map<Arc<str>, Vec<Price>>>,
}

impl PriceBook {
    /// The version in force at `now_us`, if the model has a price.
    pub fn find(&self, provider: &ProviderId, kind: &str, upstream_model: &str, now_us: i64) -> Option<&Price> {
        let in_force = |versions: &'_ Vec<Price>| {
            versions
                .iter()
                .enumerate()
                .filter(|(_, p)| p.effective_from_us <= now_us)
                .max_by_key(|(_, p)| p.effective_from_us)
                .map(|(index, _)| index)
        };
        let own = self.own.get(provider).and_then(|models| models.get(upstream_model));
        if let Some(versions) = own
            && let Some(index) = in_force(versions)
        {
            return versions.get(index);
        }
        let listed = self.imported.get(kind)?;
        let versions = names_listed(kind, upstream_model).find_map(|name| listed.get(name))?;
        in_force(versions).and_then(|index| versions.get(index))
    }
}

/// Where a model of Bedrock may run, as the ids of inference profiles begin (`us.anthropic.claude-sonnet-4-6`).
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const PROFILES: [&str; 8] = ["us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "in."];

/// The names under which the list may have a model, the exact one first. Bedrock's models have many: the id, that id within
/// the name of a resource (`arn:aws:bedrock:…:inference-profile/us.…`), and profiles of it, which are listed only where they
/// cost something else than the model.
fn names_listed<'a>(kind: &str, model: &'a str) -> impl Iterator<Item = &'a str> {
    let of_bedrock = kind == "bedrock";
    let id = model.rsplit_once('/').filter(|(begin, _)| begin.starts_with("arn:")).map_or(model, |(_, id)| id);
    let behind = PROFILES.iter().find_map(|place| id.strip_prefix(place));
    let further = [Some(id), behind].into_iter().flatten().filter(move |_| of_bedrock);
    std::iter::once(model).chain(further)
}

/// Why a decimal amount could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one point.
    #[error("must be a decimal number of US dollars such as \"2.50\"")]
    NotDecimal,
    /// Finer than a nano-dollar.
    #[error("has more than 9 digits after the point")]
    TooFine,
    /// Above 9,000,000 dollars.
    #[error("is too large (at most 9000000)")]
    TooLarge,
}

/// 9,000,000 dollars: far above any price, far below what 64 bits hold.
const MAX_NANO: i64 = 9_000_000_000_000_000;

/// Reads a non-negative decimal string of dollars into nano-dollars, exactly.
pub fn parse_usd(text: &str) -> Result<i64, AmountError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(AmountError::NotDecimal);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 {
        return Err(AmountError::TooFine);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 7 {
        return Err(AmountError::TooLarge);
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| AmountError::NotDecimal)? };
    let nano: i64 = format!("{fraction:0<9}").parse().map_err(|_| AmountError::NotDecimal)?;
    match whole * 1_000_000_000 + nano {
        total if total > MAX_NANO => Err(AmountError::TooLarge),
        total => Ok(total),
    }
}

/// Writes nano-dollars as a decimal string without trailing zeros (`0.0375`, `2`, `-0.5`).
pub fn format_usd(nano: i64) -> String {
    let sign = if nano < 0 { "-" } else { "" };
    let nano = nano.unsigned_abs();
    let (whole, fraction) = (nano / 1_000_000_000, nano % 1_000_000_000);
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let fraction = format!("{fraction:09}");
    format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests;
