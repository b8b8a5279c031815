//! The cost of a revocation list of a million entries: of one chain, of an audit's look-ups, and of
//! `openssl verify -crl_check`. Each is measured in a process of its own. The bounds are in
//! benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files")]
#![expect(clippy::cast_precision_loss, reason = "figures to be read")]

use rustls::pki_types::CertificateDer;
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::judge::{Anchors, Policy, Status, judge_chain};
use smtp_certcheck::revocation::{Lists, read_lists};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use tempfile::TempDir;
use testkit::cost::{Memory, Whose, cpu_ms};
use testkit::crl::{self, Crl};
use testkit::der::{Issuer, integer, seq, utc};
use testkit::pki::{now, to_pem};

const ENTRIES: u32 = 1_000_000;
const SERVERS: u32 = 10_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|word| word == "judge") {
        Some(at) => judge(
            Path::new(&arguments[at + 1]),
            &arguments[at + 2],
            &arguments[at + 3],
        ),
        None => measure(),
    }
}

/// A serial number of 16 octets, of which none is like another: those of the list are even.
fn serial(number: u32) -> Vec<u8> {
    let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [
        &[0x5a],
        &mixed.to_be_bytes()[..],
        &[7, 7, 7],
        &number.to_be_bytes(),
    ]
    .concat()
}

/// The list in the forms in which CAs publish it.
const FORMS: [(&str, &str); 3] = [
    ("list.der", "DER"),
    ("list.pem", "PEM"),
    ("crlf.pem", "PEM, CRLF"),
];

fn measure() -> ExitCode {
    let dir = TempDir::new().expect("a temporary directory");
    make(dir.path());
    println!("a revocation list of {ENTRIES} entries:");
    let openssl = openssl(dir.path());
    println!("  openssl verify -crl_check          {openssl:6.2} s");
    let mut met = Vec::new();
    for (file, form) in FORMS {
        let size = std::fs::metadata(dir.path().join(file))
            .expect("the list")
            .len();
        let (one, peak) = ours(dir.path(), "one", file);
        let beside = mega(peak.saturating_sub(size));
        println!("  {form}, {:.1} MiB:", mega(size));
        met.push(report("one chain", one, 0.5, "s"));
        met.push(report(
            "one chain, of openssl's time",
            one / openssl,
            0.2,
            "",
        ));
        met.push(report("memory beside the file", beside, 64.0, "MiB"));
    }
    let (all, _) = ours(dir.path(), "all", FORMS[0].0);
    let (without, _) = ours(dir.path(), "none", FORMS[0].0);
    let more = all - without;
    met.push(report("10,000 chains, more than without", more, 2.0, "s"));
    ExitCode::from(u8::from(met.contains(&false)))
}

fn report(what: &str, found: f64, bound: f64, unit: &str) -> bool {
    let word = if found <= bound { "met" } else { "MISSED" };
    println!("  {what:<34} {found:6.2} {unit} (bound {bound}: {word})");
    found <= bound
}

/// The list, its CA, and the servers' certificates.
fn make(dir: &Path) {
    let ca = Issuer::root("Busy CA");
    let at = utc(now());
    let entries = (0..ENTRIES).map(|number| seq([integer(serial(2 * number)), at.clone()]));
    let list = Crl {
        entries: vec![entries.collect::<Vec<_>>().concat()],
        ..Crl::new(now())
    };
    let list = list.signed_by(&ca);
    let pem = crl::to_pem(&list);
    std::fs::write(dir.join("list.der"), list).expect("the list is written");
    std::fs::write(dir.join("crlf.pem"), pem.replace('\n', "\r\n")).expect("the list is written");
    std::fs::write(dir.join("list.pem"), pem).expect("the list is written");
    std::fs::write(dir.join("ca.der"), ca.der()).expect("the CA is written");
    std::fs::write(dir.join("ca.pem"), to_pem(&ca.der())).expect("the CA is written");
    let leaf = |number| ca.leaf(|fields| fields.serial = integer(serial(2 * number + 1)));
    std::fs::write(dir.join("leaf.pem"), to_pem(&leaf(0))).expect("a leaf is written");
    let all: Vec<u8> = (0..SERVERS)
        .flat_map(|number| leaf(number).to_vec())
        .collect();
    std::fs::write(dir.join("leaves.der"), all).expect("the leaves are written");
}

/// The CPU time and the peak memory that judging takes in a process of its own.
fn ours(dir: &Path, what: &str, list: &str) -> (f64, u64) {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program)
        .arg("judge")
        .arg(dir)
        .args([what, list])
        .output();
    let text = String::from_utf8(output.expect("it runs").stdout).expect("UTF-8");
    let (time, peak) = text.trim().split_once(' ').expect("two numbers");
    let time = time.parse().expect("seconds");
    (time, peak.parse::<u64>().expect("KiB") * 1024)
}

/// Judges the first of the chains, or all, with the list or without it; says what that took.
fn judge(dir: &Path, what: &str, list: &str) -> ExitCode {
    let read = |name: &str| std::fs::read(dir.join(name)).expect("a file");
    let mut anchors = Anchors::new("the bench");
    anchors
        .add(CertificateDer::from(read("ca.der")), "")
        .expect("an anchor");
    let leaves = smtp_certcheck::certificate::pem::read(&read("leaves.der")).expect("certificates");
    let count = if what == "one" { 1 } else { leaves.len() };
    let reference = "localhost".parse().expect("a name");
    let (start, before) = (cpu_ms(Whose::Own), Memory::Peak.own());
    let mut lists = Lists::given();
    if what != "none" {
        for list in read_lists(read(list), list).expect("a list") {
            lists.add(Arc::new(list));
        }
    }
    let policy = Policy {
        revocation: Some(&lists).filter(|lists| !lists.is_empty()),
        ..Policy::new(&anchors, &reference, now())
    };
    for leaf in leaves.into_iter().take(count) {
        let judgement = judge_chain(&[Certificate::new(leaf.der)], &policy);
        assert!(judgement.is_trusted(), "{:?}", judgement.problems);
        let mut statuses = judgement.revocation.iter();
        assert!(statuses.all(|one| one.status == Status::Good));
    }
    let took = (cpu_ms(Whose::Own) - start) / 1e3;
    println!("{took} {}", Memory::Peak.own().saturating_sub(before));
    ExitCode::SUCCESS
}

fn openssl(dir: &Path) -> f64 {
    let start = cpu_ms(Whose::Children);
    let output = Command::new("openssl")
        .args([
            "verify",
            "-crl_check",
            "-CAfile",
            "ca.pem",
            "-CRLfile",
            "list.pem",
            "leaf.pem",
        ])
        .current_dir(dir)
        .output();
    let output = output.expect("openssl");
    assert!(output.status.success(), "{output:?}");
    (cpu_ms(Whose::Children) - start) / 1e3
}

fn mega(octets: u64) -> f64 {
    octets as f64 / 1_048_576.0
}
