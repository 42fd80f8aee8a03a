use thinkwatch_policy::ids::{BudgetId, KeyId, LineageId, ModelId, ProviderId, ReplicaId, RuleId, UserId};
use thinkwatch_policy::limits::{PeriodKind, Subject, SubjectKind};
use thinkwatch_store::{
    AlertFilter, Applied, BudgetAlertRow, BudgetPatch, BudgetRow, LimitOverrideRow, ModelPatch, Purse, RateLimitRow,
    RoutesThere, Spent, SpoolCursor, Store, StoreError,
};

use crate::backends::Database;
use crate::rows::{entry, key, model, provider, route, user};

fn rule(id: &str, kind: &str, subject: &str, window: &str) -> RateLimitRow {
    RateLimitRow {
        id: format!("rul_{id}"),
        subject_kind: kind.to_owned(),
        subject_id: subject.to_owned(),
        surface: "ai_gateway".to_owned(),
        metric: if window.is_empty() { "concurrency" } else { "requests" }.to_owned(),
        window: window.to_owned(),
        max: 60,
        version: 1,
        created_at_us: 1,
        updated_at_us: 1,
    }
}

fn budget(id: &str, kind: &str, subject: &str, unit: &str) -> BudgetRow {
    BudgetRow {
        id: format!("bud_{id}"),
        subject_kind: kind.to_owned(),
        subject_id: subject.to_owned(),
        period_kind: "daily".to_owned(),
        unit: unit.to_owned(),
        max: 20_000_000_000,
        hard: true,
        version: 1,
        created_at_us: 1,
        updated_at_us: 1,
    }
}

fn purse(kind: SubjectKind, id: &str, start_us: i64) -> Purse {
    Purse { subject: Subject { kind, id: id.into() }, period: PeriodKind::Daily, start_us }
}

fn spent(cost_nano: i64) -> Spent {
    Spent { cost_nano, tokens: 10 * cost_nano, calls: 1 }
}

fn at(writer: &str, offset: i64) -> SpoolCursor {
    SpoolCursor { writer: writer.to_owned(), segment: 1, offset }
}

/// The ids of all rules and budgets there are.
async fn left(store: &Store) -> Vec<String> {
    let rows = store.load_limits(0).await.unwrap();
    rows.rate_limits.into_iter().map(|row| row.id).chain(rows.budgets.into_iter().map(|row| row.id)).collect()
}

