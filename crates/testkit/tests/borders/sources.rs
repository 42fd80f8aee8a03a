//! How source files look: sizes, names, and the few calls that belong to one place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::graph::root;

const MOST_LINES: usize = 600;
const EMPTY_NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc"];

/// Places that may read the environment: `config` for the product, and what is never shipped. To a build script cargo speaks
/// in no other way.
const READS_ENVIRONMENT: &[&str] = &["crates/config/", "crates/testkit/", "bench/", "crates/console/build.rs"];

/// A folder of generated or foreign files, or of build output.
const NOT_OURS: &[&str] = &["target", "node_modules", ".git", "data", "dist"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if NOT_OURS.iter().any(|skip| name == *skip) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

/// Every Rust file as (path below the root, text). This test's own folder names what it forbids, so it stays out.
fn rust_files() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for folder in ["crates", "bench"] {
        files(&root.join(folder), &mut found);
    }
    let sources: Vec<(String, String)> = found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (name, text)
        })
        .filter(|(name, _)| !name.starts_with("crates/testkit/tests/borders/"))
        .collect();
    assert!(sources.len() > 10, "only {} files found", sources.len());
    sources
}

/// Lines of code that contain one of the words, as `path:line`. Comments do not count.
fn places(of: &[&str], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in rust_files().iter().filter(|(name, _)| wanted(name)) {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if of.iter().any(|word| code.contains(word)) {
                found.push(format!("{name}:{}", number + 1));
            }
        }
    }
    found
}

/// Integration tests and examples are driven from outside and never part of a build that is shipped.
fn is_shipped(name: &str) -> bool {
    !name.contains("/tests/") && !name.contains("/examples/")
}

#[test]
fn a_file_tells_one_story() {
    let long: Vec<String> = rust_files()
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(name, lines)| format!("{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split these by what they are about: {long:#?}");
}

#[test]
fn names_say_what_is_inside() {
    let empty: Vec<String> = rust_files()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| {
            Path::new(name).iter().any(|part| EMPTY_NAMES.contains(&part.to_str().unwrap().trim_end_matches(".rs")))
        })
        .collect();
    assert!(empty.is_empty(), "{empty:#?}");
}

#[test]
fn the_environment_is_read_in_config_alone() {
    let found = places(&["env::var(", "env::var_os(", "env::vars(", "env::vars_os("], |name| {
        !READS_ENVIRONMENT.iter().any(|place| name.starts_with(place)) && is_shipped(name)
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn pure_crates_have_no_clock() {
    let found = places(&["SystemTime::now", "Instant::now", "UNIX_EPOCH.elapsed"], |name| {
        (name.starts_with("crates/wire/") || name.starts_with("crates/policy/")) && is_shipped(name)
    });
    assert!(found.is_empty(), "time is an argument there: {found:#?}");
}

#[test]
fn no_test_is_ignored() {
    let found = places(&["#[ignore"], |_| true);
    assert!(found.is_empty(), "a test that cannot run here must fail and say what to install: {found:#?}");
}
