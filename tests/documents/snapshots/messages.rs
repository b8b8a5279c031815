//! The messages: for a wrong command line, for a server that shows nothing, and for a defective
//! chain.

use super::assert_text;
use super::stage::{NAME, Place, STAGE, timed, transcript};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use serde_json::Value;
use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use testkit::keyless;
use testkit::names::Names;
use testkit::pki::{Identity, KeyKind, Pki};
use testkit::program::Run;
use testkit::raw::{closed_port, listen, reset, says, send};
use time::Duration;

// ----------------------------------------------------------------------------------------- usage

/// Command lines that are wrong; the words are parted by spaces.
const USAGE: &[&str] = &[
    "",
    "-x",
    "--tls",
    "--tls tls mail.example.org",
    "--format xml mail.example.org",
    "--key-type dsa mail.example.org",
    "--color often mail.example.org",
    "--timeout 0 mail.example.org",
    "--timeout soon mail.example.org",
    "--connect-timeout -1 mail.example.org",
    "--connect nowhere:x mail.example.org",
    "--connect 127.0.0.1:0 mail.example.org",
    "--servername a..b mail.example.org",
    "--at yesterday mail.example.org",
    "--at 2027-13-01 mail.example.org",
    "--hg-version new mail.example.org",
    "--hg-store mail.example.org",
    "--pin-expires 10x mail.example.org",
    "--warning 101% --format nagios mail.example.org",
    "--critical x:y --format nagios mail.example.org",
    "--warning 5 --critical 7 --format nagios mail.example.org",
    "--warning 5 mail.example.org",
    "-q -v mail.example.org",
    "-4 -6 mail.example.org",
    "--no-hgrc --hgrc hgrc mail.example.org",
    "--chain root.pem",
    "--chain root.pem mail.example.org",
    "--chain none.pem --servername mail.example.org",
    "--chain . --servername mail.example.org",
    "--chain text --servername mail.example.org",
    "--no-hgrc --cacerts none.pem mail.example.org",
    "--no-hgrc --cacerts text mail.example.org",
    "--no-hgrc --cacerts empty mail.example.org",
    "--lint --chain root.pem",
    "--lint --hgrc none",
    "--hgrc broken",
    "--hgrc broken mail.example.org",
    "--no-hgrc",
    "mail.example.org:0",
    "mail.example.org:99999",
    "mail.example.org:port",
    "http://mail.example.org",
    "smtp://",
    "smtp://mail.example.org/inbox",
    "smtp://me@mail.example.org",
    "[::1",
    "me@example.org",
    "a..b",
    "-R none",
    "--format csv mail.example.org",
    "adit --input hosts.txt",
    "--input hosts.txt",
    "mail.example.org 587",
    "mail.example.org:http",
    "help mail.example.org",
    "-connect mail.example.org:587 -starttls smtp",
    "mail.example.org:587 --starttls",
    "mail.example.org:587 -k",
    "-timeout 5 mail.example.org",
    "--at 2027-02-30 mail.example.org",
    "--at +x mail.example.org",
    "audit --json mail.example.org",
    "pin mail.example.org --json",
    "-tls",
    "config mail.example.org",
    "config --hgrc none",
    "config --hgrc broken",
    "config --format yaml",
    "config -R none",
    "completions",
    "completions tcsh",
    "man ls",
    "pin --for perl mail.example.org",
    "pin --for postfix",
    "pin --for postfix --write mail.example.org",
    "pin --for openssl --by key mail.example.org",
    "pin --by nothing mail.example.org",
    "pin --by key --no-hgrc mail.example.org",
    "pin --digest md5 mail.example.org",
    "pin --expect sha256:ab mail.example.org",
    "pin --expect zz mail.example.org",
    "pin --add --replace mail.example.org",
    "pin --add --prune mail.example.org",
    "pin --no-hgrc --write mail.example.org",
    "pin --no-hgrc",
    "pin --hgrc broken --dry-run mail.example.org",
    "pin --hgrc bare --by cacerts mail.example.org",
    "pin a.example.org b.example.org",
    "audit",
    "audit --input none",
    "audit --input bad --strict",
    "audit --input bad",
    "audit --input empty",
    "audit --shard 3/2 mail.example.org",
    "audit --shard 0/2 mail.example.org",
    "audit --shard half mail.example.org",
    "audit --jobs 0 mail.example.org",
    "audit --jobs many mail.example.org",
    "audit --rate 0 mail.example.org",
    "audit --pause -1 mail.example.org",
    "audit --retries x mail.example.org",
    "audit --warning soon mail.example.org",
    "audit --warning 5 --critical 7 mail.example.org",
    "audit --ignore no-such-code mail.example.org",
    "audit --ignore expird mail.example.org",
    "audit --only Expired mail.example.org",
    "audit --fail-on note mail.example.org",
    "audit --changes-only mail.example.org",
    "audit --baseline none mail.example.org",
    "audit --baseline text mail.example.org",
    "audit --resume text mail.example.org",
    "audit --resume r --output o mail.example.org",
    "audit --output none/results mail.example.org",
    "audit --save none/results mail.example.org",
    "audit --format xml mail.example.org",
    "audit --quiet --verbose mail.example.org",
    "audit --format nagios --jobs 0 mail.example.org",
];

