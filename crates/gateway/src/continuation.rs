//! What a call in Responses goes on from, and what becomes of its answer: a provider that keeps responses does so itself, for
//! any other the gateway keeps them where it is asked to. Either way the id is bound to the caller.

use std::sync::Arc;

use thinkwatch_edge::headers::bounded;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_policy::ids::{ProviderId, UserId};
use thinkwatch_policy::ports::{BoundResponse, ResponseState, ResponseStates};
use thinkwatch_policy::routing::{Excluded, Plan};
use thinkwatch_policy::settings::Settings;
use thinkwatch_wire::request::Peek;
use thinkwatch_wire::{convert, kept};

use crate::accept::Share;
use crate::caller::Caller;
use crate::clock;
use crate::refusal::Refusal;
use crate::state_refusal::StateRefusal;

/// The longest id that is repeated in an answer.
const SHOWN_ID: usize = 128;

/// One call in Responses among those before and after it.
#[derive(Debug)]
pub(crate) struct Turn {
    states: Arc<dyn ResponseStates>,
    user: UserId,
    model: Arc<str>,
    /// The provider that keeps what the call goes on from.
    kept_by: Option<ProviderId>,
    /// What was said before, where the gateway has kept it.
    history: Option<String>,
    /// All that is said up to the answer, if the gateway is to keep it for a provider that keeps nothing.
    items: Option<Arc<str>>,
    /// Whether the client wants the answer kept, as far as it says.
    store: Option<bool>,
    ttl_us: i64,
    binding_ttl_us: i64,
    max_bytes: i64,
}

/// What a call asks for that its turn is made of.
pub(crate) struct Asking<'a> {
    pub(crate) states: &'a Arc<dyn ResponseStates>,
    pub(crate) caller: &'a Caller,
    pub(crate) peek: &'a Peek,
    /// The model asked for, by its own name.
    pub(crate) model: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) settings: &'a Settings,
    pub(crate) now_us: i64,
}

/// Finds what the call goes on from and narrows its plan to the routes that can. Calls in other dialects have no turn.
pub(crate) async fn turn(
    asking: &Asking<'_>,
    endpoint: Endpoint,
    plan: &mut Plan,
    share: &mut Share,
) -> Result<Option<Turn>, Refusal> {
    if endpoint != Endpoint::Responses {
        return Ok(None);
    }
    let Asking { states, caller, peek, settings, .. } = asking;
    let mut turn = Turn {
        states: Arc::clone(states),
        user: caller.as_ref().user().id.clone(),
        model: asking.model.into(),
        kept_by: None,
        history: None,
        items: None,
        store: peek.store,
        ttl_us: settings.responses_ttl_s.saturating_mul(1_000_000),
        binding_ttl_us: settings.responses_binding_ttl_s.saturating_mul(1_000_000),
        max_bytes: settings.responses_max_bytes,
    };
    if let Some(id) = &peek.continuation.previous {
        turn.go_on_from(id, asking, plan).await?;
    }
    if let Some(field) = peek.continuation.needs_keeper {
        narrow(plan, Excluded::KeepsNothing, StateRefusal::NeedsKeeper(field), keeps)?;
    }
    turn.items = turn.items_to_keep(asking, plan)?.map(Into::into);
    let held = turn.history.as_ref().map_or(0, String::len) + turn.items.as_ref().map_or(0, |items| items.len());
    if held > 0 && !share.grow(held, settings) {
        return Err(Refusal::TooManyBytes);
    }
    Ok(Some(turn))
}

fn keeps(route: &Route) -> bool {
    route.provider.has_responses_state()
}

/// Leaves out the routes for which `stays` does not hold; without any left the call is refused.
fn narrow(
    plan: &mut Plan,
    why: Excluded,
    refusal: StateRefusal,
    stays: impl Fn(&Route) -> bool,
) -> Result<(), Refusal> {
    let had = !plan.candidates.is_empty();
    plan.narrow(why, stays);
    if had && plan.candidates.is_empty() { Err(refusal.into()) } else { Ok(()) }
}

impl Turn {
    async fn go_on_from(&mut self, id: &str, asking: &Asking<'_>, plan: &mut Plan) -> Result<(), Refusal> {
        let found = self.states.find(&self.user, id, asking.now_us).await.map_err(|_| StateRefusal::Unavailable)?;
        let shown = || bounded(id, SHOWN_ID);
        let Some(previous) = found else {
            let nobody_keeps = asking.settings.responses_state == "off" && !plan.candidates.iter().any(keeps);
            return Err(
                if nobody_keeps { StateRefusal::NothingKept } else { StateRefusal::UnknownPrevious(shown()) }.into()
            );
        };
        match &previous.state {
            Some(state) => self.history = Some(kept::history(&state.items, &state.response)),
            None => {
                let by = &previous.provider;
                self.kept_by = Some(by.clone());
                narrow(plan, Excluded::KeptElsewhere, StateRefusal::Elsewhere(shown()), |route| {
                    route.provider.id == *by && keeps(route)
                })?;
            }
        }
        Ok(())
    }

