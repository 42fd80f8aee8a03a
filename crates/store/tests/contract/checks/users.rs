use thinkwatch_policy::ids::{KeyId, SessionId, TeamId, UserId};
use thinkwatch_policy::principal::Role;
use thinkwatch_store::{KeyFilter, KeysWanted, RoleGrant, StoreError, UserFilter, UserHoldings, UserPatch};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{entry, everywhere, key, session, user};

pub(crate) async fn are_found_whatever_the_case_and_unique_among_the_living(db: Database) {
    let store = &db.store;
    let mut first = user("ann", 1);
    first.email = "Ann@Example.COM".to_owned();
    let in_team = RoleGrant { role: Role::TeamManager, team: Some(TeamId::from("team_a")) };
    let roles = [in_team.clone(), everywhere(Role::Developer), in_team.clone()];
    store.create_user(first, &roles, &entry("user.created", 1)).await.unwrap();
    let found = store.find_user_by_email("ANN@example.com").await.unwrap().unwrap();
    assert_eq!(found.user, user("ann", 1));
    assert_eq!(found.roles, [in_team, everywhere(Role::Developer)]);
    assert_eq!(store.get_user(&UserId::from("usr_ann")).await.unwrap(), found);
    assert_eq!(store.find_user_by_email("bob@example.com").await.unwrap(), None);

    let mut second = user("ann2", 2);
    second.email = "aNN@example.com".to_owned();
    let refused = store.create_user(second.clone(), &[], &entry("user.created", 2)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { resource: "user", field: "email" })), "{refused:?}");
    store.delete_user(&UserId::from("usr_ann"), &entry("user.deleted", 3)).await.unwrap();
    assert!(matches!(store.get_user(&UserId::from("usr_ann")).await, Err(StoreError::NotFound("user"))));
    store.create_user(second, &[], &entry("user.created", 4)).await.unwrap();
    let taken = UserPatch { email: Some("ann@EXAMPLE.com".to_owned()), ..UserPatch::default() };
    store.create_user(user("bob", 5), &[], &entry("user.created", 5)).await.unwrap();
    let refused = store.update_user(&UserId::from("usr_bob"), taken, &entry("user.updated", 6)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { field: "email", .. })), "{refused:?}");
}

pub(crate) async fn always_keep_a_super_admin(db: Database) {
    let store = &db.store;
    let root = UserId::from("usr_root");
    store.create_user(user("root", 1), &[everywhere(Role::SuperAdmin)], &entry("user.created", 1)).await.unwrap();
    // None of these can take over: a machine, somebody inactive, a super admin of one team, somebody deleted.
    let mut machine = user("machine", 1);
    machine.service_account = true;
    let mut asleep = user("asleep", 1);
    asleep.active = false;
    for other in [machine, asleep, user("gone", 1)] {
        store.create_user(other, &[everywhere(Role::SuperAdmin)], &entry("user.created", 2)).await.unwrap();
    }
    store.delete_user(&UserId::from("usr_gone"), &entry("user.deleted", 2)).await.unwrap();
    let team_only = RoleGrant { role: Role::SuperAdmin, team: Some(TeamId::from("team_a")) };
    store.create_user(user("team", 1), &[team_only], &entry("user.created", 2)).await.unwrap();

    let before = store.versions().await.unwrap();
    let demoted = UserPatch { roles: Some(vec![everywhere(Role::Admin)]), ..UserPatch::default() };
    let asleep = UserPatch { active: Some(false), ..UserPatch::default() };
    for patch in [demoted.clone(), asleep.clone()] {
        let refused = store.update_user(&root, patch, &entry("user.updated", 3)).await;
        assert!(matches!(refused, Err(StoreError::LastSuperAdmin)), "{refused:?}");
    }
    assert!(matches!(store.delete_user(&root, &entry("user.deleted", 3)).await, Err(StoreError::LastSuperAdmin)));
    let kept = store.get_user(&root).await.unwrap();
    assert!(kept.user.active);
    assert_eq!(kept.roles, [everywhere(Role::SuperAdmin)]);
    assert_eq!(store.versions().await.unwrap(), before);

    store.create_user(user("second", 4), &[everywhere(Role::SuperAdmin)], &entry("user.created", 4)).await.unwrap();
    store.update_user(&root, demoted, &entry("user.updated", 5)).await.unwrap();
    assert_eq!(store.get_user(&root).await.unwrap().roles, [everywhere(Role::Admin)]);
}

