//! How fast credentials may be tried: lock-out of sign-ins per address and per account, and a plain limiter.
//!
//! Memory is bounded: the entry that was touched longest ago goes first.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use parking_lot::Mutex;

use crate::token::sha256;

/// Entries kept per table.
pub const CAPACITY: usize = 100_000;

/// Try again after so many seconds (at least 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts, try again in {retry_after_secs} s")]
pub struct Throttled {
    /// For `Retry-After`.
    pub retry_after_secs: u64,
}

impl Throttled {
    fn until(free_us: i64, now_us: i64) -> Self {
        let wait = u64::try_from(free_us.saturating_sub(now_us)).unwrap_or(0);
        Self { retry_after_secs: wait.div_ceil(1_000_000).max(1) }
    }
}

/// How many failures lock out, and for how long (settings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockoutRule {
    /// Failures within `lockout_secs`.
    pub max_failures: u32,
    /// Length of the lock-out.
    pub lockout_secs: u32,
}

impl LockoutRule {
    fn lockout_us(self) -> i64 {
        i64::from(self.lockout_secs) * 1_000_000
    }
}

/// Failed sign-ins.
#[derive(Debug)]
pub struct LoginThrottle {
    tables: Mutex<Tables>,
}

#[derive(Debug)]
struct Tables {
    addresses: Recent<IpAddr, Failures>,
    accounts: Recent<[u8; 16], Failures>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Failures {
    since_us: i64,
    count: u32,
}

impl Failures {
    /// The time from which on a try is allowed again, if it is not now.
    fn locked_until(&self, rule: LockoutRule, now_us: i64) -> Option<i64> {
        let free_us = self.since_us.saturating_add(rule.lockout_us());
        // A start in the future means that the clock was set back: never lock out longer than the rule says.
        (self.count >= rule.max_failures && now_us < free_us).then(|| free_us.min(now_us + rule.lockout_us()))
    }

    fn count_one(&mut self, rule: LockoutRule, now_us: i64) {
        if self.count == 0 || now_us >= self.since_us.saturating_add(rule.lockout_us()) {
            *self = Self { since_us: now_us, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        if self.count == rule.max_failures {
            // The lock-out starts with the failure that caused it.
            self.since_us = now_us;
        }
    }
}

impl LoginThrottle {
    /// With room for [`CAPACITY`] addresses and as many accounts.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// With room for so many addresses and as many accounts.
    pub fn with_capacity(capacity: usize) -> Self {
        let tables = Tables { addresses: Recent::new(capacity), accounts: Recent::new(capacity) };
        Self { tables: Mutex::new(tables) }
    }

    /// Asks for a try, and counts it as failed until [`Self::succeeded`] or [`Self::withdraw`] says otherwise: a
    /// thousand tries sent at once must not all pass before the first of them has failed. Refused ones do not count.
    pub fn attempt(&self, address: IpAddr, account: &str, rule: LockoutRule, now_us: i64) -> Result<(), Throttled> {
        let (address, account) = (network(address), account_key(account));
        let mut tables = self.tables.lock();
        let locked = |failures: Option<&Failures>| failures.and_then(|f| f.locked_until(rule, now_us));
        let by_address = locked(tables.addresses.get(&address));
        let by_account = locked(tables.accounts.get(&account));
        if let Some(free_us) = by_address.max(by_account) {
            return Err(Throttled::until(free_us, now_us));
        }
        tables.addresses.entry(address).count_one(rule, now_us);
        tables.accounts.entry(account).count_one(rule, now_us);
        Ok(())
    }

    /// The try was right: the account starts anew, the address gets this one try back (else anyone with an account
    /// of their own could wash their address clean between guesses at others').
    pub fn succeeded(&self, address: IpAddr, account: &str) {
        let mut tables = self.tables.lock();
        tables.accounts.remove(&account_key(account));
        give_back(&mut tables.addresses, &network(address));
    }

    /// The try could not be judged (the store was down): it does not count.
    pub fn withdraw(&self, address: IpAddr, account: &str) {
        let mut tables = self.tables.lock();
        give_back(&mut tables.accounts, &account_key(account));
        give_back(&mut tables.addresses, &network(address));
    }

    /// Lets an account try again at once (an operator unlocks it).
    pub fn unlock_account(&self, account: &str) {
        self.tables.lock().accounts.remove(&account_key(account));
    }
}

impl Default for LoginThrottle {
    fn default() -> Self {
        Self::new()
    }
}

fn give_back<K: Hash + Eq + Clone>(table: &mut Recent<K, Failures>, key: &K) {
    let left = table.get_mut(key).map(|failures| {
        failures.count = failures.count.saturating_sub(1);
        failures.count
    });
    if left == Some(0) {
        table.remove(key);
    }
}

/// At most so many acts per address in any window: for what is rare and dear, such as the first set-up.
#[derive(Debug)]
pub struct AddressLimiter {
    max: usize,
    window_us: i64,
    acts: Mutex<Recent<IpAddr, VecDeque<i64>>>,
}

impl AddressLimiter {
    /// `max` acts (small: each is remembered) in `window_secs`.
    pub fn new(max: usize, window_secs: u32) -> Self {
        Self::with_capacity(max, window_secs, CAPACITY)
    }

    /// The same, remembering so many addresses.
    pub fn with_capacity(max: usize, window_secs: u32, capacity: usize) -> Self {
        Self { max, window_us: i64::from(window_secs) * 1_000_000, acts: Mutex::new(Recent::new(capacity)) }
    }

    /// Asks for one act and counts it. Refused ones do not count.
    pub fn admit(&self, address: IpAddr, now_us: i64) -> Result<(), Throttled> {
        let mut acts = self.acts.lock();
        let times = acts.entry(network(address));
        // Also forgets times in the future (the clock was set back).
        times.retain(|at| *at <= now_us && now_us - *at < self.window_us);
        if times.len() >= self.max {
            let free_us = times.front().map_or(now_us, |oldest| oldest + self.window_us);
            return Err(Throttled::until(free_us, now_us));
        }
        times.push_back(now_us);
        Ok(())
    }
}

/// What counts as one address: an IPv4 address (also one mapped into IPv6), or an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// A fixed size for names of any length, without regard to case.
fn account_key(account: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&sha256(&account.trim().to_lowercase())[..16]);
    key
}

/// A map that holds at most `capacity` entries and forgets the one that was changed longest ago.
#[derive(Debug)]
struct Recent<K, V> {
    capacity: usize,
    entries: HashMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
    turn: u64,
}

impl<K: Hash + Eq + Clone, V: Default> Recent<K, V> {
    fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), entries: HashMap::new(), order: BTreeMap::new(), turn: 0 }
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// The entry, made when there is none, and now the youngest.
    fn entry(&mut self, key: K) -> &mut V {
        if !self.entries.contains_key(&key)
            && self.entries.len() >= self.capacity
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.turn += 1;
        let turn = self.turn;
        self.order.insert(turn, key.clone());
        let entry = self.entries.entry(key).or_default();
        if entry.0 != 0 {
            self.order.remove(&entry.0);
        }
        entry.0 = turn;
        &mut entry.1
    }

    fn remove(&mut self, key: &K) {
        if let Some((turn, _)) = self.entries.remove(key) {
            self.order.remove(&turn);
        }
    }
}

#[cfg(test)]
mod tests;
