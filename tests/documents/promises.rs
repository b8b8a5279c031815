//! What the documents promise is what the code has: every code is explained, every exit code listed.
#![allow(
    clippy::disallowed_methods,
    reason = "the test reads documents and source"
)]

use serde_json::Value;
use smtp_certcheck::finding::{Code, Kind, Severity};
use smtp_certcheck::mercurial::LintCode;
use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The rows of all tables, as cells.
fn rows(document: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = document.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
}

/// The codes in a cell: the texts between backquotes.
fn named(cell: &str) -> impl Iterator<Item = Code> {
    let words = cell.split('`').skip(1).step_by(2);
    words.map(|word| Code::named(word).expect(word))
}

#[test]
fn every_code_of_a_report_has_its_row_and_every_row_its_code() {
    // The tables themselves are generated, and compared in tests/documents/generated.rs.
    let document = read("docs/json.md");
    let (_, tables) = document.split_once("\n## error.code\n").expect("them");
    let cells = rows(tables).map(|row| row[row.len() - 2]);
    let found: BTreeSet<Code> = cells.flat_map(named).collect();
    let all = Code::ALL.iter().copied();
    // Of an audit's findings, a check notes what expires soon.
    let noted = [Code::Expiring, Code::IntermediateExpiring];
    let of_reports = all.filter(|code| code.kind() != Kind::Audit || noted.contains(code));
    assert_eq!(found, of_reports.collect());
}

#[test]
fn every_code_of_an_audit_has_its_row_with_its_severity() {
    let document = read("docs/audit.md");
    let (_, section) = document.split_once("\n## Findings\n").expect("it");
    let (_, table) = section.split_once("\n\n| code ").expect("a table");
    let table = table.split("\n\n").next().unwrap_or(table);
    let mut found = BTreeSet::new();
    for row in rows(table).filter(|row| row[0].starts_with('`')) {
        for code in named(row[0]) {
            let by_thresholds = matches!(code, Code::Expiring | Code::IntermediateExpiring);
            let severity = if by_thresholds {
                "by `--critical` and `--warning`"
            } else {
                code.severity().as_str()
            };
            assert_eq!(row[1], severity, "{code}");
            found.insert(code);
        }
    }
    let all = Code::ALL.iter().copied();
    let own = all.filter(|code| code.kind() == Kind::Audit);
    assert_eq!(found, own.collect());
    // And the codes whose severity differs from the rest of their kind.
    let others = rows(table).filter(|row| row[0].starts_with("those of"));
    let exceptions: BTreeSet<Code> = others.flat_map(|row| named(row[1])).collect();
    let all = Code::ALL.iter().copied();
    let exceptional = all.filter(|code| match code.kind() {
        Kind::Failure | Kind::Problem => code.severity() != Severity::Critical,
        Kind::Note | Kind::Asked => code.severity() != Severity::Note,
        Kind::Audit | Kind::Domain => false,
    });
    assert_eq!(exceptions, exceptional.collect());
}

#[test]
fn findings_can_be_selected_by_exactly_the_codes_that_an_audit_can_have() {
    let selected: BTreeSet<Code> = Code::of_audits().into_iter().collect();
    // `--pin-expires` is not an option of audits: selecting its notes would select nothing.
    let all = Code::ALL.iter().copied();
    let others = all.filter(|code| !matches!(code, Code::PinExpiring | Code::NoPin));
    assert_eq!(selected, others.collect());
}

#[test]
fn every_lint_has_its_row_with_its_meaning_and_stands_in_the_schema() {
    let document = read("docs/mercurial.md");
    let declared = LintCode::ALL.iter();
    let declared: Vec<_> = declared
        .map(|code| vec![format!("`{code}`"), code.meaning().to_owned()])
        .collect();
    let first = document.find(&format!("| {} |", declared[0][0]));
    let table: Vec<Vec<&str>> = rows(&document[first.expect("a table")..])
        .take(declared.len() + 1)
        .collect();
    assert_eq!(table[..declared.len()], declared);
    // The table ends there.
    let last = table.get(declared.len()).map_or("", |row| row[0]);
    assert!(!last.starts_with('`'), "{last}");

    let schema: Value = serde_json::from_str(&read("docs/report.schema.json")).expect("JSON");
    let listed = schema.pointer("/$defs/report/properties/lint/items/properties/code/enum");
    let names: Vec<&str> = LintCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, Some(&Value::from(names)));
}