pub(crate) async fn are_one_per_subject_and_edited_under_a_version(db: Database) {
    let store = &db.store;
    let before = store.versions().await.unwrap().limits;
    store.create_rate_limit(rule("a", "user", "u", "1m"), &entry("limit.create", 1)).await.unwrap();
    store.create_rate_limit(rule("b", "user", "u", ""), &entry("limit.create", 2)).await.unwrap();
    store.create_rate_limit(rule("c", "user", "other", "1m"), &entry("limit.create", 3)).await.unwrap();
    for window in ["1m", ""] {
        let again = store.create_rate_limit(rule("d", "user", "u", window), &entry("limit.create", 4)).await;
        assert!(matches!(again, Err(StoreError::Conflict { resource: "rate limit", .. })), "{again:?}");
    }
    store.create_budget(budget("a", "organisation", "", "usd"), &entry("budget.create", 5)).await.unwrap();
    store.create_budget(budget("b", "organisation", "", "tokens"), &entry("budget.create", 6)).await.unwrap();
    let again = store.create_budget(budget("c", "organisation", "", "usd"), &entry("budget.create", 7)).await;
    assert!(matches!(again, Err(StoreError::Conflict { resource: "budget", .. })), "{again:?}");
    // Five changes, and those that failed are none.
    assert_eq!(store.versions().await.unwrap().limits, before + 5);

    let (rule, missing) = (RuleId::from("rul_a"), RuleId::from("rul_x"));
    let changed = store.update_rate_limit(&rule, Some(1), 5, &entry("limit.update", 8)).await.unwrap();
    assert_eq!((changed.max, changed.version, changed.updated_at_us), (5, 2, 8));
    assert_eq!(store.get_rate_limit(&rule).await.unwrap(), changed);
    let stale = store.update_rate_limit(&rule, Some(1), 6, &entry("limit.update", 9)).await;
    assert!(matches!(stale, Err(StoreError::VersionMismatch(_))), "{stale:?}");
    let none = store.update_rate_limit(&missing, None, 6, &entry("limit.update", 9)).await;
    assert!(matches!(none, Err(StoreError::NotFound("rate limit"))), "{none:?}");

    let id = BudgetId::from("bud_a");
    let patch = BudgetPatch { hard: Some(false), ..BudgetPatch::default() };
    let changed = store.update_budget(&id, None, patch, &entry("budget.update", 10)).await.unwrap();
    assert_eq!((changed.max, changed.hard, changed.version), (20_000_000_000, false, 2));

    let over = |target: &str, max| LimitOverrideRow {
        target_id: target.to_owned(),
        max,
        reason: "launch day".to_owned(),
        user_id: None,
        user_email: Some("root@example.com".to_owned()),
        created_at_us: 11,
        expires_at_us: 100,
    };
    store.set_limit_override(over("rul_a", 7), &entry("limit.override", 11)).await.unwrap();
    store.set_limit_override(over("rul_a", 8), &entry("limit.override", 11)).await.unwrap();
    store.set_limit_override(over("bud_a", 9), &entry("limit.override", 11)).await.unwrap();
    let none = store.set_limit_override(over("rul_x", 9), &entry("limit.override", 11)).await;
    assert!(matches!(none, Err(StoreError::NotFound(_))), "{none:?}");
    let rows = store.load_limits(99).await.unwrap();
    assert_eq!(rows.overrides, [over("bud_a", 9), over("rul_a", 8)]);
    assert_eq!(store.load_limits(100).await.unwrap().overrides, []);
    store.clear_limit_override("bud_a", &entry("limit.override", 12)).await.unwrap();
    let none = store.clear_limit_override("bud_a", &entry("limit.override", 12)).await;
    assert!(matches!(none, Err(StoreError::NotFound("override"))), "{none:?}");

    let stale = store.delete_rate_limit(&rule, Some(1), &entry("limit.delete", 13)).await;
    assert!(matches!(stale, Err(StoreError::VersionMismatch(_))), "{stale:?}");
    store.delete_rate_limit(&rule, Some(2), &entry("limit.delete", 13)).await.unwrap();
    store.delete_budget(&id, None, &entry("budget.delete", 13)).await.unwrap();
    let rows = store.load_limits(0).await.unwrap();
    assert_eq!(rows.overrides, []);
    assert_eq!(left(store).await, ["rul_c", "rul_b", "bud_b"]);
    assert_eq!(rows.version, store.versions().await.unwrap().limits);
}

