//! The table, for people and as data.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::json;

use crate::measure::Round;
use crate::process::say;
use crate::run::Results;
use crate::scenarios::ALL;
use crate::targets::Kind;

/// Prints the table and writes it down.
pub(crate) fn write(results: &Results, folder: &Path) -> anyhow::Result<()> {
    let text = markdown(results)?;
    say(&format!("\n{text}"));
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    std::fs::write(folder.join("latest.md"), &text)?;
    let direct: Vec<_> = results.direct.iter().map(|(name, (p50, p99))| json!([name, p50, p99])).collect();
    let data = json!({
        "rounds": results.rounds, "direct_us": direct, "memory": results.memory, "starts": results.starts,
        "first_count": results.first_count,
        "missing": results.missing,
    });
    std::fs::write(folder.join("latest.json"), serde_json::to_string_pretty(&data)?)?;
    Ok(())
}

/// The best of a target's rounds, figure by figure.
struct Best {
    path: f64,
    drained: f64,
    p50: u32,
    p99: u32,
    first_p50: u32,
    per_second: f64,
    foreign: f64,
    rounds: usize,
}

fn best(rounds: &[Round], scenario: &str, target: &str) -> Option<Best> {
    let of: Vec<&Round> = rounds.iter().filter(|r| r.scenario == scenario && r.target == target).collect();
    let least = |figure: fn(&Round) -> f64| of.iter().map(|round| figure(round)).fold(f64::INFINITY, f64::min);
    of.first()?;
    Some(Best {
        path: least(|round| round.path_us),
        drained: least(|round| round.drained_us),
        p50: of.iter().map(|round| round.p50_us).min()?,
        p99: of.iter().map(|round| round.p99_us).min()?,
        first_p50: of.iter().map(|round| round.first_p50_us).min()?,
        per_second: -least(|round| -round.per_second),
        foreign: -least(|round| -round.foreign),
        rounds: of.len(),
    })
}

fn ratio(figure: f64, yardstick: Option<f64>) -> String {
    yardstick.map_or_else(|| "–".to_owned(), |yardstick| format!("{:.2}×", figure / yardstick))
}

fn markdown(results: &Results) -> anyhow::Result<String> {
    let mut text = String::from(
        "CPU is user+sys of the target's process tree per request, the least of its rounds. Targets on one core, load and \
         provider on the other.\n\n",
    );
    writeln!(
        text,
        "| Scenario | Target | path µs | drained µs | path / nginx | drained / nginx | drained / do-nothing | \
         p50 ms | p99 ms | added p50 ms | added p99 ms | first byte p50 ms | per s | rounds | foreign |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    for scenario in ALL {
        let yardstick = |kind: Kind| best(&results.rounds, scenario.name, kind.name()).map(|best| best.drained);
        let (nginx, nothing) = (yardstick(Kind::Nginx), yardstick(Kind::Forward));
        let direct = results.direct.get(scenario.name);
        for kind in Kind::ALL {
            let Some(best) = best(&results.rounds, scenario.name, kind.name()) else { continue };
            let ms = |us: u32| format!("{:.3}", f64::from(us) / 1000.0);
            let added = |us: u32, direct: Option<u32>| {
                direct.map_or_else(|| "–".to_owned(), |d| format!("{:+.3}", (f64::from(us) - f64::from(d)) / 1000.0))
            };
            writeln!(
                text,
                "| {} | {} | {:.1} | {:.1} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} | {} | {:.0} % |",
                scenario.title,
                kind.name(),
                best.path,
                best.drained,
                ratio(best.path, nginx),
                ratio(best.drained, nginx),
                ratio(best.drained, nothing),
                ms(best.p50),
                ms(best.p99),
                added(best.p50, direct.map(|direct| direct.0)),
                added(best.p99, direct.map(|direct| direct.1)),
                ms(best.first_p50),
                best.per_second,
                best.rounds,
                best.foreign * 100.0,
            )?;
        }
    }
    if !results.memory.is_empty() {
        text.push_str("\n| Memory, MB | 10 s after start | peak | 30 s after load |\n|---|--:|--:|--:|\n");
        for row in &results.memory {
            let mb = |kb: u64| kb as f64 / 1024.0;
            let (idle, peak, after) = (mb(row.idle_kb), mb(row.peak_kb), mb(row.after_kb));
            writeln!(text, "| {} | {idle:.1} | {peak:.1} | {after:.1} |", row.target)?;
        }
    }
    if let Some(starts) = &results.starts {
        let catch_up = starts.catch_up_ms.map_or_else(|| "not measured".to_owned(), |ms| format!("{ms:.0}"));
        text.push_str("\n| Start to ready, ms | usual | with a spool to catch up | first, with migrations |\n");
        writeln!(
            text,
            "|---|--:|--:|--:|\n| thinkwatch | {:.0} | {catch_up} | {:.0} |",
            starts.usual_ms, starts.first_ms
        )?;
    }
    if let Some(count) = &results.first_count {
        let mb = |kb: u64| kb as f64 / 1024.0;
        writeln!(
            text,
            "\n| First local count of tokens | MB before | MB after | ms | next, ms |\n|---|--:|--:|--:|--:|\n\
             | thinkwatch | {:.1} | {:.1} | {:.0} | {:.1} |",
            mb(count.before_kb),
            mb(count.after_kb),
            count.first_ms,
            count.next_ms,
        )?;
    }
    for line in &results.missing {
        writeln!(text, "\n* {line}")?;
    }
    Ok(text)
}
