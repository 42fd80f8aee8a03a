//! Calls in the ledger and the log, seen by those who may.

use std::sync::Arc;

use thinkwatch_control::consumers::{LedgerConsumer, LogConsumer};
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::CallRecord;
use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{Consumer, Cursor};

use crate::app::App;

fn call(user: &str, number: u128) -> CallRecord {
    let now = i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap();
    let mut call = CallRecord {
        timestamp: now,
        user_id: user.to_owned(),
        key_id: "key_1".to_owned(),
        model: "gpt-4o".to_owned(),
        provider: "local".to_owned(),
        usage: Some(TokenCounts { input: 100, output: 20, ..TokenCounts::default() }),
        cost_nano: 1_500_000,
        price_version: "prc_1".to_owned(),
        status_code: 200,
        ..CallRecord::default()
    };
    call.set_request_id(RequestId::from_parts(now, number));
    call
}

#[tokio::test]
async fn everyone_sees_what_they_may() {
    let (app, root) = App::set_up().await;
    let (id, dev) = app.user(&root, "developer").await;
    let batch = Arc::new(vec![call(&id, 1), call(&id, 2), call("usr_other", 3)]);
    let ledger = LedgerConsumer::new(app.store.clone());
    let log = LogConsumer::new(Arc::clone(&app.logs));
    let next = Cursor { segment: 1, offset: 99 };
    for _ in 0..2 {
        // The second time nothing may be added.
        ledger.apply("spool-1", &batch, next).await.unwrap();
        log.apply("spool-1", &batch, next).await.unwrap();
    }
    assert_eq!(ledger.cursor("spool-1").await.unwrap(), Some(next));
    assert_eq!(log.cursor("spool-1").await.unwrap(), Some(next));
    assert_eq!(log.cursor("spool-2").await.unwrap(), None);

    for (token, calls, cost) in [(&root, 3, "0.0045"), (&dev, 2, "0.003")] {
        let usage = app.get("/api/analytics/usage?group_by=model,day", token).await.expect(200);
        assert_eq!(usage.body["total"]["requests"], calls);
        assert_eq!(usage.body["total"]["input_tokens"], 100 * calls);
        assert_eq!(usage.text("/items/0/group/model"), "gpt-4o");
        let costs = app.get("/api/analytics/costs", token).await.expect(200);
        assert_eq!(costs.text("/total_cost_usd"), cost);
        assert_eq!(costs.text("/month_to_date_usd"), cost);
        let logs = app.get("/api/gateway/logs", token).await.expect(200);
        assert_eq!(logs.body["items"].as_array().unwrap().len(), calls);
    }
    // Asking for others' rows gives only one's own.
    let asked = app.get("/api/analytics/usage?user_id=usr_other", &dev).await.expect(200);
    assert_eq!(asked.body["total"]["requests"], 2);
    let asked = app.get("/api/gateway/logs?user_id=usr_other", &dev).await.expect(200);
    assert!(asked.body["items"].as_array().unwrap().is_empty());
    let foreign = batch[2].request_id();
    app.get(&format!("/api/gateway/logs/{foreign}"), &dev).await.expect(404);
    let seen = app.get(&format!("/api/gateway/logs/{foreign}"), &root).await.expect(200);
    assert_eq!(seen.text("/cost_usd"), "0.0015");
    let page = app.get("/api/gateway/logs?limit=2", &root).await.expect(200);
    let cursor = page.text("/next_cursor");
    let rest = app.get(&format!("/api/gateway/logs?limit=2&cursor={cursor}"), &root).await.expect(200);
    assert_eq!(rest.body["items"].as_array().unwrap().len(), 1);
}
