//! The counters of limits and budgets.

use std::fmt;

use super::Answering;
use crate::ids::{ReplicaId, RequestId};
use crate::limits::{Ask, Claim, Counter, PurseKey, Reserved, Standing, Used};

/// An answer that may be there already. Counters of the own process answer at once, without a future that would have to be
/// allocated.
pub enum Answer<'a, T> {
    /// Here it is.
    Ready(T),
    /// It has to be waited for.
    Waiting(Answering<'a, T>),
}

impl<T> Answer<'_, T> {
    /// Waits if need be.
    pub async fn get(self) -> T {
        match self {
            Self::Ready(answer) => answer,
            Self::Waiting(answering) => answering.await,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Answer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(answer) => f.debug_tuple("Ready").field(answer).finish(),
            Self::Waiting(_) => f.write_str("Waiting"),
        }
    }
}

/// What a reservation answers with.
pub type Reserving<'a> = Answer<'a, Result<Reserved, Unavailable>>;

/// Nothing was taken, because the counters cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Budgets were asked for, and what is spent is not known yet. The same ask without them is answered.
    #[error("what budgets have spent is not known at the moment")]
    Budgets,
    /// No counter answers.
    #[error("the counters of limits and budgets do not answer at the moment")]
    All,
}

/// Where limits and budgets are counted, for one replica.
///
/// A call reserves, may swap its route's share any number of times, and settles exactly once, also when it failed. Settling
/// never waits. Calls that hold nothing may do all of it; nothing happens.
pub trait Counters: fmt::Debug + Send + Sync {
    /// Takes all that is asked for with the first choice that fits, or nothing, in one step.
    fn reserve(&self, ask: Ask) -> Reserving<'_>;

    /// The call leaves its route, on which `used` was spent (nothing, mostly): its share of that route's counters is settled,
    /// and the first of these choices that fits is taken. Where none fits the call holds no route's share.
    fn swap(&self, call: RequestId, used: Used, now_us: i64, choices: Vec<Vec<Claim>>) -> Reserving<'_>;

    /// The call has ended and used this in all, on all its routes. Calls at once are given back, tokens put right. What it
    /// reserved of budgets becomes what it really cost, and stays reserved until the ledger has it.
    fn settle(&self, call: RequestId, used: Used, now_us: i64);

    /// How counters stand, in the order asked, without taking anything.
    fn peek(&self, counters: Vec<Counter>, now_us: i64) -> Answer<'_, Result<Vec<Standing>, Unavailable>>;
}

/// What the ledger tells the counters. Spent amounts are absolute sums per replica and only grow, so telling them twice does
/// no harm.
pub trait SpentFeed: fmt::Debug + Send + Sync {
    /// What the store says was spent in the periods that still run, by each replica. Budgets answer once this was told
    /// after the ledger passed all calls of the process before (and again after the counters were lost: see
    /// [`Self::wants_seed`]).
    fn seed(&self, spent: Vec<(PurseKey, ReplicaId, u64)>) -> Answering<'_, Result<(), Unavailable>>;

    /// Resolves when what was spent has to be told again with [`Self::seed`]: at once until the first time, then whenever
    /// the counters were lost.
    fn wants_seed(&self) -> Answering<'_, ()>;

    /// The ledger has these calls, and with them this replica has spent that much in these purses. The calls hold nothing
    /// more.
    fn passed<'a>(&'a self, calls: &'a [RequestId], spent: &'a [(PurseKey, u64)]) -> Answering<'a, ()>;

    /// An operator has reset a rate limit: its counter holds nothing. Purses are not reset here; their claims get another
    /// maximum.
    fn reset(&self, counter: Counter) -> Answering<'_, Result<(), Unavailable>>;

    /// Whether budgets answer.
    fn ready(&self) -> bool;
}
