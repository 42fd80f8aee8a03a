use thinkwatch_policy::ids::UserId;
use thinkwatch_store::{AuditFilter, StoreError, UserPatch};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{entry, provider, user};

pub(crate) async fn holds_each_change_and_none_that_failed(db: Database) {
    let store = &db.store;
    let written = entry("user.created", 7);
    store.create_user(user("ann", 1), &[], &written).await.unwrap();
    store.record_audit(&entry("user.login_failed", 8)).await.unwrap();
    assert!(store.create_user(user("ann", 1), &[], &entry("user.created", 9)).await.is_err());
    let nobody = store.update_user(&UserId::from("usr_x"), UserPatch::default(), &entry("user.updated", 9)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("user"))));
    let rows = store.list_audit(&AuditFilter { limit: 10, ..AuditFilter::default() }).await.unwrap().items;
    assert_eq!(rows.iter().map(|r| r.action.as_str()).collect::<Vec<_>>(), ["user.login_failed", "user.created"]);
    let row = &rows[1];
    assert_eq!(
        (row.id.as_str(), row.timestamp_us, row.user_id.as_deref()),
        (written.id.as_str(), 7, Some("usr_actor"))
    );
    assert_eq!((row.resource_type.as_str(), row.resource_id.as_deref()), ("user", Some("x")));
    assert_eq!((row.ip_address.as_deref(), row.user_agent.as_deref()), (Some("192.0.2.1"), None));
    assert_eq!(row.details.0, written.details);
    // A login or a failed one rebuilds nothing.
    assert_eq!(store.versions().await.unwrap().principals, 1);
}

pub(crate) async fn is_filtered_and_paged(db: Database) {
    let store = &db.store;
    for n in 0..9_i64 {
        let mut row = entry(if n % 3 == 0 { "user.created" } else { "provider.updated" }, n);
        row.resource_id = Some(format!("thing_{n}"));
        row.user_id = (n > 5).then(|| UserId::from("usr_late"));
        store.record_audit(&row).await.unwrap();
    }
    let all = AuditFilter { limit: 100, ..AuditFilter::default() };
    for (filter, expected) in [
        (all.clone(), vec![8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (AuditFilter { from_us: Some(3), to_us: Some(6), ..all.clone() }, vec![5, 4, 3]),
        (AuditFilter { action: Some("user.created".to_owned()), ..all.clone() }, vec![6, 3, 0]),
        (AuditFilter { resource_type: Some("user".to_owned()), from_us: Some(1), ..all.clone() }, vec![6, 3]),
        (AuditFilter { resource_id: Some("thing_4".to_owned()), ..all.clone() }, vec![4]),
        (AuditFilter { user_id: Some(UserId::from("usr_late")), ..all.clone() }, vec![8, 7, 6]),
        (AuditFilter { search: Some("THING_7".to_owned()), ..all.clone() }, vec![7]),
        (AuditFilter { search: Some("user.c".to_owned()), ..all.clone() }, vec![6, 3, 0]),
    ] {
        for limit in [100, 2, 1] {
            let mut filter = AuditFilter { limit, ..filter.clone() };
            let mut seen = Vec::new();
            loop {
                let page = store.list_audit(&filter).await.unwrap();
                seen.extend(page.items.into_iter().map(|r| r.timestamp_us));
                filter.cursor = page.next_cursor;
                if filter.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{filter:?}");
        }
    }
}

pub(crate) async fn orders_rows_by_commit(db: Database) {
    let mut writers = JoinSet::new();
    for n in 0..30 {
        let store = db.store.clone();
        writers.spawn(async move {
            store.create_provider(provider(&format!("p{n}"), 1), &entry("provider.created", 1)).await
        });
    }
    // Whoever follows the trail by number never finds a smaller number later.
    let mut known = Vec::new();
    loop {
        let done = writers.is_empty();
        let page = db.store.list_audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
        let seen: Vec<i64> = page.items.into_iter().rev().map(|r| r.seq).collect();
        assert!(seen.starts_with(&known), "{known:?} then {seen:?}");
        known = seen;
        if done {
            break;
        }
        if let Some(result) = writers.join_next().await {
            result.unwrap().unwrap();
        }
    }
    assert_eq!(known.len(), 30);
    assert_eq!(db.store.versions().await.unwrap().catalogue, 30);
}
