//! The log stores, tested at their port; then what is particular to each.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod backends;
mod contract;
mod embedded;
mod postgres;
mod sample;

backends::on_both! {
    rows_come_back_exactly_as_they_were_even_after_a_restart,
    a_repeated_record_inserts_and_counts_nothing,
    pages_joined_are_the_whole_answer,
    every_condition_finds_exactly_its_rows_and_sums,
    roll_ups_are_the_sums_of_the_rows_by_step_and_group,
    trace_ids_of_clients_and_of_ours_find_their_calls_within_the_scope,
    a_range_includes_its_start_and_not_its_end_across_midnight,
    retention_removes_old_days_and_drops_what_comes_for_them_later,
    cursors_are_kept_by_consumer_and_survive_a_restart,
    access_rows_come_back_by_page_filter_and_scope,
    a_closed_store_says_so_and_has_kept_what_it_took,
    readers_see_whole_batches_while_the_writer_goes_on,
}
