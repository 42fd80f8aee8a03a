//! `thinkwatch explain`: why a call went where it went. Reads the request log, also beside a running server, and finds the order of
//! the routes again from what was kept of the decision.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thinkwatch_logs::{EmbeddedLogs, LogStore, Options, Scope};
use thinkwatch_policy::pricing::format_usd;
use thinkwatch_policy::strategy::{Kept, Picks, Strategy, replay};
use thinkwatch_records::CallRecord;
use thinkwatch_records::call::{Plan, PlannedRoute};

use super::{configuration, runtime};
use crate::cli::{self, say};

pub(crate) fn run(what: &cli::Explain) -> Result<ExitCode> {
    let config = configuration()?;
    let found = runtime()?.block_on(async {
        let folder = config.data_dir.join("logs");
        let logs = EmbeddedLogs::open(Options::new(folder)).context("the log store cannot be opened")?;
        let found = logs.get_call(Scope::All, &what.id).await;
        logs.close().await;
        found.context("the request log cannot be read")
    })?;
    let Some(call) = found else {
        anyhow::bail!(
            "there is no call `{}` in the request log: one that has just ended appears after a second",
            what.id
        );
    };
    let again = call.plan.as_ref().and_then(order_again);
    if what.json {
        say(as_json(&call, again.as_deref()));
    } else {
        print(&call, again.as_deref());
    }
    let same = match (&call.plan, &again) {
        (Some(plan), Some(again)) => *again == order_kept(plan),
        (Some(_), None) => false,
        (None, _) => true,
    };
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tried(plan: &Plan) -> impl Iterator<Item = &PlannedRoute> {
    plan.routes.iter().filter(|route| route.excluded.is_empty())
}

fn order_kept(plan: &Plan) -> Vec<String> {
    tried(plan).map(|route| route.route_id.clone()).collect()
}

/// The order that follows from what was kept; `None` where the strategy is one of another version.
fn order_again(plan: &Plan) -> Option<Vec<String>> {
    let strategy = Strategy::parse(&plan.strategy)?;
    let kept = tried(plan).map(|route| Kept {
        id: route.route_id.clone(),
        priority: route.priority,
        weight: route.weight,
        score: route.score,
        behind: route.admitted == "behind",
        place: route.place,
        spare: route.admitted.is_empty(),
    });
    let picks = Picks { call: plan.pick, conversation: plan.conversation };
    Some(replay(strategy, kept.collect(), picks).into_iter().map(|one| one.id).collect())
}

fn as_json(call: &CallRecord, again: Option<&[String]>) -> Value {
    let route = |route: &PlannedRoute| {
        json!({"route_id": route.route_id, "provider": route.provider, "upstream_model": route.upstream_model,
            "priority": route.priority, "weight": route.weight, "score": route.score, "admitted": route.admitted,
            "excluded": route.excluded, "model": route.model, "stand_in": route.stand_in})
    };
    let plan = call.plan.as_ref().map(|plan| {
        json!({"strategy": plan.strategy, "asked": plan.asked, "pick": plan.pick.to_string(),
            "conversation": plan.conversation.map(|number| number.to_string()),
            "routes": plan.routes.iter().map(route).collect::<Vec<_>>(), "replayed": again,
            "same": again == Some(order_kept(plan).as_slice())})
    });
    let attempts = call.attempts.iter().map(|attempt| {
        json!({"route_id": attempt.route_id, "provider": attempt.provider, "status_code": attempt.status_code,
            "error_class": attempt.error_class, "start_us": attempt.started_at - call.timestamp,
            "duration_us": attempt.duration_us})
    });
    json!({"request_id": call.request_id().to_string(), "model": call.model, "outcome": call.outcome().as_str(),
        "status_code": call.status_code, "plan": plan, "attempts": attempts.collect::<Vec<_>>()})
}

fn print(call: &CallRecord, again: Option<&[String]>) {
    say(format!("{}  {}  {} {}", call.request_id(), call.model, call.outcome().as_str(), call.status_code));
    match &call.plan {
        None => say("\nOne route, or none: there was nothing to choose from."),
        Some(plan) => {
            let by = match plan.conversation {
                Some(_) => ", and the conversation decides among equals",
                None => "",
            };
            if !plan.asked.is_empty() && plan.asked != call.model {
                say(format!("\nAsked for as `{}`.", plan.asked));
            }
            say(format!("\nRoutes in the order they were to be tried, by {}{by}:", plan.strategy));
            for (place, route) in tried(plan).enumerate() {
                say(format!("  {}. {}", place + 1, line(plan, route)));
            }
            let left_out: Vec<_> = plan.routes.iter().filter(|route| !route.excluded.is_empty()).collect();
            if !left_out.is_empty() {
                say("\nLeft out:");
            }
            for route in left_out {
                say(format!("  {} at {}: {}", route.route_id, route.provider, route.excluded));
            }
        }
    }
    if !call.attempts.is_empty() {
        say("\nWhat was tried:");
    }
    for attempt in &call.attempts {
        let became = match (attempt.error_class.as_str(), attempt.status_code) {
            ("", status) => format!("answered with {status}"),
            (class, 0) => class.to_owned(),
            (class, status) => format!("{class} ({status})"),
        };
        let (after, took) = ((attempt.started_at - call.timestamp).max(0) / 1000, attempt.duration_us / 1000);
        say(format!("  after {after} ms: {} at {}: {became}, {took} ms", attempt.route_id, attempt.provider));
    }
    if let Some(plan) = &call.plan {
        say(match again {
            Some(again) if again == order_kept(plan) => {
                "\nDecided again from what was kept: the same order.".to_owned()
            }
            Some(again) => format!("\nDecided again from what was kept: another order: {}", again.join(", ")),
            None => format!("\nCannot be decided again: this version has no strategy `{}`.", plan.strategy),
        });
    }
}

fn line(plan: &Plan, route: &PlannedRoute) -> String {
    let score = match (plan.strategy.as_str(), route.score) {
        ("latency", Some(micros)) => format!(", first token after {} ms", micros / 1000),
        ("latency", None) => ", never measured".to_owned(),
        ("cost", Some(nano)) => format!(", {} USD for 3 million tokens in and 1 million out", format_usd(nano)),
        ("cost", None) => ", no price".to_owned(),
        _ => String::new(),
    };
    let breaker = match route.admitted.as_str() {
        "probe" => ", being probed",
        "behind" => ", behind the others because its breaker is open",
        _ => "",
    };
    let model = match route.stand_in.as_str() {
        "" => String::new(),
        "larger_context" if route.admitted.is_empty() => {
            format!(", of `{}`, only if the call turns out to be too long", route.model)
        }
        "larger_context" => format!(", of `{}`, because the call is too long for the others", route.model),
        _ => format!(", of `{}`, which stands in for the model asked for", route.model),
    };
    let PlannedRoute { route_id, provider, upstream_model, priority, weight, .. } = route;
    format!("{route_id} at {provider} ({upstream_model}), priority {priority}, weight {weight}{score}{breaker}{model}")
}
