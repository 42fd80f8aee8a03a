use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::principal::Role;
use thinkwatch_store::{ResponseRow, Store, UserPatch};

use crate::backends::Database;
use crate::rows::{entry, everywhere, user};

fn response(owner: &str, id: &str, at: i64, state: Option<&[u8]>) -> ResponseRow {
    ResponseRow {
        user_id: format!("usr_{owner}"),
        id: id.to_owned(),
        provider_id: "prov_a".to_owned(),
        model: "m".to_owned(),
        upstream_model: "um".to_owned(),
        created_at_us: at,
        expires_at_us: at + 100,
        bytes: state.map_or(0, |state| state.len() as i64),
        state_encrypted: state.map(<[u8]>::to_vec),
    }
}

fn who(owner: &str) -> UserId {
    UserId::from(format!("usr_{owner}"))
}

async fn people(store: &Store) {
    for name in ["ann", "bob"] {
        store.create_user(user(name, 1), &[everywhere(Role::Developer)], &entry("user.created", 1)).await.unwrap();
    }
}

pub(crate) async fn belong_to_their_user_until_they_expire(db: Database) {
    let store = &db.store;
    people(store).await;
    let rows = vec![
        response("ann", "resp_1", 10, Some(b"secret")),
        response("bob", "resp_1", 20, None),
        response("nobody", "resp_1", 20, None),
    ];
    store.put_responses(rows.clone()).await.unwrap();
    assert_eq!(store.get_response(&who("ann"), "resp_1", 109).await.unwrap().as_ref(), Some(&rows[0]));
    assert_eq!(store.get_response(&who("bob"), "resp_1", 109).await.unwrap().as_ref(), Some(&rows[1]));
    assert_eq!(store.get_response(&who("nobody"), "resp_1", 20).await.unwrap(), None);
    assert_eq!(store.get_response(&who("ann"), "resp_2", 20).await.unwrap(), None);
    assert_eq!(store.get_response(&who("ann"), "resp_1", 110).await.unwrap(), None);
    // The same id again takes the place of the first.
    let again = response("ann", "resp_1", 50, None);
    store.put_responses(vec![again.clone()]).await.unwrap();
    assert_eq!(store.get_response(&who("ann"), "resp_1", 149).await.unwrap(), Some(again));
    assert!(store.delete_response(&who("ann"), "resp_1").await.unwrap());
    assert!(!store.delete_response(&who("ann"), "resp_1").await.unwrap());
    assert!(store.get_response(&who("bob"), "resp_1", 50).await.unwrap().is_some());
}

pub(crate) async fn go_when_they_expire_or_are_too_many(db: Database) {
    let store = &db.store;
    people(store).await;
    assert_eq!(store.size_of_responses().await.unwrap(), (0, 0));
    for n in 0..6 {
        let state = (n % 2 == 1).then_some(b"12345".as_slice());
        store.put_responses(vec![response("ann", &format!("resp_{n}"), n * 10, state)]).await.unwrap();
    }
    assert_eq!(store.size_of_responses().await.unwrap(), (6, 15));
    assert_eq!(store.drop_expired_responses(110).await.unwrap(), 2);
    assert_eq!(store.size_of_responses().await.unwrap(), (4, 10));
    assert_eq!(store.drop_oldest_response_rows(1, true).await.unwrap(), 1);
    let left = async |id: &str| store.get_response(&who("ann"), id, 0).await.unwrap().is_some();
    assert!(left("resp_2").await && !left("resp_3").await && left("resp_5").await);
    assert_eq!(store.drop_oldest_response_rows(1, false).await.unwrap(), 1);
    assert!(!left("resp_2").await);
    assert_eq!(store.drop_oldest_response_rows(9, false).await.unwrap(), 2);
    assert_eq!(store.drop_expired_responses(i64::MAX).await.unwrap(), 0);
}

pub(crate) async fn go_with_their_user(db: Database) {
    let store = &db.store;
    people(store).await;
    store.create_user(user("boss", 1), &[everywhere(Role::SuperAdmin)], &entry("user.created", 1)).await.unwrap();
    for name in ["ann", "bob", "boss"] {
        store.put_responses(vec![response(name, "resp_1", 10, None)]).await.unwrap();
    }
    let patch = |active| UserPatch { active: Some(active), ..UserPatch::default() };
    store.update_user(&who("ann"), patch(false), &entry("user.deactivate", 2)).await.unwrap();
    // One that was on its way comes too late.
    store.put_responses(vec![response("ann", "resp_2", 10, None)]).await.unwrap();
    store.update_user(&who("ann"), patch(true), &entry("user.activate", 3)).await.unwrap();
    store.delete_user(&who("bob"), &entry("user.delete", 2)).await.unwrap();
    assert_eq!(store.size_of_responses().await.unwrap(), (1, 0));
    assert!(store.get_response(&who("boss"), "resp_1", 10).await.unwrap().is_some());
}
