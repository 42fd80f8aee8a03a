//! How much a call can use at most, before it is made, and what such calls usually use.

use crate::catalogue::{Model, Route};
use crate::dialect::Endpoint;
use crate::pricing::PriceBook;
use crate::usage::Usage;

/// What one token counts if nobody has said otherwise, in thousandths.
pub const PLAIN_WEIGHT_MILLI: u32 = 1000;

/// What so many tokens of a model count: times its weight (in thousandths), rounded up.
pub const fn weighted(tokens: u64, weight_milli: u32) -> u64 {
    if weight_milli == PLAIN_WEIGHT_MILLI {
        return tokens;
    }
    let millis = (tokens as u128) * (weight_milli as u128);
    let whole = millis.div_ceil(1000);
    if whole > u64::MAX as u128 { u64::MAX } else { whole as u64 }
}

/// All tokens of a call, weighted: input of every class, and output.
pub fn weighted_usage(usage: &Usage, weight_milli: u32) -> u64 {
    weighted(usage.total_input().saturating_add(usage.output), weight_milli)
}

/// What a model's tokens weigh; plain for a name that has no model of its own.
pub fn weight_of(model: Option<&Model>) -> u32 {
    model.map_or(PLAIN_WEIGHT_MILLI, |model| model.token_weight_milli)
}

/// What is known of a call's size when it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// What is called.
    pub endpoint: Endpoint,
    /// Bytes that its input is read from: the body, and what the gateway adds to it of earlier turns.
    pub input_bytes: u64,
    /// The most output tokens that the caller allows for one answer.
    pub asked_output: Option<u64>,
    /// Answers asked for at once (`n`), at least 1.
    pub answers: u64,
    /// Images asked for.
    pub images: u64,
}

impl Size {
    /// The most that the call can use, as far as can be told from outside: two bytes a token of input, and per answer what
    /// the caller allows, at most what the model gives (`model_output`); where the caller says nothing, what the model
    /// gives, else `usual_output` (`gateway.limits.default_output_tokens`).
    ///
    /// The bound does not hold where input is only named (pictures and files by address, what a provider has kept of earlier
    /// turns) or added by the provider (its own tools' results), nor where a provider bills more than it was asked for. What
    /// was used is settled all the same.
    pub fn most(&self, model_output: Option<u64>, usual_output: u64) -> Usage {
        if self.endpoint.only_counts() {
            return Usage::default();
        }
        let per_answer = match (self.asked_output, model_output) {
            (Some(asked), Some(most)) => asked.min(most),
            (Some(asked), None) => asked,
            (None, most) => most.unwrap_or(usual_output),
        };
        let answers = self.answers.max(1).max(self.images);
        let writes = !self.endpoint.makes_vectors() && !self.endpoint.only_judges();
        Usage {
            input: self.input_bytes.div_ceil(2),
            output: if writes { per_answer.saturating_mul(answers) } else { 0 },
            image_units: self.images,
            ..Usage::default()
        }
    }
}

/// What a call can use at most, or usually uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Weighted tokens.
    pub tokens: u64,
    /// Nano-dollars.
    pub cost_nano: u64,
}

/// What a call that uses at most this costs at most on a route. Without a price it is free.
pub fn cost_at_most(prices: &PriceBook, route: &Route, most: &Usage, now_us: i64) -> u64 {
    let provider = &route.provider;
    let price = prices.find(&provider.id, provider.kind.as_str(), &route.upstream_model, now_us);
    price.map_or(0, |price| u64::try_from(price.most_nano(most)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::PriceId;
    use crate::pricing::{Price, Rates, Tier};

    fn size(endpoint: Endpoint) -> Size {
        Size { endpoint, input_bytes: 1001, asked_output: None, answers: 1, images: 0 }
    }

    #[test]
    fn output_is_what_is_asked_for_and_never_more_than_the_model_gives() {
        let check = |asked, model, answers, expected| {
            let size = Size { asked_output: asked, answers, ..size(Endpoint::ChatCompletions) };
            let most = size.most(model, 4096);
            assert_eq!((most.input, most.output), (501, expected), "{asked:?} {model:?} {answers}");
        };
        check(None, None, 1, 4096);
        check(None, Some(8192), 1, 8192);
        check(Some(100), None, 1, 100);
        check(Some(100), Some(8192), 3, 300);
        check(Some(100_000), Some(8192), 2, 16_384);
        check(Some(5), None, 0, 5);
        check(Some(u64::MAX), None, 9, u64::MAX);
    }

    #[test]
    fn what_writes_nothing_has_no_output() {
        for (endpoint, expected) in [
            (Endpoint::CountTokens, (0, 0)),
            (Endpoint::Embeddings, (501, 0)),
            (Endpoint::Rerank, (501, 0)),
            (Endpoint::Moderations, (501, 0)),
            (Endpoint::Messages, (501, 4096)),
        ] {
            let most = size(endpoint).most(None, 4096);
            assert_eq!((most.input, most.output), expected, "{endpoint:?}");
        }
    }

    #[test]
    fn weights_round_up_and_never_overflow() {
        assert_eq!([weighted(7, 1000), weighted(7, 1), weighted(0, 5), weighted(3, 2500)], [7, 1, 0, 8]);
        assert_eq!(weighted(u64::MAX, u32::MAX), u64::MAX);
    }

    fn rates() -> impl Strategy<Value = Rates> {
        let rate = || prop::option::of(0i64..20_000_000_000);
        (rate(), rate(), rate(), rate(), rate(), rate(), rate(), rate(), rate(), rate()).prop_map(
            |(
                input,
                output,
                cache_read,
                cache_write_5m,
                cache_write_1h,
                reasoning,
                audio_input,
                audio_output,
                image,
                request,
            )| {
                Rates {
                    input,
                    output,
                    cache_read,
                    cache_write_5m,
                    cache_write_1h,
                    reasoning,
                    audio_input,
                    audio_output,
                    image,
                    request,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn no_call_within_its_bounds_costs_more(
            base in rates(), tiers in prop::collection::vec((0u64..100_000, rates()), 0..3),
            parts in prop::array::uniform4(0u64..40_000), output in 0u64..40_000, of_output in prop::array::uniform2(0u64..40_000),
            heard in 0u64..40_000, images in 0u64..5, spare in prop::array::uniform2(0u64..1000)
        ) {
            let tiers = tiers.into_iter().map(|(above_input_tokens, rates)| Tier { above_input_tokens, rates }).collect();
            let price = Price { id: PriceId::new("p"), effective_from_us: 0, rates: base, tiers };
            let usage = Usage {
                input: parts[0], cache_read: parts[1], cache_write_5m: parts[2], cache_write_1h: parts[3], output,
                reasoning: of_output[0], audio_output: of_output[1], audio_input: heard, image_units: images,
            };
            let most = Usage {
                input: usage.total_input() + spare[0], output: output + spare[1], image_units: images, ..Usage::default()
            };
            prop_assert!(price.cost_nano(&usage) <= price.most_nano(&most));
        }
    }
}