    /// The conversation, if a provider that keeps nothing may be asked and the gateway is to keep it then.
    fn items_to_keep(&self, asking: &Asking<'_>, plan: &Plan) -> Result<Option<String>, Refusal> {
        let insists = self.store == Some(true);
        let wanted = match asking.settings.responses_state.as_str() {
            "explicit" => insists,
            "always" => self.store != Some(false),
            _ => false,
        };
        if !wanted || plan.candidates.iter().all(keeps) {
            return Ok(None);
        }
        if !self.states.has_room() {
            return if insists { Err(StateRefusal::NoRoom.into()) } else { Ok(None) };
        }
        let items = kept::conversation(self.history.as_deref(), asking.body);
        match is_too_large(items.len(), self.max_bytes) {
            false => Ok(Some(items)),
            true if insists => Err(StateRefusal::TooLargeToKeep(self.max_bytes).into()),
            true => {
                too_large();
                Ok(None)
            }
        }
    }

    /// Bytes of what was said before, where the gateway has kept it: a call to a provider that has not is so much longer.
    pub(crate) fn history_bytes(&self) -> usize {
        self.history.as_ref().map_or(0, String::len)
    }

    /// What the gateway does for the provider of this route, in its stead.
    pub(crate) fn for_provider(&self, route: &Route) -> convert::Keeping<'_> {
        convert::Keeping { history: self.history.as_deref(), keeps: self.items.is_some() && !keeps(route) }
    }

    /// Whether the call and its answer belong to nothing but themselves: only then may another provider end the answer.
    pub(crate) fn stands_alone(&self) -> bool {
        self.kept_by.is_none() && self.history.is_none() && self.items.is_none() && self.store == Some(false)
    }

    /// Whether a provider that speaks Responses must be told something else than the client said.
    pub(crate) fn rewrites(&self, route: &Route) -> bool {
        let keeping = self.for_provider(route);
        keeping.history.is_some() || keeping.keeps
    }

    /// What is to become of the answer of this route.
    pub(crate) fn keeping(&self, route: &Route, asked_in: Dialect) -> Option<Keeping> {
        let what = match &self.items {
            _ if keeps(route) && asked_in == Dialect::Responses => (self.store != Some(false)).then_some(What::Id)?,
            items => What::State(Arc::clone(items.as_ref()?)),
        };
        let ttl_us = if matches!(what, What::Id) { self.binding_ttl_us } else { self.ttl_us };
        Some(Keeping {
            states: Arc::clone(&self.states),
            user: self.user.clone(),
            model: Arc::clone(&self.model),
            provider: route.provider.id.clone(),
            upstream_model: Arc::clone(&route.upstream_model),
            ttl_us,
            max_bytes: self.max_bytes,
            what: Some(what),
        })
    }
}

/// What is kept of an answer.
#[derive(Debug)]
enum What {
    /// Its id: the provider keeps the rest.
    Id,
    /// All of it, after these items.
    State(Arc<str>),
}

/// An answer that is to be kept, once.
#[derive(Debug)]
pub(crate) struct Keeping {
    states: Arc<dyn ResponseStates>,
    user: UserId,
    model: Arc<str>,
    provider: ProviderId,
    upstream_model: Arc<str>,
    ttl_us: i64,
    max_bytes: i64,
    /// `None` when it is done.
    what: Option<What>,
}

impl Keeping {
    /// The provider has told the id of its answer. It is bound at once: what runs in the background may be asked for, or
    /// cancelled, while its stream is still open.
    pub(crate) fn id_told(&mut self, id: &str) {
        if matches!(self.what, Some(What::Id)) && !id.is_empty() && id.len() <= kept::MAX_ID_BYTES {
            self.what = None;
            self.keep(id, None);
        }
    }

    /// The answer came as a whole (or, of a large one, its beginning).
    pub(crate) fn answered(&mut self, body: &[u8]) {
        match self.what.take() {
            Some(What::Id) => {
                self.what = Some(What::Id);
                if let Some(id) = kept::id_of(body) {
                    self.id_told(&id);
                }
            }
            Some(What::State(items)) => {
                if let Ok(response) = std::str::from_utf8(body) {
                    self.keep_state(&items, response);
                }
            }
            None => {}
        }
    }

    /// A stream has ended well; `last` are the bytes that the client gets last.
    pub(crate) fn ended(&mut self, last: &[u8]) {
        if let Some(What::State(items)) = &self.what
            && let Some(response) = kept::response_of_stream(last)
        {
            let items = Arc::clone(items);
            self.what = None;
            self.keep_state(&items, &response);
        }
    }

    fn keep_state(&self, items: &str, response: &str) {
        let Some(id) = kept::id_of(response.as_bytes()) else { return };
        if is_too_large(items.len() + response.len(), self.max_bytes) {
            too_large();
            return;
        }
        self.keep(&id, Some(Arc::new(ResponseState { items: items.into(), response: response.into() })));
    }

    fn keep(&self, id: &str, state: Option<Arc<ResponseState>>) {
        let now = clock::now_us();
        let response = BoundResponse {
            id: id.into(),
            user: self.user.clone(),
            provider: self.provider.clone(),
            model: Arc::clone(&self.model),
            upstream_model: Arc::clone(&self.upstream_model),
            created_at_us: now,
            expires_at_us: now.saturating_add(self.ttl_us),
            state,
        };
        self.states.keep(response);
    }
}

fn is_too_large(bytes: usize, most: i64) -> bool {
    i64::try_from(bytes).unwrap_or(i64::MAX) > most
}

fn too_large() {
    metrics::counter!("thinkwatch_responses_lost_total", "reason" => "too_large").increment(1);
}

impl From<StateRefusal> for Refusal {
    fn from(refusal: StateRefusal) -> Self {
        Self::State(refusal)
    }
}
