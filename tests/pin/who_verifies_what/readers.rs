//! The programs that read mail, before a real Dovecot.

use super::super::for_programs::{Desk, Outcome, PINNED, THEIRS, has};
use super::{
    Client, Presents, Printed, assert_documented, desk, hold, in_store, lines, rows, stay_protected,
};
use std::cell::Cell;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use testkit::dovecot::{Dovecot, Setup};
use testkit::pki::{Identity, leaf};
use testkit::service::Service;
use testkit::terminal::Terminal;

/// A Dovecot, at one of its ports.
struct Site<'a> {
    dovecot: &'a Dovecot,
    desk: &'a Desk,
    service: Service,
    elsewhere: Cell<Option<u16>>,
}

impl Presents for Site<'_> {
    fn target(&self) -> String {
        format!("{}://localhost:{}", self.service.scheme(), self.port())
    }

    fn present(&self, identity: &Identity) {
        self.dovecot
            .renew(self.service, identity)
            .expect("it is told");
        let expected = testkit::pki::to_pem(&identity.chain[0]);
        // A process with the old certificate may still accept a connection after the first with the
        // new one.
        let mut in_a_row = 0;
        let start = Instant::now();
        while in_a_row < 3 && start.elapsed() < Duration::from_secs(30) {
            let chain = self.service.presented(self.port());
            let leaf = chain.first().map_or("", |leaf| leaf.trim());
            in_a_row = if leaf == expected.trim() {
                in_a_row + 1
            } else {
                0
            };
        }
        assert_eq!(
            in_a_row,
            3,
            "Dovecot keeps its certificate: {}",
            self.dovecot.log()
        );
    }

    fn lead_to(&self, port: Option<u16>) {
        self.elsewhere.set(port);
    }
}

/// A user that no other run has: any may log in, with the password `x`.
fn someone() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("user{}x", COUNT.fetch_add(1, Ordering::SeqCst))
}

