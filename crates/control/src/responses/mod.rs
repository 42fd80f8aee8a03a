//! Responses that calls can go on from, in front of the store: in memory at once, in the store a moment later, and looked up
//! there only when memory does not have them (another replica made them, or the server was started since).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::ports::{Answering, BoundResponse, ResponseStates, StatesUnavailable};
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::{Store, StoreError};
use tokio::sync::{Notify, Semaphore};

use crate::credentials::Credentials;

mod front;
mod sealed;
mod writer;

use front::{Front, Key, NoRoom};
pub use writer::start;

/// The longest id that is looked up, in bytes.
const MAX_ID_BYTES: usize = 256;
/// How long a client that names an id waits for the store.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it waits to hear whether another replica has deleted what is in memory here. A store that does not answer
/// stops no call.
const DOUBT: Duration = Duration::from_millis(500);
/// When an id that is not in the store is looked for again: the replica that made it may be about to write it.
const AGAIN: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];
/// Ids looked up in the store at once. Whoever guesses ids waits for the others who do.
const LOOKUPS: usize = 16;

/// Keeps responses. Made once, by [`crate::Control`].
pub struct ResponseKeeper {
    store: Arc<Store>,
    credentials: Arc<Credentials>,
    snapshot: Arc<SnapshotHandle>,
    front: Mutex<Front>,
    /// Something waits to be written.
    wake: Notify,
    /// Held while rows are written or deleted, so that what was deleted is not written after that.
    writing: tokio::sync::Mutex<()>,
    lookups: Semaphore,
    /// Other replicas keep responses in the same store.
    shared: AtomicBool,
}

impl fmt::Debug for ResponseKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseKeeper").finish_non_exhaustive()
    }
}

impl ResponseKeeper {
    pub(crate) fn new(store: Arc<Store>, credentials: Arc<Credentials>, snapshot: Arc<SnapshotHandle>) -> Self {
        Self {
            store,
            credentials,
            snapshot,
            front: Mutex::new(Front::default()),
            wake: Notify::new(),
            writing: tokio::sync::Mutex::new(()),
            lookups: Semaphore::new(LOOKUPS),
            shared: AtomicBool::new(false),
        }
    }

    /// There are other replicas: what they delete must be gone here, and what they have just made is worth a moment's wait.
    pub fn share_with_others(&self) {
        self.shared.store(true, Ordering::Relaxed);
    }

    /// What is in memory, unless another replica has deleted it.
    async fn still_there(&self, key: &Key, response: Arc<BoundResponse>) -> Option<Arc<BoundResponse>> {
        if !self.shared.load(Ordering::Relaxed) || !self.front.lock().is_written(key) {
            return Some(response);
        }
        match tokio::time::timeout(DOUBT, self.store.has_response(&key.user, &key.id)).await {
            Ok(Ok(false)) => {
                self.front.lock().remove(key);
                None
            }
            Ok(Ok(true) | Err(_)) | Err(_) => Some(response),
        }
    }

