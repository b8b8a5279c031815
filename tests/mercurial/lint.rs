//! Lines that do not do what they seem to: each kind is found and named with its line, and no
//! longer reported after the advice was followed.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};

const SHA1: &str = "sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn lint(dir: &Dir, hgrc: &str, args: &[&str]) -> Run {
    let file = dir.file("hgrc", hgrc);
    let mut permissions = file.metadata().expect("the file").permissions();
    permissions.set_mode(0o600);
    std::fs::set_permissions(&file, permissions).expect("permissions");
    let mut command = program();
    command.current_dir(dir.path()).env("PATH", "/nowhere");
    finish(command.arg("--lint").arg("--hgrc").arg(file).args(args))
}

/// `code line` of each lint.
fn found(dir: &Dir, hgrc: &str) -> Vec<String> {
    let run = lint(dir, hgrc, &["--format", "json"]);
    let lints: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let lints = lints.as_array().expect("an array");
    assert_eq!(run.code, i32::from(!lints.is_empty()), "{}", run.stderr);
    lints
        .iter()
        .map(|lint| {
            let source = lint["source"].as_str().expect("a source");
            let line = source.rsplit(':').next().expect("a line");
            assert_ne!(lint["advice"], "", "advice for {lint}");
            format!("{} {line}", lint["code"].as_str().expect("a code"))
        })
        .collect()
}

const GOOD: &str = "[smtp]\nhost = m.example\ntls = starttls\n[hostsecurity]\n";

