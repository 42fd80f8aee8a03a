//! CPU and memory of a process tree, and how busy a core is, from `/proc`.

use std::collections::HashMap;
use std::fs;

/// The CPU that trees have used so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cpu {
    /// User and system time by process, whole ticks of 10 ms; counts threads that have ended.
    ticks_us: u64,
    /// Time on a core by thread, to the nanosecond.
    threads_ns: HashMap<u32, u64>,
}

/// A tree's processes: the first and all below it.
fn tree(root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut at = 0;
    while let Some(pid) = found.get(at).copied() {
        at += 1;
        for thread in numbers(&format!("/proc/{pid}/task")) {
            let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/children")).unwrap_or_default();
            found.extend(text.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    found
}

fn numbers(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Reads what these trees have used together.
pub(crate) fn cpu(roots: &[u32]) -> Cpu {
    let mut cpu = Cpu::default();
    for pid in roots.iter().flat_map(|root| tree(*root)) {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it, and the two
        // after those are what its ended children used.
        let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let ticks: u64 = fields.iter().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
        cpu.ticks_us += ticks * 10_000;
        for thread in numbers(&format!("/proc/{pid}/task")) {
            let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat")).unwrap_or_default();
            if let Some(ns) = text.split_whitespace().next().and_then(|field| field.parse().ok()) {
                cpu.threads_ns.insert(thread, ns);
            }
        }
    }
    cpu
}

impl Cpu {
    /// Microseconds used since an earlier reading.
    ///
    /// The threads' own figures are exact but forget threads that ended; ticks forget nothing but are coarse. So the
    /// ticks win only where they are more by more than their coarseness.
    pub(crate) fn since(&self, earlier: &Self) -> f64 {
        let mut exact = 0.0;
        for (thread, ns) in &self.threads_ns {
            let before = earlier.threads_ns.get(thread).copied().unwrap_or(0);
            exact += ns.saturating_sub(before) as f64 / 1000.0;
        }
        let ticks = self.ticks_us.saturating_sub(earlier.ticks_us) as f64;
        if ticks > exact + 30_000.0 { ticks } else { exact }
    }
}

/// Memory of a tree in kB: resident now, and the most it ever was.
pub(crate) fn memory(root: u32) -> (u64, u64) {
    let mut sums = (0, 0);
    for pid in tree(root) {
        let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        sums.0 += field("VmRSS:").unwrap_or(0);
        sums.1 += field("VmHWM:").unwrap_or(0);
    }
    sums
}

/// Microseconds that a core was busy, time stolen by the host included.
pub(crate) fn core_busy(core: usize) -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let name = format!("cpu{core} ");
    let line = text.lines().find(|line| line.starts_with(&name)).unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal
    let busy: u64 = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| fields.get(*at)).sum();
    (busy * 10_000) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_work_is_seen() {
        let before = cpu(&[std::process::id()]);
        let until = std::time::Instant::now() + std::time::Duration::from_millis(100);
        while std::time::Instant::now() < until {
            std::hint::black_box(0);
        }
        let used = cpu(&[std::process::id()]).since(&before);
        assert!(used > 20_000.0, "{used}");
        let (now, most) = memory(std::process::id());
        assert!(now > 500 && most >= now, "{now} {most}");
    }

    #[test]
    fn ended_threads_are_not_forgotten() {
        let earlier = Cpu { ticks_us: 0, threads_ns: HashMap::from([(1, 0), (2, 0)]) };
        let later = Cpu { ticks_us: 500_000, threads_ns: HashMap::from([(1, 100_000_000)]) };
        assert_eq!(later.since(&earlier), 500_000.0);
    }
}
