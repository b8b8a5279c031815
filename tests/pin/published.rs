//! `pin --for tlsa`: what it says of the records that are published, in zones that BIND's signer signs,
//! NSD serves, and unbound resolves.

use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::records::tlsa::Tlsa;
use std::fmt::Write as _;
use std::sync::LazyLock;
use testkit::dns::key::Keys;
use testkit::dns::served::Served;
use testkit::dns::zone::{Zone, forged};
use testkit::haproxy::HaProxy;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::raw;
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Published", KeyKind::P256));

/// All hosts of the tests have this address in the DNS; connections go to the server by `--connect`.
const ADDRESS: &str = "192.0.2.1";

fn record(identity: &Identity) -> Tlsa {
    let leaf = Certificate::new(identity.chain[0].clone());
    let facts = leaf.facts().expect("a certificate");
    Tlsa::sha256(3, 1, &facts.public_key.spki)
}

fn stale() -> Tlsa {
    Tlsa::sha256(3, 1, b"the last key, or the next one")
}

fn host(name: &str, records: &[&Tlsa]) -> String {
    let mut lines = format!("{name} A {ADDRESS}\n");
    for record in records {
        let _ = writeln!(lines, "_25._tcp.{name} TLSA {record}");
    }
    lines
}

struct Desk {
    dns: Served,
    dir: Dir,
}

impl Desk {
    fn new(test: &str, zones: Vec<Zone>) -> Option<Self> {
        let zones: Vec<Zone> = [Zone::new(".", "").key(1)]
            .into_iter()
            .chain(zones)
            .collect();
        let dns = Served::for_test(test, &zones, &Keys::default())?;
        let dir = Dir::new();
        dir.file("root.pem", PKI.root_pem());
        Some(Self { dns, dir })
    }

    /// Pins a host as the server at that port.
    fn pin(&self, target: &str, port: u16, options: &[&str]) -> Run {
        let mut command = program();
        command
            .current_dir(self.dir.path())
            .args(["pin", target, "--for", "tlsa", "--cacerts", "root.pem"])
            .args(["--connect", &format!("127.0.0.1:{port}"), "--ehlo", "x"])
            .args(options);
        if !options.contains(&"--resolver") {
            command.args(self.dns.options());
        }
        finish(&mut command)
    }
}