/// A configuration, and `code line` of each of its lints. `@` is the directory of its files.
const CASES: &[(&str, &[&str])] = &[
    ("", &[]),
    ("{good}m.example:fingerprints = sha256:{hex}\n", &[]),
    ("[smtp]\nhost = m.example\n", &["plain-text 2"]),
    ("[smtp]\nhost = m.example\ntls = none\n", &["plain-text 3"]),
    ("[smtp]\nhost = m.example\ntls = SMTPS\n", &["plain-text 3"]),
    ("[smtp]\nhost = m.example\ntls = on\n", &[]),
    (
        "[smtp]\nhost = m.example:587\ntls = on\n",
        &["invalid-value 2"],
    ),
    (
        "[smtp]\nhost = smtp://m.example\ntls = on\n",
        &["invalid-value 2"],
    ),
    (
        "[smtp]\nhost = m.example/\ntls = on\n",
        &["invalid-value 2"],
    ),
    ("[smtp]\nhost = [::1]\ntls = on\n", &["invalid-value 2"]),
    ("[smtp]\nhost = [::1]:25\ntls = on\n", &["invalid-value 2"]),
    ("[smtp]\nhost = ::1\ntls = on\n", &[]),
    (
        "[smtp]\nhost = a:25\n[email]\nmethod = /bin/true\n",
        &["plain-text 2"],
    ),
    ("{good}[smtp]\nport =\n", &["invalid-value 6"]),
    (
        "[smtp]\nfingerprint = sha256:{hex}\n{good}",
        &["unread-key 2"],
    ),
    (
        "[smtp]\nfingerprint = sha256:{hex}\n{good}m.example:fingerprints = sha256:{hex}\n",
        &[],
    ),
    (
        "[smtp]\nfingerprint = sha256:{hex}\n{good}m.example:fingerprints = {sha1}\n",
        &["unread-key 2"],
    ),
    ("[smtp]\ncacerts = @/root.pem\n{good}", &["unread-key 2"]),
    (
        "[smtp]\ncacerts = @/root.pem\n{good}m.example:verifycertsfile = @/root.pem\n",
        &[],
    ),
    (
        "{good}m.example:certfingerprints = sha256:{hex}\n",
        &["unknown-key 5"],
    ),
    (
        "{good}m.example:fingerprint = sha256:{hex}\n",
        &["unknown-key 5"],
    ),
    ("{good}minimunprotocol = tls1.2\n", &["unknown-key 5"]),
    ("{good}minimumprotocol = tls1.4\n", &["invalid-value 5"]),
    (
        "{good}m.example:minimumprotocol = TLS1.2\n",
        &["invalid-value 5"],
    ),
    (
        "[smtp]\nhots = x\nverifycert = strict\n",
        &["unknown-key 2", "unknown-key 3"],
    ),
    ("[HostSecurity]\na = b\n", &["unknown-section 1"]),
    ("[hostsecurity ]\n", &["unknown-section 1"]),
    ("[hostsecurity] ; x]\n", &["unknown-section 1"]),
    ("[::1]:fingerprints = {sha1}\n", &["unknown-section 1"]),
    ("[ui]\nusername = x ; y\n[stmp]\n", &["unknown-section 3"]),
    (
        "{good}m.example:fingerprints = SHA256:{hex}\n",
        &["invalid-pin 5"],
    ),
    ("{good}m.example:fingerprints = {hex}\n", &["invalid-pin 5"]),
    (
        "{good}m.example:fingerprints = sha256:{hex}, md5:aa\n",
        &["invalid-pin 5"],
    ),
    (
        "{good}m.example:fingerprints = sha256:{hex}0\n",
        &["useless-pin 5"],
    ),
    (
        "{good}m.example:fingerprints = sha256:{hex} # mine\n",
        &["comment-in-value 5"],
    ),
    (
        "{good}[smtp]\nport = 587 # submission\n",
        &["comment-in-value 6"],
    ),
    (
        "{good}M.example:fingerprints = sha256:{hex}\n",
        &["host-case 5"],
    ),
    (
        "{good}m.example:587:fingerprints = sha256:{hex}\n",
        &["port-in-key 5"],
    ),
    ("{good}::1:fingerprints = sha256:{hex}\n", &[]),
    (
        "{good}m.example:fingerprints = {sha1}\nm.example:fingerprints = sha256:{hex}\n",
        &["shadowed 5"],
    ),
    (
        "{good}m.example:fingerprints = {sha1}\n%unset m.example:fingerprints\n",
        &["shadowed 5"],
    ),
    (
        "{good}m.example:fingerprints = {sha1}\nm.example:fingerprints = sha256:{hex},{sha1}\n",
        &[],
    ),
    (
        "{good}m.example:fingerprints = {sha1}\nm.example:verifycertsfile = @/root.pem\n",
        &["ignored-ca-file 6"],
    ),
    (
        "{good}m.example:verifycertsfile = @/none.pem\n",
        &["bad-ca-file 5"],
    ),
    ("[web]\ncacerts = @/empty.pem\n", &["bad-ca-file 2"]),
    ("[web]\ncacerts = @/leaf.pem\n", &["no-anchor 2"]),
    ("[web]\ncacerts = root.pem\n", &["relative-ca-file 2"]),
    ("[web]\ncacerts = @/root.pem\n", &[]),
    (
        "{good}m.example:fingerprints = sha256:{hex}\n[hostfingerprints]\nm.example = {bare}\n",
        &["stale-legacy-pin 7"],
    ),
    (
        "[hostfingerprints]\nm.example = {sha1}\n",
        &["useless-pin 2"],
    ),
    ("[defaults]\nemail = -n --insecure\n", &["insecure 2"]),
    ("[alias]\nemail = email --insecure\n", &["insecure 2"]),
    (
        "[alias]\nmail = email '--ins'\nlog = log\n",
        &["insecure 2"],
    ),
    ("[defaults]\nemail = --subject --insecure\n", &[]),
    ("[defaults]\nemail = --insecure --no-insecure\n", &[]),
    ("[alias]\nsend = email --subject --insecure\n", &[]),
    ("[defaults]\nemail = --in\n", &["bad-command 2"]),
    (
        "[alias]\nemail = email --cwd /\n[defaults]\nemail = --git=1\n",
        &["bad-command 2"],
    ),
    ("[ui]\nquiet = maybe\nverbose = on\n", &["invalid-value 2"]),
    ("[smtp]\nport = 70000\n", &["invalid-value 2"]),
    ("[smtp]\nport = +2_5\n", &[]),
    ("[extensions]\npatchbomb = !\n", &[]),
    ("{good}[extensions]\npatchbomb = !\n", &["no-patchbomb 6"]),
    (
        "[extensions]\npatchbomb = @/none.py\n",
        &["missing-extension 2"],
    ),
    (
        "{good}minimumprotocol = tls1.3\n",
        &["depends-on-release 5"],
    ),
    (
        "{good}m.example:minimumprotocol = tls1.3\n",
        &["depends-on-release 5"],
    ),
    (
        "[alias]\nsend = email --to x\n[hooks]\npre-email.check = false\n",
        &["alias-without-hook 2"],
    ),
    (
        "[alias]\nsend = email\n[hooks]\npre-email = false\npre-send = false\n",
        &[],
    ),
];