impl Site<'_> {
    fn port(&self) -> u16 {
        let own = || self.dovecot.port(self.service);
        self.elsewhere.get().unwrap_or_else(own)
    }

    /// Runs a command as a user; the server is accepted if the user logs in. `ends_well`: the exit
    /// codes by which the program says so.
    fn reads(&self, user: &str, ends_well: &[i32], command: &Command) -> Outcome {
        let output = in_store(self.desk, command).output().expect("it starts");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let code = output.status.code().unwrap_or(-1);
        self.judged(user, ends_well.contains(&code), said)
    }

    /// For a program that does not say whether it could read: the log of the server does.
    fn logged_in(&self, user: &str, may_have: bool, said: String) -> Outcome {
        let login = format!("Login: user=<{user}>");
        let log = if may_have {
            self.dovecot.log_with(&login)
        } else {
            self.dovecot.log()
        };
        let accepted = log.contains(&login);
        assert!(may_have || !accepted, "{said}");
        Outcome { accepted, said }
    }

    /// The user has logged in exactly if the program says so.
    fn judged(&self, user: &str, accepted: bool, said: String) -> Outcome {
        let login = format!("Login: user=<{user}>");
        let log = if accepted {
            self.dovecot.log_with(&login)
        } else {
            self.dovecot.log()
        };
        assert_eq!(log.contains(&login), accepted, "{said}\n{user}: {log}");
        Outcome { accepted, said }
    }

    fn mpop(&self, printed: Option<&Printed>) -> Outcome {
        let port = self.port();
        let starttls = if self.service.is_implicit() {
            "off"
        } else {
            "on"
        };
        let default = format!(
            "account localhost-{port}\nhost localhost\nport {port}\ntls on\ntls_starttls {starttls}\n"
        );
        let user = someone();
        let lines = format!(
            "{}user {user}\npassword x\ndelivery mbox {}\nuidls_file {}\n",
            lines(printed, &default),
            self.desk.name("mbox"),
            self.desk.name(&user)
        );
        let file = self.private("mpoprc", &lines);
        let mut command = Command::new("mpop");
        command.arg("-C").arg(file).arg(format!("localhost-{port}"));
        self.reads(&user, &[0], &command)
    }

    /// A file that others may not read: some programs demand it.
    fn private(&self, name: &str, lines: &str) -> PathBuf {
        let file = self.desk.dir.file(name, lines);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, mode).expect("its mode");
        file
    }

    fn isync(&self, printed: Option<&Printed>) -> Outcome {
        let port = self.port();
        let tls = if self.service.is_implicit() {
            "IMAPS"
        } else {
            "STARTTLS"
        };
        let default =
            format!("IMAPAccount localhost-{port}\nHost localhost\nPort {port}\nSSLType {tls}\n");
        let user = someone();
        let box_ = self.desk.path(&user);
        std::fs::create_dir(&box_).expect("a directory");
        let lines = format!(
            "{}User {user}\nPass x\n\nIMAPStore far\nAccount localhost-{port}\n\n\
             MaildirStore near\nInbox {}/inbox/\n\nChannel all\nFar :far:\nNear :near:\n\
             Patterns INBOX\nSyncState *\nSync Pull\nCreate Near\n",
            lines(printed, &default),
            box_.display()
        );
        let file = self.private("mbsyncrc", &lines);
        let mut command = Command::new("mbsync");
        command.arg("-c").arg(file).arg("all");
        self.reads(&user, &[0], &command)
    }

    fn getmail(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!(
            "[retriever]\ntype = Simple{}SSLRetriever\nserver = localhost\nport = {}\n",
            self.service.protocol().to_uppercase(),
            self.port()
        );
        let user = someone();
        let lines = format!(
            "{}username = {user}\npassword = x\n[destination]\ntype = Mboxrd\npath = {}\n",
            lines(printed, &default),
            self.private("mboxrd", "").display()
        );
        let file = self.private("getmailrc", &lines);
        let mut command = Command::new("getmail");
        command
            .arg("--getmaildir")
            .arg(self.desk.dir.path())
            .arg("--rcfile")
            .arg(file);
        self.reads(&user, &[0], &command)
    }

    /// Up to TLS 1.2: imaplib2 reads and writes in two threads, which OpenSSL does not allow
    /// (openssl-threads(7)). The session tickets of TLS 1.3 wake the reader while the first command
    /// is written, and on a busy machine three in a hundred runs hang or crash.
    fn offlineimap(&self, printed: Option<&Printed>) -> Outcome {
        let port = self.port();
        let tls = if self.service.is_implicit() {
            "ssl = yes"
        } else {
            "ssl = no\nstarttls = yes"
        };
        let default = format!(
            "[Repository localhost-{port}]\ntype = IMAP\nremotehost = localhost\nremoteport = {port}\n{tls}\n"
        );
        let user = someone();
        let place = self.desk.path(&user);
        std::fs::create_dir(&place).expect("a directory");
        let place = place.display();
        let lines = format!(
            "{}remoteuser = {user}\nremotepass = x\n[general]\naccounts = a\nmetadata = {place}/meta\n\
             [Account a]\nlocalrepository = near\nremoterepository = localhost-{port}\n\
             [Repository near]\ntype = Maildir\nlocalfolders = {place}/mail\n",
            lines(printed, &default)
        );
        let file = self.private("offlineimaprc", &lines);
        let without_tickets = "openssl_conf = c\n[c]\nssl_conf = s\n[s]\nsystem_default = d\n\
                               [d]\nMaxProtocol = TLSv1.2\n";
        let openssl = self.desk.dir.file("openssl.cnf", without_tickets);
        let mut command = Command::new("offlineimap");
        command
            .arg("-c")
            .arg(file)
            .args(["-o", "-u", "basic"])
            .env("OPENSSL_CONF", openssl)
            .env("HOME", self.desk.dir.path());
        self.reads(&user, &[0], &command)
    }

    fn fetchmail(&self, printed: Option<&Printed>) -> Outcome {
        let protocol = self.service.protocol();
        let tls = if self.service.is_implicit() {
            "ssl"
        } else {
            ""
        };
        let default = format!(
            "poll localhost protocol {protocol} port {}\n    user \"USER\" {tls}\n",
            self.port()
        );
        let user = someone();
        let lines = lines(printed, &default).replace("USER", &user) + "    password x\n";
        let file = self.private("fetchmailrc", &lines);
        let mut command = Command::new("fetchmail");
        command
            .arg("-f")
            .arg(file)
            .arg("--idfile")
            .arg(self.desk.path("ids"))
            // Root's is one for the whole machine, and tests run side by side.
            .arg("--pidfile")
            .arg(self.desk.path("pid"))
            .env("FETCHMAILHOME", self.desk.dir.path())
            .env("HOME", self.desk.dir.path());
        // 1: there is no mail.
        self.reads(&user, &[0, 1], &command)
    }

    fn curl(&self, printed: Option<&Printed>) -> Outcome {
        let default = format!("url = \"{}\"\nssl-reqd\n", self.target());
        let file = self.desk.dir.file("curlrc", lines(printed, &default));
        let user = someone();
        let mut command = Command::new("curl");
        command
            .args(["-sS", "--user", &format!("{user}:x"), "--config"])
            .arg(file)
            .env("CURL_HOME", self.desk.dir.path());
        self.reads(&user, &[0], &command)
    }

    fn s_nail(&self, printed: Option<&Printed>) -> Outcome {
        let use_starttls = format!("set {}-use-starttls\n", self.service.protocol());
        let default = if self.service.is_implicit() {
            ""
        } else {
            &use_starttls
        };
        let file = self.desk.dir.file("mailrc", lines(printed, default));
        let user = someone();
        let url = self.target().replace("://", &format!("://{user}:x@"));
        let mut command = Command::new("s-nail");
        command
            .args(["-n", "-Sv15-compat", "-Y", "quit", "-f", &url])
            .env("MAILRC", &file)
            .env("HOME", self.desk.dir.path());
        self.on_exit(&user, &command)
    }

    /// Runs a command whose exit code does not say whether it could read.
    fn on_exit(&self, user: &str, command: &Command) -> Outcome {
        let output = in_store(self.desk, command).output().expect("it starts");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let accepted = !said.contains("ERROR")
            && !said.contains("mismatch")
            && !said.contains("does not match");
        self.logged_in(user, accepted, said)
    }

    fn mutt(&self, name: &str, printed: Option<&Printed>) -> Outcome {
        let user = someone();
        let own = format!(
            "set imap_pass = x\nset pop_pass = x\nset folder = \"{}\"\nset record = \"\"\nunset mark_old\n",
            self.desk.dir.path().display()
        );
        let default = "set ssl_force_tls = yes\nset ssl_starttls = yes\n";
        let file = self.desk.dir.file("muttrc", own + &lines(printed, default));
        let url = self.target().replace("://", &format!("://{user}@"));
        // Of POP3, the schemes are pop and pops here.
        let url = url.replace("pop3", "pop");
        let mut command = Command::new(name);
        command
            .arg("-F")
            .arg(file)
            .args(["-e", "push q", "-f", &url])
            .env("TERM", "xterm")
            .env("HOME", self.desk.dir.path());
        let (asked, said) = at_terminal(
            &mut in_store(self.desk, &command),
            |shown| shown.contains("(r)eject"),
            "r",
        );
        self.logged_in(&user, !asked, said)
    }
}

