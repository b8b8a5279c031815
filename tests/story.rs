//! The whole story with a real Postfix and the real `hg email`: pinned, delivered; the key changes,
//! refused; rotated with `--add`, delivered again.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod common;

use common::program;
use common::user::{User, renew, sha256};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::hg::hg;
use testkit::mta::{Kind, Mta};
use testkit::pki::{KeyKind, Pki, leaf};

fn story(test: &str, scheme: &str, port: impl Fn(&Mta) -> u16) {
    let Some(hg) = hg(test) else { return };
    let pki = Pki::new("Story", KeyKind::P256);
    let first = pki.identity(leaf(&["localhost"]));
    let second = pki.identity(leaf(&["localhost"]));
    let Some(mta) = Mta::for_test(test, Kind::Postfix, &first) else {
        return;
    };
    let user = User::new(hg);
    let root = user.home.file("ca.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let target = format!("{scheme}://localhost:{}", port(&mta));

    // Nothing is configured: hg does not know where to send.
    assert_ne!(user.email().code, 0);
    let expected = sha256(&first);
    let run = user.certcheck(&["pin", &target, "--write", "--yes", "--expect", &expected]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sent = user.email();
    assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
    let mail = mta.delivered(1);
    assert!(mail.len() == 1 && mail[0].contains("a change"), "{mail:?}");
    let run = user.certcheck(&[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);

    // The key changes: hg refuses, and we say the same and why.
    renew(&mta, &user, &target, &second);
    let refused = user.email();
    assert_ne!(refused.code, 0);
    assert!(
        refused.stderr.contains("unexpected fingerprint"),
        "{}",
        refused.stderr
    );
    let run = user.certcheck(&[]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("unexpected fingerprint"),
        "{}",
        run.stdout
    );
    let run = user.certcheck(&["pin", &target, "--write", "--yes", "--cacerts", root]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains(&expected) && run.stderr.contains(&sha256(&second)),
        "{}",
        run.stderr
    );

    // Rotation: both are accepted.
    let run = user.certcheck(&[
        "pin",
        &target,
        "--write",
        "--yes",
        "--add",
        "--cacerts",
        root,
    ]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(user.email().code, 0);
    renew(&mta, &user, &target, &first);
    assert_eq!(user.email().code, 0);
    assert_eq!(mta.delivered(3).len(), 3);

    // The old one goes.
    renew(&mta, &user, &target, &second);
    let run = user.certcheck(&["pin", "--write", "--yes", "--prune"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(user.email().code, 0);
    renew(&mta, &user, &target, &first);
    assert_ne!(user.email().code, 0);
    assert_eq!(mta.delivered(4).len(), 4);
}

#[test]
fn pinned_over_starttls() {
    story("pinned_over_starttls", "smtp", Mta::starttls_port);
}

#[test]
fn pinned_over_smtps() {
    story("pinned_over_smtps", "smtps", Mta::smtps_port);
}

#[test]
fn by_ca_a_renewed_certificate_is_accepted_and_another_ca_is_not() {
    const TEST: &str = "by_ca_a_renewed_certificate_is_accepted_and_another_ca_is_not";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Story", KeyKind::P256);
    let Some(mta) = Mta::for_test(TEST, Kind::Postfix, &pki.identity(leaf(&["localhost"]))) else {
        return;
    };
    let user = User::new(hg);
    let root = user.home.file("root.pem", pki.root_pem());
    let target = format!("localhost:{}", mta.starttls_port());
    let saved = user.home.path().join("saved.pem");
    let by = [
        "--by",
        "cacerts",
        "--ca-out",
        saved.to_str().expect("UTF-8"),
    ];
    let write = [
        "pin",
        &target,
        "--write",
        "--yes",
        "--cacerts",
        root.to_str().expect("UTF-8"),
    ];
    let run = user.certcheck(&[&write[..], &by].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(user.email().code, 0);
    renew(&mta, &user, &target, &pki.identity(leaf(&["localhost"])));
    assert_eq!(user.email().code, 0);
    assert_eq!(user.certcheck(&[]).code, 0);
    let other = Pki::new("Other", KeyKind::P256);
    renew(&mta, &user, &target, &other.identity(leaf(&["localhost"])));
    assert_ne!(user.email().code, 0);
    assert_eq!(user.certcheck(&[]).code, 1);
    assert_eq!(mta.delivered(2).len(), 2);
}

/// Runs a command line on a terminal of its own, and types `input`.
fn on_a_terminal(user: &User, line: &str, input: &str) -> (i32, String) {
    use std::io::Write as _;
    let mut command = user.command(Path::new("script"));
    let program = program().get_program().to_str().expect("UTF-8").to_owned();
    command.args(["-qec", &format!("{program} {line}"), "/dev/null"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("typing");
    // `script` ends with its input, so that stays open until the program has ended.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output().expect("its output")));
    let output = receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("the program ends");
    drop(stdin);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().expect("an exit code"), text)
}

#[test]
fn on_a_terminal_it_asks() {
    let pki = Pki::new("Story", KeyKind::P256);
    let identity = pki.identity(leaf(&["localhost"]));
    let behaviour = testkit::server::Behaviour::default();
    let server = testkit::server::Server::start(&identity, behaviour);
    let line = format!("pin localhost:{} --write --ehlo x", server.port());
    let fingerprint = sha256(&identity);
    let script = Command::new("script").arg("--version").output();
    if script.is_err() {
        return testkit::skip::skip("on_a_terminal_it_asks", "there is no script (bsdutils)");
    }
    let cases = [
        ("no\n".to_owned(), 1, false),
        ("yes\nn\n".to_owned(), 1, false),
        ("y\n".to_owned(), 1, false),
        ("yes\ny\n".to_owned(), 0, true),
        (format!("{fingerprint}\nyes\n"), 0, true),
        (
            format!("{}\n", "sha256:".to_owned() + &"a".repeat(64)),
            1,
            false,
        ),
    ];
    std::thread::scope(|scope| {
        for (input, code, written) in &cases {
            let line = &line;
            scope.spawn(move || {
                let user = User::without_hg();
                let (ended, text) = on_a_terminal(&user, line, input);
                let hgrc = user.home.path().join(".hgrc");
                assert_eq!(
                    (ended, hgrc.exists()),
                    (*code, *written),
                    "{input:?}: {text}"
                );
                assert!(text.contains("NOT trusted"), "{text}");
            });
        }
    });
}
