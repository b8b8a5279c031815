//! `mail` and `ports=` in lists, and `--mail`: hosts with several ports, in every format.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use testkit::names::{Names, block, name_server};
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, check_schema, findings, finish, program};
use testkit::raw::{listen_on, relay};
use testkit::server::{Behaviour, Server};
use time::Duration;

const NAME: &str = "mail.example";
/// Of the addresses of this file.
const NET: u8 = 51;
/// A port on which nothing listens; a free one may be another test's by now.
const CLOSED: u16 = 1;
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Ports of hosts", KeyKind::P256));

fn dated(names: &[&str], since: i64, left: i64) -> Identity {
    let mut params = leaf(names);
    params.not_before = now() - Duration::days(since);
    params.not_after = now() + Duration::days(left);
    PKI.identity(params)
}

fn new() -> Identity {
    dated(&[NAME, "localhost", "127.0.0.1"], 10, 80)
}

fn old() -> Identity {
    dated(&[NAME, "localhost", "127.0.0.1"], 60, 30)
}

fn implicit() -> Behaviour {
    Behaviour {
        implicit_tls: true,
        ..Behaviour::default()
    }
}

fn command(dir: &Dir, list: &str, args: &[&str]) -> Command {
    let mut command = program();
    command
        .args([
            "audit",
            "--ehlo",
            "x",
            "--retries",
            "0",
            "--pause",
            "0",
            "--input",
        ])
        .arg(dir.file("list", list))
        .arg("--cacerts")
        .arg(dir.file("root.pem", PKI.root_pem()))
        .args(args);
    command
}

fn audit(dir: &Dir, list: &str, args: &[&str]) -> Run {
    finish(&mut command(dir, list, args))
}

/// The reports, checked against the schema.
fn reports(run: &Run) -> Vec<Value> {
    let lines = run.stdout.lines();
    let reports = lines.map(|line| {
        let report = serde_json::from_str(line).expect("JSON");
        check_schema(&report);
        report
    });
    reports.collect()
}

/// A host on the loopback: SMTP with the new certificate, IMAP with another.
struct Host {
    smtp: u16,
    imaps: Server,
}

impl Host {
    fn start(of_imap: &Identity) -> Self {
        Self {
            smtp: Server::start(&new(), Behaviour::default()).port(),
            imaps: Server::start(of_imap, implicit()),
        }
    }

    fn line(&self) -> String {
        format!(
            "127.0.0.1 ports=smtp:{},imaps:{} label=host\n",
            self.smtp,
            self.imaps.port()
        )
    }
}

