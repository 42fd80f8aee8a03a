//! A sliding window as a ring of sub-windows.

use super::window::Window;

/// 60 sub-windows make a window. One more is kept: the oldest still counts while a part of it lies within the window, so
/// no window of that length ever holds more than its limit. The price is that up to a sub-window's share less may be let in.
pub const SLOTS: usize = 61;

/// What was used in the last window's time. Counting, asking and settling cost the same however much was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    window: Window,
    /// The number, since the epoch, of the newest sub-window.
    newest: i64,
    counts: [u64; SLOTS],
    total: u64,
}

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// What the window holds now.
    pub used: u64,
    /// Microseconds until this much would be let in if nothing else came. `None`: it is more than the limit itself, and
    /// waiting does not help.
    pub retry_after_us: Option<i64>,
}

impl Ring {
    /// An empty one.
    pub const fn new(window: Window) -> Self {
        Self { window, newest: 0, counts: [0; SLOTS], total: 0 }
    }

    /// What was used within the window that ends now.
    pub fn used(&mut self, now_us: i64) -> u64 {
        self.advance(now_us);
        self.total
    }

    /// Whether `amount` more would be let in.
    pub fn ask(&mut self, now_us: i64, amount: u64, max: u64) -> Result<(), Full> {
        self.advance(now_us);
        if fits(self.total, amount, max) {
            return Ok(());
        }
        Err(Full { used: self.total, retry_after_us: self.retry_after(now_us, amount, max) })
    }

    /// Counts `amount`, whatever the limit: [`Self::ask`] comes first. Gives the sub-window it was counted in, to settle
    /// it with.
    pub fn add(&mut self, now_us: i64, amount: u64) -> i64 {
        self.advance(now_us);
        let count = &mut self.counts[index(self.newest)];
        let amount = amount.min(u64::MAX - self.total);
        *count += amount;
        self.total += amount;
        self.newest
    }

    /// Replaces what was reserved in a sub-window by what was really used. If that sub-window has left the window, what was
    /// used beyond the reservation counts now: it was used since.
    pub fn settle(&mut self, now_us: i64, slot: i64, reserved: u64, used: u64) {
        self.advance(now_us);
        let kept = slot <= self.newest && self.newest - slot < SLOTS as i64;
        if used >= reserved {
            let at = if kept { slot } else { self.newest };
            let more = (used - reserved).min(u64::MAX - self.total);
            self.counts[index(at)] += more;
            self.total += more;
        } else if kept {
            let less = (reserved - used).min(self.counts[index(slot)]);
            self.counts[index(slot)] -= less;
            self.total -= less;
        }
    }

    /// Forgets all: an operator has reset it.
    pub const fn reset(&mut self) {
        self.counts = [0; SLOTS];
        self.total = 0;
    }

    /// Sub-windows that have left the window are forgotten. A clock that went back counts into the newest.
    fn advance(&mut self, now_us: i64) {
        let slot = now_us.div_euclid(self.window.slot_us());
        if slot <= self.newest {
            return;
        }
        if slot - self.newest >= SLOTS as i64 {
            self.reset();
        } else {
            for left in self.newest + 1..=slot {
                self.total -= std::mem::take(&mut self.counts[index(left)]);
            }
        }
        self.newest = slot;
    }

    fn retry_after(&self, now_us: i64, amount: u64, max: u64) -> Option<i64> {
        if amount > max {
            return None;
        }
        let mut left = self.total;
        for slot in self.newest - (SLOTS as i64 - 1)..=self.newest {
            left -= self.counts[index(slot)];
            if fits(left, amount, max) {
                // It leaves when the sub-window that takes its place begins.
                let leaves_us = (slot + SLOTS as i64) * self.window.slot_us();
                return Some((leaves_us - now_us).max(1));
            }
        }
        None
    }
}

/// Whether `amount` more is within the limit.
fn fits(used: u64, amount: u64, max: u64) -> bool {
    used.checked_add(amount).is_some_and(|sum| sum <= max)
}

