//! What `pin` asks on a terminal, and what follows from the answers.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::LazyLock;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, program};
use testkit::server::{Behaviour, Server};
use testkit::terminal::Terminal;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Asked", KeyKind::P256));

const QUESTION: &str = "Write this (y/N)?";
const CONFIRM: &str = "Pin this certificate (yes, no, or the fingerprint)?";

fn digest(identity: &Identity) -> String {
    Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
}

/// A user at a terminal who runs `pin --write`.
struct Admin {
    home: Dir,
    server: Server,
    digest: String,
}

/// The same user, with the question on the screen.
struct Asked {
    child: Child,
    terminal: Terminal,
}

impl Admin {
    fn new() -> Self {
        let home = Dir::new();
        home.file("root.pem", PKI.root_pem());
        let identity = PKI.identity(leaf(&["localhost"]));
        let digest = digest(&identity);
        Self {
            home,
            server: Server::start(&identity, Behaviour::default()),
            digest,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn read(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(name)).ok()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    /// Runs `args` in the home directory, up to the question.
    fn asked(&self, question: &str, args: &[&str]) -> Asked {
        self.asked_to("--write", question, args)
    }

    /// The same with another option than `--write`.
    fn asked_to(&self, option: &str, question: &str, args: &[&str]) -> Asked {
        let mut terminal = Terminal::new(50, 100);
        let mut command: Command = program();
        command
            .args(["pin", &format!("localhost:{}", self.server.port())])
            .args([option, "--color", "never"])
            .args(args)
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("HGRCPATH");
        let child = command
            .stdin(terminal.end())
            .stdout(terminal.end())
            .stderr(terminal.end())
            .spawn()
            .expect("it starts");
        drop(command);
        terminal.started();
        terminal.wait_for(question, 1);
        Asked { child, terminal }
    }
}

impl Asked {
    /// The exit code, and everything that was shown.
    fn answer(mut self, answer: &str) -> (Option<i32>, String) {
        self.terminal.keys(&format!("{answer}\n"));
        let shown = self.terminal.until_closed().replace('\r', "");
        (self.child.wait().expect("it ends").code(), shown)
    }
}

const TRUSTED: [&str; 2] = ["--cacerts", "root.pem"];

#[test]
fn only_a_yes_writes() {
    for (answer, writes) in [
        ("y", true),
        ("YES", true),
        ("", false),
        ("n", false),
        ("yep", false),
        ("\u{4}", false),
    ] {
        let admin = Admin::new();
        let (code, shown) = admin.asked(QUESTION, &TRUSTED).answer(answer);
        assert_eq!(code, Some(i32::from(!writes)), "{answer:?}: {shown}");
        assert_eq!(admin.read(".hgrc").is_some(), writes, "{answer:?}");
        let said = if writes {
            "pinned: hg email"
        } else {
            "nothing was written"
        };
        assert!(shown.contains(said), "{answer:?}: {shown}");
        // The change stands above the question.
        let (above, _) = shown.split_once(QUESTION).expect("the question");
        assert!(
            above.contains(&format!("+localhost:fingerprints = {}", admin.digest)),
            "{above}"
        );
    }
}

#[test]
fn an_untrusted_certificate_needs_a_yes_in_full_or_its_fingerprint() {
    let admin = Admin::new();
    let hex = admin.digest.trim_start_matches("sha256:").to_owned();
    for (answer, is_meant) in [
        ("yes", true),
        (admin.digest.as_str(), true),
        (&hex.to_ascii_uppercase(), true),
        ("y", false),
        ("", false),
        (&hex[..16], false),
        (&hex.replace(&hex[..4], "0000"), false),
    ] {
        let _ = std::fs::remove_file(admin.path(".hgrc"));
        let none = ["--cacerts", "other.pem"];
        admin.write("other.pem", &Pki::new("Other", KeyKind::P256).root_pem());
        let mut asked = admin.asked(CONFIRM, &none);
        if is_meant {
            asked.terminal.keys(&format!("{answer}\n"));
            asked.terminal.wait_for(QUESTION, 1);
            let (code, shown) = asked.answer("y");
            assert_eq!(code, Some(0), "{answer:?}: {shown}");
        } else {
            // It asks again, until the answer is no; an empty one is.
            if !answer.is_empty() {
                asked.terminal.keys(&format!("{answer}\n"));
                asked.terminal.wait_for("Type yes in full", 1);
            }
            let (code, shown) = asked.answer(if answer.is_empty() { "" } else { "no" });
            assert_eq!(code, Some(1), "{answer:?}: {shown}");
            assert!(shown.contains("not pinned"), "{shown}");
        }
        assert_eq!(admin.read(".hgrc").is_some(), is_meant, "{answer:?}");
    }
}

#[test]
fn a_change_during_the_question_is_asked_about_again() {
    let admin = Admin::new();
    admin.write(".hgrc", "[ui]\nusername = me\n");
    let mut asked = admin.asked(QUESTION, &TRUSTED);
    admin.write(".hgrc", "[ui]\nusername = you\n");
    asked.terminal.keys("y\n");
    asked.terminal.wait_for(QUESTION, 2);
    assert!(
        asked
            .terminal
            .shown()
            .contains("changed by another program")
    );
    let (code, shown) = asked.answer("y");
    assert_eq!(code, Some(0), "{shown}");
    let hgrc = admin.read(".hgrc").expect("it is there");
    assert!(hgrc.starts_with("[ui]\nusername = you\n"), "{hgrc}");
    assert!(hgrc.contains(&admin.digest), "{hgrc}");
}

/// The user has agreed to lose the file's old contents, and to nothing else.
#[test]
fn a_ca_file_that_changes_during_the_question_stays() {
    let by_ca = ["--by", "cacerts", "--ca-out", "ca.pem", "--replace"];
    let args = [&TRUSTED[..], &by_ca].concat();
    for before in [None, Some("mine\n")] {
        let admin = Admin::new();
        if let Some(before) = before {
            admin.write("ca.pem", before);
        }
        let asked = admin.asked(QUESTION, &args);
        admin.write("ca.pem", "another's\n");
        let (code, shown) = asked.answer("y");
        assert_eq!(code, Some(2), "{shown}");
        assert!(
            shown.contains("just been changed by another program"),
            "{shown}"
        );
        assert_eq!(admin.read("ca.pem").as_deref(), Some("another's\n"));
        assert_eq!(admin.read(".hgrc"), None);
        // After the question about the present contents, a yes is enough.
        let asked = admin.asked(QUESTION, &args);
        assert!(asked.terminal.shown().contains("takes the place of"));
        let (code, shown) = asked.answer("y");
        assert_eq!(code, Some(0), "{shown}");
        assert!(
            admin
                .read("ca.pem")
                .expect("it")
                .contains("BEGIN CERTIFICATE")
        );
    }
}

/// Asks for a yes, before the difference is shown.
#[test]
fn a_short_lived_certificate_is_asked_about() {
    let question = "Pin it all the same (y/N)?";
    let mut short = leaf(&["localhost"]);
    short.not_after = now() + time::Duration::hours(2);
    let admin = Admin::new();
    admin.server.renew(&PKI.identity(short));
    for answer in ["", "n"] {
        let (code, shown) = admin.asked(question, &TRUSTED).answer(answer);
        assert_eq!(code, Some(1), "{shown}");
        assert!(shown.ends_with("not pinned\n"), "{shown}");
        assert!(!shown.contains(QUESTION), "{shown}");
        assert_eq!(admin.read(".hgrc"), None);
    }
    let mut asked = admin.asked(question, &TRUSTED);
    asked.terminal.keys("y\n");
    asked.terminal.wait_for(QUESTION, 1);
    let (code, shown) = asked.answer("y");
    assert_eq!(code, Some(0), "{shown}");
    let hgrc = admin.read(".hgrc").expect("it");
    assert!(hgrc.contains(":fingerprints = sha256:"), "{hgrc}");
}

/// Of several certificates a program with one pin gets the first, after a yes.
#[test]
fn one_of_several_is_asked_about() {
    let question = "Pin the first one alone (y/N)?";
    let several = [0, 1].map(|_| PKI.identity(leaf(&["localhost"])));
    let admin = Admin::new();
    admin.server.alternate(&several.each_ref());
    for (answer, code) in [("", 1), ("n", 1), ("y", 0)] {
        let asked = admin.asked_to("--for=postfix", question, &TRUSTED);
        let (exit, shown) = asked.answer(answer);
        assert_eq!(exit, Some(code), "{shown}");
        assert_eq!(shown.ends_with("not pinned\n"), code == 1, "{shown}");
        assert_eq!(shown.contains("\n    match="), code == 0, "{shown}");
    }
}

/// Of several certificates for hg each that is not trusted needs a yes.
#[test]
fn each_of_several_is_asked_about_that_is_not_trusted() {
    let good = PKI.identity(leaf(&["localhost"]));
    let own = Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256);
    let admin = Admin::new();
    admin.server.alternate(&[&good, &own]);
    let mut asked = admin.asked(CONFIRM, &TRUSTED);
    asked.terminal.keys("y\n");
    asked.terminal.wait_for("Type yes in full", 1);
    // The end of the input is no.
    let (code, shown) = asked.answer("\u{4}");
    assert_eq!(code, Some(1), "{shown}");
    let trusted = digest(&good);
    let advice = "-> to accept only what is trusted:\n       smtp-certcheck pin ";
    assert!(shown.contains(advice), "{shown}");
    assert!(
        shown.ends_with(&format!(" --expect {trusted}\n")),
        "{shown}"
    );
    assert_eq!(admin.read(".hgrc"), None);
    let mut asked = admin.asked(CONFIRM, &TRUSTED);
    asked.terminal.keys("yes\n");
    asked.terminal.wait_for(QUESTION, 1);
    let (code, shown) = asked.answer("y");
    assert_eq!(code, Some(0), "{shown}");
    let hgrc = admin.read(".hgrc").expect("it");
    for identity in [&good, &own] {
        let digest = digest(identity);
        assert!(hgrc.contains(&digest), "{hgrc}");
    }
}
