//! A host with two addresses and the ports of mail servers, and a user who pins it.
#![allow(clippy::disallowed_methods, reason = "tests use files")]

use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::LazyLock;
use testkit::names::{self, Names};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};
use testkit::terminal::Terminal;

pub(crate) const NAME: &str = "all.example";
const NET: u8 = 57;

pub(crate) static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("All", KeyKind::P256));
pub(crate) static RSA: LazyLock<Identity> =
    LazyLock::new(|| PKI.identity_of(KeyKind::Rsa2048, &leaf(&[NAME])));

pub(crate) fn good() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

pub(crate) fn impostor() -> Identity {
    Pki::self_signed(&leaf(&[NAME]), KeyKind::P256)
}

pub(crate) fn digest(identity: &Identity) -> String {
    Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
}

/// A host with addresses of its own, and a user with a home directory.
pub(crate) struct Host {
    names: Names,
    home: Dir,
    pub(crate) servers: Vec<Server>,
    pub(crate) ips: [String; 2],
}

impl Host {
    /// `None`: the test of that name must be skipped.
    pub(crate) fn new(test: &str) -> Option<Self> {
        let (ip, _) = names::block(NET);
        let ips = [ip(1), ip(2)];
        let names = Names::new(test, &names::hosts(NAME, &ips))?;
        if std::net::TcpListener::bind((ips[0].as_str(), 25)).is_err() {
            testkit::skip::skip(test, "port 25 of the loopback cannot be used here");
            return None;
        }
        let home = Dir::new();
        home.file("root.pem", PKI.root_pem());
        Some(Self {
            names,
            home,
            servers: Vec::new(),
            ips,
        })
    }

    /// The same, presenting this at each address on 25, 465 and 587.
    pub(crate) fn everywhere(
        test: &str,
        identity: &Identity,
        behaviour: &Behaviour,
    ) -> Option<Self> {
        let mut host = Self::new(test)?;
        for index in [0, 1] {
            for port in [25, 465, 587] {
                host.serve((index, port), identity, behaviour);
            }
        }
        Some(host)
    }

    pub(crate) fn serve(
        &mut self,
        (index, port): (usize, u16),
        identity: &Identity,
        behaviour: &Behaviour,
    ) {
        let address = format!("{}:{port}", self.ips[index]);
        let behaviour = Behaviour {
            implicit_tls: matches!(port, 465 | 993),
            ..behaviour.clone()
        };
        self.servers
            .push(Server::start_on(&address, identity, behaviour));
    }

    /// The server at one place presents something else from now on.
    pub(crate) fn renew(&self, (index, port): (usize, u16), identity: &Identity) {
        let address = format!("{}:{port}", self.ips[index]);
        let mut servers = self.servers.iter();
        let server = servers.find(|server| server.address.to_string() == address);
        server.expect("a server there").renew(identity);
    }

    pub(crate) fn connections(&self) -> u32 {
        self.servers.iter().map(Server::connections).sum()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn hgrc(&self) -> Option<String> {
        std::fs::read_to_string(self.path(".hgrc")).ok()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    /// `pin HOST --all` with the CA trusted.
    pub(crate) fn run(&self, words: &str) -> Run {
        self.pin(&format!("{NAME} --all {words}"))
    }

    /// `pin` with the CA trusted.
    pub(crate) fn pin(&self, words: &str) -> Run {
        finish(&mut self.command(words))
    }

    /// The same at a terminal, up to the question.
    pub(crate) fn asked(&self, words: &str, question: &str) -> (Child, Terminal) {
        let mut terminal = Terminal::new(50, 100);
        let mut command = self.command(words);
        let child = command
            .stdin(terminal.end())
            .stdout(terminal.end())
            .stderr(terminal.end())
            .spawn()
            .expect("it starts");
        drop(command);
        terminal.started();
        terminal.wait_for(question, 1);
        (child, terminal)
    }

    fn command(&self, words: &str) -> Command {
        let mut command: Command = program();
        command
            .args(["pin", "--ehlo", "x", "--timeout", "10"])
            .args(["--cacerts", "root.pem"])
            .args(words.split_whitespace())
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env_remove("XDG_CONFIG_HOME");
        let mut command = self.names.within(&command);
        command.current_dir(self.home.path());
        command
    }
}
