//! How calls are conducted: what a model or a route says for itself, and what the settings say where it says nothing. This is the
//! one place where the three meet: a route beats its model, a model beats the settings.

use serde::{Deserialize, Deserializer, Serialize};

use crate::breaker;
use crate::ids::ModelId;
use crate::retry;
use crate::settings::{self, Settings};
use crate::strategy::Strategy;

/// The most models that one names to take over from it.
pub const MOST_FALLBACKS: usize = 8;
/// The largest context that a route may be said to have, in tokens.
pub const LARGEST_CONTEXT: u64 = 100_000_000;

/// Time limits that a model or a route has for itself, named as in `gateway.timeout.*`; `None` where it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timeouts {
    /// Up to the first event of a stream while another route is left, milliseconds.
    pub first_byte_ms: Option<i64>,
    /// The same on the last route, milliseconds.
    pub first_byte_last_ms: Option<i64>,
    /// Silence in a stream, milliseconds.
    pub idle_ms: Option<i64>,
    /// The same while another route is left, milliseconds.
    pub idle_other_ms: Option<i64>,
    /// A complete JSON answer, seconds.
    pub total_s: Option<i64>,
}

impl Timeouts {
    /// What these say, else what a wider place says.
    #[must_use]
    pub fn or(self, wider: Self) -> Self {
        Self {
            first_byte_ms: self.first_byte_ms.or(wider.first_byte_ms),
            first_byte_last_ms: self.first_byte_last_ms.or(wider.first_byte_last_ms),
            idle_ms: self.idle_ms.or(wider.idle_ms),
            idle_other_ms: self.idle_other_ms.or(wider.idle_other_ms),
            total_s: self.total_s.or(wider.total_s),
        }
    }

    fn check(&self) -> Result<(), OutOfBounds> {
        within("timeout.first_byte_ms", self.first_byte_ms, "gateway.timeout.first_byte_ms")?;
        within("timeout.first_byte_last_ms", self.first_byte_last_ms, "gateway.timeout.first_byte_last_ms")?;
        within("timeout.idle_ms", self.idle_ms, "gateway.timeout.idle_ms")?;
        within("timeout.idle_other_ms", self.idle_other_ms, "gateway.timeout.idle_other_ms")?;
        within("timeout.total_s", self.total_s, "gateway.timeout.total_s")
    }
}

/// A breaker of a route's own, named as in `gateway.breaker.*`; `None` where it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerLimits {
    /// Percent of the tries that fail.
    pub failure_pct: Option<i64>,
    /// Tries within the window.
    pub min_samples: Option<i64>,
    /// The window, seconds.
    pub window_s: Option<i64>,
    /// How long it stays open, seconds.
    pub open_s: Option<i64>,
}

impl BreakerLimits {
    fn check(&self) -> Result<(), OutOfBounds> {
        within("breaker.failure_pct", self.failure_pct, "gateway.breaker.failure_pct")?;
        within("breaker.min_samples", self.min_samples, "gateway.breaker.min_samples")?;
        within("breaker.window_s", self.window_s, "gateway.breaker.window_s")?;
        within("breaker.open_s", self.open_s, "gateway.breaker.open_s")
    }

    /// The rules of a breaker, with what is said here.
    #[must_use]
    pub fn over(&self, rules: breaker::Rules) -> breaker::Rules {
        let whole = |own: Option<i64>, usual: u64| own.and_then(|own| u64::try_from(own).ok()).unwrap_or(usual);
        let micros = |own: Option<i64>, usual: i64| own.map_or(usual, |own| own.saturating_mul(1_000_000));
        breaker::Rules {
            failure_pct: whole(self.failure_pct, rules.failure_pct),
            min_samples: whole(self.min_samples, rules.min_samples),
            window_us: micros(self.window_s, rules.window_us),
            open_us: micros(self.open_s, rules.open_us),
        }
    }
}

/// Whether calls of one conversation stay with one of several equal routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    /// They do.
    Conversation,
    /// Each call draws anew.
    None,
}

impl Affinity {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Conversation, Self::None];

    /// The word in settings and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::None => "none",
        }
    }

    /// Reads the word written by [`Self::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|affinity| affinity.as_str() == word)
    }
}

/// What happens to a stream of plain text that breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescue {
    /// The next route goes on from where it broke, or is asked again where it cannot.
    Prefill,
    /// The next route is asked again.
    Regenerate,
    /// It ends with an error.
    Off,
}

impl Rescue {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Prefill, Self::Regenerate, Self::Off];

    /// The word in settings and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Regenerate => "regenerate",
            Self::Off => "off",
        }
    }

    /// Reads the word written by [`Self::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rescue| rescue.as_str() == word)
    }
}

/// Writes words, and reads those of another version as if nothing were said.
macro_rules! words {
    ($($word:ty),*) => {$(
        impl Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl Word for $word {
            fn read(word: &str) -> Option<Self> {
                Self::parse(word)
            }
        }
    )*};
}

