//! Reading secrets and answers from a terminal or a file.

use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use secrecy::SecretString;

/// A password: from the file if one is named (`-` is standard input), else asked for twice without showing it.
pub(crate) fn password(file: Option<&Path>, prompt: &str) -> Result<SecretString> {
    if let Some(file) = file {
        return from_file(file);
    }
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password on: use --password-file (`-` for standard input)");
    }
    let first = hidden(&format!("{prompt}: "))?;
    if first != hidden("Again: ")? {
        bail!("the two passwords differ");
    }
    Ok(first.into())
}

/// A secret from a file, without the line end.
pub(crate) fn from_file(file: &Path) -> Result<SecretString> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    Ok(text.trim_end_matches(['\n', '\r']).into())
}

/// A line from the terminal; an error when there is none.
pub(crate) fn ask(prompt: &str, flag: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask on: use {flag}");
    }
    read_line(prompt)
}

fn read_line(prompt: &str) -> Result<String> {
    let mut out = std::io::stderr().lock();
    write!(out, "{prompt}")?;
    out.flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        bail!("nothing was given");
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// A line from the terminal that is not shown.
pub(crate) fn hidden(prompt: &str) -> Result<String> {
    let input = std::io::stdin();
    let shown = tcgetattr(&input).context("the terminal cannot be asked to hide what is typed")?;
    let mut quiet = shown.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &quiet)?;
    let line = read_line(prompt);
    tcsetattr(&input, OptionalActions::Flush, &shown)?;
    drop(writeln!(std::io::stderr()));
    line
}
