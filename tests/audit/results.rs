//! Audits: every verdict right, no target lost or doubled, whatever the order, the jobs and the
//! interruptions.
#![allow(
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "tests read and write files"
)]

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use testkit::mta::{Kind, Mta};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, Run, findings, finish, json_lines, program};
use testkit::raw::{busy, listen, relay, silent, without_starttls};
use testkit::server::{Behaviour, Server, serve};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Audit", KeyKind::P256));

/// Busy for the first client, then like the other server.
fn flapping(server: SocketAddr) -> SocketAddr {
    let seen = AtomicU32::new(0);
    listen(move |client| {
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            busy(client);
        } else {
            relay(client, server);
        }
    })
}

/// A closed port that no other server gets meanwhile.
fn nobody() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(600);
    SocketAddr::from(([127, 0, 0, 1], NEXT.fetch_add(1, Ordering::SeqCst)))
}

/// Servers of every kind with the outcome that is right for them.
struct Farm {
    list: String,
    truth: BTreeMap<String, &'static str>,
}

fn farm(of_each: usize) -> Farm {
    let good = PKI.identity(leaf(&["localhost"]));
    let expired = PKI.identity(expired_leaf(&["localhost"]));
    let other = Pki::new("Other", KeyKind::P256).identity(leaf(&["localhost"]));
    let inner = serve(&good);
    let mut farm = Farm {
        list: "# a farm\n\n".to_owned(),
        truth: BTreeMap::new(),
    };
    let mut add = |address: SocketAddr, outcome| {
        let target = format!("smtp://localhost:{}", address.port());
        farm.list += &format!("{target} label={outcome}\r\n");
        farm.truth.insert(target, outcome);
    };
    for _ in 0..of_each {
        add(serve(&good), "trusted");
        add(serve(&good), "trusted");
        add(serve(&good), "trusted");
        add(serve(&expired), "untrusted");
        add(serve(&other), "untrusted");
        add(nobody(), "unreachable");
        add(flapping(inner), "trusted");
        add(listen(without_starttls), "smtp-refused");
    }
    for _ in 0..of_each.div_ceil(4) {
        add(listen(silent), "unreachable");
    }
    farm
}

/// The command line for a list in a file; everything is on one address.
fn command(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let root = dir.file("root.pem", PKI.root_pem());
    let file = dir.file("list", list);
    let mut command = program();
    command.args([
        "audit",
        "--ehlo",
        "x",
        "--per-address",
        "500",
        "--pause",
        "0",
        // The servers have no IPv6.
        "-4",
    ]);
    command
        .arg("--input")
        .arg(file)
        .arg("--cacerts")
        .arg(root)
        .args(args);
    command
}

fn audit(list: &str, args: &[&str]) -> Run {
    let dir = Dir::new();
    finish(&mut command(&dir, list, args))
}

fn outcomes(text: &str) -> Vec<(String, String)> {
    let mut outcomes: Vec<(String, String)> = json_lines(text)
        .iter()
        .map(|report| {
            let text = |pointer| {
                report
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .expect("text")
            };
            (
                text("/target/input").to_owned(),
                text("/outcome").to_owned(),
            )
        })
        .collect();
    outcomes.sort();
    outcomes
}

fn is_the_truth(farm: &Farm, text: &str) {
    let truth = farm.truth.iter();
    let truth: Vec<(String, String)> = truth
        .map(|(target, outcome)| (target.clone(), (*outcome).to_owned()))
        .collect();
    assert_eq!(outcomes(text), truth);
}

#[test]
fn every_verdict_is_right_whatever_the_jobs() {
    let farm = farm(12);
    for jobs in ["4", "64", "1000"] {
        let args = ["--format", "jsonl", "--timeout", "4", "--jobs", jobs];
        let run = audit(&farm.list, &args);
        assert_eq!(run.code, 1, "{}", run.stderr);
        is_the_truth(&farm, &run.stdout);
        assert!(run.stderr.contains("99 targets: "), "{}", run.stderr);
    }
}

#[test]
fn findings_have_severities_and_decide_the_exit_code() {
    let soon = {
        let mut params = leaf(&["localhost"]);
        params.not_after = testkit::pki::now() + time::Duration::days(10);
        serve(&PKI.identity(params))
    };
    let good = serve(&PKI.identity(leaf(&["localhost"])));
    let list = format!("localhost:{}\nlocalhost:{}\n", soon.port(), good.port());
    let codes = |args: &[&str]| {
        let run = audit(&list, &[&["--format", "jsonl"], args].concat());
        let reports = json_lines(&run.stdout);
        let mut all: Vec<String> = reports.iter().flat_map(findings).collect();
        all.sort();
        (run.code, all)
    };
    assert_eq!(codes(&[]), (0, vec!["expiring warning".to_owned()]));
    assert_eq!(codes(&["--fail-on", "warning"]).0, 1);
    assert_eq!(
        codes(&["--critical", "11"]),
        (1, vec!["expiring critical".to_owned()])
    );
    assert_eq!(codes(&["--critical", "11", "--fail-on", "never"]).0, 0);
    assert_eq!(
        codes(&["--fail-on", "warning", "--ignore", "expiring"]),
        (0, vec![])
    );
    assert_eq!(
        codes(&["--only", "expired", "--critical", "11"]),
        (0, vec![])
    );
    assert_eq!(codes(&["--warning", "5", "--critical", "2"]), (0, vec![]));
}

