//! An audit never takes a part for the whole list, or an unseen server for a good one.
#![allow(clippy::disallowed_methods, reason = "tests use files and sockets")]

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, finish, json_lines, program};
use testkit::raw::{busy, closed_port, line, listen, silent};
use testkit::server::{Behaviour, Server, serve};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Whole", KeyKind::P256));
/// Ten days are left.
static SOON: LazyLock<SocketAddr> = LazyLock::new(|| serve(&ends_in(10)));
static GOOD: LazyLock<SocketAddr> = LazyLock::new(|| serve(&PKI.identity(leaf(&["localhost"]))));

fn ends_in(days: i64) -> Identity {
    let mut params = leaf(&["localhost"]);
    params.not_after = now() + time::Duration::days(days);
    PKI.identity(params)
}

/// An administrator's directory.
struct Desk(Dir);

impl Desk {
    fn new() -> Self {
        let dir = Dir::new();
        dir.file("root.pem", PKI.root_pem());
        Self(dir)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.args(["audit", "-4", "--ehlo", "a.example", "--pause", "0"]);
        command.args(["--cacerts", "root.pem", "--retries", "0"]);
        command.args(args).current_dir(self.0.path());
        command
    }

    fn audit(&self, list: &str, args: &[&str]) -> Run {
        self.0.file("list", list);
        let args = [&["--input", "list"], args].concat();
        finish(&mut self.command(&args))
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap_or_default()
    }
}

/// A target that waits for the rate waits in our queue, not within its time limit.
#[test]
fn the_rate_costs_no_target_its_time() {
    let behaviour = Behaviour {
        greet_delay: Duration::from_millis(700),
        ..Behaviour::default()
    };
    let identity = PKI.identity(leaf(&["localhost"]));
    let slow = Server::start_on("0.0.0.0:0", &identity, behaviour);
    let line = |n| format!("smtp://127.9.0.{n}:{} servername=localhost\n", slow.port());
    let list = (1..=12).map(line).collect::<Vec<_>>().concat();
    let run = Desk::new().audit(
        &list,
        &["--rate", "4", "--timeout", "2", "--format", "jsonl"],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    let reports = json_lines(&run.stdout);
    assert_eq!(reports.len(), 12);
    assert!(reports.iter().all(|report| report["outcome"] == "trusted"));
}

#[test]
fn what_becomes_bad_with_time_is_a_change() {
    let desk = Desk::new();
    let lax = ["--warning", "1", "--critical", "1", "--save", "last.jsonl"];
    assert_eq!(desk.audit(&line(*SOON), &lax).code, 0);
    let daily = [
        "--baseline",
        "last.jsonl",
        "--changes-only",
        "--format",
        "jsonl",
    ];
    for (levels, expected) in [
        (["--warning", "21", "--critical", "7"], vec!["worse"]),
        (["--warning", "30", "--critical", "21"], vec!["worse"]),
        (["--warning", "2", "--critical", "1"], vec![]),
    ] {
        let run = desk.audit(&line(*SOON), &[&daily[..], &levels].concat());
        let changes: Vec<Value> = json_lines(&run.stdout)
            .into_iter()
            .map(|mut report| report["changes"].take())
            .collect();
        let told = (!expected.is_empty()).then(|| Value::from(expected));
        assert_eq!(changes, Vec::from_iter(told), "{levels:?}: {}", run.stderr);
    }
}

/// It was bad, and its state is now unknown.
#[test]
fn a_server_that_stops_answering_is_not_better() {
    let desk = Desk::new();
    let bad = serve(&PKI.identity(leaf(&["other.example"])));
    desk.audit(&line(bad), &["--save", "last.jsonl"]);
    let target = format!("smtp://localhost:{}", bad.port());
    let last = desk.read("last.jsonl");
    let gone = format!("smtp://localhost:{}", closed_port().port());
    let dir = &desk.0;
    dir.file("last.jsonl", last.replace(&target, &gone));
    let daily = [
        "--baseline",
        "last.jsonl",
        "--changes-only",
        "--format",
        "jsonl",
    ];
    let run = desk.audit(&format!("{gone}\n"), &daily);
    let report = &json_lines(&run.stdout)[0];
    assert_eq!(
        report["changes"],
        Value::from(vec!["no-certificate", "worse"])
    );
}

#[test]
fn a_list_that_cannot_be_read_to_its_end_is_incomplete() {
    let desk = Desk::new();
    let list = [line(*GOOD), line(*SOON)].concat();
    desk.audit(&list, &["--save", "last.jsonl"]);
    let before = desk.read("last.jsonl");
    assert_eq!(before.lines().count(), 2);
    let keep = ["--baseline", "last.jsonl", "--save", "last.jsonl"];
    // Reading a directory fails, and so does reading unmapped memory.
    for unreadable in [".", "/proc/self/mem"] {
        let args = [&["--input", unreadable], &keep[..]].concat();
        let run = finish(&mut desk.command(&args));
        assert_eq!(run.code, 2, "{}", run.stderr);
        let all = run.stdout + &run.stderr;
        assert!(!all.contains("Gone") && !all.contains("gone"), "{all}");
        assert!(all.contains("last.jsonl\" was left unchanged"), "{all}");
        assert_eq!(desk.read("last.jsonl"), before);
    }
    // A line with a slip may be the one that is missed.
    let slip = line(*SOON).trim().to_owned() + " lable=x\n";
    let list = [line(*GOOD), slip].concat();
    let run = desk.audit(&list, &["--baseline", "last.jsonl"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!run.stdout.contains("Gone"), "{}", run.stdout);
    let run = desk.audit(&line(*GOOD), &["--baseline", "last.jsonl"]);
    assert!(run.stdout.contains("Gone"), "{}", run.stdout);
}

#[test]
fn interrupted_metrics_do_not_replace_complete_ones() {
    let desk = Desk::new();
    let metrics = ["--format", "prometheus", "--output", "smtp.prom"];
    desk.audit(&[line(*GOOD), line(*SOON)].concat(), &metrics);
    let before = desk.read("smtp.prom");
    assert!(before.contains("smtp_certcheck_trusted"), "{before}");
    let silent = listen(silent);
    let list = [line(*GOOD), format!("smtp://{silent}\n")].concat();
    desk.0.file("list", list);
    let args = [&["--input", "list"], &metrics[..]].concat();
    let child = desk.command(&args).stderr(Stdio::piped()).spawn();
    let child = child.expect("it starts");
    std::thread::sleep(Duration::from_secs(2));
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, Signal::SIGTERM).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("smtp.prom\" was left unchanged"), "{said}");
    assert_eq!(desk.read("smtp.prom"), before);
    let names = std::fs::read_dir(desk.0.path()).expect("it").flatten();
    assert_eq!(names.count(), 3, "nothing is left over");
}

