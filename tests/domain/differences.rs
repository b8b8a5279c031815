//! Where the verdict on a domain is not what the judges do, and why.

/// A difference.
#[derive(Debug)]
pub struct Difference {
    /// The domain's first label.
    pub case: &'static str,
    /// The kind of sender, or `state` for that of MTA-STS; empty: all of them.
    what: &'static str,
    /// What the verdict is.
    ours: &'static str,
    /// What the judges do.
    theirs: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Difference {
    /// Whether it is this one: what we say, and what they do.
    pub fn explains(&self, case: &str, what: &str, says: [&str; 2]) -> bool {
        let is_about = self.what.is_empty() || self.what == what;
        self.case == case && is_about && says == [self.ours, self.theirs]
    }
}

const fn row(
    case: &'static str,
    what: &'static str,
    [ours, theirs]: [&'static str; 2],
    reason: &'static str,
) -> Difference {
    Difference {
        case,
        what,
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
const ANY_PATTERN: &str = "Postfix before 3.10.5 takes any host whose certificate fits a pattern; RFC 8461 section 4.1 wants \
     the host itself among them";
const LAST: &str = "the plugin takes the last of a repeated key, RFC 8461 section 3.2 the first";
const ADDRESS: &str = "with an address among the patterns Postfix before 3.10.5 wants it in the certificate; by RFC \
     8461 section 4.1 patterns are names";
const CN: &str =
    "Postfix takes the common name of a certificate without names; RFC 8461 section 4.1 does not";
const WEB_CN: &str =
    "Python takes the common name of a certificate without names; RFC 8461 section 3.3 does not";
const OLD: &str = "Postfix takes TLS 1.0 where it does not authenticate; the report on the host says how old it is, and \
     that other programs refuse it";

const UNCHECKED: &str =
    "aws-lc does not verify with RSA of 1024 bits; what is not known is never shown as fine";

const BROKEN: &str =
    "a record that does not count is reported; for a sender it is as if there were none";

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
        "weak-issuer",
        "dane",
        ["deferred", "authenticated"],
        UNCHECKED,
    ),
    row(
        "mx-wildcard-deep",
        "mta-sts",
        ["deferred", "authenticated"],
        DEEP,
    ),
    row(
        "mx-other-of-wildcard",
        "mta-sts",
        ["deferred", "authenticated"],
        ANY_PATTERN,
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
    row("tls-1-0", "", ["delivered", "encrypted"], OLD),
    row("tls-1-0-plain", "", ["delivered", "encrypted"], OLD),
    row("tls-1-0-enforce", "", ["delivered", "encrypted"], OLD),
    row("record-two", "state", ["broken", "absent"], BROKEN),
    row("record-no-id", "state", ["broken", "absent"], BROKEN),
    row(
        "record-of-old-version",
        "state",
        ["broken", "absent"],
        BROKEN,
    ),
    row("key-repeated", "state", ["enforce", "testing"], LAST),
    row("web-cn-only", "state", ["broken", "enforce"], WEB_CN),
];
