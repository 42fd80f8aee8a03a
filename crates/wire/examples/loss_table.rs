//! Prints the tables of docs/CONVERSION.md: `cargo run -p thinkwatch-wire --example loss_table`.

#![expect(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    print!("{}", thinkwatch_wire::convert::table::markdown());
}
