//! From pin to delivery, with a real Postfix and the real `hg email`: pinned and delivered; refused
//! after the key has changed; delivered again after a rotation with `--add`.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::hg::hg;
use testkit::mta::{Kind, Mta};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::program;
use testkit::user::{User, renew, sha256};

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

    // Without any configuration, hg does not know where to send.
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

    // The key changes: hg refuses, and we say the same, with the reason.
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

    // `--prune` drops the old one.
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
    assert_eq!(mta.delivered(2).len(), 2, "{}", mta.log());
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
    // `script` ends with its input, so the input stays open until the program has ended.
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
    let other = "sha256:".to_owned() + &"a".repeat(64);
    // The input, the exit code, whether the pin is written, and whether the question is asked again.
    let cases = [
        ("no\n".to_owned(), 1, false, false),
        ("yes\nn\n".to_owned(), 1, false, false),
        ("yes\ny\n".to_owned(), 0, true, false),
        (format!("{fingerprint}\nyes\n"), 0, true, false),
        // The end of the input (Ctrl-D) is no, also where the question is asked again.
        ("\u{4}".to_owned(), 1, false, false),
        ("y\n\u{4}".to_owned(), 1, false, true),
        (format!("{other}\n\u{4}"), 1, false, true),
        (format!("{other}\nno\n"), 1, false, true),
        (format!("{other}\ny\nyes\ny\n"), 0, true, true),
    ];
    std::thread::scope(|scope| {
        for (input, code, written, again) in &cases {
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
                let asked_again = text.contains("Type yes in full");
                assert_eq!(asked_again, *again, "{input:?}: {text}");
            });
        }
    });
}

