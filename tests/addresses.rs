//! Names with several addresses: an audit looks at each, and tells what is not the same. The names
//! are those of an `/etc/hosts` that only the program sees.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

mod common;

use common::{Dir, Run, finish, program};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::raw::{listen_on, wait_for_end};
use testkit::server::{Behaviour, Server};

static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Addresses", KeyKind::P256));

/// A name of the tests, and its servers.
const NAME: &str = "mx.addresses.test";

fn identity() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

/// Starts servers on the same port of 127.0.7.1, 127.0.7.2, …
struct Site {
    port: u16,
    addresses: Vec<String>,
}

impl Site {
    fn new(identities: &[&Identity]) -> Self {
        // A port that is free on all of them.
        let mut site = Self {
            port: Server::start_on("127.0.7.1:0", identities[0], Behaviour::default()).port(),
            addresses: vec!["127.0.7.1".to_owned()],
        };
        for (n, identity) in identities.iter().enumerate().skip(1) {
            let address = format!("127.0.7.{}", n + 1);
            Server::start_on(
                &format!("{address}:{}", site.port),
                identity,
                Behaviour::default(),
            );
            site.addresses.push(address);
        }
        site
    }

    /// Runs an audit of the name, with the addresses in this order.
    fn audit(&self, addresses: &[&str], args: &[&str]) -> Option<Run> {
        let dir = Dir::new();
        let hosts: Vec<String> = addresses
            .iter()
            .map(|address| format!("{address} {NAME}\n"))
            .collect();
        let hosts = dir.file("hosts", hosts.concat());
        let conf = dir.file("host.conf", "multi on\n");
        let root = dir.file("root.pem", PKI.root_pem());
        let script = "mount --bind \"$1\" /etc/hosts && mount --bind \"$2\" /etc/host.conf && shift 2 && exec \"$@\"";
        let namespace = |then: &mut Command| {
            then.args(["-c", script, "sh"]).arg(&hosts).arg(&conf);
        };
        let mut probe = Command::new("unshare");
        namespace(probe.args(["--mount", "--map-root-user", "sh"]));
        let possible = probe
            .arg("true")
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !possible {
            return None;
        }
        let mut command = Command::new("unshare");
        namespace(command.args(["--mount", "--map-root-user", "sh"]));
        let target = format!("smtp://{NAME}:{}", self.port);
        command
            .arg(program().get_program())
            .args([
                "audit",
                &target,
                "--ehlo",
                "x",
                "--timeout",
                "4",
                "--retries",
                "0",
            ])
            .args(["--cacerts".as_ref(), root.as_os_str()])
            .args(args);
        Some(finish(&mut command))
    }

    fn all(&self) -> Vec<&str> {
        self.addresses.iter().map(String::as_str).collect()
    }

    fn report(&self, test: &str, addresses: &[&str], args: &[&str]) -> Option<Value> {
        let args = [&["--format", "jsonl"][..], args].concat();
        let Some(run) = self.audit(addresses, &args) else {
            testkit::skip::skip(test, "unshare --mount is not allowed here");
            return None;
        };
        assert_eq!(run.stdout.lines().count(), 1, "{}", run.stderr);
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        common::check_schema(&report);
        Some(report)
    }
}

fn codes(report: &Value) -> Vec<String> {
    let found = report["findings"].as_array().expect("findings").iter();
    found
        .map(|finding| format!("{} {}", finding["severity"], finding["code"]).replace('"', ""))
        .filter(|code| !code.starts_with("note"))
        .collect()
}

/// Address and outcome of each.
fn seen(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let seen = report["addresses"].as_array().into_iter().flatten();
    seen.map(|at| {
        let address = text(&at["address"]);
        let ip = address.rsplit_once(':').map_or("", |(ip, _)| ip);
        (ip.to_owned(), text(&at["outcome"]))
    })
    .collect()
}

fn pair(ip: &str, outcome: &str) -> (String, String) {
    (ip.to_owned(), outcome.to_owned())
}

