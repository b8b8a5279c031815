//! Defaults by variables of the environment: the command line and Mercurial's settings win, and what
//! decides is named.
#![allow(clippy::disallowed_methods, reason = "tests use files as they like")]

use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::LazyLock;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, check_schema, finish, program};
use testkit::raw::{listen, silent};
use testkit::server::serve;

const CACERTS: &str = "SMTP_CERTCHECK_CACERTS";
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Environment", KeyKind::P256));
static OTHER: LazyLock<Pki> = LazyLock::new(|| Pki::new("Other", KeyKind::P256));

fn identity() -> Identity {
    PKI.identity(leaf(&["localhost"]))
}

/// The files of both roots.
fn roots(dir: &Dir) -> [PathBuf; 2] {
    [("root.pem", &PKI), ("other.pem", &OTHER)].map(|(name, pki)| dir.file(name, pki.root_pem()))
}

fn check(server: SocketAddr, variables: &[(&str, &str)], args: &[&str]) -> Run {
    let mut command = program();
    command
        .args(args)
        .arg(format!("smtp://localhost:{}", server.port()))
        .args(["--connect", &server.to_string()])
        .envs(variables.iter().copied());
    finish(&mut command)
}

#[test]
fn anchors_of_the_environment_stand_in_for_the_systems_and_nothing_else() {
    let dir = Dir::new();
    let [root, other] = roots(&dir).map(|path| path.display().to_string());
    let server = serve(&identity());
    let no_hgrc = |args: &[&'static str]| [&["--no-hgrc"], args].concat();

    let run = check(server, &[(CACERTS, &root)], &no_hgrc(&[]));
    assert_eq!(run.code, 0, "{}", run.stdout);
    let line = format!("defaults from the environment: {CACERTS}");
    assert!(run.stdout.contains(&line), "{}", run.stdout);
    let run = check(server, &[(CACERTS, &root)], &no_hgrc(&["--format", "json"]));
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    check_schema(&report);
    assert_eq!(report["defaults"], serde_json::json!([CACERTS]));

    // The command line wins, and the variable is not named.
    let args = ["--no-hgrc", "--cacerts", other.as_str()];
    let run = check(server, &[(CACERTS, &root)], &args);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(!run.stdout.contains(CACERTS), "{}", run.stdout);

    // So does what Mercurial is configured with for the host.
    let hgrc = format!("[hostsecurity]\nlocalhost:verifycertsfile = {root}\n");
    let hgrc = dir.file("hgrc", hgrc).display().to_string();
    let run = check(server, &[(CACERTS, &other)], &["--hgrc", &hgrc]);
    assert_eq!(run.code, 0, "{}", run.stdout);

    // It names no CA for this host, so that there is still no pin to watch.
    let empty = dir.file("empty", "").display().to_string();
    let args = ["-q", "--pin-expires", "1", "--hgrc", &empty];
    let run = check(server, &[(CACERTS, &root)], &args);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("no certificate is pinned"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_time_limit_of_the_environment_is_named_where_it_decides() {
    let address = listen(silent);
    let variables = [("SMTP_CERTCHECK_TIMEOUT", "250ms")];
    let run = check(address, &variables, &["--no-hgrc"]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(
        run.stdout.contains("no answer within 0.25 s"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("SMTP_CERTCHECK_TIMEOUT"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_wrong_value_is_an_error_that_names_the_variable() {
    let server = serve(&identity());
    for (name, value) in [
        (CACERTS, "/nowhere.pem"),
        ("SMTP_CERTCHECK_TIMEOUT", "soon"),
        ("SMTP_CERTCHECK_EHLO", "a b"),
        ("SMTP_CERTCHECK_COLOR", "often"),
    ] {
        let run = check(server, &[(name, value)], &["--no-hgrc"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{name}");
        let names = run.stderr.contains(name) && run.stderr.contains(value);
        assert!(names, "{name}: {}", run.stderr);
    }
    // Empty is not set.
    let dir = Dir::new();
    let [root, _] = roots(&dir).map(|path| path.display().to_string());
    let args = ["--no-hgrc", "--cacerts", root.as_str()];
    let run = check(server, &[("SMTP_CERTCHECK_TIMEOUT", "")], &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
}
