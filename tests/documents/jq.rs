//! The lines of docs/jq.md, run by the real jq on real output.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use std::path::Path;
use std::process::Command;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now};
use testkit::program::{Dir, finish, program};
use testkit::raw::closed_port;
use testkit::server::serve;
use testkit::skip::has;
use time::Duration;

/// A folder with the results of an audit of four servers, and what the lines name.
struct Place {
    dir: Dir,
    good: String,
    soon: String,
    expired: String,
    away: String,
}

impl Place {
    fn new() -> Self {
        let pki = Pki::new("Jq", KeyKind::P256);
        let dir = Dir::new();
        let root = dir.file("root.pem", pki.root_pem());
        let mut params = leaf(&["soon.example", "localhost"]);
        params.not_after = now() + Duration::days(10) + Duration::HOUR;
        let at = |identity: &Identity| format!("localhost:{}", serve(identity).port());
        let place = Self {
            good: at(&pki.identity(leaf(&["localhost"]))),
            soon: at(&pki.identity(params)),
            expired: at(&pki.identity(expired_leaf(&["localhost"]))),
            away: format!("localhost:{}", closed_port().port()),
            dir,
        };
        let list = format!(
            "{}\n{} label=soon\n{}\n{}\n",
            place.good, place.soon, place.expired, place.away
        );
        let list = place.dir.file("hosts.txt", list);
        let before = place.dir.file("before.jsonl", "");
        let mut audit = program();
        // In the order of the list.
        audit.args(["audit", "--jobs", "1", "--pause", "0", "--retries", "0"]);
        audit.args(["--critical", "3", "--format", "jsonl", "--baseline"]);
        audit.arg(before).arg("--input").arg(list);
        let run = finish(audit.arg("--cacerts").arg(root));
        assert_eq!(run.stdout.lines().count(), 4, "{}", run.stderr);
        place.dir.file("results.jsonl", run.stdout);
        place
    }

    /// What a line of the document prints, and its exit code.
    fn run(&self, line: &str) -> (i32, String) {
        let line = line.replace("mail.example.org:587", &self.good);
        let bin = Path::new(program().get_program()).with_file_name("");
        let mut sh = Command::new("sh");
        sh.args(["-c", &line]).current_dir(self.dir.path());
        sh.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        sh.env("SSL_CERT_FILE", self.dir.path().join("root.pem"));
        sh.env("LC_ALL", "C");
        let run = finish(&mut sh);
        assert_eq!(run.stderr, "", "{line}");
        (run.code, run.stdout)
    }
}

/// The lines of the blocks for a shell.
fn lines() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/jq.md");
    let text = std::fs::read_to_string(path).expect("docs/jq.md");
    let blocks = text.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines.map(str::to_owned).collect()
}

#[test]
fn every_line_for_jq_gives_what_the_document_says() {
    if !has("every_line_for_jq_gives_what_the_document_says", "jq") {
        return;
    }
    let place = Place::new();
    let Place {
        good,
        soon,
        expired,
        away,
        ..
    } = &place;
    // A part of each line, and what it prints; `…` stands for what differs from run to run.
    let expected = [
        ("!= \"pinned\"", format!("{expired}\n{away}\n")),
        (
            "as $target",
            format!("{expired}: expired -> …\n{away}: connect-failed -> …\n"),
        ),
        (
            "group_by(.)",
            "…1 connect-failed\n1 expired\n1 expiring\n…".to_owned(),
        ),
        ("sort_by", format!("-…{expired}\n10 {soon}\n")),
        ("| min", format!("…{good}\n10 {soon}\n-…{expired}\n")),
        ("jq -e", String::new()),
        (
            ".issuer",
            "      3 CN=…\n      1 no certificate\n".to_owned(),
        ),
        (
            "tls_version",
            "      3 TLSv1.3\n      1 no TLS\n".to_owned(),
        ),
        (".sans.dns", "localhost\nsoon.example\n".to_owned()),
        (
            "@csv",
            "\"localhost\",…,10,\"…\n\"localhost\",…,,,\n".to_owned(),
        ),
        ("fingerprints", format!("…{good}\n…{soon}\n…{expired}\n")),
        (".pem", String::new()),
        (
            "label:",
            format!(
                "{{\"target\":\"{good}\",\"label\":null}}\n{{\"target\":\"{soon}\",\"label\":\"soon\"}}\n…"
            ),
        ),
        (
            ".changes",
            format!("{good}: new\n{soon}: new\n{expired}: new\n{away}: new\n"),
        ),
    ];
    let lines = lines();
    assert_eq!(lines.len(), expected.len());
    for (line, (part, printed)) in lines.iter().zip(&expected) {
        assert!(line.contains(part), "{line}: no {part}");
        let (code, shown) = place.run(line);
        assert_eq!(code, 0, "{line}");
        let mut rest = shown.as_str();
        let parts: Vec<&str> = printed.split('…').collect();
        for (index, part) in parts.iter().enumerate() {
            let at = rest.find(part).filter(|at| index > 0 || *at == 0);
            assert!(at.is_some(), "{line}\nprints\n{shown}\nwithout {part:?}");
            let at = at.unwrap_or_default();
            rest = &rest[at + part.len()..];
        }
        let is_open = printed.ends_with('…');
        assert!(rest.is_empty() || is_open, "{line}\nprints\n{shown}");
    }
    let chain = std::fs::read_to_string(place.dir.path().join("chain.pem")).expect("chain.pem");
    assert_eq!(chain.matches("-----BEGIN CERTIFICATE-----").count(), 2);
    // The condition is false for a server that has few days left.
    let condition = lines
        .iter()
        .find(|line| line.contains("jq -e"))
        .expect("it");
    let condition = condition.replace("mail.example.org:587", soon);
    assert_eq!(place.run(&condition).0, 1);
}