#[test]
fn a_command_line_that_is_wrong() {
    let place = Place::new();
    place.0.file("text", "words\n");
    place.0.file("empty", "");
    place.0.file("bare", "[smtp]\nhost = mail.example.org\n");
    place.0.file("broken", "[smtp\nhost\n");
    let bad = "mail.example.org:x\nmail.example.org colour=red\nmail.example.org pin=12\n";
    place.0.file("bad", bad);
    let mut text = String::new();
    for line in USAGE {
        let args: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let run = place.run(&args);
        text += &transcript(line, line, &run);
    }
    assert_text("usage", &text);
}

// -------------------------------------------------------------------------------------- failures

const GREETING: &[u8] = b"220 mx.test ESMTP\r\n";
const OFFER: &[u8] = b"250-mx.test\r\n250 STARTTLS\r\n";
const GO: &[u8] = b"220 go\r\n";

/// Resets the connection when what was said has arrived.
fn resets(mut stream: TcpStream) {
    send(&mut stream, b"220-mx");
    std::thread::sleep(std::time::Duration::from_millis(200));
    reset(stream);
}

/// Servers by what they say, and whether TLS starts with STARTTLS.
fn servers() -> Vec<(&'static str, bool, SocketAddr)> {
    let talk = |name, turns: &[&[u8]]| (name, true, says(turns));
    let implicit = |name, turns: &[&[u8]]| (name, false, says(turns));
    let after = |name, bytes: &[u8]| {
        let bytes = bytes.to_vec();
        let address = listen(move |mut stream| {
            testkit::raw::up_to_starttls(&mut stream);
            send(&mut stream, GO);
            keyless::answer(&mut stream, &bytes);
        });
        (name, true, address)
    };
    let alert = |number: u8| [0x15, 3, 3, 0, 2, 2, number];
    let good = STAGE.scene("good").address;
    vec![
        ("a closed port", true, closed_port()),
        ("closes at once", true, listen(drop)),
        ("resets in the greeting", true, listen(resets)),
        talk("is silent", &[b""]),
        talk("is busy", &[b"421 too busy\r\n"]),
        talk("refuses the client", &[b"554 not for you\r\n"]),
        talk("is silent after the greeting", &[GREETING, b""]),
        talk(
            "refuses EHLO",
            &[GREETING, b"550 who are you\r\n", b"550 no\r\n"],
        ),
        talk("is busy after EHLO", &[GREETING, b"451 later\r\n"]),
        talk(
            "offers no STARTTLS",
            &[GREETING, b"250 mx.test\r\n", b"221 bye\r\n"],
        ),
        talk(
            "refuses STARTTLS",
            &[GREETING, OFFER, b"502 no\r\n", b"221 bye\r\n"],
        ),
        talk(
            "has no TLS to give",
            &[GREETING, OFFER, b"454 no\r\n", b"221 bye\r\n"],
        ),
        talk("is silent after STARTTLS", &[GREETING, OFFER, GO]),
        talk("is SSH", &[b"SSH-2.0-OpenSSH_9.2\r\n"]),
        talk("is IMAP", &[b"* OK IMAP4rev1 ready\r\n"]),
        talk("is POP3", &[b"+OK POP3 ready\r\n"]),
        talk("is HTTP", &[b"HTTP/1.1 400 Bad Request\r\n\r\n"]),
        talk("is something", &[b"Welcome!\r\n"]),
        talk("speaks TLS at once", &[&alert(40)]),
        talk("breaks the syntax", &[b"220-mx.test\r\n221 ready\r\n"]),
        talk("goes on talking", &[b"220 a\r\n250 b\r\n"]),
        talk("injects", &[GREETING, OFFER, b"220 go\r\n250 and more\r\n"]),
        after("speaks no TLS", b"hello\r\n"),
        after("closes in the handshake", b""),
        after("sends an alert", &alert(40)),
        after("sends another alert", &alert(80)),
        after("has no version in common", &alert(70)),
        after("has no certificate", &keyless::flight::<Vec<u8>>(&[])),
        after("sends half a record", &[0x16, 3, 3, 0x40]),
        implicit("SMTP where TLS is", &[GREETING]),
        implicit("IMAP where TLS is", &[b"* OK IMAP4rev1 ready\r\n"]),
        implicit("silence where TLS is", &[b""]),
        ("an ECDSA key where RSA is asked for", true, good),
    ]
}

