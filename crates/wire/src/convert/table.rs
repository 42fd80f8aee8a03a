//! The published table of what survives a conversion: written from the declarations that the encoders act by.

use std::fmt::Write as _;

use thinkwatch_policy::dialect::Dialect;

use crate::canonical::Feature;
use crate::canonical::feature::{Support, field, outcome};

/// The dialects that are converted between, as the table names them.
pub const DIALECTS: &[(Dialect, &str)] = &[
    (Dialect::Chat, "Chat Completions"),
    (Dialect::Messages, "Messages"),
    (Dialect::Responses, "Responses"),
    (Dialect::Gemini, "Gemini"),
    (Dialect::Converse, "Converse"),
];

/// How many things of one dialect are kept, emulated, left out and refused in another, in this order.
pub fn counts(source: Dialect, target: Dialect) -> [usize; 4] {
    let mut counts = [0; 4];
    for feature in Feature::ALL.iter().filter(|feature| field(source, **feature).is_some()) {
        counts[match outcome(source, target, *feature) {
            Support::Kept => 0,
            Support::Emulated(_) => 1,
            Support::Dropped(_) => 2,
            Support::Refused(_) => 3,
        }] += 1;
    }
    counts
}

/// The size of the table: a line for each pair, in Markdown.
pub fn sizes() -> String {
    let mut out =
        "| from | to | things | kept | emulated | left out | refused |\n|---|---|---|---|---|---|---|\n".to_owned();
    for (source, from) in DIALECTS.iter().filter(|(source, _)| *source != Dialect::Converse) {
        for (target, to) in DIALECTS.iter().filter(|(target, _)| target != source) {
            let [kept, emulated, dropped, refused] = counts(*source, *target);
            let all = kept + emulated + dropped + refused;
            write(&mut out, format_args!("| {from} | {to} | {all} | {kept} | {emulated} | {dropped} | {refused} |\n"));
        }
    }
    out
}

/// The tables, one per dialect of the client, in Markdown. What is said more than once is said below the table.
pub fn markdown() -> String {
    let mut out = String::new();
    // No client speaks Converse to us.
    for (source, name) in DIALECTS.iter().filter(|(source, _)| *source != Dialect::Converse) {
        let targets: Vec<_> = DIALECTS.iter().filter(|(target, _)| target != source).collect();
        let mut notes: Vec<&str> = Vec::new();
        write(&mut out, format_args!("### From {name}\n\n| | in {name} |"));
        for (_, target) in &targets {
            write(&mut out, format_args!(" {target} |"));
        }
        write(&mut out, format_args!("\n|---|---|{}\n", "---|".repeat(targets.len())));
        for feature in Feature::ALL {
            let Some(field) = field(*source, *feature) else { continue };
            write(&mut out, format_args!("| {} | `{field}` |", feature.as_str()));
            for (target, _) in &targets {
                let (word, why) = match outcome(*source, *target, *feature) {
                    Support::Kept => ("kept", None),
                    Support::Emulated(how) => ("emulated", Some(how)),
                    Support::Dropped(why) => ("left out", Some(why)),
                    Support::Refused(why) => ("refused", Some(why)),
                };
                write(&mut out, format_args!(" {word}"));
                if let Some(why) = why {
                    let known = notes.iter().position(|note| *note == why);
                    let number = known.unwrap_or_else(|| {
                        notes.push(why);
                        notes.len() - 1
                    });
                    write(&mut out, format_args!(" ({})", number + 1));
                }
                out.push_str(" |");
            }
            out.push('\n');
        }
        out.push('\n');
        for (number, note) in notes.iter().enumerate() {
            write(&mut out, format_args!("{}. {note}\n", number + 1));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn write(out: &mut String, what: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(what);
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}
