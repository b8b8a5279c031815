//! The programs that send mail, before a real Postfix.

use super::super::for_programs::{
    Desk, OURS, Outcome, PINNED, THEIRS, advised, arrived, exim, has, has_exim, has_git, message,
    openssl, present, relay, relayed, server, submit,
};
use super::{
    Client, Presents, Printed, assert_documented, desk, hold, in_store, lines, rows, stay_protected,
};
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::mta::Mta;
use testkit::pki::{Identity, leaf};
use testkit::program::Run;
use testkit::user::User;

/// A Postfix, at one of its ports.
struct Site<'a> {
    test: &'a str,
    mta: &'a Mta,
    desk: &'a Desk,
    is_implicit: bool,
    elsewhere: Cell<Option<u16>>,
}

impl Presents for Site<'_> {
    fn target(&self) -> String {
        let scheme = if self.is_implicit { "smtps" } else { "smtp" };
        format!("{scheme}://localhost:{}", self.port())
    }

    fn present(&self, identity: &Identity) {
        present(self.mta, identity);
    }

    fn lead_to(&self, port: Option<u16>) {
        self.elsewhere.set(port);
    }
}

/// The advised command; the certificate is in the file that it names.
fn advised_words(printed: Option<&Printed>, begins: &str, default: &str) -> String {
    let Some(printed) = printed else {
        return default.to_owned();
    };
    let run = Run {
        code: 0,
        stdout: String::new(),
        stderr: printed.notes.clone(),
    };
    advised(&run, begins, "")
}

