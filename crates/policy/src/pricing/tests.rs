use proptest::prelude::*;

use super::*;

fn usd(text: &str) -> Option<i64> {
    Some(parse_usd(text).expect("an amount"))
}

/// Rates from dollars per million tokens: input, output, cache read, cache write 5 m, 1 h, reasoning.
fn rates(texts: [&str; 6]) -> Rates {
    let [input, output, cache_read, cache_write_5m, cache_write_1h, reasoning] =
        texts.map(|text| if text.is_empty() { None } else { usd(text) });
    Rates { input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, ..Rates::default() }
}

#[test]
fn costs_by_example() {
    let full = rates(["3", "15", "0.30", "3.75", "6", "20"]);
    let plain = rates(["2.50", "10", "", "", "", ""]);
    let cheap = rates(["0.0375", "0.15", "", "", "", ""]);
    let u = |input, cache_read, cache_write_5m, cache_write_1h, output, reasoning| Usage {
        input,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        output,
        reasoning,
        ..Usage::default()
    };
    for (rates, usage, expected) in [
        (full, Usage::default(), "0"),
        (full, u(1_000_000, 0, 0, 0, 0, 0), "3"),
        (full, u(1000, 2000, 3000, 4000, 5000, 2000), "0.12385"),
        (full, u(0, 0, 0, 0, 100, 100), "0.002"),
        // More reasoning than output cannot be: never more than the output is charged.
        (full, u(0, 0, 0, 0, 100, 5000), "0.002"),
        (plain, u(1000, 1000, 1000, 1000, 1000, 400), "0.02"),
        (rates(["3", "15", "0.30", "3.75", "", ""]), u(0, 0, 0, 1_000_000, 0, 0), "3.75"),
        (cheap, u(1, 0, 0, 0, 0, 0), "0.000000038"),
        (cheap, u(2, 0, 0, 0, 0, 0), "0.000000075"),
        (cheap, u(1_000_000, 0, 0, 0, 1_000_000, 0), "0.1875"),
        (rates(["0.0004", "", "", "", "", ""]), u(1, 0, 0, 0, 0, 0), "0"),
        (rates(["0.0005", "", "", "", "", ""]), u(1, 0, 0, 0, 0, 0), "0.000000001"),
        // Rounded once, not per class.
        (rates(["0.0004", "0.0004", "", "", "", ""]), u(1, 0, 0, 0, 1, 0), "0.000000001"),
        (Rates::default(), u(9, 9, 9, 9, 9, 9), "0"),
        (Rates { input: Some(-5), ..full }, u(1_000_000, 0, 0, 0, 0, 0), "0"),
    ] {
        assert_eq!(format_usd(rates.cost_nano(&usage)), expected, "{rates:?} {usage:?}");
    }
    let most = u(u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, 0);
    let dear = Some(i64::MAX);
    let dear = Rates {
        input: dear,
        output: dear,
        cache_read: dear,
        cache_write_5m: dear,
        cache_write_1h: dear,
        reasoning: dear,
        ..Rates::default()
    };
    assert_eq!(dear.cost_nano(&most), i64::MAX);
}

