//! docs/who-verifies-what.md: every cell of its table, by the real programs.
//!
//! - `senders`: before a real Postfix
//! - `readers`: before a real Dovecot
//! - `clear`: a server without TLS
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests read and write files, end when something is wrong, and say what programs said"
)]

mod clear;
mod readers;
mod senders;

use super::for_programs::{Desk, OURS, Outcome, PINNED, SELF_SIGNED, THEIRS};
use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use smtp_certcheck::programs::{By, Checks, FileUse, PROGRAMS, UNPINNABLE, Way, program};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, to_pem};
use testkit::program::Run;

/// What a server presents, by its name in the table. The system trusts both CAs.
fn shown() -> Vec<(&'static str, Identity)> {
    let name = || leaf(&["localhost"]);
    vec![
        ("A", PINNED.clone()),
        ("A2", OURS.renewed(&PINNED, &name())),
        ("N", OURS.identity(name())),
        ("O", THEIRS.identity(name())),
        ("I", Pki::self_signed(&name(), KeyKind::P256)),
        ("W", OURS.identity(leaf(&["other.test"]))),
        ("E", OURS.identity(expired_leaf(&["localhost"]))),
    ]
}

/// A server that is shown to the programs.
trait Presents {
    /// The target for `pin`.
    fn target(&self) -> String;
    /// Presents this identity from now on; returns when it does.
    fn present(&self, identity: &Identity);
    /// Lets the programs go to another port, or to its own again.
    fn lead_to(&self, port: Option<u16>);
}

/// What was printed for a program.
struct Printed {
    by: By,
    /// Standard output.
    lines: String,
    /// Standard error.
    notes: String,
    /// The file with the certificate.
    file: PathBuf,
}

/// One row of the table.
struct Client<'a> {
    /// Its first cell.
    row: &'static str,
    /// The program of `pin --for`; `hg`; or none, of which nothing is printed.
    tool: Option<&'static str>,
    /// Runs the program as it is by default, or with what was printed for it.
    run: Box<Runs<'a>>,
}

/// Runs a program with what was printed for it, if anything was.
type Runs<'a> = dyn Fn(Option<&Printed>) -> Outcome + 'a;

/// What was printed, or else the program's own default.
fn lines(printed: Option<&Printed>, default: &str) -> String {
    printed.map_or_else(|| default.to_owned(), |printed| printed.lines.clone())
}

impl<'a> Client<'a> {
    fn new(
        row: &'static str,
        tool: Option<&'static str>,
        run: impl Fn(Option<&Printed>) -> Outcome + 'a,
    ) -> Self {
        let run = Box::new(run);
        Self { row, tool, run }
    }
}

const COLUMNS: [By; 3] = [By::Ca, By::Certificate, By::Key];

/// A cell: the names of what is accepted.
type Cell = Vec<&'static str>;

/// One client, with all that is found out about it.
struct Line<'a> {
    client: &'a Client<'a>,
    default: Cell,
    pins: Vec<Pin>,
    /// Whether a pinned certificate with another name, and one that has expired, is accepted.
    beside: [Option<bool>; 2],
}

/// One pin of a client.
struct Pin {
    printed: Printed,
    way: Option<&'static Way>,
    accepted: Cell,
}

