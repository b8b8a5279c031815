//! Drawn by chance: chains of one to three CAs and lists of each, with what is known of every list.

use super::world::{KEY_ID, LEAF, POINT, Setup, key_id};
use rustls::pki_types::CertificateDer;
use testkit::crl::{Crl, authority, issuing_point, only, other_key, points, relative_point};
use testkit::der::{Issuer, extension, integer, null, tlv};
use testkit::generate::dice::Dice;
use testkit::pki::now;
use time::{Duration, OffsetDateTime};

/// CAs of which a chain is drawn; each has a namesake with another key.
pub struct Pool {
    now: OffsetDateTime,
    cas: Vec<(Issuer, Issuer)>,
}

/// A case.
pub struct Drawn {
    pub setup: Setup,
    /// What the leaf says of its distribution point.
    pub names_point: bool,
    /// What is known of the lists, in their order.
    pub lists: Vec<Known>,
}

/// What is known of a list.
pub struct Known {
    /// The index in the chain of the certificate that it is about: the leaf is 0.
    pub about: usize,
    /// Signed by a namesake of the issuer.
    pub is_by_namesake: bool,
    pub form: Form,
    pub this_update: OffsetDateTime,
    pub next_update: Option<OffsetDateTime>,
    /// It has the certificate, whose revocation was not taken back.
    pub revokes: bool,
}

/// What is special about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Version1,
    ForLeaves,
    ForCas,
    OfPoint,
    OfOtherPoint,
    OfRelativePoint,
    OfNoPoint,
    Indirect,
    SomeReasons,
    Delta,
    CriticalExtension,
    OfOtherKey,
    OfOtherSerial,
}

const FORMS: &[(usize, Form)] = &[
    (21, Form::Plain),
    (4, Form::Version1),
    (2, Form::ForLeaves),
    (2, Form::ForCas),
    (2, Form::OfPoint),
    (2, Form::OfOtherPoint),
    (2, Form::OfRelativePoint),
    (1, Form::OfNoPoint),
    (2, Form::Indirect),
    (2, Form::SomeReasons),
    (2, Form::Delta),
    (1, Form::CriticalExtension),
    (2, Form::OfOtherKey),
    (1, Form::OfOtherSerial),
];

impl Form {
    fn of(self, list: Crl) -> Crl {
        match self {
            Self::Plain => list,
            Self::Version1 => list.version_1(),
            Self::ForLeaves => list.extended(issuing_point(None, &[only(1)])),
            Self::ForCas => list.extended(issuing_point(None, &[only(2)])),
            Self::OfPoint => list.extended(issuing_point(Some(POINT), &[])),
            Self::OfOtherPoint => {
                list.extended(issuing_point(Some("http://crl.example/2.crl"), &[]))
            }
            Self::OfRelativePoint => list.extended(issuing_point(None, &[relative_point()])),
            Self::OfNoPoint => list.extended(issuing_point(None, &[tlv(0xa0, tlv(0xa0, ""))])),
            Self::Indirect => list.extended(issuing_point(None, &[only(4)])),
            Self::SomeReasons => list.extended(issuing_point(None, &[tlv(0x83, [6, 0x40])])),
            Self::Delta => list.extended(extension("2.5.29.27", true, integer([1]))),
            Self::OfOtherKey => list.extended(authority(other_key())),
            Self::OfOtherSerial => list.extended(authority(tlv(0x82, [0x77]))),
            Self::CriticalExtension => list.extended(extension("1.3.9999.1", true, null())),
        }
    }
}

impl Pool {
    pub fn new() -> Self {
        let serial = |octet: u8| {
            move |fields: &mut testkit::der::Fields| {
                fields.serial = integer([octet]);
                fields.extensions.push(key_id(KEY_ID));
            }
        };
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
    pub fn draw(&self, dice: &mut Dice) -> Drawn {
        let depth = dice.below(self.cas.len()) + 1;
        let names_point = dice.chance(60);
        let leaf = self.cas[depth - 1].0.leaf(|fields| {
            fields.serial = integer(LEAF);
            if names_point {
                fields.extensions.push(points(&[POINT]));
            }
        });
        let mut chain: Vec<CertificateDer<'static>> = vec![leaf];
        chain.extend(self.cas[1..depth].iter().rev().map(|(ca, _)| ca.der()));
        let mut lists = Vec::new();
        for (index, cas) in self.cas[..depth].iter().enumerate() {
            let about = depth - 1 - index;
            for _ in 0..*dice.weighted(&[(5, 0), (60, 1), (25, 2), (10, 3)]) {
                lists.push(self.list(dice, about, index, cas));
            }
        }
        dice.shuffle(&mut lists);
        let (lists, known) = lists.into_iter().unzip();
        Drawn {
            setup: Setup {
                chain,
                anchors: vec![self.cas[0].0.der()],
                lists,
                at: self.now,
            },
            names_point,
            lists: known,
        }
    }

    /// A list of one of the CAs, or of its namesake, which may have the certificate that it issued.
    fn list(
        &self,
        dice: &mut Dice,
        about: usize,
        issuer: usize,
        (ca, namesake): &(Issuer, Issuer),
    ) -> (Vec<u8>, Known) {
        let is_by_namesake = dice.chance(8);
        let (this_update, next_update) = self.dates(dice);
        let mut list = Crl::new(self.now).of(this_update, next_update);
        for other in 0..dice.below(4) {
            list = list.with(&[0x40, u8::try_from(other).expect("few")], self.now, None);
        }
        let reason = dice.chance(30).then(|| {
            let reasons = [
                (5, None),
                (5, Some(1)),
                (2, Some(4)),
                (2, Some(6)),
                (2, Some(8)),
            ];
            *dice.weighted(&reasons)
        });
        if let Some(reason) = reason {
            // The CAs below the root have these numbers.
            let serials: [&[u8]; 2] = [&[2], &[3]];
            let serial = if about == 0 { LEAF } else { serials[issuer] };
            let at = self.now + hours(dice, 50) - hours(dice, 800);
            list = list.with(serial, at, reason);
        }
        let form = *dice.weighted(FORMS);
        let signer = if is_by_namesake { namesake } else { ca };
        let known = Known {
            about,
            is_by_namesake,
            form,
            this_update,
            next_update,
            revokes: reason.is_some_and(|reason| reason != Some(8)),
        };
        (form.of(list).signed_by(signer), known)
    }

    /// When a list is made, and the next one.
    fn dates(&self, dice: &mut Dice) -> (OffsetDateTime, Option<OffsetDateTime>) {
        let made = if dice.chance(94) {
            self.now - Duration::HOUR - hours(dice, 400)
        } else {
            self.now + Duration::HOUR + hours(dice, 40)
        };
        let holds = if dice.chance(85) { 400 } else { 0 };
        let next = made + Duration::hours(2 + holds) + hours(dice, 300);
        (made, dice.chance(97).then_some(next))
    }
}

fn hours(dice: &mut Dice, most: usize) -> Duration {
    Duration::hours(i64::try_from(dice.below(most)).expect("few"))
}