#[test]
fn images_calls_and_audio_have_prices_of_their_own() {
    let usd = |text: &str| Some(parse_usd(text).unwrap());
    let base = Rates { input: usd("2"), output: usd("10"), ..Rates::default() };
    let usage = Usage { input: 1_000_000, output: 1_000_000, audio_input: 400_000, image_units: 3, ..Usage::default() };
    let spoken = Usage { audio_output: 500_000, reasoning: 100_000, ..usage };
    let cheap = Rates { image: usd("0.04"), ..Rates::default() };
    for (rates, usage, expected) in [
        (base, usage, "12"),
        (Rates { image: usd("0.04"), ..base }, usage, "12.12"),
        (Rates { request: usd("0.001"), ..base }, usage, "12.001"),
        (Rates { audio_input: usd("32"), ..base }, usage, "24"),
        (Rates { audio_output: usd("64"), ..base }, spoken, "39"),
        (Rates { audio_output: usd("0"), reasoning: usd("0"), ..base }, spoken, "6"),
        (cheap, usage, "0.12"),
        (Rates { request: usd("0.000000001"), ..Rates::default() }, Usage::default(), "0.000000001"),
        // More sound than there is of all: a part is never more than its whole.
        (Rates { audio_input: usd("1"), ..Rates::default() }, Usage { audio_input: 5, ..Usage::default() }, "0"),
        (
            Rates { image: Some(i64::MAX), ..Rates::default() },
            Usage { image_units: u64::MAX, ..usage },
            "9223372036.854775807",
        ),
    ] {
        assert_eq!(format_usd(rates.cost_nano(&usage)), expected, "{rates:?}");
    }
    let tier = Tier { above_input_tokens: 10, rates: Rates { input: usd("4"), ..Rates::default() } };
    let price =
        Price { id: "prc_1".into(), effective_from_us: 0, rates: Rates { image: usd("1"), ..base }, tiers: vec![tier] };
    assert_eq!(format_usd(price.cost_nano(&usage)), "17", "what a tier does not name is as without it");
}

#[test]
fn the_highest_tier_that_is_passed_holds_for_all_tokens() {
    let tier = |above_input_tokens, input: &str| Tier { above_input_tokens, rates: rates([input, "", "", "", "", ""]) };
    let price = Price {
        id: "prc_1".into(),
        effective_from_us: 0,
        rates: rates(["1", "2", "", "", "", ""]),
        tiers: vec![tier(400_000, "3"), tier(200_000, "2")],
    };
    for (input, cache_read, expected) in [
        (200_000, 0, "0.4"),
        (200_001, 0, "0.600002"),
        (100_000, 100_001, "0.600002"),
        (400_000, 0, "1"),
        (1_000_000, 0, "3.2"),
    ] {
        let usage = Usage { input, cache_read, output: 100_000, ..Usage::default() };
        assert_eq!(format_usd(price.cost_nano(&usage)), expected, "{input} {cache_read}");
    }
}

#[test]
fn the_version_in_force_is_found_and_own_prices_win() {
    let version = |id: &str, effective_from_us| Price {
        id: id.into(),
        effective_from_us,
        rates: Rates::default(),
        tiers: vec![],
    };
    let models = |versions: Vec<Price>| [("m".into(), versions)].into_iter().collect::<Map<Arc<str>, _>>();
    let book = PriceBook {
        own: [(ProviderId::from("p"), models(vec![version("own20", 20), version("own10", 10)]))].into_iter().collect(),
        imported: [("openai".into(), models(vec![version("list0", 0), version("list15", 15)]))].into_iter().collect(),
    };
    for (provider, kind, model, now_us, expected) in [
        ("p", "openai", "m", 25, Some("own20")),
        ("p", "openai", "m", 20, Some("own20")),
        ("p", "openai", "m", 19, Some("own10")),
        ("p", "openai", "m", 9, Some("list0")),
        ("q", "openai", "m", 25, Some("list15")),
        ("q", "custom", "m", 25, None),
        ("p", "openai", "m2", 25, None),
        ("q", "openai", "m", -1, None),
    ] {
        let found = book.find(&provider.into(), kind, model, now_us).map(|p| p.id.as_str());
        assert_eq!(found, expected, "{provider} {kind} {model} {now_us}");
    }
}

