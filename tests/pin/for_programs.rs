//! `pin --for`: each program reads its lines, accepts the server that was pinned, and refuses every
//! other server that its pin must refuse. A real Postfix is the server: it presents the certificate
//! that was pinned, then renewed ones, then an impostor's, all for the same name and port.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "tests read and write files, and end when something is wrong"
)]

use serde_json::Value;
use smtp_certcheck::endpoint::Protocol;
use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use smtp_certcheck::programs::{By, FileUse, PROGRAMS, Program};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use testkit::example_network::{ExampleNetwork, Place, enter};
use testkit::mta::{Kind, Mta, exim_sends};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};
use testkit::skip::skip;

pub(super) static OURS: LazyLock<Pki> = LazyLock::new(|| Pki::new("Ours", KeyKind::P256));
pub(super) static THEIRS: LazyLock<Pki> = LazyLock::new(|| Pki::new("Theirs", KeyKind::P256));
pub(super) static PINNED: LazyLock<Identity> =
    LazyLock::new(|| OURS.identity(leaf(&["localhost"])));

pub(super) static SELF_SIGNED: LazyLock<Identity> =
    LazyLock::new(|| Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256));

/// A certificate that a server presents after a pin was made, and whether the pin still holds.
struct Later(&'static str, Identity, bool);

/// A renewal with the same key, one with a new key, a change of the CA, in the order of
/// [`By::survives`]; then an impostor's with the same name, or of the same CA.
fn later(survives: [bool; 3]) -> Vec<Later> {
    let name = || leaf(&["localhost"]);
    let [same_key, new_key, new_ca] = survives;
    vec![
        Later("the same key", OURS.renewed(&PINNED, &name()), same_key),
        Later("a new key", OURS.identity(name()), new_key),
        Later("a new CA", THEIRS.renewed(&PINNED, &name()), new_ca),
        Later("an impostor", THEIRS.identity(name()), false),
        // With a pinned CA, only the name refuses the impostor.
        Later("another name", OURS.identity(leaf(&["other.test"])), false),
    ]
}

/// An impostor with the same name, self-signed like the pinned one.
fn impostor() -> Vec<Later> {
    let identity = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    vec![Later("an impostor", identity, false)]
}

pub(super) fn has(test: &str, program: &str, args: &[&str]) -> bool {
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let found = status.is_ok_and(|status| status.success());
    if !found {
        skip(
            test,
            &format!(
                "{program} {} does not run: run tests/install",
                args.join(" ")
            ),
        );
    }
    found
}

/// A directory with both CAs, and the printed lines.
pub(super) struct Desk {
    pub(super) dir: Dir,
}

impl Desk {
    pub(super) fn new() -> Self {
        let dir = Dir::new();
        dir.file("root.pem", OURS.root_pem());
        let both = OURS.root_pem() + &THEIRS.root_pem();
        dir.file("both.pem", &both);
        std::fs::create_dir(dir.path().join("own")).expect("a directory");
        dir.file("own/ours.pem", OURS.root_pem());
        dir.file("own/theirs.pem", THEIRS.root_pem());
        testkit::openssl::run(&dir, &["rehash", "own"]);
        Self { dir }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The path of a file, as configurations name it.
    pub(super) fn name(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub(super) fn pin(&self, mta: &Mta, tool: &str, args: &[&str]) -> Run {
        let target = format!("localhost:{}", mta.starttls_port());
        self.pin_at(&target, &[&["--for", tool], args].concat())
    }

    pub(super) fn pin_at(&self, target: &str, args: &[&str]) -> Run {
        let mut command = program();
        command
            .current_dir(self.dir.path())
            .env("HOME", self.dir.path())
            .args(["pin", target, "--cacerts", "root.pem"])
            .args(args);
        finish(&mut command)
    }

    /// The printed lines, as a file.
    #[track_caller]
    fn printed(&self, mta: &Mta, tool: &str, args: &[&str]) -> PathBuf {
        let run = self.pin(mta, tool, args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        self.dir.file("printed", run.stdout)
    }
}

/// The result of a program: whether it accepted the server, and its output.
pub(super) struct Outcome {
    pub(super) accepted: bool,
    pub(super) said: String,
}

impl Outcome {
    pub(super) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("it starts");
        Self {
            accepted: output.status.success(),
            said: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        }
    }
}

/// A unique message.
pub(super) fn message() -> (String, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let token = format!("token-{}", COUNT.fetch_add(1, Ordering::SeqCst));
    let text = format!(
        "From: from@client.test\nTo: to@server.test\nSubject: {token}\n\
         Date: Mon, 23 Nov 2026 12:00:00 +0000\nMessage-ID: <{token}@client.test>\n\nHello.\n"
    );
    (token, text)
}

pub(super) fn arrived(mta: &Mta, token: &str, wait: bool) -> bool {
    let start = Instant::now();
    loop {
        if mta.delivered(0).iter().any(|mail| mail.contains(token)) {
            return true;
        }
        if !wait || start.elapsed() > Duration::from_secs(10) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Makes the server present `identity`, and waits until it does.
pub(super) fn present(mta: &Mta, identity: &Identity) {
    mta.renew(identity).expect("it is told");
    let ours = [identity.chain[0].as_ref()];
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        let (_, report) = testkit::program::report([
            &format!("localhost:{}", mta.starttls_port()),
            "--no-hgrc",
            "--timeout",
            "5",
        ]);
        let pem = report["chain"][0]["pem"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if pem == testkit::pki::to_pem(ours[0]) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("Postfix keeps its certificate: {}", mta.log());
}

/// Puts a program before the pinned server, and before all that follow. `refusals`: its messages
/// when it refuses for the right reason.
#[track_caller]
fn judged(
    mta: &Mta,
    pinned: &Identity,
    later: &[Later],
    refusals: &[&str],
    run: impl Fn() -> Outcome,
) {
    let first = run();
    assert!(first.accepted, "the pinned one is refused: {}", first.said);
    for Later(what, identity, accepted) in later {
        present(mta, identity);
        let outcome = run();
        let said = &outcome.said;
        assert_eq!(outcome.accepted, *accepted, "{what}: {said}");
        let reason = refusals.iter().any(|why| said.contains(why));
        assert!(*accepted || reason, "{what} is refused, but why: {said}");
    }
    present(mta, pinned);
}

pub(super) fn server(test: &str) -> Option<Mta> {
    Mta::for_test(test, Kind::Postfix, &PINNED)
}

/// Sends a message; the server is accepted if the message arrives.
pub(super) fn sends(mta: &Mta, desk: &Desk, command: impl Fn(&Path) -> Command) -> Outcome {
    let (token, text) = message();
    let file = desk.dir.file("message", &text);
    let mut command = command(&file);
    command.stdin(std::fs::File::open(&file).expect("the message"));
    let mut outcome = Outcome::of(&mut command);
    let there = arrived(mta, &token, outcome.accepted);
    assert_eq!(there, outcome.accepted, "{}: {}", outcome.said, mta.log());
    outcome.accepted = there;
    outcome
}

// ---------------------------------------------------------------- the programs, as users run them

const MSMTP_REFUSES: &[&str] = &[
    "the certificate fingerprint does not match",
    "The certificate is NOT trusted. The certificate issuer is unknown.",
    "The name in the certificate does not match the expected.",
];

pub(super) fn msmtp(mta: &Mta, desk: &Desk, printed: &Path) -> Outcome {
    let text = std::fs::read_to_string(printed).expect("what was printed");
    let mut accounts = text
        .lines()
        .filter_map(|line| line.strip_prefix("account "));
    let account = accounts.next().expect("an account");
    sends(mta, desk, |_| {
        let mut command = Command::new("msmtp");
        command.arg("-C").arg(printed).args(["-a", account]);
        command.args(["-f", "from@client.test", "to@server.test"]);
        command
    })
}

pub(super) fn has_git(test: &str) -> bool {
    let modules = ["-MIO::Socket::SSL=2.062", "-MNet::SSLeay=1.83", "-e", "1"];
    has(test, "perl", &modules) && has(test, "git", &["send-email", "--dump-aliases"])
}

const GIT_REFUSES: &[&str] = &["certificate verify failed", "hostname verification failed"];

pub(super) fn git(mta: &Mta, desk: &Desk, printed: &Path) -> Outcome {
    sends(mta, desk, |message| {
        let mut command = Command::new("git");
        command
            .args([
                "send-email",
                "--from=from@client.test",
                "--to=to@server.test",
            ])
            .args(["--confirm=never", "--suppress-cc=all", "--no-validate"])
            .arg(message)
            .current_dir(desk.dir.path())
            .env("HOME", desk.dir.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", printed);
        command
    })
}

const CURL_REFUSES: &[&str] = &[
    "public key does not match pinned",
    "SSL certificate problem",
    "no alternative certificate subject name matches",
];

/// Runs curl. `store` is the trust store that curl uses by itself.
pub(super) fn curl(mta: &Mta, desk: &Desk, printed: &Path, store: &str) -> Outcome {
    // The lines must hold whatever the user's ~/.curlrc says.
    desk.dir.file(".curlrc", "insecure\n");
    sends(mta, desk, |message| {
        let mut command = Command::new("curl");
        command
            .args(["-sS", "--config"])
            .arg(printed)
            .args([
                "--mail-from",
                "from@client.test",
                "--mail-rcpt",
                "to@server.test",
            ])
            .arg("--upload-file")
            .arg(message)
            .env("CURL_HOME", desk.dir.path())
            .env("CURL_CA_BUNDLE", desk.path(store));
        command
    })
}

const OPENSSL_REFUSES: &[&str] = &["certificate verify failed", "verify error:num="];

/// Runs the advised command; the machine's own store would trust every server here.
pub(super) fn openssl(desk: &Desk, words: &str) -> Outcome {
    let mut command = Command::new("openssl");
    command
        .args(words.split_whitespace().skip(1))
        .current_dir(desk.dir.path())
        .env("SSL_CERT_DIR", desk.path("own"))
        .env("SSL_CERT_FILE", desk.path("both.pem"))
        .stdin(Stdio::null());
    Outcome::of(&mut command)
}

const GNUTLS_REFUSES: &[&str] = &[
    "but its key does not match",
    "*** PKI verification of server certificate failed",
];

/// Runs the advised command.
fn gnutls(desk: &Desk, words: &str) -> Outcome {
    let mut command = Command::new("gnutls-cli");
    command
        .args(words.split_whitespace().skip(1))
        .current_dir(desk.dir.path())
        .env("HOME", desk.dir.path())
        .env_remove("XDG_DATA_HOME")
        .stdin(Stdio::null());
    Outcome::of(&mut command)
}

/// A command from the advice, without its line breaks.
pub(super) fn advised(run: &Run, begins: &str, file: &str) -> String {
    let at = run
        .stderr
        .find(&format!("\n    {begins}"))
        .expect("a command");
    let command = run.stderr[at..].replace("\\\n", " ");
    let line = command.trim_start().lines().next().unwrap_or_default();
    line.replace("FILE", file)
}

const EXIM_REFUSES: &[&str] = &["certificate verification failed", "certificate invalid"];

pub(super) fn exim(test: &str, mta: &Mta, transport: &str) -> Outcome {
    let name = transport_name(transport);
    let (token, mail) = message();
    let said = exim_sends(test, (name, transport), &mail).expect("Exim");
    let accepted = said.contains(" => to@server.test");
    assert_eq!(arrived(mta, &token, accepted), accepted, "{said}");
    Outcome { accepted, said }
}

pub(super) fn transport_name(transport: &str) -> &str {
    let mut names = transport.lines().filter_map(|line| line.strip_suffix(':'));
    names.next().expect("a name")
}

pub(super) fn has_exim(test: &str) -> bool {
    let nowhere = "t:\n  driver = smtp\n  hosts = 127.0.0.1\n  port = 1\n";
    exim_sends(test, ("t", nowhere), "\n").is_some()
}

/// Makes files readable: servers read them as their own users.
pub(super) fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    open(path, 0o755);
    for entry in std::fs::read_dir(path).expect("the directory").flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            open(&entry.path(), 0o644);
        }
    }
}

// ----------------------------------------------------------------------- the pins that they read

#[test]
fn msmtp_sends_by_its_fingerprint_and_by_its_ca() {
    let test = "msmtp_sends_by_its_fingerprint_and_by_its_ca";
    if !has(test, "msmtp", &["--version"]) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    for (args, by) in [
        (&[][..], By::Certificate),
        (&["--digest", "sha1"], By::Certificate),
        (&["--by", "cacerts", "--ca-out", "msmtp.pem"], By::Ca),
    ] {
        let printed = desk.printed(&mta, "msmtp", args);
        // A fingerprint in the section "defaults" must not outweigh the CA.
        let defaults = format!("defaults\ntls_fingerprint {}\n", "00:".repeat(31) + "00");
        let account = std::fs::read_to_string(&printed).expect("the lines");
        let printed = desk.dir.file("msmtprc", defaults + &account);
        judged(&mta, &PINNED, &later(by.survives()), MSMTP_REFUSES, || {
            msmtp(&mta, &desk, &printed)
        });
    }
}

#[test]
fn git_sends_by_a_file_with_the_ca_or_the_certificate() {
    let test = "git_sends_by_a_file_with_the_ca_or_the_certificate";
    if !has_git(test) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    for by in [By::Ca, By::Certificate] {
        let file = format!("git-{}.pem", by.as_str());
        let printed = desk.printed(&mta, "git", &["--by", by.as_str(), "--ca-out", &file]);
        judged(&mta, &PINNED, &later(by.survives()), GIT_REFUSES, || {
            git(&mta, &desk, &printed)
        });
    }
}

#[test]
fn curl_sends_by_the_key_and_by_a_file() {
    let test = "curl_sends_by_the_key_and_by_a_file";
    if !has(test, "curl", &["--version"]) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    // With the key alone, curl's own store decides about a change of the CA.
    for (args, by, store, new_ca) in [
        (&[][..], By::Key, "both.pem", true),
        (&[], By::Key, "root.pem", false),
        (&["--ca-out", "key.pem"], By::Key, "both.pem", false),
        (
            &["--by", "cacerts", "--ca-out", "ca.pem"],
            By::Ca,
            "both.pem",
            false,
        ),
        (
            &["--by", "fingerprint", "--ca-out", "leaf.pem"],
            By::Certificate,
            "both.pem",
            false,
        ),
    ] {
        let printed = desk.printed(&mta, "curl", args);
        let [same_key, new_key, _] = by.survives();
        let later = later([same_key, new_key, new_ca]);
        judged(&mta, &PINNED, &later, CURL_REFUSES, || {
            curl(&mta, &desk, &printed, store)
        });
    }
}

#[test]
fn openssl_goes_by_the_file_with_the_advised_command() {
    let test = "openssl_goes_by_the_file_with_the_advised_command";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    for by in [By::Ca, By::Certificate] {
        let file = format!("{}.pem", by.as_str());
        let run = desk.pin(&mta, "openssl", &["--by", by.as_str()]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        desk.dir.file(&file, &run.stdout);
        let words = advised(&run, "openssl s_client", &file);
        judged(
            &mta,
            &PINNED,
            &later(by.survives()),
            OPENSSL_REFUSES,
            || openssl(&desk, &words),
        );
        // With --ca-out, the file has the same content, and the command names it.
        let out = format!("out-{}.pem", by.as_str());
        let written = desk.pin(&mta, "openssl", &["--by", by.as_str(), "--ca-out", &out]);
        assert_eq!((written.code, written.stdout.as_str()), (0, ""));
        let saved = std::fs::read_to_string(desk.path(&out)).expect("the file");
        assert_eq!(saved, run.stdout);
        assert!(
            written.stderr.contains(&desk.name(&out)),
            "{}",
            written.stderr
        );
    }
}

#[test]
fn gnutls_goes_by_known_hosts_and_by_a_file() {
    let test = "gnutls_goes_by_known_hosts_and_by_a_file";
    if !has(test, "gnutls-cli", &["--version"]) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    let known_hosts = desk.path(".gnutls/known_hosts");
    std::fs::create_dir(desk.path(".gnutls")).expect("a directory");

    let run = desk.pin(&mta, "gnutls", &[]);
    std::fs::write(&known_hosts, &run.stdout).expect("known_hosts");
    let words = advised(&run, "gnutls-cli", "");
    judged(
        &mta,
        &PINNED,
        &later(By::Key.survives()),
        GNUTLS_REFUSES,
        || gnutls(&desk, &words),
    );
    let left = std::fs::read_to_string(&known_hosts).expect("known_hosts");
    assert_eq!(left, run.stdout, "no other key was learnt");

    std::fs::remove_file(&known_hosts).expect("known_hosts");
    let run = desk.pin(&mta, "gnutls", &["--by", "cacerts"]);
    desk.dir.file("ca.pem", &run.stdout);
    let words = advised(&run, "gnutls-cli", "ca.pem");
    judged(
        &mta,
        &PINNED,
        &later(By::Ca.survives()),
        GNUTLS_REFUSES,
        || gnutls(&desk, &words),
    );

    // GnuTLS would not find it: the output says that instead.
    let run = desk.pin(&mta, "gnutls", &["--by", "fingerprint"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("not self-signed"), "{}", run.stderr);
}

#[test]
fn exim_sends_by_a_transport_that_trusts_one_file() {
    let test = "exim_sends_by_a_transport_that_trusts_one_file";
    if !has_exim(test) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    let printed = desk.printed(&mta, "exim", &["--ca-out", "exim.pem"]);
    open_to_all(desk.dir.path());
    let transport = std::fs::read_to_string(printed).expect("the lines");
    judged(
        &mta,
        &PINNED,
        &later(By::Ca.survives()),
        EXIM_REFUSES,
        || exim(test, &mta, &transport),
    );
    let run = desk.pin(
        &mta,
        "exim",
        &["--by", "fingerprint", "--ca-out", "leaf.pem"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("not self-signed"), "{}", run.stderr);
    assert!(!desk.path("leaf.pem").exists());
}

#[test]
fn a_self_signed_certificate_is_pinned_for_each_once_it_is_confirmed() {
    let test = "a_self_signed_certificate_is_pinned_for_each_once_it_is_confirmed";
    let Some(mta) = Mta::for_test(test, Kind::Postfix, &SELF_SIGNED) else {
        return;
    };
    let desk = Desk::new();
    let expected = Fingerprint::compute(Algorithm::Sha256, &SELF_SIGNED.chain[0]).to_string();
    let confirmed = |args: &[&'static str]| -> Vec<&str> {
        args.iter()
            .copied()
            .chain(["--expect", &expected])
            .collect()
    };
    let leaf = |file: &'static str| confirmed(&["--by", "fingerprint", "--ca-out", file]);
    let check = |refusals: &[&str], run: &dyn Fn() -> Outcome| {
        judged(&mta, &SELF_SIGNED, &impostor(), refusals, run);
    };
    // Without confirmation nothing is printed.
    let refused = desk.pin(&mta, "msmtp", &[]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    let refused = desk.pin(&mta, "git", &confirmed(&["--ca-out", "no.pem"]));
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(
        refused.stderr.contains("no CA that git"),
        "{}",
        refused.stderr
    );

    if has(test, "msmtp", &["--version"]) {
        let printed = desk.printed(&mta, "msmtp", &confirmed(&[]));
        check(MSMTP_REFUSES, &|| msmtp(&mta, &desk, &printed));
    }
    if has_git(test) {
        let printed = desk.printed(&mta, "git", &leaf("git.pem"));
        check(GIT_REFUSES, &|| git(&mta, &desk, &printed));
    }
    if has(test, "curl", &["--version"]) {
        for args in [leaf("curl.pem"), confirmed(&["--ca-out", "curl.pem"])] {
            let printed = desk.printed(&mta, "curl", &args);
            check(CURL_REFUSES, &|| curl(&mta, &desk, &printed, "both.pem"));
        }
        // curl would refuse it, with or without a pin.
        let run = desk.pin(&mta, "curl", &confirmed(&[]));
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert!(
            run.stderr.contains("curl checks the certificate"),
            "{}",
            run.stderr
        );
    }
    let run = desk.pin(&mta, "openssl", &leaf("openssl.pem"));
    let words = advised(&run, "openssl s_client", "");
    check(OPENSSL_REFUSES, &|| openssl(&desk, &words));
    if has(test, "gnutls-cli", &["--version"]) {
        let run = desk.pin(&mta, "gnutls", &leaf("gnutls.pem"));
        let words = advised(&run, "gnutls-cli", "");
        check(GNUTLS_REFUSES, &|| gnutls(&desk, &words));
    }
    if has_exim(test) {
        let printed = desk.printed(&mta, "exim", &leaf("exim.pem"));
        open_to_all(desk.dir.path());
        let transport = std::fs::read_to_string(printed).expect("the lines");
        check(EXIM_REFUSES, &|| exim(test, &mta, &transport));
    }
}

#[test]
fn each_goes_by_its_pin_over_implicit_tls_too() {
    let test = "each_goes_by_its_pin_over_implicit_tls_too";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    let target = format!("smtps://localhost:{}", mta.smtps_port());
    let pin = |args: &[&str]| {
        let run = desk.pin_at(&target, args);
        assert_eq!(run.code, 0, "{}", run.stderr);
        desk.dir.file("printed", &run.stdout);
        run
    };
    let printed = desk.path("printed");
    let stranger = || {
        let refused = |later: &Later| !later.2;
        later([true; 3])
            .into_iter()
            .filter(refused)
            .collect::<Vec<_>>()
    };
    let check = |refusals: &[&str], run: &dyn Fn() -> Outcome| {
        judged(&mta, &PINNED, &stranger(), refusals, run);
    };
    if has(test, "msmtp", &["--version"]) {
        pin(&["--for", "msmtp"]);
        check(MSMTP_REFUSES, &|| msmtp(&mta, &desk, &printed));
    }
    if has_git(test) {
        pin(&["--for", "git", "--ca-out", "ca.pem"]);
        check(GIT_REFUSES, &|| git(&mta, &desk, &printed));
    }
    if has(test, "curl", &["--version"]) {
        pin(&["--for", "curl"]);
        check(CURL_REFUSES, &|| curl(&mta, &desk, &printed, "both.pem"));
    }
    let run = pin(&["--for", "openssl", "--ca-out", "ca.pem"]);
    let words = advised(&run, "openssl s_client", "");
    check(OPENSSL_REFUSES, &|| openssl(&desk, &words));
    if has(test, "gnutls-cli", &["--version"]) {
        let run = pin(&["--for", "gnutls", "--by", "cacerts", "--ca-out", "ca.pem"]);
        let words = advised(&run, "gnutls-cli", "");
        check(GNUTLS_REFUSES, &|| gnutls(&desk, &words));
    }
    if has_exim(test) {
        pin(&["--for", "exim", "--ca-out", "ca.pem"]);
        open_to_all(desk.dir.path());
        let transport = std::fs::read_to_string(&printed).expect("the lines");
        check(EXIM_REFUSES, &|| exim(test, &mta, &transport));
    }
    let run = pin(&["--for", "postfix", "--by", "key"]);
    assert!(
        run.stdout.contains("-o smtp_tls_wrappermode=yes"),
        "{}",
        run.stdout
    );
    open_to_all(desk.dir.path());
    let further = "smtp_tls_wrappermode = yes";
    let Some(relay) = relay(test, mta.smtps_port(), &printed, further) else {
        return;
    };
    check(POSTFIX_REFUSES, &|| relayed(&relay, &mta));
}

// ------------------------------------------------------------------------------- postfix

/// The names of Postfix' ways, with the digest that main.cf must name.
const POSTFIX: &[(&[&str], By, &str)] = &[
    (&[], By::Certificate, "sha256"),
    (&["--digest", "sha1"], By::Certificate, "sha1"),
    (&["--by", "key"], By::Key, "sha256"),
    (&["--by", "key", "--digest", "sha512"], By::Key, "sha512"),
    (
        &["--by", "cacerts", "--ca-out", "postfix.pem"],
        By::Ca,
        "sha256",
    ),
];

/// The printed policy, given to `posttls-finger` as its options.
fn posttls_finger(mta: &Mta, policy: &str, digest: &str) -> Outcome {
    let lines = policy.lines().filter(|line| !line.starts_with('#'));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let value = |name: &str| {
        let mut values = words.iter().filter_map(|word| word.split_once('='));
        values
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    };
    let mut command = mta.program("posttls-finger").expect("posttls-finger");
    command.args([
        "-c",
        "-t",
        "10",
        "-d",
        digest,
        "-l",
        words[1],
        "-s",
        value("servername"),
    ]);
    if words[1] == "secure" {
        command.args(["-A", value("tafile")]);
    }
    // It asks the DNS only, which does not know localhost.
    let hop = words[0].replace("localhost", "127.0.0.1");
    let mut outcome = Outcome::of(command.arg(hop).arg(value("match")).stdin(Stdio::null()));
    outcome.accepted = outcome
        .said
        .contains(": Verified TLS connection established");
    outcome
}

#[test]
fn posttls_finger_goes_by_the_policy() {
    let Some(mta) = server("posttls_finger_goes_by_the_policy") else {
        return;
    };
    let desk = Desk::new();
    let refusals = [
        "Untrusted TLS connection established",
        "Trusted TLS connection established",
    ];
    for (args, by, digest) in POSTFIX {
        let printed = desk.printed(&mta, "postfix", args);
        let policy = std::fs::read_to_string(printed).expect("the lines");
        judged(&mta, &PINNED, &later(by.survives()), &refusals, || {
            posttls_finger(&mta, &policy, digest)
        });
    }
}

/// A Postfix that sends all mail to a port, with the policy and further lines of `main.cf`.
pub(super) fn relay(test: &str, port: u16, policy: &Path, further: &str) -> Option<Mta> {
    let relay = server(test)?;
    let lines = format!(
        "myhostname = relay.test\nvirtual_mailbox_domains =\nsmtp_host_lookup = native\n\
         relayhost = [localhost]:{port}\nmynetworks = 127.0.0.0/8\nsmtp_tls_loglevel = 1\n\
         smtp_tls_policy_maps = texthash:{}\n{further}\n",
        policy.display()
    );
    relay.reconfigure(&lines).expect("it is told");
    // A client that connects during a reload may wait for ever.
    let log = relay.log_with("reload -- version");
    assert!(log.contains("reload -- version"), "{log}");
    Some(relay)
}

pub(super) fn relayed(relay: &Mta, mta: &Mta) -> Outcome {
    let (token, text) = message();
    let from = relay.log().len();
    submit(relay.starttls_port(), &text);
    let start = Instant::now();
    let said = loop {
        let log = relay.log();
        let mut new = log.get(from..).unwrap_or_default().lines();
        match new.find(|line| line.contains("status=")) {
            Some(line) => break line.to_owned(),
            None if start.elapsed() > Duration::from_secs(20) => break log,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let accepted = said.contains("status=sent");
    assert!(accepted || said.contains("status=deferred"), "{said}");
    assert_eq!(arrived(mta, &token, accepted), accepted, "{said}");
    Outcome { accepted, said }
}

const POSTFIX_REFUSES: &[&str] = &[
    "Server certificate not verified",
    "Server certificate not trusted",
];

#[test]
fn a_postfix_relay_delivers_to_the_pinned_server_and_defers_for_others() {
    let test = "a_postfix_relay_delivers_to_the_pinned_server_and_defers_for_others";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    for (args, by, digest) in POSTFIX {
        let printed = desk.printed(&mta, "postfix", args);
        open_to_all(desk.dir.path());
        let further = format!("smtp_tls_fingerprint_digest = {digest}");
        let Some(relay) = relay(test, mta.starttls_port(), &printed, &further) else {
            return;
        };
        judged(
            &mta,
            &PINNED,
            &later(by.survives()),
            POSTFIX_REFUSES,
            || relayed(&relay, &mta),
        );
    }
}

#[test]
fn postfix_with_another_digest_defers_and_a_self_signed_leaf_is_not_a_ca() {
    let test = "postfix_with_another_digest_defers_and_a_self_signed_leaf_is_not_a_ca";
    let Some(mta) = Mta::for_test(test, Kind::Postfix, &SELF_SIGNED) else {
        return;
    };
    let desk = Desk::new();
    let own = desk
        .dir
        .file("self.pem", SELF_SIGNED.chain_pem())
        .display()
        .to_string();
    let printed = desk.printed(&mta, "postfix", &["--cacerts", &own]);
    open_to_all(desk.dir.path());
    let policy = std::fs::read_to_string(&printed).expect("the lines");
    assert!(
        policy.contains("\n# needs \"smtp_tls_fingerprint_digest = sha256\" in main.cf"),
        "{policy}"
    );
    for (digest, accepted) in [("sha256", true), ("md5", false)] {
        let further = format!("smtp_tls_fingerprint_digest = {digest}");
        let Some(relay) = relay(test, mta.starttls_port(), &printed, &further) else {
            return;
        };
        let outcome = relayed(&relay, &mta);
        assert_eq!(outcome.accepted, accepted, "{digest}: {}", outcome.said);
    }
    let args = ["--by", "cacerts", "--ca-out", "ca.pem", "--cacerts", &own];
    let run = desk.pin(&mta, "postfix", &args);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("only a CA's in tafile"),
        "{}",
        run.stderr
    );
}

/// Hands a message to a server, in the clear.
pub(super) fn submit(port: u16, text: &str) {
    // A connection that is made while Postfix reloads may hang for ever.
    let greeted = || {
        let stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        let patience = Some(Duration::from_secs(10));
        stream.set_read_timeout(patience).ok()?;
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        reader.read_line(&mut String::new()).ok()?;
        Some((stream, reader))
    };
    let (mut stream, mut reader) = (0..5).find_map(|_| greeted()).expect("a greeting");
    let mut said = String::new();
    let body = format!("{}.", text.replace('\n', "\r\n"));
    for line in [
        "HELO client.test",
        "MAIL FROM:<from@client.test>",
        "RCPT TO:<to@server.test>",
        "DATA",
        &body,
        "QUIT",
    ] {
        stream
            .write_all(format!("{line}\r\n").as_bytes())
            .expect("a line");
        said.clear();
        reader.read_line(&mut said).expect("a reply");
        assert!(said.starts_with(['2', '3']), "{line}: {said}");
    }
}

// ---------------------------------------------------------------------------------- tlsa

/// The fields of a record that danetool prints: owner, class, type, three numbers, hex.
fn danetool(desk: &Desk, port: u16, args: &[&str]) -> Vec<String> {
    let output = Command::new("danetool")
        .args([
            "--tlsa-rr",
            "--host",
            "localhost",
            "--port",
            &port.to_string(),
        ])
        .args(args)
        .current_dir(desk.dir.path())
        .output()
        .expect("danetool");
    let text = String::from_utf8_lossy(&output.stdout).replace(['(', ')'], "");
    let number = |word: &str| {
        word.strip_prefix('0')
            .filter(|rest| rest.len() == 1)
            .unwrap_or(word)
            .to_owned()
    };
    text.split_whitespace().map(number).collect()
}

#[test]
fn tlsa_records_are_danetools_and_openssl_goes_by_them() {
    let test = "tlsa_records_are_danetools_and_openssl_goes_by_them";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    desk.dir
        .file("leaf.pem", testkit::pki::to_pem(&PINNED.chain[0]));
    desk.dir
        .file("issuer.pem", testkit::pki::to_pem(&PINNED.chain[1]));
    let port = mta.starttls_port();
    for (by, numbers, args) in [
        (By::Key, "3 1 1", &["--load-certificate", "leaf.pem"][..]),
        (
            By::Certificate,
            "3 0 1",
            &["--x509", "--load-certificate", "leaf.pem"],
        ),
        (
            By::Ca,
            "2 1 1",
            &["--ca", "--load-certificate", "issuer.pem"],
        ),
    ] {
        let run = desk.pin(&mta, "tlsa", &["--by", by.as_str()]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let is_line = |line: &&str| !line.is_empty() && !line.starts_with(';');
        let mut lines = run.stdout.lines().filter(is_line);
        let (Some(line), None) = (lines.next(), lines.next()) else {
            panic!("{}", run.stdout)
        };
        let owner = format!("_{port}._tcp.localhost. IN TLSA ");
        let data = line.strip_prefix(&owner).expect(line);
        assert!(data.starts_with(numbers), "{data}");
        if has(test, "danetool", &["--version"]) {
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(danetool(&desk, port, args), words);
        }
        // OpenSSL gets the record as if DNSSEC had confirmed it.
        let refusals = ["No matching DANE TLSA records", "verify error:num="];
        judged(&mta, &PINNED, &later(by.survives()), &refusals, || {
            let mut command = Command::new("openssl");
            command
                .args(["s_client", "-starttls", "smtp", "-verify_return_error"])
                .args(["-connect", &format!("localhost:{port}")])
                .args(["-dane_tlsa_domain", "localhost", "-dane_tlsa_rrdata", data])
                .stdin(Stdio::null());
            Outcome::of(&mut command)
        });
    }
}

#[test]
fn a_record_of_a_ca_names_a_ca_that_the_server_presents() {
    // The server presents the leaf alone, and its intermediate is in the trust store: DANE clients
    // could not find it.
    let lonely = Server::start(&OURS.lonely(leaf(&["localhost"])), Behaviour::default());
    let desk = Desk::new();
    desk.dir
        .file("root.pem", testkit::pki::to_pem(&OURS.intermediate()));
    let target = format!("localhost:{}", lonely.port());
    let run = desk.pin_at(&target, &["--for", "tlsa", "--by", "cacerts"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("presents no certificate of its CA"),
        "{}",
        run.stderr
    );
    let run = desk.pin_at(&target, &["--for", "tlsa"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("TLSA 2 "), "{}", run.stdout);
}

/// A renewal by another intermediate of the same root: the record holds for the first one only.
#[test]
fn a_record_of_an_intermediate_promises_no_more_than_it_keeps() {
    let test = "a_record_of_an_intermediate_promises_no_more_than_it_keeps";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    let run = desk.pin(&mta, "tlsa", &["--by", "cacerts"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let promise = "; pins the intermediate \"Ours Intermediate\": ";
    assert!(run.stdout.contains(promise), "{}", run.stdout);
    assert!(!run.stdout.contains("pins this CA"), "{}", run.stdout);
    let said = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "an intermediate of \"Ours Root\"",
        "a record for each intermediate",
        "3 1 1 of the present and of the next key",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let data = run
        .stdout
        .lines()
        .filter(|line| !line.starts_with(';'))
        .find_map(|line| line.split_once(" IN TLSA "))
        .expect("a record")
        .1;
    let mut next = testkit::pki::ca("Ours Next Intermediate");
    next.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let by_next = OURS.below(next, &leaf(&["localhost"]));
    let later = vec![
        Later("a new key", OURS.identity(leaf(&["localhost"])), true),
        Later("another intermediate", by_next, false),
    ];
    judged(
        &mta,
        &PINNED,
        &later,
        &["verify error:num=20", "verify error:num=65"],
        || {
            let mut command = Command::new("openssl");
            command
                .args(["s_client", "-starttls", "smtp", "-verify_return_error"])
                .args(["-connect", &format!("localhost:{}", mta.starttls_port())])
                .args(["-dane_tlsa_domain", "localhost", "-dane_tlsa_rrdata", data])
                .stdin(Stdio::null());
            Outcome::of(&mut command)
        },
    );
    // If the server sends the root, too, the record is the root's, and holds for all of its
    // intermediates.
    let mut whole = PINNED.clone();
    whole.chain.push(OURS.root());
    let (_server, target) = embedded(&whole);
    let run = desk.pin_at(&target, &["--for", "tlsa", "--by", "cacerts"]);
    assert!(run.stdout.contains("; pins this CA: "), "{}", run.stdout);
    let run = desk.pin_at(&target, &["--for", "json"]);
    let pins: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let root = Fingerprint::compute(Algorithm::Sha256, &OURS.root()).hex();
    assert_eq!(pins["tlsa"]["records"][2]["ca"], root);
    assert_eq!(pins["tlsa"]["records"][0]["ca"], Value::Null);
}

// ------------------------------------------------------------- what GnuTLS refuses and OpenSSL does not

/// A TLS feature extension with `status_request`: must-staple (RFC 7633).
fn must_staple(mut params: rcgen::CertificateParams) -> rcgen::CertificateParams {
    let oid = [1, 3, 6, 1, 5, 5, 7, 1, 24];
    let content = testkit::der::seq([testkit::der::integer([5])]);
    let extension = rcgen::CustomExtension::from_oid_content(&oid, content);
    params.custom_extensions.push(extension);
    params
}

/// What GnuTLS refuses, and whether it refuses in the handshake, where no pin helps.
fn not_for_gnutls() -> Vec<(&'static str, Identity, bool)> {
    use rcgen::KeyUsagePurpose as U;
    let usage = |usages: &[U]| {
        let mut params = leaf(&["localhost"]);
        params.key_usages = usages.to_vec();
        params
    };
    let strict = OURS.below(
        must_staple(testkit::pki::ca("Strict")),
        &must_staple(leaf(&["localhost"])),
    );
    vec![
        (
            "EC, keyAgreement",
            OURS.identity(usage(&[U::KeyAgreement])),
            true,
        ),
        (
            "EC, keyEncipherment and dataEncipherment",
            OURS.identity(usage(&[U::KeyEncipherment, U::DataEncipherment])),
            true,
        ),
        (
            "RSA, keyEncipherment",
            OURS.identity_of(KeyKind::Rsa2048, &usage(&[U::KeyEncipherment])),
            true,
        ),
        (
            "must-staple",
            OURS.identity(must_staple(leaf(&["localhost"]))),
            false,
        ),
        ("must-staple, the intermediate as well", strict, false),
    ]
}

/// The lines of a good certificate with the digests of another: those that would have been printed.
fn as_if(lines: &str, bad: &Identity) -> String {
    let colons =
        |identity: &Identity| Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).colons();
    let key = |identity: &Identity| {
        let certificate = smtp_certcheck::certificate::Certificate::new(identity.chain[0].clone());
        let spki = certificate.facts().expect("facts").public_key.spki.clone();
        pem::encode(&pem::Pem::new("", spki))
            .lines()
            .filter(|line| !line.starts_with('-'))
            .map(str::trim_end)
            .collect::<String>()
    };
    lines
        .replace(&colons(&PINNED), &colons(bad))
        .replace(&key(&PINNED), &key(bad))
}

#[test]
fn nothing_is_printed_that_the_programs_library_refuses() {
    let test = "nothing_is_printed_that_the_programs_library_refuses";
    let programs = has(test, "msmtp", &["--version"])
        && has(test, "gnutls-cli", &["--version"])
        && has_exim(test);
    let Some(mta) = server(test).filter(|_| programs) else {
        return;
    };
    let desk = Desk::new();
    std::fs::create_dir(desk.path(".gnutls")).expect("a directory");
    let ways: &[&[&str]] = &[
        &["msmtp"],
        &["msmtp", "--by", "cacerts", "--ca-out", "ca.pem"],
        &["gnutls"],
        &["gnutls", "--by", "cacerts", "--ca-out", "gnutls.pem"],
        &["exim", "--ca-out", "exim.pem"],
    ];
    let good: Vec<Run> = ways
        .iter()
        .map(|way| desk.pin(&mta, way[0], &way[1..]))
        .collect();
    open_to_all(desk.dir.path());
    for (what, identity, in_handshake) in not_for_gnutls() {
        present(&mta, &identity);
        // Without its staple it is not trusted.
        let consent: &[&str] = if in_handshake {
            &[]
        } else {
            &["--accept-untrusted"]
        };
        for (way, good) in ways.iter().zip(&good) {
            assert_eq!(good.code, 0, "{way:?}: {}", good.stderr);
            let run = desk.pin(&mta, way[0], &[&way[1..], consent].concat());
            let lines = as_if(&good.stdout, &identity);
            let printed = desk.dir.file("printed", &lines);
            let outcome = match way[0] {
                "msmtp" => msmtp(&mta, &desk, &printed),
                "exim" => exim(test, &mta, &lines),
                _ => {
                    std::fs::write(desk.path(".gnutls/known_hosts"), &lines).expect("known_hosts");
                    let words = advised(good, "gnutls-cli", "");
                    gnutls(&desk, &words)
                }
            };
            assert_eq!(
                run.code == 0,
                outcome.accepted,
                "{what}, {way:?}: {}{}",
                run.stderr,
                outcome.said
            );
            if outcome.accepted {
                assert!(!in_handshake, "{what}, {way:?}");
                continue;
            }
            assert_eq!(run.stdout, "", "{what}, {way:?}");
            let (code, said) = if in_handshake {
                ("without digitalSignature", "Key usage violation")
            } else {
                ("must-staple", "OCSP status is missing")
            };
            assert!(run.stderr.contains(code), "{what}, {way:?}: {}", run.stderr);
            let eximish = way[0] == "exim" && outcome.said.contains("certificate invalid");
            assert!(
                outcome.said.contains(said) || eximish,
                "{what}, {way:?}: {}",
                outcome.said
            );
        }
        // OpenSSL does not check it.
        for way in [
            &["curl"][..],
            &["git", "--ca-out", "git.pem"],
            &["postfix"],
            &["openssl"],
        ] {
            let run = desk.pin(&mta, way[0], &[&way[1..], consent].concat());
            assert_eq!(run.code, 0, "{what}, {way:?}: {}", run.stderr);
            let printed = desk.dir.file("printed", &run.stdout);
            let outcome = match way[0] {
                "curl" if has(test, "curl", &["--version"]) => {
                    curl(&mta, &desk, &printed, "both.pem")
                }
                "git" if has_git(test) => git(&mta, &desk, &printed),
                "openssl" => openssl(&desk, &advised(&run, "openssl s_client", "printed")),
                _ => continue,
            };
            assert!(outcome.accepted, "{what}, {way:?}: {}", outcome.said);
        }
    }
}

/// All combinations of key usage bits of a server's certificate, and a key usage that cannot be
/// read: lines are printed for GnuTLS exactly if its handshake accepts the certificate.
#[test]
fn gnutls_gets_lines_for_exactly_the_key_usages_that_it_accepts() {
    use rcgen::KeyUsagePurpose as U;
    let test = "gnutls_gets_lines_for_exactly_the_key_usages_that_it_accepts";
    if !has(test, "gnutls-cli", &["--version"]) {
        return;
    }
    let desk = Desk::new();
    let known_hosts = desk.path(".gnutls/known_hosts");
    std::fs::create_dir(desk.path(".gnutls")).expect("a directory");
    let (server, target) = embedded(&PINNED);
    let good = desk.pin_at(&target, &["--for", "gnutls"]);
    let words = advised(&good, "gnutls-cli", "");
    let bits = [
        U::DigitalSignature,
        U::ContentCommitment,
        U::KeyEncipherment,
        U::DataEncipherment,
        U::KeyAgreement,
        U::KeyCertSign,
    ];
    let usage = |mix: usize| {
        let chosen = (0..bits.len()).filter(|bit| mix & (1 << bit) != 0);
        let mut params = leaf(&["localhost"]);
        params.key_usages = chosen.map(|bit| bits[bit]).collect();
        (format!("{:?}", params.key_usages), params)
    };
    let mut broken = leaf(&["localhost"]);
    broken.subject_alt_names.clear();
    let names =
        rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], vec![0x30, 3, 0x82, 9, b'a']);
    broken.custom_extensions.push(names);
    let mixes = (0..1 << bits.len())
        .map(usage)
        .chain([("names".to_owned(), broken)]);
    let mut taken = 0;
    for (what, params) in mixes {
        // RSA for every third one; the type of key makes no difference.
        let kind = if what.len() % 3 == 0 {
            KeyKind::Rsa2048
        } else {
            KeyKind::P256
        };
        let identity = OURS.identity_of(kind, &params);
        server.renew(&identity);
        let expected = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
        let run = desk.pin_at(&target, &["--for", "gnutls", "--expect", &expected]);
        std::fs::write(&known_hosts, as_if(&good.stdout, &identity)).expect("known_hosts");
        let outcome = gnutls(&desk, &words);
        assert_eq!(
            run.code == 0,
            outcome.accepted,
            "{what}: {}{}",
            run.stderr,
            outcome.said
        );
        assert_eq!(run.stdout.is_empty(), !outcome.accepted, "{what}");
        taken += usize::from(outcome.accepted);
    }
    // Accepted are those with digitalSignature, and no key usage at all.
    assert_eq!(taken, 33);
}

/// An authority key identifier that is not the issuer's: neither OpenSSL (error 20) nor GnuTLS
/// finds an issuer. The server cannot be pinned by its CA, but by its certificate.
#[test]
fn no_ca_is_printed_where_the_library_finds_no_issuer() {
    let test = "no_ca_is_printed_where_the_library_finds_no_issuer";
    let Some(mta) = server(test) else { return };
    let desk = Desk::new();
    let mut params = leaf(&["localhost"]);
    params.use_authority_key_identifier_extension = false;
    let other = testkit::der::seq([testkit::der::tlv(0x80, [7; 20])]);
    let extension = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 35], other);
    params.custom_extensions.push(extension);
    let identity = OURS.identity(params);
    let ways: &[&[&str]] = &[
        &["curl", "--by", "cacerts", "--ca-out", "curl.pem"],
        &["git", "--ca-out", "git.pem"],
        &["openssl", "--by", "cacerts"],
        &["postfix", "--by", "cacerts", "--ca-out", "postfix.pem"],
        &["msmtp", "--by", "cacerts", "--ca-out", "msmtp.pem"],
        &["gnutls", "--by", "cacerts"],
    ];
    let good: Vec<Run> = ways
        .iter()
        .map(|way| desk.pin(&mta, way[0], &way[1..]))
        .collect();
    present(&mta, &identity);
    let expected = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
    for (way, good) in ways.iter().zip(&good) {
        assert_eq!(good.code, 0, "{way:?}: {}", good.stderr);
        let run = desk.pin(
            &mta,
            way[0],
            &[&way[1..], &["--expect", &expected]].concat(),
        );
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (1, ""),
            "{way:?}: {}",
            run.stderr
        );
        let printed = desk.dir.file("printed", &good.stdout);
        let outcome = match way[0] {
            "curl" if has(test, "curl", &["--version"]) => curl(&mta, &desk, &printed, "both.pem"),
            "git" if has_git(test) => git(&mta, &desk, &printed),
            "openssl" => openssl(&desk, &advised(good, "openssl s_client", "printed")),
            "postfix" => posttls_finger(&mta, &good.stdout, "sha256"),
            "msmtp" if has(test, "msmtp", &["--version"]) => msmtp(&mta, &desk, &printed),
            "gnutls" if has(test, "gnutls-cli", &["--version"]) => {
                gnutls(&desk, &advised(good, "gnutls-cli", "printed"))
            }
            _ => continue,
        };
        assert!(!outcome.accepted, "{way:?}: {}", outcome.said);
    }
    let run = desk.pin(&mta, "postfix", &["--expect", &expected]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let outcome = posttls_finger(&mta, &run.stdout, "sha256");
    assert!(outcome.accepted, "{}", outcome.said);
}

/// Exim without `tls_certificate` makes a certificate for two hours, at its start or for each
/// connection.
#[test]
fn a_certificate_that_exim_makes_for_itself_is_not_pinned_silently() {
    let test = "a_certificate_that_exim_makes_for_itself_is_not_pinned_silently";
    let mut nothing = SELF_SIGNED.clone();
    nothing.chain.clear();
    let Some(mta) = Mta::for_test(test, Kind::Exim, &nothing) else {
        return;
    };
    let desk = Desk::new();
    for args in [
        &["--for", "postfix"][..],
        &["--for", "postfix", "--by", "key"],
        &["--for", "msmtp"],
        &["--no-hgrc"],
    ] {
        let target = format!("localhost:{}", mta.starttls_port());
        let run = desk.pin_at(&target, &[args, &["--accept-untrusted"]].concat());
        let said = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains("will not last: it expires in "),
            "{}",
            run.stderr
        );
        assert!(
            said.contains("it is valid for 2 hours in all"),
            "{}",
            run.stderr
        );
        assert!(
            said.contains("Exim makes such a certificate at each start"),
            "{}",
            run.stderr
        );
    }
}

// ------------------------------------------------------------------- what is the same for all

/// Every way to pin for a server of SMTP, with the arguments that it needs.
fn every_way() -> Vec<Vec<&'static str>> {
    let mut all = vec![vec!["--for", "json"]];
    let sending = |program: &&&Program| program.protocols.contains(&Protocol::Smtp);
    for program in PROGRAMS.iter().filter(sending) {
        for way in program.ways {
            let mut args = vec!["--for", program.name, "--by", way.by.as_str()];
            if way.file == FileUse::Needed {
                args.extend(["--ca-out", "way.pem"]);
            }
            all.push(args);
        }
    }
    all
}

fn embedded(identity: &Identity) -> (Server, String) {
    let server = Server::start(identity, Behaviour::default());
    let target = format!("localhost:{}", server.port());
    (server, target)
}

#[test]
fn nothing_is_printed_for_a_certificate_that_is_not_trusted_or_not_proven() {
    let theirs = THEIRS.identity(leaf(&["localhost"]));
    let expired = OURS.identity(expired_leaf(&["localhost"]));
    let other = OURS.identity(leaf(&["other.test"]));
    // A server with a copy of the pinned chain, without its key.
    let copy = Identity {
        chain: PINNED.chain.clone(),
        ..theirs.clone()
    };
    for (identity, expect) in [
        (&theirs, false),
        (&expired, false),
        (&other, false),
        (&copy, true),
    ] {
        let (_server, target) = embedded(identity);
        let desk = Desk::new();
        let expected = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
        for mut args in every_way() {
            if expect {
                args.extend(["--expect", &expected, "--accept-untrusted"]);
            }
            let run = desk.pin_at(&target, &args);
            assert_ne!(run.code, 0, "{args:?}");
            assert_eq!(run.stdout, "", "{args:?}");
            assert!(
                run.stderr.contains("not pinned") || run.code == 5,
                "{}",
                run.stderr
            );
            assert!(!desk.path("way.pem").exists(), "{args:?}");
        }
    }
}

#[test]
fn a_pin_that_a_program_would_refuse_is_explained_instead_of_printed() {
    let expired = OURS.identity(expired_leaf(&["localhost"]));
    let (_server, target) = embedded(&expired);
    let expected = Fingerprint::compute(Algorithm::Sha256, &expired.chain[0]).to_string();
    for args in every_way() {
        let desk = Desk::new();
        let run = desk.pin_at(&target, &[&args[..], &["--expect", &expected]].concat());
        let name = args[1];
        let by_file = args.contains(&"--ca-out") || matches!(name, "openssl" | "curl");
        let by_ca = args.contains(&"cacerts");
        let useless = by_ca || by_file || (name == "gnutls" && args.contains(&"fingerprint"));
        assert_eq!(run.code, i32::from(useless), "{args:?}: {}", run.stderr);
        assert_eq!(run.stdout.is_empty(), useless, "{args:?}");
        assert!(
            !useless || run.stderr.contains("expired"),
            "{args:?}: {}",
            run.stderr
        );
    }
}

/// The last line of a file without a line feed at its end stays a line of its own.
#[test]
fn lines_for_two_ports_can_follow_others_in_one_msmtprc() {
    let test = "lines_for_two_ports_can_follow_others_in_one_msmtprc";
    if !has(test, "msmtp", &["--version"]) {
        return;
    }
    // Characters of four octets each: msmtp does not read lines of more than 500.
    let mut params = leaf(&["localhost"]);
    let long = "\u{20000}".repeat(80);
    for kind in [rcgen::DnType::CommonName, rcgen::DnType::OrganizationName] {
        params.distinguished_name.push(kind, long.as_str());
    }
    let desk = Desk::new();
    let mut msmtprc = "account other\nhost other.test\nfrom me@other.test".to_owned();
    let mut accounts = vec!["other".to_owned()];
    for identity in [
        Pki::self_signed(&params, KeyKind::P256),
        OURS.identity(params),
    ] {
        let (_server, target) = embedded(&identity);
        let expected = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
        let run = desk.pin_at(&target, &["--for", "msmtp", "--expect", &expected]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains('\u{20000}'), "{}", run.stdout);
        msmtprc.push_str(&run.stdout);
        accounts.push(target.replace(':', "-"));
    }
    let file = desk.dir.file("msmtprc", &msmtprc);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, mode).expect("its mode");
    for account in &accounts {
        let mut command = Command::new("msmtp");
        command
            .arg("-C")
            .arg(&file)
            .args(["--pretend", "-a", account, "to@x.test"]);
        let outcome = Outcome::of(command.stdin(Stdio::null()));
        assert!(outcome.accepted, "{account}: {}", outcome.said);
    }
}

#[test]
fn exim_reads_the_transport_of_a_host_with_a_long_name() {
    let test = "exim_reads_the_transport_of_a_host_with_a_long_name";
    if !has_exim(test) {
        return;
    }
    let host = format!("{}.mail.protection.test", "a-tenant-with-a-name".repeat(3));
    let server = Server::start(&OURS.identity(leaf(&[&host])), Behaviour::default());
    let desk = Desk::new();
    let run = desk.pin_at(
        &format!("{host}:{}", server.port()),
        &[
            "--connect",
            "127.0.0.1",
            "--for",
            "exim",
            "--ca-out",
            "exim.pem",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    open_to_all(desk.dir.path());
    let (_, mail) = message();
    let name = transport_name(&run.stdout);
    let said = exim_sends(test, (name, &run.stdout), &mail).expect("Exim");
    assert!(said.contains(name), "it was tried: {said}");
    assert!(!said.contains("too long"), "{said}");
}

/// The ports with names in /etc/services, in a network namespace of this test.
#[test]
fn gnutls_finds_its_line_on_the_ports_of_mail() {
    const TEST: &str = "for_programs::gnutls_finds_its_line_on_the_ports_of_mail";
    match enter(&[TEST, "--exact", "--nocapture"]) {
        Place::Inside => {}
        Place::Outside(status) => return assert!(status.success(), "see above: {status}"),
        Place::Closed => return skip(TEST, "this machine makes no namespaces (root, unshare, ip)"),
    }
    if !has(TEST, "gnutls-cli", &["--version"]) {
        return;
    }
    let network = ExampleNetwork::start();
    let desk = Desk::new();
    desk.dir.file("root.pem", network.pki.root_pem());
    std::fs::create_dir(desk.path(".gnutls")).expect("a directory");
    let other_name = ["--servername", "mail.example.org"];
    for (target, args) in [
        ("mail.example.org:25", &[][..]),
        ("mail.example.org:465", &[]),
        ("mail.example.org:587", &[]),
        ("192.0.2.25:587", &other_name),
    ] {
        let run = desk.pin_at(target, &[&["--for", "gnutls"], args].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let words = advised(&run, "gnutls-cli", "");
        std::fs::write(desk.path(".gnutls/known_hosts"), "").expect("known_hosts");
        let outcome = gnutls(&desk, &words);
        assert!(!outcome.accepted, "{target}: {}", outcome.said);
        std::fs::write(desk.path(".gnutls/known_hosts"), &run.stdout).expect("known_hosts");
        let outcome = gnutls(&desk, &words);
        assert!(outcome.accepted, "{target}: {words}: {}", outcome.said);
    }
}

#[test]
fn a_record_of_a_ca_is_for_the_name_at_which_it_stands() {
    let (_server, target) = embedded(&PINNED);
    let target = target.replace("localhost", "127.0.0.1");
    let desk = Desk::new();
    let name = ["--connect", &target, "--servername", "localhost"];
    let pin = |args: &[&str]| desk.pin_at("mx.test:25", &[&name, args].concat());
    let run = pin(&["--for", "tlsa", "--by", "cacerts"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("--servername"), "{}", run.stderr);
    let run = pin(&["--for", "tlsa"]);
    assert!(run.stdout.contains("IN TLSA 3 1 1"), "{}", run.stdout);
    assert!(!run.stdout.contains("IN TLSA 2 "), "{}", run.stdout);
    let pins: Value = serde_json::from_str(&pin(&["--for", "json"]).stdout).expect("JSON");
    let records = pins["tlsa"]["records"].as_array().expect("records");
    assert!(records.iter().all(|record| record["usage"] == 3), "{pins}");
}

#[test]
fn hostile_names_do_not_reach_a_line() {
    let mut params = leaf(&["localhost"]);
    let hostile = "x\n[evil] none\r\n-----BEGIN CERTIFICATE-----\\\u{2028}\u{202e}\"${run{id}}";
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, hostile);
    params
        .distinguished_name
        .push(rcgen::DnType::OrganizationName, hostile);
    let identity = Pki::self_signed(&params, KeyKind::P256);
    let (_server, target) = embedded(&identity);
    let expected = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
    let desk = Desk::new();
    let own = desk
        .dir
        .file("self.pem", identity.chain_pem())
        .display()
        .to_string();
    for mut args in every_way() {
        args.extend(["--expect", &expected, "--cacerts", &own]);
        let run = desk.pin_at(&target, &args);
        if run.code != 0 {
            assert_eq!(run.stdout, "", "{args:?}");
            assert!(
                run.stderr.contains("not pinned"),
                "{args:?}: {}",
                run.stderr
            );
            continue;
        }
        let file = std::fs::read_to_string(desk.path("way.pem")).unwrap_or_default();
        let _ = std::fs::remove_file(desk.path("way.pem"));
        let json = args[1] == "json";
        for text in [&run.stdout, &file] {
            let begins = text.matches("-----BEGIN").count();
            assert_eq!(
                begins,
                text.matches("\n-----BEGIN CERTIFICATE-----\n").count()
                    + if json { begins } else { 0 }
            );
            for line in text.lines().filter(|line| line.contains("evil")) {
                assert!(line.starts_with(['#', ';']), "{args:?}: {line}");
                assert!(
                    !line.contains(['\\', '$', '"', '\u{2028}', '\u{202e}']),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn options_that_do_not_fit_are_refused_before_the_network() {
    let desk = Desk::new();
    // No server listens there.
    let run = |args: &[&str]| desk.pin_at("localhost:1", args);
    for (args, why) in [
        (&["--for", "sendmail"][..], "invalid value 'sendmail'"),
        (&["--for", "postfix", "--write"], "cannot be used with"),
        (&["--for", "postfix", "--replace"], "cannot be used with"),
        (&["--for", "postfix", "--hgrc", "x"], "cannot be used with"),
        (&["--for", "postfix", "-R", "x"], "cannot be used with"),
        (&["--for", "postfix", "--legacy"], "cannot be used with"),
        (&["--for", "postfix", "--add"], "cannot be used with"),
        (
            &["--for", "msmtp", "--by", "key"],
            "it knows --by fingerprint, --by cacerts",
        ),
        (
            &["--for", "msmtp", "--digest", "sha512"],
            "which knows sha256, sha1",
        ),
        (
            &["--for", "git", "--digest", "sha256", "--ca-out", "x"],
            "which has no digest",
        ),
        (&["--for", "git"], "--ca-out"),
        (&["--for", "json", "--by", "key"], "it has everything"),
        (
            &["--for", "exim", "--ca-out", "a b"],
            "cannot stand in a configuration",
        ),
        (
            &["--for", "exim", "--ca-out", "$x"],
            "cannot stand in a configuration",
        ),
        (
            &[
                "--for",
                "git",
                "--ca-out",
                "x",
                "--servername",
                "other.test",
            ],
            "--servername",
        ),
        (&["--for"], "needs a TOOL"),
        (&["--by", "key"], "no pins of keys"),
        (&["--by", "cacerts"], "--ca-out"),
    ] {
        let run = run(args);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
    }
    assert_eq!(run(&["--for", "msmtp"]).code, 3);
    let run = desk.pin_at("127.0.0.1:1", &["--for", "tlsa"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let mut command = program();
    let run = finish(command.args(["pin", "--for", "msmtp"]));
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("needs a TARGET"), "{}", run.stderr);
}

#[test]
fn a_file_that_holds_something_else_is_left_alone() {
    let (_server, target) = embedded(&PINNED);
    let desk = Desk::new();
    let args = ["--for", "git", "--ca-out", "ca.pem"];
    let first = desk.pin_at(&target, &args);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let saved = std::fs::read_to_string(desk.path("ca.pem")).expect("the file");
    assert!(saved.ends_with(&OURS.root_pem()), "{saved}");
    assert_eq!(desk.pin_at(&target, &args).code, 0, "the same once more");
    desk.dir.file("ca.pem", "mine\n");
    let run = desk.pin_at(&target, &args);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("holds something else"),
        "{}",
        run.stderr
    );
    let left = std::fs::read_to_string(desk.path("ca.pem")).expect("the file");
    assert_eq!(left, "mine\n");
    // Files without an end, and a pipe that waits for a writer.
    for special in ["/dev/zero", "/dev/stdout"] {
        let run = desk.pin_at(&target, &["--for", "git", "--ca-out", special]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{special}");
        assert!(run.stderr.contains("not a regular file"), "{}", run.stderr);
    }
}

#[test]
fn mercurials_configuration_does_not_matter() {
    let (_server, target) = embedded(&PINNED);
    let desk = Desk::new();
    let zeros = "0".repeat(64);
    let hgrc = format!("[hostsecurity]\nlocalhost:fingerprints = sha256:{zeros}\n");
    desk.dir.file(".hgrc", hgrc);
    let run = desk.pin_at(&target, &["--for", "msmtp"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        desk.pin_at(&target, &[]).code,
        1,
        "hg's own pins are an alarm"
    );
}

#[test]
fn a_program_that_sends_sni_may_be_shown_another_certificate() {
    let (_server, target) = embedded(&PINNED);
    let desk = Desk::new();
    for (args, said) in [
        (&["--for", "msmtp", "--no-sni"][..], "note: msmtp sends"),
        (&["--no-sni"], "note: hg sends"),
        (&["--for", "postfix", "--no-sni"], ""),
        (&["--for", "msmtp"], ""),
    ] {
        let run = desk.pin_at(&target, args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        assert_eq!(run.stderr.contains("(SNI)"), !said.is_empty(), "{args:?}");
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn json_has_every_pin() {
    let (server, target) = embedded(&PINNED);
    let desk = Desk::new();
    let run = desk.pin_at(&target, &["--for", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let value: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let sha256 = |bytes: &[u8]| Fingerprint::compute(Algorithm::Sha256, bytes).hex();
    let [leaf, issuer] = &PINNED.chain[..] else {
        panic!("a chain of two")
    };
    let key = |der: &[u8]| sha256(&smtp_certcheck::certificate::spki(der).expect("a key"));
    assert_eq!(value["host"], "localhost");
    assert_eq!(value["port"], server.port());
    assert_eq!(value["tls"], "starttls");
    assert_eq!(value["trusted"], true);
    assert_eq!(value["certificate"]["sha256"], sha256(leaf));
    assert_eq!(value["key"]["sha256"], key(leaf));
    assert_eq!(value["ca"]["sha256"], sha256(&OURS.root()));
    assert_eq!(value["ca"]["pem"], OURS.root_pem());
    let records = value["tlsa"]["records"].as_array().expect("records");
    let data: Vec<&Value> = records.iter().map(|record| &record["data"]).collect();
    assert_eq!(data, [&key(leaf), &sha256(leaf), &key(issuer)]);
}

#[test]
fn the_list_names_every_way_in_eighty_columns() {
    let mut command = program();
    let run = finish(command.args(["pin", "--for"]));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for program in PROGRAMS {
        assert!(run.stdout.contains(&format!("\n{program} ")), "{program}");
    }
    let ways: usize = PROGRAMS.iter().map(|program| program.ways.len()).sum();
    let answers = |line: &&str| line.ends_with(" yes") || line.ends_with(" no");
    assert_eq!(run.stdout.lines().filter(answers).count(), ways);
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_document_has_a_row_for_every_way() {
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pins.md"));
    let document = document.expect("docs/pins.md");
    let is_row = |line: &&str| {
        PROGRAMS
            .iter()
            .any(|program| line.starts_with(&format!("| {program} |")))
    };
    let rows: Vec<&str> = document.lines().filter(is_row).collect();
    let mut expected = Vec::new();
    for program in PROGRAMS {
        for way in program.ways {
            let survives = match (way.by, program.name) {
                (By::Certificate, _) => "nothing",
                (By::Key, "curl") => "renewal with the same key, by a CA that curl trusts",
                (By::Key, _) => "renewal with the same key, by any CA",
                (By::Ca, "tlsa") => {
                    "renewal and new key, as long as the same intermediate issues them"
                }
                (By::Ca, _) => "renewal, new key",
            };
            expected.push((
                format!("| {program} | {} |", way.by.as_str()),
                format!("| {survives} |"),
            ));
        }
    }
    expected.push(("| json | |".to_owned(), "| all of it |".to_owned()));
    assert_eq!(rows.len(), expected.len());
    for (row, (begins, holds)) in rows.iter().zip(expected) {
        assert!(
            row.starts_with(&begins) && row.contains(&holds),
            "{row}: {begins} {holds}"
        );
    }
}
