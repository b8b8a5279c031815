//! A host with several ports: on terminals of 50, 80 and 200 columns, and in the other formats.

use super::assert_text;
use super::redact::Redactor;
use super::stage::{NAME, Place, STAGE, timed, transcript};
use std::fmt::Write as _;
use std::process::Command;
use testkit::pki::Identity;
use testkit::program::program;
use testkit::raw::says;
use testkit::server::{Behaviour, Server};
use testkit::service::Service;
use testkit::terminal::Terminal;

/// A port on which nothing listens; a free one may be another test's by now.
const CLOSED: u16 = 1;

/// What is at the ports of a host.
struct Host {
    name: &'static str,
    /// As `--ports` takes them.
    ports: Vec<(Service, u16)>,
}

impl Host {
    fn option(&self) -> String {
        let ports = self.ports.iter();
        let ports: Vec<String> = ports
            .map(|(service, port)| format!("{}:{port}", service.scheme()))
            .collect();
        ports.join(",")
    }
}

fn hosts() -> Vec<Host> {
    let leaf = |serial, since, left| {
        STAGE
            .pki
            .identity(timed(STAGE.base, serial, NAME, since, left))
    };
    let (new, old, expired) = (leaf(80, 10, 80), leaf(81, 60, 30), leaf(82, 100, -10));
    let serve = |service: Service, identity: &Identity| {
        let how = Behaviour {
            service,
            implicit_tls: service.is_implicit(),
            ..Behaviour::default()
        };
        (service, Server::start(identity, how).port())
    };
    let replies = ["220 mx.test ESMTP\r\n", "250 mx.test\r\n", "221 bye\r\n"];
    let clear = says(&replies).port();
    vec![
        Host {
            name: "one certificate",
            ports: vec![
                serve(Service::Smtp, &new),
                serve(Service::Smtps, &new),
                serve(Service::Imap, &new),
                serve(Service::Pop3s, &new),
                serve(Service::Sieve, &new),
            ],
        },
        Host {
            name: "an old certificate on one port",
            ports: vec![
                serve(Service::Smtp, &new),
                serve(Service::Imaps, &old),
                serve(Service::Pop3s, &new),
            ],
        },
        Host {
            name: "four faults",
            ports: vec![
                serve(Service::Smtp, &new),
                serve(Service::Imaps, &expired),
                (Service::Smtp, clear),
                (Service::Pop3, CLOSED),
            ],
        },
    ]
}

fn redactor(hosts: &[Host]) -> Redactor {
    let ports = hosts.iter().flat_map(|host| &host.ports);
    Redactor::new(STAGE.base, ports.map(|(_, port)| *port))
}

fn on_terminal(place: &Place, host: &Host, columns: u16, environment: &[(&str, &str)]) -> String {
    let mut command: Command = program();
    command.args(["127.0.0.1", "--servername", NAME, "--ports", &host.option()]);
    command.args([
        "--no-hgrc",
        "--ehlo",
        "probe.example",
        "--cacerts",
        "root.pem",
    ]);
    command
        .envs(environment.iter().copied())
        .env("TERM", "xterm")
        .current_dir(place.0.path());
    Terminal::shown_by(&mut command, columns)
}

#[test]
fn hosts_on_terminals() {
    let (place, hosts) = (Place::new(), hosts());
    let plain: &[(&str, &str)] = &[("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8")];
    let ascii: &[(&str, &str)] = &[("LC_ALL", "C")];
    for (name, columns, environment) in [
        ("plain", 50, plain),
        ("plain", 80, plain),
        ("plain", 200, plain),
        ("ascii", 80, ascii),
    ] {
        let mut all = String::new();
        for host in &hosts {
            let text = on_terminal(&place, host, columns, environment);
            let _ = writeln!(all, "## {}\n\n{}", host.name, text.replace('\x1b', "^["));
        }
        let text = redactor(&hosts).redact(&all);
        assert_text(&format!("ports_{name}_{columns}"), &text);
    }
}

#[test]
fn hosts_in_every_format() {
    let (place, hosts) = (Place::new(), hosts());
    let lines: Vec<String> = hosts
        .iter()
        .map(|host| {
            format!(
                "127.0.0.1 ports={} label=\"{}\"\n",
                host.option(),
                host.name
            )
        })
        .collect();
    place.0.file("hosts.txt", lines.concat());
    let usual = [
        "--servername",
        NAME,
        "--cacerts",
        "root.pem",
        "--ehlo",
        "probe.example",
    ];
    let mut all = String::new();
    for host in &hosts {
        for more in [&["-q"][..], &["--format", "nagios"]] {
            let ports = host.option();
            let args = [
                &["127.0.0.1", "--no-hgrc", "--ports", &ports],
                &usual[..],
                more,
            ]
            .concat();
            let run = place.run(&args);
            let shown = format!("127.0.0.1 --ports … {}", more.join(" "));
            all.push_str(&transcript(host.name, &shown, &run));
        }
    }
    for more in [
        &["--sort", "input"][..],
        &["--sort", "input", "-v"],
        &["--format", "nagios"],
        &["--format", "junit"],
    ] {
        let list = [
            "audit",
            "--input",
            "hosts.txt",
            "--jobs",
            "1",
            "--retries",
            "0",
        ];
        let run = place.run(&[&list[..], &usual, more].concat());
        let shown = format!("audit --input hosts.txt {}", more.join(" "));
        all.push_str(&transcript("a list", &shown, &run));
    }
    assert_text("ports_formats", &redactor(&hosts).redact(&all));
}
