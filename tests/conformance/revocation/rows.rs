//! The cases, each with what is said of it: a row of the table in docs/revocation.md where a judge
//! says something else.

use super::world::{INTERMEDIATE, KEY_ID, LEAF, POINT, ROOT, Setup, World, serial};
use testkit::crl::{Crl, authority, issuing_point, only, other_key, points, relative_point};
use testkit::der::{Issuer, basic_constraints, extension, integer, null, seq, tlv, utc};
use time::Duration;

/// A case.
pub struct Row {
    pub name: &'static str,
    pub make: fn(&World) -> Setup,
    /// Our statuses, the leaf's first.
    pub ours: &'static str,
    /// The numbers of OpenSSL's errors.
    pub openssl: &'static str,
    /// With `-extended_crl`, where that differs.
    pub extended: Option<&'static str>,
    /// `None`: certtool knows only the present.
    pub gnutls: Option<&'static str>,
}

const fn row(
    name: &'static str,
    make: fn(&World) -> Setup,
    ours: &'static str,
    openssl: &'static str,
    gnutls: &'static str,
) -> Row {
    Row {
        name,
        make,
        ours,
        openssl,
        extended: None,
        gnutls: Some(gnutls),
    }
}

impl Row {
    const fn extended(self, extended: &'static str) -> Self {
        Self {
            extended: Some(extended),
            ..self
        }
    }

    const fn without_gnutls(self) -> Self {
        Self {
            gnutls: None,
            ..self
        }
    }
}

