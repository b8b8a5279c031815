//! Where the judges differ from us, each with the reason. What stands here must differ.

/// A judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    Unbound,
    Delv,
}

/// A difference: of the names that end in `name`, and of one type or all (`*`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Difference {
    pub(crate) judge: Judge,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) theirs: &'static str,
    pub(crate) reason: &'static str,
}

impl Difference {
    /// Whether it explains that of this question a judge says `theirs`, and we `ours`.
    pub(crate) fn explains(
        &self,
        judge: Judge,
        name: &str,
        kind: &str,
        ours: &str,
        theirs: &str,
    ) -> bool {
        let below = name == self.name || name.ends_with(&format!(".{}", self.name));
        below
            && self.judge == judge
            && (self.kind == "*" || self.kind == kind)
            && self.ours == ours
            && self.theirs == theirs
    }
}

const fn row(
    judge: Judge,
    name: &'static str,
    ours: &'static str,
    theirs: &'static str,
    reason: &'static str,
) -> Difference {
    Difference {
        judge,
        name,
        kind: "*",
        ours,
        theirs,
        reason,
    }
}

impl Difference {
    /// For that name alone.
    const fn of(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }
}

use Judge::{Delv, Unbound};

const ED448: &str = "aws-lc does not have Ed448; a zone in an algorithm that the validator does not \
                     have is insecure (RFC 4035 §5.2)";
const OPT_OUT: &str = "in an opt-out span a name that is denied may be an unsigned delegation \
                       (RFC 5155 §9.2)";
const EXTRA_ALIAS: &str = "the address is signed; what stands beside it was not asked for";
const EXTRA_NSEC: &str = "the proof is complete; what stands beside it was not asked for";
const CIRCLE: &str = "unbound follows the alias, in a circle, before it validates it";
const MADE: &str = "the alias must be exactly what the DNAME makes (RFC 6672 §3.1); the judge makes it \
                    itself, and does not look at the one that was sent";
const CODE: &str = "the code of a reply is not signed; the proof is that of NODATA";

/// Of the lab.
pub(crate) const OF_ZONES: &[Difference] = &[
    row(Unbound, "ed448.lab.", "insecure", "secure", ED448),
    row(Delv, "ed448.lab.", "insecure", "secure", ED448),
    row(
        Unbound,
        "sha1-right-beside.lab.",
        "bogus",
        "secure",
        "a DS with SHA-1 does not count beside one with SHA-256 (RFC 4509 §3); unbound takes any, \
         unless harden-algo-downgrade is on",
    ),
    row(
        Unbound,
        "other-protocol.lab.",
        "none",
        "bogus",
        "hickory-proto cannot read a DNSKEY whose protocol is not 3, nor the message that it is in",
    ),
    row(Delv, "optout.lab.", "insecure", "secure", OPT_OUT),
    row(Delv, "ldns-optout.lab.", "insecure", "secure", OPT_OUT),
];

/// Of the resolvers that lie: the name is that of the lie, the type the name that was asked for.
pub(crate) const OF_LIARS: &[Difference] = &[
    row(
        Delv,
        "denies without proof",
        "insecure",
        "failed",
        "nothing needs a proof in an unsigned zone; delv wants its SOA",
    )
    .of("www.unsigned.lab."),
    row(Unbound, "says NXDOMAIN for NODATA", "secure", "bogus", CODE),
    row(Delv, "says NXDOMAIN for NODATA", "secure", "failed", CODE),
    row(
        Unbound,
        "another name's alias",
        "secure",
        "none",
        EXTRA_ALIAS,
    ),
    row(
        Delv,
        "another name's alias",
        "secure",
        "failed",
        EXTRA_ALIAS,
    ),
    row(Unbound, "an alias of its own", "bogus", "none", CIRCLE),
    row(Unbound, "a loop of aliases", "bogus", "none", CIRCLE),
    row(Unbound, "a thousand aliases", "bogus", "none", CIRCLE),
    row(Unbound, "another target", "bogus", "secure", MADE),
    row(Delv, "another target", "bogus", "secure", MADE),
    row(Unbound, "a wide NSEC", "secure", "bogus", EXTRA_NSEC),
    row(Delv, "a wide NSEC", "secure", "failed", EXTRA_NSEC),
    row(
        Unbound,
        "FORMERR to EDNS",
        "none",
        "bogus",
        "unbound asks again without EDNS, and then misses the signatures; we name the resolver",
    ),
    row(
        Unbound,
        "another question first",
        "secure",
        "none",
        "we wait for the reply past one to another question",
    ),
];

/// Of random zones.
pub(crate) const OF_CHANCE: &[Difference] = &[row(
    Unbound,
    "CNAME below a DNAME",
    "secure",
    "bogus",
    "the DNAME proves the alias that it makes; unbound wants it signed where the alias itself is asked for",
)];

/// The document has every row with its reason.
#[test]
fn the_document_has_every_difference() {
    let text = include_str!("../../docs/dnssec.md");
    for row in OF_ZONES.iter().chain(OF_LIARS).chain(OF_CHANCE) {
        let judge = format!("{:?}", row.judge).to_lowercase();
        let says = format!(
            "| {judge} | {} | {} | {} |",
            row.ours, row.theirs, row.reason
        );
        let name = row.name.trim_end_matches('.');
        let stands = |line: &str| line.contains(name) && line.ends_with(&says);
        assert!(text.lines().any(stands), "not in docs/dnssec.md: {row:?}");
    }
}
