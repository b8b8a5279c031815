//! The CAs of the cases: a root, an intermediate below it, a leaf, and those that confuse.

use rustls::pki_types::CertificateDer;
use testkit::crl::{Crl, points};
use testkit::der::{Fields, Issuer, extension, integer, octet_string};
use testkit::pki::now;
use time::{Duration, OffsetDateTime};

/// Serial numbers of the leaf and of the intermediate.
pub const LEAF: &[u8] = &[0x00, 0xc3, 0x01];
pub const INTERMEDIATE: &[u8] = &[0x07];
/// The identifier of the intermediate's key.
pub const KEY_ID: &[u8] = &[1; 20];
pub const ROOT: &[u8] = &[0x01];

/// Where the leaf says that its list is.
pub const POINT: &str = "http://crl.example/leaf.crl";

/// The CAs, and the time at which all is judged.
pub struct World {
    pub now: OffsetDateTime,
    pub root: Issuer,
    pub intermediate: Issuer,
    /// Of the intermediate's name, with another key.
    pub namesake: Issuer,
    pub leaf: CertificateDer<'static>,
}

/// What is put to the judges.
#[derive(Clone)]
pub struct Setup {
    /// As it is presented, the leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    pub anchors: Vec<CertificateDer<'static>>,
    /// The lists in the order in which they are given.
    pub lists: Vec<Vec<u8>>,
    pub at: OffsetDateTime,
}

pub fn serial(octets: &[u8]) -> impl FnOnce(&mut Fields) {
    let octets = integer(octets);
    move |fields: &mut Fields| fields.serial = octets
}

/// The subject key identifier.
pub fn key_id(octets: &[u8]) -> Vec<u8> {
    extension("2.5.29.14", false, octet_string(octets))
}

impl World {
    pub fn new() -> Self {
        let root = Issuer::odd_root("Revocation Root", serial(ROOT));
        let intermediate = root.below("Revocation CA", |fields| {
            serial(INTERMEDIATE)(fields);
            fields.extensions.push(key_id(KEY_ID));
        });
        let namesake = root.below("Revocation CA", serial(&[0x09]));
        let leaf = intermediate.leaf(|fields| {
            fields.serial = integer(LEAF);
            fields.extensions.push(points(&[POINT]));
        });
        Self {
            now: now(),
            root,
            intermediate,
            namesake,
            leaf,
        }
    }

    /// A list with nothing on it.
    pub fn list(&self) -> Crl {
        Crl::new(self.now)
    }

    /// A list with the leaf on it.
    pub fn with_leaf(&self, reason: Option<u8>) -> Crl {
        self.list().with(LEAF, self.ago(2), reason)
    }

    pub fn ago(&self, days: i64) -> OffsetDateTime {
        self.now - Duration::days(days)
    }

    /// The list of the root, with nothing on it.
    pub fn of_root(&self) -> Vec<u8> {
        self.list().signed_by(&self.root)
    }

    /// The sound chain, the root's list, and these lists of the intermediate.
    pub fn leaf_lists(&self, lists: &[Crl]) -> Setup {
        let own = lists.iter().map(|list| list.signed_by(&self.intermediate));
        self.setup(std::iter::once(self.of_root()).chain(own).collect())
    }

    /// The sound chain, and these lists.
    pub fn setup(&self, lists: Vec<Vec<u8>>) -> Setup {
        Setup {
            chain: vec![self.leaf.clone(), self.intermediate.der()],
            anchors: vec![self.root.der()],
            lists,
            at: self.now,
        }
    }
}
