//! What would become of a call: where it would go, what it could cost, and what would refuse it. Nothing is taken.

use std::sync::Arc;

use thinkwatch_policy::access::{self, Action};
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::ids::{KeyId, UserId};
use thinkwatch_policy::limits::assess::{self, Call};
use thinkwatch_policy::limits::{Forecast, Size, Who, forecast};
use thinkwatch_policy::principal::{KeyPrincipal, Surface, UserPrincipal};
use thinkwatch_policy::routing::{self, context_of};

use super::standing;
use crate::caller::{Caller, Credential};
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// Bytes of input when nothing is said: about two thousand tokens at the bound.
const USUAL_INPUT_BYTES: u64 = 4_000;
/// Nobody sends more than the largest body.
const MOST_INPUT_BYTES: u64 = 1 << 30;
const MOST_OUTPUT: u64 = 100_000_000;

/// A call that is only thought of.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// The model, as clients name it.
    pub model: String,
    /// With which key.
    pub key_id: Option<String>,
    /// By which user, without a key; whoever asks when both are absent.
    pub user_id: Option<String>,
    /// How long its body is.
    pub input_bytes: Option<u64>,
    /// The most output it allows.
    pub max_output_tokens: Option<u64>,
}

/// A way it could take.
#[derive(Clone, Debug)]
pub struct PreviewWay {
    /// The route.
    pub route: Route,
    /// The most it could cost there, in nano-dollars.
    pub cost_nano: u64,
}

/// What would become of it.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Why the caller may not use the model at all.
    pub refused: Option<String>,
    /// The most weighted tokens it could use.
    pub tokens: u64,
    /// Where it could go, in the order of the plan.
    pub ways: Vec<PreviewWay>,
    /// Left out of the plan, and why.
    pub excluded: Vec<(Route, &'static str)>,
    /// What each rule would say; its ways are those above.
    pub forecast: Forecast,
}

/// Thinks a call through.
pub async fn preview(control: &Control, caller: &Caller, trial: &Trial) -> Result<Preview> {
    caller.may(Action::LimitsRead).or_else(|_| caller.may(Action::AccountOwn))?;
    let bound = |field: &str, number: u64, most: u64| {
        if (1..=most).contains(&number) {
            return Ok(number);
        }
        Err(ControlError::invalid(field, format!("must be a whole number from 1 to {most}")))
    };
    let input_bytes = bound("input_bytes", trial.input_bytes.unwrap_or(USUAL_INPUT_BYTES), MOST_INPUT_BYTES)?;
    let asked_output = trial.max_output_tokens.map(|most| bound("max_output_tokens", most, MOST_OUTPUT)).transpose()?;
    let by = by(control, caller, trial)?;
    let handle = control.publisher.handle();
    let (catalogue, book) = (handle.catalogue.load_full(), handle.limits.load_full());
    let resolved = routing::resolve(&catalogue, &trial.model)
        .ok_or_else(|| ControlError::invalid("model", format!("there is no model `{}`", trial.model)))?;
    let now_us = now_us();
    let endpoint = Endpoint::ChatCompletions;
    let mut plan = routing::plan(resolved.routes(), endpoint, 0);
    let model = resolved.model();
    let allowed = |name: &str| access::use_model(by.caller(), name, now_us).is_ok();
    if let Some(model) = model {
        plan.add_stand_ins(model, endpoint, allowed);
        plan.fit_context(context_of(input_bytes, asked_output));
        plan.candidates.sort_by_key(Route::place);
    }
    let candidates = plan.candidates.len();
    // Where it would go if it turned out to be too long counts for what it could cost.
    plan.candidates.append(&mut plan.larger);
    let name = model.map_or(trial.model.as_str(), |model| &*model.name);
    let call = Call {
        surface: Surface::AiGateway,
        who: Who::of(by.caller()),
        model_name: name,
        model: model.map(AsRef::as_ref),
        size: Size { endpoint, input_bytes, asked_output, answers: 1, images: 0 },
        usual_output: u64::try_from(handle.settings.load().limits_default_output_tokens).unwrap_or(4096),
        usual: None,
        candidates: &plan.candidates,
        now_us,
    };
    let mut assessment = assess::assess(&book, &catalogue.prices, &call);
    assessment.claims.choices.truncate(candidates);
    let counters = forecast::counters(&assessment.claims);
    let standings = if counters.is_empty() {
        Vec::new()
    } else {
        standing::peek(control, counters).await.ok_or_else(|| ControlError::Unavailable {
            what: "what budgets have spent",
            detail: "the counters do not answer".to_owned(),
        })?
    };
    let refused = access::use_model(by.caller(), name, now_us).err().map(|refusal| refusal.to_string());
    Ok(Preview {
        refused,
        tokens: assessment.tokens,
        forecast: forecast(&assessment.claims, candidates, &standings),
        ways: plan
            .candidates
            .into_iter()
            .take(candidates)
            .zip(assessment.costs)
            .map(|(route, cost_nano)| PreviewWay { route, cost_nano })
            .collect(),
        excluded: plan.excluded.into_iter().map(|(route, why)| (route, why.as_str())).collect(),
    })
}

/// Who would call.
enum By {
    Key(Arc<KeyPrincipal>),
    User(Arc<UserPrincipal>),
}

impl By {
    fn caller(&self) -> access::Caller<'_> {
        match self {
            Self::Key(key) => access::Caller::Key(key),
            Self::User(user) => access::Caller::Session(user),
        }
    }
}

/// Those who may not see others' limits can only try for themselves.
fn by(control: &Control, caller: &Caller, trial: &Trial) -> Result<By> {
    let principals = control.publisher.handle().principals.load();
    let allowed = |owner: &UserPrincipal, what| {
        if caller.allows(Action::LimitsRead) || caller.is(owner.id.as_str()) {
            return Ok(());
        }
        Err(ControlError::NotFound(what))
    };
    if let Some(id) = &trial.key_id {
        let id = KeyId::from(id.as_str());
        let key = principals.keys.values().find(|key| key.id == id).ok_or(ControlError::NotFound("API key"))?;
        allowed(&key.user, "API key")?;
        return Ok(By::Key(Arc::clone(key)));
    }
    if let Some(id) = &trial.user_id {
        let user = principals.users.get(&UserId::from(id.as_str())).ok_or(ControlError::NotFound("user"))?;
        allowed(user, "user")?;
        return Ok(By::User(Arc::clone(user)));
    }
    Ok(match &caller.credential {
        Credential::Session { user, .. } => By::User(Arc::clone(user)),
        Credential::Key(key) => By::Key(Arc::clone(key)),
    })
}