#[test]
fn bedrocks_models_are_found_by_each_of_their_names() {
    let version = |id: &str| {
        let id = id.to_owned();
        vec![Price { id: id.as_str().into(), effective_from_us: 0, rates: Rates::default(), tiers: vec![] }]
    };
    let models: Map<Arc<str>, _> =
        ["amazon.nova-pro-v1:0", "a.m", "us.a.m"].map(|name| (name.into(), version(name))).into_iter().collect();
    let imported = [("bedrock".into(), models.clone()), ("custom".into(), models)].into_iter().collect();
    let book = PriceBook { own: Map::default(), imported };
    for (kind, model, expected) in [
        ("bedrock", "amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0")),
        ("bedrock", "us.amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0")),
        ("bedrock", "us-gov.amazon.nova-pro-v1:0", Some("amazon.nova-pro-v1:0")),
        ("bedrock", "us.a.m", Some("us.a.m")),
        ("bedrock", "eu.a.m", Some("a.m")),
        ("bedrock", "arn:aws:bedrock:us-east-1:123:inference-profile/us.a.m", Some("us.a.m")),
        ("bedrock", "arn:aws:bedrock:eu-west-1:123:inference-profile/eu.a.m", Some("a.m")),
        ("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/a.m", Some("a.m")),
        ("bedrock", "arn:aws:bedrock:us-east-1:123:application-inference-profile/x1y2z3", None),
        ("bedrock", "x/a.m", None),
        ("bedrock", "mars.a.m", None),
        ("custom", "eu.a.m", None),
    ] {
        let found = book.find(&"p".into(), kind, model, 1).map(|price| price.id.as_str());
        assert_eq!(found, expected, "{kind} {model}");
    }
}

#[test]
fn amounts_are_read_exactly_or_not_at_all() {
    for (text, expected) in [
        ("0.0375", Ok(37_500_000)),
        ("2.50", Ok(2_500_000_000)),
        ("15", Ok(15_000_000_000)),
        (".5", Ok(500_000_000)),
        ("5.", Ok(5_000_000_000)),
        ("0", Ok(0)),
        ("0000000000001", Ok(1_000_000_000)),
        ("0.000000001", Ok(1)),
        ("0.0000000010000", Ok(1)),
        ("9000000", Ok(9_000_000_000_000_000)),
        ("0.0000000001", Err(AmountError::TooFine)),
        ("9000001", Err(AmountError::TooLarge)),
        ("9000000.000000001", Err(AmountError::TooLarge)),
        ("99999999999999999999", Err(AmountError::TooLarge)),
        ("", Err(AmountError::NotDecimal)),
        (".", Err(AmountError::NotDecimal)),
        ("-1", Err(AmountError::NotDecimal)),
        ("+1", Err(AmountError::NotDecimal)),
        ("1e3", Err(AmountError::NotDecimal)),
        ("1,5", Err(AmountError::NotDecimal)),
        ("1.2.3", Err(AmountError::NotDecimal)),
        (" 1", Err(AmountError::NotDecimal)),
        ("NaN", Err(AmountError::NotDecimal)),
        ("١", Err(AmountError::NotDecimal)),
    ] {
        assert_eq!(parse_usd(text), expected, "{text}");
    }
    for (nano, expected) in [
        (37_500_000, "0.0375"),
        (2_000_000_000, "2"),
        (-500_000_000, "-0.5"),
        (1, "0.000000001"),
        (i64::MIN, "-9223372036.854775808"),
    ] {
        assert_eq!(format_usd(nano), expected);
    }
}

/// Adds up in base 10^9 digits, as one does on paper: no number here is wider than it can hold by far.
fn by_hand(parts: &[(u64, i64)]) -> i64 {
    const BASE: u128 = 1_000_000_000;
    let digits = |mut n: u128| {
        std::array::from_fn::<u128, 3, _>(|_| {
            let digit = n % BASE;
            n /= BASE;
            digit
        })
    };
    let mut sum = [0_u128; 8];
    for (tokens, rate) in parts {
        let (a, b) = (digits(u128::from(*tokens)), digits(u128::try_from(*rate).unwrap_or(0)));
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                sum[i + j] += x * y;
            }
        }
    }
    sum[0] += 500_000;
    for i in 0..7 {
        sum[i + 1] += sum[i] / BASE;
        sum[i] %= BASE;
    }
    // Divided by a million: the lowest digit gives its upper three places, the others move down.
    let low = sum[0] / 1_000_000 + (sum[1] % 1_000_000) * 1000;
    let mut result = low;
    let mut scale = BASE;
    let mut upper = sum[1] / 1_000_000;
    for digit in &sum[2..5] {
        upper += (digit % 1_000_000) * 1000;
        result = result.saturating_add(upper.saturating_mul(scale));
        scale *= BASE;
        upper = digit / 1_000_000;
    }
    if sum[5..].iter().any(|d| *d > 0) || upper > 0 { i64::MAX } else { i64::try_from(result).unwrap_or(i64::MAX) }
}

