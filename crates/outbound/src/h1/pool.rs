//! Connections that wait for their next request.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use http::uri::Authority;
use parking_lot::Mutex;

use super::connection::Connection;

/// A connection nobody used for this long is closed.
pub(crate) const IDLE: Duration = Duration::from_secs(90);
/// Idle connections kept for each host. Beyond what one replica has in flight at its peak this costs nothing.
pub(crate) const IDLE_PER_HOST: usize = 256;
/// From this many hosts on, those without connections are forgotten.
const MANY_HOSTS: usize = 64;

/// What connections are shared by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) https: bool,
    pub(crate) authority: Authority,
}

#[derive(Debug)]
struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

/// Idle connections by host, the one used last at the end. There is no task: who takes or returns a connection closes
/// what has waited too long.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    hosts: Mutex<HashMap<Key, Vec<Idle>>>,
}

impl Pool {
    /// A connection that is still good: the one used last, rather one that this thread has made, because its readiness
    /// is then watched by this thread too.
    pub(crate) fn take(&self, key: &Key) -> Option<Box<Connection>> {
        let thread = thread::current().id();
        loop {
            let (expired, idle) = {
                let mut hosts = self.hosts.lock();
                let waiting = hosts.get_mut(key)?;
                let expired = expired(waiting, Instant::now());
                let own = waiting.iter().rposition(|idle| idle.connection.thread == thread);
                let at = own.or(waiting.len().checked_sub(1));
                (expired, at.map(|at| waiting.remove(at)))
            };
            // Closed outside the lock.
            drop(expired);
            let mut connection = idle?.connection;
            if connection.is_alive() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request.
    pub(crate) fn put(&self, key: Key, mut connection: Box<Connection>) {
        connection.rest();
        let since = Instant::now();
        let closed = {
            let mut hosts = self.hosts.lock();
            if hosts.len() >= MANY_HOSTS && !hosts.contains_key(&key) {
                hosts.retain(|_, waiting| waiting.last().is_some_and(|last| since - last.since < IDLE));
            }
            let waiting = hosts.entry(key).or_default();
            let mut closed = expired(waiting, since);
            if waiting.len() >= IDLE_PER_HOST {
                closed.push(waiting.remove(0));
            }
            waiting.push(Idle { connection, since });
            closed
        };
        drop(closed);
    }
}

/// Takes out those that have waited too long: they are at the front.
fn expired(waiting: &mut Vec<Idle>, now: Instant) -> Vec<Idle> {
    let count = waiting.iter().take_while(|idle| now.saturating_duration_since(idle.since) >= IDLE).count();
    if count == 0 { Vec::new() } else { waiting.drain(..count).collect() }
}
