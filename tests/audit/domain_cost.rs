//! What domains cost that share their hosts: connections and questions are counted, by servers on port
//! 25 and by a resolver that passes on what signed zones say, in a network of the test's own.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use testkit::dns::key::Keys;
use testkit::dns::liar::{Liar, Sent};
use testkit::dns::nsd::Nsd;
use testkit::dns::sign::Tree;
use testkit::dns::unbound::Unbound;
use testkit::dns::zone::Zone;
use testkit::namespace::alone_in;
use testkit::pki::{KeyKind, Pki, leaf};
use testkit::program::{Dir, check_schema, finish, program};
use testkit::server::{Behaviour, Server};
use testkit::skip::has;

const DOMAINS: usize = 1000;
const HOSTS: usize = 4;
/// Domains with a signed zone, and with an unsigned zone; all others are names of one zone.
const SIGNED: usize = 10;
const UNSIGNED: usize = 90;
const UNSIGNED_END: usize = SIGNED + UNSIGNED;
/// Questions about a domain itself, at most.
const EACH: usize = 6;
/// Questions about what all share: keys and delegations of five zones, and three for each host.
const SHARED: usize = 40;

/// The name of a domain.
fn domain(number: usize) -> String {
    if number < UNSIGNED_END {
        format!("d{number}.lab")
    } else {
        format!("d{number}.big.lab")
    }
}

/// Whether it announces a policy. A signed zone of its own has no more questions left for that.
fn has_policy(number: usize) -> bool {
    number >= SIGNED && number.is_multiple_of(10)
}

/// The records of a domain, below its zone.
fn records(number: usize, owner: &str) -> String {
    let below = |label: &str| match owner {
        "@" => label.to_owned(),
        owner => format!("{label}.{owner}"),
    };
    let mut text = String::new();
    for host in 1..=HOSTS {
        let _ = writeln!(text, "{owner} MX {host} mx{host}.mail.lab.");
    }
    if has_policy(number) {
        let _ = writeln!(text, "{} TXT \"v=STSv1; id={number}\"", below("_mta-sts"));
        let _ = writeln!(text, "{} A 127.0.2.1", below("mta-sts"));
    }
    text
}

fn zones() -> Vec<Zone> {
    let mut hosts = String::new();
    for host in 1..=HOSTS {
        let _ = writeln!(hosts, "mx{host} A 127.0.1.{host}");
    }
    let names = UNSIGNED_END..DOMAINS;
    let names = names.map(|number| records(number, &format!("d{number}")));
    let big: String = names.collect();
    let mut zones = vec![
        Zone::new(".", "").key(1),
        Zone::new("lab.", "").key(2),
        Zone::new("mail.lab.", &hosts).key(3),
        Zone::new("big.lab.", &big).key(4),
    ];
    for number in 0..UNSIGNED_END {
        let zone = Zone::new(&format!("{}.", domain(number)), &records(number, "@"));
        zones.push(if number < SIGNED {
            zone
        } else {
            zone.unsigned()
        });
    }
    zones
}

/// A resolver that passes everything on, and keeps the names that it is asked about.
fn counting(resolver: u16) -> (Liar, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&asked);
    let answer = move |query: &hickory_proto::op::Message, honest: &testkit::dns::liar::Honest| {
        let name = query.queries[0].name().to_lowercase().to_ascii();
        let question = format!("{name} {}", query.queries[0].query_type());
        keep.lock().expect("not poisoned").push(question);
        vec![Sent::Message(Box::new(honest.reply(query)))]
    };
    (Liar::new(resolver, Arc::new(answer)), asked)
}

/// The domain that a question is about; `None`: it is about what several share.
fn owner(question: &str) -> Option<usize> {
    let name = question.split_once(". ")?.0;
    let mut labels = name.split('.').rev().skip(1);
    let first = labels.next()?;
    let label = match first {
        "big" => labels.next()?,
        label => label,
    };
    label.strip_prefix('d')?.parse().ok()
}

/// Which domain a line is about.
fn number(line: &Value) -> usize {
    let name = line["target"]["domain"].as_str().expect("a name");
    owner(&format!("{name}. MX")).expect("a domain")
}

#[test]
fn a_thousand_domains_cost_their_own_questions_and_each_host_once() {
    const NAME: &str =
        "domain_cost::a_thousand_domains_cost_their_own_questions_and_each_host_once";
    if !has(NAME, "dnssec-signzone") || !alone_in(NAME, "") {
        return;
    }
    let tree = Tree::new(&zones(), &Keys::default());
    let Some(nsd) = Nsd::for_test(NAME, &tree) else {
        return;
    };
    let Some(resolver) = Unbound::resolver(NAME, &tree, nsd.port) else {
        return;
    };
    let (liar, asked) = counting(resolver.port);
    let pki = Pki::new("Mail", KeyKind::P256);
    let server = |host: usize| {
        let name = format!("mx{host}.mail.lab");
        let [first, second] =
            [KeyKind::P256, KeyKind::Rsa2048].map(|kind| pki.identity_of(kind, &leaf(&[&name])));
        let behaviour = Behaviour {
            second: Some(second),
            ..Behaviour::default()
        };
        Server::start_on(&format!("127.0.1.{host}:25"), &first, behaviour)
    };
    let servers: Vec<Server> = (1..=HOSTS).map(server).collect();

    let dir = Dir::new();
    let list = (0..DOMAINS).map(|number| format!("mx:{}\n", domain(number)));
    dir.file("list", list.collect::<String>());
    let mut command = program();
    command
        .current_dir(dir.path())
        .args([
            "audit", "--ehlo", "x", "--format", "jsonl", "--input", "list",
        ])
        .arg("--cacerts")
        .arg(dir.file("root.pem", pki.root_pem()))
        .arg("--trust-anchor")
        .arg(tree.anchor_file())
        .arg(format!("--resolver=127.0.0.1:{}", liar.port));
    let run = finish(&mut command);
    let lines = run.stdout.lines().map(serde_json::from_str::<Value>);
    let lines: Vec<Value> = lines.map(|line| line.expect("JSON")).collect();
    assert_eq!(lines.len(), DOMAINS);
    lines.iter().step_by(100).for_each(check_schema);
    for line in &lines {
        let findings = &line["findings"];
        assert_eq!(line["outcome"], "unprotected", "{findings}");
        assert_eq!(line["hosts"].as_array().map(Vec::len), Some(HOSTS));
        let status = line["mx"]["status"].as_str().expect("a status");
        let expected = match number(line) {
            SIGNED..UNSIGNED_END => "insecure",
            _ => "secure",
        };
        assert_eq!(status, expected, "{}", line["target"]);
    }
    assert_eq!(run.code, 0, "{}", run.stderr);
    // Each has one address and two types of key.
    let met: Vec<u32> = servers.iter().map(Server::connections).collect();
    assert_eq!(met, [2; HOSTS], "connections to each host");

    let asked = asked.lock().expect("not poisoned");
    let mut shared = Vec::new();
    let mut own: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for question in asked.iter() {
        match owner(question) {
            Some(number) => own.entry(number).or_default().push(question),
            None => shared.push(question),
        }
    }
    let dearest = own.values().max_by_key(|questions| questions.len());
    let dearest = dearest.expect("domains");
    assert_eq!(own.len(), DOMAINS);
    assert!(dearest.len() <= EACH, "{dearest:?}");
    assert!(shared.len() <= SHARED, "{shared:?}");
}
