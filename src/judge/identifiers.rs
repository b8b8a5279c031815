//! Do the certificates of the path name each other by their identifiers? webpki does not look at
//! them; OpenSSL and GnuTLS find no issuer where they differ (RFC 5280 §4.2.1.1).

use super::clients::Answer;
use super::clients::openssl::{Mismatch, Mode, chain, mismatch};
use super::policy::Policy;
use crate::certificate::{Certificate, NotIssuer};
use crate::finding::{Code, Evidence, Finding};

/// `path` is the validated path, the leaf first. Where OpenSSL finds another path, nothing is wrong.
pub(super) fn check(
    presented: &[Certificate],
    path: &[Certificate],
    policy: &Policy<'_>,
) -> Option<Finding> {
    let found = mismatch(path)?;
    let verdict = chain(presented, policy.anchors, policy.now, Mode::Default);
    if verdict.answer != Answer::Refuses {
        return None;
    }
    let subject = &path[found.place];
    let issuer = path.get(found.place + 1).unwrap_or(subject);
    let index = presented.iter().position(|sent| sent == subject);
    let message = message(&found, &subject.label(), &issuer.label());
    let finding = Finding::new(Code::IssuerMismatch, index, message, ADVICE);
    Some(finding.because(Evidence::Identifier {
        named: found.named,
        found: found.has,
    }))
}

const ADVICE: &str = "have the certificate issued again by the present CA: OpenSSL (Postfix, Mercurial, curl, Python) finds no issuer for it, and GnuTLS mostly none";

fn message(found: &Mismatch, subject: &str, issuer: &str) -> String {
    let what = match found.kind {
        NotIssuer::KeyId => "key identifier",
        NotIssuer::Serial => "serial number",
        _ => {
            return format!(
                "the authority key identifier of \"{subject}\" names another certificate of its issuer: the issuer of \"{issuer}\" differs"
            );
        }
    };
    format!(
        "the authority key identifier of \"{subject}\" names another certificate of its issuer: the {what} is {}, and that of \"{issuer}\" is {}",
        found.named, found.has
    )
}