/// What was said, whatever the lines are.
fn said(run: &Run) -> String {
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

const EVERYWHERE: &str = "keep: it matches what is presented at every address";
const ADD: &str = "add: it is printed here, and not published yet";
const TAKE: &str = "take away, unless it is of the next key: it matches nothing that is presented";

/// A host, what is said of it, and what is not.
const CASES: &[(&str, &[&str], &[&str])] = &[
    (
        "all.signed.example",
        &[
            "\"_25._tcp.all.signed.example\" has 1 TLSA record, proven by DNSSEC, and nothing is to be done:",
            EVERYWHERE,
        ],
        &[ADD, "take away", "two TTLs after the one"],
    ),
    (
        "none.signed.example",
        &["has no TLSA records yet, proven by DNSSEC:", ADD],
        &["keep:", "take away", "refuse"],
    ),
    (
        "old.signed.example",
        &[
            "has 2 TLSA records, proven by DNSSEC:",
            TAKE,
            "take away: no client can use it (usage 1 does not count for mail)",
            ADD,
            "take a record away two TTLs after the one that replaces it was published",
        ],
        &["keep:", "refuse"],
    ),
    (
        "both.signed.example",
        &["has 2 TLSA records, proven by DNSSEC:", EVERYWHERE, TAKE],
        &[ADD],
    ),
    (
        "alias.signed.example",
        &[
            "\"_25._tcp.target.signed.example\" has 1 TLSA record",
            EVERYWHERE,
            "publish the lines at \"_25._tcp.target.signed.example\": the host is an alias",
        ],
        &[ADD],
    ),
    (
        "indirect.signed.example",
        &[
            EVERYWHERE,
            "publish the lines at \"dane.signed.example\": \"_25._tcp.indirect.signed.example\" is an alias of it",
        ],
        &[ADD],
    ),
    (
        "mx.plain.example",
        &[
            "has 1 TLSA record. They do not count until DNSSEC proves them (",
            EVERYWHERE,
        ],
        &[ADD, "nothing is to be done"],
    ),
    (
        "mx.broken.example",
        &[
            "what the DNS says of \"_25._tcp.mx.broken.example\" is bogus, and clients with DANE do not connect (",
            "make the signatures valid",
        ],
        &[ADD, "keep:", "take away"],
    ),
    (
        "nowhere.signed.example",
        &["has no TLSA records yet, proven by DNSSEC:", ADD],
        &["keep:"],
    ),
    (
        "there.broken.example",
        &["what the DNS says of \"_25._tcp.there.broken.example\" is bogus, and"],
        &[ADD, "keep:"],
    ),
];

#[test]
fn what_is_published_is_compared_with_what_is_presented() {
    let names = leaf(&["*.signed.example", "mx.plain.example", "*.broken.example"]);
    let identity = PKI.identity(names);
    let own = record(&identity);
    let usage_1 = Tlsa {
        usage: 1,
        ..own.clone()
    };
    let signed = [
        host("all", &[&own]),
        host("none", &[]),
        host("old", &[&stale(), &usage_1]),
        host("both", &[&stale(), &own]),
        host("target", &[&own]),
        "alias CNAME target\n".to_owned(),
        host("indirect", &[]),
        format!("_25._tcp.indirect CNAME dane\ndane TLSA {own}\n"),
    ];
    let broken = [host("mx", &[&own]), host("there", &[&own])];
    let broken = Zone::new("broken.example.", &broken.concat())
        .damaged(forged("_25._tcp.mx.broken.example.", "TLSA"))
        .damaged(forged("there.broken.example.", "A"));
    let zones = vec![
        Zone::new("signed.example.", &signed.concat()),
        Zone::new("plain.example.", &host("mx", &[&own])).unsigned(),
        broken,
    ];
    let Some(desk) = Desk::new("published TLSA records", zones) else {
        return;
    };
    let server = Server::start(&identity, Behaviour::default());
    for (name, expected, absent) in CASES {
        let run = desk.pin(&format!("{name}:25"), server.port(), &[]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let lines = run
            .stdout
            .lines()
            .filter(|line| !line.starts_with(';') && !line.is_empty());
        let line = format!("_25._tcp.{name}. IN TLSA {own}");
        assert_eq!(lines.collect::<Vec<_>>(), [line], "{name}");
        let said = said(&run);
        for words in *expected {
            assert!(
                said.contains(words),
                "{name}: no \"{words}\":\n{}",
                run.stderr
            );
        }
        for words in *absent {
            assert!(
                !said.contains(words),
                "{name}: \"{words}\":\n{}",
                run.stderr
            );
        }
        let width = run.stderr.lines().map(str::len).max();
        assert!(width <= Some(80), "{name}:\n{}", run.stderr);
    }
    let silent = ["--resolver", "127.0.0.1:1", "--timeout", "2"];
    let run = desk.pin("all.signed.example:25", server.port(), &silent);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said = said(&run);
    let words = "what is published at \"_25._tcp.all.signed.example\" could not be found out (";
    assert!(said.contains(words), "{}", run.stderr);
    assert!(!said.contains("nothing is to be done"), "{}", run.stderr);
    // Another client goes to another place, and the name of this machine is in no DNS.
    let run = desk.pin("localhost:25", server.port(), &["--accept-untrusted"]);
    assert!(!run.stderr.contains("TLSA record"), "{}", run.stderr);
}

#[test]
fn each_type_of_key_needs_a_record() {
    let test = "each type of key needs a record";
    let name = leaf(&["*.keys.example"]);
    let ecdsa = PKI.identity(name.clone());
    let rsa = PKI.identity_of(KeyKind::Rsa2048, &name);
    let inner = raw::listen(raw::silent).port();
    let Some(front) = HaProxy::in_tls(test, &[&ecdsa, &rsa], inner) else {
        return;
    };
    let records = host("one", &[&record(&ecdsa)]) + &host("two", &[&record(&ecdsa), &record(&rsa)]);
    let Some(desk) = Desk::new(test, vec![Zone::new("keys.example.", &records)]) else {
        return;
    };
    let port = front.before(inner);
    let pin = |name: &str, key: &str| {
        let target = format!("smtps://{name}.keys.example:25");
        let run = desk.pin(&target, port, &["--key-type", key]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        said(&run)
    };
    let said = pin("one", "ecdsa");
    for words in [
        "keep: it matches what is presented at 127.0.0.1 (EC key)",
        "clients with DANE still refuse what is presented at 127.0.0.1 (RSA key)",
    ] {
        assert!(said.contains(words), "{said}");
    }
    // The record of the other key is not to be taken away.
    let said = pin("one", "rsa");
    assert!(
        said.contains("keep: it matches what is presented at 127.0.0.1 (EC key)"),
        "{said}"
    );
    assert!(said.contains("add: it is printed here"), "{said}");
    assert!(!said.contains("refuse what"), "{said}");
    let said = pin("two", "rsa");
    assert!(
        said.contains("has 2 TLSA records, proven by DNSSEC, and nothing is to be done"),
        "{said}"
    );
}

#[test]
fn the_options_of_the_dns_are_for_records_alone() {
    for words in [
        "--for postfix --trust-ad",
        "--trust-anchor x",
        "--for json --resolver 127.0.0.1",
    ] {
        let mut command = program();
        command
            .args(["pin", "mx1.example.org:25"])
            .args(words.split(' '));
        let run = finish(&mut command);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{words}");
        let hint = "hint: smtp-certcheck pin mx1.example.org:25 --for tlsa";
        assert!(
            run.stderr.contains("is for records of the DNS"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains(hint), "{}", run.stderr);
    }
}
