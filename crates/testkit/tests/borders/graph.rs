//! The workspace's dependency graph as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// Packages, and for each what it needs to run (normal dependencies: not those of tests or build scripts).
pub(crate) struct Graph {
    pub(crate) metadata: Metadata,
    names: BTreeMap<PackageId, String>,
    normal: BTreeMap<PackageId, Vec<PackageId>>,
}

/// The folder with the workspace's Cargo.toml.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("testkit lies two folders down").to_path_buf()
}

impl Graph {
    /// Asks cargo. `--locked`, so that looking does not change what is looked at.
    pub(crate) fn load() -> Self {
        let metadata = MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .other_options(vec!["--locked".to_owned()])
            .exec()
            .unwrap();
        let names = metadata.packages.iter().map(|p| (p.id.clone(), p.name.to_string())).collect();
        let nodes = &metadata.resolve.as_ref().unwrap().nodes;
        let normal = nodes
            .iter()
            .map(|node| {
                let needs = node
                    .deps
                    .iter()
                    .filter(|dep| dep.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal))
                    .map(|dep| dep.pkg.clone())
                    .collect();
                (node.id.clone(), needs)
            })
            .collect();
        Self { metadata, names, normal }
    }

    /// Names of our own packages, without the common prefix.
    pub(crate) fn members(&self) -> Vec<String> {
        self.metadata.workspace_packages().iter().map(|p| short(&p.name).to_owned()).collect()
    }

    /// What a package of ours names in its own `[dependencies]`.
    pub(crate) fn direct(&self, member: &str) -> BTreeSet<String> {
        self.normal[self.id(member)].iter().map(|id| short(&self.names[id]).to_owned()).collect()
    }

    /// Everything a package of ours is linked with, with one path that leads there.
    pub(crate) fn reach(&self, member: &str) -> BTreeMap<String, String> {
        let start = self.id(member);
        let mut paths = BTreeMap::from([(start.clone(), member.to_owned())]);
        let mut queue = vec![start.clone()];
        while let Some(id) = queue.pop() {
            for next in &self.normal[&id] {
                if !paths.contains_key(next) {
                    paths.insert(next.clone(), format!("{} -> {}", paths[&id], short(&self.names[next])));
                    queue.push(next.clone());
                }
            }
        }
        paths.remove(start);
        paths.into_iter().map(|(id, path)| (short(&self.names[&id]).to_owned(), path)).collect()
    }

    fn id(&self, member: &str) -> &PackageId {
        let found = self.metadata.workspace_packages().into_iter().find(|p| short(&p.name) == member);
        &found.unwrap_or_else(|| panic!("no package of ours is named {member}")).id
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix("thinkwatch-").unwrap_or(name)
}
