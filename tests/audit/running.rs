//! How an audit runs: progress on a real terminal, signals, patience, and the plugin's line.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};
use testkit::old::OldServer;
use testkit::openssl;
use testkit::pki::{KeyKind, Pki, ca, expired_leaf, leaf, now};
use testkit::program::{Dir, Run, findings, finish, json_lines, program};
use testkit::raw::{
    closed_port, line, listen, listen_on, relay, send, silent, up_to_starttls, wait_for_end,
};
use testkit::server::{Behaviour, Server, serve};
use testkit::terminal::Terminal;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Running", KeyKind::P256));

fn good() -> SocketAddr {
    serve(&PKI.identity(leaf(&["localhost"])))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// An audit, without its list.
fn command(dir: &Dir, args: &[&str]) -> Command {
    let mut command = program();
    let root = dir.file("root.pem", PKI.root_pem());
    command
        .args(["audit", "--ehlo", "x", "--pause", "0", "--per-address"])
        .args(["500", "-4", "--cacerts"])
        .arg(root)
        .args(args);
    command
}

fn with_list(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let file = dir.file("list", list);
    let mut command = command(dir, args);
    command.arg("--input").arg(file);
    command
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, signal).expect("it runs");
}

// ------------------------------------------------------------------------------- progress

/// Starts it with standard error on a new terminal of 100 columns, and returns what reads that.
fn on_terminal(command: &mut Command, results: Stdio) -> (Child, Terminal) {
    let mut terminal = Terminal::new(25, 100);
    let child = command
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .stdout(results)
        .stderr(terminal.end())
        .spawn()
        .expect("it starts");
    // The command holds the other end open until then.
    command.stderr(Stdio::null());
    terminal.started();
    (child, terminal)
}

#[test]
fn long_messages_are_wrapped_as_wide_as_the_terminal_is() {
    let terminal = Terminal::new(25, 60);
    let dir = Dir::new();
    let plain = listen(|mut client| {
        send(&mut client, b"220 mx.test ESMTP\r\n");
        send(&mut client, b"250 mx.test\r\n");
        wait_for_end(&mut client);
    });
    let mut command = with_list(&dir, &line(plain), &["--color", "never", "--timeout", "5"]);
    let mut child = command
        .stdout(terminal.end())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    command.stdout(Stdio::null());
    let text = terminal.until_closed();
    child.wait().expect("it ends");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    assert!(lines.iter().all(|line| line.len() <= 60), "{text}");
    let is_message = |line: &str| line.starts_with("          ") && line.contains(": ");
    let first = lines.iter().position(|line| is_message(line)).expect(&text);
    let second = lines[first + 1];
    assert!(
        second.starts_with("            ") && !second.starts_with("             "),
        "{text}"
    );
}

/// A file for the results: the reader of a pipe may write to the terminal, too.
fn results(dir: &Dir) -> (PathBuf, Stdio) {
    let path = dir.path().join("results");
    let file = std::fs::File::create(&path).expect("a file");
    (path, file.into())
}

/// As with `| head`: what reads the results writes to the terminal at any time, and a bar would
/// stay in its lines.
#[test]
fn no_bar_is_drawn_where_the_results_go_to_a_pipe() {
    let dir = Dir::new();
    let list = line(good()) + &line(listen(silent));
    let mut command = with_list(&dir, &list, &["--timeout", "1"]);
    let (child, terminal) = on_terminal(&mut command, Stdio::piped());
    let run = child.wait_with_output().expect("it ends");
    assert_eq!(terminal.until_closed(), "");
    assert_eq!(run.status.code(), Some(1));
}

