//! Domains in lists, with a resolver that answers what the test tells it, and servers on port 25 in a
//! network of the test's own.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use serde_json::{Value, json};
use smtp_certcheck::certificate::Certificate;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use testkit::dns::told::Told;
use testkit::namespace::alone_in;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, json_lines, program};
use testkit::server::{Behaviour, Server};
use testkit::terminal::Terminal;

/// DANE-EE, the key, SHA-256.
const KEY: (u8, u8, u8) = (3, 1, 1);

/// Mail hosts `mx1.test` and so on, each with a certificate of either type of key.
struct Lab {
    dns: Told,
    hosts: Vec<Host>,
    dir: Dir,
}

struct Host {
    name: String,
    keys: Vec<Vec<u8>>,
}

impl Lab {
    fn new(hosts: u8) -> Self {
        let pki = Pki::new("Mail", KeyKind::P256);
        let dns = Told::start();
        let host = |number| {
            let name = format!("mx{number}.test");
            let address = Ipv4Addr::new(127, 0, 1, number);
            dns.a(&name, address);
            Host::start(name, address, &pki)
        };
        let dir = Dir::new();
        dir.file("root.pem", pki.root_pem());
        Self {
            hosts: (1..=hosts).map(host).collect(),
            dns,
            dir,
        }
    }

    /// A domain with these of the hosts.
    fn domain(&self, name: &str, hosts: &[usize]) {
        for host in hosts {
            self.dns.mx(name, 10, &self.hosts[*host].name);
        }
    }

    /// Publishes the keys of a host.
    fn publish(&self, host: usize) {
        let host = &self.hosts[host];
        for key in &host.keys {
            self.dns.tlsa(&host.name, KEY, key);
        }
    }

    fn audit(&self, list: &str, args: &[&str]) -> Run {
        self.dir.file("list", list);
        let mut command = program();
        command
            .current_dir(self.dir.path())
            .args(["audit", "--ehlo", "x", "--pause", "0", "--retries", "0"])
            .args(["--cacerts", "root.pem", "--input", "list", "--trust-ad"])
            .arg(format!("--resolver=127.0.0.1:{}", self.dns.port()))
            .args(args);
        finish(&mut command)
    }

    /// The lines of jsonl, by target.
    fn lines(&self, list: &str, args: &[&str]) -> (Run, Vec<Value>) {
        let run = self.audit(list, &[&["--format", "jsonl"], args].concat());
        let mut lines = json_lines(&run.stdout);
        let input = |line: &Value| line["target"]["input"].to_string();
        lines.sort_by_key(input);
        (run, lines)
    }
}

impl Host {
    fn start(name: String, address: Ipv4Addr, pki: &Pki) -> Self {
        let identities =
            [KeyKind::P256, KeyKind::Rsa2048].map(|kind| pki.identity_of(kind, &leaf(&[&name])));
        let [first, second] = &identities;
        let behaviour = Behaviour {
            second: Some(second.clone()),
            ..Behaviour::default()
        };
        // It runs as long as the process.
        Server::start_on(&format!("{address}:25"), first, behaviour);
        Self {
            keys: identities.iter().map(key).collect(),
            name,
        }
    }
}

/// The digest of the leaf's key.
fn key(identity: &Identity) -> Vec<u8> {
    let leaf = Certificate::new(identity.chain[0].clone());
    leaf.spki_sha256().expect("a key").bytes().to_vec()
}

fn codes(line: &Value) -> Vec<&str> {
    let findings = line["findings"].as_array().expect("findings").iter();
    findings
        .map(|one| one["code"].as_str().expect("a code"))
        .collect()
}

/// The changes, each as `change field: before | after`.
fn told(line: &Value) -> Vec<String> {
    let differences = line["differences"].as_array().expect("differences").iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    differences
        .map(|one| {
            let [change, field, before, after] =
                ["change", "field", "before", "after"].map(|name| text(&one[name]));
            format!("{change} {field}: {before} | {after}")
        })
        .collect()
}

