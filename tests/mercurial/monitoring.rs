//! The recipes of the documents, run as they are printed: the hook and the alias of Mercurial with
//! the real `hg email` and Postfix, the lines for cron and systemd; and `--pin-expires`.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration as Time, Instant};
use testkit::hg::hg;
use testkit::mta::{Kind, Mta};
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, finish, notes, program};
use testkit::raw::closed_port;
use testkit::recipe::{cron_command, recipe};
use testkit::server::{Behaviour, Server};
use testkit::skip::skip;
use testkit::user::{EMAIL, UNATTENDED, User, renew, sha256};
use time::Duration;

/// A folder for PATH with the program under its own name.
fn bin() -> Dir {
    let dir = Dir::new();
    let place = dir.path().join("smtp-certcheck");
    symlink(program().get_program(), place).expect("a link");
    dir
}

/// `hg`, run by a user with an installed smtp-certcheck.
fn hg_with(user: &User, bin: &Dir, args: &[&str]) -> Run {
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    finish(user.command(&user.hg).env("PATH", path).args(args))
}

/// `hg email`, run by that user.
fn email_with(user: &User, bin: &Dir) -> Run {
    hg_with(user, bin, &[EMAIL, UNATTENDED].concat())
}

fn append(user: &User, block: &str) -> PathBuf {
    let path = user.home.path().join(".hgrc");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    user.home.file(".hgrc", format!("{before}\n{block}"))
}