/// The failure of a run in JSON, as lines.
fn failure(title: &str, run: &Run) -> String {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let mut text = format!("## {title}\n\n{}\n", report["outcome"]);
    for field in ["step", "code", "message", "advice"] {
        let _ = writeln!(text, "{field:8} {}", report["error"][field]);
    }
    text += &findings(&report);
    let _ = writeln!(text, "exit code {}\n{}", run.code, run.stderr);
    text
}

/// The problems and notes of a report, a line for each, with its advice.
fn findings(report: &Value) -> String {
    let mut text = String::new();
    for kind in ["problems", "notes"] {
        for finding in report["validation"][kind].as_array().into_iter().flatten() {
            let of = |field: &str| finding[field].as_str().unwrap_or_default();
            let (code, certificate) = (of("code"), &finding["certificate"]);
            let _ = writeln!(text, "{code} [{certificate}]: {}", of("message"));
            let _ = writeln!(text, "    -> {}", of("advice"));
        }
    }
    text
}

#[test]
fn a_server_of_which_nothing_is_seen() {
    let place = Place::new();
    let servers = servers();
    let ports: Vec<String> = servers.iter().map(|(_, _, at)| at.to_string()).collect();
    let look = &|(name, starttls, address): &(&str, bool, SocketAddr)| {
        let scheme = if *starttls { "smtp" } else { "smtps" };
        let (target, at) = (format!("{scheme}://{NAME}"), address.to_string());
        let mut args = vec![&*target, "--connect", &at, "--cacerts", "root.pem"];
        args.extend([
            "--no-hgrc",
            "--ehlo",
            "x",
            "--timeout",
            "2",
            "--format",
            "json",
        ]);
        if name.contains("RSA") {
            args.extend(["--key-type", "rsa"]);
        }
        failure(name, &place.run(&args))
    };
    let mut text: String = std::thread::scope(|scope| {
        let runs: Vec<_> = servers
            .iter()
            .map(|it| scope.spawn(move || look(it)))
            .collect();
        let texts = runs.into_iter().map(|run| run.join().expect("it ends"));
        texts.collect()
    });
    for port in ports {
        text = text.replace(&port, "127.0.0.1:10000");
    }
    for args in [&["-6", "127.0.0.1"][..], &["-4", "[::1]"]] {
        let more = ["--no-hgrc", "--ehlo", "x", "--format", "json"];
        text += &failure(&args.join(" "), &place.run(&[args, &more].concat()));
    }
    if let Some(names) = Names::new("a_server_of_which_nothing_is_seen", "127.0.0.1 four.test\n") {
        for args in [&["nowhere.test"][..], &["-6", "four.test"]] {
            let more = ["--no-hgrc", "--ehlo", "x", "--format", "json"];
            let run = place.run_within(&names, &[args, &more].concat());
            text += &failure(&args.join(" "), &run);
        }
        assert_text("failures", &STAGE.redactor().redact(&text));
    }
}