#[test]
fn a_page_and_a_test_report_say_what_they_do_not_cover() {
    let desk = Desk::new();
    let slip = [line(*GOOD), "mx.example lable=x\n".to_owned()].concat();
    let page = desk.audit(&slip, &["--format", "html"]).stdout;
    assert!(
        page.contains("incomplete</b> 1 line of the list could not be used."),
        "{page}"
    );
    let xml = desk.audit(&slip, &["--format", "junit"]).stdout;
    assert!(
        xml.contains("errors=\"1\"") && xml.contains("name=\"the list\""),
        "{xml}"
    );
    let whole = desk.audit(&line(*GOOD), &["--format", "html"]).stdout;
    assert!(!whole.contains("incomplete"), "{whole}");
    let whole = desk.audit(&line(*GOOD), &["--format", "junit"]).stdout;
    assert!(
        whole.contains("errors=\"0\"") && !whole.contains("the list"),
        "{whole}"
    );
    // A warning that makes the exit code 1 makes the case fail.
    let xml = desk.audit(&line(*SOON), &["--format", "junit"]).stdout;
    assert!(xml.contains("failures=\"0\""), "{xml}");
    let strict = desk.audit(&line(*SOON), &["--format", "junit", "--fail-on", "warning"]);
    assert_eq!(strict.code, 1);
    assert!(
        strict.stdout.contains("failures=\"1\""),
        "{}",
        strict.stdout
    );
}