/// Without UTF-8 the bar is ASCII, and so are arrows.
#[test]
fn a_plain_terminal_gets_a_plain_bar() {
    let dir = Dir::new();
    let mut command = with_list(&dir, &line(listen(silent)), &["--timeout", "1"]);
    let (_file, results) = results(&dir);
    command.env("LC_ALL", "C");
    let mut terminal = Terminal::new(25, 100);
    let command = command
        .env("TERM", "xterm")
        .stdout(results)
        .stderr(terminal.end());
    let mut child = command.spawn().expect("it starts");
    command.stderr(Stdio::null());
    terminal.started();
    let text = terminal.until_closed();
    child.wait().expect("it ends");
    assert!(text.contains("0/1") && text.is_ascii(), "{text:?}");
}

#[test]
fn a_terminal_shows_the_total_and_the_time_left() {
    let dir = Dir::new();
    let bad = serve(&PKI.identity(expired_leaf(&["localhost"])));
    // Comments, blank lines and bad lines are not targets.
    let mut list = format!("# list\n\nb@d line\n{}", line(bad));
    for _ in 0..29 {
        list += &line(good());
    }
    let args = ["--format", "jsonl", "--rate", "20"];
    let (file, results) = results(&dir);
    let (mut child, terminal) = on_terminal(&mut with_list(&dir, &list, &args), results);
    let text = terminal.until_closed();
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let results = std::fs::read_to_string(&file).expect("the results");
    assert_eq!(results.lines().count(), 30);
    assert!(text.contains("/30, "), "{text:?}");
    assert!(text.contains("s left; 1 critical, 0 warnings"), "{text:?}");
    assert!(text.contains("list:3: "), "{text:?}");
    // The bar is removed at the end, and the summary remains.
    let end = text.rsplit("\x1b[2K").next().expect("an end");
    assert!(end.contains("30 targets: 1 critical"), "{end:?}");
    assert!(!end.contains("left"), "{end:?}");
}