pub(crate) async fn two_demotions_at_once_leave_one_super_admin(db: Database) {
    for round in 0..5 {
        let names = [format!("a{round}"), format!("b{round}")];
        for name in &names {
            db.store
                .create_user(user(name, 1), &[everywhere(Role::SuperAdmin)], &entry("user.created", 1))
                .await
                .unwrap();
        }
        let mut both = JoinSet::new();
        for name in names {
            let store = db.store.clone();
            both.spawn(async move {
                let id = UserId::from(format!("usr_{name}"));
                (id.clone(), store.delete_user(&id, &entry("user.deleted", 2)).await)
            });
        }
        let results = both.join_all().await;
        // In later rounds the survivor of the round before is a third one.
        assert_eq!(results.iter().filter(|(_, r)| r.is_ok()).count(), if round == 0 { 1 } else { 2 });
        if round > 0 {
            let left = UserId::from("usr_last");
            assert!(matches!(
                db.store.delete_user(&left, &entry("user.deleted", 3)).await,
                Err(StoreError::LastSuperAdmin)
            ));
            continue;
        }
        db.store
            .create_user(user("last", 1), &[everywhere(Role::SuperAdmin)], &entry("user.created", 1))
            .await
            .unwrap();
        for (id, result) in results {
            if result.is_err() {
                db.store.delete_user(&id, &entry("user.deleted", 3)).await.unwrap();
            }
        }
    }
}

pub(crate) async fn lose_sessions_and_keys_when_deactivated_or_deleted(db: Database) {
    let store = &db.store;
    for name in ["ann", "bob", "eve"] {
        store.create_user(user(name, 1), &[], &entry("user.created", 1)).await.unwrap();
        store.create_session(session(name, name, 1), &entry("user.login", 1)).await.unwrap();
        store.create_api_key(key(name, name, 1), &entry("api_key.created", 1)).await.unwrap();
    }
    let before = store.versions().await.unwrap();
    let asleep = UserPatch { active: Some(false), ..UserPatch::default() };
    store.update_user(&UserId::from("usr_ann"), asleep, &entry("user.updated", 20)).await.unwrap();
    store.delete_user(&UserId::from("usr_bob"), &entry("user.deleted", 30)).await.unwrap();
    let after = store.versions().await.unwrap();
    assert_eq!((after.principals - before.principals, after.revocations - before.revocations), (2, 2));
    let ended = store.load_revocations(0).await.unwrap().sessions;
    assert_eq!(ended, [(SessionId::from("ses_ann"), 20), (SessionId::from("ses_bob"), 30)]);
    assert_eq!(store.load_revocations(21).await.unwrap().sessions, [(SessionId::from("ses_bob"), 30)]);
    let principals = store.load_principals().await.unwrap();
    assert_eq!(principals.users.iter().map(|u| u.user.id.as_str()).collect::<Vec<_>>(), ["usr_eve"]);
    assert_eq!(principals.keys.iter().map(|k| k.id.as_str()).collect::<Vec<_>>(), ["key_eve"]);
    // Active again, the keys stay revoked: they may be in the wrong hands.
    let awake = UserPatch { active: Some(true), ..UserPatch::default() };
    store.update_user(&UserId::from("usr_ann"), awake, &entry("user.updated", 40)).await.unwrap();
    assert_eq!(store.load_principals().await.unwrap().keys.len(), 1);
    let all = KeyFilter {
        owner: Some(UserId::from("usr_ann")),
        wanted: KeysWanted::WithEnded,
        limit: 10,
        ..KeyFilter::default()
    };
    assert_eq!(store.list_api_keys(&all).await.unwrap().items[0].revoke_reason.as_deref(), Some("user deactivated"));
    // A key cannot be made for somebody who is not there.
    let orphan = store.create_api_key(key("orphan", "bob", 50), &entry("api_key.created", 50)).await;
    assert!(matches!(orphan, Err(StoreError::NotFound("user"))));
}

