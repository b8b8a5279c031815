//! Is the certificate within its dates? (RFC 5280 §4.1.2.5)

use super::member::{Member, Role};
use crate::certificate::in_words;
use crate::finding::{Code, Evidence, Finding};
use time::{Duration, OffsetDateTime};

pub(super) fn check(member: &Member<'_>, now: OffsetDateTime) -> Option<Finding> {
    let facts = member.certificate.facts().ok()?;
    let label = member.certificate.label();
    let anchor = member.role == Role::Anchor;
    // The dates have whole seconds, and the last second is valid completely.
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let validity = Evidence::Validity {
        not_before: facts.not_before,
        not_after: facts.not_after,
        judged_at: now,
    };
    let finding =
        |code, message, advice| Some(member.finding(code, message, advice).because(validity));
    // Of what is sent, webpki refuses it.
    let seen = member.certificate.as_openssl().filter(|_| anchor);
    if seen.is_some_and(|seen| seen.not_before.is_none() || seen.not_after.is_none()) {
        let message = format!(
            "a date of \"{label}\" is not written as YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ, and OpenSSL refuses it"
        );
        return finding(Code::Malformed, message, "have it issued again");
    }
    if facts.not_before > facts.not_after {
        let message = format!("the validity of \"{label}\" ends before it begins");
        return finding(Code::Malformed, message, "have it issued again");
    }
    if !anchor && facts.not_before.unix_timestamp() < 0 && now <= facts.not_after {
        let message = format!(
            "the validity of \"{label}\" begins before 1970, on {}, which cannot be judged here",
            facts.not_before.date()
        );
        let advice = "have it issued again with the date of its issue";
        return finding(Code::PathInvalid, message, advice);
    }
    if now > facts.not_after {
        let code = if anchor {
            Code::AnchorExpired
        } else {
            Code::Expired
        };
        let message = format!(
            "\"{label}\" expired {} ago, on {}",
            in_words(now - facts.not_after),
            facts.not_after.date()
        );
        let ago = now - facts.not_after;
        return finding(code, message, expired_advice(member.role, ago));
    }
    if now < facts.not_before {
        let code = if anchor {
            Code::AnchorNotYetValid
        } else {
            Code::NotYetValid
        };
        let message = format!(
            "\"{label}\" is not valid before {}, in {}",
            facts.not_before.date(),
            in_words(facts.not_before - now)
        );
        let advice = "check the clock of this machine; else wait, or have it issued again";
        return finding(code, message, advice);
    }
    None
}

/// A certificate that expired this long ago may mean that the clock is wrong.
const YEARS: Duration = Duration::days(365);

fn expired_advice(role: Role, ago: Duration) -> &'static str {
    match role {
        _ if ago >= YEARS => {
            "check the clock of this machine, which may be years ahead; else renew the certificate, and install the current chain of the CA"
        }
        Role::Leaf => "renew the certificate on the server, and have the server reload it",
        Role::Intermediate => "install the current chain of the CA on the server",
        Role::Anchor => {
            "get the CA's current root certificate and replace it in the configured anchors"
        }
    }
}
