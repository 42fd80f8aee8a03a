//! Upkeep does what the settings say.

use serde_json::json;
use thinkwatch_control::jobs;

use crate::app::App;

const DAY_US: i64 = 86_400_000_000;

#[tokio::test]
async fn keys_that_nobody_uses_are_switched_off_and_can_come_back() {
    let (app, root) = App::set_up().await;
    let new = json!({ "name": "idle", "surfaces": ["console"], "inactivity_timeout_days": 2 });
    let made = app.post("/api/keys", &root, new).await.expect(201);
    let (idle, fresh) = (made.text("/id"), made.text("/key"));
    // The same key as if it had been made three days ago.
    let mut row = app.store.get_api_key(&idle.as_str().into()).await.unwrap();
    row.id = "key_old".to_owned();
    row.lineage_id = "lin_old".to_owned();
    row.key_hash = vec![9; 32];
    row.created_at_us -= 3 * DAY_US;
    row.updated_at_us = row.created_at_us;
    let mut entry =
        app.store.list_audit(&thinkwatch_store::AuditFilter { limit: 1, ..Default::default() }).await.unwrap();
    let entry = entry.items.pop().unwrap();
    let entry = thinkwatch_store::AuditEntry {
        id: "aud_test".into(),
        timestamp_us: entry.timestamp_us,
        user_id: None,
        user_email: None,
        action: "api_key.create".to_owned(),
        resource_type: "api_key".to_owned(),
        resource_id: None,
        details: json!({}),
        ip_address: None,
        user_agent: None,
        request_id: None,
    };
    app.store.create_api_key(row, &entry).await.unwrap();
    jobs::disable_inactive_keys(&app.control).await.unwrap();
    let state = async |id: &str| app.get(&format!("/api/keys/{id}"), &root).await.expect(200).text("/state");
    assert_eq!(state("key_old").await, "disabled");
    assert_eq!(state(&idle).await, "active");
    app.get("/api/keys", &fresh).await.expect(200);
    let trail = app.get("/api/audit/logs?action=api_key.disable", &root).await.expect(200);
    assert_eq!(trail.text("/items/0/resource_id"), "key_old");
    app.post("/api/keys/key_old/enable", &root, json!({})).await.expect(200);
    assert_eq!(state("key_old").await, "active");
}

#[tokio::test]
async fn what_was_deleted_lately_is_not_purged() {
    let (app, root) = App::set_up().await;
    let (id, _) = app.user(&root, "developer").await;
    app.call("DELETE", &format!("/api/admin/users/{id}"), &root, None, &[]).await.expect(204);
    jobs::purge(&app.control).await.unwrap();
    jobs::drop_old_logs(&app.control).await.unwrap();
    // The address is free again, and the audit trail still knows the one who is gone.
    app.user(&root, "developer").await;
    let trail = app.get(&format!("/api/audit/logs?resource_id={id}"), &root).await.expect(200);
    assert!(trail.body["items"].as_array().unwrap().len() >= 2);
}
