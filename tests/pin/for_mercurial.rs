//! Pinning for Mercurial: what is printed, what is refused, and every kind of edit, compared byte
//! for byte, and as the real `hg config` reads it.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use rcgen::{BasicConstraints, IsCa};
use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use testkit::hg::{Forked, hg};
use testkit::names::Names;
use testkit::pki::{Identity, KeyKind, Pki, ca, expired_leaf, leaf, now};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};
use testkit::service::Service;
use time::Duration;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Pin", KeyKind::P256));
static GOOD: LazyLock<Served> = LazyLock::new(|| Served::new(PKI.identity(leaf(&["localhost"]))));
static OTHER: LazyLock<Served> = LazyLock::new(|| Served::new(PKI.identity(leaf(&["localhost"]))));
static EXPIRED: LazyLock<Served> =
    LazyLock::new(|| Served::new(PKI.identity(expired_leaf(&["localhost"]))));

/// An identity and a server that presents it.
struct Served {
    identity: Identity,
    server: Server,
}

impl Served {
    fn new(identity: Identity) -> Self {
        let server = Server::start(&identity, Behaviour::default());
        Self { identity, server }
    }

    fn target(&self) -> String {
        format!("localhost:{}", self.server.port())
    }

    fn pin(&self, algorithm: Algorithm) -> String {
        Fingerprint::compute(algorithm, &self.identity.chain[0]).to_string()
    }

    fn sha256(&self) -> String {
        self.pin(Algorithm::Sha256)
    }
}

/// A home directory with the CA in it.
struct Home(Dir);

impl Home {
    fn new() -> Self {
        let dir = Dir::new();
        dir.file("root.pem", PKI.root_pem());
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.path(name)).expect("the file");
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn command(&self) -> Command {
        let mut command = program();
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path());
        command.env_remove("XDG_CONFIG_HOME");
        command
    }

    /// `pin` with the CA trusted.
    fn pin(&self, served: &Served, args: &[&str]) -> Run {
        let root = self.path("root.pem");
        let mut command = self.command();
        command
            .arg("pin")
            .arg(served.target())
            .arg("--cacerts")
            .arg(root);
        finish(command.args(args))
    }

    /// The value that the real hg has for a setting, if hg is installed.
    fn hg(&self, hg: &Path, name: &str) -> String {
        let output = Forked::new(hg)
            .args(["config", name])
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .expect("hg");
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }
}

/// Fills in `{new}` and `{old}`, the pins of [`GOOD`] and [`OTHER`], and `{port}`, the port of
/// [`GOOD`].
fn fill(text: &str) -> String {
    text.replace("{new}", &GOOD.sha256())
        .replace("{old}", &OTHER.sha256())
        .replace("{port}", &GOOD.server.port().to_string())
        .replace("{legacy}", &OTHER.pin(Algorithm::Sha1)[5..])
        .replace("{sha1}", &GOOD.pin(Algorithm::Sha1)[5..])
}

// ------------------------------------------------------------------------------- snippet

