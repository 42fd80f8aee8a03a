//! Reading what a model or a route says of routing for itself, and the further names of a model.

use std::collections::HashMap;

use thinkwatch_policy::conduct::{Affinity, MOST_FALLBACKS, ModelRouting, OutOfBounds, Rescue, RouteRouting, Timeouts};
use thinkwatch_policy::ids::ModelId;
use thinkwatch_policy::strategy::Strategy;
use thinkwatch_store::ModelWithRoutes;

use super::read_name;
use crate::error::{ControlError, Result};

/// The most further names of one model.
const MOST_ALIASES: usize = 32;

/// What a model says of routing, as it is asked for and shown: models by their names. What is absent is as the settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// `priority`, `weighted`, `latency` or `cost`.
    pub strategy: Option<String>,
    /// `conversation` or `none`.
    pub affinity: Option<String>,
    /// `prefill`, `regenerate` or `off`.
    pub rescue: Option<String>,
    /// How often a call is tried again at a route that failed it for a moment.
    pub retry_max: Option<i64>,
    /// How long its routes are waited for.
    pub timeout: Timeouts,
    /// The models that take over, in order.
    pub fallbacks: Vec<String>,
    /// The model that takes calls which are too long.
    pub larger_context: Option<String>,
}

/// Names of models by their ids.
pub(super) type Names = HashMap<String, String>;

pub(super) fn names(models: &[ModelWithRoutes]) -> Names {
    models.iter().map(|known| (known.model.id.clone(), known.model.model_id.clone())).collect()
}

/// What is kept, in words. Models that are gone are not shown.
pub(super) fn shown(own: &ModelRouting, names: &Names) -> Routing {
    let name = |id: &ModelId| names.get(id.as_str()).cloned();
    Routing {
        strategy: own.strategy.map(|word| word.as_str().to_owned()),
        affinity: own.affinity.map(|word| word.as_str().to_owned()),
        rescue: own.rescue.map(|word| word.as_str().to_owned()),
        retry_max: own.retry_max,
        timeout: own.timeout,
        fallbacks: own.fallbacks.iter().filter_map(name).collect(),
        larger_context: own.larger_context.as_ref().and_then(name),
    }
}

/// Checks what a model (of this row and name) is to say.
pub(super) fn read(wish: Routing, model: (&str, &str), names: &Names) -> Result<ModelRouting> {
    let strategies = Strategy::ALL.map(Strategy::as_str);
    let affinities = Affinity::ALL.map(Affinity::as_str);
    let rescues = Rescue::ALL.map(Rescue::as_str);
    let own = ModelRouting {
        strategy: read_word("routing.strategy", wish.strategy.as_deref(), Strategy::parse, &strategies)?,
        affinity: read_word("routing.affinity", wish.affinity.as_deref(), Affinity::parse, &affinities)?,
        rescue: read_word("routing.rescue", wish.rescue.as_deref(), Rescue::parse, &rescues)?,
        retry_max: wish.retry_max,
        timeout: wish.timeout,
        fallbacks: read_fallbacks(&wish.fallbacks, model, names)?,
        larger_context: wish
            .larger_context
            .as_deref()
            .map(|other| find("routing.larger_context", other, model, names))
            .transpose()?,
    };
    own.check().map_err(|error| out_of_bounds("routing", &error))?;
    Ok(own)
}

fn read_word<T>(
    field: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || ControlError::invalid(field, format!("must be one of {}, or null", known.join(", ")));
    parse(text).map(Some).ok_or_else(wrong)
}

fn read_fallbacks(wishes: &[String], model: (&str, &str), names: &Names) -> Result<Vec<ModelId>> {
    if wishes.len() > MOST_FALLBACKS {
        return Err(ControlError::invalid("routing.fallbacks", format!("give at most {MOST_FALLBACKS} models")));
    }
    let mut found: Vec<ModelId> = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        let field = format!("routing.fallbacks[{at}]");
        let other = find(&field, wish, model, names)?;
        if found.contains(&other) {
            return Err(ControlError::invalid(field, format!("`{wish}` is there twice")));
        }
        found.push(other);
    }
    Ok(found)
}

