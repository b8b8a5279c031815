//! The table of lies: what resolvers may do to a reply, and the questions that each is tried with.

mod aliasing;
mod denying;
mod floods;
mod forging;
mod keys;
mod replaying;
mod stripping;
mod tools;
mod wire;

pub(crate) use tools::{Told, code};
pub(crate) use wire::without_edns;

/// Names and types.
type Questions = &'static [(&'static str, &'static str)];

const PLAIN: Questions = &[("www.p256.lab.", "A")];
const MISSING: Questions = &[
    ("nope.p256.lab.", "A"),
    ("mail.p256.lab.", "TXT"),
    ("nope.nsec3.lab.", "A"),
    ("mail.nsec3.lab.", "TXT"),
];
const BOTH: Questions = &[
    ("www.p256.lab.", "A"),
    ("nope.p256.lab.", "A"),
    ("www.unsigned.lab.", "A"),
];
const WILD: Questions = &[("x.wild.p256.lab.", "A"), ("x.wild.nsec3.lab.", "A")];
const UNSIGNED: Questions = &[("www.unsigned.lab.", "A"), ("www.unsigned.nsec3.lab.", "A")];
const ALIAS: Questions = &[("secure.alias.lab.", "A"), ("www.d.alias.lab.", "A")];

/// All lies.
pub(crate) fn all() -> Vec<Told> {
    let groups = [
        stripping::all(),
        forging::all(),
        replaying::all(),
        denying::all(),
        aliasing::all(),
        keys::all(),
        floods::all(),
        wire::unsound(),
        wire::harmless(),
    ];
    groups.into_iter().flatten().collect()
}