/// Where a sub-window stands in the ring.
const fn index(slot: i64) -> usize {
    slot.rem_euclid(SLOTS as i64) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What was let in, with its time: the reference that forgets nothing.
    fn within(log: &[(i64, u64)], from_us: i64, to_us: i64) -> u64 {
        log.iter().filter(|(at, _)| *at > from_us && *at <= to_us).map(|(_, amount)| amount).sum()
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_its_limit(
            steps in prop::collection::vec((0i64..4_000_000, 1u64..5), 1..300), max in 1u64..40, window in 0usize..6
        ) {
            let window = Window::ALL[window];
            let scale = window.seconds() / 60;
            let (mut ring, mut now, mut log) = (Ring::new(window), 1_790_000_000_000_000, Vec::new());
            for (gap, amount) in steps {
                now += gap * scale;
                if ring.ask(now, amount, max).is_ok() {
                    ring.add(now, amount);
                    log.push((now, amount));
                } else {
                    // At most a sub-window's share is held back: all of it was let in not much longer ago than the window.
                    let longest = window.seconds() * 1_000_000 + window.slot_us();
                    prop_assert!(within(&log, now - longest, now) + amount > max);
                }
            }
            for (end, _) in &log {
                prop_assert!(within(&log, end - window.seconds() * 1_000_000, *end) <= max);
            }
        }

        #[test]
        fn who_waits_as_told_is_let_in_and_not_before(
            steps in prop::collection::vec((0i64..4_000_000, 1u64..5), 1..100), max in 5u64..20, amount in 1u64..8
        ) {
            let (mut ring, mut now) = (Ring::new(Window::Minute), 1_790_000_000_000_000);
            for (gap, amount) in steps {
                now += gap;
                if ring.ask(now, amount, max).is_ok() {
                    ring.add(now, amount);
                }
            }
            match ring.ask(now, amount, max) {
                Ok(()) => {}
                Err(Full { retry_after_us: None, .. }) => prop_assert!(amount > max),
                Err(Full { retry_after_us: Some(wait), .. }) => {
                    prop_assert!(wait > 0 && wait <= 61_000_000);
                    prop_assert!(ring.clone().ask(now + wait - 1, amount, max).is_err() || wait == 1);
                    prop_assert!(ring.ask(now + wait, amount, max).is_ok());
                }
            }
        }

        #[test]
        fn settled_is_as_if_it_had_been_known(
            calls in prop::collection::vec((0i64..9_000_000, 0u64..100, 0u64..100), 1..60)
        ) {
            // While the sub-window of a reservation is still in the window, settling leaves what counting the truth would have.
            let start = 1_790_000_000_000_000;
            let (mut settled, mut known, mut now) = (Ring::new(Window::Hour), Ring::new(Window::Hour), start);
            let mut open = Vec::new();
            for (gap, reserved, used) in &calls {
                now += gap;
                open.push((settled.add(now, *reserved), *reserved, *used));
                known.add(now, *used);
            }
            for (slot, reserved, used) in open.into_iter().rev() {
                settled.settle(now, slot, reserved, used);
            }
            prop_assert_eq!(settled, known);
        }
    }

    #[test]
    fn a_clock_that_goes_back_forgets_nothing() {
        let mut ring = Ring::new(Window::Minute);
        ring.add(100_000_000, 3);
        assert_eq!(ring.used(40_000_000), 3);
        ring.add(40_000_000, 2);
        assert_eq!(ring.used(100_000_000), 5);
    }

    #[test]
    fn a_reservation_that_left_the_window_gives_nothing_back() {
        let mut ring = Ring::new(Window::Minute);
        let slot = ring.add(0, 50);
        ring.add(70_000_000, 5);
        ring.settle(70_000_000, slot, 50, 10);
        assert_eq!(ring.used(70_000_000), 5);
        ring.settle(70_000_000, slot, 50, 60);
        assert_eq!(ring.used(70_000_000), 15, "what was used beyond it counts now");
    }

    #[test]
    fn nothing_overflows() {
        let mut ring = Ring::new(Window::Week);
        ring.add(0, u64::MAX);
        ring.add(0, u64::MAX);
        assert_eq!(ring.used(0), u64::MAX);
        assert_eq!(
            ring.ask(0, 1, u64::MAX),
            Err(Full { used: u64::MAX, retry_after_us: Some(61 * Window::Week.slot_us()) })
        );
        ring.settle(0, 0, 0, u64::MAX);
        ring.settle(0, 0, u64::MAX, 0);
        assert_eq!(ring.used(0), 0);
    }
}
