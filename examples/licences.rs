//! Prints what is linked into the program, under which licences, with all notices:
//! `cargo run --example licences > packaging/THIRD-PARTY.md`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "it reads the sources of the libraries"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const HEAD: &str = "\
# What smtp-certcheck is made of

The program is linked with these libraries, on Linux, and with Rust's standard library (MIT or
Apache-2.0, the Rust project's contributors). On glibc systems GCC's unwinder, libgcc_eh, is linked
in, too: GPL-3.0 with the GCC Runtime Library Exception, which permits it.
Where there is a choice of licences, MIT is chosen. The notices are below.

Made by `cargo run --example licences > packaging/THIRD-PARTY.md`.
";

/// A library that is linked.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Library {
    name: String,
    version: String,
    licence: String,
    repository: String,
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(args)
        .output()
        .expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {args:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What is linked for Linux: no build scripts, no macros, no tests.
fn libraries() -> BTreeSet<Library> {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--edges",
        "normal,no-proc-macro",
        "--target",
        "x86_64-unknown-linux-gnu",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}|{r}",
    ]);
    let library = |line: &str| {
        let mut parts = line.trim_end_matches(" (*)").split('|');
        let mut words = parts.next()?.split(' ');
        Some(Library {
            name: words.next()?.to_owned(),
            version: words.next()?.trim_start_matches('v').to_owned(),
            licence: parts.next()?.replace('/', " OR "),
            repository: parts.next()?.to_owned(),
        })
    };
    let own = |library: &Library| library.name == env!("CARGO_PKG_NAME");
    tree.lines()
        .filter_map(library)
        .filter(|it| !own(it))
        .collect()
}

/// The notices that a library comes with; those of Apache alone only where nothing else is offered.
fn notices(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the library's source");
    let mut found: Vec<(String, String)> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            let name = name.to_ascii_lowercase();
            ["licen", "copying", "copyright", "notice"]
                .iter()
                .any(|word| name.starts_with(word))
        })
        .filter(|name| folder.join(name).is_file())
        .map(|name| {
            let text = std::fs::read_to_string(folder.join(&name)).expect("UTF-8");
            (name.to_ascii_lowercase(), text)
        })
        .collect();
    found.sort();
    if found.iter().any(|(name, _)| name.contains("mit")) {
        found.retain(|(name, _)| !name.contains("apache"));
    }
    found.into_iter().map(|(_, text)| text).collect()
}

fn main() {
    let metadata: serde_json::Value =
        serde_json::from_str(&cargo(&["metadata", "--locked", "--format-version", "1"]))
            .expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let folder = |library: &Library| {
        let is_it = |package: &&serde_json::Value| {
            package["name"] == *library.name && package["version"] == *library.version
        };
        let manifest = packages.iter().find(is_it).expect("it is in the metadata");
        Path::new(manifest["manifest_path"].as_str().expect("a path"))
            .parent()
            .expect("a folder")
            .to_owned()
    };
    let libraries = libraries();
    let mut out = HEAD.to_owned();
    out.push_str("\n| library | version | licence | source |\n|---|---|---|---|\n");
    // The same words in other line breaks are the same text.
    let mut texts: BTreeMap<Vec<String>, (String, Vec<&str>)> = BTreeMap::new();
    for library in &libraries {
        let Library {
            name,
            version,
            licence,
            repository,
        } = library;
        let _ = writeln!(out, "| {name} | {version} | {licence} | {repository} |");
        let notices = notices(&folder(library));
        assert!(!notices.is_empty(), "{name} has no licence in its source");
        for text in notices {
            let words = text.split_whitespace().map(ToOwned::to_owned).collect();
            texts
                .entry(words)
                .or_insert((text, Vec::new()))
                .1
                .push(name);
        }
    }
    let mut texts: Vec<_> = texts.into_values().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    for (text, names) in texts {
        let _ = writeln!(out, "\n## {}\n", names.join(", "));
        for line in text.trim_matches('\n').lines() {
            let line = format!("    {}", line.trim_end().replace('\u{c}', ""));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    print!("{out}");
}