#[test]
fn a_domain_stands_among_servers() {
    if !alone_in("domains::a_domain_stands_among_servers", "") {
        return;
    }
    let lab = Lab::new(2);
    lab.domain("safe.test", &[0]);
    lab.publish(0);
    lab.domain("plain.test", &[1]);
    let list = "mx:safe.test label=\"our mail\"\n127.0.1.1 servername=mx1.test\nmx:Plain.TEST\n";
    let (run, lines) = lab.lines(list, &[]);
    assert_eq!((run.code, lines.len()), (0, 3), "{}", run.stderr);
    let [server, plain, safe] = lines.as_slice() else {
        unreachable!("three lines");
    };
    assert_eq!(
        (&server["kind"], &server["outcome"]),
        (&Value::Null, &json!("trusted"))
    );
    for (line, outcome, label) in [
        (plain, "unprotected", Value::Null),
        (safe, "authenticated", json!("our mail")),
    ] {
        assert_eq!(
            (&line["kind"], &line["outcome"]),
            (&json!("domain"), &json!(outcome))
        );
        assert_eq!(line["label"], label);
    }
    assert_eq!(
        plain["target"],
        json!({"input": "mx:Plain.TEST", "domain": "plain.test"})
    );
    // What is bad counts, and what is said of it is chosen by its code.
    lab.dns.forget("_25._tcp.mx1.test");
    lab.dns.tlsa("mx1.test", KEY, &[0; 32]);
    let (run, lines) = lab.lines("mx:safe.test\n", &[]);
    assert_eq!((run.code, &lines[0]["outcome"]), (1, &json!("deferred")));
    assert!(codes(&lines[0]).contains(&"tlsa-mismatch"), "{lines:?}");
    for (args, left) in [
        (["--ignore", "tlsa-mismatch"], "tlsa-mismatch"),
        (["--only", "sts-testing"], "tlsa-mismatch"),
    ] {
        let (run, lines) = lab.lines("mx:safe.test\n", &args);
        assert_eq!(run.code, 0, "{args:?}");
        assert!(!codes(&lines[0]).contains(&left), "{args:?} {lines:?}");
        let left_out = json!({"code": left, "severity": "critical", "accepted": false});
        let all = lines[0]["left_out"].as_array().expect("some");
        assert!(all.contains(&left_out), "{args:?} {all:?}");
    }
    // What could not be found out is never left out.
    lab.dns.fail("plain.test", true);
    let (run, lines) = lab.lines("mx:plain.test\n", &["--only", "sts-testing"]);
    assert_eq!((run.code, &lines[0]["outcome"]), (1, &json!("unresolved")));
    assert_eq!(codes(&lines[0]), ["dns-no-answer"]);
}

