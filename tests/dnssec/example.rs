//! `cargo run --example dnssec`, as another program runs it.

use crate::lab::served;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use testkit::dns::key::Keys;
use testkit::dns::zone::Zone;

/// `cargo test` builds it beside the tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("the path of this program");
    let debug = tests
        .parent()
        .and_then(|deps| deps.parent())
        .expect("a folder");
    debug.join("examples/dnssec")
}

fn run(arguments: &[&str], rows: &str) -> Option<Output> {
    if !program().exists() {
        testkit::skip::skip(
            "the example dnssec",
            "it is not built: cargo build --example dnssec",
        );
        return None;
    }
    let mut child = Command::new(program())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(rows.as_bytes()).expect("it reads");
    drop(input);
    Some(child.wait_with_output().expect("it ends"))
}

#[test]
fn it_prints_a_row_for_each_line_in_order() {
    let zones = [
        Zone::new(".", "").key(1),
        Zone::new(
            "lab.",
            "www A 192.0.2.1\nwww A 192.0.2.2\n*.w TXT x\na CNAME www\n",
        )
        .key(2),
        Zone::new("ed448.lab.", "www A 192.0.2.1\n").algorithms(&[16]),
        Zone::new("old.lab.", "www A 192.0.2.1\n").algorithms(&[5]),
        Zone::new("expired.lab.", "www A 192.0.2.1\n").valid(-200_000, -100_000),
    ];
    let Some(lab) = served("the example dnssec", &zones, &Keys::default()) else {
        return;
    };
    let anchors = lab.tree.anchor_file();
    let resolver = format!("127.0.0.1:{}", lab.resolver.port);
    let arguments = [
        "--resolver",
        &resolver,
        "--trust-anchor",
        anchors.to_str().expect("a path"),
    ];
    let sure = "WWW.lab A\nnope.lab. a\na.lab A\nx.w.lab TYPE16\nwww.ed448.lab A\nwww.old.lab A\n. DNSKEY\n";
    let Some(output) = run(&arguments, sure) else {
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<&str> = text
        .lines()
        .map(|row| row.split('\t').next().unwrap_or_default())
        .collect();
    let expected = [
        "WWW.lab A secure NOERROR 2",
        "nope.lab. a secure NXDOMAIN 0",
        "a.lab A secure NOERROR 2",
        "x.w.lab TYPE16 secure NOERROR 1",
        "www.ed448.lab A insecure NOERROR 1",
        "www.old.lab A secure NOERROR 1",
        ". DNSKEY secure NOERROR 2",
    ];
    assert_eq!(rows, expected, "{text}");
    assert!(text.contains("ED448") && text.contains("RSASHA1"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    let unsure =
        "www.expired.lab A\nwww.lab\nwww.lab A A\nwww.lab NOTYPE\na..lab A\n\n\u{1b}[31m A\n";
    let output = run(&arguments, unsure).expect("it is there");
    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<&str> = text.lines().collect();
    assert!(
        rows[0].starts_with("www.expired.lab A bogus NOERROR 1\t"),
        "{text}"
    );
    assert_eq!(rows.len(), 6, "{text}");
    for row in &rows[1..] {
        assert!(
            row.contains(" none - 0\t") && !row.contains('\u{1b}'),
            "{row}"
        );
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn it_refuses_what_it_cannot_read() {
    for arguments in [
        &["--resolver", "localhost"][..],
        &["--trust-anchor", "/nonexistent"],
        &["--timeout", "0"],
        &["--resolver"],
        &["--unknown"],
    ] {
        let Some(output) = run(arguments, "") else {
            return;
        };
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"dnssec: "), "{arguments:?}");
    }
}
