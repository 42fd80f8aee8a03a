//! Rate limits and budgets: set, seen, overridden, reset, and what calls spent of them.

use std::sync::Arc;

use serde_json::{Value, json};
use thinkwatch_control::consumers::LedgerConsumer;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_policy::limits::{Ask, Claim, Counter, Metric, Subject, SubjectKind, Window};
use thinkwatch_policy::ports::{Counters, SpentFeed};
use thinkwatch_policy::principal::Surface;
use thinkwatch_records::CallRecord;
use thinkwatch_records::spool::{Consumer, Cursor};

use crate::app::App;

const ORGANISATION: &str = "/api/admin/limits/organisation/default";

fn now_us() -> i64 {
    i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap()
}

fn in_an_hour() -> String {
    let at = time::OffsetDateTime::now_utc() + time::Duration::hours(1);
    at.format(&time::format_description::well_known::Rfc3339).unwrap()
}

/// Calls of a user that cost `usd` dollars each.
fn calls(user: &str, count: u128, usd: i64) -> Arc<Vec<CallRecord>> {
    let call = |number| {
        let mut call = CallRecord {
            timestamp: now_us(),
            user_id: user.to_owned(),
            key_lineage_id: "lin_1".to_owned(),
            model: "gpt-4o".to_owned(),
            cost_nano: usd * 1_000_000_000,
            weighted_tokens: 1000,
            ..CallRecord::default()
        };
        call.set_request_id(RequestId::from_parts(call.timestamp, number));
        call
    };
    Arc::new((0..count).map(call).collect())
}

impl App {
    async fn delete(&self, path: &str, token: &str) -> crate::app::Got {
        self.call("DELETE", path, token, None, &[]).await
    }

    async fn patch(&self, path: &str, token: &str, body: Value, headers: &[(&str, &str)]) -> crate::app::Got {
        self.call("PATCH", path, token, Some(body.to_string()), headers).await
    }
}

