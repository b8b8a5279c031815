//! The audit of every day: its first run, its news from what to what, its order, and what it says at
//! the end.
#![allow(clippy::disallowed_methods, reason = "tests use files and the clock")]

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, check_schema, finish, json_lines, program};
use testkit::raw::{closed_port, line, listen, silent};
use testkit::server::{Behaviour, Server, serve};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Daily", KeyKind::P256));
static GOOD: LazyLock<SocketAddr> = LazyLock::new(|| serve(&ends_in(80)));
static SOON: LazyLock<SocketAddr> = LazyLock::new(|| serve(&ends_in(10)));
static EXPIRED: LazyLock<SocketAddr> = LazyLock::new(|| serve(&ends_in(-3)));

fn ends_in(days: i64) -> Identity {
    let mut params = leaf(&["localhost"]);
    params.not_before = now() - time::Duration::days(30);
    params.not_after = now() + time::Duration::days(days) + time::Duration::hours(1);
    PKI.identity(params)
}

/// An audit in that directory, with the list `hosts.txt`.
fn command(dir: &Dir, args: &[&str]) -> Command {
    dir.file("root.pem", PKI.root_pem());
    let mut command = program();
    command
        .current_dir(dir.path())
        .env("LC_ALL", "C.UTF-8")
        .args(["audit", "--ehlo", "x", "--pause", "0", "-4"])
        .args(["--timeout", "20", "--retries", "0", "--cacerts", "root.pem"])
        .args(args);
    command
}

fn audit(dir: &Dir, args: &[&str]) -> Run {
    finish(command(dir, &["--input", "hosts.txt"]).args(args))
}

fn lines(servers: &[SocketAddr]) -> String {
    servers.iter().map(|server| line(*server)).collect()
}

// ------------------------------------------------------------------------------- the first day

#[test]
fn a_baseline_that_this_run_will_save_is_the_first_run() {
    for (baseline, save) in [
        ("r.jsonl", ["--save", "r.jsonl"]),
        ("r.jsonl", ["--save", "./r.jsonl"]),
        ("days/../r.jsonl", ["--save", "link.jsonl"]),
        ("r.jsonl", ["--output", "r.jsonl"]),
    ] {
        let dir = Dir::new();
        dir.file("hosts.txt", lines(&[*GOOD, *EXPIRED]));
        std::fs::create_dir(dir.path().join("days")).expect("a folder");
        std::os::unix::fs::symlink("r.jsonl", dir.path().join("link.jsonl")).expect("a link");
        let format = if save[0] == "--output" {
            "jsonl"
        } else {
            "table"
        };
        let args = [
            &["--quiet", "--format", format, "--baseline", baseline],
            &save[..],
        ]
        .concat();
        let first = audit(&dir, &args);
        assert_eq!(first.code, 1, "{}", first.stderr);
        let said = format!(
            "first run: \"{baseline}\" does not exist yet, so there is nothing to compare with\n"
        );
        assert!(first.stderr.starts_with(&said), "{}", first.stderr);
        assert_eq!(
            first.stderr.lines().count(),
            if format == "jsonl" { 2 } else { 1 }
        );
        // Nothing is called new where nothing is known.
        assert!(!first.stdout.contains("[new]"), "{}", first.stdout);
        let saved = std::fs::read_to_string(dir.path().join("r.jsonl")).expect("it");
        let expected = if format == "jsonl" { 1 } else { 2 };
        assert_eq!(json_lines(&saved).len(), expected, "{saved}");
        let second = audit(&dir, &args);
        assert_eq!(second.code, 1, "{}", second.stderr);
        assert!(!second.stderr.contains("first run"), "{}", second.stderr);
    }
}

