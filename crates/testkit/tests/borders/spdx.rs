//! Enough of SPDX licence expressions to answer one question: can this package be used under licences that we accept?

/// `OR` needs one side, `AND` both. `WITH` exceptions must be allowed as a whole ("Apache-2.0 WITH LLVM-exception").
/// The old `MIT/Apache-2.0` means OR. `Err` says what could not be read.
pub(crate) fn satisfied(expression: &str, allowed: &[&str]) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { tokens: &tokens, at: 0, allowed };
    let answer = parser.either()?;
    match parser.peek() {
        None => Ok(answer),
        Some(rest) => Err(format!("unexpected `{rest}` in `{expression}`")),
    }
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
    allowed: &'a [&'a str],
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self) -> Option<&'a str> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn either(&mut self) -> Result<bool, String> {
        let mut answer = self.both()?;
        while self.peek().is_some_and(|t| t.eq_ignore_ascii_case("or")) {
            self.at += 1;
            answer |= self.both()?;
        }
        Ok(answer)
    }

    fn both(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.peek().is_some_and(|t| t.eq_ignore_ascii_case("and")) {
            self.at += 1;
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, String> {
        match self.take() {
            Some("(") => {
                let answer = self.either()?;
                if self.take() == Some(")") { Ok(answer) } else { Err("a bracket is not closed".to_owned()) }
            }
            Some(word) if word != ")" && !is_operator(word) => {
                if self.peek().is_some_and(|t| t.eq_ignore_ascii_case("with")) {
                    self.at += 1;
                    let exception = self.take().ok_or("nothing after WITH")?;
                    return Ok(self.allows(&format!("{word} WITH {exception}")));
                }
                Ok(self.allows(word))
            }
            other => Err(format!("a licence was expected, found {other:?}")),
        }
    }

    fn allows(&self, licence: &str) -> bool {
        self.allowed.iter().any(|a| a.eq_ignore_ascii_case(licence))
    }
}

fn is_operator(word: &str) -> bool {
    ["or", "and", "with"].iter().any(|op| word.eq_ignore_ascii_case(op))
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let allowed = &["MIT", "Apache-2.0", "ISC"];
    let cases: &[(&str, Result<bool, ()>)] = &[
        ("MIT", Ok(true)),
        ("GPL-3.0-only", Ok(false)),
        ("MIT OR GPL-3.0-only", Ok(true)),
        ("MIT AND GPL-3.0-only", Ok(false)),
        ("GPL-3.0-only AND MIT OR Apache-2.0", Ok(true)),
        ("GPL-3.0-only AND (MIT OR Apache-2.0)", Ok(false)),
        ("(MIT OR Apache-2.0) AND ISC", Ok(true)),
        ("MIT/Apache-2.0", Ok(true)),
        ("GPL-2.0 / LGPL-2.1", Ok(false)),
        ("Apache-2.0 WITH LLVM-exception", Ok(false)),
        ("Apache-2.0 WITH LLVM-exception OR MIT", Ok(true)),
        ("mit or gpl-3.0-only", Ok(true)),
        ("MITX", Ok(false)),
        ("", Err(())),
        ("MIT OR", Err(())),
        ("(MIT", Err(())),
        ("MIT ISC", Err(())),
    ];
    for (expression, expected) in cases {
        assert_eq!(satisfied(expression, allowed).map_err(|_| ()), *expected, "{expression}");
    }
}