#[test]
fn the_hook_lets_mail_out_only_when_the_check_passes() {
    const TEST: &str = "the_hook_lets_mail_out_only_when_the_check_passes";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Hook", KeyKind::P256);
    let first = pki.identity(leaf(&["localhost"]));
    let second = pki.identity(leaf(&["localhost"]));
    let Some(mta) = Mta::for_test(TEST, Kind::Postfix, &first) else {
        return;
    };
    let (user, bin) = (User::new(hg), bin());
    let target = format!("localhost:{}", mta.starttls_port());
    let pin = ["--write", "--yes", "--expect", &sha256(&first)];
    let run = user.certcheck(&[&["pin", &target], &pin[..]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);

    let without = email_with(&user, &bin);
    assert_eq!(without.code, 0, "{}", without.stderr);
    append(&user, &recipe("mercurial.md", "ini", "pre-email"));
    let hook = hg_with(&user, &bin, &["config", "hooks.pre-email"]);
    assert_eq!(hook.stdout.trim(), "smtp-certcheck -q");

    // All is well: the hook prints nothing, and takes little time.
    let started = Instant::now();
    let with = email_with(&user, &bin);
    assert!(started.elapsed() < Time::from_secs(10));
    assert_eq!(
        (with.code, with.stdout, with.stderr),
        (0, without.stdout, without.stderr)
    );
    assert_eq!(mta.delivered(2).len(), 2);

    // From another directory, the repository's settings count all the same.
    let repository = user.home.path().join("repo");
    let mut elsewhere = user.command(&user.hg);
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    elsewhere.current_dir("/").env("PATH", path);
    elsewhere.arg("-R").arg(&repository).args(EMAIL);
    elsewhere.args(UNATTENDED);
    let run = finish(&mut elsewhere);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(mta.delivered(3).len(), 3);

    // The server presents another certificate than the pinned one.
    renew(&mta, &user, &target, &second);
    let run = email_with(&user, &bin);
    assert_eq!(run.code, 255, "{}", run.stderr);
    assert!(
        run.stdout.contains("UNTRUSTED  localhost"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr
            .contains("abort: pre-email hook exited with status 1"),
        "{}",
        run.stderr
    );

    // hg would send in the clear without a warning.
    let clear = "[smtp]\ntls = none\n";
    std::fs::write(repository.join(".hg/hgrc"), clear).expect("the repository's hgrc");
    let run = email_with(&user, &bin);
    assert_eq!(run.code, 255, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("in the clear"), "{}", run.stdout);
    // A message that has not arrived by now was not sent.
    std::thread::sleep(Time::from_millis(300));
    assert_eq!(mta.delivered(3).len(), 3);
    let no_hook = [EMAIL, UNATTENDED, &["--config", "hooks.pre-email="]].concat();
    assert_eq!(hg_with(&user, &bin, &no_hook).code, 0);
    assert_eq!(mta.delivered(4).len(), 4);
}

#[test]
fn the_alias_checks_the_server_of_hg() {
    const TEST: &str = "the_alias_checks_the_server_of_hg";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Alias", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let (user, bin) = (User::new(hg), bin());
    let target = format!("localhost:{}", server.port());
    let expected = sha256(&identity);
    let pin = ["pin", &target, "--write", "--yes", "--expect", &expected];
    assert_eq!(user.certcheck(&pin).code, 0);
    append(&user, &recipe("mercurial.md", "ini", "certcheck = "));

    let run = hg_with(&user, &bin, &["certcheck"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("PINNED"), "{}", run.stdout);
    let run = hg_with(&user, &bin, &["certcheck", "-v"]);
    assert!(run.stdout.contains("C: EHLO"), "{}", run.stdout);
    let run = hg_with(&user, &bin, &["certcheck", "pin", "--dry-run"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    server.renew(&pki.identity(leaf(&["localhost"])));
    assert_eq!(hg_with(&user, &bin, &["certcheck", "-q"]).code, 1);
}

// ---------------------------------------------------------------------------- --pin-expires

fn ending_in(pki: &Pki, hours: i64) -> Identity {
    let mut params = leaf(&["localhost"]);
    params.not_before = now() - Duration::days(60);
    params.not_after = now() + Duration::hours(hours);
    pki.identity(params)
}

/// An hgrc that pins `identity` on `server`.
fn pinned(dir: &Dir, server: &Server, identity: &Identity) -> PathBuf {
    let (port, pin) = (server.port(), sha256(identity));
    let smtp = format!("[smtp]\nhost = localhost\nport = {port}\ntls = starttls\n");
    let pin = format!("[hostsecurity]\nlocalhost:fingerprints = {pin}\n");
    dir.file("hgrc", smtp + &pin)
}

fn watch(hgrc: &Path, days: &str, args: &[&str]) -> Run {
    let mut command = program();
    command.args(["--pin-expires", days, "--hgrc"]).arg(hgrc);
    finish(command.args(args))
}

#[test]
fn a_pin_is_watched_until_its_certificate_expires() {
    let pki = Pki::new("Watch", KeyKind::P256);
    // Ten days and an hour: the hour is for the duration of the test.
    let identity = ending_in(&pki, 241);
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    let hgrc = pinned(&dir, &server, &identity);
    for (days, code) in [("0", 0), ("10", 0), ("11", 1), ("21", 1), ("36500", 1)] {
        let run = watch(&hgrc, days, &["-q"]);
        assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{days}");
        let line = format!(
            "WARNING  localhost:{}  the pinned certificate \"localhost\" expires in 10 days, on {}\n",
            server.port(),
            identity_end(&identity)
        );
        // Ten days are few, whatever was asked for: that is no warning, but it is said.
        let note = format!(
            "PINNED  localhost:{}  the certificate is pinned; its chain does not validate; it expires in 10 days, on {}\n",
            server.port(),
            identity_end(&identity)
        );
        assert_eq!(run.stdout, if code == 0 { note } else { line }, "{days}");
    }
    // The whole report says it, with advice.
    let run = watch(&hgrc, "21", &[]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("pin-expiring, certificate 0: "),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("pin --write --add"), "{}", run.stdout);
    // The warning comes even if the chain is trusted.
    let root = dir.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let run = watch(&hgrc, "21", &["-q", "--cacerts", root]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let run = watch(&hgrc, "21", &["--format", "nagios", "--warning", "5"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("SMTP CERT WARNING") && run.stdout.contains("pin-expiring"),
        "{}",
        run.stdout
    );
    let run = watch(&hgrc, "21", &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    testkit::program::check_schema(&report);
    assert_eq!(run.code, 1);
    assert_eq!(report["outcome"], "pinned");
    assert_eq!(notes(&report), ["pin-expiring", "expiring"]);
    for args in [&["--pin-expires", "-1"][..], &["--pin-expires", "many"]] {
        assert_eq!(finish(program().args(args)).code, 2);
    }
}

/// Ten of seventy days are left, and an hour for the duration of the test.
#[test]
fn the_threshold_of_a_pin_is_days_hours_or_a_share() {
    let pki = Pki::new("Watch", KeyKind::P256);
    let identity = ending_in(&pki, 241);
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    let hgrc = pinned(&dir, &server, &identity);
    for (least, code) in [
        ("10d", 0),
        ("240h", 0),
        ("242h", 1),
        ("14%", 0),
        ("14.5%", 1),
        ("30%", 1),
        ("100%", 1),
        ("auto", 1),
        ("0%", 0),
    ] {
        let run = watch(&hgrc, least, &["-q"]);
        assert_eq!((run.code, run.stderr.as_str()), (code, ""), "{least}");
        assert_eq!(run.stdout.starts_with("WARNING "), code == 1, "{least}");
    }
    for least in ["101%", "1.5h", "5:9", "-1h", "soon"] {
        assert_eq!(watch(&hgrc, least, &["-q"]).code, 2, "{least}");
    }
    // A fresh certificate for six days causes no warning.
    let mut params = leaf(&["localhost"]);
    (params.not_before, params.not_after) = (now(), now() + Duration::days(6));
    let fresh = pki.identity(params);
    server.renew(&fresh);
    let hgrc = pinned(&dir, &server, &fresh);
    assert_eq!(watch(&hgrc, "auto", &["-q"]).code, 0);
    assert_eq!(watch(&hgrc, "21", &["-q"]).code, 1);
}

fn identity_end(identity: &Identity) -> String {
    let text = testkit::openssl::x509(
        &testkit::pki::to_pem(&identity.chain[0]),
        &["-enddate", "-dateopt", "iso_8601"],
    );
    let (_, date) = text.split_once('=').expect("notAfter=");
    date[..10].to_owned()
}

#[test]
fn a_failure_worse_than_an_expiring_pin_keeps_its_code() {
    let pki = Pki::new("Watch", KeyKind::P256);
    let identity = ending_in(&pki, -30);
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    let hgrc = pinned(&dir, &server, &identity);
    // It has expired, and hg sends all the same: no other program would report it.
    let run = watch(&hgrc, "0", &["-q"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("WARNING") && run.stdout.contains("expired 1 day ago"),
        "{}",
        run.stdout
    );
    // Another certificate is a mismatch, not a warning.
    server.renew(&ending_in(&pki, 30));
    let run = watch(&hgrc, "21", &["-q"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("UNTRUSTED"), "{}", run.stdout);
    // An unreachable server keeps its code, too.
    let smtp = "[smtp]\nhost = localhost\ntls = starttls\n";
    let port = closed_port().port();
    let hgrc = dir.file("away", format!("{smtp}port = {port}\n"));
    assert_eq!(watch(&hgrc, "21", &["-q"]).code, 3);
}

#[test]
fn without_a_pin_the_watch_warns() {
    let pki = Pki::new("Watch", KeyKind::P256);
    let identity = ending_in(&pki, 30 * 24);
    let server = Server::start(&identity, Behaviour::default());
    let dir = Dir::new();
    let root = dir.file("root.pem", pki.root_pem());
    let target = format!("localhost:{}", server.port());
    let empty = dir.file("empty", "");
    let mut command = program();
    command.env("SSL_CERT_FILE", &root);
    command.args([&target, "-q", "--pin-expires", "21", "--hgrc"]);
    let run = finish(command.arg(&empty));
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.starts_with("WARNING") && run.stdout.contains("no certificate is pinned"),
        "{}",
        run.stdout
    );
    // A CA file for the host is a pin, too.
    let by_ca = format!(
        "[hostsecurity]\nlocalhost:verifycertsfile = {}\n",
        root.display()
    );
    let by_ca = dir.file("by-ca", by_ca);
    for (days, code) in [("21", 0), ("36500", 1)] {
        for hgrc in [&by_ca, &empty] {
            let mut command = program();
            command.args([&target, "-q", "--pin-expires", days, "--hgrc"]);
            command.arg(hgrc);
            if hgrc == &empty {
                command.arg("--cacerts").arg(&root);
            }
            let run = finish(&mut command);
            assert_eq!(run.code, code, "{days} {}: {}", hgrc.display(), run.stdout);
        }
    }
}

// ---------------------------------------------------------------------------- cron and systemd

#[test]
fn the_line_for_cron_prints_only_if_something_is_wrong() {
    let pki = Pki::new("Cron", KeyKind::P256);
    let crontab = recipe("monitoring.md", "cron", "--pin-expires");
    let command = &cron_command(&crontab, 5);
    assert!(command.starts_with("smtp-certcheck "), "{command}");
    let (home, bin) = (Dir::new(), bin());
    let run = || {
        let mut sh = Command::new("/bin/sh");
        sh.args(["-c", command])
            .env_clear()
            .current_dir(home.path());
        sh.env("HOME", home.path()).stdin(Stdio::null());
        sh.env("PATH", format!("{}:/usr/bin:/bin", bin.path().display()));
        finish(&mut sh)
    };
    for (days, code) in [(90, 0), (20, 1)] {
        let identity = ending_in(&pki, days * 24);
        let server = Server::start(&identity, Behaviour::default());
        let hgrc = pinned(&home, &server, &identity);
        std::fs::rename(hgrc, home.path().join(".hgrc")).expect("a rename");
        let run = run();
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout.is_empty(), code == 0, "{}", run.stdout);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn systemd_takes_the_units_of_the_document() {
    const TEST: &str = "systemd_takes_the_units_of_the_document";
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        return skip(TEST, "systemd-analyze is not installed");
    }
    let dir = Dir::new();
    let unit = recipe("monitoring.md", "ini", "ExecStart=");
    // The unit names the path of the package; the test's program is elsewhere.
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let command = line.expect("ExecStart").to_owned();
    let rest = command
        .strip_prefix("/usr/bin/smtp-certcheck ")
        .expect("it");
    let here = program().get_program().to_str().expect("UTF-8").to_owned();
    let unit = unit.replace(&command, &format!("{here} {rest}"));
    let service = dir.file("watch-pin.service", unit);
    let timer = dir.file("watch-pin.timer", recipe("monitoring.md", "ini", "[Timer]"));
    for unit in [service, timer] {
        let mut verify = Command::new("systemd-analyze");
        verify.args(["verify", "--man=no"]).arg(&unit);
        let run = finish(verify.env("SYSTEMD_LOG_LEVEL", "warning"));
        let ours: Vec<&str> = run
            .stderr
            .lines()
            .filter(|line| line.contains("watch-pin"))
            .collect();
        assert_eq!((run.code, ours), (0, vec![]), "{}", run.stderr);
    }
    // Its ExecStart is a valid command line of ours.
    let words = std::iter::once("smtp-certcheck").chain(rest.split(' '));
    let parsed = <smtp_certcheck::cli::Cli as clap::Parser>::try_parse_from(words);
    let least = parsed.expect("it parses").inspect.pin_expires;
    assert_eq!(least, Some(smtp_certcheck::audit::Least::Days(21)));
}

/// The levels of `--warning` and `--critical` count in every format, for a certificate of which 10
/// days are left.
#[test]
fn thresholds_count_in_every_format() {
    let pki = Pki::new("Watch", KeyKind::P256);
    let server = Server::start(&ending_in(&pki, 241), Behaviour::default());
    let root = Dir::new();
    let root = root.file("root.pem", pki.root_pem());
    let target = format!("localhost:{}", server.port());
    for (level, days, code, word) in [
        ("--warning", "21", 1, "WARNING  "),
        ("--warning", "9", 0, ""),
        ("--critical", "11", 1, "CRITICAL  "),
    ] {
        for format in ["table", "json", "jsonl"] {
            let mut command = program();
            command.args([&target, "-q", "--no-hgrc", "--format", format, level, days]);
            let run = finish(command.arg("--cacerts").arg(&root));
            assert_eq!(run.code, code, "{level} {days}: {}", run.stdout);
            let is_said = run.stdout.starts_with(word);
            assert!(
                is_said || format != "table",
                "{level} {days}: {}",
                run.stdout
            );
        }
    }
}