#[test]
fn the_snippet_alone_is_on_standard_output() {
    let home = Home::new();
    let run = home.pin(&GOOD, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let (comments, lines): (Vec<&str>, Vec<&str>) =
        run.stdout.lines().partition(|line| line.starts_with('#'));
    assert_eq!(comments.len(), 2, "{}", run.stdout);
    assert!(comments[0].contains(&GOOD.target()), "{}", run.stdout);
    assert!(comments[1].contains("chain valid to"), "{}", run.stdout);
    let expected = fill(
        "[smtp]\nhost = localhost\nport = {port}\ntls = starttls\nfingerprint = {new}\n\n\
         [hostsecurity]\nlocalhost:fingerprints = {new}",
    );
    // The empty line at the beginning ends the last line of a file without a line feed at its end.
    assert_eq!(lines.join("\n"), format!("\n{expected}"));
    assert!(run.stdout.starts_with('\n'));
    assert!(!home.path(".hgrc").exists());
}

#[test]
fn hg_takes_the_snippet_as_it_is() {
    let Some(hg) = hg("hg_takes_the_snippet_as_it_is") else {
        return;
    };
    let home = Home::new();
    let run = home.pin(&GOOD, &["--legacy", "--digest", "sha512"]);
    home.write(".hgrc", &run.stdout);
    let pins = home.hg(&hg, "hostsecurity.localhost:fingerprints");
    assert_eq!(pins, GOOD.pin(Algorithm::Sha512));
    assert_eq!(
        home.hg(&hg, "hostfingerprints.localhost"),
        GOOD.pin(Algorithm::Sha1)[5..]
    );
    assert_eq!(home.hg(&hg, "smtp.tls"), "starttls");
}

#[test]
fn the_snippet_for_another_host_leaves_smtp_alone() {
    let home = Home::new();
    home.write(".hgrc", "[smtp]\nhost = mail.example\ntls = starttls\n");
    let run = home.pin(&GOOD, &[]);
    assert_eq!(run.code, 0);
    assert!(!run.stdout.contains("[smtp]"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains(&fill("localhost:fingerprints = {new}\n"))
    );
    assert!(
        run.stderr.contains("smtp.host is mail.example"),
        "{}",
        run.stderr
    );
    // With --no-hgrc the configuration is not read.
    let run = home.pin(&GOOD, &["--no-hgrc"]);
    assert!(run.stdout.contains("[smtp]"), "{}", run.stdout);
}

// ------------------------------------------------------------------------------- refusals

#[test]
fn an_untrusted_chain_is_pinned_only_on_the_users_word() {
    let home = Home::new();
    let run = home.pin(&EXPIRED, &["--write", "--yes"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.contains("expired") && run.stderr.contains("--expect"),
        "{}",
        run.stderr
    );
    assert!(!home.path(".hgrc").exists());
    let colons = EXPIRED.identity.chain[0].clone();
    let colons = Fingerprint::compute(Algorithm::Sha256, &colons).colons();
    for word in [vec!["--accept-untrusted"], vec!["--expect", &colons]] {
        let home = Home::new();
        let run = home.pin(&EXPIRED, &[&word[..], &["--write", "--yes"]].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(home.read(".hgrc").contains(&EXPIRED.sha256()));
    }
}

#[test]
fn another_certificate_than_expected_is_never_pinned() {
    let home = Home::new();
    let expected = OTHER.sha256();
    let run = home.pin(
        &GOOD,
        &[
            "--expect",
            &expected,
            "--accept-untrusted",
            "--write",
            "--yes",
        ],
    );
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    assert!(!home.path(".hgrc").exists());
    // One pin of several is enough.
    let both = ["--expect", &expected, "--expect", &GOOD.sha256()];
    assert_eq!(home.pin(&GOOD, &both).code, 0);
}

#[test]
fn a_copy_of_a_certificate_is_never_pinned() {
    let mut copy = PKI.identity(leaf(&["localhost"]));
    copy.chain.clone_from(&GOOD.identity.chain);
    let impostor = Served::new(copy);
    let home = Home::new();
    let expected = GOOD.sha256();
    let all = [
        "--expect",
        &expected,
        "--accept-untrusted",
        "--accept-unproven",
        "--replace",
        "--write",
        "--yes",
    ];
    let run = home.pin(&impostor, &all);
    assert_ne!(run.code, 0);
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.contains("signs with another key"),
        "{}",
        run.stderr
    );
    assert!(!home.path(".hgrc").exists());
}

#[test]
fn without_a_terminal_nothing_is_written_unasked() {
    let home = Home::new();
    let run = home.pin(&GOOD, &["--write"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("+[hostsecurity]"), "{}", run.stdout);
    assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    let run = home.pin(&GOOD, &["--dry-run", "--yes"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("+[hostsecurity]"), "{}", run.stdout);
    assert!(!home.path(".hgrc").exists());
}

#[test]
fn a_dry_run_says_what_writing_would_do() {
    let home = Home::new();
    let ca = home.path("ca.pem");
    let ca = ca.to_str().expect("UTF-8");
    let by_ca = ["--by", "cacerts", "--ca-out", ca];
    for (before, code) in [
        ("", 0),
        ("[hostsecurity]\nminimumprotocol = tls1.9\n", 1),
        ("[hostsecurity]\nciphers = x\n", 1),
    ] {
        for by in [&[][..], &by_ca] {
            home.write(".hgrc", before);
            let dry = home.pin(&GOOD, &[&["--dry-run"], by].concat());
            assert_eq!(home.read(".hgrc"), before);
            assert!(!home.path("ca.pem").exists());
            let written = home.pin(&GOOD, &[&["--write", "--yes"], by].concat());
            let codes = (dry.code, written.code);
            assert_eq!(codes, (code, code), "{before}{by:?}: {}", dry.stderr);
            let told = |run: &Run| run.stderr.contains(", but ");
            assert_eq!((told(&dry), told(&written)), (code == 1, code == 1));
            // The CA's file does not exist yet.
            assert!(!dry.stderr.contains("does not exist"), "{}", dry.stderr);
            let _ = std::fs::remove_file(home.path("ca.pem"));
        }
    }
    home.write(".hgrc", "[smtp]\nhost = other.test\n");
    let dry = home.pin(&GOOD, &["--dry-run"]);
    assert!(dry.stderr.contains("other.test"), "{}", dry.stderr);
    home.write("ca.pem", "mine\n");
    let nowhere = home.path("missing/ca.pem");
    let nowhere = nowhere.to_str().expect("UTF-8");
    for ca in [ca, nowhere] {
        let by_ca = ["--by", "cacerts", "--ca-out", ca];
        let dry = home.pin(&GOOD, &[&["--dry-run"][..], &by_ca].concat());
        let written = home.pin(&GOOD, &[&["--write", "--yes"][..], &by_ca].concat());
        assert_eq!((dry.code, written.code), (2, 2), "{}", dry.stderr);
        assert_eq!(dry.stderr, written.stderr);
    }
    assert_eq!(home.read("ca.pem"), "mine\n");
}

/// This holds even if the configuration itself does not change.
#[test]
fn the_file_of_a_ca_is_not_replaced_unasked() {
    let home = Home::new();
    let ca = home.path("ca.pem");
    let ca = ca.to_str().expect("UTF-8");
    let by_ca = ["--by", "cacerts", "--ca-out", ca, "--write"];
    assert_eq!(home.pin(&GOOD, &[&by_ca[..], &["--yes"]].concat()).code, 0);
    let (hgrc, ours) = (home.read(".hgrc"), home.read("ca.pem"));
    home.write("ca.pem", "mine\n");
    let replace = [&by_ca[..], &["--replace"]].concat();
    let run = home.pin(&GOOD, &replace);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("takes the place of"), "{}", run.stderr);
    assert!(run.stderr.contains("no terminal"), "{}", run.stderr);
    assert_eq!(home.read("ca.pem"), "mine\n");
    let run = home.pin(&GOOD, &[&replace[..], &["--yes"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("already pinned"), "{}", run.stderr);
    assert_eq!((home.read(".hgrc"), home.read("ca.pem")), (hgrc, ours));
}

#[test]
fn lines_that_stand_there_are_not_printed_again() {
    let home = Home::new();
    let first = home.pin(&GOOD, &[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(
        first.stdout.contains(":fingerprints = "),
        "{}",
        first.stdout
    );
    home.write(".hgrc", &first.stdout);
    let again = home.pin(&GOOD, &[]);
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (0, ""),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains("already pinned"), "{}", again.stderr);
    // What is not there yet is printed, with what is.
    let other = home.pin(&GOOD, &["--digest", "sha512"]);
    assert_eq!(other.code, 0, "{}", other.stderr);
    assert!(other.stdout.contains("sha512:"), "{}", other.stdout);
}

#[test]
fn a_changed_certificate_is_an_alarm() {
    let home = Home::new();
    let before = fill("[hostsecurity]\nlocalhost:fingerprints = {old}\n");
    home.write(".hgrc", &before);
    for args in [
        &[][..],
        &["--write", "--yes"],
        &["--write", "--yes", "--prune"],
    ] {
        let run = home.pin(&GOOD, args);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{args:?}");
        for text in [
            "IS NOT THE PINNED ONE",
            &GOOD.sha256(),
            &OTHER.sha256(),
            "--add",
            "--replace",
        ] {
            assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
        }
        assert_eq!(home.read(".hgrc"), before);
    }
}

#[test]
fn servers_that_cannot_be_pinned_keep_their_exit_codes() {
    let home = Home::new();
    let port = testkit::raw::closed_port().port();
    let run = finish(home.command().args(["pin", &format!("localhost:{port}")]));
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("UNREACHABLE"), "{}", run.stderr);
}

#[test]
fn only_hosts_without_syntax_are_written() {
    let home = Home::new();
    // An invalid host name is not even parsed; a name in another script is written in ASCII.
    for target in ["a\r[hooks]\rx=y:25", "a=b", "[hooks]", "%include x"] {
        let run = finish(home.command().args(["pin", target, "--timeout", "2"]));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{target:?}");
    }
    home.write(".hgrc", "[smtp]\nhost = b\u{fc}cher.example\n");
    let to = format!("127.0.0.1:{}", GOOD.server.port());
    let run = finish(
        home.command()
            .args(["pin", "--connect", &to, "--accept-untrusted"]),
    );
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
}

#[test]
fn the_text_of_a_certificate_stays_in_a_comment() {
    let mut params = leaf(&["localhost"]);
    let name = "x\n[hooks]\npre-version = echo PWNED\r%include /etc/passwd\u{1b}[2J\u{202e}";
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    let hostile = Served::new(PKI.identity(params));
    let home = Home::new();
    let run = home.pin(&hostile, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    home.write("pasted", &run.stdout);
    let all = ["config", "--all", "--hgrc", "pasted"];
    let config = finish(home.command().args(all));
    assert_eq!(config.stdout.lines().count(), 5, "{}", config.stdout);
    assert!(!config.stdout.contains("hooks"), "{}", config.stdout);
    assert!(
        !run.stdout
            .chars()
            .any(|c| c != '\n' && smtp_certcheck::escape::is_unsafe(c))
    );
    let run = home.pin(
        &hostile,
        &["--by", "cacerts", "--ca-out", "ca.pem", "--write", "--yes"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!home.read(".hgrc").contains("PWNED"));
}

// ------------------------------------------------------------------------------- edits

/// An edit: the files before it, the arguments, and the files after it; a file that is not named
/// stays unchanged.
struct Edit {
    name: &'static str,
    before: &'static [(&'static str, &'static str)],
    args: &'static [&'static str],
    after: &'static [(&'static str, &'static str)],
    /// The pins that `hg config` reads after it.
    pins: &'static str,
}

const SMTP: &str = "[smtp]\nhost = localhost\nport = {port}\ntls = starttls\nfingerprint = {new}\n";

const EDITS: &[Edit] = &[
    Edit {
        name: "a fresh home",
        before: &[],
        args: &[],
        after: &[(
            ".hgrc",
            "{smtp}\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "the XDG file wins",
        before: &[
            (".hgrc", "[ui]\nusername = me\n"),
            (".config/hg/hgrc", "# mine\n"),
        ],
        args: &[],
        after: &[(
            ".config/hg/hgrc",
            "# mine\n\n{smtp}\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "comments, CRLF and a missing last line end",
        before: &[(
            ".hgrc",
            "# top\r\n[smtp]\r\n# the server\r\nhost = localhost\r\nport={port}  \r\ntls = on\r\n\r\n; end\r\n[ui]\r\nusername = me",
        )],
        args: &[],
        after: &[(
            ".hgrc",
            "# top\r\n[smtp]\r\n# the server\r\nhost = localhost\r\nport={port}  \r\ntls = on\r\nfingerprint = {new}\r\n\r\n; end\r\n[ui]\r\nusername = me\r\n\r\n[hostsecurity]\r\nlocalhost:fingerprints = {new}\r\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "a BOM and bare carriage returns",
        before: &[(
            ".hgrc",
            "\u{feff}[smtp]\rhost = localhost\rtls = starttls\rport = {port}\r",
        )],
        args: &[],
        after: &[(
            ".hgrc",
            "\u{feff}[smtp]\rhost = localhost\rtls = starttls\rport = {port}\rfingerprint = {new}\r\r[hostsecurity]\rlocalhost:fingerprints = {new}\r",
        )],
        pins: "{new}",
    },
    Edit {
        name: "another host's settings stay",
        before: &[(".hgrc", "[smtp]\nhost = mail.example\nport = 25\n")],
        args: &[],
        after: &[(
            ".hgrc",
            "[smtp]\nhost = mail.example\nport = 25\n\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "the key as smtp.host is written",
        before: &[(
            ".hgrc",
            "{SMTP}[hostsecurity]\nlocalhost:fingerprints = {old}\n",
        )],
        args: &[],
        after: &[(
            ".hgrc",
            "{SMTP}[hostsecurity]\nlocalhost:fingerprints = {old}\nLOCALhost:fingerprints = {new}\n",
        )],
        pins: "{old}",
    },
    Edit {
        name: "a key that stands twice",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = sha1:aa\n[ui]\n[hostsecurity]\nlocalhost:fingerprints={old}\n# behind\n",
        )],
        args: &["--replace"],
        after: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = sha1:aa\n[ui]\n[hostsecurity]\nlocalhost:fingerprints={new}\n# behind\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "--add behind a continuation line",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints =\n# the old one\n    {old}\n\n# x\n",
        )],
        args: &["--add"],
        after: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints =\n# the old one\n    {old}, {new}\n\n# x\n",
        )],
        pins: "\\n{old}, {new}",
    },
    Edit {
        name: "--replace of continuation lines",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {old}\n# why\n  sha1:aa\n# behind\nother:fingerprints = sha1:bb\n",
        )],
        args: &["--replace"],
        after: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {new}\n# why\n# behind\nother:fingerprints = sha1:bb\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "--prune keeps what matches",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {old} {new}\n[hostfingerprints]\n# old\nlocalhost = {legacy}\n",
        )],
        args: &["--prune"],
        after: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {new}\n[hostfingerprints]\n# old\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "--replace drops the legacy pin",
        before: &[(
            ".hgrc",
            "{smtp}[hostfingerprints]\nlocalhost = {legacy}\nother = {legacy}\n",
        )],
        args: &["--replace"],
        after: &[(
            ".hgrc",
            "{smtp}[hostfingerprints]\nother = {legacy}\n\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "an included file",
        before: &[
            (".hgrc", "{smtp}%include sub/pins\n"),
            (
                "sub/pins",
                "[hostsecurity]\n# here\nlocalhost:fingerprints = {old}",
            ),
        ],
        args: &["--replace"],
        after: &[(
            "sub/pins",
            "[hostsecurity]\n# here\nlocalhost:fingerprints = {new}",
        )],
        pins: "{new}",
    },
    Edit {
        name: "an %unset behind",
        before: &[
            (
                ".hgrc",
                "[hostsecurity]\nother:ciphers = x\n[t]\n%include u\n",
            ),
            (
                "u",
                "[hostsecurity]\n%unset localhost:fingerprints\n[smtp]\n%unset host\n",
            ),
        ],
        args: &[],
        after: &[(
            ".hgrc",
            "[hostsecurity]\nother:ciphers = x\n[t]\n%include u\n\n{smtp}\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "sections that come several times",
        before: &[(
            ".hgrc",
            "[hostsecurity]\na:ciphers = x\n[smtp]\nhost = localhost\n[hostsecurity]\nb:ciphers = x\n  y\n\n[smtp]\nport = {port}\n",
        )],
        args: &[],
        after: &[(
            ".hgrc",
            "[hostsecurity]\na:ciphers = x\n[smtp]\nhost = localhost\n[hostsecurity]\nb:ciphers = x\n  y\nlocalhost:fingerprints = {new}\n\n[smtp]\nport = {port}\ntls = starttls\nfingerprint = {new}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "what stands there already",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {old},{new}\n",
        )],
        args: &[],
        after: &[],
        pins: "{old},{new}",
    },
    Edit {
        name: "--legacy",
        before: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        args: &["--legacy"],
        after: &[(
            ".hgrc",
            "{smtp}[hostsecurity]\nlocalhost:fingerprints = {new}\n\n[hostfingerprints]\nlocalhost = {sha1}\n",
        )],
        pins: "{new}",
    },
    Edit {
        name: "the twin of smtp.fingerprint",
        before: &[(".hgrc", "{smtp}\n[ui]\n")],
        args: &[],
        after: &[(
            ".hgrc",
            "{smtp}\n[ui]\n\n[hostsecurity]\nlocalhost:fingerprints = {new}\n",
        )],
        pins: "{new}",
    },
];

fn fill_edit(text: &str) -> String {
    let shouting = SMTP.replace("localhost", "LOCALhost");
    fill(&text.replace("{smtp}", SMTP).replace("{SMTP}", &shouting))
}

#[test]
fn edits_change_what_they_must_and_nothing_else() {
    let judge = hg("edits_change_what_they_must_and_nothing_else");
    for edit in EDITS {
        let home = Home::new();
        for (name, text) in edit.before {
            home.write(name, &fill_edit(text));
        }
        let args = [edit.args, &["--write", "--yes"]].concat();
        for turn in ["first", "second"] {
            // A second run changes no byte.
            let again: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--add").collect();
            let run = home.pin(&GOOD, if turn == "first" { &args } else { &again });
            assert_eq!(
                run.code, 0,
                "{}, {turn}: {}{}",
                edit.name, run.stdout, run.stderr
            );
            for (name, text) in edit.before.iter().chain(edit.after) {
                let after = edit.after.iter().find(|(changed, _)| changed == name);
                let expected = after.map_or(*text, |(_, text)| *text);
                assert_eq!(
                    home.read(name),
                    fill_edit(expected),
                    "{}, {turn}: {name}",
                    edit.name
                );
            }
        }
        if let Some(judge) = &judge {
            let pins = home.hg(judge, "hostsecurity.localhost:fingerprints");
            assert_eq!(pins, fill(edit.pins).trim_start(), "{}", edit.name);
        }
    }
}

#[test]
fn the_repositorys_own_file() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("repo/.hg")).expect("a repository");
    home.write(".hgrc", "[ui]\nusername = me\n");
    let run = home.pin(&GOOD, &["--write", "--yes", "--repository", "repo"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = fill_edit("{smtp}\n[hostsecurity]\nlocalhost:fingerprints = {new}\n");
    assert_eq!(home.read("repo/.hg/hgrc"), expected);
    assert_eq!(home.read(".hgrc"), "[ui]\nusername = me\n");
}

#[test]
fn a_file_among_those_of_hg_does_not_hide_what_the_others_say() {
    let home = Home::new();
    let old = fill("[smtp]\nhost = localhost\n[hostsecurity]\nlocalhost:fingerprints = {old}\n");
    home.write(".hgrc", &old);
    home.write(".config/hg/README", "");
    let write = ["--write", "--yes", "--hgrc", ".config/hg/hgrc"];
    // The alarm comes, although the file itself has no pins, and does not even exist.
    let run = home.pin(&GOOD, &write);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("IS NOT THE PINNED ONE"),
        "{}",
        run.stderr
    );
    assert!(!home.path(".config/hg/hgrc").exists());
    // The old and the new pin, in that file.
    let run = home.pin(&GOOD, &[&write[..], &["--add"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = fill("localhost:fingerprints = {old}, {new}\n");
    let text = home.read(".config/hg/hgrc");
    assert!(text.contains(&expected), "{text}");
    assert_eq!(home.read(".hgrc"), old);
    // The server of hg email stays, too.
    home.write(".hgrc", "[smtp]\nhost = mail.example\n");
    std::fs::remove_file(home.path(".config/hg/hgrc")).expect("the file");
    let run = home.pin(&GOOD, &write);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("mail.example"), "{}", run.stderr);
    let text = home.read(".config/hg/hgrc");
    assert_eq!(
        text,
        fill("[hostsecurity]\nlocalhost:fingerprints = {new}\n")
    );
}

#[test]
fn pins_that_appear_during_the_check_are_not_overwritten() {
    use std::time::Duration;
    let behaviour = Behaviour {
        greet_delay: Duration::from_secs(2),
        ..Behaviour::default()
    };
    let slow = Served {
        server: Server::start(&GOOD.identity, behaviour),
        identity: PKI.identity(leaf(&["localhost"])),
    };
    for option in ["--digest=sha256", "--prune"] {
        let home = Home::new();
        let text = fill("[hostsecurity]\nlocalhost:fingerprints = {old}\n");
        let run = std::thread::scope(|scope| {
            let pin = scope.spawn(|| home.pin(&slow, &["--write", "--yes", option]));
            std::thread::sleep(Duration::from_millis(900));
            home.write(".hgrc", &text);
            pin.join().expect("a run")
        });
        assert_ne!(run.code, 0, "{option}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(".hgrc:2"), "{}", run.stderr);
        assert_eq!(home.read(".hgrc"), text, "{option}");
    }
}

#[test]
fn a_pin_that_mercurial_ignores_does_not_silence_the_alarm() {
    let home = Home::new();
    let text = fill(
        "[smtp]\nhost = localhost\nport = {port}\ntls = starttls\nfingerprint = {new}\n\
         [hostsecurity]\nlocalhost:fingerprints = {old}\n",
    );
    home.write(".hgrc", &text);
    let run = home.pin(&GOOD, &["--write", "--yes"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("IS NOT THE PINNED ONE"),
        "{}",
        run.stderr
    );
    assert_eq!(home.read(".hgrc"), text);
    let mut check = home.command();
    check
        .arg(GOOD.target())
        .arg("--cacerts")
        .arg(home.path("root.pem"));
    let run = finish(&mut check);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(run.stdout.contains("pin-mismatch"), "{}", run.stdout);
    // It counts if it is the only one; and the reverse case does not matter.
    let alone = text.replace(&fill("localhost:fingerprints = {old}\n"), "");
    let swapped = text
        .replace(&GOOD.sha256(), "X")
        .replace(&OTHER.sha256(), &GOOD.sha256())
        .replace('X', &OTHER.sha256());
    for text in [alone, swapped] {
        home.write(".hgrc", &text);
        let run = home.pin(&GOOD, &["--dry-run"]);
        assert_eq!(run.code, 0, "{text}{}", run.stderr);
    }
}

#[test]
fn other_pins_that_stay_are_reported() {
    let home = Home::new();
    let pins = |list: &str| {
        fill(&format!(
            "[hostsecurity]\nlocalhost:fingerprints = {list}\n"
        ))
    };
    for (text, others) in [
        (pins("{new}"), None),
        (pins("{new}, sha1:{sha1}"), None),
        (pins("{old}, {new}"), Some("1 other")),
        (
            pins("{new}") + &fill("[hostfingerprints]\nlocalhost = {legacy}\n"),
            Some("1 other"),
        ),
        (
            pins("{old}, {new}") + &fill("[hostfingerprints]\nlocalhost = {legacy}\n"),
            Some("2 other"),
        ),
    ] {
        home.write(".hgrc", &text);
        let run = home.pin(&GOOD, &["--write", "--yes"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let only = run
            .stderr
            .contains("accepts localhost only with this certificate\n");
        assert_eq!(only, others.is_none(), "{text}{}", run.stderr);
        assert!(
            run.stderr.contains(others.unwrap_or("only")),
            "{text}{}",
            run.stderr
        );
    }
}

#[test]
fn a_file_that_hg_does_not_trust_is_not_written() {
    if !nix::unistd::Uid::effective().is_root() {
        return testkit::skip::skip(
            "a_file_that_hg_does_not_trust_is_not_written",
            "only root may give a file away",
        );
    }
    let home = Home::new();
    std::fs::create_dir_all(home.path("repo/.hg")).expect("a repository");
    home.write("repo/.hg/hgrc", "[ui]\nusername = me\n");
    std::os::unix::fs::chown(home.path("repo/.hg/hgrc"), Some(12345), None).expect("the owner");
    let run = home.pin(&GOOD, &["--write", "--yes", "--repository", "repo"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains("does not trust it"), "{}", run.stderr);
    assert_eq!(
        run.stderr.matches("is left out").count(),
        1,
        "{}",
        run.stderr
    );
    assert_eq!(home.read("repo/.hg/hgrc"), "[ui]\nusername = me\n");
}

#[test]
fn options_about_fingerprints_are_not_for_a_ca() {
    let home = Home::new();
    for option in ["--legacy", "--add", "--prune", "--digest=sha1"] {
        let run = home.pin(&GOOD, &["--by", "cacerts", "--ca-out", "ca.pem", option]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{option}");
    }
    assert!(!home.path("ca.pem").exists());
}

#[test]
fn a_port_may_be_named_as_services_are() {
    let home = Home::new();
    let run = finish(home.command().args(["--no-hgrc", "--lint"]));
    assert_eq!(run.code, 2);
    home.write(
        ".hgrc",
        "[smtp]\nhost = localhost\nport = submission\ntls = starttls\n",
    );
    let to = format!("127.0.0.1:{}", GOOD.server.port());
    let mut command = home.command();
    command
        .args(["pin", "--connect", &to, "--write", "--yes", "--cacerts"])
        .arg(home.path("root.pem"));
    let run = finish(&mut command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // The value means this port, and stays as it is written.
    assert!(
        home.read(".hgrc").contains("port = submission\n"),
        "{}",
        home.read(".hgrc")
    );
}

#[test]
fn a_named_file_need_not_exist_and_must_not_be_shadowed() {
    let home = Home::new();
    for (state, how) in [
        ("planned", "--dry-run"),
        ("written", "--write"),
        ("pinned", "--write"),
    ] {
        let run = home.pin(&GOOD, &[how, "--yes", "--hgrc", "new.rc"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        let words = format!("{state}, but not in force: hg does not read new.rc by itself");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(!run.stderr.contains("hg email accepts"), "{}", run.stderr);
    }
    let expected = fill_edit("{smtp}\n[hostsecurity]\nlocalhost:fingerprints = {new}\n");
    assert_eq!(home.read("new.rc"), expected);
    // It is in force once a file of hg's includes it, also if it is not there yet.
    home.write(".hgrc", "%include later.rc\n");
    for how in ["--dry-run", "--write"] {
        let run = home.pin(&GOOD, &[how, "--yes", "--hgrc", "later.rc"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    std::fs::remove_file(home.path(".hgrc")).expect("the file");
    // hg reads ~/.hgrc, but a later file wins.
    home.write(
        ".config/hg/hgrc",
        &fill("[hostsecurity]\nlocalhost:fingerprints = {old}\n"),
    );
    let run = home.pin(&GOOD, &["--write", "--yes", "--hgrc", ".hgrc"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let place = format!("{}:2", home.path(".config/hg/hgrc").display());
    assert!(run.stderr.contains(&place), "{}", run.stderr);
    assert!(
        !run.stderr.contains("pinned: hg email accepts"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_shadowed_pin_is_not_a_success() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("repo/.hg")).expect("a repository");
    home.write(
        "repo/.hg/hgrc",
        "[hostsecurity]\n%unset localhost:fingerprints\n",
    );
    let root = home.path("root.pem");
    let mut command = home.command();
    command.current_dir(home.path("repo"));
    command
        .args(["pin", &GOOD.target(), "--write", "--yes", "--cacerts"])
        .arg(root);
    let run = finish(&mut command);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let place = format!("{}:2 wins", home.path("repo/.hg/hgrc").display());
    assert!(run.stderr.contains(&place), "{}", run.stderr);
    assert!(
        !run.stderr.contains("pinned: hg email accepts"),
        "{}",
        run.stderr
    );
    // Following the advice helps.
    let hgrc = home.path("repo/.hg/hgrc");
    let advice = format!("or pin there: --hgrc {}\n", hgrc.display());
    assert!(run.stderr.contains(&advice), "{}", run.stderr);
    let run = finish(command.arg("--hgrc").arg(hgrc));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("only with this"), "{}", run.stderr);
}

#[test]
fn a_missing_directory_is_named() {
    let home = Home::new();
    let file = "none/hgrc";
    let run = home.pin(&GOOD, &["--write", "--yes", "--hgrc", file]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("there is no directory for"),
        "{}",
        run.stderr
    );
    assert!(!home.path("none").exists());
}

#[test]
fn plain_text_and_other_refusals_are_not_a_success() {
    // A later file overrides smtp.tls.
    let home = Home::new();
    std::fs::create_dir_all(home.path("repo/.hg")).expect("a repository");
    home.write("repo/.hg/hgrc", "[smtp]\ntls = none\n");
    let mut command = home.command();
    command.current_dir(home.path("repo"));
    command
        .args(["pin", &GOOD.target(), "--write", "--yes", "--cacerts"])
        .arg(home.path("root.pem"));
    let run = finish(&mut command);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("in the clear"), "{}", run.stderr);
}

#[test]
fn broken_configurations_are_left_as_they_are() {
    let home = Home::new();
    for (text, expected) in [
        ("[smtp]\n host = x\n", ".hgrc:2"),
        (
            "[hostsecurity]\nlocalhost:fingerprints = {new}, md5:aa\n",
            "md5:aa",
        ),
    ] {
        home.write(".hgrc", &fill(text));
        let run = home.pin(&GOOD, &["--write", "--yes"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert_eq!(home.read(".hgrc"), fill(text));
    }
}

// ------------------------------------------------------------------------------- any file

/// Lines that set and unset the settings that `pin` writes, and other lines.
const LINES: &[&str] = &[
    "[smtp]",
    "[hostsecurity]",
    "[hostfingerprints]",
    "[ui]",
    "host = localhost",
    "host = other.example",
    "port = 25",
    "tls = smtps",
    "fingerprint = {old}",
    "localhost:fingerprints = {old}",
    "localhost:fingerprints=",
    "  {old}",
    "\t{new}",
    "localhost = {legacy}",
    "# c",
    "; d",
    "",
    "%unset localhost:fingerprints",
    "%unset host",
    "%include inc",
    "x = 1",
];

/// All settings of `~/.hgrc` except those that `pin` may write; `None`: the file cannot be read.
fn others(home: &Home) -> Option<Vec<(String, String)>> {
    let all = ["config", "--all", "--format", "json", "--hgrc", ".hgrc"];
    let run = finish(home.command().args(all));
    if run.code != 0 {
        return None;
    }
    let settings: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let ours = |name: &str| {
        ["smtp.host", "smtp.port", "smtp.tls", "smtp.fingerprint"].contains(&name)
            || name == "hostsecurity.localhost:fingerprints"
            || name == "hostfingerprints.localhost"
    };
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let all = settings.as_array().expect("an array").iter();
    let all = all.map(|setting| (text(&setting["name"]), text(&setting["value"])));
    Some(all.filter(|(name, _)| !ours(name)).collect())
}

/// Whether the lines of `part` occur in `whole` in this order.
fn is_within(part: &[&str], whole: &str) -> bool {
    let mut rest = whole.lines();
    part.iter().all(|line| rest.any(|other| other == *line))
}

#[test]
fn whatever_the_files_hold_nothing_else_changes() {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    let judge = hg("whatever_the_files_hold_nothing_else_changes");
    let lines = || proptest::collection::vec(proptest::sample::select(LINES), 0..14);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut pinned, mut refused) = (0, 0);
    for turn in 0..150 {
        let tree = (lines(), lines()).new_tree(&mut runner).expect("two files");
        let (main, included) = tree.current();
        let text = |lines: &[&str]| {
            lines
                .iter()
                .map(|line| fill(line) + "\n")
                .collect::<String>()
        };
        let (main, included) = (text(&main), text(&included).replace("%include inc\n", ""));
        let home = Home::new();
        home.write(".hgrc", &main);
        home.write("inc", &included);
        let before = others(&home);
        let how = ["--add", "--replace"][turn % 2];
        let run = home.pin(&GOOD, &[how, "--write", "--yes", "--hgrc", ".hgrc"]);
        let about = format!(
            "{how} on\n{main}--- with\n{included}---\n{}{}",
            run.stdout, run.stderr
        );
        if before.is_none() {
            assert_eq!(run.code, 2, "{about}");
        }
        if run.code == 2 {
            refused += 1;
            assert_eq!(
                (home.read(".hgrc"), home.read("inc")),
                (main, included),
                "{about}"
            );
            continue;
        }
        assert_eq!(run.code, 0, "{about}");
        assert_eq!(others(&home), before, "{about}");
        for (name, old) in [(".hgrc", &main), ("inc", &included)] {
            let fixed = |line: &&str| {
                ["[", "#", ";", "%", "x"]
                    .iter()
                    .any(|c| line.starts_with(c))
            };
            let fixed: Vec<&str> = old.lines().filter(fixed).collect();
            assert!(
                is_within(&fixed, &home.read(name)),
                "{about}{}",
                home.read(name)
            );
        }
        pinned += 1;
        if let Some(judge) = judge.as_ref().filter(|_| turn < 60) {
            let pins = home.hg(judge, "hostsecurity.localhost:fingerprints");
            assert!(pins.contains(&GOOD.sha256()), "{about}: {pins}");
            let kept_old = pins.contains(&OTHER.sha256());
            assert!(how == "--add" || !kept_old, "{about}");
        }
        let after = (home.read(".hgrc"), home.read("inc"));
        // A second run changes nothing; without --add it would set the port, too.
        let again: &[&str] = if how == "--add" { &["--add"] } else { &[] };
        let run = home.pin(
            &GOOD,
            &[again, &["--write", "--yes", "--hgrc", ".hgrc"]].concat(),
        );
        assert_eq!(run.code, 0, "{about}: {}", run.stderr);
        assert_eq!((home.read(".hgrc"), home.read("inc")), after, "{about}");
    }
    assert!(
        pinned > 50 && refused > 5,
        "{pinned} pinned, {refused} refused"
    );
}

// ------------------------------------------------------------------------------- by CA

#[test]
fn the_ca_is_saved_and_named_twice() {
    let home = Home::new();
    let args = ["--by", "cacerts", "--ca-out", "ca.pem", "--write", "--yes"];
    let run = home.pin(&GOOD, &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let path = home.path("ca.pem").display().to_string();
    let expected = fill(&format!(
        "[smtp]\nhost = localhost\nport = {{port}}\ntls = starttls\ncacerts = {path}\n\n\
         [hostsecurity]\nlocalhost:verifycertsfile = {path}\n"
    ));
    assert_eq!(home.read(".hgrc"), expected);
    let saved = home.read("ca.pem");
    let body = PKI.root_pem().replace("\r\n", "\n");
    assert!(saved.ends_with(&body), "{saved}");
    // A second run changes nothing; the file of another CA is not overwritten.
    let run = home.pin(&GOOD, &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!((home.read(".hgrc"), home.read("ca.pem")), (expected, saved));
    home.write("ca.pem", "mine\n");
    let run = home.pin(&GOOD, &args);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(home.read("ca.pem"), "mine\n");
}

#[test]
fn a_ca_whose_name_looks_like_pem_is_saved_as_one_certificate() {
    let mut root = ca("Root\n-----BEGIN CERTIFICATE-----");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pki = Pki::custom(root, ca("Intermediate"), KeyKind::P256);
    let served = Served::new(pki.identity(leaf(&["localhost"])));
    let home = Home::new();
    home.write("root.pem", &pki.root_pem());
    let args = ["--by", "cacerts", "--ca-out", "ca.pem", "--write", "--yes"];
    let run = home.pin(&served, &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let saved = home.read("ca.pem");
    assert!(saved.contains("Root"), "{saved}");
    assert_eq!(saved.matches("-----BEGIN").count(), 1, "{saved}");
    assert!(saved.ends_with(&pki.root_pem()), "{saved}");
}

#[test]
fn pins_in_force_keep_a_ca_out() {
    let home = Home::new();
    let before = fill("[hostsecurity]\nlocalhost:fingerprints = {new}\n");
    home.write(".hgrc", &before);
    let args = ["--by", "cacerts", "--ca-out", "ca.pem", "--write", "--yes"];
    let run = home.pin(&GOOD, &args);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("ignores a CA file"), "{}", run.stderr);
    assert_eq!(home.read(".hgrc"), before);
    let run = home.pin(&GOOD, &[&args[..], &["--replace"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        !home.read(".hgrc").contains("fingerprints"),
        "{}",
        home.read(".hgrc")
    );
}

#[test]
fn a_chain_without_an_anchor_has_no_ca_to_save() {
    let home = Home::new();
    let mut command = home.command();
    command.args([
        "pin",
        &GOOD.target(),
        "--by",
        "cacerts",
        "--ca-out",
        "ca.pem",
        "--accept-untrusted",
    ]);
    let run = finish(&mut command);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(!home.path("ca.pem").exists());
    // A path that hg would read differently is not written.
    let run = home.pin(&GOOD, &["--by", "cacerts", "--ca-out", "$HOME.pem"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(!home.path("$HOME.pem").exists());
}

#[test]
fn a_certificate_of_another_port_is_added_without_a_change_of_port() {
    let home = Home::new();
    let before = fill(
        "[smtp]\nhost = localhost\nport = 26\ntls = smtps\n[hostsecurity]\nlocalhost:fingerprints = {old}\n",
    );
    home.write(".hgrc", &before);
    let run = home.pin(&GOOD, &["--add"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("port ="), "{}", run.stdout);
    let run = home.pin(&GOOD, &["--add", "--write", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("smtp.port stays 26"), "{}", run.stderr);
    let after = home.read(".hgrc");
    let pins = format!("{}, {}", OTHER.sha256(), GOOD.sha256());
    assert!(
        after.starts_with("[smtp]\nhost = localhost\nport = 26\ntls = smtps\n"),
        "{after}"
    );
    assert!(
        after.contains(&format!("localhost:fingerprints = {pins}\n")),
        "{after}"
    );
    // Without it, the port is part of the pin.
    let run = home.pin(&GOOD, &["--replace", "--write", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        home.read(".hgrc")
            .contains(&format!("port = {}\n", GOOD.server.port()))
    );
}

/// The first pin of a host turns the CA check off on all of its ports.
#[test]
fn the_first_pin_is_that_of_the_port_that_hg_uses() {
    let home = Home::new();
    let hg_port = OTHER.server.port();
    let before = format!("[smtp]\nhost = localhost\nport = {hg_port}\ntls = starttls\n");
    home.write(".hgrc", &before);
    let add = ["--add", "--write", "--yes"];
    for how in [&["--add"][..], &["--add", "--dry-run"], &add] {
        let run = home.pin(&GOOD, how);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        let hgrc = home.path(".hgrc");
        for words in [
            &format!("{}:3: hg email uses port {hg_port}", hgrc.display()),
            "replaces the CA check on all of its ports",
            &format!("smtp-certcheck pin localhost:{hg_port} --write"),
        ] {
            assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        }
        assert_eq!(home.read(".hgrc"), before);
    }
    // The advice helps.
    let run = home.pin(&OTHER, &["--write", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = home.pin(&GOOD, &add);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let pins = format!("fingerprints = {}, {}\n", OTHER.sha256(), GOOD.sha256());
    let after = home.read(".hgrc");
    assert!(after.contains(&pins), "{after}");
    assert!(after.contains(&format!("port = {hg_port}\n")), "{after}");
}

#[test]
fn hg_is_not_pointed_at_a_server_of_another_protocol() {
    let home = Home::new();
    let before = "[smtp]\nhost = localhost\nport = 587\ntls = starttls\n";
    home.write(".hgrc", before);
    let imap = |service| {
        let implicit_tls = service == Service::Imaps;
        let behaviour = Behaviour {
            service: Service::Imap,
            implicit_tls,
            ..Behaviour::default()
        };
        Server::start(&GOOD.identity, behaviour)
    };
    let (starttls, implicit) = (imap(Service::Imap), imap(Service::Imaps));
    let to = format!("127.0.0.1:{}", implicit.port());
    let greeted = format!("localhost:{}", starttls.port());
    // By its scheme nothing is connected to; by its port, and by its greeting, it is.
    for (code, target, more, protocol) in [
        (1, "imaps://localhost", &[][..], "IMAP"),
        (1, "pop3://localhost:25", &[], "POP3"),
        (1, "sieve://localhost", &[], "ManageSieve"),
        (1, "lmtp://localhost:24", &[], "LMTP"),
        (1, "localhost:993", &["--connect", &to], "IMAP"),
        (1, greeted.as_str(), &[], "IMAP"),
    ] {
        for how in [&["--write", "--yes"][..], &["--dry-run"], &[]] {
            let mut command = home.command();
            command.args(["pin", target, "--cacerts", "root.pem"]);
            let run = finish(command.args(more).args(how));
            assert_eq!(
                (run.code, run.stdout.as_str()),
                (code, ""),
                "{}",
                run.stderr
            );
            for words in [
                "hg email speaks SMTP only",
                &format!("is a server of {protocol}\n"),
                "smtp-certcheck pin localhost:587",
                "--for TOOL",
            ] {
                assert!(
                    run.stderr.contains(words),
                    "{target}: {words}: {}",
                    run.stderr
                );
            }
            assert_eq!(home.read(".hgrc"), before, "{target}");
        }
    }
}

#[test]
fn the_port_of_a_tunnel_is_not_mistaken_for_hgs() {
    let home = Home::new();
    let elsewhere = format!("127.0.0.1:{}", GOOD.server.port());
    let pin = |target: &str| {
        let args = [
            "pin",
            target,
            "--connect",
            &elsewhere,
            "--cacerts",
            "root.pem",
        ];
        finish(home.command().args(args))
    };
    let run = pin("localhost");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("which one is hg to use"),
        "{}",
        run.stderr
    );
    let run = pin("localhost:587");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("port = 587\n"), "{}", run.stdout);
}

#[test]
fn another_ca_file_goes_only_on_the_users_word() {
    let home = Home::new();
    let before = "[hostsecurity]\nlocalhost:verifycertsfile = /etc/other.pem\n";
    home.write(".hgrc", before);
    let ca = home.path("new.pem");
    let ca = ca.to_str().expect("UTF-8");
    let args = ["--by", "cacerts", "--ca-out", ca, "--write", "--yes"];
    let trust = ["--cacerts", "root.pem"];
    let run = home.pin(&GOOD, &[&args[..], &trust].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains(".hgrc:2: another CA file"),
        "{}",
        run.stderr
    );
    assert_eq!(home.read(".hgrc"), before);
    let run = home.pin(&GOOD, &[&args[..], &trust, &["--replace"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        home.read(".hgrc")
            .contains(&format!("verifycertsfile = {ca}\n"))
    );
}

// ------------------------------------------------------------------------------- what cannot last

/// A leaf with a given rest of a given lifetime.
fn lasting(left: Duration, lifetime: Duration) -> Served {
    let mut params = leaf(&["localhost"]);
    params.not_after = now() + left;
    params.not_before = params.not_after - lifetime;
    Served::new(PKI.identity(params))
}

#[test]
fn a_short_lived_certificate_is_reported_and_asked_about_before_it_is_pinned() {
    let (hours, days) = (Duration::hours, Duration::days);
    for (served, said) in [
        (
            lasting(hours(2), hours(2)),
            Some("it is valid for 2 hours in all"),
        ),
        (lasting(hours(30), days(90)), Some("expires in 1 day")),
        (
            lasting(days(6), days(6)),
            Some("it is valid for 6 days in all"),
        ),
        (
            lasting(hours(13 * 24 + 12), days(90)),
            Some("expires in 13 days"),
        ),
        (lasting(days(60), days(90)), None),
        (lasting(days(30), days(3650)), None),
    ] {
        let home = Home::new();
        let write = ["--write", "--yes"];
        for pin in [&[][..], &write, &["--for", "postfix"], &["--for", "json"]] {
            let run = home.pin(&served, pin);
            let refused = said.is_some();
            assert_eq!(run.code, i32::from(refused), "{pin:?}: {}", run.stderr);
            assert_eq!(run.stdout.is_empty(), refused, "{pin:?}");
            assert_eq!(
                run.stderr.contains("will not last"),
                refused,
                "{}",
                run.stderr
            );
            assert_eq!(run.stderr.contains("--accept-short-lived"), refused);
            let words = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.is_none_or(|said| words.contains(said)), "{words}");
            assert_eq!(home.path(".hgrc").exists(), !refused && pin == write);
            let _ = std::fs::remove_file(home.path(".hgrc"));
        }
        // A pin of the CA lasts.
        let file = ["--by", "cacerts", "--ca-out", "ca.pem"];
        let run = home.pin(&served, &file);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let key = home.pin(&served, &["--for", "postfix", "--by", "key"]);
        assert_eq!(key.code, 0, "{}", key.stderr);
        if said.is_none() {
            continue;
        }
        for word in [
            &["--accept-short-lived"][..],
            &["--expect", &served.sha256()],
        ] {
            let run = home.pin(&served, &[word, &write[..]].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert!(run.stderr.contains("will not last"), "{}", run.stderr);
            assert!(home.read(".hgrc").contains(&served.sha256()));
        }
        // A certificate that is pinned already needs no yes.
        let run = home.pin(&served, &write);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stderr.contains("already pinned"), "{}", run.stderr);
    }
}

#[test]
fn an_expired_certificate_has_no_date_to_come() {
    let home = Home::new();
    let run = home.pin(&EXPIRED, &["--accept-untrusted"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("it expired 10 days ago"),
        "{}",
        run.stderr
    );
    let date = (now() - Duration::days(10)).date();
    assert!(
        run.stdout.contains(&format!(", expired on {date};")),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("expires"), "{}", run.stdout);
    // A CA that expires soon.
    let dir = Dir::new();
    let mut root = ca("Old Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.not_after = now() + Duration::days(3);
    let pki = Pki::custom(root, ca("Intermediate"), KeyKind::P256);
    let served = Served::new(pki.identity(leaf(&["localhost"])));
    let root = dir.file("old.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    for by_ca in [
        &["--by", "cacerts", "--ca-out", "ca.pem"][..],
        &["--for", "openssl"],
    ] {
        let run = home.pin(&served, &[by_ca, &["--cacerts", root]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
        assert!(
            run.stderr.contains("\"Old Root\" will not last"),
            "{}",
            run.stderr
        );
        assert!(!home.path("ca.pem").exists());
    }
}

#[test]
fn a_self_signed_certificate_that_was_just_made_is_reported_as_new() {
    let home = Home::new();
    for (minutes, said) in [(5, true), (90, false)] {
        let mut params = leaf(&["localhost"]);
        params.not_before = now() - Duration::minutes(minutes);
        let served = Served::new(Pki::self_signed(&params, KeyKind::P256));
        let run = home.pin(&served, &["--accept-untrusted"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.stderr.contains("is new: "), said, "{}", run.stderr);
    }
}

// ------------------------------------------------------------------------------- several certificates

/// The advised commands, one for each certificate.
fn advised(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with("smtp-certcheck pin "))
        .collect()
}

/// Runs a command as it is pasted.
fn pasted(home: &Home, line: &str) -> Run {
    let program = program();
    let path = Path::new(program.get_program())
        .parent()
        .expect("a directory");
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{line} --yes")])
        .current_dir(home.0.path())
        .env("HOME", home.0.path())
        .env("PATH", format!("{}:/usr/bin:/bin", path.display()))
        .env_remove("HGRCPATH")
        .env_remove("XDG_CONFIG_HOME")
        .stdin(std::process::Stdio::null());
    finish(&mut command)
}

#[test]
fn certificates_that_take_turns_are_all_named_and_pinned_one_by_one() {
    for count in [2, 3] {
        let home = Home::new();
        let identities: Vec<Identity> = (0..count)
            .map(|_| PKI.identity(leaf(&["localhost"])))
            .collect();
        let served = Served::new(identities[0].clone());
        served
            .server
            .alternate(&identities.iter().collect::<Vec<_>>());
        let digest = |identity: &Identity| {
            Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
        };
        let digests: Vec<String> = identities.iter().map(digest).collect();
        for pin in [
            &["--for", "postfix"][..],
            &["--for", "msmtp"],
            &["--for", "json"],
        ] {
            let run = home.pin(&served, pin);
            assert_eq!(
                (run.code, run.stdout.as_str()),
                (1, ""),
                "{pin:?}: {}",
                run.stderr
            );
            let several = format!("presents {count} certificates, now one and now another");
            assert!(run.stderr.contains(&several), "{}", run.stderr);
            assert!(
                digests.iter().all(|digest| run.stderr.contains(digest)),
                "{}",
                run.stderr
            );
            assert!(!run.stderr.contains("NOT trusted"), "{}", run.stderr);
            let commands = if pin.contains(&"msmtp") { 0 } else { count };
            assert_eq!(advised(&run).len(), commands, "{}", run.stderr);
        }
        assert!(!home.path(".hgrc").exists());
        // Whichever the server presents, the named one is pinned.
        for digest in &digests {
            let run = home.pin(&served, &["--for", "postfix", "--expect", digest]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            let colons: Vec<String> = digest[7..]
                .to_uppercase()
                .chars()
                .collect::<Vec<_>>()
                .chunks(2)
                .map(|two| two.iter().collect())
                .collect();
            assert!(run.stdout.contains(&colons.join(":")), "{}", run.stdout);
        }
        // hg takes several: all of them are printed, and written.
        let run = home.pin(&served, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let several = format!("presents {count} certificates, now one and now another");
        assert!(run.stderr.contains(&several), "{}", run.stderr);
        assert!(
            digests.iter().all(|digest| run.stdout.contains(digest)),
            "{}",
            run.stdout
        );
        // One that is named is pinned alone, and the command for the others is there to be pasted.
        let run = home.pin(&served, &["--write", "--yes", "--expect", &digests[0]]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let hgrc = home.read(".hgrc");
        assert!(!hgrc.contains(&digests[1]), "{hgrc}");
        let [line] = advised(&run)[..] else {
            unreachable!("{}", run.stderr)
        };
        assert!(digests.iter().all(|digest| line.contains(digest)), "{line}");
        let run = pasted(&home, &line.replace(" --yes", ""));
        assert_eq!(run.code, 0, "{line}: {}", run.stderr);
        let hgrc = home.read(".hgrc");
        assert!(digests.iter().all(|digest| hgrc.contains(digest)), "{hgrc}");
        for _ in 0..count {
            let run = home.pin(&served, &["--write", "--yes"]);
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert!(
                !run.stderr.contains("now one and now another"),
                "{}",
                run.stderr
            );
            assert_eq!(home.read(".hgrc"), hgrc);
        }
        // Dropping one of them would lock the user out again.
        let run = home.pin(&served, &["--prune", "--write", "--yes"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(home.read(".hgrc"), hgrc);
        // A certificate that is not among the pins is an alarm, at whatever address.
        home.write(".hgrc", &hgrc.replace(&digests[1], &digests[0]));
        let hgrc = home.read(".hgrc");
        let run = home.pin(&served, &["--write", "--yes"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(
            run.stderr.contains("IS NOT THE PINNED ONE"),
            "{}",
            run.stderr
        );
        assert_eq!(home.read(".hgrc"), hgrc);
    }
}

#[test]
fn a_renewed_certificate_that_the_pin_accepts_is_not_reported_as_another() {
    let home = Home::new();
    let first = PKI.identity(leaf(&["localhost"]));
    let renewed = PKI.renewed(&first, &leaf(&["localhost"]));
    let served = Served::new(first.clone());
    served.server.alternate(&[&first, &renewed]);
    for same in [
        &["--for", "postfix", "--by", "key"][..],
        &["--by", "cacerts", "--ca-out", "ca.pem"],
        &["--for", "git", "--ca-out", "git.pem"],
    ] {
        let run = home.pin(&served, same);
        assert_eq!(run.code, 0, "{same:?}: {}", run.stderr);
        assert!(!run.stderr.contains("now one"), "{}", run.stderr);
    }
    assert_eq!(home.pin(&served, &["--for", "postfix"]).code, 1);
    // A certificate of another CA, which is not trusted here.
    let impostor = Pki::new("Impostor", KeyKind::P256).identity(leaf(&["localhost"]));
    served.server.alternate(&[&first, &impostor]);
    for pin in [
        &["--for", "git", "--ca-out", "git.pem"][..],
        &["--by", "cacerts", "--ca-out", "ca.pem"],
        &["--add"],
    ] {
        // The first look may see either; --expect picks the good one.
        let run = home.pin(&served, &[pin, &["--expect", &served.sha256()]].concat());
        assert_eq!(run.code, 0, "{pin:?}: {}", run.stderr);
        assert!(
            run.stderr.contains("NOT trusted: unknown-issuer"),
            "{}",
            run.stderr
        );
        assert!(
            run.stderr.contains("Compare the fingerprint"),
            "{}",
            run.stderr
        );
        let pasted = advised(&run);
        let offers = |identity: &Identity| {
            let digest = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
            pasted.iter().any(|line| line.contains(&digest))
        };
        assert!(!offers(&impostor), "{}", run.stderr);
        assert!(!offers(&first), "{}", run.stderr);
    }
}

#[test]
fn every_address_of_the_name_is_looked_at() {
    const NAME: &str = "pin.example";
    let home = Home::new();
    let one = PKI.identity(leaf(&[NAME]));
    let other = PKI.identity(leaf(&[NAME]));
    let port = GOOD.server.port();
    let start = |ip: &str, identity: &Identity| {
        Server::start_on(&format!("{ip}:{port}"), identity, Behaviour::default());
    };
    let pin = |hosts: &str, args: &[&str]| {
        let names = Names::new("every_address_of_the_name_is_looked_at", hosts)?;
        let mut command = home.command();
        let target = format!("smtp://{NAME}:{port}");
        command.args(["pin", &target, "--ehlo", "x", "--timeout", "2", "--cacerts"]);
        command.arg(home.path("root.pem")).args(args);
        Some(finish(&mut names.within(&command)))
    };
    start("127.46.0.1", &one);
    start("127.46.0.2", &other);
    start("127.46.0.3", &one);
    testkit::raw::listen_on(&format!("127.46.0.4:{port}"), |mut client| {
        testkit::raw::wait_for_end(&mut client);
    });
    let lines = |last: &[u8]| {
        let lines = last.iter().map(|last| format!("127.46.0.{last} {NAME}\n"));
        lines.collect::<Vec<_>>().concat()
    };
    let Some(run) = pin(&lines(&[1, 2, 3]), &[]) else {
        return;
    };
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = "presents 2 certificates, each at addresses of its own:";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert!(
        run.stderr.contains("at 127.46.0.1, 127.46.0.3\n"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("at 127.46.0.2\n"), "{}", run.stderr);
    for identity in [&one, &other] {
        let digest = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string();
        assert!(run.stdout.contains(&digest), "{}", run.stdout);
    }
    assert!(run.stdout.contains("# at 127.46.0.2: "), "{}", run.stdout);
    // One address is one certificate.
    for alone in [&["--connect", "127.46.0.2"][..], &["--one-address"]] {
        let run = pin(&lines(&[1, 2, 3]), alone).expect("names");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{alone:?}");
        assert!(!run.stdout.contains("# at "), "{}", run.stdout);
    }
    // If all are alike, nothing is said.
    let run = pin(&lines(&[1, 3]), &[]).expect("names");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    // Nothing is known of an address that does not answer.
    let run = pin(&lines(&[1, 4]), &[]).expect("names");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = "note: 127.46.0.4 was not looked at, and may present another certificate: ";
    assert!(run.stderr.contains(said), "{}", run.stderr);
}

#[test]
fn a_file_for_a_certificate_that_no_line_names_is_not_written() {
    let home = Home::new();
    for args in [
        &[][..],
        &["--for", "postfix"],
        &["--for", "msmtp"],
        &["--for", "tlsa", "--by", "key"],
        &["--for", "json"],
    ] {
        let run = home.pin(&GOOD, &[args, &["--ca-out", "unused.pem"]].concat());
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        let without = |run: &Run| {
            let lines = run
                .stdout
                .lines()
                .filter(|line| !line.contains("\"checked\""));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without(&run), without(&home.pin(&GOOD, args)), "{args:?}");
        assert!(
            run.stderr.contains("--ca-out writes none"),
            "{}",
            run.stderr
        );
        assert!(!home.path("unused.pem").exists(), "{args:?}");
    }
}