/// The crates that a manifest names, except for the crates of this repository.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut within = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line.ends_with("dependencies]");
        } else if within
            && !line.contains("path = ")
            && let Some((name, rest)) = line.split_once(" = ")
        {
            let renamed = rest.split_once("package = \"");
            let name = renamed.map_or(name, |(_, rest)| rest.split('"').next().unwrap_or(name));
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn every_dependency_has_a_line_on_why_it_is_there() {
    let mut wanted = dependencies(&read("Cargo.toml"));
    assert!(wanted.len() > 20 && wanted.contains("rustls-webpki"));
    wanted.extend(dependencies(&read("tests/testkit/Cargo.toml")));
    wanted.extend(dependencies(&read("demo/Cargo.toml")));
    wanted.extend(dependencies(&read("fuzz/Cargo.toml")));

    let document = read("CONTRIBUTING.md");
    let (_, section) = document.split_once("\n## Dependencies\n").expect("it");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let named: BTreeSet<String> = rows
        .skip(1)
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split(','))
        .map(|name| name.trim().to_owned())
        .collect();
    assert_eq!(named, wanted);
}

#[test]
fn help_and_readme_agree_on_the_exit_codes() {
    let help = testkit::program::run(["--help"]).stdout;
    let readme = read("README.md");
    for (code, outcome) in [
        (0, "trusted"),
        (1, "untrusted"),
        (3, "unreachable"),
        (4, "smtp-refused"),
        (5, "tls-failed"),
    ] {
        assert!(
            readme.contains(&format!("| {code} | `{outcome}`")),
            "{outcome}"
        );
        assert!(help.contains(&format!("\n  {code}  ")), "{code}");
    }
}

#[test]
fn the_short_help_fits_a_screen_and_the_version_is_that_of_the_crate() {
    let help = testkit::program::run(["-h"]);
    assert_eq!(help.code, 0);
    assert!(help.stdout.lines().count() <= 60, "{}", help.stdout);
    let version = testkit::program::run(["--version"]).stdout;
    assert_eq!(
        version,
        format!("smtp-certcheck {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// The documents for readers, by their path.
fn documents() -> Vec<(String, String)> {
    let names = [
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "benches/README.md",
    ];
    let mut names: Vec<String> = names.map(str::to_owned).to_vec();
    let docs = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"));
    for entry in docs.expect("docs") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") {
            names.push(format!("docs/{name}"));
        }
    }
    let text = |name: String| (read(&name), name);
    names
        .into_iter()
        .map(text)
        .map(|(text, name)| (name, text))
        .collect()
}

/// As GitHub makes the fragment of a heading.
fn fragments(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn no_link_of_a_document_is_dead() {
    let mut count = 0;
    for (name, text) in documents() {
        let folder = Path::new(&name).parent().expect("a folder").to_owned();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.starts_with("http") {
                continue;
            }
            count += 1;
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let to = if path.is_empty() {
                name.clone().into()
            } else {
                folder.join(path)
            };
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(&to).exists(),
                "{name}: {link}"
            );
            if !fragment.is_empty() {
                let target = read(&to.to_string_lossy());
                assert!(fragments(&target).contains(fragment), "{name}: {link}");
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_output_in_the_readme_is_that_of_the_picture() {
    let readme = read("README.md");
    let block = readme.split("```console\n").nth(1).expect("a block");
    let block = block.split("\n```").next().expect("its end");
    let svg = read("docs/terminal.svg");
    let text: String = svg
        .split('<')
        .filter_map(|tag| tag.split_once('>').map(|(_, text)| text))
        .collect();
    let text = text.replace("&gt;", ">").replace("&lt;", "<");
    let shown: BTreeSet<&str> = text.lines().map(str::trim).collect();
    assert!(block.lines().count() > 15);
    for line in block.lines() {
        assert!(
            shown.contains(line.trim()),
            "{line:?} is not in the picture"
        );
    }
}