    /// Looks it up in the store, and again if another replica may be about to write it.
    async fn look_up_patiently(&self, key: Key, now_us: i64) -> Result<Option<Arc<BoundResponse>>, StatesUnavailable> {
        let found = self.look_up(key.clone(), now_us).await?;
        if found.is_some() || !self.shared.load(Ordering::Relaxed) {
            return Ok(found);
        }
        for wait in AGAIN {
            tokio::time::sleep(wait).await;
            if let Some(found) = self.look_up(key.clone(), now_us).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A user was deactivated or deleted, and the store has forgotten what was theirs: memory does too.
    pub(crate) fn forget_user(&self, user: &UserId) {
        self.front.lock().remove_where(|response| response.user == *user);
    }

    /// Removes what has expired and what is more than may be kept, the oldest first.
    pub(crate) async fn tidy(&self, now_us: i64) -> Result<(), StoreError> {
        self.front.lock().sweep(now_us);
        while self.store.drop_expired_responses(now_us).await? > 0 {}
        let settings = self.settings();
        let (most_rows, most_bytes) = (bound(settings.responses_total_count), bound(settings.responses_total_bytes));
        loop {
            let (rows, bytes) = self.store.size_of_responses().await?;
            let gone = if rows > most_rows {
                self.store.drop_oldest_response_rows(rows - most_rows, false).await?
            } else if bytes > most_bytes {
                // As many as their mean size says, and at least one; then it is looked again.
                let mean = (bytes / rows.max(1)).max(1);
                self.store.drop_oldest_response_rows(((bytes - most_bytes) / mean).max(1), true).await?
            } else {
                return Ok(());
            };
            if gone == 0 {
                return Ok(());
            }
            lost("evicted", gone);
        }
    }

    fn settings(&self) -> Arc<Settings> {
        self.snapshot.settings.load_full()
    }

    fn memory_bytes(&self) -> usize {
        usize::try_from(self.snapshot.settings.load().responses_memory_bytes).unwrap_or(usize::MAX)
    }

    async fn look_up(&self, key: Key, now_us: i64) -> Result<Option<Arc<BoundResponse>>, StatesUnavailable> {
        let before = self.front.lock().removals();
        let row = tokio::time::timeout(PATIENCE, async {
            let _turn = self.lookups.acquire().await.map_err(|_| StatesUnavailable)?;
            self.store.get_response(&key.user, &key.id, now_us).await.map_err(|error| {
                tracing::warn!(%error, "a kept response could not be looked up");
                StatesUnavailable
            })
        });
        let Some(row) = row.await.map_err(|_| StatesUnavailable)?? else { return Ok(None) };
        let response = match sealed::open(&self.credentials.cipher, row) {
            Ok(response) => Arc::new(response),
            Err(error) => {
                // Encrypted with a key that is gone, or damaged: nobody will ever read it.
                tracing::warn!(%error, "a kept response cannot be read; it is treated as unknown");
                lost("unreadable", 1);
                return Ok(None);
            }
        };
        let mut front = self.front.lock();
        // What was forgotten while the store was read stays forgotten.
        if front.removals() == before {
            front.put_read(Arc::clone(&response), self.memory_bytes());
        }
        Ok(Some(response))
    }
}

impl ResponseStates for ResponseKeeper {
    fn has_room(&self) -> bool {
        self.front.lock().waiting_bytes() <= self.memory_bytes() / 2
    }

    fn keep(&self, response: BoundResponse) {
        // Of a call that was still running when its user was deactivated nothing is left for a later day.
        if !self.snapshot.principals.load().users.contains_key(&response.user) {
            return;
        }
        let what = if response.state.is_some() { "state" } else { "id" };
        let most_bytes = self.memory_bytes();
        let kept = self.front.lock().put(response, most_bytes);
        match kept {
            Ok(()) => {
                metrics::counter!("thinkwatch_responses_kept_total", "what" => what).increment(1);
                self.wake.notify_one();
            }
            Err(NoRoom) => lost("full", 1),
        }
    }

    fn find<'a>(
        &'a self,
        user: &'a UserId,
        id: &'a str,
        now_us: i64,
    ) -> Answering<'a, Result<Option<Arc<BoundResponse>>, StatesUnavailable>> {
        Box::pin(async move {
            if id.is_empty() || id.len() > MAX_ID_BYTES {
                return Ok(None);
            }
            let key = Key { user: user.clone(), id: id.into() };
            let found = self.front.lock().find(&key);
            match found {
                Some(response) if response.expires_at_us > now_us => Ok(self.still_there(&key, response).await),
                Some(_) => Ok(None),
                None => self.look_up_patiently(key, now_us).await,
            }
        })
    }

    fn forget<'a>(&'a self, user: &'a UserId, id: &'a str) -> Answering<'a, Result<(), StatesUnavailable>> {
        Box::pin(async move {
            let key = Key { user: user.clone(), id: id.into() };
            let gone = tokio::time::timeout(PATIENCE, async {
                let _writing = self.writing.lock().await;
                self.front.lock().remove(&key);
                self.store.delete_response(user, id).await
            });
            match gone.await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a kept response could not be deleted");
                    Err(StatesUnavailable)
                }
                Err(_) => Err(StatesUnavailable),
            }
        })
    }
}

/// Counts responses that can no longer be gone on from before their time.
fn lost(reason: &'static str, count: u64) {
    metrics::counter!("thinkwatch_responses_lost_total", "reason" => reason).increment(count);
}

fn bound(setting: i64) -> u64 {
    u64::try_from(setting).unwrap_or(u64::MAX)
}
