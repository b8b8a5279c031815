//! `pin --all`: every certificate of a host at all of its addresses and ports, or none.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use testkit::names::{self, Names};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::server::{Behaviour, Server};

const NAME: &str = "all.example";
const NET: u8 = 57;

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("All", KeyKind::P256));
static RSA: LazyLock<Identity> =
    LazyLock::new(|| PKI.identity_of(KeyKind::Rsa2048, &leaf(&[NAME])));

fn good() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

fn impostor() -> Identity {
    Pki::self_signed(&leaf(&[NAME]), KeyKind::P256)
}

fn digest(identity: &Identity) -> String {
    Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]).to_string()
}

/// A host with addresses of its own, and a user with a home directory.
struct Host {
    names: Names,
    home: Dir,
    servers: Vec<Server>,
    ips: [String; 2],
}

impl Host {
    /// `None`: the test of that name must be skipped.
    fn new(test: &str) -> Option<Self> {
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
    fn everywhere(test: &str, identity: &Identity, behaviour: &Behaviour) -> Option<Self> {
        let mut host = Self::new(test)?;
        for index in [0, 1] {
            for port in [25, 465, 587] {
                host.serve((index, port), identity, behaviour);
            }
        }
        Some(host)
    }

    fn serve(&mut self, (index, port): (usize, u16), identity: &Identity, behaviour: &Behaviour) {
        let address = format!("{}:{port}", self.ips[index]);
        let behaviour = Behaviour {
            implicit_tls: port == 465,
            ..behaviour.clone()
        };
        self.servers
            .push(Server::start_on(&address, identity, behaviour));
    }

    /// The server at one place presents something else from now on.
    fn renew(&self, (index, port): (usize, u16), identity: &Identity) {
        let address = format!("{}:{port}", self.ips[index]);
        let mut servers = self.servers.iter();
        let server = servers.find(|server| server.address.to_string() == address);
        server.expect("a server there").renew(identity);
    }

    fn connections(&self) -> u32 {
        self.servers.iter().map(Server::connections).sum()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn hgrc(&self) -> Option<String> {
        std::fs::read_to_string(self.path(".hgrc")).ok()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    fn run(&self, words: &str) -> Run {
        let mut command: Command = program();
        command
            .args(["pin", NAME, "--all", "--ehlo", "x", "--timeout", "10"])
            .args(["--cacerts", "root.pem"])
            .args(words.split_whitespace())
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env_remove("XDG_CONFIG_HOME");
        finish(self.names.within(&command).current_dir(self.home.path()))
    }
}

/// The lines of a table, without indents.
fn lines(run: &Run) -> Vec<&str> {
    run.stderr.lines().map(str::trim).collect()
}

#[test]
fn two_certificates_of_six_places_are_pinned_with_twelve_connections_at_most() {
    let ecdsa = good();
    let behaviour = Behaviour {
        second: Some(RSA.clone()),
        ..Behaviour::default()
    };
    let test = "two_certificates_of_six_places";
    let Some(host) = Host::everywhere(test, &ecdsa, &behaviour) else {
        return;
    };
    let run = host.run("--write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(host.connections() <= 12, "{}", host.connections());
    let hgrc = host.hgrc().expect("it is written");
    for identity in [&ecdsa, &RSA] {
        let pin = digest(identity);
        assert_eq!(hgrc.matches(&pin).count(), 2, "{hgrc}");
        let row = format!("{} ", &pin["sha256:".len()..][..8]);
        let row = lines(&run).into_iter().find(|line| line.starts_with(&row));
        let row = row.expect("a row of the table");
        assert!(row.contains(&host.ips[0]), "{row}");
    }
    let [one, two] = &host.ips;
    assert!(
        run.stderr
            .contains(&format!("25, 465, 587 at {one}, {two}\n")),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains(&format!("{NAME} presents 2 certificates at 6 places:"))
    );
    assert!(
        run.stderr
            .contains("hg email accepts all.example only with these 2 certificates"),
        "{}",
        run.stderr
    );
    // The same again changes nothing.
    let again = host.run("--write --yes");
    assert_eq!(
        (again.code, host.hgrc()),
        (0, Some(hgrc)),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains("already pinned"), "{}", again.stderr);
    let printed = host.run("--no-hgrc");
    let comments = printed.stdout.lines().filter(|line| line.starts_with('#'));
    assert_eq!(comments.count(), 3, "{}", printed.stdout);
    let list = format!(
        "{NAME}:fingerprints = {}, {}\n",
        digest(&ecdsa),
        digest(&RSA)
    );
    assert!(printed.stdout.contains(&list), "{}", printed.stdout);
}

#[test]
fn one_impostor_stops_all_and_is_named_with_its_place() {
    let good = good();
    let impostor = impostor();
    for place in [(0, 25), (1, 465), (1, 587)] {
        let test = "one_impostor_stops_all";
        let Some(mut host) = Host::everywhere(test, &good, &Behaviour::default()) else {
            return;
        };
        host.renew(place, &impostor);
        for how in ["--write --yes", "", "--write --yes --replace"] {
            let run = host.run(how);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
            assert_eq!(host.hgrc(), None);
            let at = format!("{} at {}; ECDSA", place.1, host.ips[place.0]);
            assert!(lines(&run).contains(&at.as_str()), "{}", run.stderr);
            assert!(run.stderr.contains(&digest(&impostor)), "{}", run.stderr);
            let named = lines(&run)
                .into_iter()
                .filter(|line| line.starts_with("sha256:"));
            assert_eq!(named.count(), 1, "only the impostor: {}", run.stderr);
        }
        // The user has compared it.
        let run = host.run(&format!("--write --yes --expect {}", digest(&impostor)));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let hgrc = host.hgrc().expect("it is written");
        assert!(hgrc.contains(&digest(&impostor)) && hgrc.contains(&digest(&good)));
        host.servers.clear();
    }
}

#[test]
fn an_impostor_for_one_type_of_key_or_without_a_name_is_found() {
    let good = good();
    let stranger = impostor();
    let rsa = Pki::self_signed(&leaf(&[NAME]), KeyKind::Rsa2048);
    let with = |second: Option<&Identity>, nameless: Option<&Identity>| Behaviour {
        second: second.cloned(),
        nameless: nameless.cloned(),
        ..Behaviour::default()
    };
    for (behaviour, words) in [
        (with(Some(&rsa), None), "; RSA"),
        (with(None, Some(&stranger)), "without SNI; ECDSA"),
    ] {
        let test = "an_impostor_for_one_type_of_key";
        let Some(mut host) = Host::new(test) else {
            return;
        };
        host.serve((0, 587), &good, &behaviour);
        let run = host.run("--write --yes");
        assert_eq!((run.code, host.hgrc()), (1, None), "{}", run.stderr);
        let at = format!("587 at {}", host.ips[0]);
        let is_place = |line: &&str| line.starts_with(&at) && line.ends_with(words);
        assert!(
            lines(&run).iter().any(|line| is_place(&line)),
            "{}",
            run.stderr
        );
        let without = host.run("--write --yes --sni-only");
        let is_nameless = behaviour.nameless.is_some();
        assert_eq!(without.code, i32::from(!is_nameless), "{}", without.stderr);
        assert_eq!(run.stderr.contains("--sni-only"), is_nameless);
    }
}

#[test]
fn a_certificate_beside_the_pins_is_an_alarm_and_one_that_is_gone_stays() {
    let (good, old) = (good(), PKI.identity(leaf(&[NAME])));
    let test = "a_certificate_beside_the_pins";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    assert_eq!(host.run("--write --yes").code, 0);
    let before = host.hgrc().expect("it is written");
    // One port was not reloaded.
    host.renew((1, 587), &old);
    let run = host.run("--write --yes");
    assert_eq!(
        (run.code, host.hgrc().as_ref()),
        (1, Some(&before)),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("it is none of those that are pinned"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains(&format!("587 at {}", host.ips[1])),
        "{}",
        run.stderr
    );
    let run = host.run("--write --yes --add");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let both = host.hgrc().expect("it is written");
    assert!(both.contains(&digest(&old)) && both.contains(&digest(&good)));
    // It is gone again, and stays until the user drops it.
    host.renew((1, 587), &good);
    let run = host.run("--write --yes");
    assert_eq!(
        (run.code, host.hgrc().as_ref()),
        (0, Some(&both)),
        "{}",
        run.stderr
    );
    let gone = format!("{} ", &digest(&old)["sha256:".len()..][..8]);
    let row = lines(&run).into_iter().find(|line| line.starts_with(&gone));
    assert!(
        row.is_some_and(|row| row.ends_with("not seen any more")),
        "{}",
        run.stderr
    );
    let run = host.run("--write --yes --prune");
    assert_eq!((run.code, host.hgrc()), (0, Some(before)), "{}", run.stderr);
}

#[test]
fn what_is_to_come_is_pinned_unseen() {
    let good = good();
    let next = PKI.identity(leaf(&[NAME]));
    let test = "what_is_to_come_is_pinned_unseen";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    host.write("next.pem", &next.chain_pem());
    host.write("self.pem", &impostor().chain_pem());
    std::fs::write(host.path("next.der"), &next.chain[0]).expect("a file");
    let run = host.run("--also next.pem --write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("note: the certificate of \"next.pem\" was not seen"),
        "{}",
        run.stderr
    );
    let hgrc = host.hgrc().expect("it is written");
    assert!(
        hgrc.contains(&digest(&next)) && hgrc.contains(&digest(&good)),
        "{hgrc}"
    );
    // It is renewed as it was said.
    for server in &host.servers {
        server.renew(&next);
    }
    let run = host.run("--write --yes");
    assert_eq!((run.code, host.hgrc()), (0, Some(hgrc)), "{}", run.stderr);
    // The rules are those of what is seen, but for the proof.
    for (file, code) in [("self.pem", 1), ("next.der", 1), ("nothing.pem", 2)] {
        let run = host.run(&format!("--no-hgrc --also {file}"));
        assert_eq!(
            run.code,
            if file == "next.der" { 0 } else { code },
            "{file}: {}",
            run.stderr
        );
    }
}

#[test]
fn closed_ports_are_said_quietly_and_no_port_at_all_is_a_failure() {
    let good = good();
    let Some(mut host) = Host::new("closed_ports_are_said_quietly") else {
        return;
    };
    let run = host.run("--no-hgrc");
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    host.serve((0, 587), &good, &Behaviour::default());
    let run = host.run("--no-hgrc");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let [one, two] = &host.ips;
    let closed = format!("closed: 25, 465 at {one}; 25, 465, 587 at {two}");
    assert!(lines(&run).contains(&closed.as_str()), "{}", run.stderr);
    assert!(!run.stderr.contains("note:"), "{}", run.stderr);
    // The port for hg is one that shows a certificate.
    assert!(run.stdout.contains("\nport = 587\n"), "{}", run.stdout);
}
