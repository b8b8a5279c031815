//! Why does the path that the server most likely meant end without an anchor?

use super::anchors::Anchors;
use super::likely_path::{End, LikelyPath};
use crate::certificate::Certificate;
use crate::finding::{Advice, Code, Evidence, Finding, Remedy};

/// A code, a message and an advice.
type Reason = (Code, String, Advice);

/// Why the path ends without an anchor.
pub(super) fn check(
    presented: &[Certificate],
    walk: &LikelyPath<'_>,
    anchors: &Anchors,
) -> Option<Finding> {
    let last = walk.last();
    let certificate = &presented[last];
    let facts = certificate.facts().ok()?;
    let end = DeadEnd {
        is_leaf: last == 0,
        label: certificate.label(),
        issuer: facts.issuer.label(),
        anchors: anchors.described(),
        namesake: anchors.of_name(&facts.issuer).next().is_some(),
    };
    let (code, message, advice) = match walk.end {
        End::Anchor(..) => return None,
        End::CutShort => end.cut_short(),
        End::SelfIssued if end.is_leaf => end.self_signed_leaf(),
        End::SelfIssued => end.unknown_root(),
        End::NoIssuer if end.is_leaf => end.no_intermediate(),
        End::NoIssuer => end.unknown_issuer(),
    };
    let evidence = Evidence::Link {
        subject: end.label,
        issuer: end.issuer,
    };
    Some(Finding::new(code, Some(last), message, advice).because(evidence))
}

/// The last certificate of the path.
struct DeadEnd {
    is_leaf: bool,
    label: String,
    issuer: String,
    /// The anchors, in words.
    anchors: String,
    /// Whether an anchor has the name of the issuer.
    namesake: bool,
}

impl DeadEnd {
    /// The anchors in words, and that one of them has the name alone.
    fn origin(&self) -> String {
        if self.namesake {
            format!("{}, where that name has another key", self.anchors)
        } else {
            self.anchors.clone()
        }
    }

    fn cut_short(&self) -> Reason {
        let label = &self.label;
        (
            Code::TooComplex,
            format!("no path was found before the search was given up, at \"{label}\""),
            "present only the leaf and the intermediates that it needs".into(),
        )
    }

    fn self_signed_leaf(&self) -> Reason {
        let (label, anchors) = (&self.label, &self.anchors);
        let not_among =
            format!("\"{label}\" is self-signed, and not among the anchors ({anchors})");
        if self.namesake {
            (
                Code::SelfSigned,
                format!(
                    "{not_among}: the anchor of that name has another key, an older one of this server?"
                ),
                Advice::new("if the server has a new key, or one of another kind, compare the fingerprint on the server and configure this certificate with ")
                    .option(Remedy::Cacerts)
                    .text(", too"),
            )
        } else {
            (
                Code::SelfSigned,
                not_among,
                Advice::new("if it is your server's, compare the fingerprint on the server and configure the certificate itself with ")
                    .option(Remedy::Cacerts),
            )
        }
    }

    fn unknown_root(&self) -> Reason {
        let (label, origin) = (&self.label, self.origin());
        (
            Code::UnknownIssuer,
            format!(
                "the chain ends in the root \"{label}\", which is not among the anchors ({origin})"
            ),
            Advice::new("if you trust this CA, get its root certificate from the CA itself and configure it with ")
                .option(Remedy::Cacerts),
        )
    }

    fn no_intermediate(&self) -> Reason {
        let (label, issuer, origin) = (&self.label, &self.issuer, self.origin());
        (
            Code::MissingIntermediate,
            format!(
                "the server does not send the issuer of \"{label}\", \"{issuer}\", and it is not among the anchors ({origin})"
            ),
            Advice::new("install the CA's intermediate certificate in the server's chain file; if the issuer is a root, configure it with ")
                .option(Remedy::Cacerts),
        )
    }

    fn unknown_issuer(&self) -> Reason {
        let (label, issuer, origin) = (&self.label, &self.issuer, self.origin());
        (
            Code::UnknownIssuer,
            format!(
                "the issuer of \"{label}\", \"{issuer}\", is neither sent nor among the anchors ({origin})"
            ),
            Advice::new("if you trust this CA, configure its root with ")
                .option(Remedy::Cacerts)
                .text("; if the issuer is an intermediate, the server must send it"),
        )
    }
}
