//! What may be depended on at all: sources, versions, banned packages, licences. `deny.toml` says the same to cargo-deny, which
//! is not on every machine.

use std::process::Command;

use cargo_metadata::semver::VersionReq;

use crate::graph::{Graph, root};
use crate::spdx::satisfied;

const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "0BSD",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "MPL-2.0",
];

/// One TLS library for everything: two crypto providers in one process make rustls panic at run time.
const BANNED: &[&str] = &["ring", "openssl", "openssl-sys", "native-tls"];

#[test]
fn every_licence_is_one_we_accept() {
    let mut wrong = Vec::new();
    for package in Graph::load().metadata.packages {
        match package.license.as_deref().map(|expression| satisfied(expression, LICENCES)) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => wrong.push(format!("{} {}: {:?}", package.name, package.version, package.license)),
            Some(Err(why)) => wrong.push(format!("{} {}: {why}", package.name, package.version)),
            None => wrong.push(format!("{} {}: names no licence", package.name, package.version)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn deny_toml_allows_the_same_licences() {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let list =
        text.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).expect("deny.toml has `allow = [`");
    let mut listed: Vec<&str> =
        list.split(',').map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty()).collect();
    let mut ours = LICENCES.to_vec();
    listed.sort_unstable();
    ours.sort_unstable();
    assert_eq!(listed, ours);
}

/// `cargo metadata` lists optional packages that no feature turns on; `cargo tree` lists what is really built.
#[test]
fn no_second_tls_library_is_built() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--workspace",
            "--target",
            "all",
            "--edges",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"thinkwatch"), "the tree was not read: {tree}");
    let found: Vec<&&str> = BANNED.iter().filter(|banned| names.contains(banned)).collect();
    assert!(found.is_empty(), "{found:?}: see `cargo tree --target all -e all -i <name>`");
}

#[test]
fn packages_come_from_the_registry_with_real_versions() {
    let metadata = Graph::load().metadata;
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let ours = metadata.workspace_members.contains(&package.id);
        if !ours && !package.source.as_ref().is_some_and(|source| source.is_crates_io()) {
            wrong.push(format!("{} comes from {:?}", package.name, package.source));
        }
        if ours {
            let bare = package.dependencies.iter().filter(|d| d.path.is_none() && d.req == VersionReq::STAR);
            wrong.extend(bare.map(|d| format!("{} wants any version of {}", package.name, d.name)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
