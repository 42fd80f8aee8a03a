//! A histogram with logarithmic buckets, four to each doubling: a quantile is off by at most 19 %, and histograms of
//! any two spans can be added, which averages and stored percentiles cannot.

use std::collections::BTreeMap;

/// Counts of microseconds. Sparse: an answer's times fall into a few buckets only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: BTreeMap<u8, u64>,
    /// Sum of all values.
    sum: u64,
}

/// The bucket of a value: values below 4 have their own, above that two bits follow the leading one.
fn bucket(value: u64) -> u8 {
    if value < 4 {
        return u8::try_from(value).unwrap_or(0);
    }
    let shift = value.ilog2() - 2;
    let sub = (value >> shift) & 3;
    u8::try_from(u64::from(shift + 1) * 4 + sub).unwrap_or(u8::MAX)
}

/// The smallest value of a bucket.
fn lower(bucket: u8) -> u64 {
    let (octave, sub) = (u32::from(bucket / 4), u64::from(bucket % 4));
    if octave == 0 { sub } else { (4 + sub) << (octave - 1) }
}

impl Histogram {
    /// Counts a value; negative ones count as zero.
    pub fn record(&mut self, value_us: i64) {
        let value = u64::try_from(value_us).unwrap_or(0);
        *self.counts.entry(bucket(value)).or_default() += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// The bucket in which a value is counted, for stores that count by themselves.
    pub(crate) fn bucket_of(value_us: i64) -> u8 {
        bucket(u64::try_from(value_us).unwrap_or(0))
    }

    /// Adds values that were counted elsewhere: how many of one bucket, and their sum.
    pub(crate) fn add_bucket(&mut self, bucket: u8, count: u64, sum: u64) {
        let mine = self.counts.entry(bucket).or_default();
        *mine = mine.saturating_add(count);
        self.sum = self.sum.saturating_add(sum);
    }

    /// Adds another histogram.
    pub fn add(&mut self, other: &Self) {
        for (&bucket, &count) in &other.counts {
            let mine = self.counts.entry(bucket).or_default();
            *mine = mine.saturating_add(count);
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The mean, `None` when empty.
    pub fn mean_us(&self) -> Option<u64> {
        self.sum.checked_div(self.count())
    }

    /// The value below which the share `q` (0 to 1) of the values lies, interpolated within its bucket.
    pub fn quantile_us(&self, q: f64) -> Option<u64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let mut rank = q.clamp(0.0, 1.0) * total as f64;
        for (&bucket, &count) in &self.counts {
            let here = count as f64;
            if rank <= here {
                let (low, high) = (lower(bucket), bucket.checked_add(1).map_or(u64::MAX, lower));
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "within the bucket's width"
                )]
                let inside = ((high - low) as f64 * (rank / here)) as u64;
                return Some(low.saturating_add(inside).min(high.saturating_sub(1)));
            }
            rank -= here;
        }
        self.counts.keys().next_back().map(|&b| lower(b))
    }

    /// Compact bytes: the sum, then bucket and count pairs, all as variable-length integers.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(10 + self.counts.len() * 3);
        put(&mut out, self.sum);
        for (&bucket, &count) in &self.counts {
            out.push(bucket);
            put(&mut out, count);
        }
        out
    }

    /// Adds what [`Self::encode`] made, without making a histogram of it first; `None` when the bytes are damaged.
    pub(crate) fn add_encoded(&mut self, mut bytes: &[u8]) -> Option<()> {
        self.sum = self.sum.saturating_add(take(&mut bytes)?);
        while let Some((&bucket, rest)) = bytes.split_first() {
            bytes = rest;
            let count = take(&mut bytes)?;
            let mine = self.counts.entry(bucket).or_default();
            *mine = mine.saturating_add(count);
        }
        Some(())
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Histogram, bucket, lower};

    #[test]
    fn buckets_hold_their_values_and_stay_narrow() {
        for value in (0..5000).chain([1 << 20, (1 << 20) - 1, 123_456_789, u64::MAX >> 1, u64::MAX]) {
            let b = bucket(value);
            assert!(lower(b) <= value, "{value}");
            if b < u8::MAX && value < u64::MAX >> 1 {
                assert!(value < lower(b + 1), "{value}");
                assert!(lower(b + 1) - lower(b) <= 1 + lower(b) / 4, "{value}");
            }
        }
    }

    #[test]
    fn quantiles_survive_encoding_and_adding() {
        let (mut even, mut odd, mut all) = (Histogram::default(), Histogram::default(), Histogram::default());
        for value in 1..=10_000_i64 {
            if value % 2 == 0 {
                even.record(value)
            } else {
                odd.record(value)
            }
            all.record(value);
        }
        even.add(&odd);
        assert_eq!(even, all);
        let mut read = Histogram::default();
        assert_eq!(read.add_encoded(&all.encode()), Some(()));
        assert_eq!(read, all);
        for (q, want) in [(0.5, 5000.0), (0.95, 9500.0), (0.99, 9900.0)] {
            let got = all.quantile_us(q).unwrap() as f64;
            assert!((got / want - 1.0).abs() < 0.05, "q {q}: {got} for {want}");
        }
        assert_eq!(all.mean_us(), Some(5000));
        assert_eq!(Histogram::default().quantile_us(0.5), None);
        assert_eq!(read.add_encoded(&[0x80]), None);
    }
}
