//! What the looks at the hosts of a domain cost, and what comes of them where a server or the DNS does not
//! answer: at one domain, and at the same one in a list.

use hickory_proto::rr::RecordType;
use serde_json::Value;
use smtp_certcheck::certificate::Certificate;
use std::net::Ipv4Addr;
use std::sync::atomic::Ordering;
use testkit::dns::told::Told;
use testkit::namespace::alone_in;
use testkit::one_key::{self, End};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, check_schema, finish, program};
use testkit::server::{Behaviour, Server};

struct Lab {
    pki: Pki,
    dns: Told,
    dir: Dir,
}

impl Lab {
    fn new() -> Self {
        let pki = Pki::new("Mail", KeyKind::P256);
        let dir = Dir::new();
        dir.file("root.pem", pki.root_pem());
        Self {
            dns: Told::start(),
            pki,
            dir,
        }
    }

    /// A domain with one host, at that address, whose certificate is pinned by a TLSA record.
    fn domain(&self, name: &str, kind: KeyKind, address: Ipv4Addr) -> Identity {
        let host = format!("mx.{name}");
        let identity = self.pki.identity_of(kind, &leaf(&[&host]));
        self.dns.mx(name, 10, &host);
        self.dns.a(&host, address);
        let leaf = Certificate::new(identity.chain[0].clone());
        let key = leaf.spki_sha256().expect("a key");
        self.dns.tlsa(&host, (3, 1, 1), key.bytes());
        identity
    }

    /// The reports on a domain: alone, and in a list.
    fn reports<'l>(&'l self, name: &'l str, timeout: &'l str) -> impl Iterator<Item = Value> + 'l {
        let commands = ["", "audit"].into_iter();
        commands.map(move |command| self.report(command, name, timeout))
    }

    fn report(&self, command: &str, name: &str, timeout: &str) -> Value {
        let mut run = program();
        run.current_dir(self.dir.path());
        if !command.is_empty() {
            run.args([command, "--pause", "0"]);
        }
        let run = run
            .args([&format!("mx:{name}"), "--ehlo", "x", "--no-mta-sts"])
            .args([
                "--format",
                if command.is_empty() { "json" } else { "jsonl" },
            ])
            .args(["--cacerts", "root.pem", "--trust-ad", "--timeout", timeout])
            .arg(format!("--resolver=127.0.0.1:{}", self.dns.port()));
        let run = finish(run);
        let report = serde_json::from_str(&run.stdout);
        let report: Value = report.expect("JSON");
        check_schema(&report);
        report
    }
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let codes = findings.map(|one| one["code"].as_str().expect("a code"));
    // There is one record, and no address for reports.
    codes
        .filter(|code| !["tlsa-no-rollover", "tlsrpt-missing"].contains(code))
        .collect()
}

/// What senders with DANE do, and what those do that look at nothing.
fn results(report: &Value) -> [&str; 2] {
    let of = |kind: &str| {
        let mut all = report["verdicts"].as_array().expect("verdicts").iter();
        let one = all.find(|one| one["sender"] == kind);
        one.and_then(|one| one["result"].as_str())
            .expect("a result")
    };
    ["dane", "opportunistic"].map(of)
}

#[test]
fn a_server_with_one_type_of_key_gets_two_connections_for_each_address() {
    if !alone_in(
        "domain_looks::a_server_with_one_type_of_key_gets_two_connections_for_each_address",
        "",
    ) {
        return;
    }
    let lab = Lab::new();
    let mut servers = Vec::new();
    for (number, kind) in [(1, KeyKind::Rsa2048), (2, KeyKind::P256)] {
        let host = format!("mx{number}.a.test");
        let identity = lab.pki.identity_of(kind, &leaf(&[&host]));
        lab.dns.mx("a.test", number.into(), &host);
        for place in 1..=2 {
            let address = Ipv4Addr::new(127, 0, number, place);
            lab.dns.a(&host, address);
            let at = format!("{address}:25");
            servers.push(Server::start_on(&at, &identity, Behaviour::default()));
        }
    }
    for (place, report) in (1..).zip(lab.reports("a.test", "20")) {
        assert_eq!(results(&report), ["encrypted"; 2], "{report:#}");
        let met: Vec<u32> = servers.iter().map(Server::connections).collect();
        assert_eq!(met, [2 * place; 4]);
    }
}

#[test]
fn a_server_that_ends_the_look_for_a_key_that_it_lacks_is_not_worse() {
    if !alone_in(
        "domain_looks::a_server_that_ends_the_look_for_a_key_that_it_lacks_is_not_worse",
        "",
    ) {
        return;
    }
    let lab = Lab::new();
    for (number, end) in (1..).zip([End::Reset, End::Closed, End::Silence]) {
        let name = format!("d{number}.test");
        let address = Ipv4Addr::new(127, 0, 1, number);
        let identity = lab.domain(&name, KeyKind::Rsa2048, address);
        let server = Server::start(&identity, Behaviour::default());
        let met = one_key::start(&format!("{address}:25"), server.address, end);
        for (place, report) in (1..).zip(lab.reports(&name, "4")) {
            assert_eq!(
                results(&report),
                ["authenticated", "encrypted"],
                "{end:?} {report:#}"
            );
            assert_eq!(codes(&report), [""; 0], "{end:?} {report:#}");
            assert_eq!(met.load(Ordering::SeqCst), 2 * place, "{end:?}");
        }
    }
}

#[test]
fn a_question_without_a_reply_costs_what_it_is_about() {
    if !alone_in(
        "domain_looks::a_question_without_a_reply_costs_what_it_is_about",
        "",
    ) {
        return;
    }
    let lab = Lab::new();
    let cases: [(&str, RecordType, &str, [&str; 2]); 3] = [
        // The other family is lost, and nothing else.
        (
            "mx.NAME",
            RecordType::AAAA,
            "warning",
            ["authenticated", "encrypted"],
        ),
        (
            "_25._tcp.mx.NAME",
            RecordType::TLSA,
            "critical",
            ["deferred", "encrypted"],
        ),
        (
            "_smtp._tls.NAME",
            RecordType::TXT,
            "warning",
            ["authenticated", "encrypted"],
        ),
    ];
    for (number, (owner, kind, severity, expected)) in (1..).zip(cases) {
        let name = format!("d{number}.test");
        let address = Ipv4Addr::new(127, 0, 1, number);
        let identity = lab.domain(&name, KeyKind::P256, address);
        Server::start_on(&format!("{address}:25"), &identity, Behaviour::default());
        lab.dns.lose(&owner.replace("NAME", &name), kind);
        for report in lab.reports(&name, "6") {
            assert_eq!(results(&report), expected, "{kind} {report:#}");
            assert_eq!(codes(&report), ["dns-no-answer"], "{kind} {report:#}");
            assert_eq!(report["findings"][0]["severity"], severity, "{report:#}");
        }
    }
}

#[test]
fn the_type_of_key_is_not_chosen_for_a_domain() {
    let dir = Dir::new();
    dir.file("list", "mx:a.test\n");
    for words in ["mx:a.test", "audit --input list", "audit mx:a.test"] {
        let mut run = program();
        run.current_dir(dir.path());
        let run = finish(run.args(words.split(' ')).args(["--key-type", "rsa"]));
        assert_eq!(run.code, 2, "{words}: {}", run.stdout);
        let text = "--key-type is for a server, and \"mx:a.test\" is a domain";
        assert!(
            run.stderr.contains(text) || run.stderr.contains("list:1: --key-type is for a server"),
            "{words}: {}",
            run.stderr
        );
    }
}
