use proptest::prelude::*;

use super::*;

const S: i64 = 1_000_000;
const RULES: Rules = Rules { failure_pct: 50, min_samples: 10, window_us: 60 * S, open_us: 30 * S };

fn opened(at_us: i64) -> Breaker {
    let mut breaker = Breaker::default();
    for _ in 0..10 {
        assert!(breaker.is_closed());
        breaker.failed(at_us, Admission::Free, &RULES);
    }
    assert_eq!(breaker.shown(), Shown::Open);
    breaker
}

#[test]
fn it_opens_by_share_and_not_before_there_are_enough_tries() {
    for (good, bad, expected) in [
        (0, 9, Shown::Closed),
        (0, 10, Shown::Open),
        (6, 5, Shown::Closed),
        (5, 5, Shown::Open),
        (100, 99, Shown::Closed),
    ] {
        let mut breaker = Breaker::default();
        (0..good).for_each(|_| breaker.succeeded(S, Admission::Free, &RULES));
        (0..bad).for_each(|_| breaker.failed(S, Admission::Free, &RULES));
        assert_eq!(breaker.shown(), expected, "{good} good, {bad} bad");
    }
}

#[test]
fn what_is_older_than_the_window_does_not_count() {
    let mut breaker = Breaker::default();
    (0..9).for_each(|_| breaker.failed(S, Admission::Free, &RULES));
    breaker.failed(62 * S, Admission::Free, &RULES);
    assert!(breaker.is_closed());
    assert_eq!(breaker.counts(62 * S, &RULES), (0, 1));
}

#[test]
fn it_is_back_within_the_time_it_was_open() {
    let mut breaker = opened(0);
    assert_eq!(breaker.ask(29 * S, true, 0, &RULES), Admission::Behind);
    assert_eq!(breaker.ask(30 * S, false, 0, &RULES), Admission::Behind, "who would not try it is no probe");
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Probe);
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Behind, "one probe at a time");
    breaker.failed(31 * S, Admission::Probe, &RULES);
    // The provider recovers right after the failed probe: the next one goes fifteen seconds later, the ramp takes 7.5.
    assert_eq!(breaker.ask(46 * S, true, 0, &RULES), Admission::Probe);
    breaker.succeeded(46 * S, Admission::Probe, &RULES);
    assert_eq!(breaker.shown(), Shown::HalfOpen);
    assert_eq!(breaker.ask(46 * S, true, u64::MAX, &RULES), Admission::Behind, "most calls still go elsewhere");
    assert_eq!(breaker.ask(46 * S, true, 0, &RULES), Admission::Free);
    assert_eq!(breaker.ask(54 * S, true, u64::MAX, &RULES), Admission::Free);
    assert!(breaker.is_closed());
}

#[test]
fn a_failure_while_calls_come_back_opens_it_again() {
    let mut breaker = opened(0);
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Probe);
    breaker.succeeded(30 * S, Admission::Probe, &RULES);
    breaker.failed(31 * S, Admission::Free, &RULES);
    assert_eq!(breaker.shown(), Shown::Open);
}

#[test]
fn a_probe_that_tells_nothing_or_never_ends_makes_room_for_the_next() {
    let mut breaker = opened(0);
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Probe);
    breaker.told_nothing(31 * S, Admission::Probe);
    assert_eq!(breaker.ask(31 * S, true, 0, &RULES), Admission::Probe);
    assert_eq!(breaker.ask(60 * S, true, 0, &RULES), Admission::Behind);
    assert_eq!(breaker.ask(61 * S, true, 0, &RULES), Admission::Probe);
}

#[test]
fn old_calls_do_not_speak_for_the_probe() {
    let mut breaker = opened(0);
    breaker.succeeded(S, Admission::Free, &RULES);
    assert_eq!(breaker.shown(), Shown::Open);
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Probe);
    breaker.succeeded(30 * S, Admission::Free, &RULES);
    breaker.failed(30 * S, Admission::Behind, &RULES);
    assert_eq!(breaker.ask(30 * S, true, 0, &RULES), Admission::Behind, "the probe is still out");
    let mut other = opened(0);
    other.succeeded(S, Admission::Behind, &RULES);
    assert_eq!(other.shown(), Shown::HalfOpen, "a last resort that worked is as good as a probe");
}

#[derive(Clone, Debug)]
enum Act {
    Wait(i64),
    Ask(bool, u64),
    Good(usize),
    Bad(usize),
    Nothing(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..20 * S).prop_map(Act::Wait),
        (any::<bool>(), any::<u64>()).prop_map(|(may, pick)| Act::Ask(may, pick)),
        any::<usize>().prop_map(Act::Good),
        any::<usize>().prop_map(Act::Bad),
        any::<usize>().prop_map(Act::Nothing),
    ]
}

proptest! {
    /// Whatever happens: probes are alone unless one was lost, nobody goes freely through an open breaker, and a route that works
    /// again gets all its calls back.
    #[test]
    fn it_never_floods_and_always_comes_back(acts in proptest::collection::vec(act(), 1..300)) {
        let mut breaker = Breaker::default();
        let mut now = 0;
        let mut out: Vec<Admission> = Vec::new();
        let mut probe_at: Option<i64> = None;
        for act in acts {
            let take = |out: &mut Vec<Admission>, at: usize| {
                if out.is_empty() { None } else { Some(out.swap_remove(at % out.len())) }
            };
            match act {
                Act::Wait(time) => now += time,
                Act::Ask(may_probe, pick) => {
                    let before = breaker.shown();
                    let admitted = breaker.ask(now, may_probe, pick, &RULES);
                    if admitted == Admission::Probe {
                        prop_assert!(may_probe);
                        prop_assert!(probe_at.is_none_or(|since| now - since >= RULES.open_us));
                        probe_at = Some(now);
                    }
                    if before == Shown::Open {
                        prop_assert_ne!(admitted, Admission::Free);
                    }
                    if before == Shown::Closed {
                        prop_assert_eq!(admitted, Admission::Free);
                    }
                    out.push(admitted);
                }
                Act::Good(at) => if let Some(admitted) = take(&mut out, at) {
                    breaker.succeeded(now, admitted, &RULES);
                    if admitted == Admission::Probe { probe_at = None; }
                },
                Act::Bad(at) => if let Some(admitted) = take(&mut out, at) {
                    breaker.failed(now, admitted, &RULES);
                    if admitted == Admission::Probe { probe_at = None; }
                },
                Act::Nothing(at) => if let Some(admitted) = take(&mut out, at) {
                    breaker.told_nothing(now, admitted);
                    if admitted == Admission::Probe { probe_at = None; }
                },
            }
        }
        // From now on it works.
        for _ in 0..200 {
            now += S;
            let admitted = breaker.ask(now, true, u64::MAX, &RULES);
            if admitted != Admission::Behind {
                breaker.succeeded(now, admitted, &RULES);
            }
        }
        prop_assert!(breaker.is_closed());
    }
}