words!(Strategy, Affinity, Rescue);

trait Word: Sized {
    fn read(word: &str) -> Option<Self>;
}

fn known<'de, D: Deserializer<'de>, T: Word>(deserializer: D) -> Result<Option<T>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    Ok(word.as_deref().and_then(T::read))
}

/// What a model says of routing for itself; what is `None` is as the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelRouting {
    /// In which order its routes are tried.
    #[serde(deserialize_with = "known")]
    pub strategy: Option<Strategy>,
    /// Whether conversations stay together.
    #[serde(deserialize_with = "known")]
    pub affinity: Option<Affinity>,
    /// What becomes of a stream that breaks off.
    #[serde(deserialize_with = "known")]
    pub rescue: Option<Rescue>,
    /// How often a call is tried again at a route that failed it for a moment.
    pub retry_max: Option<i64>,
    /// How long its routes are waited for, where they say nothing themselves.
    pub timeout: Timeouts,
    /// The models that take over when none of its own routes gives an answer, in order. Those that are gone count for nothing.
    pub fallbacks: Vec<ModelId>,
    /// The model that takes calls which are too long for it.
    pub larger_context: Option<ModelId>,
}

impl ModelRouting {
    /// Whether every number is one that the setting of the same name takes.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("retry_max", self.retry_max, "gateway.retry.max")?;
        self.timeout.check()
    }
}

/// What a route says for itself; what is `None` is as its model or the settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteRouting {
    /// How long it is waited for.
    pub timeout: Timeouts,
    /// When it is left alone.
    pub breaker: BreakerLimits,
    /// How many tokens a call may have there, input and output together.
    pub context_tokens: Option<u64>,
}

impl RouteRouting {
    /// Whether every number is one that the setting of the same name takes.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        self.timeout.check()?;
        self.breaker.check()?;
        match self.context_tokens {
            Some(tokens) if !(1..=LARGEST_CONTEXT).contains(&tokens) => {
                let expected = format!("a whole number from 1 to {LARGEST_CONTEXT}");
                Err(OutOfBounds { field: "context_tokens", expected })
            }
            _ => Ok(()),
        }
    }

    /// With what its model says where it says nothing.
    #[must_use]
    pub fn within(self, model: &ModelRouting) -> Self {
        Self { timeout: self.timeout.or(model.timeout), ..self }
    }
}

/// A number that the setting of the same name would not take either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {expected}")]
pub struct OutOfBounds {
    /// Where it stands.
    pub field: &'static str,
    /// What is allowed.
    pub expected: String,
}

fn within(field: &'static str, number: Option<i64>, key: &str) -> Result<(), OutOfBounds> {
    let (Some(number), Ok(setting)) = (number, settings::find(key)) else { return Ok(()) };
    match setting.parse_json(&number.into()) {
        Ok(_) => Ok(()),
        Err(_) => Err(OutOfBounds { field, expected: setting.allowed() }),
    }
}

/// How the calls of one model are conducted, whichever route they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// In which order routes are tried.
    pub strategy: Strategy,
    /// Whether conversations stay together.
    pub affinity: Affinity,
    /// What becomes of a stream that breaks off.
    pub rescue: Rescue,
    /// When the same route is asked again.
    pub retry: retry::Rules,
}