pub(crate) async fn go_with_their_subjects(db: Database) {
    let store = &db.store;
    store.create_user(user("ann", 1), &[], &entry("user.created", 1)).await.unwrap();
    store.create_api_key(key("a", "ann", 1), &entry("api_key.created", 1)).await.unwrap();
    store.create_api_key(key("b", "ann", 1), &entry("api_key.created", 1)).await.unwrap();
    for name in ["p", "q"] {
        store.create_provider(provider(name, 1), &entry("provider.created", 1)).await.unwrap();
    }
    let routes = [route("p", "p", 1), route("q", "q", 2)];
    store.create_model(model("m", 1), &routes, &entry("model.created", 1)).await.unwrap();
    let lineage = store.get_api_key(&KeyId::from("key_a")).await.unwrap().lineage_id;
    let second = store.get_api_key(&KeyId::from("key_b")).await.unwrap().lineage_id;
    let subjects = [
        ("1", "user", "usr_ann"),
        ("2", "key", &lineage),
        ("3", "key", &second),
        ("4", "provider", "prov_p"),
        ("5", "route", "rte_p"),
        ("6", "route", "rte_q"),
        ("7", "model", "m"),
        ("8", "organisation", ""),
    ];
    for (id, kind, subject) in subjects {
        store.create_rate_limit(rule(id, kind, subject, "1m"), &entry("limit.create", 2)).await.unwrap();
    }
    for (id, kind, subject) in [("1", "user", "usr_ann"), ("3", "key", second.as_str()), ("4", "provider", "prov_p")] {
        store.create_budget(budget(id, kind, subject, "usd"), &entry("budget.create", 2)).await.unwrap();
    }
    let gone = async |ids: &[&str]| {
        let left = left(store).await;
        assert!(ids.iter().all(|id| !left.iter().any(|known| known == id)), "{ids:?} in {left:?}");
        left.len()
    };
    let version = store.versions().await.unwrap().limits;
    store.delete_api_key(&KeyId::from("key_a"), &entry("api_key.deleted", 3)).await.unwrap();
    assert_eq!(gone(&["rul_2"]).await, 10);
    assert_eq!(store.versions().await.unwrap().limits, version + 1);
    // The rules of a model go with it to its new name.
    let renamed = ModelPatch { model_id: Some("n".to_owned()), ..ModelPatch::default() };
    store.update_model(&ModelId::from("mod_m"), None, renamed, &entry("model.updated", 4)).await.unwrap();
    assert_eq!(store.get_rate_limit(&RuleId::from("rul_7")).await.unwrap().subject_id, "n");
    // A route that stays keeps its rules, one that goes does not.
    let kept = ModelPatch { routes: Some(vec![route("p", "p", 1)]), ..ModelPatch::default() };
    store.update_model(&ModelId::from("mod_m"), None, kept, &entry("model.updated", 5)).await.unwrap();
    assert_eq!(gone(&["rul_6"]).await, 9);
    let template = entry("model.updated", 6);
    let routes = RoutesThere::Remove { of_model: &template, last_of_model: &template };
    store.delete_provider(&ProviderId::from("prov_p"), None, routes, &entry("provider.deleted", 7)).await.unwrap();
    assert_eq!(gone(&["rul_4", "rul_5", "rul_7", "bud_4"]).await, 5);
    store.delete_user(&UserId::from("usr_ann"), &entry("user.deleted", 8)).await.unwrap();
    assert_eq!(gone(&["rul_1", "rul_3", "bud_1", "bud_3"]).await, 1);
    assert_eq!(left(store).await, ["rul_8"]);
}

