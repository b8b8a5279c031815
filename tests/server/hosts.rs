//! `--mail` and `--ports`: one report on a host, a row for each port.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use serde_json::{Value, json};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::fingerprint::Algorithm;
use std::net::TcpListener;
use std::sync::LazyLock;
use testkit::dovecot::Setup;
use testkit::mail_host::MailHost;
use testkit::names::block;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use testkit::program::{Dir, Run, check_schema, finish, program};
use testkit::raw::{listen, silent, without_starttls};
use testkit::server::{Behaviour, Server};
use testkit::service::Service;
use testkit::skip::skip;
use time::Duration;

/// Of the addresses of this file.
const NET: u8 = 49;
/// A port on which nothing listens; a free one may be another test's by now.
const CLOSED: u16 = 1;
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Hosts", KeyKind::P256));

/// A certificate that was issued so many days ago, and has so many left.
fn dated(name: &str, since: i64, left: i64) -> Identity {
    let mut params = leaf(&[name]);
    params.not_before = now() - Duration::days(since);
    params.not_after = now() + Duration::days(left);
    PKI.identity(params)
}

fn implicit() -> Behaviour {
    Behaviour {
        implicit_tls: true,
        ..mute()
    }
}

/// Says nothing after its handshake flight.
fn mute() -> Behaviour {
    Behaviour {
        mute_after_handshake: true,
        ..Behaviour::default()
    }
}

/// Runs the program about these ports of the loopback.
fn check(ports: &str, args: &[&str]) -> Run {
    let dir = Dir::new();
    let mut command = program();
    command.args(["127.0.0.1", "--servername", "localhost", "--ports", ports]);
    command.args(["--no-hgrc", "--ehlo", "x", "--timeout", "3", "--cacerts"]);
    command.arg(dir.file("root.pem", PKI.root_pem()));
    finish(command.args(args))
}

/// The exit code and the report.
fn report(ports: &str) -> (i32, Value) {
    let run = check(ports, &["--format", "json"]);
    let report = serde_json::from_str(&run.stdout).expect(&run.stderr);
    check_schema(&report);
    (run.code, report)
}

/// `PORT OUTCOME` of each.
fn rows(report: &Value) -> Vec<String> {
    let ports = report["ports"].as_array().expect("ports");
    let rows = ports
        .iter()
        .map(|row| format!("{} {}", row["port"], row["outcome"]));
    rows.map(|row| row.replace('"', "")).collect()
}

/// `CODE SEVERITY PORTS` of each.
fn port_findings(report: &Value) -> Vec<String> {
    let found = report["port_findings"].as_array().expect("findings");
    let found = found.iter().map(|finding| {
        let text = format!(
            "{} {} {}",
            finding["code"], finding["severity"], finding["ports"]
        );
        text.replace('"', "")
    });
    found.collect()
}

