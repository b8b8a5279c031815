//! Which unit may import which: the table of units, and the source tree read against it. It fails
//! on a forbidden import, on a unit without a row, on a row without a unit, and on a circle of
//! files.
#![allow(clippy::disallowed_methods, reason = "the test reads the source")]

mod files;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The architecture. The absent edges carry it: `probe` and `judge` never meet.
const TABLE: &[(&str, &[&str])] = &[
    ("bounded", &[]),
    ("endpoint", &[]),
    ("escape", &[]),
    ("finding", &[]),
    ("fingerprint", &[]),
    ("hgrc", &[]),
    ("proxy", &["endpoint"]),
    ("raw_tls", &[]),
    ("records", &["bounded", "fingerprint"]),
    ("starttls", &["endpoint", "finding"]),
    ("certificate", &["bounded", "fingerprint"]),
    ("revocation", &["bounded", "certificate", "fingerprint"]),
    (
        "observation",
        &["endpoint", "finding", "raw_tls", "starttls"],
    ),
    (
        "pin_set",
        &["certificate", "finding", "fingerprint", "observation"],
    ),
    (
        "programs",
        &["certificate", "endpoint", "finding", "fingerprint"],
    ),
    (
        "resolve",
        &["bounded", "endpoint", "observation", "records"],
    ),
    ("fetch", &["endpoint"]),
    (
        "probe",
        &[
            "certificate",
            "endpoint",
            "observation",
            "proxy",
            "raw_tls",
            "starttls",
        ],
    ),
    (
        "survey",
        &[
            "bounded",
            "certificate",
            "endpoint",
            "fetch",
            "observation",
            "probe",
            "records",
            "resolve",
        ],
    ),
    (
        "judge",
        &[
            "bounded",
            "certificate",
            "endpoint",
            "finding",
            "fingerprint",
            "observation",
            "records",
            "revocation",
        ],
    ),
    (
        "mercurial",
        &["certificate", "endpoint", "fingerprint", "hgrc", "judge"],
    ),
    (
        "report",
        &[
            "certificate",
            "endpoint",
            "escape",
            "finding",
            "fingerprint",
            "judge",
            "mercurial",
            "observation",
        ],
    ),
    (
        "audit",
        &[
            "certificate",
            "endpoint",
            "escape",
            "finding",
            "fingerprint",
            "judge",
            "records",
            "report",
        ],
    ),
    (
        "render",
        &[
            "audit",
            "bounded",
            "certificate",
            "endpoint",
            "escape",
            "finding",
            "fingerprint",
            "hgrc",
            "judge",
            "mercurial",
            "observation",
            "pin_set",
            "programs",
            "records",
            "report",
            "revocation",
            "starttls",
        ],
    ),
    (
        "cli",
        &[
            "audit",
            "endpoint",
            "finding",
            "fingerprint",
            "mercurial",
            "programs",
        ],
    ),
    (
        "commands",
        &[
            "audit",
            "bounded",
            "certificate",
            "cli",
            "endpoint",
            "escape",
            "finding",
            "fingerprint",
            "hgrc",
            "judge",
            "mercurial",
            "observation",
            "pin_set",
            "programs",
            "records",
            "render",
            "report",
            "revocation",
            "survey",
        ],
    ),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a directory").flatten();
    entries
        .flat_map(|entry| rust_files(&entry.path()))
        .collect()
}

/// The modules of the crate with their code, comments left out.
fn modules() -> BTreeMap<String, String> {
    let mut modules = BTreeMap::new();
    for entry in fs::read_dir(source()).expect("src").flatten() {
        let name = entry
            .file_name()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        if name == "lib" || name == "main" {
            continue;
        }
        let code = rust_files(&entry.path())
            .iter()
            .map(|file| fs::read_to_string(file).expect("a source file"))
            .collect::<String>();
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        modules.insert(name, lines.collect::<Vec<_>>().join("\n"));
    }
    modules
}

/// The modules that `code` names as `crate::NAME` or within `crate::{…}`.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            // One level is enough: rustfmt would put nested groups on a path of their own.
            Some(group) => group
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .collect(),
            None => vec![rest],
        };
        for name in names {
            let end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            let name = name.trim().split(end).next().unwrap_or_default();
            found.push(name.to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn every_module_has_a_row_and_every_row_a_module() {
    let modules: Vec<String> = modules().into_keys().collect();
    let mut rows: Vec<&str> = TABLE.iter().map(|(name, _)| *name).collect();
    rows.sort_unstable();
    assert_eq!(modules, rows);
}

#[test]
fn modules_import_only_what_their_row_allows() {
    let modules = modules();
    for (name, allowed) in TABLE {
        for import in imports(&modules[*name]) {
            let fine = import == *name || allowed.contains(&import.as_str());
            assert!(fine, "{name} must not import {import}");
        }
    }
}

#[test]
fn rows_allow_no_more_than_is_used() {
    let modules = modules();
    for (name, allowed) in TABLE {
        let used = imports(&modules[*name]);
        for import in *allowed {
            assert!(
                used.iter().any(|u| u == import),
                "{name} does not import {import}"
            );
        }
    }
}

#[test]
fn the_table_has_no_cycles() {
    // Each row may name only modules of rows above it.
    for (index, (name, allowed)) in TABLE.iter().enumerate() {
        for import in *allowed {
            let above = TABLE[..index].iter().any(|(row, _)| row == import);
            assert!(above, "{name} imports {import}, which stands below it");
        }
    }
}

#[test]
fn no_file_is_in_a_circle() {
    let circles: Vec<String> = files::circles(&source())
        .iter()
        .map(|circle| circle.join(" "))
        .collect();
    assert!(
        circles.is_empty(),
        "files that need each other:\n{}",
        circles.join("\n")
    );
}

/// What the test must see to mean anything.
#[test]
fn circles_are_seen_through_paths_parents_and_re_exports() {
    const TREES: &[(&[(&str, &str)], &str)] = &[
        (
            &[
                ("a.rs", "use crate::b::B; pub struct A;"),
                ("b.rs", "fn b() -> crate::a::A {} pub struct B;"),
            ],
            "a.rs b.rs",
        ),
        (
            &[
                ("a/mod.rs", "mod x; pub fn f() { x::g() }"),
                ("a/x.rs", "pub fn g() { super::f() }"),
            ],
            "a/mod.rs a/x.rs",
        ),
        // Re-exports lead to the file that defines the item.
        (
            &[
                (
                    "a/mod.rs",
                    "mod x; mod y; pub use x::X; pub use y::{Y, self as z};",
                ),
                ("a/x.rs", "use super::Y; pub struct X;"),
                ("a/y.rs", "use crate::a as it; pub struct Y(it::X);"),
            ],
            "a/x.rs a/y.rs",
        ),
        (
            &[
                ("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
                ("a/x.rs", "use super::Y; pub struct X;"),
                (
                    "a/y.rs",
                    "#[cfg(test)] mod tests { use super::super::X; } pub struct Y;",
                ),
            ],
            "",
        ),
        (
            &[
                ("a.rs", "use super::b; fn f() { format!(\"{}\", b::g()) }"),
                ("b.rs", "use crate::a::*; fn g() {}"),
            ],
            "a.rs b.rs",
        ),
    ];
    for (tree, expected) in TREES {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, text) in *tree {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, text).expect("a file");
        }
        let circles: Vec<String> = files::circles(directory.path())
            .iter()
            .map(|c| c.join(" "))
            .collect();
        assert_eq!(circles.join("; "), *expected);
    }
}