/// A server whose key exchange hg speaks, but we do not: we read the certificate, and nothing is
/// proven.
#[test]
fn a_server_that_proves_nothing_to_us_is_pinned_only_where_the_user_says_so() {
    const TEST: &str = "a_server_that_proves_nothing_to_us_is_pinned_only_where_the_user_says_so";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Old", KeyKind::Rsa2048);
    let identity = pki.identity(leaf(&["localhost"]));
    let Some(mta) = Mta::for_test(TEST, Kind::Postfix, &identity) else {
        return;
    };
    let reconfigure = |lines: &str, version: &str| {
        mta.reconfigure(lines).expect("another configuration");
        let target = format!("localhost:{}", mta.starttls_port());
        let start = Instant::now();
        loop {
            let json = testkit::program::run([&target, "--no-hgrc", "--format", "json"]).stdout;
            if json.contains(r#""legacy": true"#) && json.contains(version) {
                return target;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{json}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let dhe = "smtpd_tls_protocols = TLSv1.2\ntls_medium_cipherlist = DHE-RSA-AES256-GCM-SHA384\n";
    let target = reconfigure(dhe, "TLSv1.2");
    let user = User::new(hg);
    let root = user.home.file("ca.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let expected = sha256(&identity);
    let pin =
        |args: &[&str]| user.certcheck(&[&["pin", &target, "--write", "--yes"], args].concat());

    // Neither a trusted chain nor the expected fingerprint proves the key, nor does the proof
    // replace them.
    for (args, code, says) in [
        (&["--cacerts", root][..], 5, "--accept-unproven"),
        (&["--expect", &expected], 5, "--accept-unproven"),
        (&["--accept-untrusted"], 5, "--accept-unproven"),
        (&["--accept-unproven"], 1, "the chain is not trusted"),
    ] {
        let run = pin(args);
        assert_eq!(run.code, code, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
        assert!(!user.home.path().join(".hgrc").exists(), "{args:?}");
    }
    let wrong = format!("sha256:{}", "0".repeat(64));
    let run = pin(&["--accept-unproven", "--expect", &wrong]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(!user.home.path().join(".hgrc").exists());

    // The printed lines say themselves that nothing was proven.
    let lines = ["pin", &target, "--accept-unproven", "--cacerts", root];
    let run = user.certcheck(&lines);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("key-not-proven"), "{}", run.stdout);
    assert!(
        run.stderr.contains("hg email may still refuse the server"),
        "{}",
        run.stderr
    );

    // The pin is written, and not called safe; but the real hg accepts it, and checks the key.
    let run = pin(&["--accept-unproven", "--cacerts", root]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("whether hg email goes by it cannot be known"),
        "{}",
        run.stderr
    );
    let sent = user.email();
    assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
    assert_eq!(mta.delivered(1).len(), 1);

    // If Mercurial refuses the version, the report says so.
    let old = "smtpd_tls_protocols = TLSv1\ntls_medium_cipherlist = ALL:@SECLEVEL=0\n";
    reconfigure(old, "TLSv1.0");
    assert_ne!(user.email().code, 0);
    let run = pin(&["--accept-unproven", "--cacerts", root]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("pinned, but hg email does not go by it: the default of hostsecurity.minimumprotocol is tls1.2"),
        "{}",
        run.stderr
    );
    // The lines stand there already, and what is wrong with them is said again.
    let run = user.certcheck(&lines);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("key-not-proven"), "{}", run.stderr);
    assert!(
        run.stderr.contains("hg email still refuses the server"),
        "{}",
        run.stderr
    );
}

/// A server with an RSA and an ECDSA certificate presents one of them to each client.
#[test]
fn both_certificates_of_a_server_can_be_pinned() {
    const TEST: &str = "both_certificates_of_a_server_can_be_pinned";
    let Some(hg) = hg(TEST) else { return };
    let rsa = Pki::new("Two", KeyKind::Rsa2048).identity(leaf(&["localhost"]));
    let ecdsa = Pki::new("Two", KeyKind::P256).identity(leaf(&["localhost"]));
    let Some(mta) = Mta::for_test(TEST, Kind::Postfix, &rsa) else {
        return;
    };
    let target = format!("localhost:{}", mta.starttls_port());
    let user = User::new(hg);
    let pin = |identity: &Identity, args: &[&str]| {
        let expected = sha256(identity);
        let fixed = ["pin", &target, "--write", "--yes", "--expect", &expected];
        user.certcheck(&[&fixed[..], args].concat())
    };
    // Without a second certificate, none is mentioned.
    let run = pin(&rsa, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("second"), "{}", run.stderr);
    let run = user.certcheck(&[&target, "--key-type", "ecdsa"]);
    assert_eq!(run.code, 5, "{}", run.stdout);
    let said = "no certificate with an ECDSA key";
    assert!(run.stdout.contains(said), "{}", run.stdout);

    let second = mta.directory().join("second.pem");
    std::fs::write(&second, ecdsa.key_pem.clone() + &ecdsa.chain_pem()).expect("a file");
    let first = |name: &str| mta.directory().join(name).display().to_string();
    let lines = format!(
        "smtpd_tls_chain_files = {}, {}, {}\n",
        first("key.pem"),
        first("chain.pem"),
        second.display()
    );
    mta.reconfigure(&lines).expect("another configuration");
    let start = Instant::now();
    let seen = |key: &str| {
        let args = ["--no-hgrc", "--key-type", key, "--format", "json"];
        user.certcheck(&[&[target.as_str()][..], &args].concat())
            .stdout
    };
    while !seen("ecdsa").contains(&sha256(&ecdsa)[7..]) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", mta.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(seen("rsa").contains(&sha256(&rsa)[7..]));

    // hg prefers the new one, and refuses it; we see both, whichever comes first.
    assert_ne!(user.email().code, 0);
    std::fs::remove_file(user.home.path().join(".hgrc")).expect("the pins");
    let run = pin(&ecdsa, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for text in ["second certificate, with an RSA key", &sha256(&rsa)] {
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
    }
    let run = pin(&rsa, &["--key-type", "rsa", "--add"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("only with this certificate or 1 other pinned one"),
        "{}",
        run.stderr
    );
    let again = pin(&ecdsa, &[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!again.stderr.contains("second"), "{}", again.stderr);
    // Other programs prefer one of them as well; a pin of the CA fits both.
    let expected = sha256(&ecdsa);
    for tool in ["msmtp", "tlsa", "json"] {
        let run = user.certcheck(&["pin", &target, "--for", tool, "--expect", &expected]);
        assert_eq!(run.code, 0, "{tool}: {}", run.stderr);
        let note = format!("that one:\n  {}", sha256(&rsa));
        assert!(run.stderr.contains(&note), "{tool}: {}", run.stderr);
        assert!(!run.stderr.contains("--add"), "{}", run.stderr);
    }
    // Both key types can be the preferred one.
    for cipher in ["aRSA", "aECDSA"] {
        let only = format!("smtpd_tls_protocols = TLSv1.2\ntls_medium_cipherlist = {cipher}\n");
        mta.reconfigure(&(lines.clone() + &only))
            .expect("another configuration");
        let start = Instant::now();
        loop {
            let other = if cipher == "aRSA" { "ecdsa" } else { "rsa" };
            if seen(other).contains("no-such-key") {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(5), "{}", seen(other));
            std::thread::sleep(Duration::from_millis(100));
        }
        let sent = user.email();
        assert_eq!(sent.code, 0, "{cipher}: {}", sent.stderr);
    }
    assert_eq!(mta.delivered(2).len(), 2, "{}", mta.log());
}