#[test]
fn every_kind_is_found_on_its_line() {
    let dir = Dir::new();
    let pki = Pki::new("Lint", KeyKind::P256);
    dir.file("root.pem", pki.root_pem());
    dir.file("leaf.pem", pki.identity(leaf(&["m.example"])).chain_pem());
    dir.file("empty.pem", "");
    let place = dir.path().display().to_string();
    let hex = "b".repeat(64);
    for (text, expected) in CASES {
        let text = text
            .replace("{good}", GOOD)
            .replace("{hex}", &hex)
            .replace("{sha1}", SHA1)
            .replace("{bare}", &SHA1[5..])
            .replace('@', &place);
        assert_eq!(found(&dir, &text), *expected, "{text}");
    }
}

/// hg aborts at a missing CA file only if it reads the file.
#[test]
fn a_missing_ca_file_stops_hg_only_where_it_decides() {
    let dir = Dir::new();
    let pin = format!("m.example:fingerprints = {SHA1}\n");
    let web = "[web]\ncacerts = /none.pem\n";
    for (text, aborts, why) in [
        (format!("{GOOD}{web}"), true, ""),
        (web.to_owned(), true, ""),
        (format!("{GOOD}{pin}{web}"), false, "by the pins"),
        (
            format!("{GOOD}[defaults]\nemail = --insecure\n{web}"),
            false,
            "--insecure",
        ),
        (
            format!("{GOOD}m.example:verifycertsfile = /none.pem\n[defaults]\nemail = --ins\n"),
            false,
            "--insecure",
        ),
        (
            "[smtp]\ncacerts = /none.pem\n".to_owned(),
            false,
            "no Mercurial reads",
        ),
    ] {
        let run = lint(&dir, &text, &["--format", "json"]);
        let lints: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let all = lints.as_array().expect("an array");
        let found = all.iter().find(|lint| lint["code"] == "bad-ca-file");
        let message = found.expect("the file")["message"]
            .as_str()
            .expect("a text");
        assert_eq!(message.contains("hg aborts"), aborts, "{text}: {message}");
        assert!(message.contains(why), "{text}: {message}");
    }
}

#[test]
fn the_release_that_is_named_is_the_one_that_is_linted_for() {
    let dir = Dir::new();
    let text = format!("{GOOD}minimumprotocol = tls1.3\n");
    let codes = |version: &str| {
        let run = lint(&dir, &text, &["--format", "json", "--hg-version", version]);
        let lints: Value = serde_json::from_str(&run.stdout).expect("JSON");
        lints[0]["code"].as_str().map(str::to_owned)
    };
    assert_eq!(codes("6.9.5").as_deref(), Some("invalid-value"));
    assert_eq!(codes("7.0"), None);
    assert_eq!(lint(&dir, &text, &["--hg-version", "seven"]).code, 2);
    let ciphers = format!("{GOOD}ciphers = DEFAULT:@SECLEVEL=0\n");
    assert_eq!(found(&dir, &ciphers), ["depends-on-release 5"]);
    let both = format!("{ciphers}minimumprotocol = tls1.2\n");
    assert!(found(&dir, &both).is_empty());
}

