//! `--dane` at a server: records that match, that do not, that do not count, and none; in zones that
//! BIND's signer signs.

use serde_json::Value;
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::records::tlsa::Tlsa;
use testkit::dns::key::Keys;
use testkit::dns::served::Served;
use testkit::dns::zone::{Zone, forged};
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, check_schema, finish, problems, program, run};
use testkit::server::{Behaviour, Server};

struct Lab {
    dns: Served,
    server: Server,
    dir: Dir,
}

impl Lab {
    /// A server whose certificate is for every name, and hosts that are this server.
    fn new(test: &str) -> Option<Self> {
        let pki = Pki::new("Dane", KeyKind::P256);
        let identity = pki.identity(leaf(&[
            "*.signed.example",
            "mx.plain.example",
            "*.broken.example",
            "localhost",
        ]));
        let server = Server::start(&identity, Behaviour::default());
        let certificate = Certificate::new(identity.chain[0].clone());
        let facts = certificate.facts().expect("a certificate");
        let own = Tlsa::sha256(3, 1, &facts.public_key.spki);
        let other = Tlsa::sha256(3, 1, b"another key");
        let port = server.port();
        let host = |name: &str, record: Option<&Tlsa>| {
            let record = record.map(|record| format!("_{port}._tcp.{name} TLSA {record}\n"));
            format!("{name} A 127.0.0.1\n{}", record.unwrap_or_default())
        };
        let signed = [
            host("match", Some(&own)),
            host("mismatch", Some(&other)),
            host("none", None),
        ];
        let broken = Zone::new("broken.example.", &host("mx", Some(&own)));
        let owner = format!("_{port}._tcp.mx.broken.example.");
        let zones = [
            Zone::new(".", "").key(1),
            Zone::new("signed.example.", &signed.concat()),
            Zone::new("plain.example.", &host("mx", Some(&own))).unsigned(),
            broken.damaged(forged(&owner, "TLSA")),
        ];
        let dir = Dir::new();
        dir.file("root.pem", pki.root_pem());
        Some(Self {
            dns: Served::for_test(test, &zones, &Keys::default())?,
            server,
            dir,
        })
    }

    fn look(&self, host: &str, options: &str) -> Run {
        let mut command = program();
        command
            .current_dir(self.dir.path())
            .arg(format!("smtp://{host}:{}", self.server.port()))
            .args(["--dane", "--no-hgrc", "--ehlo", "x"])
            .args(options.split_whitespace())
            .args(self.dns.options());
        finish(&mut command)
    }
}