/// When a certificate ends is not known of one that was not seen.
#[test]
fn only_does_not_make_fine_what_was_not_seen() {
    let desk = Desk::new();
    let gone = format!("smtp://localhost:{}\n", closed_port().port());
    let run = desk.audit(&gone, &["--only", "expiring", "--format", "nagios"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(run.stdout.contains("refused"), "{}", run.stdout);
    // Also where the finding is left out.
    let ignored = ["--ignore", "connect-failed", "--format", "nagios"];
    assert_eq!(desk.audit(&gone, &ignored).code, 3);
    let only = ["--only", "name-mismatch", "--format", "nagios"];
    assert_eq!(desk.audit(&line(*GOOD), &only).code, 0);
}

/// A filter is not a verdict: a problem that was left out makes a target neither good nor bad.
#[test]
fn what_is_left_out_is_not_fine_in_any_format() {
    let desk = Desk::new();
    let wrong = serve(&PKI.identity(leaf(&["other.example"])));
    let own = serve(&Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256));
    let list = [wrong, own, *GOOD].map(line).concat();
    let only = ["--only", "expired"];
    let ignore = ["--ignore", "name-mismatch", "--ignore", "self-signed"];
    let with = |filter: &[&str], more: &[&str]| desk.audit(&list, &[filter, more].concat());
    for filter in [&only[..], &ignore] {
        let told = |format| with(filter, &["--format", format]).stdout;
        let table = told("table");
        let count = |word: &str| {
            let lines = table.lines().filter(|line| line.starts_with(word));
            lines.count()
        };
        assert_eq!((count("OK "), count("- ")), (1, 2), "{table}");
        assert!(
            ["name-mismatch", "self-signed"]
                .iter()
                .all(|code| { table.contains(&format!("left out by {}: {code}", filter[0])) }),
            "{table}"
        );
        let sums = "3 targets: 0 critical, 0 with warnings, 2 left out, 1 ok";
        assert!(table.contains(sums), "{table}");

        let run = with(filter, &["--format", "jsonl"]);
        assert_eq!(run.code, 0, "nothing that was asked for");
        assert!(run.stderr.contains(sums), "{}", run.stderr);
        let left_out = json_lines(&run.stdout).into_iter().map(|report| {
            testkit::program::check_schema(&report);
            assert_eq!(report["findings"].as_array().map(Vec::len), Some(0));
            match &report["left_out"][0] {
                Value::Null => String::new(),
                left => format!("{} {} {}", left["code"], left["severity"], left["accepted"]),
            }
        });
        let mut left_out: Vec<String> = left_out.map(|text| text.replace('"', "")).collect();
        left_out.sort();
        let expected = [
            "",
            "name-mismatch critical false",
            "self-signed critical false",
        ];
        assert_eq!(left_out, expected);

        let csv = told("csv");
        // Without findings no field has quotes.
        let left_out = csv.lines().filter_map(|line| line.split(',').nth(16));
        let mut left_out: Vec<&str> = left_out.collect();
        left_out.sort_unstable();
        let expected = ["", "left_out", "name-mismatch", "self-signed"];
        assert_eq!(left_out, expected, "{csv}");

        let xml = told("junit");
        assert_eq!(xml.matches("<skipped").count(), 2, "{xml}");
        assert!(
            xml.contains("disabled=\"2\"") || xml.contains("skipped=\"2\""),
            "{xml}"
        );

        let page = told("html");
        assert!(page.contains("<strong>2</strong> have findings that were not asked for"));
        assert!(page.contains("<strong>1</strong> need no action"));
        assert_eq!(page.matches("data-s=\"0.5\"").count(), 2);
        assert_eq!(page.matches("data-s=\"0\"").count(), 1);

        let metrics = told("prometheus");
        let counts = metrics
            .lines()
            .filter(|line| line.starts_with("smtp_certcheck_left_out_findings{"))
            .filter(|line| line.ends_with(" 1"));
        assert_eq!(counts.count(), 2, "{metrics}");

        let run = with(filter, &["--format", "nagios"]);
        assert_eq!(run.code, 3, "{}", run.stdout);
        assert!(
            run.stdout.starts_with("SMTP CERTS UNKNOWN - 3 targets: 0 critical, 0 with warnings, 2 with findings left out"),
            "{}",
            run.stdout
        );
        assert!(
            run.stdout.contains("\nUNKNOWN localhost:"),
            "{}",
            run.stdout
        );
    }
    // What is bad beside it stays bad.
    let run = with(&["--only", "self-signed"], &["--format", "nagios"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
}

/// A user who names a warning accepts it.
#[test]
fn a_warning_that_is_ignored_is_accepted() {
    let desk = Desk::new();
    let nagios = |args: &[&str]| {
        let args = [args, &["--format", "nagios"]].concat();
        desk.audit(&line(*SOON), &args).code
    };
    assert_eq!(nagios(&[]), 1);
    assert_eq!(nagios(&["--only", "expired"]), 3);
    assert_eq!(nagios(&["--ignore", "expiring"]), 0);
    assert_eq!(nagios(&["--only", "expired", "--ignore", "expiring"]), 0);
    // Not what is critical.
    assert_eq!(nagios(&["--ignore", "expiring", "--critical", "11"]), 3);
    let run = desk.audit(&line(*SOON), &["--ignore", "expiring", "--format", "jsonl"]);
    let report = &json_lines(&run.stdout)[0];
    assert_eq!(report["left_out"][0]["accepted"], true, "{report:#}");
    let run = desk.audit(&line(*SOON), &["--ignore", "expiring"]);
    assert!(
        run.stdout.contains("\nOK ") && run.stdout.contains(" 1 ok"),
        "{}",
        run.stdout
    );
    // A server that is busy was not seen.
    let busy = listen(busy);
    let list = format!("smtp://localhost:{}\n", busy.port());
    let run = desk.audit(
        &list,
        &["--ignore", "temporary-refusal", "--format", "nagios"],
    );
    assert_eq!(run.code, 3, "{}", run.stdout);
}

/// A filter that differs from the last one is not a change of the server.
#[test]
fn another_choice_is_not_a_change() {
    let desk = Desk::new();
    let none: &[&str] = &[];
    let only = &["--only", "name-mismatch"][..];
    let ignore = &["--ignore", "expiring"][..];
    for (then, now) in [
        (none, only),
        (only, none),
        (ignore, only),
        (ignore, none),
        (none, ignore),
    ] {
        desk.audit(&line(*SOON), &[then, &["--save", "last.jsonl"]].concat());
        let daily = [
            "--baseline",
            "last.jsonl",
            "--changes-only",
            "--format",
            "jsonl",
        ];
        let run = desk.audit(&line(*SOON), &[now, &daily].concat());
        assert_eq!(run.stdout, "", "{then:?} {now:?}");
    }
}

/// A file of ours that cannot be read is not the server's fault.
#[test]
fn an_unreadable_ca_file_comes_first_and_is_not_the_fault_of_others() {
    let desk = Desk::new();
    let list = line(*GOOD).trim().to_owned() + " cacerts=/nonexistent\n";
    let run = desk.audit(&list, &["--format", "jsonl"]);
    let report = &json_lines(&run.stdout)[0];
    let found = report["findings"].as_array().expect("findings");
    let codes: Vec<&str> = found.iter().filter_map(|f| f["code"].as_str()).collect();
    assert_eq!(codes, ["bad-ca-file"], "{report:#}");
    let run = desk.audit(&list, &["--format", "nagios"]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("bad-ca-file"), "{}", run.stdout);
}

#[test]
fn what_is_done_is_recorded_also_where_it_has_not_changed() {
    let desk = Desk::new();
    let list = [line(*GOOD), line(*SOON)].concat();
    desk.audit(&list, &["--save", "last.jsonl"]);
    for more in [&["--changes-only"][..], &["--quiet"]] {
        let args = ["--resume", "done.jsonl", "--baseline", "last.jsonl"];
        desk.audit(&list, &[&args[..], more].concat());
        assert_eq!(desk.read("done.jsonl").lines().count(), 2, "{more:?}");
    }
}

#[test]
fn a_dash_is_a_stream_and_no_file() {
    let desk = Desk::new();
    let run = desk.audit(&line(*GOOD), &["--format", "jsonl", "--output", "-"]);
    assert_eq!(json_lines(&run.stdout).len(), 1, "{}", run.stderr);
    let run = desk.audit(&line(*GOOD), &["--save", "-"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!desk.0.path().join("-").exists());
}

/// An expired certificate may still have a pin that counts.
#[test]
fn a_plugin_says_that_the_first_has_expired() {
    let desk = Desk::new();
    let mut params = leaf(&["localhost"]);
    params.not_before = now() - time::Duration::days(90);
    params.not_after = now() - time::Duration::days(5);
    let identity = PKI.identity(params);
    let pin = smtp_certcheck::fingerprint::Fingerprint::compute(
        smtp_certcheck::fingerprint::Algorithm::Sha256,
        &identity.chain[0],
    );
    let expired = serve(&identity);
    let list = format!("{} pin={pin}\n", line(expired).trim());
    let run = desk.audit(&list, &["--format", "nagios"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("the first has expired 5 days ago"),
        "{}",
        run.stdout
    );
}
