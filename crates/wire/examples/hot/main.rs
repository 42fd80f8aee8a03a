//! The pure parts of the hot path, each alone.
//!
//! `cargo run --release -p thinkwatch-wire --example hot`: nanoseconds a turn, on one core.
//! `hot names`: their names. `hot <name> <turns>`: does so many turns, for `scripts/instructions`, which counts them.
#![expect(clippy::print_stdout, reason = "it exists to print its figures")]
#![expect(clippy::disallowed_methods, reason = "it measures time; the library does not")]

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

mod conversion;
mod deciding;
mod passing;
mod samples;

/// Something to do again and again.
pub(crate) struct Work {
    name: &'static str,
    turn: Box<dyn FnMut()>,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Work {
    pub(crate) fn new(name: &'static str, turn: impl FnMut() + 'static) -> Self {
        Self { name, turn: Box::new(turn) }
    }

    fn turns(&mut self, turns: u32) -> Duration {
        let start = Instant::now();
        (0..turns).for_each(|_| (self.turn)());
        start.elapsed()
    }

    /// The best of several rounds of about 20 ms, nanoseconds a turn.
    fn best(&mut self) -> u128 {
        let once = self.turns(10).as_nanos() / 10;
        let turns = u32::try_from(20_000_000 / once.max(1)).unwrap_or(u32::MAX).max(1);
        (0..7).map(|_| self.turns(turns).as_nanos() / u128::from(turns)).min().unwrap_or_default()
    }
}

fn main() -> ExitCode {
    let mut works: Vec<_> = [passing::works(), conversion::works(), deciding::works()].into_iter().flatten().collect();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            for work in &mut works {
                let best = work.best();
                println!("{:<30} {best:>9} ns", work.name);
            }
        }
        ["names"] => works.iter().for_each(|work| println!("{}", work.name)),
        [name, turns] => {
            let work = works.iter_mut().find(|work| work.name == *name);
            let (Some(work), Ok(turns)) = (work, turns.parse()) else {
                println!("no such work, or no number of turns: {name} {turns}");
                return ExitCode::FAILURE;
            };
            work.turns(turns);
        }
        _ => {
            println!("hot | hot names | hot <name> <turns>");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