impl Site<'_> {
    /// aerc does not end by itself: it is told to when it has logged in, or has refused.
    fn aerc(&self, variables: &[(&str, &str)]) -> Outcome {
        let user = someone();
        let lines = format!(
            "[a]\nsource = imaps://{user}:x@localhost:{}\ndefault = INBOX\nfrom = A <a@client.test>\n",
            self.port()
        );
        let _ = std::fs::create_dir(self.desk.path("aerc"));
        self.private("aerc/accounts.conf", &lines);
        // It wants a terminal that controls it.
        let mut command = Command::new("setsid");
        command
            .args(["--wait", "--ctty", "aerc"])
            .env("HOME", self.desk.dir.path())
            .env("XDG_CONFIG_HOME", self.desk.dir.path())
            .env("TERM", "xterm")
            .envs(variables.iter().copied());
        let login = format!("Login: user=<{user}>");
        let mut command = in_store(self.desk, &command);
        let has_decided =
            |shown: &str| shown.contains("x509: ") || self.dovecot.log().contains(&login);
        let said = at_terminal(&mut command, has_decided, ":quit\r").1;
        self.judged(&user, !said.contains("x509: "), said)
    }
}

/// Runs a program at a terminal, and answers its question. Returns whether it asked.
fn at_terminal(
    command: &mut Command,
    has_asked: impl Fn(&str) -> bool,
    answer: &str,
) -> (bool, String) {
    let mut terminal = Terminal::new(24, 80);
    command
        .stdin(terminal.end())
        .stdout(terminal.end())
        .stderr(terminal.end());
    let mut child = command.spawn().expect("it starts");
    command.stdin(std::process::Stdio::null());
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    terminal.started();
    let start = Instant::now();
    let mut asked = false;
    while child.try_wait().expect("it runs").is_none() {
        if !asked && has_asked(&terminal.shown()) {
            asked = true;
            terminal.keys(answer);
        }
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{}",
            terminal.shown()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    (asked, terminal.until_closed())
}

fn has_all(test: &str) -> bool {
    let programs = [
        ("mutt", "-v"),
        ("neomutt", "-v"),
        ("s-nail", "--version"),
        ("mpop", "--version"),
        ("mbsync", "--version"),
        ("getmail", "--version"),
        ("offlineimap", "--version"),
        ("fetchmail", "--version"),
        ("curl", "--version"),
        ("aerc", "-v"),
    ];
    programs
        .iter()
        .all(|(name, version)| has(test, name, &[version]))
}

/// Looks at every program at a port of Dovecot's: at those of the first list in full, at the others as
/// far as their pins go.
fn look(test: &str, service: Service, in_full: &[&str]) {
    if !has_all(test) {
        return;
    }
    let Some(dovecot) = Setup::new(&PINNED).for_test(test) else {
        return;
    };
    let desk = desk();
    let site = Site {
        dovecot: &dovecot,
        desk: &desk,
        service,
        elsewhere: Cell::new(None),
    };
    let (full, others): (Vec<_>, Vec<_>) = clients(&site)
        .into_iter()
        .partition(|client| in_full.contains(&client.row));
    assert_documented(&rows(&desk, &site, &full));
    hold(&desk, &site, &others);
}

/// The programs that speak the protocol, with this way to TLS.
fn clients<'a>(site: &'a Site<'a>) -> Vec<Client<'a>> {
    let (protocol, is_implicit) = (site.service.protocol(), site.service.is_implicit());
    let mut clients = vec![
        Client::new("mutt", Some("mutt"), |printed| site.mutt("mutt", printed)),
        Client::new("neomutt", Some("neomutt"), |printed| {
            site.mutt("neomutt", printed)
        }),
        Client::new("s-nail", Some("s-nail"), |printed| site.s_nail(printed)),
        Client::new("curl", Some("curl"), |printed| site.curl(printed)),
        Client::new("fetchmail", Some("fetchmail"), |printed| {
            site.fetchmail(printed)
        }),
    ];
    let offlineimap = |printed: Option<&Printed>| site.offlineimap(printed);
    match (protocol, is_implicit) {
        ("pop3", _) => clients.push(Client::new("mpop", Some("mpop"), |printed| {
            site.mpop(printed)
        })),
        (_, true) => clients.extend([
            Client::new("offlineimap (ssl)", Some("offlineimap"), offlineimap),
            Client::new("aerc", None, |_| site.aerc(&[])),
        ]),
        (_, false) => clients.push(Client::new("offlineimap (starttls)", None, offlineimap)),
    }
    if protocol == "imap" {
        clients.push(Client::new("isync", Some("isync"), |printed| {
            site.isync(printed)
        }));
    }
    if is_implicit {
        clients.push(Client::new("getmail6", Some("getmail6"), |printed| {
            site.getmail(printed)
        }));
    }
    clients
}

#[test]
fn imap_over_implicit_tls() {
    let all = [
        "mutt",
        "neomutt",
        "s-nail",
        "curl",
        "fetchmail",
        "isync",
        "getmail6",
        "offlineimap (ssl)",
        "aerc",
    ];
    look("imap_over_implicit_tls", Service::Imaps, &all);
}

#[test]
fn imap_over_starttls() {
    let full = ["isync", "fetchmail", "offlineimap (starttls)"];
    look("imap_over_starttls", Service::Imap, &full);
}

#[test]
fn pop3_over_implicit_tls() {
    look("pop3_over_implicit_tls", Service::Pop3s, &["getmail6"]);
}

#[test]
fn pop3_over_starttls() {
    look("pop3_over_starttls", Service::Pop3, &["mpop"]);
}

#[test]
fn no_password_is_sent_in_the_clear() {
    let test = "no_password_is_sent_in_the_clear";
    if !has_all(test) {
        return;
    }
    let Some(dovecot) = Setup::new(&PINNED).for_test(test) else {
        return;
    };
    let desk = desk();
    for service in [Service::Imap, Service::Pop3] {
        let site = Site {
            dovecot: &dovecot,
            desk: &desk,
            service,
            elsewhere: Cell::new(None),
        };
        let clients = clients(&site);
        let clients: Vec<&Client<'_>> = clients.iter().collect();
        stay_protected(&desk, &site, site.port(), &clients);
    }
}

/// What is advised for aerc: a trust store that holds the CA alone.
#[test]
fn aerc_goes_by_a_store_of_its_own() {
    let test = "aerc_goes_by_a_store_of_its_own";
    if !has(test, "aerc", &["-v"]) {
        return;
    }
    let Some(dovecot) = Setup::new(&PINNED).for_test(test) else {
        return;
    };
    let desk = desk();
    let site = Site {
        dovecot: &dovecot,
        desk: &desk,
        service: Service::Imaps,
        elsewhere: Cell::new(None),
    };
    let args = ["--for", "openssl", "--by", "cacerts", "--ca-out", "CA.pem"];
    let run = desk.pin_at(&site.target(), &args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let file = desk.name("CA.pem");
    let store = [("SSL_CERT_FILE", &*file), ("SSL_CERT_DIR", "/nonexistent")];
    assert!(site.aerc(&store).accepted);
    site.present(&THEIRS.identity(leaf(&["localhost"])));
    let outcome = site.aerc(&store);
    assert!(!outcome.accepted, "{}", outcome.said);
}