#[test]
fn another_baseline_that_is_missing_is_an_error_with_the_way_out() {
    let dir = Dir::new();
    dir.file("hosts.txt", lines(&[*GOOD]));
    for more in [&[][..], &["--save", "today.jsonl"]] {
        let run = audit(&dir, &[&["--baseline", "yesterday.jsonl"], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        let hint = "\n  hint: the first time, leave --baseline out; --save FILE writes what the next run compares with\n";
        assert!(run.stderr.ends_with(hint), "{}", run.stderr);
    }
}

// ------------------------------------------------------------------------------- the news

#[test]
fn a_day_has_its_news_and_one_line_of_sums() {
    let rotate = Server::start(&ends_in(70), Behaviour::default());
    let dir = Dir::new();
    dir.file("hosts.txt", lines(&[*GOOD, *SOON, rotate.address]));
    let daily = ["--baseline", "r.jsonl", "--save", "r.jsonl"];
    let first = audit(&dir, &daily);
    let saved = std::fs::read_to_string(dir.path().join("r.jsonl")).expect("it");
    let old = json_lines(&saved)
        .into_iter()
        .find(|report| report["target"]["port"] == rotate.port())
        .expect("a report");
    assert_eq!(first.code, 0, "{}", first.stderr);
    // Nothing has happened: the sums, or nothing.
    let run = audit(&dir, &[&daily[..], &["--changes-only"]].concat());
    let sums = "3 targets: 0 critical, 1 with warnings, 2 ok; 0 changed since the last audit\n";
    assert_eq!((run.code, run.stdout.as_str()), (0, sums));
    let run = audit(&dir, &[&daily[..], &["--quiet"]].concat());
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    // A new key and another day.
    rotate.renew(&ends_in(90));
    let run = audit(
        &dir,
        &[
            "--baseline",
            "r.jsonl",
            "--format",
            "jsonl",
            "--changes-only",
        ],
    );
    let report = &json_lines(&run.stdout)[0];
    check_schema(report);
    let fact = |report: &serde_json::Value, field: &str| match field {
        "sha256" => report["chain"][0]["fingerprints"]["sha256"].clone(),
        field => report["chain"][0][field].clone(),
    };
    let differences = report["differences"].as_array().expect("differences");
    let kinds: Vec<_> = differences
        .iter()
        .map(|each| each["change"].clone())
        .collect();
    assert_eq!(kinds, ["new-key", "expiry"]);
    assert_eq!(report["changes"], serde_json::json!(["new-key", "expiry"]));
    for each in differences {
        let field = each["field"].as_str().expect("a field");
        assert_eq!(each["before"], fact(&old, field), "{each}");
        assert_eq!(each["after"], fact(report, field), "{each}");
    }
    for option in ["--quiet", "--changes-only"] {
        let run = audit(&dir, &["--baseline", "r.jsonl", option]);
        let text = run.stdout;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(
            lines[0].starts_with("OK ") && lines[0].ends_with("  [new-key, expiry]"),
            "{text}"
        );
        let short = |value: &serde_json::Value| value.as_str().expect("text")[..8].to_owned();
        let day = |value: &serde_json::Value| value.as_str().expect("text")[..10].to_owned();
        let (digest, expiry) = (&differences[0], &differences[1]);
        let expected = format!(
            "          changed: new key, sha256:{}… → {}…; expires {} (was {})",
            short(&digest["before"]),
            short(&digest["after"]),
            day(&expiry["after"]),
            day(&expiry["before"])
        );
        assert_eq!(lines[1], expected);
        assert_eq!(lines[3], sums.trim().replace("0 changed", "1 changed"));
    }
    // Where the locale has ASCII only.
    let mut command = command(
        &dir,
        &["--input", "hosts.txt", "--baseline", "r.jsonl", "-q"],
    );
    let run = finish(command.env("LC_ALL", "C"));
    assert!(
        run.stdout.is_ascii() && run.stdout.contains("... -> "),
        "{}",
        run.stdout
    );
    // What is gone has its port, and the sums count it.
    dir.file("hosts.txt", lines(&[*GOOD, *SOON]));
    let run = audit(&dir, &["--baseline", "r.jsonl", "--quiet"]);
    let gone = format!(
        "\nGone from the list since the last audit\n  localhost:{}\n\n2 targets: ",
        rotate.port()
    );
    assert!(run.stdout.starts_with(&gone), "{}", run.stdout);
    assert!(
        run.stdout
            .ends_with("; 0 changed, 1 gone since the last audit\n"),
        "{}",
        run.stdout
    );
}

// ------------------------------------------------------------------------------- the order

/// The ports of the table, of jsonl, or of CSV, in their order.
fn ports(text: &str) -> Vec<u16> {
    let places = text.split("localhost:").skip(1);
    let ports = places.filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    });
    let mut ports: Vec<u16> = ports.collect();
    ports.dedup();
    ports
}

#[test]
fn results_are_in_the_order_that_is_asked_for() {
    let closed = closed_port();
    let dir = Dir::new();
    let list = [*GOOD, closed, *SOON, *EXPIRED];
    dir.file("hosts.txt", lines(&list));
    let [good, closed, soon, expired] = list.map(|server| server.port());
    let mut by_host = vec![good, closed, soon, expired];
    by_host.sort_unstable();
    for (sort, expected) in [
        ("severity", vec![expired, closed, soon, good]),
        ("expiry", vec![expired, soon, good, closed]),
        ("host", by_host),
        ("input", vec![good, closed, soon, expired]),
    ] {
        let run = audit(&dir, &["--sort", sort, "--ignore", "tls-1.2"]);
        let (rows, _) = run.stdout.split_once("\n\n").expect("a summary");
        let rows: Vec<&str> = rows.lines().filter(|row| !row.starts_with(' ')).collect();
        assert!(rows[0].starts_with("VERDICT   TARGET  "), "{}", run.stdout);
        assert_eq!(ports(&rows.join("\n")), expected, "{sort}: {}", run.stdout);
        let run = audit(&dir, &["--sort", sort, "--format", "csv"]);
        let targets: Vec<&str> = run
            .stdout
            .lines()
            .filter_map(|line| line.split(',').next())
            .collect();
        assert_eq!(
            ports(&targets.join("\n")),
            expected,
            "{sort}: {}",
            run.stdout
        );
    }
    // A file is sorted without being asked for, and what is right has days instead of a sentence.
    let run = audit(&dir, &[]);
    let rows: Vec<&str> = run
        .stdout
        .lines()
        .take_while(|line| !line.is_empty())
        .collect();
    let row = |port| {
        rows.iter()
            .position(|row| row.contains(&format!("localhost:{port}")))
    };
    let order = [expired, closed, soon, good].map(|port| row(port).expect("a row"));
    assert!(order.is_sorted(), "{}", run.stdout);
    for (index, words) in order
        .into_iter()
        .zip(["2 days ago", " - ", "in 10 days", "in 80 days"])
    {
        assert!(rows[index].contains(words), "{words}: {}", run.stdout);
    }
    for (index, code) in [(order[0], "expired"), (order[1], "connect-failed")] {
        assert!(
            rows[index + 1].starts_with(&format!("          {code}: ")),
            "{}",
            run.stdout
        );
    }
    for (format, code) in [("html", 2), ("junit", 2), ("prometheus", 2), ("nagios", 3)] {
        assert_eq!(
            audit(&dir, &["--sort", "host", "--format", format]).code,
            code
        );
    }
}

