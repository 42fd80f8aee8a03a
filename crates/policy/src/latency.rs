//! How fast a route begins to answer: an average in which the latest tries count most.

/// Share of a new sample in the average.
const WEIGHT: f64 = 0.2;

/// Time to the first token, averaged. Whole answers are no measure: long ones would look like slow providers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latency {
    average_us: f64,
    samples: u32,
}

impl Latency {
    /// A try's first token came after so many microseconds.
    #[expect(clippy::cast_precision_loss, reason = "durations far below 2^53 microseconds")]
    pub fn add(&mut self, first_token_us: i64) {
        let sample = first_token_us.max(0) as f64;
        self.average_us =
            if self.samples == 0 { sample } else { self.average_us + WEIGHT * (sample - self.average_us) };
        self.samples = self.samples.saturating_add(1);
    }

    /// The average in microseconds; `None` before anything was measured, which is not "instant".
    #[expect(clippy::cast_possible_truncation, reason = "an average of durations")]
    pub fn average_us(&self) -> Option<i64> {
        (self.samples > 0).then_some(self.average_us as i64)
    }

    /// How many tries were measured.
    pub const fn samples(&self) -> u32 {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_measured_has_no_average_and_the_latest_count_most() {
        let mut latency = Latency::default();
        assert_eq!(latency.average_us(), None);
        latency.add(1_000);
        assert_eq!(latency.average_us(), Some(1_000));
        (0..40).for_each(|_| latency.add(5_000));
        assert!((4_990..=5_000).contains(&latency.average_us().unwrap_or(0)), "{latency:?}");
    }
}
