//! One suite for all counters: each check is written once and runs in process and on Redis. Beside it: what only Redis can
//! go through.

#![expect(clippy::unwrap_used, reason = "a check that cannot go on has failed")]

mod backends;
mod cache;
mod checks;
mod doubt;
mod feed;
mod joined;
mod reaching;
mod redis;
mod rules;
mod threads;

use backends::on_both;

on_both! {
    reserving::takes_all_or_nothing,
    reserving::takes_the_first_choice_that_fits,
    reserving::tells_how_rates_stand,
    reserving::tells_who_refused_and_when_to_come_again,
    reserving::answers_as_the_arithmetic_does,
    reserving::never_lets_more_in_than_the_limits,
    reserving::resets_a_rate_limit,
    settling::puts_tokens_right,
    settling::gives_nothing_back_once_the_window_has_passed,
    settling::frees_calls_at_once,
    settling::moves_a_share_to_another_route,
    settling::does_nothing_for_calls_that_hold_nothing,
    budgets::wait_until_the_ledger_has_spoken,
    budgets::count_a_call_once_at_every_moment,
    budgets::are_told_twice_without_harm,
    budgets::add_up_what_replicas_spent,
    budgets::hold_nothing_for_calls_the_ledger_had_first,
}
