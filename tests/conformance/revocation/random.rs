//! Generated chains and lists: what OpenSSL finds revoked is never trusted here, and what is trusted
//! here is accepted there, but for the reasons of the table.

use super::judges::{Files, openssl_below_the_root, ours, statuses};
use super::world::{LEAF, POINT, Setup};
use rustls::pki_types::CertificateDer;
use std::collections::BTreeMap;
use std::io::Write as _;
use testkit::crl::{Crl, issuing_point, only, points};
use testkit::der::{Issuer, extension, integer, null, tlv};
use testkit::generate::dice::Dice;
use testkit::pki::now;
use time::{Duration, OffsetDateTime};

/// CAs of which a chain is drawn; each has a namesake with another key.
struct Pool {
    now: OffsetDateTime,
    cas: Vec<(Issuer, Issuer)>,
}

impl Pool {
    fn new() -> Self {
        let serial =
            |octet: u8| move |fields: &mut testkit::der::Fields| fields.serial = integer([octet]);
        let root = Issuer::odd_root("Generated Root", serial(1));
        let first = root.below("Generated CA 1", serial(2));
        let second = first.below("Generated CA 2", serial(3));
        let namesake = |name: &str| Issuer::odd_root(name, serial(9));
        Self {
            now: now(),
            cas: vec![
                (root, namesake("Generated Root")),
                (first, namesake("Generated CA 1")),
                (second, namesake("Generated CA 2")),
            ],
        }
    }

    /// A chain of one to three CAs, and up to three lists of each, in any order.
    fn setup(&self, dice: &mut Dice) -> Setup {
        let depth = dice.below(self.cas.len()) + 1;
        let above = &self.cas[depth - 1].0;
        let leaf = above.leaf(|fields| {
            fields.serial = integer(LEAF);
            if dice.chance(60) {
                fields.extensions.push(points(&[POINT]));
            }
        });
        let mut chain: Vec<CertificateDer<'static>> = vec![leaf];
        chain.extend(self.cas[1..depth].iter().rev().map(|(ca, _)| ca.der()));
        let mut lists = Vec::new();
        for (index, (ca, namesake)) in self.cas[..depth].iter().enumerate() {
            let serial: &[u8] = match [&[2][..], &[3]].get(index) {
                Some(below) if index + 1 < depth => below,
                _ => LEAF,
            };
            for _ in 0..*dice.weighted(&[(5, 0), (60, 1), (25, 2), (10, 3)]) {
                let signer = if dice.chance(92) { ca } else { namesake };
                lists.push(self.list(dice, serial).signed_by(signer));
            }
        }
        for at in (1..lists.len()).rev() {
            lists.swap(at, dice.below(at + 1));
        }
        Setup {
            chain,
            anchors: vec![self.cas[0].0.der()],
            lists,
            at: self.now,
        }
    }

    fn list(&self, dice: &mut Dice, serial: &[u8]) -> Crl {
        let hours = |dice: &mut Dice, most: usize| {
            Duration::hours(i64::try_from(dice.below(most)).expect("few"))
        };
        let made = if dice.chance(94) {
            self.now - Duration::HOUR - hours(dice, 400)
        } else {
            self.now + Duration::HOUR + hours(dice, 40)
        };
        let holds = if dice.chance(85) { 400 } else { 0 };
        let next = made + Duration::hours(2 + holds) + hours(dice, 300);
        let mut list = Crl::new(self.now).of(made, dice.chance(97).then_some(next));
        for other in 0..dice.below(4) {
            list = list.with(&[0x40, u8::try_from(other).expect("few")], self.now, None);
        }
        if dice.chance(30) {
            let reason = *dice.weighted(&[
                (5, None),
                (5, Some(1)),
                (2, Some(4)),
                (2, Some(6)),
                (2, Some(8)),
            ]);
            list = list.with(
                serial,
                self.now + hours(dice, 50) - hours(dice, 800),
                reason,
            );
        }
        form(dice, list)
    }
}

/// Its form, and what it is for.
fn form(dice: &mut Dice, list: Crl) -> Crl {
    match dice.below(20) {
        0 | 1 => list.version_1(),
        2 => list.extended(issuing_point(None, &[only(1)])),
        3 => list.extended(issuing_point(None, &[only(2)])),
        4 => list.extended(issuing_point(Some(POINT), &[])),
        5 => list.extended(issuing_point(Some("http://crl.example/2.crl"), &[])),
        6 => list.extended(issuing_point(None, &[only(4)])),
        7 => list.extended(issuing_point(None, &[tlv(0x83, [6, 0x40])])),
        8 => list.extended(extension("2.5.29.27", true, integer([1]))),
        9 if dice.chance(50) => list.extended(extension("1.3.9999.1", true, null())),
        _ => list,
    }
}

/// How many: 120, unless the environment says otherwise.
fn count() -> u64 {
    let count = std::env::var("REVOCATION");
    count.map_or(120, |count| count.parse().expect("a number"))
}

#[test]
fn what_openssl_finds_revoked_is_never_trusted() {
    let pool = Pool::new();
    let mut dice = Dice::thrown(18);
    let mut tally: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for number in 0..count() {
        let setup = pool.setup(&mut dice);
        let judgement = ours(&setup);
        let theirs = openssl_below_the_root(&Files::of(&setup), &setup);
        let is_trusted = judgement.is_trusted();
        let is_revoked = theirs.split(' ').any(|error| error == "23");
        let about = || {
            format!(
                "case {number}: OpenSSL {theirs}, ours {}",
                statuses(&judgement)
            )
        };
        assert!(
            !(is_trusted && is_revoked),
            "{}: {:?}",
            about(),
            judgement.revocation
        );
        // OpenSSL takes the list of a namesake, and ends there.
        let is_known = matches!(theirs.as_str(), "ok" | "8");
        assert!(
            !is_trusted || is_known,
            "{}: {:?}",
            about(),
            judgement.revocation
        );
        *tally.entry((is_trusted, theirs)).or_default() += 1;
    }
    let mut out = std::io::stdout().lock();
    for ((is_trusted, theirs), count) in &tally {
        let ours = if *is_trusted {
            "trusted"
        } else {
            "not trusted"
        };
        let _ = writeln!(out, "{count:6} {ours}, OpenSSL: {theirs}");
    }
    let both = tally
        .get(&(true, "ok".to_owned()))
        .copied()
        .unwrap_or_default();
    assert!(
        both * 20 > usize::try_from(count()).expect("few"),
        "{both} are accepted by both"
    );
}
