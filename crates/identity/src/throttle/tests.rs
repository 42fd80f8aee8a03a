use super::*;

const SECOND: i64 = 1_000_000;
const NOW: i64 = 1_700_000_000 * SECOND;
const RULE: LockoutRule = LockoutRule { max_failures: 3, lockout_secs: 300 };

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// Tries at (second, address, account) and what each is told.
fn check(throttle: &LoginThrottle, steps: &[(i64, &str, &str, Option<u64>)]) {
    for (index, (second, address, account, wait)) in steps.iter().enumerate() {
        let got = throttle.attempt(ip(address), account, RULE, NOW + second * SECOND);
        assert_eq!(got.err().map(|t| t.retry_after_secs), *wait, "step {index}");
    }
}

#[test]
fn an_account_is_locked_from_any_address() {
    check(
        &LoginThrottle::new(),
        &[
            (0, "192.0.2.1", "a@x", None),
            (1, "192.0.2.2", "A@X ", None),
            (2, "192.0.2.3", "a@x", None),
            (3, "192.0.2.4", "a@x", Some(299)),
            (3, "192.0.2.4", "b@x", None),
            (301, "192.0.2.4", "a@x", Some(1)),
            (302, "192.0.2.4", "a@x", None),
        ],
    );
}

#[test]
fn an_address_is_locked_for_any_account_and_ipv6_counts_by_64() {
    check(
        &LoginThrottle::new(),
        &[
            (0, "2001:db8::1", "a", None),
            (0, "2001:db8::2", "b", None),
            (0, "2001:db8:0:0:ffff::3", "c", None),
            (0, "2001:db8::4", "d", Some(300)),
            (0, "2001:db8:0:1::1", "d", None),
        ],
    );
    let mapped = [("192.0.2.1", "a"), ("::ffff:192.0.2.1", "b"), ("192.0.2.1", "c")].map(|(ip, a)| (0, ip, a, None));
    let throttle = LoginThrottle::new();
    check(&throttle, &mapped);
    check(&throttle, &[(0, "192.0.2.1", "d", Some(300)), (0, "192.0.2.2", "d", None)]);
}

#[test]
fn old_failures_are_forgotten_and_refused_tries_do_not_count() {
    check(
        &LoginThrottle::new(),
        &[
            (0, "192.0.2.1", "a", None),
            (0, "192.0.2.1", "a", None),
            (300, "192.0.2.1", "a", None),
            (300, "192.0.2.1", "a", None),
            (310, "192.0.2.1", "a", None),
            (311, "192.0.2.1", "a", Some(299)),
            (600, "192.0.2.1", "a", Some(10)),
            (610, "192.0.2.1", "a", None),
        ],
    );
}

#[test]
fn a_clock_set_back_locks_nobody_out_for_longer() {
    let throttle = LoginThrottle::new();
    check(&throttle, &[(0, "192.0.2.1", "a", None); 3]);
    check(&throttle, &[(-10_000, "192.0.2.1", "a", Some(300))]);
}

#[test]
fn success_clears_the_account_but_not_what_the_address_did_to_others() {
    let throttle = LoginThrottle::new();
    let address = ip("192.0.2.1");
    for _ in 0..2 {
        check(&throttle, &[(0, "192.0.2.1", "victim", None), (0, "192.0.2.1", "mine", None)]);
        throttle.succeeded(address, "mine");
    }
    check(&throttle, &[(0, "192.0.2.1", "victim", None), (0, "192.0.2.1", "mine", Some(300))]);
    // The account starts anew after a success in time.
    let throttle = LoginThrottle::new();
    for second in 0..10 {
        check(&throttle, &[(second, "192.0.2.9", "a", None), (second, "192.0.2.9", "a", None)]);
        throttle.succeeded(ip("192.0.2.9"), "a");
        throttle.withdraw(ip("192.0.2.9"), "a");
    }
}

#[test]
fn what_could_not_be_judged_does_not_count_and_operators_unlock() {
    let throttle = LoginThrottle::new();
    for _ in 0..10 {
        check(&throttle, &[(0, "192.0.2.1", "a", None)]);
        throttle.withdraw(ip("192.0.2.1"), "a");
    }
    for address in ["192.0.2.2", "192.0.2.3", "192.0.2.4"] {
        check(&throttle, &[(0, address, "a", None)]);
    }
    check(&throttle, &[(0, "192.0.2.5", "a", Some(300))]);
    throttle.unlock_account("A");
    check(&throttle, &[(0, "192.0.2.5", "a", None)]);
}

#[test]
fn tries_at_once_do_not_slip_through() {
    let throttle = LoginThrottle::new();
    let admitted: usize = std::thread::scope(|scope| {
        let tries = || (0..50).filter(|_| throttle.attempt(ip("192.0.2.1"), "a", RULE, NOW).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(tries)).collect();
        threads.into_iter().map(|t| t.join().expect("no panic")).sum()
    });
    assert_eq!(admitted, 3);
}

#[test]
fn memory_is_bounded_and_the_oldest_goes_first() {
    let throttle = LoginThrottle::with_capacity(100);
    check(&throttle, &[(0, "198.51.100.1", "old", None); 3]);
    for n in 0..1_000_u32 {
        let address = IpAddr::from(n.to_be_bytes());
        assert_eq!(throttle.attempt(address, &format!("user{n}"), RULE, NOW), Ok(()));
        if n == 50 {
            check(&throttle, &[(0, "198.51.100.1", "old", Some(300))]);
        }
    }
    let tables = throttle.tables.lock();
    assert_eq!([tables.addresses.entries.len(), tables.addresses.order.len()], [100, 100]);
    assert_eq!([tables.accounts.entries.len(), tables.accounts.order.len()], [100, 100]);
    assert!(tables.addresses.get(&ip("198.51.100.1")).is_none());
}

#[test]
fn the_limiter_admits_so_many_in_any_window() {
    let limiter = AddressLimiter::new(5, 60);
    let at = |second: i64| limiter.admit(ip("192.0.2.1"), NOW + second * SECOND).err().map(|t| t.retry_after_secs);
    let got: Vec<_> = [0, 10, 20, 30, 40, 50, 59, 60, 61, 70, 71].map(at).into();
    let expected = [None, None, None, None, None, Some(10), Some(1), None, Some(9), None, Some(9)];
    assert_eq!(got, expected);
    assert_eq!(limiter.admit(ip("192.0.2.2"), NOW), Ok(()));
    assert_eq!(at(-1000), None, "times in the future are forgotten");
}