#[test]
fn columns_of_the_list_count() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let port = serve(&identity).port();
    let other = Pki::new("Other", KeyKind::P256);
    let foreign = other.identity(leaf(&["mx.test"]));
    let foreign_port = serve(&foreign).port();
    let dir = Dir::new();
    let root = dir.file("other.pem", other.root_pem());
    let pin = |identity: &Identity| {
        use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
        Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
    };
    let cases = [
        (
            format!("localhost:{port} pin={}", pin(&identity)),
            "trusted",
        ),
        (
            format!("localhost:{port} pin={}", pin(&foreign)),
            "untrusted",
        ),
        (
            format!(
                "localhost:{port} pin={} pin={}",
                pin(&foreign),
                pin(&identity)
            ),
            "trusted",
        ),
        (
            format!("localhost:{foreign_port} pin={}", pin(&foreign)),
            "pinned",
        ),
        (
            format!("localhost:{foreign_port} servername=mx.test"),
            "untrusted",
        ),
        (
            format!(
                "localhost:{foreign_port} servername=mx.test cacerts={}",
                root.display()
            ),
            "trusted",
        ),
        (
            format!("localhost:{port} cacerts={}", root.display()),
            "untrusted",
        ),
        (
            format!("localhost:{port} cacerts=/nonexistent"),
            "untrusted",
        ),
    ];
    for (line, outcome) in cases {
        let run = audit(&line, &["--format", "jsonl"]);
        let found = outcomes(&run.stdout);
        assert_eq!(found.len(), 1, "{line}: {}", run.stderr);
        assert_eq!(found[0].1, outcome, "{line}: {}", run.stdout);
    }
}

#[test]
fn bad_lines_are_named_and_stop_nothing() {
    let port = serve(&PKI.identity(leaf(&["localhost"]))).port();
    let list =
        format!("localhost:{port}\na b\n# fine\n\nlocalhost:99999\nlocalhost:{port} label=x\n");
    let run = audit(&list, &["--format", "jsonl"]);
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (2, 2),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("list:2: ") && run.stderr.contains("list:5: "),
        "{}",
        run.stderr
    );
    let run = audit(&list, &["--format", "jsonl", "--strict"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("list:2: "), "{}", run.stderr);
}

#[test]
fn the_list_is_a_stream() {
    let port = serve(&PKI.identity(leaf(&["localhost"]))).port();
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let mut command = program();
    command
        .args(["audit", "--format", "jsonl", "--input", "-", "--cacerts"])
        .arg(root);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("its input");
    writeln!(input, "localhost:{port}").expect("a line");
    // The first result comes while the list goes on.
    let mut line = String::new();
    let mut output = std::io::BufReader::new(child.stdout.take().expect("its output"));
    std::io::BufRead::read_line(&mut output, &mut line).expect("a result");
    assert!(line.contains("\"outcome\":\"trusted\""), "{line}");
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn one_connection_to_an_address_at_a_time() {
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let inner = serve(&PKI.identity(leaf(&["localhost"])));
    let mut list = String::new();
    for _ in 0..8 {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        let address = listen(move |client| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(50));
            relay(client, inner);
            now.fetch_sub(1, Ordering::SeqCst);
        });
        list += &format!("smtp://localhost:{}\n", address.port());
    }
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let file = dir.file("list", &list);
    let started = Instant::now();
    let mut command = program();
    command.args([
        "audit", "--pause", "0.1", "--ehlo", "x", "--format", "jsonl", "-4",
    ]);
    let run = finish(command.arg("--input").arg(file).arg("--cacerts").arg(root));
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (0, 8),
        "{}",
        run.stderr
    );
    assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} at once");
    assert!(
        started.elapsed() > Duration::from_millis(8 * 50 + 7 * 100),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn silent_servers_do_not_delay_others() {
    // Ten that never answer, and thirty that do: one deadline is enough for all.
    let good = PKI.identity(leaf(&["localhost"]));
    let mut list = String::new();
    for _ in 0..10 {
        list += &format!("smtp://localhost:{}\n", listen(silent).port());
    }
    for _ in 0..30 {
        list += &format!("smtp://localhost:{}\n", serve(&good).port());
    }
    let started = Instant::now();
    let run = audit(
        &list,
        &["--format", "jsonl", "--timeout", "3", "--jobs", "40"],
    );
    assert_eq!(run.stdout.lines().count(), 40, "{}", run.stderr);
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn few_files_may_be_open() {
    let farm = farm(10);
    let dir = Dir::new();
    let command = command(&dir, &farm.list, &["--format", "jsonl", "--timeout", "6"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 64; exec \"$@\"", "sh"]);
    limited
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    let run = finish(&mut limited);
    assert!(run.stderr.contains("only 8 at once"), "{}", run.stderr);
    is_the_truth(&farm, &run.stdout);
}

// ------------------------------------------------------------------------------- interruptions

fn interrupt(mut child: Child, after: Duration, signal: Signal) -> i32 {
    std::thread::sleep(after);
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    let _ = kill(pid, signal);
    child.wait().expect("it ends").code().unwrap_or(-1)
}

#[test]
fn interrupted_and_resumed_is_the_same_as_once() {
    let farm = farm(12);
    let dir = Dir::new();
    for (turn, signal) in [
        (1, Signal::SIGINT),
        (2, Signal::SIGTERM),
        (3, Signal::SIGKILL),
        (4, Signal::SIGINT),
    ] {
        let results = dir.path().join(format!("results{turn}"));
        let resume = results.to_str().expect("UTF-8");
        let args = ["--resume", resume, "--timeout", "3", "--jobs", "3"];
        let mut codes = Vec::new();
        for stop in 1..=3 {
            let mut command = command(&dir, &farm.list, &args);
            let child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            codes.push(interrupt(
                child,
                Duration::from_millis(150 * stop + 40 * turn),
                signal,
            ));
        }
        if signal != Signal::SIGKILL {
            assert!(codes.contains(&130), "{codes:?}");
        }
        // A crash may tear the last line.
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&results)
            .expect("results");
        write!(file, "{{\"schema\":1,\"target\":{{\"inp").expect("a torn line");
        let run = finish(&mut command(
            &dir,
            &farm.list,
            &["--resume", resume, "--timeout", "3"],
        ));
        assert_eq!(run.stdout, "", "{}", run.stderr);
        is_the_truth(&farm, &std::fs::read_to_string(&results).expect("results"));
        // The exit code covers the complete file, even if nothing remains to be done.
        assert_eq!(run.code, 1, "{}", run.stderr);
        let last = ["--resume", resume, "--timeout", "3"];
        let run = finish(&mut command(&dir, &farm.list, &last));
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("done before: "), "{}", run.stderr);
        assert!(!run.stderr.contains("has no targets"), "{}", run.stderr);
    }
}

