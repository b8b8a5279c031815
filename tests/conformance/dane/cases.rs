//! A chain of the generator of PKIs with TLSA records by chance: for its certificates, for others, with
//! and without a fault.

use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::fingerprint::{Algorithm, Fingerprint};
use smtp_certcheck::judge::clients::{Answer, Family, handshake};
use smtp_certcheck::records::tlsa::Tlsa;
use std::fmt::{self, Write as _};
use std::path::Path;
use testkit::generate::dice::Dice;
use testkit::generate::{Case, Generator};
use testkit::pki::to_pem;
use time::OffsetDateTime;

/// A question.
pub struct DaneCase {
    seed: u64,
    pub at: OffsetDateTime,
    pub presented: Vec<Certificate>,
    pub names: Vec<Host>,
    pub records: Vec<Tlsa>,
    /// A certificate or a key in a record has a bit changed: whether OpenSSL can decode it is not
    /// modelled, as that asks for the mathematics of curves.
    pub is_damaged: bool,
    changes: Vec<String>,
}

impl DaneCase {
    pub fn of(generator: &Generator, seed: u64) -> Self {
        let case = generator.case(seed);
        let mut dice = Dice::new(seed ^ 0xda9e);
        let mut presented: Vec<Vec<u8>> = case.presented.clone();
        // Servers that send the root, too: only what is sent can match.
        if dice.chance(50) {
            let roots = case
                .anchors
                .iter()
                .filter(|block| block.label == "CERTIFICATE");
            presented.extend(roots.map(|block| block.der.clone()).take(2));
        }
        let certificates = certificates(&case, &presented);
        let count = *dice.weighted(&[(40, 1), (30, 2), (15, 3), (15, 5)]);
        let mut is_damaged = false;
        let records = (0..count).map(|_| {
            let (record, bit_changed) = record(&mut dice, &certificates, presented.len());
            is_damaged |= bit_changed && record.matching == 0;
            record
        });
        let records = records.collect();
        let certificate = |der: Vec<u8>| Certificate::new(der.into());
        Self {
            seed,
            at: case.at,
            presented: presented.into_iter().map(certificate).collect(),
            names: names(&mut dice, &case),
            records,
            is_damaged,
            changes: case.changes,
        }
    }

    /// What ends a handshake with GnuTLS before a record is looked at.
    pub fn handshake_fails(&self) -> bool {
        handshake(Family::Gnutls, &self.presented).answer == Answer::Refuses
    }

    /// The files for the judges.
    pub fn write(&self, dir: &Path) {
        let chain: String = self.presented.iter().map(|one| to_pem(one.der())).collect();
        std::fs::write(dir.join("chain.pem"), chain).expect("a file");
        let mut text = String::new();
        for name in &self.names {
            let _ = writeln!(text, "host {name}");
        }
        for record in &self.records {
            let _ = writeln!(text, "tlsa {record}");
        }
        std::fs::write(dir.join("dane.txt"), text).expect("a file");
    }
}

impl fmt::Display for DaneCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {:?}", self.seed, self.changes)?;
        for (place, one) in self.presented.iter().enumerate() {
            let sha256 = one.fingerprint(Algorithm::Sha256).hex();
            let key = one.spki_sha256().map(|key| key.hex()).unwrap_or_default();
            writeln!(f, "  {place} \"{}\" {sha256:.8} {key:.8}", one.label())?;
        }
        for record in &self.records {
            writeln!(f, "  {:.40}", record.to_string())?;
        }
        write!(f, "  {:?}", self.names)
    }
}

/// What a record may be for: what is sent, then what is not.
fn certificates(case: &Case, presented: &[Vec<u8>]) -> Vec<Certificate> {
    let anchors = case.anchors.iter().map(|block| &block.der);
    let others = anchors.filter(|der| !presented.contains(der));
    let all = presented.iter().chain(others);
    all.map(|der| Certificate::new(der.clone().into()))
        .collect()
}

/// A record, and whether a bit of it is changed.
fn record(dice: &mut Dice, certificates: &[Certificate], sent: usize) -> (Tlsa, bool) {
    let usage = *dice.weighted(&[(40, 3), (50, 2), (4, 1), (4, 0), (2, 4)]);
    let selector = *dice.weighted(&[(47, 0), (50, 1), (3, 2)]);
    let matching = *dice.weighted(&[(45, 1), (25, 2), (27, 0), (3, 3)]);
    // The usual: the leaf for usage 3, another for usage 2.
    let place = match usage {
        3 if dice.chance(75) => 0,
        2 if dice.chance(70) && certificates.len() > 1 => 1 + dice.below(certificates.len() - 1),
        _ if dice.chance(80) => dice.below(sent),
        _ => dice.below(certificates.len()),
    };
    let one = &certificates[place];
    let key = || one.facts().map(|facts| facts.public_key.spki.clone());
    let octets = match selector {
        1 => key().unwrap_or_default(),
        _ => one.der().to_vec(),
    };
    let mut data = match matching {
        1 => digest(Algorithm::Sha256, &octets),
        2 => digest(Algorithm::Sha512, &octets),
        _ => octets,
    };
    let bit_changed = spoil(dice, &mut data);
    let record = Tlsa {
        usage,
        selector,
        matching,
        data,
    };
    (record, bit_changed)
}

fn digest(algorithm: Algorithm, octets: &[u8]) -> Vec<u8> {
    Fingerprint::compute(algorithm, octets).bytes().to_vec()
}

/// Whether a bit is changed, and nothing else.
fn spoil(dice: &mut Dice, data: &mut Vec<u8>) -> bool {
    match dice.below(100) {
        0..3 => data.truncate(data.len().saturating_sub(1)),
        3..5 => data.push(0),
        5..6 => data.clear(),
        6..18 if !data.is_empty() => {
            let place = dice.below(data.len());
            data[place] ^= 1 << dice.below(8);
            return true;
        }
        _ => {}
    }
    false
}

/// The base domain, and the domain of the mail.
fn names(dice: &mut Dice, case: &Case) -> Vec<Host> {
    let own = if case.is_address() {
        "mail.example.test"
    } else {
        case.name.as_str()
    };
    let other = "other.example.org";
    let all: [(usize, &[&str]); 4] = [
        (55, &[own]),
        (15, &[own, other]),
        (15, &[other, own]),
        (15, &[other]),
    ];
    let names = dice.weighted(&all);
    names
        .iter()
        .map(|name| name.parse().expect("a host"))
        .collect()
}