/// Every pin accepts what was pinned, and refuses an impostor: for ports where the rest of the table
/// is the same.
fn hold(desk: &Desk, server: &dyn Presents, clients: &[Client<'_>]) {
    server.present(&PINNED);
    let every = clients.iter().flat_map(|client| {
        pins(desk, server, client)
            .into_iter()
            .map(move |pin| (client, pin))
    });
    let every: Vec<(&Client<'_>, Pin)> = every.collect();
    super::for_programs::open_to_all(desk.dir.path());
    for (name, identity) in shown() {
        if !["A", "I"].contains(&name) {
            continue;
        }
        server.present(&identity);
        for (client, pin) in &every {
            let outcome = (client.run)(Some(&pin.printed));
            let what = (client.row, pin.printed.by.as_str());
            assert_eq!(outcome.accepted, name == "A", "{what:?}: {}", outcome.said);
        }
    }
}

/// With its pins, no client goes on in the clear where a server offers no STARTTLS: it sends neither
/// mail nor a password. `port`: that of the server which the pins are for.
fn stay_protected(desk: &Desk, server: &dyn Presents, port: u16, clients: &[&Client<'_>]) {
    server.present(&PINNED);
    let protocol = server.target();
    let protocol = protocol.split_once(':').expect("a scheme").0;
    for client in clients {
        for mut pin in pins(desk, server, client) {
            super::for_programs::open_to_all(desk.dir.path());
            let heard = Arc::new(Mutex::new(Vec::new()));
            let plain = clear::server(protocol, &heard).port();
            let printed = &mut pin.printed;
            printed.lines = printed.lines.replace(&port.to_string(), &plain.to_string());
            server.lead_to(Some(plain));
            let outcome = (client.run)(Some(&pin.printed));
            server.lead_to(None);
            let heard = heard.lock().expect("not poisoned").clone();
            let what = (client.row, pin.printed.by.as_str(), &outcome.said);
            assert!(!outcome.accepted, "{what:?}");
            assert!(!heard.is_empty(), "it came: {what:?}");
            assert!(
                !heard.iter().any(|line| clear::gives_away(line)),
                "{what:?} {heard:?}"
            );
        }
    }
}

/// Prints the pins while the server presents what is pinned, then shows everything to every client.
fn rows(desk: &Desk, server: &dyn Presents, clients: &[Client<'_>]) -> Vec<String> {
    server.present(&PINNED);
    let mut lines: Vec<Line<'_>> = clients
        .iter()
        .map(|client| Line {
            client,
            default: Vec::new(),
            pins: pins(desk, server, client),
            beside: [None; 2],
        })
        .collect();
    super::for_programs::open_to_all(desk.dir.path());
    for (name, identity) in shown() {
        server.present(&identity);
        for line in &mut lines {
            line.show(name, &identity);
        }
    }
    let own = self_signed(desk, server, clients);
    lines
        .iter()
        .map(|line| line.text(own.contains(&line.client.row)))
        .collect()
}

fn pins(desk: &Desk, server: &dyn Presents, client: &Client<'_>) -> Vec<Pin> {
    let Some(tool) = client.tool else {
        return Vec::new();
    };
    let mut pins = Vec::new();
    for by in COLUMNS {
        let way = way(tool, by);
        if way.is_none() && (tool != "hg" || by == By::Key) {
            continue;
        }
        let run = pin(desk, server, (tool, by), &[]);
        if run.code == 1 && run.stderr.contains("not self-signed") {
            continue;
        }
        pins.push(Pin {
            printed: printed(desk, (tool, by), run),
            way,
            accepted: Vec::new(),
        });
    }
    pins
}

fn way(tool: &str, by: By) -> Option<&'static Way> {
    program(tool)?.ways.iter().find(|way| way.by == by)
}

/// The file of a pin.
fn file(tool: &str, by: By) -> String {
    format!("{tool}-{}.pem", by.as_str())
}

fn pin(desk: &Desk, server: &dyn Presents, (tool, by): (&str, By), more: &[&str]) -> Run {
    let file = file(tool, by);
    let mut args = match tool {
        "hg" => vec!["--no-hgrc"],
        tool => vec!["--for", tool],
    };
    args.extend(["--by", by.as_str()]);
    let needs_file = match way(tool, by) {
        Some(way) => way.file != FileUse::Never && way.file != FileUse::Optional,
        None => by == By::Ca,
    };
    if needs_file {
        args.extend(["--ca-out", &file]);
    }
    let _ = std::fs::remove_file(desk.path(&file));
    desk.pin_at(&server.target(), &[&args, more].concat())
}

fn printed(desk: &Desk, (tool, by): (&str, By), run: Run) -> Printed {
    assert_eq!(run.code, 0, "{tool} by {}: {}", by.as_str(), run.stderr);
    Printed {
        by,
        lines: run.stdout,
        notes: run.stderr,
        file: desk.path(&file(tool, by)),
    }
}

impl Line<'_> {
    fn show(&mut self, name: &'static str, identity: &Identity) {
        let client = self.client;
        let outcome = (client.run)(None);
        if outcome.accepted {
            self.default.push(name);
        } else {
            // Seen if the test fails.
            println!("{} refuses {name}: {}", client.row, outcome.said);
        }
        for pin in &mut self.pins {
            let outcome = (client.run)(Some(&pin.printed));
            if outcome.accepted {
                pin.accepted.push(name);
            } else {
                let what = (client.row, pin.printed.by.as_str());
                assert!(name != "A", "{what:?} refuses A: {}", outcome.said);
            }
            if name == "N" && pin.printed.by == By::Certificate {
                assert!(
                    accepts_both(client, &pin.printed, identity),
                    "{}",
                    client.row
                );
            }
            let index = ["W", "E"].iter().position(|odd| *odd == name);
            if let (Some(index), By::Certificate) = (index, pin.printed.by) {
                let accepted = as_if(&pin.printed, identity, |pin| (client.run)(Some(pin)));
                self.beside[index] = Some(accepted);
            }
        }
    }

    /// The row as the document has it. `own`: it can be pinned by a self-signed certificate.
    fn text(&self, own: bool) -> String {
        let cell = |by| {
            let pin = self.pins.iter().find(|pin| pin.printed.by == by);
            match pin {
                Some(pin) => {
                    self.agrees(pin);
                    names(&pin.accepted)
                }
                None if own && by == By::Certificate => "A, if self-signed".to_owned(),
                None => "–".to_owned(),
            }
        };
        let beside = match self.beside {
            [Some(true), Some(true)] => "nothing",
            [Some(false), Some(false)] => "name, dates",
            [Some(false), Some(true)] => "name",
            [Some(true), Some(false)] => "dates",
            _ => "–",
        };
        format!(
            "| {} | {} | {} | {} | {} | {beside} |",
            self.client.row,
            names(&self.default),
            cell(By::Ca),
            cell(By::Certificate),
            cell(By::Key)
        )
    }

    /// What the program's file says of its pin is what the program does.
    fn agrees(&self, pin: &Pin) {
        let Some(way) = pin.way else { return };
        let [same_key, new_key, _] = way.by.survives();
        let holds = [("A", true), ("A2", same_key), ("N", new_key)];
        let holds = holds.iter().filter(|(_, holds)| *holds);
        let expected: Cell = holds.map(|(name, _)| *name).collect();
        let row = self.client.row;
        assert_eq!(pin.accepted, expected, "{row} by {}", way.by.as_str());
        if way.by == By::Certificate {
            let accepts = way.checks == Checks::Nothing;
            assert_eq!(self.beside, [Some(accepts); 2], "{row}");
        }
    }
}

fn names(cell: &[&'static str]) -> String {
    match cell {
        [] => "none".to_owned(),
        names => names.join(" "),
    }
}

/// Runs a client with the pin of another certificate: the lines, and the file, as they would be.
fn as_if(pin: &Printed, other: &Identity, run: impl Fn(&Printed) -> Outcome) -> bool {
    let digests = |identity: &Identity| {
        let digest = Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]);
        [digest.colons(), digest.hex()]
    };
    let mut lines = pin.lines.clone();
    for (old, new) in digests(&PINNED).iter().zip(&digests(other)) {
        lines = lines.replace(old, new);
    }
    let [old, new] = [&*PINNED, other].map(|identity| to_pem(&identity.chain[0]));
    lines = lines.replace(&old, &new);
    let before = std::fs::read_to_string(&pin.file).ok();
    if before.is_some() {
        std::fs::write(&pin.file, new).expect("the file");
    }
    let outcome = run(&Printed {
        by: pin.by,
        lines,
        notes: pin.notes.clone(),
        file: pin.file.clone(),
    });
    if let Some(before) = before {
        std::fs::write(&pin.file, before).expect("the file");
    }
    outcome.accepted
}

/// Whether a program that accepts several certificates does so when the pin of another is joined to
/// the first, as the list of the program says.
fn accepts_both(client: &Client<'_>, pin: &Printed, other: &Identity) -> bool {
    let program = client.tool.and_then(program);
    let Some(program) = program.filter(|program| !program.holds_one_pin()) else {
        return true;
    };
    let digest = |identity: &Identity| Fingerprint::compute(Algorithm::Sha256, &identity.chain[0]);
    let ([old, new], [old_hex, new_hex]) = (
        [&*PINNED, other].map(|identity| digest(identity).colons()),
        [&*PINNED, other].map(|identity| digest(identity).hex()),
    );
    let lines = match program.name {
        "getmail6" => pin
            .lines
            .replace(&old_hex, &format!("{old_hex}\",\"{new_hex}")),
        "offlineimap" => pin.lines.replace(&old_hex, &format!("{old_hex},{new_hex}")),
        "postfix" => pin.lines.replace(&old, &format!("{old}\n    match={new}")),
        _ => pin.lines.clone(),
    };
    let before = std::fs::read_to_string(&pin.file).ok();
    if let Some(before) = &before {
        std::fs::write(&pin.file, before.clone() + &to_pem(&other.chain[0])).expect("the file");
    }
    let both = Printed {
        by: pin.by,
        lines,
        notes: pin.notes.clone(),
        file: pin.file.clone(),
    };
    let accepted = (client.run)(Some(&both)).accepted;
    if let Some(before) = before {
        std::fs::write(&pin.file, before).expect("the file");
    }
    accepted
}

/// The clients that can be pinned by a self-signed certificate only: they accept it, and no other.
fn self_signed(desk: &Desk, server: &dyn Presents, clients: &[Client<'_>]) -> Vec<&'static str> {
    server.present(&SELF_SIGNED);
    let expected = Fingerprint::compute(Algorithm::Sha256, &SELF_SIGNED.chain[0]).to_string();
    let mut pinned = Vec::new();
    for client in clients {
        let Some(tool @ ("exim" | "gnutls" | "nullmailer")) = client.tool else {
            continue;
        };
        let way = (tool, By::Certificate);
        let run = pin(desk, server, way, &["--expect", &expected]);
        pinned.push((client, printed(desk, way, run)));
    }
    super::for_programs::open_to_all(desk.dir.path());
    let accept = |(client, pin): &(&Client<'_>, Printed)| (client.run)(Some(pin)).accepted;
    assert!(pinned.iter().all(accept));
    server.present(&Pki::self_signed(&leaf(&["localhost"]), KeyKind::P256));
    assert!(!pinned.iter().any(accept));
    pinned.iter().map(|(client, _)| client.row).collect()
}

/// The same command where the system trusts both CAs, and no other.
fn in_store(desk: &Desk, command: &Command) -> Command {
    let mut inside = Command::new("unshare");
    inside
        .args(["--mount", "--propagation", "private", "sh", "-c"])
        .arg("mount --bind \"$0\" /etc/ssl/certs && exec \"$@\"")
        .arg(desk.path("own"))
        .arg(command.get_program())
        .args(command.get_args())
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR")
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => inside.env(name, value),
            None => inside.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        inside.current_dir(directory);
    }
    inside
}

/// A desk whose store is also in one file, for GnuTLS.
fn desk() -> Desk {
    let desk = Desk::new();
    let both = OURS.root_pem() + &THEIRS.root_pem();
    desk.dir.file("own/ca-certificates.crt", both);
    desk
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/who-verifies-what.md");
    std::fs::read_to_string(path).expect("docs/who-verifies-what.md")
}

/// Every row stands in the document as it was found out.
fn assert_documented(rows: &[String]) {
    let document = document();
    let lines: Vec<&str> = document.lines().collect();
    let missing: Vec<&String> = rows
        .iter()
        .filter(|row| !lines.contains(&row.as_str()))
        .collect();
    let missing: Vec<&str> = missing.iter().map(|row| row.as_str()).collect();
    assert!(
        missing.is_empty(),
        "not documented:\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_program_has_a_row() {
    let document = document();
    let known = PROGRAMS.iter().map(|known| known.name);
    let unpinnable = UNPINNABLE.iter().map(|known| known.name);
    let all = known
        .chain(unpinnable)
        .filter(|name| !["json", "tlsa"].contains(name));
    for name in all.chain(["hg"]) {
        let row = format!("\n| {name}");
        assert!(document.contains(&row), "{name}");
    }
}