#[test]
fn a_second_interruption_ends_it_at_once() {
    let list = format!(
        "smtp://localhost:{}\n",
        serve(&PKI.identity(leaf(&["localhost"]))).port()
    );
    let dir = Dir::new();
    let args = ["--format", "jsonl", "--jobs", "4"];
    // Nothing reads the output, so results cannot be written.
    let mut child = command(&dir, &list.repeat(300), &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_secs(2));
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, Signal::SIGINT).expect("alive");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(child.try_wait().expect("a child"), None);
    kill(pid, Signal::SIGINT).expect("alive");
    let started = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if started.elapsed() > Duration::from_secs(10) {
            child.kill().expect("alive");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().expect("ended").code(), Some(130));
}

/// Immediately, whatever it waits for, and silently.
#[test]
fn a_reader_that_leaves_ends_it() {
    let good = serve(&PKI.identity(leaf(&["localhost"]))).port();
    let good = format!("smtp://localhost:{good}\n");
    let tarpit = format!("smtp://localhost:{}\n", listen(silent).port());
    let dir = Dir::new();
    let piped = |list: &str, script: &str| {
        let command = command(&dir, list, &["--format", "jsonl", "--timeout", "30"]);
        let mut shell = Command::new("bash");
        shell
            .args(["-c", &format!("set -o pipefail; {script}"), "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        let started = Instant::now();
        let run = finish(shell.stdin(Stdio::null()));
        assert!(started.elapsed() < Duration::from_secs(10), "{script}");
        run
    };
    // Another line is written after the first, or nothing is.
    for list in [
        format!("{tarpit}{}", good.repeat(20)),
        format!("{tarpit}{good}"),
    ] {
        let run = piped(&list, "\"$@\" | head -n 1");
        assert_eq!(run.stdout.lines().count(), 1, "{}", run.stderr);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    }
    // Standard input stays open, and nothing comes.
    let mut command = program();
    command.args(["audit", "--format", "jsonl", "--input", "-", "localhost:1"]);
    let mut idle = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut results = BufReader::new(idle.stdout.take().expect("its output"));
    results.read_line(&mut line).expect("a result");
    drop(results);
    let started = Instant::now();
    while idle.try_wait().expect("a child").is_none() && started.elapsed().as_secs() < 10 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = idle.try_wait().expect("a child");
    let _ = idle.kill();
    assert_eq!(ended.and_then(|status| status.code()), Some(1));
    let run = piped(&format!("{tarpit}{good}"), "\"$@\" > /dev/full");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with("error: cannot write"),
        "{}",
        run.stderr
    );
}

// ------------------------------------------------------------------------------- comparisons

#[test]
fn the_baseline_shows_what_has_changed() {
    let first = PKI.identity(leaf(&["localhost"]));
    let servers: Vec<Server> = (0..4)
        .map(|_| Server::start(&first, Behaviour::default()))
        .collect();
    let target = |server: &Server| format!("localhost:{}", server.port());
    let dir = Dir::new();
    let list: String = servers
        .iter()
        .take(3)
        .map(|server| target(server) + "\n")
        .collect();
    let run = finish(&mut command(&dir, &list, &["--format", "jsonl"]));
    let baseline = dir.file("baseline", &run.stdout);
    let baseline = baseline.to_str().expect("UTF-8");
    servers[1].renew(&PKI.identity(expired_leaf(&["localhost"])));
    let list: String = servers
        .iter()
        .skip(1)
        .map(|server| target(server) + "\n")
        .collect();
    let args = [
        "--format",
        "jsonl",
        "--baseline",
        baseline,
        "--changes-only",
    ];
    let run = finish(&mut command(&dir, &list, &args));
    let mut changes: Vec<(String, String)> = json_lines(&run.stdout)
        .iter()
        .map(|report| {
            let input = report["target"]["input"]
                .as_str()
                .expect("a target")
                .to_owned();
            (input, report["changes"].to_string())
        })
        .collect();
    changes.sort();
    let mut expected = vec![
        (
            target(&servers[1]),
            "[\"new-key\",\"expiry\",\"worse\"]".to_owned(),
        ),
        (target(&servers[3]), "[\"new\"]".to_owned()),
    ];
    expected.sort();
    assert_eq!(changes, expected);
    assert!(run.stderr.contains("Gone from the list") && run.stderr.contains(&target(&servers[0])));
    // A file that is not an audit is an error with its line.
    let junk = dir.file("junk", "{}\n");
    let run = finish(&mut command(
        &dir,
        &list,
        &["--baseline", junk.to_str().expect("UTF-8")],
    ));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("junk:1: "), "{}", run.stderr);
}