pub(crate) async fn know_what_was_spent_by_each_replica(db: Database) {
    let store = &db.store;
    let user = |start| purse(SubjectKind::User, "u", start);
    let key = purse(SubjectKind::Key, &LineageId::from("lin_1").to_string(), 100);
    let first = [(user(100), spent(5)), (user(100), spent(2)), (key.clone(), spent(7))];
    let second = [(user(100), spent(3)), (user(200), spent(4))];
    assert_eq!(store.apply_usage_batch("ledger", &[], &first, &at("r1", 1), &[]).await.unwrap(), Applied::Applied);
    // Repeated, it adds nothing.
    let again = store.apply_usage_batch("ledger", &[], &first, &at("r1", 1), &[]).await.unwrap();
    assert_eq!(again, Applied::AlreadyApplied);
    store.apply_usage_batch("ledger", &[], &second, &at("r1", 2), &[]).await.unwrap();
    store.apply_usage_batch("ledger", &[], &second, &at("r2", 1), &[]).await.unwrap();
    let mut parts = store.spent_of(&[user(100), key.clone()]).await.unwrap();
    parts.sort_by(|a, b| (&a.purse, &a.replica).cmp(&(&b.purse, &b.replica)));
    let shown: Vec<_> = parts.iter().map(|p| (p.purse.clone(), p.replica.clone(), p.cost_nano, p.tokens)).collect();
    let (r1, r2) = (ReplicaId::new("r1"), ReplicaId::new("r2"));
    let expected = [(user(100), r1.clone(), 10, 100), (user(100), r2, 3, 30), (key, r1, 7, 70)];
    assert_eq!(shown, expected);
    assert_eq!(store.spent_of(&[]).await.unwrap(), []);
    let subject = user(0).subject;
    let sums = |cost_nano, calls| Spent { cost_nano, tokens: 10 * cost_nano, calls };
    let history = store.spent_history(&subject, PeriodKind::Daily, 10).await.unwrap();
    assert_eq!(history, [(200, sums(8, 2)), (100, sums(13, 4))]);
    assert_eq!(store.spent_history(&subject, PeriodKind::Daily, 1).await.unwrap().len(), 1);
    assert_eq!(store.spent_history(&subject, PeriodKind::Weekly, 10).await.unwrap(), []);

    // A reset forgives what all replicas spent in that period, and says so with the budget.
    store.create_budget(budget("u", "user", "u", "usd"), &entry("budget.create", 1)).await.unwrap();
    let id = BudgetId::from("bud_u");
    assert_eq!(store.reset_budget(&id, 100, &entry("budget.reset", 2)).await.unwrap(), 13);
    assert_eq!(store.reset_budget(&id, 200, &entry("budget.reset", 3)).await.unwrap(), 8);
    let resets = store.load_limits(0).await.unwrap().resets;
    assert_eq!(resets.iter().map(|row| (row.period_start_us, row.forgiven)).collect::<Vec<_>>(), [(200, 8)]);
    let none = store.reset_budget(&BudgetId::from("bud_x"), 100, &entry("budget.reset", 4)).await;
    assert!(matches!(none, Err(StoreError::NotFound("budget"))), "{none:?}");
    assert_eq!(store.drop_spent_before(200).await.unwrap(), 3);
    assert_eq!(store.spent_history(&subject, PeriodKind::Daily, 10).await.unwrap().len(), 1);
}

pub(crate) async fn give_each_alert_once(db: Database) {
    let store = &db.store;
    let alert = |number: i64, budget: &str, threshold| BudgetAlertRow {
        id: format!("alr_{number}"),
        budget_id: budget.to_owned(),
        period_start_us: 100,
        threshold,
        subject_kind: "user".to_owned(),
        subject_id: "u".to_owned(),
        period_kind: "daily".to_owned(),
        unit: "usd".to_owned(),
        used: 51,
        max: 100,
        raised_at_us: number,
    };
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..5 {
        let (store, row) = (store.clone(), alert(number, "bud_a", 50));
        racers.spawn(async move { store.raise_budget_alert(row, &entry("budget.alert", number)).await.unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|first| *first).count(), 1);
    let trail = store.list_audit(&thinkwatch_store::AuditFilter { limit: 100, ..Default::default() }).await.unwrap();
    assert_eq!(trail.items.len(), 1);
    assert!(store.raise_budget_alert(alert(7, "bud_a", 80), &entry("budget.alert", 7)).await.unwrap());
    assert!(store.raise_budget_alert(alert(8, "bud_b", 50), &entry("budget.alert", 8)).await.unwrap());
    assert_eq!(store.raised_thresholds("bud_a", 100).await.unwrap(), [50, 80]);
    assert_eq!(store.raised_thresholds("bud_a", 200).await.unwrap(), [0i32; 0]);
    let mut filter = AlertFilter { limit: 2, ..AlertFilter::default() };
    let page = store.list_budget_alerts(&filter).await.unwrap();
    assert_eq!(page.items.iter().map(|row| row.raised_at_us).collect::<Vec<_>>(), [8, 7]);
    filter.cursor = page.next_cursor;
    assert_eq!(store.list_budget_alerts(&filter).await.unwrap().items.len(), 1);
    let of_a = AlertFilter { budget_id: Some("bud_a".to_owned()), limit: 10, ..AlertFilter::default() };
    assert_eq!(store.list_budget_alerts(&of_a).await.unwrap().items.len(), 2);
    let of_other = AlertFilter { subject: Some(("user".to_owned(), "v".to_owned())), limit: 10, ..Default::default() };
    assert_eq!(store.list_budget_alerts(&of_other).await.unwrap().items.len(), 0);
}