fn any_rates() -> impl Strategy<Value = Rates> {
    // Up to the largest that can be entered.
    let rate = || prop::option::of(0..=9_000_000_000_000_000_i64);
    (rate(), rate(), rate(), rate(), rate(), rate()).prop_map(
        |(input, output, cache_read, cache_write_5m, cache_write_1h, reasoning)| Rates {
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
            ..Rates::default()
        },
    )
}

fn any_usage(most: u64) -> impl Strategy<Value = Usage> {
    (0..=most, 0..=most, 0..=most, 0..=most, 0..=most, 0..=most).prop_map(
        |(input, cache_read, cache_write_5m, cache_write_1h, output, reasoning)| Usage {
            input,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            output,
            reasoning,
            ..Usage::default()
        },
    )
}

proptest! {
    #[test]
    fn costs_agree_with_reckoning_by_hand(
        rates in any_rates(),
        usage in prop_oneof![any_usage(1_000), any_usage(10_000_000), any_usage(u64::MAX)],
    ) {
        let reasoning = usage.reasoning.min(usage.output);
        let input = rates.input.unwrap_or(0);
        let write = rates.cache_write_5m.or(rates.input).unwrap_or(0);
        let parts = [
            (usage.input, input),
            (usage.cache_read, rates.cache_read.or(rates.input).unwrap_or(0)),
            (usage.cache_write_5m, write),
            (usage.cache_write_1h, rates.cache_write_1h.unwrap_or(write)),
            (usage.output - reasoning, rates.output.unwrap_or(0)),
            (reasoning, rates.reasoning.or(rates.output).unwrap_or(0)),
        ];
        prop_assert_eq!(rates.cost_nano(&usage), by_hand(&parts));
    }

    #[test]
    fn costs_are_never_negative(rates in any::<[Option<i64>; 6]>(), usage in any_usage(u64::MAX)) {
        let [input, output, cache_read, cache_write_5m, cache_write_1h, reasoning] = rates;
        let rates = Rates { input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, ..Rates::default() };
        prop_assert!(rates.cost_nano(&usage) >= 0);
    }

    #[test]
    fn more_tokens_never_cost_less(rates in any_rates(), usage in any_usage(u64::MAX / 2), more in any_usage(1_000_000)) {
        // Reasoning is a part of the output, perhaps a cheaper one: it is not more tokens.
        let mut larger = usage;
        larger.add(&Usage { reasoning: 0, ..more });
        let usage = Usage { reasoning: usage.reasoning.min(usage.output), ..usage };
        let larger = Usage { reasoning: usage.reasoning, ..larger };
        prop_assert!(rates.cost_nano(&larger) >= rates.cost_nano(&usage));
    }

    #[test]
    fn amounts_survive_being_written(nano in 0..=9_000_000_000_000_000_i64) {
        prop_assert_eq!(parse_usd(&format_usd(nano)), Ok(nano));
    }

    #[test]
    fn reading_never_panics(text in ".{0,30}", digits in "[0-9.]{0,30}") {
        prop_assert!(parse_usd(&text).unwrap_or(0) >= 0);
        prop_assert!(parse_usd(&digits).unwrap_or(0) >= 0);
    }
}