#[test]
fn what_is_the_same_everywhere_is_no_news() {
    const TEST: &str = "what_is_the_same_everywhere_is_no_news";
    let identity = identity();
    let site = Site::new(&[&identity, &identity]);
    let Some(report) = site.report(TEST, &site.all(), &[]) else {
        return;
    };
    assert_eq!(
        (&report["outcome"], codes(&report)),
        (&"trusted".into(), vec![])
    );
    assert_eq!(
        seen(&report),
        [pair("127.0.7.1", "trusted"), pair("127.0.7.2", "trusted")]
    );
    // With one address there is nothing to compare.
    for (addresses, args) in [
        (&site.all()[..1], &[][..]),
        (&site.all(), &["--addresses", "1"]),
    ] {
        let report = site.report(TEST, addresses, args).expect("as before");
        assert!(report["addresses"].is_null(), "{report:#}");
    }
}

#[test]
fn another_certificate_at_another_address_is_told_whatever_the_order() {
    const TEST: &str = "another_certificate_at_another_address_is_told_whatever_the_order";
    let (one, other) = (identity(), identity());
    let site = Site::new(&[&one, &other, &one]);
    let mut reports = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let addresses: Vec<&str> = order.iter().map(|n| site.all()[*n]).collect();
        let Some(mut report) = site.report(TEST, &addresses, &[]) else {
            return;
        };
        assert_eq!(report["outcome"], "trusted");
        assert_eq!(codes(&report), ["warning addresses-differ"]);
        let message = report["findings"][0]["message"].as_str().expect("text");
        assert!(
            message.contains("127.0.7.1:") && message.contains("with different keys"),
            "{message}"
        );
        reports.push(report["findings"].take());
    }
    assert!(reports.iter().all(|report| *report == reports[0]));
}

#[test]
fn the_same_key_with_a_new_certificate_is_said_to_be_that() {
    const TEST: &str = "the_same_key_with_a_new_certificate_is_said_to_be_that";
    let one = identity();
    let again = PKI.renewed(&one, leaf(&[NAME]));
    let site = Site::new(&[&one, &again]);
    let Some(report) = site.report(TEST, &site.all(), &[]) else {
        return;
    };
    assert_eq!(codes(&report), ["warning addresses-differ"]);
    let message = report["findings"][0]["message"].as_str().expect("text");
    assert!(message.contains("with the same key"), "{message}");
}

#[test]
fn the_worst_address_decides() {
    const TEST: &str = "the_worst_address_decides";
    let good = identity();
    let stranger = Pki::new("Stranger", KeyKind::P256).identity(leaf(&[NAME]));
    let lonely = PKI.lonely(leaf(&[NAME]));
    for (bad, problem) in [
        (&stranger, "unknown-issuer"),
        (&lonely, "missing-intermediate"),
    ] {
        let site = Site::new(&[&good, bad, &good]);
        let Some(report) = site.report(TEST, &site.all(), &[]) else {
            return;
        };
        assert_eq!(report["outcome"], "untrusted");
        assert_eq!(
            report["connection"]["address"],
            format!("127.0.7.2:{}", site.port)
        );
        let critical = format!("critical {problem}");
        assert!(codes(&report).contains(&critical), "{:?}", codes(&report));
        let run = site.audit(&site.all(), &[]).expect("as before");
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert!(run.stdout.contains("addresses-differ"), "{}", run.stdout);
    }
}

#[test]
fn an_address_that_does_not_answer_is_a_warning() {
    const TEST: &str = "an_address_that_does_not_answer_is_a_warning";
    let site = Site::new(&[&identity()]);
    let silent = format!("127.0.7.9:{}", site.port);
    listen_on(&silent, |mut client| wait_for_end(&mut client));
    // The last one: nobody listens there.
    let addresses = ["127.0.7.1", "127.0.7.8", "127.0.7.9"];
    let Some(report) = site.report(TEST, &addresses, &[]) else {
        return;
    };
    assert_eq!(
        (&report["outcome"], codes(&report)),
        (&"trusted".into(), vec!["warning address-fails".to_owned()])
    );
    let message = report["findings"][0]["message"].as_str().expect("text");
    assert!(message.starts_with("2 of 3 addresses"), "{message}");
    assert!(message.contains("127.0.7.8:") && message.contains("127.0.7.9:"));
    // Where none answers there is nothing to compare.
    let report = site.report(TEST, &addresses[1..], &[]).expect("as before");
    assert_eq!(report["outcome"], "unreachable");
    assert!(!codes(&report).iter().any(|code| code.contains("address")));
}
