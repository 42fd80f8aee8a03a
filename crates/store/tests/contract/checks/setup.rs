use thinkwatch_policy::principal::Role;
use thinkwatch_store::{AuditFilter, Initialisation, StoreError, UserFilter};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{entry, everywhere, key, provider, user};

fn first(name: &str) -> Initialisation {
    Initialisation {
        admin: user(name, 1),
        site_name: Some("Our site".to_owned()),
        provider: Some(provider("openai", 1)),
        key: Some(key("first", name, 1)),
    }
}

pub(crate) async fn writes_everything_once(db: Database) {
    let store = &db.store;
    assert!(!store.is_initialised().await.unwrap());
    assert_eq!(store.site_name().await.unwrap(), None);
    // A first run that fails leaves nothing behind, and can be tried again.
    let mut broken = first("admin");
    broken.key = Some(key("first", "somebody_else", 1));
    assert!(matches!(store.initialise(broken, &entry("setup.done", 1)).await, Err(StoreError::NotFound("user"))));
    assert!(!store.is_initialised().await.unwrap());

    store.initialise(first("admin"), &entry("setup.done", 1)).await.unwrap();
    assert!(store.is_initialised().await.unwrap());
    assert_eq!(store.site_name().await.unwrap().as_deref(), Some("Our site"));
    let admin = store.find_user_by_email("admin@example.com").await.unwrap().unwrap();
    assert_eq!(admin.roles, [everywhere(Role::SuperAdmin)]);
    assert_eq!(store.list_providers().await.unwrap(), [provider("openai", 1)]);
    assert_eq!(store.load_principals().await.unwrap().keys, [key("first", "admin", 1)]);
    let versions = store.versions().await.unwrap();
    assert_eq!((versions.principals, versions.catalogue, versions.settings, versions.revocations), (1, 1, 1, 0));
    let again = store.initialise(first("other"), &entry("setup.done", 2)).await;
    assert!(matches!(again, Err(StoreError::AlreadyInitialised)));
}

pub(crate) async fn has_one_winner_of_many(db: Database) {
    let mut callers = JoinSet::new();
    for n in 0..40 {
        let store = db.store.clone();
        callers.spawn(async move { store.initialise(first(&format!("admin{n}")), &entry("setup.done", 1)).await });
    }
    let results = callers.join_all().await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|r| matches!(r, Err(StoreError::AlreadyInitialised))).count(), 39);
    assert_eq!(db.store.list_users(&UserFilter { limit: 100, ..UserFilter::default() }).await.unwrap().items.len(), 1);
    assert_eq!(
        db.store.list_audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap().items.len(),
        1
    );
}