/// The model that is meant by a name or an id.
fn find(field: &str, text: &str, (own_id, own_name): (&str, &str), names: &Names) -> Result<ModelId> {
    if text == own_name || text == own_id {
        return Err(ControlError::invalid(field, "a model cannot stand in for itself"));
    }
    let found = names.iter().find(|(id, name)| *id == text || *name == text);
    let (id, _) = found.ok_or_else(|| {
        ControlError::invalid(
            field,
            format!("there is no model `{text}` among those that are configured: give the name of one"),
        )
    })?;
    Ok(ModelId::from(id.as_str()))
}

/// Checks what a route is to say. `field` is the route's own.
pub(super) fn read_route(field: &str, own: RouteRouting) -> Result<RouteRouting> {
    own.check().map_err(|error| out_of_bounds(field, &error))?;
    Ok(own)
}

fn out_of_bounds(field: &str, error: &OutOfBounds) -> ControlError {
    ControlError::invalid(format!("{field}.{}", error.field), format!("must be {}", error.expected))
}

/// Checks the further names of a model.
pub(super) fn read_aliases(wishes: &[String], model: &str) -> Result<Vec<String>> {
    if wishes.len() > MOST_ALIASES {
        return Err(ControlError::invalid("aliases", format!("give at most {MOST_ALIASES} names")));
    }
    let mut names: Vec<String> = Vec::with_capacity(wishes.len());
    for (at, wish) in wishes.iter().enumerate() {
        let field = format!("aliases[{at}]");
        let name = read_name(&field, wish)?;
        if name == model || names.contains(&name) {
            return Err(ControlError::invalid(field, format!("`{name}` is there twice")));
        }
        names.push(name);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(result: Result<impl std::fmt::Debug>) -> String {
        match result {
            Err(ControlError::Invalid { field, message, .. }) => format!("{field}: {message}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_wish_is_read_and_shown_again_and_a_bad_one_named() {
        let names: Names = [("mod_a", "a"), ("mod_b", "b")].map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        let wish = Routing {
            strategy: Some("cost".to_owned()),
            rescue: Some("off".to_owned()),
            retry_max: Some(0),
            timeout: Timeouts { total_s: Some(5), ..Timeouts::default() },
            fallbacks: vec!["mod_b".to_owned()],
            larger_context: Some("b".to_owned()),
            ..Routing::default()
        };
        let own = read(wish.clone(), ("mod_a", "a"), &names).unwrap();
        assert_eq!(shown(&own, &names), Routing { fallbacks: vec!["b".to_owned()], ..wish.clone() });
        assert_eq!(shown(&own, &Names::new()).fallbacks, Vec::<String>::new());
        let bad = |change: fn(&mut Routing)| {
            let mut wish = wish.clone();
            change(&mut wish);
            field(read(wish, ("mod_a", "a"), &names))
        };
        let word = bad(|wish| wish.strategy = Some("best".to_owned()));
        assert_eq!(word, "routing.strategy: must be one of priority, weighted, latency, cost, or null");
        let number = bad(|wish| wish.timeout.idle_ms = Some(1));
        assert_eq!(number, "routing.timeout.idle_ms: must be a whole number from 100 to 3600000");
        assert!(
            bad(|wish| wish.fallbacks.push("b".to_owned())).starts_with("routing.fallbacks[1]: `b` is there twice")
        );
        assert!(bad(|wish| wish.fallbacks = vec!["a".to_owned()]).contains("stand in for itself"));
        assert!(bad(|wish| wish.larger_context = Some("x".to_owned())).contains("there is no model `x`"));
        assert!(bad(|wish| wish.fallbacks = vec!["b".to_owned(); 9]).contains("at most 8"));
        let own = RouteRouting { context_tokens: Some(0), ..RouteRouting::default() };
        assert!(field(read_route("routes[2]", own)).starts_with("routes[2].context_tokens: must be"));
    }

    #[test]
    fn aliases_are_names_and_each_there_once() {
        let read = |names: &[&str]| read_aliases(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), "m");
        assert_eq!(read(&[" fast ", "m-latest"]).unwrap(), ["fast", "m-latest"]);
        assert_eq!(field(read(&["x", "m"])), "aliases[1]: `m` is there twice");
        assert!(field(read(&["x", "x"])).starts_with("aliases[1]"));
        assert!(field(read(&["gpt-*"])).starts_with("aliases[0]: must be 1 to 200"));
        assert!(field(read(&["x"; 33])).starts_with("aliases: give at most 32"));
    }
}