impl Site<'_> {
    fn port(&self) -> u16 {
        if let Some(port) = self.elsewhere.get() {
            port
        } else if self.is_implicit {
            self.mta.smtps_port()
        } else {
            self.mta.starttls_port()
        }
    }

    /// One of two words: for STARTTLS, or for implicit TLS.
    fn word<'w>(&self, starttls: &'w str, implicit: &'w str) -> &'w str {
        if self.is_implicit { implicit } else { starttls }
    }

    /// Runs a command that sends a message, which it reads from its standard input.
    fn send(&self, command: impl Fn(&Path) -> Command) -> Outcome {
        let (token, text) = message();
        let file = self.desk.dir.file("message", &text);
        let mut command = in_store(self.desk, &command(&file));
        command.stdin(std::fs::File::open(&file).expect("the message"));
        let outcome = Outcome::of(&mut command);
        self.judged(&token, outcome)
    }

    /// The message is there exactly if the program says that it has sent it.
    fn judged(&self, token: &str, outcome: Outcome) -> Outcome {
        let there = arrived(self.mta, token, outcome.accepted);
        assert_eq!(
            there,
            outcome.accepted,
            "{}: {}",
            outcome.said,
            self.mta.log()
        );
        outcome
    }

    fn msmtp(&self, printed: Option<&Printed>) -> Outcome {
        let port = self.port();
        let starttls = self.word("on", "off");
        let default = format!(
            "account localhost-{port}\nhost localhost\nport {port}\ntls on\ntls_starttls {starttls}\n"
        );
        let file = self.desk.dir.file("msmtprc", lines(printed, &default));
        self.send(|_| {
            let mut command = Command::new("msmtp");
            command
                .arg("-C")
                .arg(&file)
                .args(["-a", &format!("localhost-{port}")]);
            command.args(["-f", "from@client.test", "to@server.test"]);
            command
        })
    }

    fn git(&self, printed: Option<&Printed>) -> Outcome {
        let encryption = self.word("tls", "ssl");
        let default = format!(
            "[sendemail]\nsmtpServer = localhost\nsmtpServerPort = {}\nsmtpEncryption = {encryption}\n",
            self.port()
        );
        let file = self.desk.dir.file("gitconfig", lines(printed, &default));
        self.send(|message| {
            let mut command = Command::new("git");
            command
                .args([
                    "send-email",
                    "--from=from@client.test",
                    "--to=to@server.test",
                ])
                .args(["--confirm=never", "--suppress-cc=all", "--no-validate"])
                .arg(message)
                .current_dir(self.desk.dir.path())
                .env("HOME", self.desk.dir.path())
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_CONFIG_GLOBAL", &file);
            command
        })
    }

    fn curl(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!("url = \"{}\"\nssl-reqd\n", self.target());
        let file = self.desk.dir.file("curlrc", lines(printed, &default));
        self.send(|message| {
            let mut command = Command::new("curl");
            command
                .args(["-sS", "--config"])
                .arg(&file)
                .args(["--mail-from", "from@client.test"])
                .args(["--mail-rcpt", "to@server.test", "--upload-file"])
                .arg(message)
                .env("CURL_HOME", self.desk.dir.path());
            command
        })
    }

    fn mutt(&self, name: &str, printed: Option<&Printed>) -> Outcome {
        let own = format!(
            "set smtp_url = \"{}\"\nset from = from@client.test\nset use_envelope_from = yes\nset record = \"\"\n",
            self.target()
        );
        let default = "set ssl_force_tls = yes\nset ssl_starttls = yes\n";
        let lines = own + &lines(printed, default);
        let file = self.desk.dir.file("muttrc", lines);
        self.send(|_| {
            let mut command = Command::new(name);
            command
                .arg("-F")
                .arg(&file)
                .args(["-s", "a message", "to@server.test"])
                .env("HOME", self.desk.dir.path());
            command
        })
    }

    fn s_nail(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!("set v15-compat mta={} smtp-use-starttls\n", self.target());
        let default = if self.is_implicit {
            default.replace(" smtp-use-starttls", "")
        } else {
            default
        };
        let file = self.desk.dir.file("mailrc", lines(printed, &default));
        self.send(|_| {
            let mut command = Command::new("s-nail");
            command
                .args(["-n", "-Ssmtp-auth=none", "-Ssave=no", "-s", "a message"])
                .args(["-r", "from@client.test", "to@server.test"])
                .env("MAILRC", &file)
                .env("HOME", self.desk.dir.path());
            command
        })
    }

    fn dma(&self, printed: Option<&Printed>) -> Outcome {
        let starttls = self.word("STARTTLS\n", "");
        let default = format!(
            "SMARTHOST localhost\nPORT {}\nSECURETRANSFER\n{starttls}",
            self.port()
        );
        let (token, text) = message();
        let lines = lines(printed, &default);
        let said = testkit::dma::sends(self.test, &lines, &text).expect("dma");
        let accepted = said.contains("delivery successful");
        assert!(
            accepted || said.contains("fingerprints do not match") || said.contains("STARTTLS"),
            "{said}"
        );
        self.judged(&token, Outcome { accepted, said })
    }

    fn nullmailer(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!(
            "localhost smtp --port={} {}\n",
            self.port(),
            self.word("--starttls", "--tls")
        );
        let (token, text) = message();
        let lines = lines(printed, &default);
        let run = |command: Command| in_store(self.desk, &command);
        let said = testkit::nullmailer::sends(self.test, &lines, &text, run).expect("nullmailer");
        let accepted = said.contains("smtp: Succeeded");
        assert!(accepted || said.contains("Sending failed"), "{said}");
        self.judged(&token, Outcome { accepted, said })
    }

    fn exim(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!(
            "t:\n  driver = smtp\n  hosts = localhost\n  hosts_override\n  gethostbyname\n  port = {}\n{}  hosts_require_tls = *\n",
            self.port(),
            self.word("", "  protocol = smtps\n")
        );
        exim(self.test, self.mta, &lines(printed, &default))
    }

    fn openssl(&self, printed: Option<&Printed>) -> Outcome {
        let starttls = self.word("-starttls smtp", "");
        let default = format!(
            "openssl s_client -connect localhost:{} {starttls}",
            self.port()
        );
        openssl(
            self.desk,
            &advised_words(printed, "openssl s_client", &default),
        )
    }

    fn gnutls(&self, printed: Option<&Printed>) -> Outcome {
        let known_hosts = self.desk.path(".gnutls/known_hosts");
        let _ = std::fs::create_dir(self.desk.path(".gnutls"));
        let key = printed.filter(|printed| printed.by == smtp_certcheck::programs::By::Key);
        std::fs::write(&known_hosts, key.map_or("", |key| &key.lines)).expect("known_hosts");
        let starttls = self.word("--starttls-proto=smtp", "");
        let default = format!("gnutls-cli --port {} {starttls} localhost", self.port());
        let words = advised_words(printed, "gnutls-cli", &default);
        let mut command = Command::new("gnutls-cli");
        command
            .args(words.split_whitespace().skip(1))
            .env("HOME", self.desk.dir.path())
            .env_remove("XDG_DATA_HOME");
        Outcome::of(&mut in_store(self.desk, &command))
    }

    /// Postfix sends by a relay, which is started for each policy.
    fn postfix(&self, relays: &RefCell<Vec<(String, Mta)>>, printed: Option<&Printed>) -> Outcome {
        let policy = lines(printed, "");
        let mut relays = relays.borrow_mut();
        if !relays.iter().any(|(known, _)| *known == policy) {
            let file = self
                .desk
                .dir
                .file(&format!("policy{}", relays.len()), &policy);
            super::super::for_programs::open_to_all(self.desk.dir.path());
            let level = format!(
                "smtp_tls_security_level = encrypt\nsmtp_tls_fingerprint_digest = sha256\n\
                 smtp_tls_wrappermode = {}",
                self.word("no", "yes")
            );
            let started = relay(self.test, self.port(), &file, &level).expect("a relay");
            relays.push((policy.clone(), started));
        }
        let own = relays.iter().find(|(known, _)| *known == policy);
        relayed(&own.expect("it was started").1, self.mta)
    }

    /// OpenSMTPD sends by a relay.
    fn opensmtpd(&self, relay: &Mta, _: Option<&Printed>) -> Outcome {
        let (token, text) = message();
        let from = relay.log().len();
        submit(relay.starttls_port(), &text);
        let start = Instant::now();
        let said = loop {
            let log = relay.log();
            let mut new = log.get(from..).unwrap_or_default().lines();
            match new.find(|line| line.contains(" mta delivery ")) {
                Some(line) => break line.to_owned(),
                None if start.elapsed() > Duration::from_secs(20) => break log,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let accepted = said.contains("result=\"Ok\"");
        assert!(accepted || said.contains("result=\"TempFail\""), "{said}");
        self.judged(&token, Outcome { accepted, said })
    }

    /// b4 sends a series of one patch, from a repository of its own.
    fn b4(&self, server: &[(&str, &str)]) -> Outcome {
        let (token, _) = message();
        let repository = self.desk.path(&token);
        std::fs::create_dir(&repository).expect("a directory");
        let mut settings = vec![("user.name", "A"), ("user.email", "from@client.test")];
        settings.extend(server);
        let settings = settings.iter().fold(String::new(), |all, (name, value)| {
            all + &format!("git config {name} '{value}'\n")
        });
        let cover = format!("{token}\n\nA text.\n\nSigned-off-by: A <from@client.test>\n");
        self.desk.dir.file("cover", cover);
        let editor = format!("#!/bin/sh\ncp '{}' \"$1\"\n", self.desk.name("cover"));
        self.desk.dir.file("editor", editor);
        let script = format!(
            "set -e\ngit init -q\n{settings}git commit -q --allow-empty -m base\n\
             b4 prep -n series\necho x >f\ngit add f\ngit commit -q -m 'f: {token}'\n\
             EDITOR='sh {}' b4 prep --edit-cover\nyes '' | b4 send --no-sign --to to@server.test\n",
            self.desk.name("editor")
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", &script])
            .current_dir(&repository)
            .env("HOME", self.desk.dir.path())
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let mut outcome = Outcome::of(&mut in_store(self.desk, &command));
        outcome.accepted =
            outcome.said.contains("Sent 1 messages") || outcome.said.contains("Sent 2 messages");
        self.judged(&token, outcome)
    }

    /// As it is, b4 goes to the server itself.
    fn b4_itself(&self) -> Outcome {
        let port = self.port().to_string();
        self.b4(&[
            ("sendemail.smtpServer", "localhost"),
            ("sendemail.smtpServerPort", &port),
            ("sendemail.smtpEncryption", self.word("tls", "ssl")),
        ])
    }

    fn hg(&self, user: &User, printed: Option<&Printed>) -> Outcome {
        let tls = self.word("starttls", "smtps");
        let default = format!(
            "[smtp]\nhost = localhost\nport = {}\ntls = {tls}\n",
            self.port()
        );
        let (token, _) = message();
        let lines = lines(printed, &default);
        let hgrc = self.desk.dir.file("hgrc", lines);
        let mut command = user.command(&user.hg);
        command
            .args(testkit::user::EMAIL)
            .args(testkit::user::UNATTENDED)
            .args(["--subject", &token, "--body", "--confirm"])
            .args(["--config", "patchbomb.confirm=no", "-y"])
            .env("HGRCPATH", hgrc);
        let outcome = Outcome::of(&mut in_store(self.desk, &command));
        self.judged(&token, outcome)
    }
}

fn has_all(test: &str) -> bool {
    let programs = [
        ("msmtp", "--version"),
        ("curl", "--version"),
        ("gnutls-cli", "--version"),
        ("mutt", "-v"),
        ("neomutt", "-v"),
        ("s-nail", "--version"),
    ];
    programs
        .iter()
        .all(|(name, version)| has(test, name, &[version]))
        && has_git(test)
        && has_exim(test)
}

/// Looks at every sending program at a port.
fn look<T>(
    test: &str,
    is_implicit: bool,
    with: impl Fn(&Desk, &Site<'_>, &[Client<'_>]) -> T,
) -> Option<T> {
    let hg = testkit::hg::hg(test).filter(|_| has_all(test))?;
    let mta = server(test)?;
    let (user, desk, relays) = (User::new(hg), desk(), RefCell::new(Vec::new()));
    let site = Site {
        test,
        mta: &mta,
        desk: &desk,
        is_implicit,
        elsewhere: Cell::new(None),
    };
    let site = &site;
    let clients = [
        Client::new("hg", Some("hg"), |printed| site.hg(&user, printed)),
        Client::new("postfix", Some("postfix"), |printed| {
            site.postfix(&relays, printed)
        }),
        Client::new("exim", Some("exim"), |printed| site.exim(printed)),
        Client::new("nullmailer", Some("nullmailer"), |printed| {
            site.nullmailer(printed)
        }),
        Client::new("dma", Some("dma"), |printed| site.dma(printed)),
        Client::new("msmtp", Some("msmtp"), |printed| site.msmtp(printed)),
        Client::new("git", Some("git"), |printed| site.git(printed)),
        Client::new("mutt", Some("mutt"), |printed| site.mutt("mutt", printed)),
        Client::new("neomutt", Some("neomutt"), |printed| {
            site.mutt("neomutt", printed)
        }),
        Client::new("s-nail", Some("s-nail"), |printed| site.s_nail(printed)),
        Client::new("curl", Some("curl"), |printed| site.curl(printed)),
        Client::new("openssl", Some("openssl"), |printed| site.openssl(printed)),
        Client::new("gnutls", Some("gnutls"), |printed| site.gnutls(printed)),
    ];
    Some(with(&desk, site, &clients))
}

#[test]
fn over_starttls() {
    let all = |desk: &Desk, site: &Site<'_>, clients: &[Client<'_>]| rows(desk, site, clients);
    if let Some(rows) = look("over_starttls", false, all) {
        assert_documented(&rows);
    }
}

