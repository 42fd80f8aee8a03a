//! Which crate may reach which.

use crate::graph::Graph;

/// Things that a crate without I/O and without a clock cannot be linked with.
const IMPURE: &[&str] = &[
    "tokio",
    "tokio-util",
    "async-std",
    "smol",
    "mio",
    "socket2",
    "hyper",
    "hyper-util",
    "hyper-rustls",
    "http",
    "http-body",
    "axum",
    "tower",
    "reqwest",
    "h2",
    "rustls",
    "sqlx",
    "sqlx-core",
    "sea-orm",
    "sea-query",
    "rusqlite",
    "libsqlite3-sys",
    "redis",
    "time",
    "chrono",
    "jiff",
    "rand",
    "getrandom",
    "tracing-subscriber",
];

/// Database drivers and what brings them.
const DRIVERS: &[&str] = &[
    "sqlx",
    "sqlx-core",
    "sqlx-sqlite",
    "sqlx-postgres",
    "sea-orm",
    "sea-orm-migration",
    "rusqlite",
    "libsqlite3-sys",
    "redis",
    "clickhouse",
];

/// What each crate may name in `[dependencies]`. A new crate gets a line here: that is the moment to think about its place.
/// `thinkwatch` alone knows everyone; `testkit` and `bench` are never shipped and may look anywhere.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("wire", &["policy"]),
    ("policy", &[]),
    ("fuzz", &["wire", "policy"]),
    ("identity", &["policy"]),
    ("config", &["policy", "identity"]),
    ("outbound", &["policy"]),
    ("store", &["policy"]),
    ("coordination", &["policy"]),
    ("records", &["policy"]),
    ("logs", &["policy", "records"]),
    ("upstream", &["policy", "wire", "outbound"]),
    ("edge", &["policy", "identity"]),
    ("tokens", &[]),
    ("gateway", &["wire", "policy", "identity", "records", "outbound", "upstream", "edge", "tokens"]),
    ("mcp", &["policy", "identity", "records", "outbound", "edge"]),
    ("control", &["policy", "identity", "store", "coordination", "records", "logs", "upstream", "outbound"]),
    ("console", &["policy", "identity", "control", "edge"]),
    ("simulator", &["wire"]),
];

const KNOWS_EVERYONE: &[&str] = &["thinkwatch", "testkit", "thinkwatch-bench", "bench"];

#[test]
fn crates_see_only_their_neighbours() {
    let graph = Graph::load();
    let members = graph.members();
    let mut wrong = Vec::new();
    for member in &members {
        if KNOWS_EVERYONE.contains(&member.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_SEE.iter().find(|(name, _)| name == member) else {
            wrong.push(format!("{member}: has no line in MAY_SEE"));
            continue;
        };
        for seen in graph.direct(member).iter().filter(|seen| members.contains(seen)) {
            if !allowed.contains(&seen.as_str()) {
                wrong.push(format!("{member} -> {seen}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not allowed: {wrong:#?}");
}

/// Transitively: a border that can be crossed through a neighbour is none.
#[test]
fn nobody_reaches_what_it_must_not() {
    let planes = ["store", "logs", "control", "console", "coordination"];
    let rules: &[(&str, Vec<&str>)] = &[
        ("wire", IMPURE.to_vec()),
        ("policy", IMPURE.to_vec()),
        ("gateway", [&planes[..], DRIVERS, &["mcp"]].concat()),
        ("mcp", [&planes[..], DRIVERS, &["gateway"]].concat()),
        ("edge", [&planes[..], DRIVERS, &["gateway", "mcp"]].concat()),
        ("upstream", [&planes[..], DRIVERS, &["records", "gateway", "mcp"]].concat()),
        ("outbound", [&planes[..], DRIVERS].concat()),
        ("records", [&planes[..], DRIVERS].concat()),
        ("control", vec!["console", "gateway", "mcp", "axum"]),
        ("store", vec!["logs", "rusqlite", "hyper", "axum"]),
        ("logs", vec!["store", "sea-orm"]),
        ("simulator", DRIVERS.to_vec()),
    ];
    let graph = Graph::load();
    let members = graph.members();
    let mut wrong = Vec::new();
    for (member, banned) in rules.iter().filter(|(member, _)| members.iter().any(|m| m == member)) {
        let reach = graph.reach(member);
        wrong.extend(banned.iter().filter_map(|name| reach.get(*name).cloned()));
    }
    assert!(wrong.is_empty(), "these paths must not exist: {wrong:#?}");
}

/// The console reaches stores through `control`, as it should; it must not speak to one itself.
#[test]
fn drivers_are_named_by_the_stores_alone() {
    let graph = Graph::load();
    let mut wrong = Vec::new();
    for member in graph.members() {
        if ["store", "logs", "testkit", "thinkwatch-bench", "bench"].contains(&member.as_str()) {
            continue;
        }
        wrong.extend(
            graph
                .direct(&member)
                .iter()
                .filter(|driver| DRIVERS.contains(&driver.as_str()))
                // What replicas share for a short time is not SQL.
                .filter(|driver| (member.as_str(), driver.as_str()) != ("coordination", "redis"))
                .map(|driver| format!("{member} -> {driver}")),
        );
    }
    assert!(wrong.is_empty(), "SQL lives in `store` and `logs` only, Redis in `coordination`: {wrong:#?}");
}

#[test]
fn nobody_ships_the_test_kit_or_leans_on_the_binary() {
    let graph = Graph::load();
    let mut wrong = Vec::new();
    for member in graph.members() {
        wrong.extend(
            graph
                .direct(&member)
                .iter()
                .filter(|d| ["testkit", "thinkwatch"].contains(&d.as_str()))
                .map(|d| format!("{member} -> {d}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