#[test]
fn one_daemon_with_the_old_certificate_is_named_with_its_port() {
    let (new, old) = (dated("localhost", 10, 80), dated("localhost", 60, 30));
    let smtp = Server::start(&new, Behaviour::default()).port();
    let smtps = Server::start(&new, implicit()).port();
    let imaps = Server::start(&old, implicit()).port();
    let ports = format!("smtp:{smtp},smtps:{smtps},imaps:{imaps}");
    let (code, report) = report(&ports);
    assert_eq!((code, &report["outcome"]), (0, &json!("trusted")));
    assert_eq!(
        rows(&report),
        [smtp, smtps, imaps].map(|port| format!("{port} trusted"))
    );
    assert_eq!(
        port_findings(&report),
        [
            format!("ports-differ warning [{imaps}]"),
            format!("port-expires-earlier note [{imaps}]"),
        ]
    );
    let target = &report["target"];
    assert_eq!(
        (&target["port"], &target["tls"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        report["connection"]["address"],
        format!("127.0.0.1:{imaps}")
    );
    let of_port = |index: usize, field: &str| report["ports"][index][field].clone();
    assert_eq!(
        (of_port(0, "protocol"), of_port(0, "tls")),
        (json!("smtp"), json!("starttls"))
    );
    assert_eq!(
        (of_port(2, "protocol"), of_port(2, "tls")),
        (json!("imap"), json!("implicit"))
    );
    let quiet = check(&ports, &["-q"]);
    assert!(
        quiet.stdout.contains(&format!(
            "; port {imaps} (IMAP) still serves an older certificate"
        )),
        "{}",
        quiet.stdout
    );
    let plugin = check(&ports, &["--format", "nagios"]);
    assert_eq!(plugin.code, 1, "{}", plugin.stdout);
    assert!(
        plugin.stdout.contains("(2 certificates on 3 ports)"),
        "{}",
        plugin.stdout
    );
    // After a reload nothing is to be done.
    let imaps = Server::start(&new, implicit()).port();
    let ports = format!("smtp:{smtp},smtps:{smtps},imaps:{imaps}");
    let quiet = check(&ports, &["-q"]);
    assert_eq!((quiet.code, quiet.stdout.as_str()), (0, ""));
    let plugin = check(&ports, &["--format", "nagios"]);
    assert_eq!(plugin.code, 0, "{}", plugin.stdout);
    assert!(
        plugin.stdout.contains("(one certificate on 3 ports)"),
        "{}",
        plugin.stdout
    );
}

#[test]
fn a_host_is_as_bad_as_its_worst_port() {
    let good = || Server::start(&dated("localhost", 10, 80), Behaviour::default()).port();
    let wrong = Server::start(&dated("other.example", 10, 80), implicit()).port();
    let expired = Server::start(&dated("localhost", 100, -10), implicit()).port();
    let clear = listen(without_starttls).port();
    let dead = listen(silent).port();
    let first = good();
    for (second, outcome, code, findings) in [
        (format!("smtp:{}", good()), "trusted", 0, ""),
        (format!("imaps:{wrong}"), "untrusted", 1, "port"),
        (format!("imaps:{expired}"), "untrusted", 1, "port"),
        (format!("smtp:{clear}"), "smtp-refused", 4, "port"),
        (format!("smtp:{CLOSED}"), "unreachable", 3, "port"),
    ] {
        let ports = format!("smtp:{first},{second}");
        let (found, report) = report(&ports);
        assert_eq!(
            (found, &report["outcome"]),
            (code, &json!(outcome)),
            "{second}: {report}"
        );
        assert_eq!(rows(&report)[0], format!("{first} trusted"));
        let number = second.split(':').next_back().expect("a port");
        let line = check(&ports, &["-q"]).stdout;
        let named = format!("  port {number} (");
        assert_eq!(line.contains(&named), !findings.is_empty(), "{line}");
        let plugin = check(&ports, &["--format", "nagios"]);
        assert_eq!(plugin.code == 2, code != 0, "{}", plugin.stdout);
    }
    let (_, unprotected) = report(&format!("smtp:{first},smtp:{clear}"));
    assert_eq!(
        port_findings(&unprotected),
        [format!("port-unprotected critical [{clear}]")]
    );
    let (code, silent) = report(&format!("smtp:{first},smtps:{dead}"));
    assert_eq!((code, &silent["outcome"]), (3, &json!("unreachable")));
    // A bad certificate outweighs every other failure.
    let all = format!("smtp:{CLOSED},imaps:{expired},smtp:{clear},smtp:{first}");
    let (code, report) = report(&all);
    assert_eq!((code, &report["outcome"]), (1, &json!("untrusted")));
    assert_eq!(
        report["connection"]["address"],
        format!("127.0.0.1:{expired}")
    );
}

#[test]
fn what_holds_on_every_port_names_none() {
    let expired = dated("localhost", 100, -10);
    let ports: Vec<String> = (0..2)
        .map(|_| {
            format!(
                "smtp:{}",
                Server::start(&expired, Behaviour::default()).port()
            )
        })
        .collect();
    let line = check(&ports.join(","), &["-q"]).stdout;
    assert_eq!(line, "UNTRUSTED  127.0.0.1  expired\n");
}

#[test]
fn of_a_whole_host_a_closed_port_is_no_failure() {
    const TEST: &str = "of_a_whole_host_a_closed_port_is_no_failure";
    let (ip, _) = block(NET);
    let at = ip(2);
    if let Err(why) = TcpListener::bind(format!("{at}:25")) {
        return skip(TEST, &format!("port 25 cannot be listened on here: {why}"));
    }
    let identity = PKI.identity(leaf(&[&at]));
    let start = |port: u16, how| Server::start_on(&format!("{at}:{port}"), &identity, how);
    let servers = [
        start(25, mute()),
        start(465, implicit()),
        start(993, implicit()),
    ];
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let run = |at: &str, args: &[&str]| {
        let mut command = program();
        command.args([at, "--mail", "--no-hgrc", "--ehlo", "x", "--cacerts"]);
        finish(command.arg(&root).args(args))
    };
    let whole = run(&at, &["--format", "json"]);
    let report: Value = serde_json::from_str(&whole.stdout).expect(&whole.stderr);
    check_schema(&report);
    assert_eq!((whole.code, &report["outcome"]), (0, &json!("trusted")));
    let closed = ["587 null", "143 null", "110 null", "995 null", "4190 null"];
    let rows = rows(&report);
    assert_eq!(rows[..2], ["25 trusted", "465 trusted"]);
    assert!(rows.contains(&"993 trusted".to_owned()), "{rows:?}");
    assert!(
        closed
            .iter()
            .all(|row| rows.iter().any(|found| found == row)),
        "{rows:?}"
    );
    assert_eq!(run(&at, &["-q"]).stdout, "");
    let shown = run(&at, &[]).stdout;
    let line =
        "  closed         587 (SMTP), 143 (IMAP), 110 (POP3), 995 (POP3), 4190 (ManageSieve)\n";
    assert!(shown.contains(line), "{shown}");
    // One connection each: greeting, EHLO, STARTTLS and a flight of TLS, or that flight alone.
    assert_eq!(servers.map(|server| server.flights()), [3 * 4, 3, 3]);
    // Nothing listens at all.
    let nothing = run(&ip(3), &["-q"]);
    assert_eq!(nothing.code, 3);
    assert!(
        nothing
            .stdout
            .contains("  no port is open; 25 (SMTP): no connection to "),
        "{}",
        nothing.stdout
    );
}

#[test]
fn a_target_that_names_a_port_is_refused() {
    for (args, word) in [
        (&["mail.example.org:587", "--mail"][..], "names a port"),
        (
            &["smtp://mail.example.org", "--ports", "25"],
            "names a port",
        ),
        (&["--mail"], "need a host"),
        (
            &["a.example", "--mail", "--connect", "127.0.0.1:25"],
            "--connect names a port",
        ),
        (
            &["a.example", "--mail", "--ports", "25"],
            "cannot be used with",
        ),
        (
            &["a.example", "--mail", "--tls", "starttls"],
            "cannot be used with",
        ),
        (&["a.example", "--ports", "25,25"], "named twice"),
        (
            &["audit", "a.example", "--mail", "--connect", "127.0.0.1:25"],
            "--connect names a port",
        ),
    ] {
        let run = testkit::program::run(args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(word), "{args:?}: {}", run.stderr);
    }
}

/// The digests of the leaves that OpenSSL sees at the ports.
fn seen_by_openssl(services: &[(Service, u16)]) -> Vec<String> {
    let digest = |(service, port): &(Service, u16)| {
        let chain = service.presented(*port);
        let leaf = pem::parse(&chain[0]).expect("PEM");
        let leaf = Certificate::new(leaf.into_contents().into());
        leaf.fingerprint(Algorithm::Sha256).hex()
    };
    services.iter().map(digest).collect()
}

#[test]
fn postfix_and_a_dovecot_that_was_not_reloaded() {
    const TEST: &str = "postfix_and_a_dovecot_that_was_not_reloaded";
    const HOST: &str = "mail.example";
    // The harness asks for localhost.
    let identity = |since, left| {
        let mut params = leaf(&[HOST, "localhost"]);
        params.not_before = now() - Duration::days(since);
        params.not_after = now() + Duration::days(left);
        PKI.identity(params)
    };
    let (new, old) = (identity(10, 80), identity(60, 30));
    let dir = Dir::new();
    let root = dir.file("root.pem", PKI.root_pem());
    let look = |host: &MailHost, args: &[&str]| {
        let mut command = program();
        command.args([HOST, "--mail", "--no-hgrc", "--cacerts"]);
        finish(&mut host.names.within(command.arg(&root).args(args)))
    };
    let Some(host) = MailHost::for_test(TEST, (HOST, NET), &new, &[]) else {
        return;
    };
    let quiet = look(&host, &["-q"]);
    assert_eq!(
        (quiet.code, quiet.stdout.as_str()),
        (0, ""),
        "{}",
        host.dovecot.log()
    );
    let shown = look(&host, &[]).stdout;
    assert!(
        shown.contains("\nPorts: one certificate on 8 ports\n"),
        "{shown}"
    );
    let Some(stale) = Setup::new(&old).for_test(TEST) else {
        return;
    };
    let mailboxes = [
        (143, Service::Imap),
        (993, Service::Imaps),
        (110, Service::Pop3),
        (995, Service::Pop3s),
        (4190, Service::Sieve),
    ];
    let others = mailboxes.map(|(standard, service)| (standard, stale.port(service)));
    let Some(host) = MailHost::for_test(TEST, (HOST, NET), &new, &others) else {
        return;
    };
    let run = look(&host, &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    check_schema(&report);
    assert_eq!((run.code, &report["outcome"]), (0, &json!("trusted")));
    assert_eq!(
        port_findings(&report),
        [
            "ports-differ warning [110,143,993,995,4190]",
            "port-expires-earlier note [110,143,993,995,4190]",
        ]
    );
    let advice = report["port_findings"][0]["advice"].as_str().expect("it");
    assert!(
        advice.contains("doveadm reload") && !advice.contains("postfix"),
        "{advice}"
    );
    let postfix = &host.postfix;
    let services: Vec<(Service, u16)> = [
        (Service::Smtp, postfix.starttls_port()),
        (Service::Smtps, postfix.smtps_port()),
        (Service::Smtp, postfix.starttls_port()),
    ]
    .into_iter()
    .chain(mailboxes.map(|(_, service)| (service, stale.port(service))))
    .collect();
    let ports = report["ports"].as_array().expect("ports");
    let ours: Vec<&Value> = ports
        .iter()
        .map(|port| &port["addresses"][0]["sha256"])
        .collect();
    assert_eq!(ours, seen_by_openssl(&services).iter().collect::<Vec<_>>());
}
