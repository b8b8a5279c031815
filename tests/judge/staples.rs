//! OCSP responses made field by field (RFC 6960 §4.2), as `openssl ocsp` makes none.

use sha2::{Digest as _, Sha256};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::judge::{Anchors, Policy, StapleStatus, judge_server};
use smtp_certcheck::observation::{Possession, Sighting, Staple};
use testkit::der::{
    ECDSA_SHA256, Issuer, algorithm, bit_string, extension, generalized, integer, null,
    octet_string, oid, seq, tlv,
};
use testkit::pki::now;
use time::{Duration, OffsetDateTime};

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
/// Known to no program.
const ODD: &str = "1.3.9999.1";
const SERIAL: &[u8] = &[0x21];

/// What a response says of a certificate.
#[derive(Clone, Copy)]
enum Says {
    Good,
    Revoked,
}

/// A CA, and the time at which it is asked.
struct World {
    ca: Issuer,
    now: OffsetDateTime,
}

impl World {
    /// What is said of the leaf, made so many hours ago, with extensions.
    fn single(&self, says: Says, hours: i64, extensions: &[Vec<u8>]) -> Vec<u8> {
        let digest = |octets: &[u8]| octet_string(Sha256::digest(octets));
        // The key of P-256 is all but the head of its BIT STRING.
        let spki = self.ca.spki();
        let key = &spki[spki.len() - 65..];
        let id = seq([
            seq([oid(SHA256), null()]),
            digest(self.ca.name()),
            digest(key),
            integer(SERIAL),
        ]);
        let made = self.now - Duration::hours(hours);
        let says = match says {
            Says::Good => tlv(0x80, []),
            Says::Revoked => tlv(0xa1, generalized(made)),
        };
        let next = tlv(0xa0, generalized(self.now + Duration::DAY));
        seq([id, says, generalized(made), next, optional(extensions)])
    }

    /// A response of these, with extensions of its own.
    fn response(&self, singles: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
        let data = seq([
            tlv(0xa1, self.ca.name()),
            generalized(self.now),
            seq(singles),
            optional(extensions),
        ]);
        let signature = bit_string(self.ca.sign_octets(&data));
        let basic = seq([data, algorithm(ECDSA_SHA256), signature]);
        let bytes = seq([oid(BASIC), octet_string(basic)]);
        seq([tlv(0x0a, [0]), tlv(0xa0, bytes)])
    }

    fn said(&self, response: Vec<u8>) -> String {
        let mut anchors = Anchors::new("the test");
        anchors.add(self.ca.der(), "").expect("an anchor");
        let reference = "localhost".parse().expect("a name");
        let leaf = self.ca.leaf(|fields| fields.serial = integer(SERIAL));
        let seen = Sighting {
            possession: Possession::Proven,
            staple: Staple::Stapled,
            ocsp_response: response,
            ..Sighting::default()
        };
        let policy = Policy::new(&anchors, &reference, self.now);
        match judge_server(&[Certificate::new(leaf)], &seen, &policy).ocsp {
            StapleStatus::Invalid { why, .. } => why,
            status => status.as_str().unwrap_or_default().to_owned(),
        }
    }
}

fn optional(extensions: &[Vec<u8>]) -> Vec<u8> {
    match extensions {
        [] => Vec::new(),
        some => tlv(0xa1, seq(some)),
    }
}

fn world() -> World {
    let ca = Issuer::root("Responding CA");
    World { ca, now: now() }
}

#[test]
fn of_several_answers_about_the_leaf_the_newest_counts() {
    let world = world();
    for (newer, older, expected) in [
        (Says::Good, Says::Revoked, "good"),
        (Says::Revoked, Says::Good, "revoked"),
    ] {
        let (newer, older) = (world.single(newer, 1, &[]), world.single(older, 5, &[]));
        for singles in [[&newer, &older], [&older, &newer]] {
            let response = world.response(&singles.map(Clone::clone), &[]);
            assert_eq!(world.said(response), expected);
        }
    }
}

#[test]
fn what_has_an_unknown_critical_extension_proves_nothing() {
    let world = world();
    let refused = "it has a critical extension that is not understood here";
    for (is_critical, expected) in [(false, "good"), (true, refused)] {
        let odd = [extension(ODD, is_critical, null())];
        let in_single = world.response(&[world.single(Says::Good, 1, &odd)], &[]);
        let in_response = world.response(&[world.single(Says::Good, 1, &[])], &odd);
        assert_eq!(world.said(in_single), expected);
        assert_eq!(world.said(in_response), expected);
    }
}
