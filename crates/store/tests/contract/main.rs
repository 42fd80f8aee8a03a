//! One suite for every database: each check is written once and runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a check that cannot go on has failed")]

mod backends;
mod checks;
mod rows;

use backends::on_both;
use thinkwatch_store::{ConnectOptions, Store, TlsMode};

on_both! {
    setup::writes_everything_once,
    setup::has_one_winner_of_many,
    users::are_found_whatever_the_case_and_unique_among_the_living,
    users::always_keep_a_super_admin,
    users::two_demotions_at_once_leave_one_super_admin,
    users::lose_sessions_and_keys_when_deactivated_or_deleted,
    users::come_in_pages,
    users::hold_keys_and_sessions,
    users::get_new_passwords,
    sessions::rotate_repeat_and_end_on_reuse,
    sessions::rotate_once_under_a_race,
    sessions::can_be_listed_and_ended,
    keys::rotate_with_grace_and_are_revoked_with_predecessors,
    keys::are_patched_disabled_enabled_and_deleted,
    keys::are_listed_searched_and_expire,
    keys::are_sorted_over_pages,
    keys::are_found_by_their_state,
    keys::are_disabled_when_not_used,
    catalogue::providers_are_edited_under_a_version,
    catalogue::a_provider_goes_with_its_routes,
    catalogue::models_replace_their_routes_at_once,
    catalogue::prices_are_only_added_and_imports_repeat,
    catalogue::loads_one_version,
    routing::what_models_and_routes_say_of_routing_is_kept,
    routing::a_name_leads_to_one_model,
    routing::no_models_stand_in_for_each_other,
    responses::belong_to_their_user_until_they_expire,
    responses::go_when_they_expire_or_are_too_many,
    responses::go_with_their_user,
    settings::are_kept_replaced_and_forgotten_at_once,
    settings::are_not_changed_under_an_old_version,
    trail::holds_each_change_and_none_that_failed,
    trail::is_filtered_and_paged,
    trail::orders_rows_by_commit,
    ledger::applies_each_batch_once,
    ledger::applies_a_raced_batch_once,
    ledger::sums_by_every_group,
    ledger::tells_cost_and_callers_from_an_index,
    limits::are_one_per_subject_and_edited_under_a_version,
    limits::go_with_their_subjects,
    limits::know_what_was_spent_by_each_replica,
    limits::give_each_alert_once,
    upkeep::keeps_secrets_of_the_first,
    upkeep::purges_what_was_deleted_long_ago,
    upkeep::bears_many_readers_and_writers,
    upkeep::opens_again_with_what_was_written,
    upkeep::locks_out_a_second_replica,
    upkeep::gives_a_job_to_one_replica_at_a_time,
}

#[test]
fn postgres_may_go_and_come_back() {
    let mut server = thinkwatch_testkit::postgres::Postgres::start().unwrap();
    let socket = format!("?host={}&port={}", server.socket_folder().display(), server.port());
    let name = server.create_database().unwrap().rsplit_once('/').unwrap().1.to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("postgres://postgres@localhost/{name}{socket}");
        let options = ConnectOptions::Postgres { url, tls: Some(TlsMode::Disable), max_connections: 4 };
        let store = Store::open(&options).await.unwrap();
        store.put_secret_if_absent("kept", b"1", 1).await.unwrap();
        let mut lock = store.try_lock_replica().await.unwrap().unwrap();
        server.stop();
        let down = store.ping().await.unwrap_err();
        assert!(down.is_transient(), "{down}");
        assert!(!lock.still_held().await);
        server.restart().unwrap();
        assert_eq!(store.get_secret("kept").await.unwrap().as_deref(), Some(b"1".as_slice()));
        store.close().await;
    });
}