pub(crate) async fn come_in_pages(db: Database) {
    let store = &db.store;
    for n in 0..7 {
        let mut row = user(&format!("u{n}"), 100 + n / 2);
        row.service_account = n == 3;
        row.display_name = if n == 5 { "100%_Sure".to_owned() } else { format!("Person {n}") };
        store.create_user(row, &[everywhere(Role::Viewer)], &entry("user.created", 1)).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut filter = UserFilter { limit: 3, ..UserFilter::default() };
    loop {
        let page = store.list_users(&filter).await.unwrap();
        assert!(page.items.len() <= 3);
        assert!(page.items.iter().all(|u| u.roles == [everywhere(Role::Viewer)]));
        seen.extend(page.items.into_iter().map(|u| u.user.id));
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["usr_u6", "usr_u5", "usr_u4", "usr_u3", "usr_u2", "usr_u1", "usr_u0"]);
    for (search, service_account, expected) in [
        (Some("0%_s"), None, 1),
        (Some("%"), None, 1),
        (Some("U4@EXAMPLE"), None, 1),
        (Some("person"), None, 6),
        (None, Some(true), 1),
        (Some("person"), Some(false), 5),
        (Some("nobody"), None, 0),
    ] {
        let search = search.map(str::to_owned);
        let filter = UserFilter { search, service_account, limit: 100, ..UserFilter::default() };
        assert_eq!(store.list_users(&filter).await.unwrap().items.len(), expected, "{filter:?}");
    }
    let nonsense = UserFilter { cursor: Some("x".to_owned()), limit: 3, ..UserFilter::default() };
    assert!(matches!(store.list_users(&nonsense).await, Err(StoreError::BadCursor)));
}

pub(crate) async fn get_new_passwords(db: Database) {
    let store = &db.store;
    let ann = UserId::from("usr_ann");
    store.create_user(user("ann", 1), &[], &entry("user.created", 1)).await.unwrap();
    for name in ["one", "two"] {
        store.create_session(session(name, "ann", 1), &entry("user.login", 1)).await.unwrap();
    }
    assert!(store.replace_password_hash(&ann, "$argon2id$1", "$argon2id$2", 2).await.unwrap());
    assert!(!store.replace_password_hash(&ann, "$argon2id$1", "$argon2id$3", 3).await.unwrap());
    assert_eq!(store.list_sessions(&ann, 4).await.unwrap().len(), 2);
    let keep = SessionId::from("ses_two");
    store.set_password(&ann, "$argon2id$4", Some(&keep), &entry("user.password", 5)).await.unwrap();
    assert_eq!(store.get_user(&ann).await.unwrap().user.password_hash.as_deref(), Some("$argon2id$4"));
    assert_eq!(store.list_sessions(&ann, 6).await.unwrap()[0].id, "ses_two");
    assert_eq!(store.load_revocations(0).await.unwrap().sessions, [(SessionId::from("ses_one"), 5)]);
    store.set_password(&ann, "$argon2id$5", None, &entry("user.password", 7)).await.unwrap();
    assert_eq!(store.list_sessions(&ann, 8).await.unwrap(), []);
}

pub(crate) async fn hold_keys_and_sessions(db: Database) {
    let store = &db.store;
    let ann = UserId::from("usr_ann");
    for name in ["ann", "bob"] {
        store.create_user(user(name, 1), &[], &entry("user.created", 1)).await.unwrap();
    }
    for (name, owner) in [("a", "ann"), ("b", "ann"), ("c", "ann"), ("d", "bob")] {
        store.create_api_key(key(name, owner, 1), &entry("api_key.created", 1)).await.unwrap();
        store.create_session(session(name, owner, 1), &entry("auth.login", 1)).await.unwrap();
    }
    store.revoke_api_key(&KeyId::from("key_a"), "x", &entry("api_key.revoked", 2)).await.unwrap();
    store.delete_api_key(&KeyId::from("key_b"), &entry("api_key.deleted", 2)).await.unwrap();
    store.revoke_session(&SessionId::from("ses_a"), "x", &entry("auth.logout", 2)).await.unwrap();
    assert_eq!(store.user_holdings(&ann, 3).await.unwrap(), UserHoldings { keys: 1, sessions: 2 });
    assert_eq!(store.user_holdings(&ann, i64::MAX).await.unwrap(), UserHoldings { keys: 1, sessions: 0 });
    store.delete_user(&ann, &entry("user.deleted", 4)).await.unwrap();
    assert!(matches!(store.user_holdings(&ann, 5).await, Err(StoreError::NotFound("user"))));
    // History still names who is gone.
    let emails = store.emails_of(&["usr_ann".to_owned(), "usr_none".to_owned()]).await.unwrap();
    assert_eq!(emails.into_iter().collect::<Vec<_>>(), [("usr_ann".to_owned(), "ann@example.com".to_owned())]);
}