/// All cases.
pub const ROWS: &[Row] = &[
    row(
        "nothing is revoked",
        |w| w.leaf_lists(&[w.list()]),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "the leaf is revoked",
        |w| w.leaf_lists(&[w.with_leaf(Some(1))]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "the leaf is revoked without a reason",
        |w| w.leaf_lists(&[w.with_leaf(None)]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "the leaf is on hold",
        |w| w.leaf_lists(&[w.with_leaf(Some(6))]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "removeFromCRL",
        |w| w.leaf_lists(&[w.with_leaf(Some(8))]),
        "good good",
        "ok",
        "revoked",
    ),
    row(
        "the revocation is dated tomorrow",
        |w| w.leaf_lists(&[w.list().with(LEAF, w.ago(-1), None)]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "the serial number has a needless octet",
        |w| w.leaf_lists(&[w.list().with(&[0, 0, 0xc3, 1], w.ago(2), None)]),
        "revoked good",
        "3",
        "ok",
    ),
    row(
        "the intermediate is revoked",
        |w| {
            let of_root = w.list().with(INTERMEDIATE, w.ago(2), Some(2));
            w.setup(vec![
                of_root.signed_by(&w.root),
                w.list().signed_by(&w.intermediate),
            ])
        },
        "good revoked",
        "23",
        "revoked",
    ),
    row(
        "the root is on its own list",
        |w| {
            let of_root = w.list().with(ROOT, w.ago(2), Some(2));
            w.setup(vec![
                of_root.signed_by(&w.root),
                w.list().signed_by(&w.intermediate),
            ])
        },
        "good good",
        "23",
        "ok",
    ),
    // Which list counts.
    row(
        "an old list first, the new one has the leaf",
        |w| w.leaf_lists(&[old(w, None), w.with_leaf(None)]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "the new list first, which has the leaf",
        |w| w.leaf_lists(&[w.with_leaf(None), old(w, None)]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "an old list has the leaf, the new one does not",
        |w| w.leaf_lists(&[old(w, Some(6)), w.list()]),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "two lists of one date, one has the leaf",
        |w| w.leaf_lists(&[w.list(), w.with_leaf(None)]),
        "revoked good",
        "ok",
        "revoked",
    ),
    row(
        "the newest is out of date and has the leaf, an older one holds",
        |w| {
            let newest = w.with_leaf(None).of(w.ago(2), Some(w.ago(1)));
            let older = w.list().of(w.ago(5), Some(w.ago(-5)));
            w.leaf_lists(&[newest, older])
        },
        "revoked good",
        "ok",
        "revoked",
    ),
    row(
        "a namesake's list first",
        |w| {
            let own = w.list().signed_by(&w.intermediate);
            w.setup(vec![
                w.of_root(),
                w.with_leaf(None).signed_by(&w.namesake),
                own,
            ])
        },
        "good good",
        "8",
        "ok",
    ),
    row(
        "a namesake's list alone",
        |w| w.setup(vec![w.of_root(), w.list().signed_by(&w.namesake)]),
        "unknown good",
        "8",
        "ok",
    ),
    row(
        "no list for the leaf",
        |w| w.setup(vec![w.of_root()]),
        "unknown good",
        "3",
        "ok",
    ),
    row(
        "no list for the intermediate",
        |w| w.setup(vec![w.list().signed_by(&w.intermediate)]),
        "good unknown",
        "3",
        "ok",
    ),
    row(
        "no list at all",
        |w| w.setup(Vec::new()),
        "unknown unknown",
        "3",
        "no",
    ),
    // Dates.
    row(
        "the list is out of date",
        |w| w.leaf_lists(&[old(w, None)]),
        "stale good",
        "12",
        "ok",
    ),
    row(
        "the list is out of date and has the leaf",
        |w| w.leaf_lists(&[old(w, Some(1))]),
        "revoked good",
        "12 23",
        "revoked",
    ),
    row(
        "the list is of tomorrow",
        |w| w.leaf_lists(&[w.list().of(w.ago(-1), Some(w.ago(-9)))]),
        "unknown good",
        "11",
        "ok",
    ),
    row(
        "the list is of tomorrow and has the leaf",
        |w| w.leaf_lists(&[w.with_leaf(None).of(w.ago(-1), Some(w.ago(-9)))]),
        "revoked good",
        "11 23",
        "revoked",
    ),
    row(
        "the list has no nextUpdate",
        |w| w.leaf_lists(&[w.list().of(w.ago(1), None)]),
        "unknown good",
        "ok",
        "ok",
    ),
    row(
        "after the revocation, by the list of today",
        |w| Setup {
            at: w.ago(1),
            ..w.leaf_lists(&[w.with_leaf(None)])
        },
        "revoked unknown",
        "11 23",
        "",
    )
    .without_gnutls(),
    row(
        "before the revocation, by the list of today",
        |w| Setup {
            at: w.ago(3),
            ..w.leaf_lists(&[w.with_leaf(None)])
        },
        "unknown unknown",
        "11 23",
        "",
    )
    .without_gnutls(),
    row(
        "the leaf has expired and is not on the list",
        |w| {
            let leaf = w.intermediate.leaf(|fields| {
                fields.serial = integer(LEAF);
                fields.valid(utc(w.ago(90)), utc(w.ago(1)));
            });
            let mut setup = w.leaf_lists(&[w.list()]);
            setup.chain[0] = leaf;
            setup
        },
        "unknown good",
        "10",
        "no",
    ),
    // What a list is for.
    row(
        "for the distribution point of the leaf",
        |w| scoped(w, issuing_point(Some(POINT), &[])),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "for another distribution point",
        |w| scoped(w, issuing_point(Some("http://crl.example/2.crl"), &[])),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "for a distribution point with a relative name",
        |w| scoped(w, issuing_point(None, &[relative_point()])),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "for a distribution point without a name",
        |w| scoped(w, issuing_point(None, &[tlv(0xa0, tlv(0xa0, ""))])),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "the leaf is revoked, a newer list is for a relative name",
        |w| {
            let newer = w.list().extended(issuing_point(None, &[relative_point()]));
            w.leaf_lists(&[w.with_leaf(None).of(w.ago(1), Some(w.ago(-3))), newer])
        },
        "revoked good",
        "23",
        "ok",
    ),
    row(
        "for users, without a distribution point",
        |w| scoped(w, issuing_point(None, &[only(1)])),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "for CAs",
        |w| scoped(w, issuing_point(None, &[only(2)])),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "for attribute certificates",
        |w| scoped(w, issuing_point(None, &[only(5)])),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "the intermediate's is for users",
        |w| {
            let of_root = w.list().extended(issuing_point(None, &[only(1)]));
            w.setup(vec![
                of_root.signed_by(&w.root),
                w.list().signed_by(&w.intermediate),
            ])
        },
        "good unknown",
        "44",
        "ok",
    ),
    row(
        "an indirect list",
        |w| scoped(w, issuing_point(None, &[only(4)])),
        "unknown good",
        "3",
        "ok",
    )
    .extended("ok"),
    row(
        "for some reasons",
        |w| scoped(w, issuing_point(None, &[tlv(0x83, [6, 0x40])])),
        "unknown good",
        "3",
        "ok",
    )
    .extended("3"),
    row(
        "a delta list alone",
        |w| scoped(w, extension("2.5.29.27", true, integer([1]))),
        "unknown good",
        "ok",
        "ok",
    )
    .extended("3"),
    row(
        "a complete list and a delta list that has the leaf",
        |w| {
            let delta = w
                .with_leaf(None)
                .extended(extension("2.5.29.27", true, integer([1])));
            w.leaf_lists(&[w.list(), delta])
        },
        "revoked good",
        "ok",
        "revoked",
    ),
    row(
        "a distribution point that is not readable",
        |w| scoped(w, extension("2.5.29.28", true, seq([tlv(0x82, [1])]))),
        "unknown good",
        "44",
        "ok",
    ),
    row(
        "an old complete list and a delta list that has the leaf",
        |w| {
            let delta = w
                .with_leaf(None)
                .extended(extension("2.5.29.27", true, integer([1])));
            w.leaf_lists(&[w.list().of(w.ago(3), Some(w.ago(-3))), delta])
        },
        "revoked good",
        "23",
        "revoked",
    )
    .extended("ok"),
    row(
        "a complete list, and a newer one with an unknown critical extension",
        |w| {
            let newer = w.list().extended(extension("1.3.9999.1", true, null()));
            w.leaf_lists(&[w.list().of(w.ago(3), Some(w.ago(-3))), newer])
        },
        "unknown good",
        "ok",
        "ok",
    ),
    row(
        "a complete list, and an older one with an unknown critical extension",
        |w| {
            let older = w.list().extended(extension("1.3.9999.1", true, null()));
            w.leaf_lists(&[w.list(), older.of(w.ago(3), Some(w.ago(-3)))])
        },
        "good good",
        "ok",
        "ok",
    ),
    row(
        "a complete list, and an older delta list that has the leaf",
        |w| {
            let delta = w
                .with_leaf(None)
                .extended(extension("2.5.29.27", true, integer([1])));
            w.leaf_lists(&[w.list(), delta.of(w.ago(3), Some(w.ago(-3)))])
        },
        "good good",
        "ok",
        "ok",
    ),
    row(
        "a newer list for another distribution point has the leaf",
        |w| {
            let other = w
                .with_leaf(None)
                .extended(issuing_point(Some("http://crl.example/2.crl"), &[]));
            w.leaf_lists(&[w.list().of(w.ago(3), Some(w.ago(-3))), other])
        },
        "revoked good",
        "ok",
        "revoked",
    ),
    // Form.
    row(
        "version 1",
        |w| w.leaf_lists(&[w.list().version_1()]),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "version 1, and the leaf is revoked",
        |w| w.leaf_lists(&[w.with_leaf(None).version_1()]),
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "version 2 without extensions",
        |w| {
            w.leaf_lists(&[Crl {
                extensions: Vec::new(),
                ..w.with_leaf(None)
            }])
        },
        "revoked good",
        "23",
        "revoked",
    ),
    row(
        "an unknown critical extension",
        |w| scoped(w, extension("1.3.9999.1", true, null())),
        "unknown good",
        "36",
        "ok",
    ),
    row(
        "an unknown extension that is not critical",
        |w| scoped(w, extension("1.3.9999.1", false, null())),
        "good good",
        "ok",
        "ok",
    ),
    row(
        "an entry of another certificate with an unknown critical extension",
        |w| {
            let mut list = w.list();
            let odd = seq([extension("1.3.9999.1", true, null())]);
            list.entries
                .push(seq([integer([0x55]), utc(w.ago(2)), odd]));
            w.leaf_lists(&[list])
        },
        "unknown good",
        "36",
        "ok",
    ),
    // Who may sign.
    row(
        "the list names another key",
        |w| w.leaf_lists(&[w.list().extended(authority(other_key()))]),
        "unknown good",
        "3",
        "ok",
    ),
    row(
        "the list names the key and the serial number of its issuer",
        |w| {
            let named = [tlv(0x80, KEY_ID), tlv(0x82, INTERMEDIATE)].concat();
            w.leaf_lists(&[w.list().extended(authority(named))])
        },
        "good good",
        "ok",
        "ok",
    ),
    row(
        "the list names another serial number of its issuer",
        |w| w.leaf_lists(&[w.list().extended(authority(tlv(0x82, [0x55])))]),
        "unknown good",
        "3",
        "ok",
    ),
    row(
        "the leaf is revoked, a newer list names another key",
        |w| {
            let newer = w.list().extended(authority(other_key()));
            w.leaf_lists(&[w.with_leaf(None).of(w.ago(1), Some(w.ago(-3))), newer])
        },
        "revoked good",
        "23",
        "ok",
    ),
    row(
        "the intermediate may not sign lists",
        |w| {
            let intermediate = w.root.below("Revocation CA", |fields| {
                serial(INTERMEDIATE)(fields);
                fields.extensions = no_crl_sign();
            });
            below(w, &w.root, &intermediate)
        },
        "unknown good",
        "35",
        "ok",
    ),
    row(
        "the anchor may not sign lists",
        |w| {
            let root = Issuer::odd_root("Another Root", |fields| fields.extensions = no_crl_sign());
            let intermediate = root.below("Revocation CA", serial(INTERMEDIATE));
            below(w, &root, &intermediate)
        },
        "good unknown",
        "35",
        "ok",
    ),
    row(
        "the intermediate is revoked, its cross-sign under another root is not",
        |w| {
            let other = Issuer::odd_root("Other Root", serial(ROOT));
            let twin = other.cross_sign(&w.intermediate, serial(INTERMEDIATE));
            let of_root = w
                .list()
                .with(INTERMEDIATE, w.ago(2), Some(2))
                .signed_by(&w.root);
            let mut setup = w.setup(vec![
                of_root,
                w.list().signed_by(&other),
                w.list().signed_by(&w.intermediate),
            ]);
            setup.chain.push(twin);
            setup.anchors.push(other.der());
            setup
        },
        "good good",
        "23",
        "revoked",
    ),
    row(
        "a distribution point of the leaf is for some reasons",
        |w| {
            let point = seq([tlv(0xa0, tlv(0xa0, tlv(0x86, POINT))), tlv(0x81, [6, 0x40])]);
            let leaf = w.intermediate.leaf(|fields| {
                fields.serial = integer(LEAF);
                fields
                    .extensions
                    .push(extension("2.5.29.31", false, seq([point])));
            });
            let mut setup = scoped(w, issuing_point(Some(POINT), &[]));
            setup.chain[0] = leaf;
            setup
        },
        "unknown good",
        "3",
        "ok",
    ),
    row(
        "the list is for the second distribution point of the leaf",
        |w| {
            let leaf = w.intermediate.leaf(|fields| {
                fields.serial = integer(LEAF);
                fields
                    .extensions
                    .push(points(&["http://crl.example/1.crl", POINT]));
            });
            let mut setup = scoped(w, issuing_point(Some(POINT), &[]));
            setup.chain[0] = leaf;
            setup
        },
        "good good",
        "ok",
        "ok",
    ),
];

/// A list that a newer one should have replaced yesterday.
fn old(w: &World, reason: Option<u8>) -> Crl {
    let list = match reason {
        Some(_) => w.list().with(LEAF, w.ago(9), reason),
        None => w.list(),
    };
    list.of(w.ago(8), Some(w.ago(1)))
}

fn scoped(w: &World, extension: Vec<u8>) -> Setup {
    w.leaf_lists(&[w.list().extended(extension)])
}

/// Basic constraints of a CA, and keyCertSign alone.
fn no_crl_sign() -> Vec<Vec<u8>> {
    let usage = extension("2.5.29.15", true, [3, 2, 2, 4]);
    vec![basic_constraints(true), usage]
}

/// A leaf below other CAs, each with its own list.
fn below(w: &World, root: &Issuer, intermediate: &Issuer) -> Setup {
    let leaf = intermediate.leaf(|fields| fields.serial = integer(LEAF));
    Setup {
        chain: vec![leaf, intermediate.der()],
        anchors: vec![root.der()],
        lists: vec![w.list().signed_by(root), w.list().signed_by(intermediate)],
        at: w.now + Duration::ZERO,
    }
}