/// A host, whether its CA is trusted, the exit code, the problem, and the line about the records.
type Case = (&'static str, bool, i32, Option<&'static str>, &'static str);

#[test]
fn one_type_of_key_is_compared_and_the_table_says_so() {
    let Some(lab) = Lab::new("one type of key at a server") else {
        return;
    };
    let words = "each type of key needs a match; one was compared";
    for (host, has_records) in [
        ("match.signed.example", true),
        ("none.signed.example", false),
    ] {
        let run = lab.look(host, "--cacerts root.pem");
        assert_eq!(run.stdout.contains(words), has_records, "{}", run.stdout);
    }
}

const CASES: [Case; 8] = [
    (
        "match.signed.example",
        true,
        0,
        None,
        "1 record at \"OWNER\", proven by DNSSEC",
    ),
    // A record is as good as a pin.
    (
        "match.signed.example",
        false,
        0,
        None,
        "1 record at \"OWNER\", proven by DNSSEC",
    ),
    (
        "mismatch.signed.example",
        true,
        1,
        Some("tlsa-mismatch"),
        "1 record at \"OWNER\", proven by DNSSEC",
    ),
    (
        "none.signed.example",
        true,
        0,
        None,
        "none at \"OWNER\", proven by DNSSEC",
    ),
    (
        "none.signed.example",
        false,
        1,
        Some("unknown-issuer"),
        "none at \"OWNER\", proven by DNSSEC",
    ),
    (
        "mx.plain.example",
        true,
        0,
        None,
        "1 record at \"OWNER\", not proven, so that senders ignore them (",
    ),
    (
        "mx.plain.example",
        false,
        1,
        Some("unknown-issuer"),
        "1 record at \"OWNER\", not proven, so that senders ignore them (",
    ),
    (
        "mx.broken.example",
        true,
        1,
        Some("dns-bogus"),
        "what the DNS says of \"OWNER\" is bogus (",
    ),
];

#[test]
fn records_count_as_pins_where_they_are_proven() {
    let Some(lab) = Lab::new("--dane at a server") else {
        return;
    };
    for (host, is_trusted, code, problem, line) in CASES {
        let trust = if is_trusted { "--cacerts root.pem" } else { "" };
        let run = lab.look(host, trust);
        let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(run.code, code, "{host}: {}{}", run.stdout, run.stderr);
        let owner = format!("_{}._tcp.{host}", lab.server.port());
        let line = line.replace("OWNER", &owner);
        assert!(
            said.contains(&line),
            "{host}: no \"{line}\":\n{}",
            run.stdout
        );
        if problem == Some("tlsa-mismatch") {
            let advice = format!("-> publish {owner}. IN TLSA 3 1 1 ");
            assert!(said.contains(&advice), "{host}: {}", run.stdout);
        }
        let run = lab.look(host, &format!("{trust} --json"));
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        check_schema(&report);
        let found = problems(&report);
        match problem {
            Some(problem) => assert!(found.iter().any(|one| one == problem), "{host}: {found:?}"),
            None if is_trusted => assert_eq!(found, [""; 0], "{host}"),
            None => assert_eq!(report["outcome"], "pinned", "{host}"),
        }
    }
}

#[test]
fn without_an_answer_nothing_is_known() {
    let Some(lab) = Lab::new("--dane without an answer") else {
        return;
    };
    // The machine knows the host by another way.
    let mut command = program();
    command
        .current_dir(lab.dir.path())
        .arg(format!("smtp://localhost:{}", lab.server.port()))
        .args(["--cacerts", "root.pem", "--dane", "--no-hgrc"])
        .args(["--resolver", "127.0.0.1:1"]);
    let run = finish(&mut command);
    let owner = format!("_{}._tcp.localhost", lab.server.port());
    let line = format!("the DNS gives no answer about \"{owner}\" (");
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(said.contains(&line), "{}", run.stdout);
    assert!(said.contains("dns-no-answer"), "{}", run.stdout);
}

#[test]
fn options_that_do_not_fit_are_named_with_what_does() {
    for (words, message, hint) in [
        (
            "192.0.2.1:25 --dane",
            "--dane needs a name, and \"192.0.2.1:25\" has none",
            "smtp-certcheck mx1.example.org:25 --dane",
        ),
        (
            "lmtp+unix:/run/lmtp --dane",
            "--dane needs a name, and \"lmtp+unix:/run/lmtp\" has none",
            "smtp-certcheck mx1.example.org:25 --dane",
        ),
        (
            "--dane",
            "--dane needs a host",
            "smtp-certcheck mx1.example.org:25 --dane",
        ),
        (
            "mail.example.org --resolver 127.0.0.1",
            "--resolver is for a domain or --dane, and there is neither",
            "smtp-certcheck mx:example.org",
        ),
        (
            "mail.example.org --trust-ad",
            "--trust-ad is for a domain or --dane, and there is neither",
            "smtp-certcheck mx:example.org",
        ),
        (
            "mail.example.org --dane --require dane",
            "--require is for a domain, and there is none",
            "smtp-certcheck mx:example.org",
        ),
        (
            "mail.example.org --no-mta-sts",
            "--no-mta-sts is for a domain, and there is none",
            "smtp-certcheck mx:example.org",
        ),
        (
            "mx:example.org --at 2027-01-01",
            "--at is for a server, and \"mx:example.org\" is a domain",
            "leave it out, or name a host of the domain",
        ),
        (
            "mx:example.org --format pem",
            "--format pem is for a server, and \"mx:example.org\" is a domain",
            "leave it out, or name a host of the domain",
        ),
    ] {
        let run = run(words.split(' '));
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{words}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(message), "{words}: {}", run.stderr);
        let hint = format!("hint: {hint}");
        assert!(run.stderr.contains(&hint), "{words}: {}", run.stderr);
    }
}
