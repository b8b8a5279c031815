//! posttls-finger, Postfix' own look at a domain: at each address and each type of key that it may
//! meet.

use super::Word;
use crate::case::Case;
use testkit::mta::fleet::Fleet;

const FAMILIES: [&str; 2] = ["ipv4", "ipv6"];
const KEYS: [&str; 2] = ["aECDSA", "aRSA"];

/// What it finds at a level (`may`, `dane`, `dane-only`).
pub fn look(fleet: &Fleet, level: &str, domain: &str) -> (Word, String) {
    run(fleet, level, domain, &[])
}

/// What it finds at a level at each address and with each type of key, if there are several at the
/// only host.
pub fn looks(fleet: &Fleet, level: &str, case: &Case) -> Vec<(Word, String)> {
    let (records, domain) = (&case.records, case.domain());
    if case.hosts() > 1 {
        return Vec::new();
    }
    let mut found = Vec::new();
    if records.contains("{AAAA ") {
        found.extend(FAMILIES.map(|family| run(fleet, level, &domain, &["-a", family])));
    }
    if records.contains("{A both}") {
        found.extend(KEYS.map(|key| {
            // In TLS 1.2 the suite decides about the type of key.
            let suites = format!("tls_medium_cipherlist={key}");
            let options = ["-p", ">=TLSv1.2:<=TLSv1.2", "-o", &suites];
            run(fleet, level, &domain, &options)
        }));
    }
    found
}

fn run(fleet: &Fleet, level: &str, domain: &str, more: &[&str]) -> (Word, String) {
    let output = fleet
        .program("posttls-finger")
        .args([
            "-c",
            "-l",
            level,
            "-L",
            "summary,dane",
            "-t",
            "5",
            "-T",
            "5",
        ])
        .args(more)
        .arg(domain)
        .output()
        .expect("posttls-finger");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (read(&said, level), said)
}

/// It goes on where Postfix would not: where records are used, what is not verified does not count.
fn read(said: &str, level: &str) -> Word {
    const UNUSABLE: &str = "all TLSA records unusable";
    let is_decided = level == "dane-only"
        || said.contains("DNSSEC-signed TLSA record") && !said.contains(UNUSABLE);
    let established = said.lines().rev().find_map(|line| {
        let (before, _) = line.split_once(" TLS connection established to ")?;
        before.rsplit(' ').next()
    });
    match established {
        Some("Verified") => Word::Authenticated,
        // A record matches, and the MX records, which led there, are not signed (RFC 7672 §2.2.1).
        Some("Trusted") => Word::Encrypted,
        Some(_) if is_decided => Word::Deferred,
        Some(_) => Word::Encrypted,
        // It says nothing of a server without TLS.
        None if level == "may" && said.trim().is_empty() => Word::Delivered,
        None => Word::Deferred,
    }
}
