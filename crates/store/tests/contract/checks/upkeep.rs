use thinkwatch_policy::ids::{KeyId, ModelId, ProviderId, SessionId, UserId};
use thinkwatch_policy::principal::Role;
use thinkwatch_store::{AuditFilter, Backend, Purged, RoutesThere, SpoolCursor, Store, UsageDelta, UserFilter};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{DAY, entry, everywhere, key, model, provider, route, session, user};

pub(crate) async fn keeps_secrets_of_the_first(db: Database) {
    let mut starting = JoinSet::new();
    for n in 0..10_u8 {
        let store = db.store.clone();
        starting.spawn(async move { store.put_secret_if_absent("pepper.1", &[n, 0, 255], 1).await.unwrap() });
    }
    let answers = starting.join_all().await;
    let kept = db.store.get_secret("pepper.1").await.unwrap();
    assert!(answers.iter().all(|a| Some(a) == kept.as_ref()), "{answers:?} {kept:?}");
    assert_eq!(db.store.get_secret("other").await.unwrap(), None);
    assert!(!db.store.is_initialised().await.unwrap());
}

pub(crate) async fn purges_what_was_deleted_long_ago(db: Database) {
    let store = &db.store;
    for (name, deleted) in [("old", 10), ("new", 20 * DAY)] {
        store.create_user(user(name, 1), &[everywhere(Role::Viewer)], &entry("user.created", 1)).await.unwrap();
        store.create_session(session(name, name, 1), &entry("user.login", 1)).await.unwrap();
        store.create_api_key(key(name, name, 1), &entry("api_key.created", 1)).await.unwrap();
        store.create_provider(provider(name, 1), &entry("provider.created", 1)).await.unwrap();
        store.create_model(model(name, 1), &[route(name, name, 1)], &entry("model.created", 1)).await.unwrap();
        store
            .delete_model(&ModelId::from(format!("mod_{name}")), None, &entry("model.deleted", deleted))
            .await
            .unwrap();
        store
            .delete_provider(
                &ProviderId::from(format!("prov_{name}")),
                None,
                RoutesThere::Refuse,
                &entry("provider.deleted", deleted),
            )
            .await
            .unwrap();
        store.delete_api_key(&KeyId::from(format!("key_{name}")), &entry("api_key.deleted", deleted)).await.unwrap();
        store.delete_user(&UserId::from(format!("usr_{name}")), &entry("user.deleted", deleted)).await.unwrap();
    }
    store.create_user(user("living", 1), &[everywhere(Role::Viewer)], &entry("user.created", 1)).await.unwrap();
    let one_each = Purged { users: 1, keys: 1, providers: 1, models: 1, sessions: 1 };
    assert_eq!(store.purge_deleted(DAY).await.unwrap(), one_each);
    assert_eq!(store.purge_deleted(DAY).await.unwrap(), Purged::default());
    assert!(store.get_session(&SessionId::from("ses_new")).await.unwrap().is_some());
    assert_eq!(store.purge_deleted(30 * DAY).await.unwrap(), one_each);
    assert_eq!(store.get_user(&UserId::from("usr_living")).await.unwrap().roles, [everywhere(Role::Viewer)]);
    let trail = async || store.list_audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap().items;
    assert_eq!(trail().await.len(), 19);
    // The trail has a retention of its own: what was done at the beginning goes, what was done later stays.
    assert_eq!(store.drop_audit_before(2).await.unwrap(), 11);
    assert!(trail().await.iter().all(|entry| entry.timestamp_us >= 2));
    assert_eq!(trail().await.len(), 8);
    assert_eq!(store.drop_audit_before(2).await.unwrap(), 0);
}

pub(crate) async fn bears_many_readers_and_writers(db: Database) {
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let store = db.store.clone();
        tasks.spawn(async move {
            for round in 0..4 {
                let name = format!("u{n}_{round}");
                store.create_user(user(&name, 1), &[], &entry("user.created", 1)).await.unwrap();
                let cursor = SpoolCursor { writer: format!("w{n}"), segment: 0, offset: round };
                let mut delta = UsageDelta::default();
                delta.sums.calls = 1;
                store.apply_usage_batch("ledger", &[delta], &[], &cursor, &[]).await.unwrap();
            }
        });
        let store = db.store.clone();
        tasks.spawn(async move {
            for _ in 0..4 {
                store.load_principals().await.unwrap();
                store.list_users(&UserFilter { limit: 10, ..UserFilter::default() }).await.unwrap();
                store.versions().await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(db.store.load_principals().await.unwrap().users.len(), 200);
    assert_eq!(db.store.versions().await.unwrap().principals, 200);
    let all = thinkwatch_store::UsageQuery { to_us: i64::MAX, ..Default::default() };
    assert_eq!(db.store.usage_total(&all).await.unwrap().calls, 200);
}

pub(crate) async fn opens_again_with_what_was_written(db: Database) {
    db.store.create_user(user("ann", 1), &[], &entry("user.created", 1)).await.unwrap();
    // A second process may open it meanwhile: the migrations are done and nothing is done twice.
    let second = Store::open(&db.options).await.unwrap();
    assert!(second.find_user_by_email("ann@example.com").await.unwrap().is_some());
    second.close().await;
    db.store.close().await;
    assert!(db.store.ping().await.is_err());
    let again = Store::open(&db.options).await.unwrap();
    again.ping().await.unwrap();
    assert_eq!(again.get_user(&UserId::from("usr_ann")).await.unwrap().user, user("ann", 1));
    again.close().await;
}

pub(crate) async fn locks_out_a_second_replica(db: Database) {
    let mut held = db.store.try_lock_replica().await.unwrap().unwrap();
    assert!(held.still_held().await);
    let second = Store::open(&db.options).await.unwrap();
    let alone = second.backend() == Backend::Sqlite;
    assert_eq!(second.try_lock_replica().await.unwrap().is_some(), alone);
    assert_eq!(second.try_share_replica().await.unwrap().is_some(), alone, "it counts for itself");
    held.release().await;
    let shared = db.store.try_share_replica().await.unwrap().unwrap();
    let also = second.try_share_replica().await.unwrap().unwrap();
    shared.release().await;
    assert_eq!(db.store.try_lock_replica().await.unwrap().is_some(), alone, "one of several is left");
    also.release().await;
    assert!(second.try_lock_replica().await.unwrap().is_some());
    second.close().await;
}

pub(crate) async fn gives_a_job_to_one_replica_at_a_time(db: Database) {
    let second = Store::open(&db.options).await.unwrap();
    let alone = second.backend() == Backend::Sqlite;
    let held = db.store.try_lock_job("purge").await.unwrap().unwrap();
    assert_eq!(second.try_lock_job("purge").await.unwrap().is_some(), alone);
    assert!(second.try_lock_job("audit retention").await.unwrap().is_some(), "another job");
    held.release().await;
    assert!(second.try_lock_job("purge").await.unwrap().is_some());
    second.close().await;
}