#[test]
fn nothing_is_sent_in_the_clear() {
    look(
        "nothing_is_sent_in_the_clear",
        false,
        |desk, site, clients| {
            // These send no mail.
            let others = ["openssl", "gnutls"];
            let sending: Vec<&Client<'_>> = clients
                .iter()
                .filter(|client| !others.contains(&client.row))
                .collect();
            stay_protected(desk, site, site.port(), &sending);
        },
    );
}

#[test]
fn pins_hold_over_implicit_tls() {
    look(
        "pins_hold_over_implicit_tls",
        true,
        |desk, site, clients| {
            hold(desk, site, clients);
        },
    );
}

/// Nothing is printed for these. What is advised instead of a pin holds.
#[test]
fn programs_without_pins() {
    let test = "programs_without_pins";
    if !has(test, "b4", &["--version"]) || !has(test, "msmtp", &["--version"]) {
        return;
    }
    let Some(mta) = server(test) else { return };
    let desk = desk();
    let both = OURS.root_pem() + &THEIRS.root_pem();
    let action = format!(
        "relay host smtp+tls://localhost:{} tls",
        mta.starttls_port()
    );
    let Some(relay) = Mta::relaying(test, &PINNED, &action, &both) else {
        return;
    };
    let site = Site {
        test,
        mta: &mta,
        desk: &desk,
        is_implicit: false,
        elsewhere: Cell::new(None),
    };
    let clients = [
        Client::new("opensmtpd", None, |printed| site.opensmtpd(&relay, printed)),
        Client::new("b4", None, |_| site.b4_itself()),
    ];
    assert_documented(&rows(&desk, &site, &clients));

    site.present(&PINNED);
    let run = desk.pin(&mta, "msmtp", &[]);
    let account = format!("localhost-{}", site.port());
    let msmtprc = format!("{}account default : {account}\n", run.stdout);
    desk.dir.file(".msmtprc", msmtprc);
    let by_msmtp = || site.b4(&[("sendemail.smtpServer", "/usr/bin/msmtp")]);
    let outcome = by_msmtp();
    assert!(outcome.accepted, "{}", outcome.said);
    site.present(&THEIRS.identity(leaf(&["localhost"])));
    let outcome = by_msmtp();
    assert!(!outcome.accepted, "{}", outcome.said);
    assert!(
        outcome.said.contains("fingerprint does not match"),
        "{}",
        outcome.said
    );
}
