//! Every state of a check on terminals of 50, 80 and 200 columns: without colours, and in colours
//! where the locale has no UTF-8.

use super::assert_text;
use super::redact::Redactor;
use super::stage::{Place, STAGE, timed};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use testkit::keyless;
use testkit::pki::{KeyKind, Pki};
use testkit::program::program;
use testkit::raw::{closed_port, listen, send, up_to_starttls, wait_for_end};
use testkit::server::{Behaviour, Server};
use testkit::terminal::Terminal;
use testkit::user::sha256;

/// Longer than a column of the table.
const NAME: &str = "mail-1.customers.hosting-company.example";

/// A server and how to look at it.
struct State {
    name: &'static str,
    address: SocketAddr,
    args: &'static [&'static str],
}

/// The servers, and a configuration that pins one.
fn states(place: &Place) -> Vec<State> {
    let leaf = |serial, left| timed(STAGE.base, serial, NAME, 85, left);
    let start = |identity| Server::start(&identity, Behaviour::default()).address;
    let own = Pki::self_signed(&leaf(72, 60), KeyKind::P256);
    let pin = format!("[hostsecurity]\n{NAME}:fingerprints = {}\n", sha256(&own));
    place.0.file("pins", pin);
    let other = timed(STAGE.base, 73, "other.hosting-company.example", 100, -10);
    let refuses = |mut stream| {
        send(
            &mut stream,
            b"554 5.7.1 <probe.example[192.0.2.99]>: Client host rejected: Access denied\r\n",
        );
        wait_for_end(&mut stream);
    };
    let alerts = |mut stream| {
        up_to_starttls(&mut stream);
        send(&mut stream, b"220 go\r\n");
        keyless::answer(&mut stream, &[0x15, 3, 3, 0, 2, 2, 40]);
    };
    let plain: &[&str] = &["--no-hgrc"];
    let state = |name, address, args| State {
        name,
        address,
        args,
    };
    vec![
        state("trusted", start(STAGE.pki.identity(leaf(70, 60))), plain),
        state("expiring", start(STAGE.pki.identity(leaf(71, 5))), plain),
        state("pinned", start(own), &["--hgrc", "pins"]),
        state("three problems", start(STAGE.pki.lonely(other)), plain),
        state("unreachable", closed_port(), plain),
        state("refused", listen(refuses), plain),
        state("TLS failed", listen(alerts), plain),
    ]
}

/// The check of a state on a terminal, and in which locale.
fn check(place: &Place, state: &State, columns: u16, environment: &[(&str, &str)]) -> String {
    let at = state.address.to_string();
    let target = format!("smtp://{NAME}:587");
    let mut command: Command = program();
    command.args([&target, "--connect", &at, "--cacerts", "root.pem"]);
    command.args(["--ehlo", "probe.example"]).args(state.args);
    command
        .envs(environment.iter().copied())
        .env("PATH", "")
        .env("TERM", "xterm");
    command
        .current_dir(place.0.path())
        .env("HOME", place.0.path())
        .env("HGRCPATH", "");
    Terminal::shown_by(&mut command, columns)
}

/// Lines fit, unless a word does not.
fn fits(text: &str, columns: u16) {
    let most = usize::from(columns);
    for line in text.lines() {
        let bare: String = line
            .split('\x1b')
            .map(|part| match part.strip_prefix('[') {
                Some(rest) => rest.split_once('m').map_or("", |(_, rest)| rest),
                None => part,
            })
            .collect();
        let is_long = |word: &str| word.chars().count() > most - 4;
        let width = bare.chars().count();
        assert!(
            width <= most || bare.split(' ').any(is_long),
            "{columns}: {bare}"
        );
    }
}

fn shown(name: &str, environment: &[(&str, &str)]) {
    let place = Place::new();
    let states = states(&place);
    for columns in [50, 80, 200] {
        let text = &|state: &State| check(&place, state, columns, environment);
        let texts: Vec<String> = std::thread::scope(|scope| {
            let runs: Vec<_> = states
                .iter()
                .map(|state| scope.spawn(move || text(state)))
                .collect();
            runs.into_iter()
                .map(|run| run.join().expect("it ends"))
                .collect()
        });
        let mut all = String::new();
        for (state, text) in states.iter().zip(texts) {
            fits(&text, columns);
            let _ = writeln!(all, "## {}\n\n{}", state.name, text.replace('\x1b', "^["));
        }
        let ports = states.iter().map(|state| state.address.port());
        let mut redactor = Redactor::new(STAGE.base, ports);
        assert_text(
            &format!("terminal_{name}_{columns}"),
            &redactor.redact(&all),
        );
    }
}

#[test]
fn every_state_without_colours() {
    shown("plain", &[("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8")]);
}

#[test]
fn every_state_in_colours_and_in_ascii() {
    shown("ascii", &[("LC_ALL", "C")]);
}
