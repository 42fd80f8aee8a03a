//! The snapshot follows the store, with and without announcements, and outlives it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use thinkwatch_control::Credentials;
use thinkwatch_control::snapshot::{Publisher, follow};
use thinkwatch_coordination::{ChangeFeed, InProcessFeed, Part};
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_policy::ids::{AuditId, KeyId, LineageId, UserId};
use thinkwatch_policy::principal::Surface;
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::{ApiKeyRow, AuditEntry, ConnectOptions, Initialisation, Json, Store, UserRow};

fn cipher(digits: &str) -> Cipher {
    Cipher::new(&SecretString::from(digits.repeat(32)), None).unwrap()
}

fn tokens() -> TokenKeys {
    TokenKeys::new(&SecretString::from("0123456789abcdef0123456789abcdef"), None)
}

async fn open(folder: &Path) -> (Arc<Store>, Arc<Credentials>) {
    let store = Store::open(&ConnectOptions::Sqlite { path: folder.join("store.sqlite") }).await.unwrap();
    let credentials = Credentials::unlock(&store, cipher("ab"), tokens()).await.unwrap();
    (Arc::new(store), Arc::new(credentials))
}

fn audit(number: u128) -> AuditEntry {
    AuditEntry {
        id: AuditId::from_bits(number),
        timestamp_us: 1_800_000_000_000_000,
        user_id: None,
        user_email: None,
        action: "test".to_owned(),
        resource_type: "test".to_owned(),
        resource_id: None,
        details: serde_json::json!({}),
        ip_address: None,
        user_agent: None,
        request_id: None,
    }
}

async fn with_key(store: &Store, expires_at_us: Option<i64>, grace_ends_at_us: Option<i64>) -> KeyId {
    let user = UserId::from_bits(1);
    let id = KeyId::from_bits(2);
    let admin = UserRow {
        id: user.to_string(),
        email: "a@example.org".to_owned(),
        display_name: String::new(),
        password_hash: None,
        service_account: false,
        active: true,
        created_at_us: 1,
        updated_at_us: 1,
        deleted_at_us: None,
    };
    let key = ApiKeyRow {
        id: id.to_string(),
        lineage_id: LineageId::from_bits(3).to_string(),
        name: "k".to_owned(),
        user_id: user.to_string(),
        team_id: None,
        key_hash: vec![7; 32],
        pepper_version: 1,
        key_prefix: "tw-".to_owned(),
        surfaces: Json(vec![Surface::AiGateway]),
        allowed_models: None,
        allowed_tools: None,
        tags: Json(std::collections::BTreeMap::new()),
        cost_center: None,
        strict_conversion: true,
        cache_ttl_s: Some(60),
        expires_at_us,
        rotation_period_days: None,
        inactivity_timeout_days: None,
        last_used_at_us: None,
        disabled_at_us: None,
        disabled_reason: None,
        revoked_at_us: None,
        revoke_reason: None,
        grace_ends_at_us,
        replaced_by: None,
        created_at_us: 1,
        updated_at_us: 1,
        deleted_at_us: None,
    };
    let wish = Initialisation { admin, site_name: None, provider: None, key: Some(key) };
    store.initialise(wish, &audit(1)).await.unwrap();
    id
}

/// Revokes a key in the store and says how long a follower goes on knowing it.
async fn time_to_refusal(announce: bool) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let (store, credentials) = open(folder.path()).await;
    let id = with_key(&store, None, None).await;
    let handle = Arc::new(SnapshotHandle::empty(Settings::default()));
    let publisher = Arc::new(Publisher::new(store.clone(), credentials, handle.clone()));
    publisher.load_all().await.unwrap();
    assert_eq!(handle.principals.load().keys.len(), 1);
    let feed = InProcessFeed::new();
    let task = follow(publisher, feed.subscribe());
    // Let it fall into its waiting.
    tokio::time::sleep(Duration::from_millis(20)).await;
    store.revoke_api_key(&id, "leaked", &audit(2)).await.unwrap();
    let start = Instant::now();
    if announce {
        let version = store.versions().await.unwrap().principals;
        feed.announce(Part::Principals, version).await.unwrap();
    }
    while !handle.principals.load().keys.is_empty() && start.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = start.elapsed();
    assert!(task.stop(Duration::from_secs(1)).await);
    took
}

#[tokio::test]
async fn a_revoked_key_is_gone_within_a_second_even_unannounced() {
    let announced = time_to_refusal(true).await;
    assert!(announced < Duration::from_millis(400), "{announced:?}");
    let polled = time_to_refusal(false).await;
    assert!(polled < Duration::from_secs(1), "{polled:?}");
}

#[tokio::test]
async fn a_key_is_refused_from_whichever_comes_first() {
    for (expires, grace, expected) in [
        (None, None, None),
        (Some(50), None, Some(50)),
        (None, Some(40), Some(40)),
        (Some(50), Some(40), Some(40)),
        (Some(30), Some(40), Some(30)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (store, credentials) = open(folder.path()).await;
        with_key(&store, expires, grace).await;
        let handle = Arc::new(SnapshotHandle::empty(Settings::default()));
        Publisher::new(store, credentials, handle.clone()).load_all().await.unwrap();
        let found = handle.principals.load().keys.get(&[7; 32]).and_then(|key| key.refused_from_us);
        assert_eq!(found, expected, "expires {expires:?}, grace {grace:?}");
    }
}

#[tokio::test]
async fn the_last_snapshot_outlives_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (store, credentials) = open(folder.path()).await;
    with_key(&store, None, None).await;
    let handle = Arc::new(SnapshotHandle::empty(Settings::default()));
    let publisher = Arc::new(Publisher::new(store.clone(), credentials, handle.clone()));
    publisher.load_all().await.unwrap();
    let feed = InProcessFeed::new();
    let task = follow(publisher, feed.subscribe());
    store.close().await;
    feed.announce(Part::Principals, 99).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(handle.principals.load().keys.len(), 1);
    assert!(task.stop(Duration::from_secs(1)).await);
}

#[tokio::test]
async fn a_wrong_encryption_key_is_noticed_and_the_pepper_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (store, first) = open(folder.path()).await;
    let hash = first.pepper().hash("tw-x");
    let again = Credentials::unlock(&store, cipher("ab"), tokens()).await.unwrap();
    assert_eq!(again.pepper().hash("tw-x"), hash);
    let wrong = Credentials::unlock(&store, cipher("cd"), tokens()).await.err().unwrap();
    assert!(wrong.to_string().contains("ENCRYPTION_KEY"), "{wrong}");
}