impl Conduct {
    /// As the model says, else the settings. Names that have no model say nothing.
    pub fn of(model: Option<&ModelRouting>, settings: &Settings) -> Self {
        let usual = retry::Rules::of(settings);
        let max = model.and_then(|own| u32::try_from(own.retry_max?).ok()).unwrap_or(usual.max);
        let strategy = model.and_then(|own| own.strategy).unwrap_or_else(|| Strategy::of(settings));
        let affinity = model.and_then(|own| own.affinity).or_else(|| Affinity::parse(&settings.affinity));
        let rescue = model.and_then(|own| own.rescue).or_else(|| Rescue::parse(&settings.rescue));
        Self {
            strategy,
            affinity: affinity.unwrap_or(Affinity::None),
            rescue: rescue.unwrap_or(Rescue::Off),
            retry: retry::Rules { max, ..usual },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, prop_assert_eq, proptest};
    use proptest::strategy::Strategy as _;

    use super::*;
    use crate::patience::Times;

    fn timeouts() -> impl proptest::strategy::Strategy<Value = Timeouts> {
        let number = || prop::option::of(1i64..1000);
        (number(), number(), number(), number(), number()).prop_map(
            |(first_byte_ms, first_byte_last_ms, idle_ms, idle_other_ms, total_s)| Timeouts {
                first_byte_ms,
                first_byte_last_ms,
                idle_ms,
                idle_other_ms,
                total_s,
            },
        )
    }

    #[test]
    fn a_model_says_what_it_says_and_the_settings_say_the_rest() {
        let mut settings = Settings::default();
        settings.set("gateway.strategy", "weighted").unwrap();
        settings.set("gateway.retry.max_ms", "700").unwrap();
        let plain = Conduct::of(None, &settings);
        assert_eq!(plain, Conduct::of(Some(&ModelRouting::default()), &settings));
        assert_eq!((plain.strategy, plain.affinity), (Strategy::Weighted, Affinity::Conversation));
        assert_eq!((plain.rescue, plain.retry.max, plain.retry.max_us), (Rescue::Prefill, 2, 700_000));
        let own = ModelRouting {
            strategy: Some(Strategy::Cost),
            affinity: Some(Affinity::None),
            rescue: Some(Rescue::Off),
            retry_max: Some(0),
            ..ModelRouting::default()
        };
        let conduct = Conduct::of(Some(&own), &settings);
        assert_eq!((conduct.strategy, conduct.affinity), (Strategy::Cost, Affinity::None));
        assert_eq!((conduct.rescue, conduct.retry.max, conduct.retry.max_us), (Rescue::Off, 0, 700_000));
    }

    #[test]
    fn numbers_are_those_that_the_settings_take() {
        let model = |timeout| ModelRouting { timeout, ..ModelRouting::default() };
        assert_eq!(model(Timeouts::default()).check(), Ok(()));
        let error = model(Timeouts { idle_ms: Some(99), ..Timeouts::default() }).check().unwrap_err();
        assert_eq!(error.to_string(), "timeout.idle_ms must be a whole number from 100 to 3600000");
        let error = ModelRouting { retry_max: Some(11), ..ModelRouting::default() }.check().unwrap_err();
        assert_eq!((error.field, error.expected.as_str()), ("retry_max", "a whole number from 0 to 10"));
        let route = |context_tokens, breaker| RouteRouting { context_tokens, breaker, ..RouteRouting::default() };
        assert_eq!(route(Some(1), BreakerLimits::default()).check(), Ok(()));
        assert_eq!(route(Some(0), BreakerLimits::default()).check().unwrap_err().field, "context_tokens");
        let breaker = BreakerLimits { failure_pct: Some(101), ..BreakerLimits::default() };
        assert_eq!(route(None, breaker).check().unwrap_err().field, "breaker.failure_pct");
    }

    #[test]
    fn what_is_kept_is_read_again_and_words_of_another_version_say_nothing() {
        let own = ModelRouting {
            strategy: Some(Strategy::Latency),
            timeout: Timeouts { total_s: Some(9), ..Timeouts::default() },
            fallbacks: vec![ModelId::new("mod_1")],
            ..ModelRouting::default()
        };
        let text = serde_json::to_string(&own).unwrap();
        assert_eq!(serde_json::from_str::<ModelRouting>(&text).unwrap(), own);
        let newer = r#"{"strategy":"astrology","rescue":"off","timeout":{"total_s":null,"later_ms":5},"more":1}"#;
        let read: ModelRouting = serde_json::from_str(newer).unwrap();
        assert_eq!(read, ModelRouting { rescue: Some(Rescue::Off), ..ModelRouting::default() });
        assert_eq!(serde_json::from_str::<RouteRouting>("{}").unwrap(), RouteRouting::default());
    }

    #[test]
    fn a_breaker_of_its_own_takes_the_rest_from_the_settings() {
        let usual = breaker::Rules::of(&Settings::default());
        assert_eq!(BreakerLimits::default().over(usual), usual);
        let own = BreakerLimits { min_samples: Some(3), open_s: Some(7), ..BreakerLimits::default() };
        assert_eq!(own.over(usual), breaker::Rules { min_samples: 3, open_us: 7_000_000, ..usual });
    }

    proptest! {
        #[test]
        fn a_route_beats_its_model_and_the_model_the_settings(route in timeouts(), model in timeouts()) {
            let settings = Settings::default();
            let of_model = ModelRouting { timeout: model, ..ModelRouting::default() };
            let own = RouteRouting { timeout: route, ..RouteRouting::default() }.within(&of_model);
            let times = Times::of(Some(&own.timeout), &settings);
            let pick = |route: Option<i64>, model: Option<i64>, usual: i64| route.or(model).unwrap_or(usual) * 1000;
            prop_assert_eq!(times.first_byte_us, pick(route.first_byte_ms, model.first_byte_ms, settings.first_byte_ms));
            let last = pick(route.first_byte_last_ms, model.first_byte_last_ms, settings.first_byte_last_ms);
            prop_assert_eq!(times.first_byte_last_us, last);
            prop_assert_eq!(times.idle_us, pick(route.idle_ms, model.idle_ms, settings.idle_ms));
            prop_assert_eq!(times.idle_other_us, pick(route.idle_other_ms, model.idle_other_ms, settings.idle_other_ms));
            prop_assert_eq!(times.total_us, pick(route.total_s, model.total_s, settings.total_s) * 1000);
        }
    }
}
