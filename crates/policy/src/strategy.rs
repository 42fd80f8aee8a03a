//! Which of a model's routes is tried first: by priority, by weight alone, by how fast they begin, or by what they cost. Pure: what
//! was measured and chance are arguments, so that the order of a call can be found again from what was kept of it.

use crate::catalogue::Route;
use crate::routing::{Draws, by_priority, shuffle_by_weight};
use crate::settings::Settings;

/// How routes are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Lower priority numbers first; within one, by chance in proportion to weight.
    Priority,
    /// By chance in proportion to weight, whatever the priority.
    Weighted,
    /// The shortest time to a first token first.
    Latency,
    /// The lowest price first.
    Cost,
}

impl Strategy {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Priority, Self::Weighted, Self::Latency, Self::Cost];

    /// The word in settings, records and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Weighted => "weighted",
            Self::Latency => "latency",
            Self::Cost => "cost",
        }
    }

    /// Reads the word written by [`Self::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == word)
    }

    /// As the settings say.
    pub fn of(settings: &Settings) -> Self {
        Self::parse(&settings.strategy).unwrap_or(Self::Priority)
    }
}

/// In how many of a hundred calls another route than the fastest goes first, so that each is measured now and then.
const EXPLORED_PCT: u64 = 5;
/// Routes that are slower than the fastest by up to half are taken to be as fast: a conversation stays with one of them.
const AS_FAST_PCT: i64 = 150;

/// The random numbers of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picks {
    /// Of this call alone.
    pub call: u64,
    /// The same for all calls of a conversation, where it is known: it draws the same route each time, and the provider's prompt
    /// cache goes on hitting.
    pub conversation: Option<u64>,
}

impl Picks {
    /// What draws among equals.
    pub const fn among_equals(self) -> u64 {
        match self.conversation {
            Some(pick) => pick,
            None => self.call,
        }
    }
}

/// What is put in order: a route, or what was kept of one.
pub trait Candidate {
    /// Tells equals apart.
    fn id(&self) -> &str;
    /// Lower is tried first.
    fn priority(&self) -> i32;
    /// Share among equals.
    fn weight(&self) -> u32;
    /// The place of its model in the chain: no route of a later one is tried before those of an earlier one.
    fn place(&self) -> u32;
}

impl Candidate for Route {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn weight(&self) -> u32 {
        self.weight
    }

    fn place(&self) -> u32 {
        self.place()
    }
}

/// Puts the candidates of each model in the strategy's order, and the models in the order of the chain.
pub fn order<T: Candidate>(strategy: Strategy, candidates: &mut [T], score: impl Fn(&T) -> Option<i64>, picks: Picks) {
    if candidates.iter().all(|one| one.place() == 0) {
        return order_equals(strategy, candidates, &score, picks);
    }
    candidates.sort_by_key(T::place);
    for of_model in candidates.chunk_by_mut(|a, b| a.place() == b.place()) {
        order_equals(strategy, of_model, &score, picks);
    }
}

/// Puts candidates in the strategy's order, whatever order they come in. `score` is the time to a first token in microseconds, or a
/// price; `None` where it is not known. A route of unknown speed is not instant, and one of unknown price not free: they come
/// last, and are explored.
fn order_equals<T: Candidate>(
    strategy: Strategy,
    candidates: &mut [T],
    score: &impl Fn(&T) -> Option<i64>,
    picks: Picks,
) {
    match strategy {
        Strategy::Weighted => {
            candidates.sort_by(|a, b| a.id().cmp(b.id()));
            shuffle_by_weight(candidates, &mut Draws(picks.among_equals()));
        }
        Strategy::Priority | Strategy::Latency | Strategy::Cost => by_priority(candidates, picks.among_equals()),
    }
    match strategy {
        Strategy::Priority | Strategy::Weighted => {}
        // Stable: priority and weight decide among equals.
        Strategy::Cost => candidates.sort_by_key(|one| (score(one).is_none(), score(one))),
        Strategy::Latency => by_latency(candidates, score, picks),
    }
}

fn by_latency<T: Candidate>(candidates: &mut [T], score: &impl Fn(&T) -> Option<i64>, picks: Picks) {
    candidates.sort_by_key(|one| (score(one).is_none(), score(one)));
    if let (Some(conversation), Some(fastest)) = (picks.conversation, candidates.first().and_then(score)) {
        let bound = fastest.saturating_mul(AS_FAST_PCT) / 100;
        let as_fast = candidates.iter().take_while(|one| score(one).is_some_and(|score| score <= bound)).count();
        // By id first: which of two that are about as fast is ahead changes from call to call.
        let equals = &mut candidates[..as_fast];
        equals.sort_by(|a, b| a.id().cmp(b.id()));
        let first = Draws(conversation).below(as_fast as u64);
        equals[..=usize::try_from(first).unwrap_or(0)].rotate_right(1);
    }
    let mut draws = Draws(picks.call);
    if candidates.len() > 1 && draws.below(100) < EXPLORED_PCT {
        let others = candidates.len() as u64 - 1;
        let explored = 1 + usize::try_from(draws.below(others)).unwrap_or(0);
        candidates[..=explored].rotate_right(1);
    }
}

/// What was kept of a candidate, to find the order again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The route.
    pub id: String,
    /// Its priority then.
    pub priority: i32,
    /// Its weight then.
    pub weight: u32,
    /// Its score then.
    pub score: Option<i64>,
    /// Whether its breaker moved it behind the others.
    pub behind: bool,
    /// The place of its model in the chain.
    pub place: u32,
    /// Whether it was only for a call that turns out to be too long.
    pub spare: bool,
}

impl Candidate for Kept {
    fn id(&self) -> &str {
        &self.id
    }

    fn priority(&self) -> i32 {
        self.priority
    }

    fn weight(&self) -> u32 {
        self.weight
    }

    fn place(&self) -> u32 {
        self.place
    }
}

/// The order that follows from what was kept, without anything else.
pub fn replay(strategy: Strategy, mut kept: Vec<Kept>, picks: Picks) -> Vec<Kept> {
    order(strategy, &mut kept, |one| one.score, picks);
    // Stable: each part keeps its order.
    kept.sort_by_key(|one| (one.spare, one.behind));
    kept
}

#[cfg(test)]
mod tests;
