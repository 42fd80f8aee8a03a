//! Prints the tables of docs/CONVERSION.md: `cargo run -p thinkwatch-wire --example loss_table`. With `--sizes`: how many things
//! are kept, emulated, left out and refused for each pair.

#![expect(clippy::print_stdout, reason = "that is what it is for")]

use thinkwatch_wire::convert::table;

fn main() {
    if std::env::args().any(|argument| argument == "--sizes") {
        print!("{}", table::sizes());
    } else {
        print!("{}", table::markdown());
    }
}
