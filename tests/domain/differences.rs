//! Where the verdict on a domain is not what the judges do, and why.

use crate::judges::SENDERS;

/// A difference.
#[derive(Debug)]
pub struct Difference {
    /// The domain's first label.
    pub case: &'static str,
    /// The kind of sender; empty: all of them.
    sender: &'static str,
    /// What the verdict is.
    ours: &'static str,
    /// What the judges do.
    theirs: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Difference {
    /// Whether it is this one.
    pub fn explains(&self, case: &str, kind: usize, ours: &str, theirs: &str) -> bool {
        let is_kind = self.sender.is_empty() || self.sender == SENDERS[kind];
        self.case == case && is_kind && self.ours == ours && self.theirs == theirs
    }
}

const fn row(
    case: &'static str,
    sender: &'static str,
    [ours, theirs]: [&'static str; 2],
    reason: &'static str,
) -> Difference {
    Difference {
        case,
        sender,
        ours,
        theirs,
        reason,
    }
}

const NULL_MX: &str = "Postfix of Debian 12 gives the mail back where one of several MX records is `.`; RFC 7505 section \
     3 wants it alone, and Exim goes to the others";
const NUMERIC: &str = "Postfix takes an address in an MX record for a host, with a warning; RFC 5321 section 5.1 \
     does not allow it, and Exim gives the mail back";
const DEAD: &str = "the mail waits for an answer about the MX records";
const SECOND: &str = "the mail goes to the first host; someone in the middle can send it on to the one without records";
const DEEP: &str = "the plugin makes `.signed.lab` of `*.signed.lab`, and Postfix before 3.10.5 takes that for any \
     depth; RFC 8461 section 4.1 for one label";
const LAST: &str = "the plugin takes the last of a repeated key, RFC 8461 section 3.2 the first";
const ADDRESS: &str = "with an address among the patterns Postfix before 3.10.5 wants it in the certificate; by RFC \
     8461 section 4.1 patterns are names";
const CN: &str =
    "Postfix takes the common name of a certificate without names; RFC 8461 section 4.1 does not";
const WEB_CN: &str =
    "Python takes the common name of a certificate without names; RFC 8461 section 3.3 does not";

/// All of them.
pub const ALL: &[Difference] = &[
    row(
        "no-mail-mixed",
        "dane",
        ["authenticated", "no-mail"],
        NULL_MX,
    ),
    row("no-mail-mixed", "", ["encrypted", "no-mail"], NULL_MX),
    row("mx-address", "", ["deferred", "encrypted"], NUMERIC),
    row("lost", "", ["unresolved", "deferred"], DEAD),
    row(
        "second-without",
        "dane",
        ["encrypted", "authenticated"],
        SECOND,
    ),
    row(
        "mx-wildcard-deep",
        "mta-sts",
        ["deferred", "authenticated"],
        DEEP,
    ),
    row(
        "key-repeated",
        "mta-sts",
        ["authenticated", "encrypted"],
        LAST,
    ),
    row(
        "mx-address-pattern",
        "mta-sts",
        ["authenticated", "deferred"],
        ADDRESS,
    ),
    row("host-cn-only", "mta-sts", ["deferred", "authenticated"], CN),
    row(
        "web-cn-only",
        "mta-sts",
        ["encrypted", "authenticated"],
        WEB_CN,
    ),
];