#[test]
fn what_is_required_of_all_domains_of_a_list_is_critical_where_it_is_missing() {
    const NAME: &str =
        "domains::what_is_required_of_all_domains_of_a_list_is_critical_where_it_is_missing";
    if !alone_in(NAME, "") {
        return;
    }
    let lab = Lab::new(2);
    lab.domain("safe.test", &[0]);
    lab.publish(0);
    lab.domain("plain.test", &[1]);
    let list = "mx:safe.test\nmx:plain.test\n";
    for (required, lacking) in [
        ("any", &[0][..]),
        ("dane", &[0]),
        // No policy is published.
        ("mta-sts", &[0, 1]),
    ] {
        let args = ["--require", required];
        let (run, lines) = lab.lines(list, &args);
        assert_eq!(run.code, 1, "{required}: {}", run.stderr);
        for (place, line) in lines.iter().enumerate() {
            let found = codes(line).contains(&"required-missing");
            assert_eq!(found, lacking.contains(&place), "{required} {line}");
        }
        let run = lab.audit(list, &[&args[..], &["--format", "nagios"]].concat());
        assert_eq!(run.code, 2, "{}", run.stdout);
        for format in ["table", "csv", "junit", "html", "prometheus"] {
            let run = lab.audit(list, &[&args[..], &["--format", format]].concat());
            assert_eq!(run.code, 1, "{format}");
            assert!(run.stdout.contains("required-missing"), "{}", run.stdout);
        }
    }
    let (run, lines) = lab.lines("mx:safe.test\n", &["--require", "any"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!codes(&lines[0]).contains(&"required-missing"), "{lines:?}");
    let run = lab.audit(list, &["--require", "mta-sts", "--no-mta-sts"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(
        run.stderr.contains("--no-mta-sts leaves out"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_domain_is_shown_within_the_columns_of_its_terminal() {
    const NAME: &str = "domains::a_domain_is_shown_within_the_columns_of_its_terminal";
    if !alone_in(NAME, "") {
        return;
    }
    let lab = Lab::new(1);
    lab.domain("plain.test", &[0]);
    for columns in [80_u16, 50] {
        let mut command = program();
        command
            .args([
                "mx:plain.test",
                "--require",
                "any",
                "--trust-ad",
                "--color=never",
            ])
            .arg(format!("--resolver=127.0.0.1:{}", lab.dns.port()));
        let shown = Terminal::shown_by(&mut command, columns);
        assert!(shown.contains("required-missing"), "{shown}");
        for line in shown.lines() {
            // A record is there to be copied.
            let fits = line.chars().count() <= columns.into() || line.contains(" IN TXT ");
            let is_word = line.trim().split(' ').count() == 1;
            assert!(fits || is_word, "{columns}: {line:?}");
        }
    }
}

#[test]
fn a_line_that_does_not_fit_a_domain_is_reported_and_the_rest_is_checked() {
    if !alone_in(
        "domains::a_line_that_does_not_fit_a_domain_is_reported_and_the_rest_is_checked",
        "",
    ) {
        return;
    }
    let lab = Lab::new(1);
    lab.domain("a.test", &[0]);
    let long = [&"a".repeat(60); 4].map(String::as_str).join(".");
    let list =
        format!("mx:a.test servername=x\nmx:a.test mail\nmx:192.0.2.1\nmx:{long}\nmx:a.test\n");
    let (run, lines) = lab.lines(&list, &[]);
    assert_eq!((run.code, lines.len()), (2, 1), "{}", run.stderr);
    for words in [
        "list:1: the column \"servername\" is for a server",
        "list:2: the column \"mail\" is for a server",
        "list:3: \"192.0.2.1\" is an address",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    // The options for servers are for the servers of a list.
    let (run, lines) = lab.lines("mx:a.test\n", &["--servername", "other.test", "--mail"]);
    assert_eq!((run.code, lines.len()), (0, 1), "{}", run.stderr);
    let (run, lines) = lab.lines("mx:a.test\n", &["--connect", "127.0.0.1"]);
    assert_eq!((run.code, lines.len()), (2, 0));
    assert!(
        run.stderr.contains("list:1: --connect is for a server"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_baseline_tells_what_is_new_about_a_domain() {
    if !alone_in("domains::a_baseline_tells_what_is_new_about_a_domain", "") {
        return;
    }
    let lab = Lab::new(3);
    lab.domain("a.test", &[0, 1]);
    lab.domain("b.test", &[0]);
    lab.publish(0);
    lab.publish(1);
    let list = "mx:a.test\nmx:b.test\n127.0.1.1 servername=mx1.test\n";
    let daily = ["--baseline", "r.jsonl", "--save", "r.jsonl"];
    let (run, _) = lab.lines(list, &daily);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (_, lines) = lab.lines(list, &daily);
    for line in &lines {
        assert_eq!(line["changes"], json!([]), "{line}");
    }
    let (quiet, _) = lab.lines(list, &[&daily[..], &["--quiet"]].concat());
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));

    // Another host, and another key of one that stays.
    lab.dns.forget("a.test");
    lab.domain("a.test", &[0, 2]);
    lab.dns.forget("_25._tcp.mx1.test");
    lab.dns.tlsa("mx1.test", KEY, &[0; 32]);
    let (run, lines) = lab.lines(list, &["--baseline", "r.jsonl", "--changes-only"]);
    assert_eq!((run.code, lines.len()), (1, 2), "{}", run.stderr);
    let changes = [
        "mx-removed",
        "mx-added",
        "tlsa-removed",
        "tlsa-added",
        "delivery",
        "worse",
    ];
    assert_eq!(lines[0]["changes"], json!(changes));
    let told = told(&lines[0]);
    for expected in [
        "mx-removed host: mx2.test | -".to_owned(),
        "mx-added host: - | mx3.test".to_owned(),
        format!(
            "tlsa-removed tlsa: mx1.test 3 1 1 {} | -",
            hex::encode(&lab.hosts[0].keys[0])
        ),
        format!("tlsa-added tlsa: - | mx1.test 3 1 1 {}", "0".repeat(64)),
        "delivery dane: authenticated | encrypted".to_owned(),
        "worse outcome: authenticated | unprotected".to_owned(),
    ] {
        assert!(told.contains(&expected), "{expected}: {told:?}");
    }
    assert!(
        lines[1]["changes"]
            .as_array()
            .expect("changes")
            .contains(&json!("worse"))
    );

    // New ones, and those that are gone.
    lab.domain("c.test", &[1]);
    let (run, lines) = lab.lines("mx:c.test\n", &["--baseline", "r.jsonl"]);
    assert_eq!(lines[0]["changes"], json!(["new"]));
    assert!(
        run.stderr.contains("1 changed, 3 gone since"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_policy_that_senders_have_kept_makes_a_broken_one_critical() {
    if !alone_in(
        "domains::a_policy_that_senders_have_kept_makes_a_broken_one_critical",
        "",
    ) {
        return;
    }
    let lab = Lab::new(1);
    lab.domain("a.test", &[0]);
    lab.dns.txt("_mta-sts.a.test", "v=STSv1; id=1");
    lab.dns.a("mta-sts.a.test", Ipv4Addr::new(127, 0, 2, 1));
    let severity = |line: &Value| {
        let mut findings = line["findings"].as_array().expect("findings").iter();
        let found = findings.find(|one| one["code"] == "sts-fetch");
        found.expect("nothing listens there")["severity"].clone()
    };
    let (_, lines) = lab.lines("mx:a.test\n", &["--save", "r.jsonl"]);
    let mut line = lines[0].clone();
    assert_eq!(
        (severity(&line), &line["mta_sts"]["state"]),
        (json!("warning"), &json!("broken"))
    );
    for (mode, expected, code) in [("enforce", "critical", 1), ("testing", "warning", 0)] {
        line["mta_sts"]["state"] = json!(mode);
        line["mta_sts"]["policy"] = json!({"mode": mode, "mx": ["mx1.test"], "max_age": 86_400});
        lab.dir.file("r.jsonl", format!("{line}\n"));
        let (run, lines) = lab.lines("mx:a.test\n", &["--baseline", "r.jsonl"]);
        assert_eq!(
            (run.code, severity(&lines[0])),
            (code, json!(expected)),
            "{mode}"
        );
        let expected = format!("policy state: {mode} | broken");
        assert!(told(&lines[0]).contains(&expected), "{:?}", told(&lines[0]));
    }
}

#[test]
fn a_resumed_list_goes_on_after_its_domains() {
    if !alone_in("domains::a_resumed_list_goes_on_after_its_domains", "") {
        return;
    }
    let lab = Lab::new(1);
    let mut list = String::new();
    for number in 0..20 {
        lab.domain(&format!("d{number}.test"), &[0]);
        let _ = writeln!(list, "mx:d{number}.test");
    }
    let first = list.split_inclusive('\n').take(7).collect::<String>();
    let run = lab.audit(&first, &["--resume", "r.jsonl"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    lab.dns.take_questions();
    let run = lab.audit(&list, &["--resume", "r.jsonl"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("done before: 7"), "{}", run.stderr);
    let asked = lab.dns.take_questions();
    assert!(!asked.contains(&"MX d3.test".to_owned()), "{asked:?}");
    let text = std::fs::read_to_string(lab.dir.path().join("r.jsonl")).expect("it");
    assert_eq!(json_lines(&text).len(), 20);
    // Each is in one part.
    let parts = ["1/3", "2/3", "3/3"].map(|part| {
        let (run, lines) = lab.lines(&list, &["--shard", part]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        lines.len()
    });
    assert_eq!(parts.iter().sum::<usize>(), 20, "{parts:?}");
}