#[test]
fn every_format_knows_the_ports() {
    let host = Host::start(&old());
    let (smtp, imaps) = (host.smtp, host.imaps.port());
    let dir = Dir::new();
    let show = |format: &str| audit(&dir, &host.line(), &["--format", format, "--output", "-"]);
    let report = &reports(&show("jsonl"))[0];
    assert_eq!(
        findings(report),
        ["ports-differ warning", "port-expires-earlier note"]
    );
    assert_eq!(report["findings"][0]["ports"], json!([imaps]));
    assert_eq!(report["ports"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&report["port_findings"], &report["label"]),
        (&Value::Null, &json!("host"))
    );
    let stale = format!("port {imaps} (IMAP) still serves an older certificate: ");
    let table = show("table").stdout;
    assert!(table.contains("WARNING   127.0.0.1 (host) "), "{table}");
    assert!(
        table.contains(&format!("\n          ports-differ: {stale}")),
        "{table}"
    );
    let verbose = audit(&dir, &host.line(), &["-v"]).stdout;
    assert!(
        verbose.contains(&format!("\n          ports: {smtp}, {imaps} trusted\n")),
        "{verbose}"
    );
    let csv = show("csv").stdout;
    assert!(
        csv.ends_with(&format!(",{smtp}=trusted {imaps}=trusted,,,,\n")),
        "{csv}"
    );
    let junit = show("junit").stdout;
    assert!(junit.contains(&stale), "{junit}");
    let html = show("html").stdout;
    let ports = format!("<p>Its ports: {smtp} (smtp) trusted, {imaps} (imap) trusted</p>");
    assert!(html.contains(&ports), "{html}");
    let plugin = show("nagios");
    assert_eq!(plugin.code, 1);
    assert!(
        plugin
            .stdout
            .contains(&format!("WARNING 127.0.0.1 (host): ports-differ: {stale}")),
        "{}",
        plugin.stdout
    );
    let metrics = show("prometheus").stdout;
    let labels = |port: u16, protocol: &str, more: &str| {
        format!(
            "{{target=\"127.0.0.1\",host=\"127.0.0.1\",port=\"{port}\",servername=\"127.0.0.1\",label=\"host\",protocol=\"{protocol}\"{more}}}"
        )
    };
    let found = ",code=\"ports-differ\",severity=\"warning\"";
    for (name, labels, value) in [
        ("trusted", labels(smtp, "smtp", ""), 1),
        ("trusted", labels(imaps, "imap", ""), 1),
        ("warning_findings", labels(smtp, "smtp", ""), 0),
        ("warning_findings", labels(imaps, "imap", ""), 1),
        ("port_open", labels(imaps, "imap", ""), 1),
        ("finding", labels(imaps, "imap", found), 1),
    ] {
        let line = format!("\nsmtp_certcheck_{name}{labels} {value}\n");
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
    let other = labels(smtp, "smtp", found);
    assert!(!metrics.contains(&other), "{metrics}");
}

#[test]
fn what_changes_on_a_port_is_a_change_of_the_host() {
    let host = Host::start(&old());
    let more = Server::start(&new(), implicit()).port();
    let dir = Dir::new();
    let audited = |list: &str, args: &[&str]| {
        let run = audit(&dir, list, &[&["--format", "jsonl"], args].concat());
        (reports(&run), run.stdout)
    };
    let (_, first) = audited(&host.line(), &[]);
    let baseline = dir.file("baseline", &first);
    let baseline = baseline.to_str().expect("UTF-8");
    let changes = |list: &str| {
        let (reports, _) = audited(list, &["--baseline", baseline]);
        reports[0]["changes"].clone()
    };
    assert_eq!(changes(&host.line()), json!([]));
    // Another certificate on one port, which is newer.
    let (new, other) = (new(), dated(&[NAME, "127.0.0.1"], 5, 85));
    host.imaps.renew(&other);
    assert_eq!(
        changes(&host.line()),
        json!(["new-key", "expiry", "better"])
    );
    host.imaps.renew(&new);
    // Another set of ports is another target.
    let ports = format!("127.0.0.1 ports=smtp:{},imaps:{more}\n", host.smtp);
    assert_eq!(changes(&ports), json!(["new"]));
    assert_eq!(
        changes(&format!("smtp://127.0.0.1:{}\n", host.smtp)),
        json!(["new"])
    );
}

#[test]
fn a_port_that_opens_or_closes_is_a_change() {
    let host = Host::start(&new());
    let dir = Dir::new();
    let run = audit(&dir, &host.line(), &["--format", "jsonl"]);
    let mut before: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let compared = |before: &Value| {
        let baseline = dir.file("baseline", before.to_string());
        let baseline = baseline.to_str().expect("UTF-8");
        let args = ["--format", "jsonl", "--baseline", baseline];
        let run = audit(&dir, &host.line(), &args);
        reports(&run)[0]["differences"].clone()
    };
    assert_eq!(compared(&before), json!([]));
    before["ports"][1]["open"] = json!(false);
    let opened = json!([{
        "change": "port-opened", "field": "port",
        "before": null, "after": host.imaps.port().to_string(),
    }]);
    assert_eq!(compared(&before), opened);
    // The other way round, in words.
    let list = format!("127.0.0.1 ports=smtp:{},imaps:{CLOSED}\n", host.smtp);
    let run = audit(&dir, &list, &["--format", "jsonl"]);
    let mut before: Value = serde_json::from_str(&run.stdout).expect("JSON");
    before["ports"][1]["open"] = json!(true);
    let baseline = dir.file("baseline", before.to_string());
    let baseline = baseline.to_str().expect("UTF-8");
    let run = audit(&dir, &list, &["--baseline", baseline, "--changes-only"]);
    let line = format!("changed: port {CLOSED} is closed\n");
    assert!(
        run.stdout.contains("[port-closed]") && run.stdout.contains(&line),
        "{}",
        run.stdout
    );
}

#[test]
fn a_filter_leaves_no_port_out_that_could_not_be_checked() {
    let host = Host::start(&old());
    let dir = Dir::new();
    let verdict = |list: &str, args: &[&str]| {
        let run = audit(&dir, list, &[&["--format", "jsonl"], args].concat());
        let report = reports(&run).remove(0);
        (findings(&report), report["left_out"].clone())
    };
    let (found, left_out) = verdict(&host.line(), &["--ignore", "ports-differ"]);
    assert_eq!(found, ["port-expires-earlier note"]);
    assert_eq!(left_out[0]["accepted"], true);
    let (found, left_out) = verdict(&host.line(), &["--only", "expired"]);
    assert!(found.is_empty());
    assert_eq!(left_out[0]["code"], "ports-differ");
    let list = format!("127.0.0.1 ports=smtp:{},imaps:{CLOSED}\n", host.smtp);
    let (found, _) = verdict(&list, &["--only", "expired"]);
    assert_eq!(found, ["connect-failed critical"]);
    let clear = testkit::raw::listen(testkit::raw::without_starttls).port();
    let list = format!("127.0.0.1 ports=smtp:{},smtp:{clear}\n", host.smtp);
    let (found, _) = verdict(&list, &["--only", "expired"]);
    assert_eq!(found, ["port-unprotected critical"]);
}

#[test]
fn the_option_is_for_targets_that_name_no_port_and_the_line_wins() {
    let host = Host::start(&new());
    let ports = format!("smtp:{},imaps:{}", host.smtp, host.imaps.port());
    let list = format!(
        "127.0.0.1\nsmtp://127.0.0.1:{}\n127.0.0.1 ports=smtp:{} label=x\n",
        host.smtp, host.smtp
    );
    let dir = Dir::new();
    let run = audit(
        &dir,
        &list,
        &["--format", "jsonl", "--sort", "input", "--ports", &ports],
    );
    let counts: Vec<Option<usize>> = reports(&run)
        .iter()
        .map(|report| report.get("ports").and_then(Value::as_array).map(Vec::len))
        .collect();
    assert_eq!(counts, [Some(2), None, Some(1)]);
    // What is done is not done again, and the sets of ports differ.
    let file = dir.path().join("results.jsonl");
    let file = file.to_str().expect("UTF-8");
    let resumed = |list: &str| {
        audit(&dir, list, &["--resume", file]);
        std::fs::read_to_string(file)
            .expect("results")
            .lines()
            .count()
    };
    assert_eq!(resumed(&host.line()), 1);
    assert_eq!(resumed(&host.line()), 1);
    assert_eq!(resumed(&format!("127.0.0.1 ports=smtp:{}\n", host.smtp)), 2);
}

#[test]
fn a_host_costs_one_lookup_and_one_connection_for_each_port_of_each_address() {
    const TEST: &str = "a_host_costs_one_lookup_and_one_connection_for_each_port_of_each_address";
    let (ip, port) = block(NET);
    let addresses: Vec<Ipv4Addr> = [2, 3]
        .map(|last| ip(last).parse().expect("an address"))
        .to_vec();
    let server: Ipv4Addr = ip(53).parse().expect("an address");
    let Some(asked) = name_server(TEST, server, addresses.clone()) else {
        return;
    };
    let Some(names) = Names::new(TEST, "127.0.0.1 localhost\n") else {
        return;
    };
    let names = names.asking(server);
    let connections = Arc::new(AtomicU32::new(0));
    let mute = Behaviour {
        mute_after_handshake: true,
        ..Behaviour::default()
    };
    let mut servers = Vec::new();
    for address in &addresses {
        for port in port..port + 3 {
            // One address serves an old certificate on one port.
            let is_old = *address == addresses[1] && port % 2 == 0;
            let identity = if is_old { old() } else { new() };
            let inner = Server::start(&identity, mute.clone());
            let (there, connections): (SocketAddr, _) = (inner.address, Arc::clone(&connections));
            servers.push(inner);
            listen_on(&format!("{address}:{port}"), move |client| {
                connections.fetch_add(1, Ordering::SeqCst);
                relay(client, there);
            });
        }
    }
    let list = format!(
        "{NAME} ports=smtp:{port},smtp:{},smtp:{}\n",
        port + 1,
        port + 2
    );
    let dir = Dir::new();
    let args = ["--format", "jsonl"];
    let run = finish(&mut names.within(&command(&dir, &list, &args)));
    let report = &reports(&run)[0];
    assert_eq!(report["outcome"], "trusted", "{report}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(connections.load(Ordering::SeqCst), 6);
    for server in servers {
        assert_eq!(server.flights(), 4);
    }
    let found = findings(report);
    assert!(
        found.contains(&"ports-differ warning".to_owned()),
        "{found:?}"
    );
}
