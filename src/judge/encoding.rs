//! Is an issuer named as it names itself, octet by octet? (RFC 5280 §4.1.2.4, §7.1) OpenSSL compares
//! names without string types, letter case and runs of blanks; webpki compares octets.

use super::elsewhere::elsewhere;
use super::member::Member;
use crate::certificate::Name;
use crate::finding::{Code, Evidence, Finding};

/// Each link of a path whose two names are the same and not written alike.
pub(super) fn check(members: &[Member<'_>]) -> Vec<Finding> {
    let links = members.windows(2).filter_map(|link| {
        let [below, issuer] = link else { return None };
        let named = &below.certificate.facts().ok()?.issuer;
        let own = &issuer.certificate.facts().ok()?.subject;
        if named.raw() == own.raw() || !named.is_same(own) {
            return None;
        }
        let difference = Difference::of(named, own);
        let place = match issuer.index {
            Some(_) => "is sent",
            None => "is among the anchors",
        };
        // GnuTLS reads the strings of what is sent, and looks up an anchor by octets.
        let gnutls = issuer.index.is_some() && is_same_for_gnutls(below, issuer);
        let written = match own.label() {
            same if same == named.label() => String::new(),
            other => format!(" as \"{other}\""),
        };
        let message = format!(
            "the issuer of \"{}\", \"{}\", {place}{written}, but its name is encoded otherwise there ({}), and octets are compared here, as in all programs built on rustls; {}",
            below.certificate.label(),
            named.label(),
            difference.words(),
            elsewhere(true, gnutls)
        );
        let advice = "leave the chain as it is, and have the certificate issued again by a CA that writes its own name the same way everywhere";
        let finding = below.finding(Code::NameEncoding, message, advice);
        Some(finding.because(Evidence::Link {
            subject: below.certificate.label(),
            issuer: named.label(),
        }))
    });
    links.collect()
}

fn is_same_for_gnutls(below: &Member<'_>, issuer: &Member<'_>) -> bool {
    let (below, issuer) = (
        below.certificate.as_gnutls(),
        issuer.certificate.as_gnutls(),
    );
    below
        .zip(issuer)
        .is_some_and(|(below, issuer)| below.issuer.is_same(&issuer.subject))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    StringType,
    Case,
    Blanks,
}

impl Difference {
    fn of(one: &Name, two: &Name) -> Self {
        let (one, two) = (one.to_string(), two.to_string());
        if one == two {
            Self::StringType
        } else if one.to_lowercase() == two.to_lowercase() {
            Self::Case
        } else {
            Self::Blanks
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::StringType => "as a string of another type",
            Self::Case => "in other letter case",
            Self::Blanks => "with other blanks",
        }
    }
}