#[test]
fn a_pin_that_a_later_file_shadows_is_reported_with_both_lines() {
    let dir = Dir::new();
    let later = dir.file(
        "later.rc",
        format!("[hostsecurity]\nm.example:fingerprints = {SHA1}\n"),
    );
    let hex = "b".repeat(64);
    let text =
        format!("[hostsecurity]\nm.example:fingerprints = sha256:{hex}\n%include later.rc\n");
    let run = lint(&dir, &text, &[]);
    assert_eq!(run.code, 1);
    let first = format!(
        "{}:2: hostsecurity.m.example:fingerprints",
        dir.path().join("hgrc").display()
    );
    let other = format!("the other line is {}:2", later.display());
    assert!(
        run.stdout.contains(&first) && run.stdout.contains(&other),
        "{}",
        run.stdout
    );
}

#[test]
fn a_password_that_every_user_can_read_is_found_and_not_shown() {
    let dir = Dir::new();
    let file = dir.file("open", "[smtp]\npassword = hunter2 # x\n");
    let mut permissions = file.metadata().expect("the file").permissions();
    permissions.set_mode(0o644);
    std::fs::set_permissions(&file, permissions).expect("permissions");
    let run = finish(program().args(["--lint", "--hgrc"]).arg(&file));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("readable-password"), "{}", run.stdout);
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
}

#[test]
fn hostile_text_of_a_file_is_escaped() {
    let dir = Dir::new();
    let run = lint(
        &dir,
        "[smtp]\nho\u{1b}[2Jst = x\n[hostsecurity]\na\u{202e}b:fingerprints = \u{9b}x\n",
        &[],
    );
    assert_eq!(run.code, 1);
    assert!(
        !run.stdout
            .chars()
            .any(|c| c != '\n' && smtp_certcheck::escape::is_unsafe(c)),
        "{:?}",
        run.stdout
    );
}

#[test]
fn a_check_shows_only_the_lints_about_its_host() {
    let dir = Dir::new();
    let pki = Pki::new("Lint", KeyKind::P256);
    let root = dir.file("root.pem", pki.root_pem());
    let identity = pki.identity(leaf(&["localhost"]));
    let server = Server::start(&identity, Behaviour::default());
    let legacy = smtp_certcheck::fingerprint::Fingerprint::compute(
        smtp_certcheck::fingerprint::Algorithm::Sha1,
        &identity.chain[0],
    );
    let pinned = smtp_certcheck::fingerprint::Fingerprint::compute(
        smtp_certcheck::fingerprint::Algorithm::Sha256,
        &identity.chain[0],
    );
    let check = |text: &str| {
        let hgrc = dir.file("hgrc", text);
        let target = format!("localhost:{}", server.port());
        let mut args = vec![
            target.into(),
            "--cacerts".into(),
            root.clone().into_os_string(),
        ];
        args.extend(["--hgrc".into(), hgrc.into_os_string()]);
        let (_, report) = testkit::program::report(args);
        let lints = report["lint"].as_array().expect("lints").clone();
        lints
            .iter()
            .map(|lint| lint["code"].as_str().expect("a code").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        check("[hostsecurity]\nlocalhost:certfingerprints = x\nother:certfingerprints = x\n"),
        ["unknown-key"]
    );
    // A legacy pin that matches the present certificate is not stale.
    let both = format!(
        "[hostsecurity]\nlocalhost:fingerprints = {pinned}\n[hostfingerprints]\nlocalhost = {}\n",
        legacy.hex()
    );
    assert_eq!(check(&both), Vec::<String>::new());
    assert_eq!(
        check(&both.replace(&legacy.hex(), &SHA1[5..])),
        ["stale-legacy-pin"]
    );
}