#[test]
fn the_total_of_a_pipe_is_known_when_it_ends() {
    let dir = Dir::new();
    let mut command = command(
        &dir,
        &["--format", "jsonl", "--timeout", "2", "--input", "-"],
    );
    command.stdin(Stdio::piped());
    let (_file, results) = results(&dir);
    let (mut child, terminal) = on_terminal(&mut command, results);
    let mut input = child.stdin.take().expect("its input");
    write!(input, "{}{}", line(good()), line(good())).expect("lines");
    // Nothing waits for the end, and the total is not guessed.
    terminal.wait_for("2 done, ", 1);
    let before = terminal.shown();
    assert!(!before.contains("left"), "{before:?}");
    write!(input, "{}", line(listen(silent))).expect("a line");
    drop(input);
    let after = terminal.until_closed();
    // The last one is silent until its time is up, which no estimate knows.
    assert!(
        after.contains(" 2/3, ") && after.contains("/s, waiting for 1; 0 critical"),
        "{after:?}"
    );
    assert!(!after.contains("0s left"), "{after:?}");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn without_a_terminal_there_is_a_line_every_thirty_seconds() {
    let dir = Dir::new();
    let list = [line(good()), line(listen(silent))].concat();
    let told = |args: &[&str]| {
        let run = finish(&mut with_list(&dir, &list, args));
        assert_eq!(run.stdout.lines().count(), 2, "{}", run.stderr);
        let told = run.stderr.lines().filter(|line| line.contains(" done in "));
        told.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let quiet = scope.spawn(|| told(&["--format", "jsonl", "--timeout", "31"]));
        let lines = told(&["--format", "jsonl", "--timeout", "31", "-v"]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let start = "1 of 2 done in 30 s, 0.0 a second, about 30 seconds left: 0 critical";
        assert!(lines[0].starts_with(start), "{lines:?}");
        assert_eq!(quiet.join().expect("it ran"), Vec::<String>::new());
    });
}

// ------------------------------------------------------------------------------- signals

#[test]
fn a_second_signal_ends_it_at_once() {
    let dir = Dir::new();
    // Nothing reads the results, so it cannot end by itself after the first.
    let list = line(good()).repeat(400);
    let mut command = with_list(&dir, &list, &["--format", "jsonl"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_secs(2));
    signal(&child, Signal::SIGINT);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(child.try_wait().expect("a child"), None, "it waits for us");
    signal(&child, Signal::SIGINT);
    std::thread::sleep(Duration::from_secs(1));
    let status = child.try_wait().expect("a child");
    // A process that still runs must not outlive the test.
    let _ = child.kill();
    assert_eq!(status.and_then(|status| status.code()), Some(130));
}

#[test]
fn an_interrupted_audit_writes_and_sums_up_what_is_done() {
    let dir = Dir::new();
    let list = format!("{}{}{}", line(good()), line(good()), line(listen(silent)));
    let output = dir.path().join("report");
    let run_until = |signals: u32, args: &[&str]| {
        let child = with_list(&dir, &list, args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_secs(2));
        for _ in 0..signals {
            signal(&child, Signal::SIGTERM);
        }
        let started = Instant::now();
        let output = child.wait_with_output().expect("its output");
        assert!(started.elapsed() < Duration::from_secs(5));
        (
            output.status.code(),
            String::from_utf8(output.stdout).expect("UTF-8"),
            String::from_utf8(output.stderr).expect("UTF-8"),
        )
    };
    let (code, stdout, stderr) = run_until(1, &[]);
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stdout.contains("2 targets: 0 critical"), "{stdout}");
    assert!(stderr.contains("interrupted"), "{stderr}");
    let path = output.to_str().expect("UTF-8");
    let (code, _, stderr) = run_until(1, &["--format", "csv", "--output", path]);
    assert_eq!(code, Some(130), "{stderr}");
    let written = std::fs::read_to_string(&output).expect("the file");
    assert_eq!(written.lines().count(), 3, "{written}");
    assert_eq!(left_over(dir.path()), 0);
    let (code, stdout, _) = run_until(1, &["--format", "nagios"]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(
        stdout.starts_with("SMTP CERTS UNKNOWN - 2 targets: "),
        "{stdout}"
    );
    assert!(stdout.contains(", interrupted before the end"), "{stdout}");
}

fn left_over(directory: &Path) -> usize {
    let names = std::fs::read_dir(directory).expect("a directory").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with('~')).count()
}

// ------------------------------------------------------------------------------- patience

#[test]
fn retries_stay_within_the_deadline() {
    let dir = Dir::new();
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let busy = listen(move |mut client| {
        counted.fetch_add(1, Ordering::SeqCst);
        send(&mut client, b"421 too busy\r\n");
    });
    let audit = |args: &[&str]| {
        let started = Instant::now();
        let args = [&["--format", "jsonl"], args].concat();
        let run = finish(&mut with_list(&dir, &line(busy), &args));
        let report = json_lines(&run.stdout).remove(0);
        assert_eq!(findings(&report), ["temporary-refusal warning"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        (tries.swap(0, Ordering::SeqCst), started.elapsed())
    };
    // At 0, 0.5 and 1.5 s; the next would be at 3.5 s.
    let (tries, took) = audit(&["--retries", "100", "--timeout", "3"]);
    assert_eq!(tries, 3);
    assert!(took < Duration::from_secs(3), "{took:?}");
    let (tries, _) = audit(&["--retries", "1"]);
    assert_eq!(tries, 2);
    // No pause, which would be 0.5 s; a busy machine does not slow each of ten.
    let at_once = (0..10).any(|_| {
        let (tries, took) = audit(&["--retries", "0"]);
        assert_eq!(tries, 1);
        took < Duration::from_millis(500)
    });
    assert!(at_once);
}

/// The meaning of 4yz depends on the step: before STARTTLS the server is busy, and is tried again;
/// after it TLS is unavailable, now and later.
#[test]
fn a_server_that_offers_tls_and_has_none_is_critical_and_not_asked_again() {
    let dir = Dir::new();
    for (reply, code, tries) in [
        (
            "454 4.7.0 TLS not available due to local problem",
            "starttls-unavailable critical",
            1,
        ),
        (
            "454 busy, try again later",
            "starttls-unavailable critical",
            1,
        ),
        ("451 x", "starttls-unavailable critical", 1),
        (
            "421 4.7.0 Error: too many new TLS sessions",
            "temporary-refusal warning",
            2,
        ),
    ] {
        let seen = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&seen);
        let answer = format!("{reply}\r\n").into_bytes();
        let server = listen(move |mut client| {
            counted.fetch_add(1, Ordering::SeqCst);
            up_to_starttls(&mut client);
            send(&mut client, &answer);
            wait_for_end(&mut client);
        });
        let audit = |args: &[&str]| finish(&mut with_list(&dir, &line(server), args));
        let run = audit(&["--format", "jsonl", "--retries", "1"]);
        let report = &json_lines(&run.stdout)[0];
        assert_eq!(findings(report), [code], "{reply}");
        assert_eq!(seen.swap(0, Ordering::SeqCst), tries, "{reply}");
        let is_critical = code.ends_with("critical");
        assert_eq!(run.code, i32::from(is_critical), "{reply}");
        if !is_critical {
            continue;
        }
        let advice = report["error"]["advice"].as_str().unwrap_or_default();
        assert!(
            advice.contains("its certificate and its key") && !advice.contains("again later"),
            "{advice}"
        );
        // One plugin says what the other says.
        let list = audit(&["--format", "nagios"]);
        assert_eq!(
            (list.code, list.stdout.starts_with("SMTP CERTS CRITICAL")),
            (2, true)
        );
        let target = line(server);
        let one = finish(program().args([target.trim(), "--no-hgrc", "--format", "nagios"]));
        assert_eq!(
            (one.code, one.stdout.starts_with("SMTP CERT CRITICAL")),
            (2, true)
        );
        assert!(one.stdout.contains(reply), "{}", one.stdout);
    }
}

/// Times of connections, the number of open ones, and the highest number at once.
type Connections = Arc<Mutex<(Vec<Instant>, u32, u32)>>;

fn watched(talk: fn(&mut TcpStream)) -> (SocketAddr, Connections) {
    let seen = Connections::default();
    let watched = Arc::clone(&seen);
    let address = listen(move |mut client| {
        watched.lock().expect("whole").0.push(Instant::now());
        // The thread of a closed connection needs time to count it.
        std::thread::sleep(Duration::from_millis(100));
        {
            let mut seen = watched.lock().expect("whole");
            seen.1 += 1;
            seen.2 = seen.2.max(seen.1);
        }
        talk(&mut client);
        watched.lock().expect("whole").1 -= 1;
    });
    (address, seen)
}

/// Also where a silent port is asked whether it speaks TLS, and where a busy one is asked again.
#[test]
fn the_manners_hold_for_every_connection() {
    let audit = |address: SocketAddr, args: &[&str]| {
        let mut command = program();
        command.args(["audit", "--format", "jsonl", "--ehlo", "x", "-4"]);
        command
            .arg(format!("localhost:{}", address.port()))
            .args(args);
        finish(&mut command)
    };
    let (silent, seen) = watched(wait_for_end);
    audit(silent, &["--timeout", "7"]);
    let (times, _, most) = seen.lock().expect("whole").clone();
    assert_eq!((times.len(), most), (2, 1));
    let (busy, seen) = watched(|client| send(client, b"421 too busy\r\n"));
    audit(busy, &["--pause", "2", "--retries", "1"]);
    let (times, ..) = seen.lock().expect("whole").clone();
    assert_eq!(times.len(), 2);
    let between = times[1] - times[0];
    assert!(between >= Duration::from_secs(2), "{between:?}");
}

/// A silent port may speak TLS, or greet late: that takes its time, one connection after the other.
#[test]
fn silence_is_understood_with_one_connection_at_a_time() {
    let identity = PKI.identity(leaf(&["localhost"]));
    let inner = serve(&identity);
    let late = listen(move |client| {
        std::thread::sleep(Duration::from_secs(6));
        relay(client, inner);
    });
    let at_once = Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    };
    let at_once = Server::start(&identity, at_once).address;
    let dir = Dir::new();
    let list = format!("localhost:{}\nlocalhost:{}\n", late.port(), at_once.port());
    let run = finish(&mut with_list(&dir, &list, &["--format", "jsonl"]));
    let mut modes: Vec<String> = json_lines(&run.stdout)
        .iter()
        .map(|report| format!("{} {}", report["outcome"], report["target"]["tls"]))
        .collect();
    modes.sort();
    let expected = ["\"trusted\" \"smtps\"", "\"trusted\" \"starttls\""];
    assert_eq!(modes, expected, "{}", run.stdout);
}

/// The list is sorted, and all servers of one provider are slow.
#[test]
fn many_lines_of_one_slow_address_delay_no_other_target() {
    let dir = Dir::new();
    let slow = listen_on("127.0.0.2:0", silent);
    let list = format!(
        "{}{}",
        format!("smtp://127.0.0.2:{}\n", slow.port()).repeat(100),
        line(good()).repeat(5)
    );
    let args = [
        "audit", "--format", "jsonl", "--ehlo", "x", "-4", "--jobs", "4", "--input",
    ];
    let mut child = program()
        .args(args)
        .arg(dir.file("list", list))
        .arg("--cacerts")
        .arg(dir.file("root.pem", PKI.root_pem()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let results = BufReader::new(child.stdout.take().expect("its output"));
    let started = Instant::now();
    let good = results.lines().take(5).map_while(Result::ok);
    let good = good.filter(|line| line.contains("\"outcome\":\"trusted\""));
    assert_eq!(good.count(), 5);
    assert!(started.elapsed() < Duration::from_secs(10));
    let _ = child.kill();
    let _ = child.wait();
}

// ------------------------------------------------------------------------------- findings

#[test]
fn findings_of_the_chain_the_key_and_the_versions() {
    let dir = Dir::new();
    let shared = PKI.identity(leaf(&["localhost", "127.0.0.1"]));
    static OLD: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
    let old = Behaviour {
        versions: OLD,
        ..Behaviour::default()
    };
    // The intermediate ends in ten days.
    let mut below = ca("Brief Intermediate");
    below.not_after = now() + time::Duration::days(10);
    let brief = PKI.below(below, &leaf(&["localhost"]));
    let first = Server::start(&shared, Behaviour::default()).port();
    let second = Server::start(&shared, old).port();
    let third = serve(&brief).port();
    let list = format!("localhost:{first}\n127.0.0.1:{second}\nlocalhost:{third}\n");
    let args = ["--format", "jsonl", "--jobs", "1"];
    let run = finish(&mut with_list(&dir, &list, &args));
    let mut all: Vec<(String, Vec<String>)> = json_lines(&run.stdout)
        .iter()
        .map(|report| (report["target"]["input"].to_string(), findings(report)))
        .collect();
    // It is reported for the host that finishes later, whichever that is.
    let mut sharing = Vec::new();
    for (target, codes) in &mut all {
        let before = codes.len();
        codes.retain(|code| code != "shared-key note");
        if codes.len() < before {
            sharing.push(target.clone());
        }
    }
    let pair = [
        format!("\"localhost:{first}\""),
        format!("\"127.0.0.1:{second}\""),
    ];
    assert!(
        sharing.len() == 1 && pair.contains(&sharing[0]),
        "{sharing:?}"
    );
    all.sort();
    let mut expected = vec![
        (format!("\"localhost:{first}\""), vec![]),
        (
            format!("\"127.0.0.1:{second}\""),
            vec!["tls-1.2 note".to_owned()],
        ),
        (
            format!("\"localhost:{third}\""),
            vec!["intermediate-expiring warning".to_owned()],
        ),
    ];
    expected.sort();
    assert_eq!(all, expected, "{}", run.stderr);
}

#[test]
fn the_rules_of_public_cas_count_for_public_cas_only() {
    let dir = Dir::new();
    let mut params = leaf(&["localhost"]);
    params.not_before = now() - time::Duration::days(1);
    params.not_after = now() + time::Duration::days(400);
    let list = line(serve(&PKI.identity(params)));
    let run = finish(&mut with_list(&dir, &list, &["--format", "jsonl"]));
    assert_eq!(findings(&json_lines(&run.stdout)[0]), Vec::<String>::new());
    // The same, where the user has chosen the store.
    let store = dir.file("system.pem", PKI.root_pem());
    let list = dir.file("list", &list);
    let args = ["audit", "--format", "jsonl", "--input", path(&list)];
    let run = finish(program().args(args).env("SSL_CERT_FILE", &store));
    assert_eq!(findings(&json_lines(&run.stdout)[0]), Vec::<String>::new());
    // Where the CA is one of the distribution's, and where an administrator has added it.
    let Some(run) = with_system_store(&args, &store, "/usr/share/ca-certificates/mozilla") else {
        testkit::skip::skip("the_rules_of_public_cas", "no mount namespace");
        return;
    };
    assert_eq!(
        findings(&json_lines(&run.stdout)[0]),
        ["long-validity warning"]
    );
    let run = with_system_store(&args, &store, "/usr/local/share/ca-certificates");
    let run = run.expect("a mount namespace");
    assert_eq!(findings(&json_lines(&run.stdout)[0]), Vec::<String>::new());
    // And where the list names a CA of one's own.
    let text = std::fs::read_to_string(&list).expect("the list");
    let own = format!("{} cacerts={}\n", text.trim(), path(&store));
    dir.file("list", own);
    let run = with_system_store(&args, &store, "/usr/share/ca-certificates/mozilla");
    let run = run.expect("a mount namespace");
    assert_eq!(findings(&json_lines(&run.stdout)[0]), Vec::<String>::new());
}

/// Runs the program with this file as the system's bundle, and with the one CA in it coming from
/// that directory; `None` if the directory cannot exist here.
fn with_system_store(args: &[&str], store: &Path, directory: &str) -> Option<Run> {
    const SETUP: &str = "\
set -e
mkdir -p /etc/ssl/certs /usr/share/ca-certificates/mozilla /usr/local/share/ca-certificates
mount -t tmpfs tmpfs /usr/share/ca-certificates/mozilla
mount -t tmpfs tmpfs /usr/local/share/ca-certificates
cp \"$1\" \"$2/ca.crt\"
mount -t tmpfs tmpfs /etc/ssl/certs
cp \"$1\" /etc/ssl/certs/ca-certificates.crt
shift 2
exec \"$@\"
";
    let unshared = ["--mount", "true"];
    let tried = Command::new("unshare").args(unshared).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", SETUP, "sh", path(store), directory])
        .arg(env!("CARGO_BIN_EXE_smtp-certcheck"))
        .args(args)
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        .stdin(Stdio::null());
    Some(finish(&mut command))
}

/// The failed handshake is reported, too, but not first: the reason says more.
#[test]
fn the_age_of_an_old_server_is_reported_first() {
    let dir = Dir::new();
    let base = ["req", "-x509", "-nodes", "-days", "9", "-subj", "/CN=x"];
    let files = [
        "-newkey", "rsa:2048", "-keyout", "key.pem", "-out", "cert.pem",
    ];
    openssl::run(&dir, &[&base[..], &files].concat());
    let old = OldServer::openssl(dir.path(), &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let target = format!("smtps://127.0.0.1:{}", old.address.port());
    let expected = "obsolete-tls: the server speaks nothing newer than TLSv1.0";
    let one = finish(program().args([&target, "--no-hgrc", "--format", "nagios"]));
    assert!(one.stdout.contains(expected), "{}", one.stdout);
    let audit = |format| {
        let run = finish(&mut with_list(&dir, &target, &["--format", format]));
        run.stdout
    };
    let plugin = audit("nagios");
    assert!(plugin.contains(expected), "{plugin}");
    let report = json_lines(&audit("jsonl")).remove(0);
    let found = findings(&report);
    assert_eq!(found[0], "obsolete-tls critical", "{found:?}");
    assert!(
        found.contains(&"tls-alert critical".to_owned()),
        "{found:?}"
    );
    let table = audit("csv");
    assert!(
        table.contains(",the server speaks nothing newer than TLSv1.0")
            || table.contains("\"the server speaks nothing newer than TLSv1.0"),
        "{table}"
    );
}

#[test]
fn a_broken_column_is_reported_before_notes() {
    let dir = Dir::new();
    let shared = PKI.identity(leaf(&["localhost", "127.0.0.1"]));
    static OLD: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
    let old = || Behaviour {
        versions: OLD,
        ..Behaviour::default()
    };
    let port = || Server::start(&shared, old()).port();
    let (first, second) = (port(), port());
    let list = format!(
        "localhost:{first} cacerts=/nonexistent\n127.0.0.1:{second} cacerts=/nonexistent\n"
    );
    let run = finish(&mut with_list(&dir, &list, &["--format", "jsonl"]));
    for report in json_lines(&run.stdout) {
        let found = findings(&report);
        let place = |code: &str| found.iter().position(|found| found.starts_with(code));
        let broken = place("bad-ca-file critical").expect("it is told");
        let notes = found.iter().position(|found| found.ends_with(" note"));
        assert!(notes.is_none_or(|notes| broken < notes), "{found:?}");
    }
    assert!(run.stdout.contains("\"shared-key\""), "{}", run.stdout);
}

/// A missing series would look like a resolved one.
#[test]
fn metrics_are_of_all_targets_whatever_is_shown() {
    let dir = Dir::new();
    let list = line(good());
    let before = finish(&mut with_list(&dir, &list, &["--format", "jsonl"])).stdout;
    let before = dir.file("before", before).display().to_string();
    for args in [&["--quiet"][..], &["--baseline", &before, "--changes-only"]] {
        let args = [&["--format", "prometheus"], args].concat();
        let run = finish(&mut with_list(&dir, &list, &args));
        assert!(run.stdout.contains("smtp_certcheck_trusted{"), "{args:?}");
    }
}

#[test]
fn a_code_that_does_not_exist_is_wrong_usage() {
    let dir = Dir::new();
    for option in ["--only", "--ignore"] {
        let run = finish(&mut with_list(&dir, &line(good()), &[option, "expird"]));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("\"expired\""), "{}", run.stderr);
        let run = finish(&mut with_list(&dir, &line(good()), &[option, "tls-1.2"]));
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
}

// ------------------------------------------------------------------------------- the plugin

#[test]
fn a_plugin_reports_a_complete_list_in_one_line() {
    let dir = Dir::new();
    let plugin = |list: &str, args: &[&str]| {
        let args = [&["--format", "nagios"], args].concat();
        let run = finish(&mut with_list(&dir, list, &args));
        (run.code, run.stdout, run.stderr)
    };
    let ending = |days| {
        let mut params = leaf(&["localhost"]);
        params.not_after = now() + time::Duration::days(days) + time::Duration::hours(12);
        serve(&PKI.identity(params))
    };
    let soon = ending(10);
    let hostile = {
        let mut params = expired_leaf(&["localhost"]);
        let name = "x | y=1\n\x1b[2J\u{202e}";
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        serve(&PKI.identity(params))
    };
    let fine = line(ending(60));
    let (code, text, errors) = plugin(&fine, &[]);
    let (line_of_days, rest) = text.split_once(" | ").expect("performance data");
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(
        line_of_days.starts_with("SMTP CERTS OK - 1 target: 0 critical, 0 with warnings, the next"),
        "{text}"
    );
    let expected = "targets=1;;;0 critical=0;;0;0;1 warnings=0;0;;0;1 days=60;21:;7:";
    let (numbers, slowest) = rest.split_once(" slowest=").expect("a time");
    assert_eq!(numbers, expected);
    let slowest = slowest.strip_suffix("s;;;0\n").expect("seconds");
    assert!(
        slowest.parse::<f64>().is_ok_and(|time| time > 0.0),
        "{rest}"
    );
    let date = (now() + time::Duration::days(60) + time::Duration::hours(12)).date();
    let end = format!(" the next expires in 60 days, on {date}");
    assert!(line_of_days.ends_with(&end), "{text}");
    let warned = [fine.clone(), line(soon)].concat();
    let (code, text, _) = plugin(&warned, &["--fail-on", "never"]);
    assert_eq!(code, 1, "{text}");
    // Of its 40.5 days a third and a sixth; a second may have passed.
    let (_, rest) = text.split_once(" warnings=1;0;;0;2 days=10.").expect(&text);
    let (left, thresholds) = rest.split_once(';').expect(&text);
    assert!(left == "5" || left.starts_with("49"), "{text}");
    assert!(
        thresholds.starts_with("13.5") && thresholds.contains(":;6.75"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.lines()
            .nth(1)
            .is_some_and(|l| l.starts_with("WARNING localhost:"))
    );
    assert_eq!(plugin(&warned, &["--warning", "5", "--critical", "2"]).0, 0);
    let ranges = ["--warning", "5:", "--critical", "2:"];
    assert_eq!(plugin(&warned, &ranges).0, 0);
    let (code, text, errors) = plugin(&warned, &["--warning", "5:9"]);
    assert!(code == 3 && errors.contains("a number of days"), "{errors}");
    assert!(text.starts_with("SMTP CERT UNKNOWN - "), "{text}");
    let gone = line(closed_port());
    let list = format!("{warned}{} label=a|b\n{gone}", line(hostile).trim());
    let (code, text, _) = plugin(&list, &["--retries", "0"]);
    assert_eq!(code, 2, "{text}");
    let (first, long) = text.split_once('\n').expect("lines");
    assert!(
        first.starts_with("SMTP CERTS CRITICAL - 4 targets: 2 critical, 1 with"),
        "{text}"
    );
    assert_eq!(long.lines().count(), 3, "{text}");
    // The worst first; the bar is for performance data alone, whatever servers send.
    assert!(
        long.lines()
            .take(2)
            .all(|line| line.starts_with("CRITICAL ")),
        "{text}"
    );
    assert!(
        long.contains("(a/b)") && long.contains("x / y=1\\n\\x1b"),
        "{text}"
    );
    assert_eq!(text.matches('|').count(), 1, "{text}");
    let harmless = |c: char| c == '\n' || !smtp_certcheck::escape::is_unsafe(c);
    assert!(text.chars().all(harmless), "{text:?}");
}

#[test]
fn what_a_plugin_does_not_know_is_unknown_and_long_lists_are_cut() {
    let dir = Dir::new();
    let plugin = |list: &str, args: &[&str]| {
        let args = [&["--format", "nagios"], args].concat();
        let run = finish(&mut with_list(&dir, list, &args));
        (run.code, run.stdout)
    };
    let fine = line(good());
    // What is not known is not fine.
    let (code, text) = plugin(&format!("{fine}b@d line\n"), &[]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("UNKNOWN - 1 target: ") && text.contains("1 line of the list"),
        "{text}"
    );
    let (code, text) = plugin("# nothing\n", &[]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.starts_with("SMTP CERTS UNKNOWN - 0 targets: "),
        "{text}"
    );
    let (code, text) = plugin(&fine, &["--baseline", "/nonexistent|x"]);
    assert_eq!(code, 3, "{text}");
    assert!(
        text.starts_with("SMTP CERT UNKNOWN - cannot read \"/nonexistent/x\""),
        "{text}"
    );
    // Long lists are cut.
    let (code, text) = plugin(&line(closed_port()).repeat(60), &["--retries", "0"]);
    assert_eq!(code, 2);
    assert_eq!(text.lines().count(), 1 + 40 + 1, "{text}");
    assert!(
        text.ends_with("\nand 20 more\n") && text.len() < 8192,
        "{}",
        text.len()
    );
}
