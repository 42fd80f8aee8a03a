use thinkwatch_policy::ids::{SessionId, UserId};
use thinkwatch_store::{AuditFilter, RefreshAttempt, RefreshOutcome, StoreError};
use tokio::task::JoinSet;

use crate::backends::Database;
use crate::rows::{DAY, entry, session};

const SECOND: i64 = 1_000_000;

fn attempt(name: &str, presented: u8, new: u8) -> RefreshAttempt {
    RefreshAttempt {
        session: SessionId::from(format!("ses_{name}")),
        presented_hash: format!("hash {presented}").into_bytes(),
        new_hash: format!("hash {new}").into_bytes(),
        extend_to_us: 9 * DAY,
        grace_us: 20 * SECOND,
    }
}

fn said(outcome: &RefreshOutcome) -> (&'static str, Option<i64>) {
    match outcome {
        RefreshOutcome::Rotated(s) => ("rotated", Some(s.generation)),
        RefreshOutcome::RepeatedWithinGrace(s) => ("repeated", Some(s.generation)),
        RefreshOutcome::Reused(s) => ("reused", Some(s.generation)),
        RefreshOutcome::Revoked => ("revoked", None),
        RefreshOutcome::Expired => ("expired", None),
        RefreshOutcome::Unknown => ("unknown", None),
    }
}

pub(crate) async fn rotate_repeat_and_end_on_reuse(db: Database) {
    let store = &db.store;
    for name in ["a", "b", "c"] {
        store.create_session(session(name, "ann", 0), &entry("user.login", 0)).await.unwrap();
    }
    let trail = AuditFilter { action: Some("session.reused".to_owned()), limit: 10, ..AuditFilter::default() };
    for (name, presented, new, at, expected) in [
        ("nobody", 0, 1, 1, ("unknown", None)),
        ("a", 0, 1, 10 * SECOND, ("rotated", Some(1))),
        // Two tabs: the second gets what the first got, to the last moment of the grace.
        ("a", 0, 1, 11 * SECOND, ("repeated", Some(1))),
        ("a", 0, 1, 30 * SECOND, ("repeated", Some(1))),
        ("a", 1, 2, 40 * SECOND, ("rotated", Some(2))),
        ("a", 1, 2, 60 * SECOND, ("repeated", Some(2))),
        ("a", 1, 2, 60 * SECOND + 1, ("reused", Some(2))),
        // Nobody gets on with it, not even with the token in force.
        ("a", 2, 3, 61 * SECOND, ("revoked", None)),
        // The one before the one before has no grace.
        ("b", 0, 1, SECOND, ("rotated", Some(1))),
        ("b", 1, 2, 2 * SECOND, ("rotated", Some(2))),
        ("b", 0, 1, 3 * SECOND, ("reused", Some(2))),
        // A token that never was this session's, before any rotation.
        ("c", 9, 1, SECOND, ("reused", Some(0))),
    ] {
        let outcome = store.rotate_refresh(&attempt(name, presented, new), &entry("session.reused", at)).await.unwrap();
        assert_eq!(said(&outcome), expected, "{name} {presented} at {at}");
    }
    assert_eq!(store.list_audit(&trail).await.unwrap().items.len(), 3);
    assert_eq!(store.versions().await.unwrap().revocations, 3);
    let ended = store.get_session(&SessionId::from("ses_a")).await.unwrap().unwrap();
    assert_eq!((ended.revoked_at_us, ended.expires_at_us), (Some(60 * SECOND + 1), 9 * DAY));
    assert_eq!(ended.revoke_reason.as_deref(), Some("refresh token reused"));

    store.create_session(session("old", "ann", 0), &entry("user.login", 0)).await.unwrap();
    let outcome = store.rotate_refresh(&attempt("old", 0, 1), &entry("session.reused", 7 * DAY)).await.unwrap();
    assert_eq!(outcome, RefreshOutcome::Expired);
}

pub(crate) async fn rotate_once_under_a_race(db: Database) {
    db.store.create_session(session("a", "ann", 0), &entry("user.login", 0)).await.unwrap();
    let mut tabs = JoinSet::new();
    for _ in 0..12 {
        let store = db.store.clone();
        tabs.spawn(async move {
            store.rotate_refresh(&attempt("a", 0, 1), &entry("session.reused", SECOND)).await.unwrap()
        });
    }
    let outcomes = tabs.join_all().await;
    assert_eq!(outcomes.iter().filter(|o| matches!(o, RefreshOutcome::Rotated(_))).count(), 1);
    assert!(outcomes.iter().all(|o| matches!(said(o), ("rotated" | "repeated", Some(1)))), "{outcomes:?}");
}

pub(crate) async fn can_be_listed_and_ended(db: Database) {
    let store = &db.store;
    let ann = UserId::from("usr_ann");
    for (name, user, at) in [("a", "ann", 1), ("b", "ann", 2), ("c", "bob", 3), ("d", "ann", 4)] {
        store.create_session(session(name, user, at), &entry("user.login", at)).await.unwrap();
    }
    let ids = |sessions: Vec<thinkwatch_store::SessionRow>| sessions.into_iter().map(|s| s.id).collect::<Vec<_>>();
    assert_eq!(ids(store.list_sessions(&ann, 5).await.unwrap()), ["ses_d", "ses_b", "ses_a"]);
    assert_eq!(ids(store.list_sessions(&ann, 7 * DAY + 2).await.unwrap()), ["ses_d"]);
    let b = SessionId::from("ses_b");
    assert!(store.revoke_session(&b, "logout", &entry("session.revoked", 6)).await.unwrap());
    assert!(!store.revoke_session(&b, "logout", &entry("session.revoked", 7)).await.unwrap());
    let nobody = store.revoke_session(&SessionId::from("ses_x"), "logout", &entry("session.revoked", 7)).await;
    assert!(matches!(nobody, Err(StoreError::NotFound("session"))));
    assert_eq!(store.versions().await.unwrap().revocations, 1);
    let keep = SessionId::from("ses_d");
    assert_eq!(store.revoke_sessions_of(&ann, Some(&keep), "others", &entry("session.revoked", 8)).await.unwrap(), 1);
    assert_eq!(ids(store.list_sessions(&ann, 9).await.unwrap()), ["ses_d"]);
    assert_eq!(store.revoke_sessions_of(&ann, Some(&keep), "others", &entry("session.revoked", 8)).await.unwrap(), 0);
    assert_eq!(store.versions().await.unwrap().revocations, 2);
    assert_eq!(store.revoke_sessions_of(&ann, None, "forced", &entry("session.revoked", 9)).await.unwrap(), 1);
    assert_eq!(store.list_sessions(&ann, 9).await.unwrap(), []);
    assert_eq!(store.list_sessions(&UserId::from("usr_bob"), 9).await.unwrap().len(), 1);
    let revocations = store.load_revocations(0).await.unwrap();
    assert_eq!(revocations.version, 3);
    let at: Vec<(&str, i64)> = revocations.sessions.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    assert_eq!(at, [("ses_a", 8), ("ses_b", 6), ("ses_d", 9)]);
}