/// What writes the list may wait for a result: after a moment a table is shown as it comes.
#[test]
fn the_table_of_a_stream_does_not_wait_for_its_end() {
    let dir = Dir::new();
    let mut command = command(&dir, &["--input", "-"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.stderr(Stdio::null()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("its input");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    for (server, word) in [(*SOON, "WARNING "), (*EXPIRED, "CRITICAL ")] {
        write!(input, "{}", line(server)).expect("a line");
        let row = std::iter::repeat_with(&mut next).find(|row| row.starts_with(word));
        assert!(row.is_some_and(|row| row.contains(&server.port().to_string())));
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn details_have_advice_only_where_they_are_asked_for() {
    let dir = Dir::new();
    dir.file("hosts.txt", lines(&[*EXPIRED]));
    let advice = "\n          -> renew the certificate on the server";
    assert!(!audit(&dir, &[]).stdout.contains("->"));
    let run = audit(&dir, &["-v"]);
    assert!(run.stdout.contains(advice), "{}", run.stdout);
}

// ------------------------------------------------------------------------------- small things

#[test]
fn a_written_file_is_named_unless_quiet() {
    let dir = Dir::new();
    dir.file("hosts.txt", lines(&[*GOOD]));
    for format in ["html", "csv", "table"] {
        let run = audit(&dir, &["--format", format, "--output", "report"]);
        let said = "1 target: 0 critical, 0 with warnings, 1 ok\nwritten to report\n";
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", said),
            "{format}"
        );
        let run = audit(&dir, &["--format", format, "--output", "report", "--quiet"]);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", ""),
            "{format}"
        );
    }
}

#[test]
fn a_list_as_a_target_is_answered_with_the_option() {
    let dir = Dir::new();
    dir.file("hosts.txt", lines(&[*GOOD]));
    let run = finish(&mut command(&dir, &["hosts.txt"]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let said = "error: \"hosts.txt\" is a file, not a server\n  hint: --input hosts.txt\n";
    assert_eq!(run.stderr, said);
    let run = finish(&mut command(
        &dir,
        &["--format", "json", "--input", "hosts.txt"],
    ));
    assert_eq!(json_lines(&run.stdout).len(), 1, "{}", run.stderr);
}

#[test]
fn labels_have_blanks_in_quotes() {
    let dir = Dir::new();
    let target = line(*GOOD);
    dir.file(
        "hosts.txt",
        format!("{} label=\"old # box\" # or not\n", target.trim()),
    );
    let run = audit(&dir, &[]);
    assert!(
        run.stdout.contains(" (old # box) "),
        "{} {}",
        run.stdout,
        run.stderr
    );
    dir.file("hosts.txt", format!("{} label=\"old box\n", target.trim()));
    let run = audit(&dir, &[]);
    assert!(
        run.stderr
            .contains("hosts.txt:1: label has no closing quote"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_interruption_says_what_is_missing_and_how_to_go_on() {
    let silent = listen(silent);
    for (more, words) in [
        (
            &[][..],
            "with --resume FILE the next audit can go on where it stops",
        ),
        (
            &["--resume", "r.jsonl"],
            "run the same command again to go on",
        ),
    ] {
        let dir = Dir::new();
        dir.file("hosts.txt", lines(&[*GOOD]) + &format!("smtp://{silent}\n"));
        // Both are at one address.
        let args = ["--input", "hosts.txt", "--per-address", "2"];
        let mut command = command(&dir, &args);
        let child = command
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = child.spawn().expect("it starts");
        std::thread::sleep(Duration::from_secs(2));
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
        kill(pid, Signal::SIGINT).expect("it runs");
        let run = child.wait_with_output().expect("it ends");
        let [out, err] =
            [run.stdout, run.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
        assert_eq!(run.status.code(), Some(130), "{err}");
        assert_eq!(
            err.lines().last(),
            Some(format!("interrupted: what was done is written; {words}").as_str())
        );
        let all = out + &err;
        assert!(all.contains("1 target: 0 critical, 0 with warnings, 1 ok\nIncomplete: the audit was interrupted before the end of the list\n"), "{all}");
    }
}
