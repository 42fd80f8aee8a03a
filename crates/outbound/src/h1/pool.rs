//! Connections that wait for their next request.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
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
    hosts: Mutex<HashMap<Key, Vec<Idle>, RandomState>>,
}

impl Pool {
    /// A connection that is still good: the one used last, rather one that this thread has made, because its readiness
    /// is then watched by this thread too.
    pub(crate) fn take(&self, key: &Key, now: Instant) -> Option<Box<Connection>> {
        let thread = thread::current().id();
        loop {
            let (expired, idle) = {
                let mut hosts = self.hosts.lock();
                let waiting = hosts.get_mut(key)?;
                let expired = expired(waiting, now);
                let own = waiting.iter().rposition(|idle| idle.connection.thread == thread);
                let at = own.or(waiting.len().checked_sub(1));
                (expired, at.map(|at| waiting.remove(at)))
            };
            // Closed outside the lock.
            drop(expired);
            let Idle { mut connection, since } = idle?;
            if connection.is_alive(now.saturating_duration_since(since)) {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request.
    pub(crate) fn put(&self, key: Key, mut connection: Box<Connection>, now: Instant) {
        connection.rest();
        let closed = {
            let mut hosts = self.hosts.lock();
            if hosts.len() >= MANY_HOSTS && !hosts.contains_key(&key) {
                hosts.retain(|_, waiting| {
                    waiting.last().is_some_and(|last| now.saturating_duration_since(last.since) < IDLE)
                });
            }
            let waiting = hosts.entry(key).or_default();
            let mut closed = expired(waiting, now);
            if waiting.len() >= IDLE_PER_HOST {
                closed.push(waiting.remove(0));
            }
            waiting.push(Idle { connection, since: now });
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::super::connection::Connection;
    use super::{IDLE, IDLE_PER_HOST, Key, Pool};
    use crate::stream::Stream;

    async fn pair(listener: &TcpListener) -> (Box<Connection>, TcpStream) {
        let near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Box::new(Connection::new(Stream::Plain(near))), listener.accept().await.unwrap().0)
    }

    fn key(https: bool, authority: &'static str) -> Key {
        Key { https, authority: authority.parse().unwrap() }
    }

    #[tokio::test]
    async fn what_has_waited_too_long_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (old, mut old_peer) = pair(&listener).await;
        let (young, _young_peer) = pair(&listener).await;
        let (pool, start, host) = (Pool::default(), Instant::now(), key(false, "a"));
        pool.put(host.clone(), old, start);
        // Returning one closes those that are too old.
        pool.put(host.clone(), young, start + IDLE);
        assert_eq!(old_peer.read(&mut [0]).await.unwrap(), 0);
        assert!(pool.take(&key(true, "a"), start + IDLE).is_none(), "another scheme");
        assert!(pool.take(&key(false, "b"), start + IDLE).is_none(), "another host");
        assert!(pool.take(&host, start + IDLE * 2).is_none(), "taking one does as well");
        let (again, _peer) = pair(&listener).await;
        pool.put(host.clone(), again, start);
        assert!(pool.take(&key(false, "A"), start + IDLE - Duration::from_millis(1)).is_some());
    }

    #[tokio::test]
    async fn only_so_many_wait() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (pool, now, host) = (Pool::default(), Instant::now(), key(false, "a"));
        let mut peers = Vec::new();
        for _ in 0..=IDLE_PER_HOST {
            let (connection, peer) = pair(&listener).await;
            pool.put(host.clone(), connection, now);
            peers.push(peer);
        }
        assert_eq!(peers[0].read(&mut [0]).await.unwrap(), 0, "the one used longest ago is closed");
        assert!(peers[1].try_read(&mut [0]).is_err(), "the others are not");
        let kept = std::iter::from_fn(|| pool.take(&host, now)).count();
        assert_eq!(kept, IDLE_PER_HOST);
    }

    #[tokio::test]
    async fn hosts_nobody_asks_for_are_forgotten() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (pool, now) = (Pool::default(), Instant::now());
        for n in 0..200 {
            let (connection, _peer) = pair(&listener).await;
            let host = Key { https: false, authority: format!("h{n}").parse().unwrap() };
            pool.put(host, connection, now + IDLE * n);
        }
        assert!(pool.hosts.lock().len() <= super::MANY_HOSTS);
    }
}
