//! PKIs by chance, near the border between yes and no: a sound one, in a shape that CAs leave behind,
//! with up to three mutations; where it is asked for, the octets of one in three are odd besides. A seed makes the same case again, but for the keys.
#![allow(
    clippy::unnecessary_wraps,
    reason = "the changes are a table of functions, of which most always apply"
)]

mod change;
pub mod dice;
mod draft;
mod forms;
mod keys;
mod moment;
mod name;
mod octets;
mod plan;
mod save;
mod shapes;
mod tree;

use crate::der::{oid, seq, tlv, utf8};
use dice::Dice;
use keys::Keys;
use plan::{Plan, Settings};
use shapes::Change;
use time::OffsetDateTime;

/// A block of the file of anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// `CERTIFICATE` or `TRUSTED CERTIFICATE`.
    pub label: &'static str,
    /// What is in it: the certificate, and its settings after it.
    pub der: Vec<u8>,
}

/// A question for a judge.
#[derive(Clone, Debug)]
pub struct Case {
    /// The seed that makes it.
    pub seed: u64,
    /// The host that is asked for, or its address.
    pub name: String,
    /// The moment of judgement.
    pub at: OffsetDateTime,
    /// What the server sends as DER, the leaf first.
    pub presented: Vec<Vec<u8>>,
    /// The file of anchors.
    pub anchors: Vec<Block>,
    /// The leaf's private key as PEM.
    pub key: String,
    /// No server of ours presents it: few libraries sign with that key, or it is not quite the one in
    /// the certificate.
    pub key_is_odd: bool,
    /// Whether a response of OCSP is stapled: never yet.
    pub stapled: bool,
    /// A validity begins or ends in this very second: a judge that uses the real clock will miss
    /// it.
    pub on_the_edge: bool,
    /// How it differs from a sound PKI, in words.
    pub changes: Vec<String>,
    /// The elements of DER that have a fault, as they were.
    pub hits: Vec<String>,
}

/// Makes cases for one moment.
#[derive(Debug)]
pub struct Generator {
    keys: Keys,
    mutations: Vec<(usize, Change)>,
    /// Those of octets; `None`: none is odd.
    odd: Option<Vec<(usize, Change)>>,
    at: OffsetDateTime,
}

impl Generator {
    /// Its keys are new, and all certificates written as any CA does it.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            keys: Keys::new(),
            mutations: change::all(),
            odd: None,
            at,
        }
    }

    /// The same, where the octets of one PKI in three are odd.
    pub fn with_odd_octets(at: OffsetDateTime) -> Self {
        Self {
            odd: Some(change::of_octets()),
            ..Self::new(at)
        }
    }

    /// The case of a seed.
    pub fn case(&self, seed: u64) -> Case {
        self.case_without(seed, &[])
    }

    /// The same without some of its changes, by their numbers: what decides remains.
    pub fn case_without(&self, seed: u64, left_out: &[usize]) -> Case {
        let mut dice = Dice::new(seed);
        let mut plan = Plan::sound(&mut dice);
        let mut number = 0;
        let odd = match self.odd {
            Some(_) => *dice.weighted(&[(68, 0), (27, 1), (5, 2)]),
            None => 0,
        };
        // Odd octets are seen where nothing else decides.
        let (shapes, mutations) = if odd == 0 {
            (
                *dice.weighted(&[(40, 0), (45, 1), (15, 2)]),
                *dice.weighted(&[(26, 0), (40, 1), (23, 2), (11, 3)]),
            )
        } else {
            (
                *dice.weighted(&[(78, 0), (20, 1), (2, 2)]),
                *dice.weighted(&[(92, 0), (8, 1)]),
            )
        };
        let tables = [
            (shapes, shapes::ALL),
            (mutations, &self.mutations),
            (odd, self.odd.as_deref().unwrap_or_default()),
        ];
        for (count, all) in tables {
            let wanted = number + count;
            // What does not apply is replaced, a few times.
            for _ in 0..count * 4 {
                if number == wanted {
                    break;
                }
                let before = plan.clone();
                if let Some(words) = dice.weighted(all)(&mut plan, &mut dice) {
                    plan.changes.push(words);
                    if left_out.contains(&number) {
                        plan = before;
                    }
                    number += 1;
                }
            }
        }
        self.build(seed, plan)
    }

    /// Leaves out everything that a case does not need to satisfy `is_so`.
    pub fn shrink(&self, case: &Case, mut is_so: impl FnMut(&Case) -> bool) -> Case {
        let mut left_out = Vec::new();
        for number in 0..case.changes.len() {
            left_out.push(number);
            if !is_so(&self.case_without(case.seed, &left_out)) {
                left_out.pop();
            }
        }
        self.case_without(case.seed, &left_out)
    }

    fn build(&self, seed: u64, plan: Plan) -> Case {
        let mut made: Vec<Option<Vec<u8>>> = vec![None; plan.drafts.len()];
        let mut hits = Vec::new();
        let mut der = |index: usize| -> Vec<u8> {
            let sign = || plan.drafts[index].der(&self.keys, self.at, &mut hits);
            made[index].get_or_insert_with(sign).clone()
        };
        let presented = plan.sent.iter().map(|index| der(*index)).collect();
        let anchors = plan.file.iter().map(|(index, settings)| match settings {
            None => Block {
                label: "CERTIFICATE",
                der: der(*index),
            },
            Some(settings) => Block {
                label: "TRUSTED CERTIFICATE",
                der: [der(*index), settings.der()].concat(),
            },
        });
        let anchors = anchors.collect();
        let leaf = &plan.drafts[plan.path[0]];
        let key = leaf.key;
        Case {
            seed,
            anchors,
            presented,
            name: plan.name.clone(),
            at: self.at,
            key: self.keys.get(key).pem(),
            key_is_odd: key >= keys::WEAK || !leaf.octets.spare_the_key(),
            stapled: false,
            on_the_edge: plan.on_the_edge,
            changes: plan.changes,
            hits,
        }
    }
}

/// Octets as text, for `openssl asn1parse` and the like.
fn hex(octets: &[u8]) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    octets.concat()
}

impl Settings {
    /// OpenSSL's `X509_CERT_AUX` (`crypto/x509/x_x509a.c`).
    fn der(&self) -> Vec<u8> {
        let list = |tag, purposes: &Option<Vec<&str>>| {
            let purposes = purposes.as_ref();
            purposes.map_or_else(Vec::new, |some| {
                tlv(tag, some.iter().flat_map(|p| oid(p)).collect::<Vec<_>>())
            })
        };
        let alias = self.alias.map_or_else(Vec::new, utf8);
        seq([list(0x30, &self.trust), list(0xa0, &self.reject), alias])
    }
}