#[tokio::test]
async fn rules_are_set_changed_and_deleted() {
    let (app, root) = App::set_up().await;
    let (id, _) = app.user(&root, "developer").await;
    let rules = format!("/api/admin/limits/user/{id}/rules");
    let new = json!({ "surface": "ai_gateway", "metric": "requests", "window": "1m", "max": 60 });
    let made = app.post(&rules, &root, new.clone()).await.expect(201);
    assert_eq!(made.text("/name"), "user:requests/1m");
    assert_eq!(made.text("/subject/name"), "developer@example.org");
    assert_eq!(made.body["usage"], json!({ "used": 0, "reserved": 0, "remaining": 60, "percent": 0.0 }));
    let etag = made.headers["etag"].to_str().unwrap().to_owned();
    let again = app.post(&rules, &root, new).await.expect(409);
    assert_eq!(again.text("/error/field"), "window");
    // The user can be named by address, too, and calls at once are another rule.
    let by_address = "/api/admin/limits/user/developer@example.org/rules";
    let calls = app.post(by_address, &root, json!({ "metric": "concurrency", "max": 4 })).await.expect(201);
    assert_eq!((calls.text("/name").as_str(), &calls.body["window"]), ("user:concurrency", &Value::Null));
    assert_eq!(app.get(&rules, &root).await.expect(200).body["items"].as_array().unwrap().len(), 2);
    // What is in force.
    let book = app.snapshot.limits.load_full();
    assert_eq!(book.of(SubjectKind::User, &id).unwrap().limits.len(), 2);

    let rule = format!("{rules}/{}", made.text("/id"));
    let changed = app.patch(&rule, &root, json!({ "max": 5 }), &[("if-match", &etag)]).await.expect(200);
    assert_eq!(changed.body["max"], 5);
    app.patch(&rule, &root, json!({ "max": 6 }), &[("if-match", &etag)]).await.expect(412);
    app.get(&format!("/api/admin/limits/organisation/default/rules/{}", made.text("/id")), &root).await.expect(404);
    app.patch(&format!("{ORGANISATION}/rules/{}", made.text("/id")), &root, json!({ "max": 6 }), &[]).await.expect(404);
    app.delete(&rule, &root).await.expect(204);
    app.get(&rule, &root).await.expect(404);
    app.delete(&rules, &root).await.expect(204);
    assert!(app.snapshot.limits.load().is_empty());
    let trail = app.get("/api/audit/logs?resource_type=rate_limit", &root).await.expect(200);
    let actions: Vec<_> = trail.body["items"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
    assert_eq!(
        actions,
        ["rate_limit.delete", "rate_limit.delete", "rate_limit.update", "rate_limit.create", "rate_limit.create"]
    );
}

#[tokio::test]
async fn what_would_not_act_is_refused_by_its_field() {
    let (app, root) = App::set_up().await;
    let rule = |metric: &str, window: Option<&str>, max: Value| json!({ "metric": metric, "window": window, "max": max });
    let budget = |period: &str, unit: &str, max: Value| json!({ "period": period, "unit": unit, "max": max });
    for (path, body, field) in [
        ("organisation/default/rules", rule("requests", None, json!(1)), "window"),
        ("organisation/default/rules", rule("requests", Some("2m"), json!(1)), "window"),
        ("organisation/default/rules", rule("concurrency", Some("1m"), json!(1)), "window"),
        ("organisation/default/rules", rule("calls", Some("1m"), json!(1)), "metric"),
        ("organisation/default/rules", rule("tokens", Some("1m"), json!(0)), "max"),
        ("organisation/default/rules", rule("tokens", Some("1m"), json!(-5)), "max"),
        (
            "organisation/default/rules",
            json!({ "surface": "mcp_gateway", "metric": "requests", "window": "1m", "max": 1 }),
            "surface",
        ),
        ("organisation/default/budgets", budget("yearly", "usd", json!("1")), "period"),
        ("organisation/default/budgets", budget("daily", "eur", json!("1")), "unit"),
        ("organisation/default/budgets", budget("daily", "usd", json!("0")), "max"),
        ("organisation/default/budgets", budget("daily", "usd", json!("ten")), "max"),
        ("organisation/default/budgets", budget("daily", "tokens", json!(1.5)), "max"),
        ("organisation/default/budgets", budget("daily", "tokens", json!([])), "max"),
        ("model/gpt-4o/budgets", budget("daily", "usd", json!("1")), "subject_kind"),
        ("team/team_1/budgets", budget("daily", "usd", json!("1")), "subject_kind"),
        ("mcp_server/x/rules", rule("requests", Some("1m"), json!(1)), "subject_kind"),
        ("galaxy/x/rules", rule("requests", Some("1m"), json!(1)), "subject_kind"),
    ] {
        app.post("/api/admin/models", &root, json!({ "model_id": "gpt-4o", "routes": [{ "provider": "local" }] })).await;
        let got = app.post(&format!("/api/admin/limits/{path}"), &root, body.clone()).await;
        assert_eq!(got.status.as_u16(), 400, "{path} {body}: {got:?}");
        assert_eq!(got.text("/error/field"), field, "{path} {body}: {got:?}");
    }
    for subject in ["user/usr_none", "key/key_none", "provider/none", "model/none", "route/none", "organisation/x"] {
        let body = rule("requests", Some("1m"), json!(1));
        app.post(&format!("/api/admin/limits/{subject}/rules"), &root, body).await.expect(404);
        app.get(&format!("/api/admin/limits/{subject}/rules"), &root).await.expect(404);
    }
}

#[tokio::test]
async fn everyone_sees_their_own_and_sets_what_their_role_allows() {
    let (app, root) = App::set_up().await;
    let (dev_id, dev) = app.user(&root, "developer").await;
    let (_, admin) = app.user(&root, "admin").await;
    let (_, operator) = app.user(&root, "operator").await;
    let root_id = app.get("/api/auth/me", &root).await.text("/id");
    let key = app.post("/api/keys", &dev, json!({ "name": "laptop" })).await.expect(201);
    let provider = app.get("/api/admin/providers", &root).await.text("/items/0/id");
    let rule = || json!({ "metric": "requests", "window": "1m", "max": 60 });
    let of_key = format!("/api/admin/limits/key/{}/rules", key.text("/id"));
    for (path, by_admin, by_operator) in [
        (format!("{ORGANISATION}/rules"), 201, 403),
        (format!("/api/admin/limits/user/{dev_id}/rules"), 201, 403),
        // Nobody sets limits for somebody stronger.
        (format!("/api/admin/limits/user/{root_id}/rules"), 403, 403),
        (of_key.clone(), 201, 403),
        (format!("/api/admin/limits/provider/{provider}/rules"), 201, 409),
    ] {
        app.post(&path, &dev, rule()).await.expect(403);
        let got = app.post(&path, &admin, rule()).await;
        assert_eq!(got.status.as_u16(), by_admin, "{path}: {got:?}");
        let got = app.post(&path, &operator, rule()).await;
        assert_eq!(got.status.as_u16(), by_operator, "{path}: {got:?}");
    }
    let seen = app.get(&of_key, &dev).await.expect(200);
    assert_eq!(seen.text("/items/0/subject/name"), "laptop");
    app.get(&format!("/api/admin/limits/user/{dev_id}/rules"), &dev).await.expect(200);
    app.get(&format!("/api/admin/limits/user/{root_id}/rules"), &dev).await.expect(404);
    app.get(&format!("/api/admin/limits/user/{dev_id}/history"), &dev).await.expect(200);
    // The rules are the lineage's: a rotation changes nothing, and deleting the key takes them along.
    let rotated = app.post(&format!("/api/keys/{}/rotate", key.text("/id")), &dev, json!({})).await.expect(200);
    let of_new = format!("/api/admin/limits/key/{}/rules", rotated.text("/id"));
    assert_eq!(app.get(&of_new, &dev).await.expect(200).text("/items/0/id"), seen.text("/items/0/id"));
    app.delete(&format!("/api/admin/users/{dev_id}"), &root).await.expect(204);
    let left = app.get("/api/admin/limits?sort=subject", &root).await.expect(200);
    let kinds: Vec<_> =
        left.body["items"].as_array().unwrap().iter().map(|item| item["rule"]["subject"]["kind"].clone()).collect();
    assert_eq!(kinds, ["organisation", "provider"]);
}

#[tokio::test]
async fn budgets_know_what_was_spent_before_and_after_they_were_set() {
    let (app, root) = App::set_up().await;
    let (id, _) = app.user(&root, "developer").await;
    let ledger = LedgerConsumer::new(app.store.clone()).telling(app.snapshot.clone(), app.counters.clone());
    let at = |offset| Cursor { segment: 1, offset };
    ledger.apply("spool-1", &calls(&id, 2, 1), at(10)).await.unwrap();
    app.counters.seed(Vec::new()).await.unwrap();
    let budgets = format!("/api/admin/limits/user/{id}/budgets");
    let new = json!({ "period": "daily", "unit": "usd", "max": "10.00", "hard": true });
    let made = app.post(&budgets, &root, new).await.expect(201);
    assert_eq!((made.text("/max").as_str(), made.text("/usage/used").as_str()), ("10", "2"));
    assert_eq!(made.body["usage"]["percent"], 20.0);
    let tokens = json!({ "period": "monthly", "unit": "tokens", "max": 100_000, "hard": false });
    let of_all = app.post(&format!("{ORGANISATION}/budgets"), &root, tokens).await.expect(201);
    assert_eq!((&of_all.body["max"], &of_all.body["usage"]["used"]), (&json!(100_000), &json!(2000)));

    // Another replica's spending counts with the store's own numbers, each batch once.
    let other = LedgerConsumer::new(app.store.clone()).telling(app.snapshot.clone(), app.counters.clone());
    let batch = calls(&id, 3, 1);
    for _ in 0..2 {
        ledger.apply("spool-1", &batch, at(20)).await.unwrap();
    }
    let budget = format!("{budgets}/{}", made.text("/id"));
    assert_eq!(app.get(&budget, &root).await.text("/usage/used"), "5");
    other.apply("spool-2", &calls(&id, 4, 1), at(5)).await.unwrap();
    let alerts = app.get("/api/admin/limits/alerts", &root).await.expect(200);
    let raised: Vec<_> =
        alerts.body["items"].as_array().unwrap().iter().map(|alert| alert["threshold"].as_i64().unwrap()).collect();
    assert_eq!(raised, [80, 50], "{alerts:?}");
    assert_eq!(alerts.text("/items/0/used"), "9");
    // Each once, however often they are crossed again, and also after a restart.
    ledger.apply("spool-1", &calls(&id, 1, 1), at(30)).await.unwrap();
    let restarted = LedgerConsumer::new(app.store.clone()).telling(app.snapshot.clone(), app.counters.clone());
    restarted.apply("spool-1", &calls(&id, 1, 1), at(40)).await.unwrap();
    let alerts = app.get(&format!("/api/admin/limits/alerts?budget_id={}", made.text("/id")), &root).await;
    assert_eq!(alerts.body["items"].as_array().unwrap().len(), 4, "{alerts:?}");
    let trail = app.get("/api/audit/logs?action=budget.alert", &root).await.expect(200);
    assert_eq!(trail.body["items"].as_array().unwrap().len(), 4);

    // A reset forgives what all replicas have spent; the history forgets nothing.
    let reset = app.post(&format!("{budget}/reset"), &root, json!({})).await.expect(200);
    assert_eq!((reset.text("/usage/used").as_str(), reset.text("/forgiven").as_str()), ("0", "11"));
    let history = app.get(&format!("/api/admin/limits/user/{id}/history?period=monthly"), &root).await.expect(200);
    assert_eq!(history.text("/items/0/cost_usd"), "11");
    assert_eq!(history.body["items"][0]["requests"], 11);
    let changed = app.patch(&budget, &root, json!({ "max": 20.5, "hard": false }), &[]).await.expect(200);
    assert_eq!((changed.text("/max").as_str(), &changed.body["hard"]), ("20.5", &json!(false)));
    let rule = app.snapshot.limits.load().of(SubjectKind::User, &id).unwrap().budgets[0].clone();
    let start = rule.forgiven.unwrap().start_us;
    assert_eq!(rule.max_at(start, now_us()), 31_500_000_000);
    app.delete(&budget, &root).await.expect(204);
}

#[tokio::test]
async fn the_closest_to_its_max_comes_first() {
    let (app, root) = App::set_up().await;
    let (id, _) = app.user(&root, "developer").await;
    let new = |window: &str, max: u64| json!({ "metric": "requests", "window": window, "max": max });
    let of_user = format!("/api/admin/limits/user/{id}/rules");
    let hour = app.post(&of_user, &root, new("1h", 4)).await.expect(201);
    app.post(&format!("{ORGANISATION}/rules"), &root, new("1m", 100)).await.expect(201);
    let counter = Counter::Ring {
        subject: Subject { kind: SubjectKind::User, id: id.as_str().into() },
        surface: Surface::AiGateway,
        metric: Metric::Requests,
        window: Window::Hour,
    };
    let claim = Claim { counter, amount: 1, max: 4, name: "user:requests/1h".into(), ends_us: None };
    for number in 0..3 {
        let call = RequestId::from_parts(now_us(), number);
        let ask = Ask { call, now_us: now_us(), always: vec![claim.clone()], choices: Vec::new() };
        app.counters.reserve(ask).get().await.unwrap();
    }
    let page = app.get("/api/admin/limits?limit=1", &root).await.expect(200);
    assert_eq!((page.text("/items/0/rule/name").as_str(), &page.body["items"][0]["percent"]), ("user:requests/1h", &json!(75.0)));
    let next = page.text("/next_cursor");
    let rest = app.get(&format!("/api/admin/limits?limit=1&cursor={next}"), &root).await.expect(200);
    assert_eq!(rest.text("/items/0/rule/name"), "organisation:requests/1m");
    assert_eq!(rest.body["next_cursor"], Value::Null);
    for (query, count) in [
        ("q=developer", 1),
        ("q=REQUESTS", 2),
        ("min_percent=50", 1),
        ("subject_kind=organisation", 1),
        ("kind=budget", 0),
    ] {
        let found = app.get(&format!("/api/admin/limits?{query}"), &root).await.expect(200);
        assert_eq!(found.body["items"].as_array().unwrap().len(), count, "{query}");
    }
    for query in ["sort=x", "kind=x", "subject_kind=x", "cursor=x"] {
        let field = query.split('=').next().unwrap();
        let got = app.get(&format!("/api/admin/limits?{query}"), &root).await.expect(400);
        assert_eq!(got.text("/error/field"), field);
    }

    // An override holds instead, with a reason, until it ends or is taken away.
    let rule = format!("{of_user}/{}", hour.text("/id"));
    let wish = |max: u64, reason: &str, until: &str| json!({ "max": max, "reason": reason, "expires_at": until });
    for (body, field) in [
        (wish(0, "x", &in_an_hour()), "max"),
        (wish(6, " ", &in_an_hour()), "reason"),
        (wish(6, "x", "2001-01-01T00:00:00Z"), "expires_at"),
        (wish(6, "x", "2999-01-01T00:00:00Z"), "expires_at"),
    ] {
        let got = app.post(&format!("{rule}/override"), &root, body).await.expect(400);
        assert_eq!(got.text("/error/field"), field);
    }
    let got = app.post(&format!("{rule}/override"), &root, wish(6, "launch day", &in_an_hour())).await.expect(200);
    assert_eq!((got.text("/override/reason").as_str(), got.text("/override/set_by").as_str()), ("launch day", "root@example.org"));
    assert_eq!((&got.body["max"], &got.body["usage"]["percent"]), (&json!(4), &json!(50.0)));
    let in_force = app.snapshot.limits.load().of(SubjectKind::User, &id).unwrap().limits[0].clone();
    assert_eq!((in_force.max_at(now_us()), in_force.max_at(i64::MAX)), (6, 4));
    app.delete(&format!("{rule}/override"), &root).await.expect(200);
    app.delete(&format!("{rule}/override"), &root).await.expect(404);
    let reset = app.post(&format!("{rule}/reset"), &root, json!({})).await.expect(200);
    assert_eq!(reset.body["usage"]["used"], 0);
}

#[tokio::test]
async fn models_have_weights_and_longest_answers() {
    let (app, root) = App::set_up().await;
    let model = json!({ "model_id": "m", "routes": [{ "provider": "local" }], "token_weight": "2.5", "max_output_tokens": 8192 });
    let made = app.post("/api/admin/models", &root, model).await.expect(201);
    assert_eq!((made.text("/token_weight").as_str(), &made.body["max_output_tokens"]), ("2.5", &json!(8192)));
    let path = format!("/api/admin/models/{}", made.text("/id"));
    let known = app.snapshot.catalogue.load().models["m"].clone();
    assert_eq!((known.token_weight_milli, known.max_output_tokens), (2500, Some(8192)));
    let edited = app.patch(&path, &root, json!({ "token_weight": "1", "max_output_tokens": null }), &[]).await.expect(200);
    assert_eq!((edited.text("/token_weight").as_str(), &edited.body["max_output_tokens"]), ("1", &Value::Null));
    let got = app.patch(&path, &root, json!({ "token_weight": "0" }), &[]).await.expect(400);
    assert_eq!(got.text("/error/field"), "token_weight");
    let got = app.patch(&path, &root, json!({ "max_output_tokens": 0 }), &[]).await.expect(400);
    assert_eq!(got.text("/error/field"), "max_output_tokens");
}

#[tokio::test]
async fn a_preview_says_where_a_call_would_go_and_what_would_refuse_it() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    let prices = json!({ "input": "1", "output": "10" });
    let model = json!({ "model_id": "m", "routes": [{ "provider": "local" }], "prices": prices, "token_weight": "2" });
    app.post("/api/admin/models", &root, model).await.expect(201);
    let trial = json!({ "model": "m", "input_bytes": 2000, "max_output_tokens": 100 });
    let seen = app.post("/api/admin/limits/preview", &dev, trial.clone()).await.expect(200);
    // 1,000 tokens of input and 100 of output, each counting twice; 1,000 x 1 and 100 x 10 dollars per million.
    assert_eq!(seen.body["estimate"], json!({ "tokens": 2200, "cost_usd": "0.002" }));
    assert_eq!((&seen.body["allowed"], seen.text("/route/provider").as_str()), (&json!(true), "local"));
    assert_eq!(seen.body["rules"], json!([]));

    let rule = json!({ "metric": "tokens", "window": "1m", "max": 2199 });
    app.post(&format!("/api/admin/limits/user/{id}/rules"), &root, rule).await.expect(201);
    let seen = app.post("/api/admin/limits/preview", &dev, trial.clone()).await.expect(200);
    assert_eq!((&seen.body["allowed"], &seen.body["route"]), (&json!(false), &Value::Null));
    assert_eq!(seen.text("/blocked_by/0/name"), "user:tokens/1m");
    assert_eq!((&seen.body["blocked_by"][0]["asks"], &seen.body["blocked_by"][0]["max"]), (&json!(2200), &json!(2199)));
    // It is the developer's limit, not the administrator's; and the developer may only try for themselves.
    let seen = app.post("/api/admin/limits/preview", &root, trial.clone()).await.expect(200);
    assert_eq!(seen.body["allowed"], true);
    let mut of_dev = trial.clone();
    of_dev["user_id"] = json!(id);
    let seen = app.post("/api/admin/limits/preview", &root, of_dev).await.expect(200);
    assert_eq!(seen.body["allowed"], false);
    let root_id = app.get("/api/auth/me", &root).await.text("/id");
    let mut of_root = trial.clone();
    of_root["user_id"] = json!(root_id);
    app.post("/api/admin/limits/preview", &dev, of_root).await.expect(404);
    for (field, value) in [("model", json!("none")), ("input_bytes", json!(0)), ("max_output_tokens", json!(0))] {
        let mut wrong = trial.clone();
        wrong[field] = value;
        let got = app.post("/api/admin/limits/preview", &root, wrong).await.expect(400);
        assert_eq!(got.text("/error/field"), field);
    }
}