// ---------------------------------------------------------------------------------------- chains

/// A leaf with a defect.
type Defect = (&'static str, fn(&mut CertificateParams));

const DEFECTS: &[Defect] = &[
    ("nothing", |_| ()),
    ("not yet valid", |leaf| {
        leaf.not_before = STAGE.base + Duration::days(9);
    }),
    ("expired", |leaf| {
        leaf.not_after = STAGE.base - Duration::days(9);
    }),
    ("no names", |leaf| leaf.subject_alt_names = Vec::new()),
    ("a CA", |leaf| {
        leaf.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }),
    ("for clients only", |leaf| {
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    }),
    ("for signing certificates", |leaf| {
        leaf.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    }),
    ("for key encipherment", |leaf| {
        leaf.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    }),
    ("years", |leaf| {
        leaf.not_after = STAGE.base + Duration::days(3000);
    }),
    ("an unknown critical extension", |leaf| {
        let mut unknown =
            rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        unknown.set_criticality(true);
        leaf.custom_extensions = vec![unknown];
    }),
];

/// Chains with defects that concern no single certificate.
fn chains() -> Vec<(&'static str, Identity)> {
    let leaf = |serial| timed(STAGE.base, serial, NAME, 30, 60);
    let pki = &STAGE.pki;
    let with = |change: fn(&mut Identity)| {
        let mut identity = pki.identity(leaf(60));
        change(&mut identity);
        identity
    };
    let mut other = pki.identity(timed(STAGE.base, 61, "other.example.org", 30, 60));
    other.chain.truncate(1);
    let mut unrelated = pki.identity(leaf(62));
    unrelated.chain.extend(other.chain);
    let mut root = pki.identity(leaf(63));
    root.chain.push(pki.root());
    vec![
        (
            "the wrong order",
            with(|it| it.chain.push(it.chain[0].clone())),
        ),
        ("the leaf last", with(|it| it.chain.reverse())),
        ("a duplicate", with(|it| it.chain.push(it.chain[1].clone()))),
        (
            "junk behind the leaf",
            with(|it| it.chain.push(vec![0x30, 0].into())),
        ),
        (
            "junk as the leaf",
            with(|it| it.chain[0] = vec![0x30, 1, 0].into()),
        ),
        ("a certificate of another", unrelated),
        ("the root", root),
        ("no intermediate", pki.lonely(leaf(64))),
        ("RSA", pki.identity_of(KeyKind::Rsa2048, &leaf(65))),
        ("Ed25519", pki.identity_of(KeyKind::Ed25519, &leaf(66))),
        ("self-signed", Pki::self_signed(&leaf(67), KeyKind::P256)),
    ]
}

#[test]
fn a_chain_with_a_defect() {
    let place = Place::new();
    let mut all: Vec<(&str, Identity)> = chains();
    for (serial, (title, change)) in (40..).zip(DEFECTS) {
        let mut leaf = timed(STAGE.base, serial, NAME, 30, 60);
        change(&mut leaf);
        all.push((title, STAGE.pki.identity(leaf)));
    }
    let mut text = String::new();
    for (title, identity) in &all {
        place.0.file("chain.pem", identity.chain_pem());
        let run = place.run(&[
            "--chain",
            "chain.pem",
            "--servername",
            NAME,
            "--cacerts",
            "root.pem",
            "--no-hgrc",
            "--format",
            "json",
        ]);
        let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let _ = writeln!(text, "## {title}\n\n{}", report["outcome"]);
        text += &findings(&report);
        let _ = writeln!(text, "exit code {}\n{}", run.code, run.stderr);
    }
    assert_text("defects", &STAGE.redactor().redact(&text));
}