#[test]
fn shards_divide_the_list() {
    let farm = farm(4);
    let mut all: Vec<(String, String)> = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let run = audit(
            &farm.list,
            &["--format", "jsonl", "--timeout", "3", "--shard", shard],
        );
        all.extend(outcomes(&run.stdout));
    }
    all.sort();
    let truth = farm
        .truth
        .iter()
        .map(|(target, outcome)| (target.clone(), (*outcome).to_owned()));
    assert_eq!(all, truth.collect::<Vec<_>>());
}

// ------------------------------------------------------------------------------- formats

/// A certificate whose names try everything.
fn hostile() -> SocketAddr {
    let mut params = leaf(&["localhost"]);
    let name = "=1+1\n\"x\",<b>&\u{1b}[2J\u{202e} {}\\";
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params.not_after = testkit::pki::now() + time::Duration::days(10);
    serve(&PKI.identity(params))
}

fn python(script: &str, input: &str) -> String {
    let mut child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("writing");
    drop(stdin);
    let output = child.wait_with_output().expect("its output");
    assert!(output.status.success(), "{script}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn readers_that_we_did_not_write_can_read_it() {
    let farm = farm(2);
    let list = format!("{}localhost:{} label==x\n", farm.list, hostile().port());
    let all = farm.truth.len() + 1;
    let run = |format| audit(&list, &["--format", format, "--timeout", "3"]);
    let csv = run("csv");
    let script = "import csv,sys;r=list(csv.DictReader(sys.stdin,strict=True));\
                  print(len(r),sum(x['outcome']=='trusted' for x in r),\
                  any(v[:1] in '=+@' and v for x in r for v in x.values()))";
    assert_eq!(
        python(script, &csv.stdout).trim(),
        format!("{all} 9 False"),
        "{}",
        csv.stdout
    );
    let junit = run("junit");
    let script = "import sys,xml.etree.ElementTree as E;r=E.fromstring(sys.stdin.read());\
                  print(len(r.findall('.//testcase')),len(r.findall('.//failure')))";
    let failures = farm
        .truth
        .values()
        .filter(|outcome| **outcome != "trusted")
        .count();
    assert_eq!(
        python(script, &junit.stdout).trim(),
        format!("{all} {failures}")
    );
    for text in [
        csv.stdout,
        junit.stdout,
        run("prometheus").stdout,
        run("table").stdout,
    ] {
        let harmless = |c: char| c == '\n' || !smtp_certcheck::escape::is_unsafe(c);
        assert!(text.chars().all(harmless), "{text:?}");
    }
}

#[test]
fn metrics_are_what_promtool_expects() {
    const TEST: &str = "metrics_are_what_promtool_expects";
    let Some(mut promtool) = testkit::system::promtool(TEST) else {
        return;
    };
    let farm = farm(2);
    let list = format!(
        "{}localhost:{port} label=\"quoted\"\nlocalhost:{port} servername=other.example\n",
        farm.list,
        port = hostile().port()
    );
    let dir = Dir::new();
    let file = dir.path().join("smtp.prom");
    let args = [
        "--format",
        "prometheus",
        "--timeout",
        "3",
        "--output",
        file.to_str().expect("UTF-8"),
    ];
    let run = finish(&mut command(&dir, &list, &args));
    assert_eq!(run.stdout, "", "{}", run.stderr);
    let metrics = std::fs::File::open(&file).expect("the metrics");
    let output = promtool.args(["check", "metrics"]).stdin(metrics).output();
    let output = output.expect("promtool");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = std::fs::read_to_string(&file).expect("the metrics");
    let trusted = text
        .lines()
        .filter(|line| line.starts_with("smtp_certcheck_trusted{"));
    assert_eq!(trusted.count(), farm.truth.len() + 2);
    the_series_tell_servers_findings_and_certificates(&text);
    // With -q nothing is printed: cron would send it, every time.
    let run = finish(command(&dir, &list, &args).arg("-q"));
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    // Nothing else is left in the directory.
    let names = std::fs::read_dir(dir.path()).expect("a directory").count();
    assert_eq!(names, 3);
}

/// Which server, which finding, which certificate: as labels.
fn the_series_tell_servers_findings_and_certificates(text: &str) {
    let series = |name: &str| -> Vec<&str> {
        let begin = format!("smtp_certcheck_{name}{{");
        let lines = text.lines().filter(|line| line.starts_with(&begin));
        lines.collect()
    };
    for line in series("trusted") {
        assert!(line.contains(",host=\"localhost\",port=\""), "{line}");
    }
    let expired = series("finding")
        .into_iter()
        .filter(|line| line.contains(",code=\"expired\",severity=\"critical\"} 1"));
    assert_eq!(expired.count(), 2);
    let info = series("info");
    assert_eq!(info.len(), series("not_after_timestamp_seconds").len());
    let all = regex::Regex::new(
        r#",issuer="CN=.*",serial="[0-9a-f]+",sha256="[0-9a-f]{64}",tls_version="TLSv1\.3"\} 1$"#,
    );
    let all = all.expect("a pattern");
    let whole = info.iter().filter(|line| all.is_match(line));
    assert!(whole.count() >= 6, "{info:?}");
    // The intermediates last for longer: the leaf is the first of the chain to expire.
    let ends = |name: &str| {
        let ends = series(name).into_iter();
        ends.filter_map(|line| line.rsplit_once(' ').map(|(_, end)| end.to_owned()))
            .collect::<Vec<_>>()
    };
    let leaf = ends("not_after_timestamp_seconds");
    assert_eq!(ends("chain_not_after_timestamp_seconds"), leaf);
}

#[test]
fn the_table_is_for_people() {
    let farm = farm(1);
    let run = audit(&farm.list, &["--timeout", "2"]);
    assert_eq!(run.code, 1);
    for text in [
        "VERDICT   TARGET ",
        "CRITICAL  ",
        "OK        ",
        "  connect-failed\n",
        "          connect-failed: ",
        "By outcome",
        "By finding",
        "Expiring next",
        "9 targets:",
    ] {
        assert!(run.stdout.contains(text), "{text}: {}", run.stdout);
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn nothing_to_do_is_wrong_usage() {
    let run = finish(program().arg("audit"));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    let run = finish(program().args(["audit", "--input", "/nonexistent"]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("/nonexistent"), "{}", run.stderr);
}

// ------------------------------------------------------------------------------- real servers

#[test]
fn real_servers_in_one_list() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let mut list = String::new();
    let mut running = Vec::new();
    for kind in Kind::ALL {
        let Some(mta) = Mta::for_test("real_servers_in_one_list", kind, &identity) else {
            return;
        };
        list += &format!("smtp://localhost:{} label={kind}\n", mta.starttls_port());
        list += &format!("smtps://localhost:{} label={kind}\n", mta.smtps_port());
        running.push(mta);
    }
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let file = dir.file("list", &list);
    let mut command = program();
    command
        .args(["audit", "--format", "jsonl", "-4", "--input"])
        .arg(file);
    let run = finish(command.arg("--cacerts").arg(root));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let found = outcomes(&run.stdout);
    assert_eq!(found.len(), 6);
    assert!(
        found.iter().all(|(_, outcome)| outcome == "trusted"),
        "{found:?}"
    );
}

/// What `script` shows of a terminal while the audit runs.
#[test]
fn the_bar_knows_how_many_there_are() {
    let good = serve(&PKI.identity(leaf(&["localhost"])));
    let list = format!("# list\nsmtp://localhost:{}\n", good.port()).repeat(300);
    let dir = Dir::new();
    let file = dir.path().join("list");
    for from_file in [true, false] {
        let mut command = command(&dir, &list, &["--format", "jsonl", "--jobs", "4"]);
        command.arg("--output").arg(dir.path().join("out"));
        let line: Vec<String> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|arg| format!("'{}'", arg.to_str().expect("UTF-8")))
            .collect();
        let mut line = line.join(" ");
        if !from_file {
            let file = format!("'{}'", file.display());
            line = format!("cat {file} | {}", line.replace(&file, "-"));
        }
        let log = dir.path().join("typescript");
        let status = Command::new("script")
            .args(["-qec", &line, log.to_str().expect("UTF-8")])
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        assert!(status.expect("script of util-linux").success());
        let shown = std::fs::read_to_string(&log).expect("what was shown");
        // The number of targets in a stream is known once it has been read to the end.
        assert!(shown.contains("/300, "), "{from_file}: {shown}");
        assert!(shown.contains(" left"), "{shown}");
        let early = (1..100).any(|n| shown.contains(&format!(" {n}/300, ")));
        assert!(early || !from_file, "{shown}");
    }
}

#[test]
fn a_monitoring_plugin_has_states_of_its_own() {
    let soon = {
        let mut params = leaf(&["localhost"]);
        params.not_after = testkit::pki::now() + time::Duration::days(10);
        serve(&PKI.identity(params))
    };
    let expired = serve(&PKI.identity(expired_leaf(&["localhost"])));
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let check = |target: String, args: &[&str]| {
        let mut command = program();
        command
            .args([target.as_str(), "--format", "nagios", "--cacerts"])
            .arg(&root);
        let run = finish(command.args(args));
        // Below the line there is nothing but what to do about a problem.
        let (line, below) = run.stdout.split_once('\n').expect("a line");
        let advice = below.starts_with("-> ") && below.lines().count() == 1;
        let has_problem = !line.contains("trusted, ");
        assert!(
            advice == has_problem && (advice || below.is_empty()),
            "{}",
            run.stdout
        );
        (run.code, line.to_owned())
    };
    let at = |address: SocketAddr| format!("smtp://localhost:{}", address.port());
    // Of its forty days a third and a sixth.
    let (ended, line) = check(at(soon), &[]);
    assert_eq!(ended, 1, "{line}");
    assert!(
        line.starts_with("SMTP CERT WARNING - ") && days(&line).ends_with(";13.33333:;6.66666:"),
        "{line}"
    );
    for (args, code, word, perf) in [
        (
            &["--warning", "21", "--critical", "7"][..],
            1,
            "WARNING",
            "21:;7:",
        ),
        (&["--warning", "5", "--critical", "3"], 0, "OK", "5:;3:"),
        (
            &["--warning", "21", "--critical", "12"],
            2,
            "CRITICAL",
            "21:;12:",
        ),
        (
            &["--warning", "@5:15", "--critical", "~:100"],
            1,
            "WARNING",
            "@5:15;~:100",
        ),
    ] {
        let (ended, line) = check(at(soon), args);
        assert_eq!(ended, code, "{line}");
        assert!(line.starts_with(&format!("SMTP CERT {word} - ")), "{line}");
        let days = days(&line);
        assert!(
            days == format!("9;{perf}") || days == format!("10;{perf}"),
            "{line}"
        );
        // The date, and how long it took.
        let date = (testkit::pki::now() + time::Duration::days(10)).date();
        assert!(line.contains(&format!(" days, on {date} | ")), "{line}");
        let time = line
            .split(" time=")
            .nth(1)
            .and_then(|time| time.strip_suffix("s;;;0"));
        let time: f64 = time.expect("a time").parse().expect("a number");
        assert!(time > 0.0 && time < 60.0, "{line}");
    }
    let (code, line) = check(at(expired), &[]);
    assert!(code == 2 && line.contains("expired"), "{line}");
    let (code, line) = check(at(nobody()), &[]);
    assert!(
        code == 2
            && line.contains("refused")
            && line.contains(" | time=")
            && !line.contains("days"),
        "{line}"
    );
    // What could not be checked at all is unknown.
    let mut command = program();
    command.args([&at(soon), "--format", "nagios", "--cacerts", "/nonexistent"]);
    assert_eq!(finish(&mut command).code, 3);
}

/// The days in the performance data of a line.
fn days(line: &str) -> &str {
    let (_, data) = line.split_once(" | days=").expect("performance data");
    data.split_whitespace().next().expect("a number")
}

/// A plugin's line about a saved chain, at a time before its end.
fn plugin_before_the_end(
    pki: &Pki,
    (lifetime, left): (time::Duration, time::Duration),
    args: &[&str],
) -> (i32, String) {
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let mut params = leaf(&["localhost"]);
    let begin = testkit::pki::now().replace_nanosecond(0).expect("a time");
    (params.not_before, params.not_after) = (begin, begin + lifetime);
    let chain = dir.file("chain.pem", pki.identity(params).chain_pem());
    let at = (begin + lifetime - left).format(&time::format_description::well_known::Rfc3339);
    let mut command = program();
    command.args(["--servername", "localhost", "--format", "nagios", "--at"]);
    command
        .arg(at.expect("RFC 3339"))
        .arg("--cacerts")
        .arg(root);
    let run = finish(command.arg("--chain").arg(chain).args(args));
    (run.code, run.stdout)
}

/// The state that the performance data report.
fn state_of(performance: &str) -> i32 {
    let first = performance.split_whitespace().next().expect("days");
    let (_, data) = first.split_once('=').expect("a label");
    let numbers = data
        .split(';')
        .map(|part| part.trim_end_matches(':').parse());
    let numbers: Vec<f64> = numbers.map(|number| number.expect("a number")).collect();
    assert_eq!(numbers.len(), 3, "{performance}");
    let (left, warning, critical) = (numbers[0], numbers[1], numbers[2]);
    i32::from(left < warning) + i32::from(left < critical)
}

#[test]
fn thresholds_follow_the_lifetime_to_the_second() {
    use time::Duration as D;
    let second = D::SECOND;
    for (lifetime, warning, critical) in [
        (D::hours(2), D::minutes(40), D::minutes(20)),
        (D::hours(5), D::minutes(100), D::minutes(50)),
        (D::days(6), D::days(2), D::days(1)),
        // A third of it is not a number of seconds: rounding down leaves one second too little.
        (
            D::days(6) + second,
            D::days(2) + second,
            D::days(1) + second,
        ),
        (D::hours(160), D::minutes(3200), D::minutes(1600)),
        (D::days(45), D::days(15), D::days(7)),
        (D::days(90), D::days(21), D::days(7)),
        (D::days(398), D::days(21), D::days(7)),
    ] {
        for (left, state) in [
            (lifetime, 0),
            (warning, 0),
            (warning - second, 1),
            (critical, 1),
            (critical - second, 2),
            (D::ZERO, 2),
        ] {
            let (code, line) = plugin_before_the_end(&PKI, (lifetime, left), &[]);
            assert_eq!(code, state, "{lifetime} {left}: {line}");
            let (text, performance) = line.split_once(" | ").expect("performance data");
            assert_eq!(state_of(performance), state, "{lifetime} {left}: {line}");
            let is_short = left < D::days(1);
            assert_eq!(text.contains("hour"), is_short, "{line}");
        }
    }
}

#[test]
fn thresholds_that_are_given_count_as_given() {
    use time::Duration as D;
    let days = (D::days(6), D::days(3));
    for (args, state, perf) in [
        (
            &["--warning", "21", "--critical", "7"][..],
            2,
            "days=3;21:;7:",
        ),
        (
            &["--warning", "50%", "--critical", "20%"],
            0,
            "days=3;3:;1.2:",
        ),
        (
            &["--warning", "50.01%", "--critical", "20%"],
            1,
            "days=3;3.0006:;1.2:",
        ),
        (
            &["--warning", "72h", "--critical", "71h"],
            0,
            "days=3;3:;2.95833:",
        ),
        (
            &["--warning", "73h", "--critical", "10%"],
            1,
            "days=3;3.04166:;0.6:",
        ),
        (&["--warning", "100%", "--critical", "72.1h"], 3, ""),
        (&["--warning", "0", "--critical", "0"], 0, "days=3;0:;0:"),
        // What is critical is not more than a third of a warning that is given alone.
        (&["--warning", "4"], 1, "days=3;4:;1:"),
        (&["--warning", "30h"], 0, "days=3;1.25:;0.41666:"),
        (
            &["--critical", "auto", "--warning", "auto"],
            0,
            "days=3;2:;1:",
        ),
        (&["--critical", "1.5:"], 0, "days=3;2:;1.5:"),
    ] {
        let (code, line) = plugin_before_the_end(&PKI, days, args);
        assert_eq!(code, state, "{args:?}: {line}");
        if state < 3 {
            let (_, data) = line.split_once(" | ").expect("performance data");
            let mut data = data.split_whitespace();
            assert_eq!(data.next(), Some(perf), "{args:?}");
            // The leaf is the one that matters here; the intermediate has its own.
            let same = perf.replace("days=", "days_chain_elem1=");
            assert_eq!(data.next(), Some(same.as_str()), "{args:?}");
            assert!(
                data.next()
                    .is_some_and(|data| data.starts_with("days_chain_elem2="))
            );
            assert_eq!(
                data.next(),
                None,
                "no server was asked, so there is no time"
            );
        }
    }
}

/// What is critical comes first, whatever is left.
#[test]
fn a_warning_that_can_never_come_is_refused() {
    let dir = Dir::new();
    let list = dir.file("list", "localhost:1\n");
    let list = list.to_str().expect("UTF-8");
    for (warning, critical) in [
        (Some("7"), "80"),
        (Some("72h"), "4"),
        (Some("10%"), "11%"),
        (None, "80"),
        (None, "40%"),
    ] {
        let mut levels = vec!["--critical", critical];
        levels.extend(warning.iter().flat_map(|warning| ["--warning", warning]));
        let one = [&["localhost:1", "--format", "nagios"][..], &levels].concat();
        let run = testkit::program::run(one);
        assert_eq!(run.code, 3, "{levels:?}: {}", run.stdout);
        assert!(run.stderr.contains("can never come"), "{}", run.stderr);
        let many = [&["audit", "--input", list][..], &levels].concat();
        let run = testkit::program::run(many);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{levels:?}");
        assert!(
            run.stderr.contains("can never come") && run.stderr.contains("--warning 0"),
            "{}",
            run.stderr
        );
    }
    // In a range, too.
    let run = testkit::program::run([
        "localhost:1",
        "--format=nagios",
        "--warning=@5:9",
        "--critical=10",
    ]);
    assert_eq!(run.code, 3, "{}", run.stdout);
}

#[test]
fn lines_of_a_list_have_thresholds_of_their_own() {
    let server = |lifetime: time::Duration, left: time::Duration| {
        let mut params = leaf(&["localhost"]);
        params.not_after = testkit::pki::now() + left;
        params.not_before = params.not_after - lifetime;
        serve(&PKI.identity(params)).port()
    };
    use time::Duration as D;
    let [fresh, third, ten] = [
        server(D::days(6), D::days(6) - D::hours(1)),
        server(D::days(6), D::hours(47)),
        server(D::days(90), D::days(10) + D::hours(1)),
    ];
    let found = |list: &str, args: &[&str]| {
        let run = audit(list, &[&["--format", "jsonl"], args].concat());
        let reports = json_lines(&run.stdout);
        let found = reports.iter().map(|report| {
            let found = report["findings"].as_array().expect("findings");
            found.first().map_or(String::new(), |finding| {
                let text = |field: &str| finding[field].as_str().unwrap_or_default().to_owned();
                assert_eq!(text("code"), "expiring", "{report:#}");
                text("severity")
            })
        });
        (found.collect::<Vec<_>>(), run.stderr)
    };
    let one = |port: u16, columns: &str, args: &[&str]| {
        let (mut found, _) = found(&format!("localhost:{port} {columns}\n"), args);
        found.swap_remove(0)
    };
    assert_eq!(one(fresh, "", &[]), "");
    assert_eq!(one(third, "", &[]), "warning");
    assert_eq!(one(ten, "", &[]), "warning");
    assert_eq!(
        one(fresh, "", &["--warning", "21", "--critical", "7"]),
        "critical"
    );
    assert_eq!(one(fresh, "warning=6", &[]), "warning");
    assert_eq!(one(third, "warning=24h", &[]), "");
    assert_eq!(one(third, "critical=33%", &[]), "critical");
    assert_eq!(one(ten, "warning=10%", &[]), "");
    assert_eq!(
        one(ten, "warning=auto", &["--warning", "9", "--critical", "1"]),
        "warning"
    );
    assert_eq!(one(ten, "warning=9 critical=3", &["--warning", "30"]), "");
    // Each for itself, and a pair that cannot be is a bad line, whichever half is its own.
    let list = format!("localhost:{ten} critical=80\nlocalhost:{fresh}\n");
    let (levels, told) = found(&list, &[]);
    assert_eq!(levels, [""]);
    assert!(
        told.contains("list:1: ") && told.contains("can never come"),
        "{told}"
    );
    let list = format!("localhost:{fresh}\nlocalhost:{ten} warning=5\n");
    let run = audit(&list, &["--critical", "10", "--warning", "30", "--strict"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("list:2: a warning at 5 days"),
        "{}",
        run.stderr
    );
    // The performance data concern the target that matters.
    let list = format!("localhost:{fresh}\nlocalhost:{ten}\n");
    let run = audit(&list, &["--format", "nagios"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let first = run.stdout.lines().next().unwrap_or_default();
    assert!(
        first.contains("the next expires in 5 days") && first.contains(" days=10;21:;7: slowest="),
        "{first}"
    );
}

/// The first line of a plugin is the one that is shown and sent.
#[test]
fn several_targets_are_one_plugin_whose_first_line_is_about_the_worst() {
    let good = serve(&PKI.identity(leaf(&["localhost"])));
    let soon = {
        let mut params = leaf(&["localhost"]);
        params.not_after = testkit::pki::now() + time::Duration::days(10);
        serve(&PKI.identity(params))
    };
    let expired = serve(&PKI.identity(expired_leaf(&["localhost"])));
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let at = |address: SocketAddr| format!("localhost:{}", address.port());
    let (good, soon, expired, nobody) = (at(good), at(soon), at(expired), at(nobody()));
    let check = |targets: &[&String]| {
        let mut command = program();
        command.args([
            "--no-hgrc",
            "--tls",
            "starttls",
            "--format",
            "nagios",
            "--cacerts",
        ]);
        let run = finish(command.arg(&root).args(targets));
        let (first, rest) = run.stdout.split_once('\n').expect("a line");
        let rest: Vec<String> = rest.lines().map(ToOwned::to_owned).collect();
        (run.code, first.to_owned(), rest)
    };
    for targets in [
        [&good, &soon, &expired],
        [&expired, &good, &soon],
        [&soon, &expired, &good],
        [&good, &expired, &soon],
    ] {
        let (code, first, rest) = check(&targets);
        assert_eq!(code, 2, "{first}");
        let begin = format!(
            "SMTP CERT CRITICAL - 3 targets: 1 critical, 1 with warnings; {expired}: expired: "
        );
        assert!(first.starts_with(&begin), "{first}");
        let words: Vec<&str> = rest
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(words, ["CRITICAL", "WARNING", "OK"], "{rest:?}");
        let (_, data) = first.split_once(" | ").expect("performance data");
        let mut labels: Vec<&str> = data
            .split(' ')
            .filter_map(|one| one.split('=').next())
            .collect();
        labels.sort_unstable();
        let expected = ["days", "time"];
        let expected = expected.map(|label| targets.map(|target| format!("{label}_{target}")));
        let mut expected = expected.concat();
        expected.sort();
        assert_eq!(labels, expected, "{first}");
        let text = first.clone() + &rest.concat();
        assert_eq!(text.matches('|').count(), 1, "{text}");
    }
    let (code, first, _) = check(&[&good, &nobody]);
    assert_eq!(code, 2, "{first}");
    assert!(
        first.starts_with("SMTP CERT CRITICAL - 2 targets: 1 critical, "),
        "{first}"
    );
    assert_eq!(first.matches("days_").count(), 1, "{first}");
    let (code, first, _) = check(&[&good, &soon]);
    assert!(
        code == 1 && first.starts_with("SMTP CERT WARNING - 2 targets: "),
        "{first}"
    );
    // A target may come twice; its numbers have labels of their own all the same.
    let (code, first, rest) = check(&[&good, &good]);
    assert!(
        code == 0 && first.starts_with("SMTP CERT OK - 2 targets: 0 critical"),
        "{first}"
    );
    assert!(first.contains(&format!(" | days_{good}=")), "{first}");
    assert!(first.contains(&format!(" days_{good}_2=")), "{first}");
    assert_eq!(rest.len(), 2);
}

#[test]
fn quiet_speaks_of_what_is_critical_or_has_changed() {
    let good = Server::start(
        &PKI.identity(leaf(&["localhost"])),
        testkit::server::Behaviour::default(),
    );
    let soon = {
        let mut params = leaf(&["localhost"]);
        params.not_after = testkit::pki::now() + time::Duration::days(10);
        serve(&PKI.identity(params))
    };
    let dir = Dir::new();
    let results = dir.file("results.jsonl", "");
    let results_path = results.to_str().expect("UTF-8").to_owned();
    let list = format!("localhost:{}\nlocalhost:{}\n", good.port(), soon.port());
    let daily = ["--baseline", &results_path, "--save", &results_path, "-q"];
    let daily = |more: &[&str]| audit(&list, &[&daily, more].concat());
    let saved = || std::fs::read_to_string(&results).expect("what was saved");

    // Without a day before, all is new.
    let run = daily(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stdout.matches("[new]").count(), 2, "{}", run.stdout);
    assert_eq!(json_lines(&saved()).len(), 2);
    // A day without news: nothing, in any format, and all is kept.
    for format in ["table", "jsonl"] {
        let run = daily(&["--format", format]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{format}");
        assert_eq!(run.stderr, "", "{format}");
        assert_eq!(json_lines(&saved()).len(), 2);
    }
    // Findings that --fail-on selects are reported every day.
    let run = daily(&["--fail-on", "warning"]);
    assert_eq!(run.code, 1);
    let rows = |run: &Run| {
        let lines = run.stdout.lines().take_while(|line| !line.is_empty());
        let rows = lines.filter(|line| !line.starts_with(' '));
        rows.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rows(&run).len(), 1, "{}", run.stdout);
    assert!(rows(&run)[0].starts_with("WARNING "), "{}", run.stdout);
    let run = daily(&["--critical", "15"]);
    assert_eq!((run.code, rows(&run).len()), (1, 1), "{}", run.stdout);
    let run = daily(&["--critical", "15", "--fail-on", "never"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    // A change is reported once.
    good.renew(&PKI.identity(leaf(&["localhost"])));
    assert!(daily(&[]).stdout.contains("new-key"));
    assert_eq!(daily(&[]).stdout, "");
    // A target that is gone from the list, too.
    let list = format!("localhost:{}\n", soon.port());
    let run = audit(&list, &["--baseline", &results_path, "-q"]);
    assert!(run.stdout.contains("Gone from the list"), "{}", run.stdout);
    // A failure to save is reported, and no files are left over.
    let run = audit(&list, &["--save", "/nonexistent/results", "-q"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.stdout, "");
    assert_eq!(std::fs::read_dir(dir.path()).expect("it").count(), 1);
}
