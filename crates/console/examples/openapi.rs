//! Prints the OpenAPI document: `cargo run -p thinkwatch-console --example openapi > docs/openapi.json`

fn main() {
    #[expect(clippy::print_stdout, reason = "printing is the purpose")]
    {
        print!("{}", thinkwatch_console::document());
    }
}
