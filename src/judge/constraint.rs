//! May the CAs of the path issue for what stands in the subject? (RFC 5280 §4.2.1.10) webpki holds
//! nothing but the subject alternative names against name constraints; OpenSSL and GnuTLS hold the
//! e-mail addresses of the subject, too, and the common names of a leaf without any DNS name. The
//! rules are OpenSSL's (`crypto/x509/v3_ncons.c`, and `check_name_constraints` in `x509_vfy.c`).

use super::member::{Member, Role};
use super::subject::{COMMON_NAME, EMAIL_ADDRESS, IA5_STRING, attributes, host_name};
use super::subtree::{self, Breach};
use crate::certificate::constraints::{GeneralName, NameConstraints};
use crate::certificate::raw::Raw;
use crate::finding::{Code, Finding};

/// The first breach on a path, the leaf first.
pub(super) fn check(members: &[Member<'_>]) -> Option<Finding> {
    for (above, issuer) in members.iter().enumerate().skip(1) {
        let Some(constraints) = NameConstraints::of(issuer.certificate.der()) else {
            continue;
        };
        let mut below = members[..above].iter();
        if let Some(why) = below.find_map(|member| breach(member, &constraints)) {
            let message = format!("{why} of the CA \"{}\"", issuer.certificate.label());
            return Some(Finding::new(Code::NameConstraint, None, message, ADVICE));
        }
    }
    None
}

const ADVICE: &str = "OpenSSL and GnuTLS refuse it: have it issued with its host names as subject alternative names, and with nothing in the subject that the CA may not issue for";

/// What of the subject is not allowed, and by which constraint.
fn breach(member: &Member<'_>, constraints: &NameConstraints) -> Option<String> {
    let is_leaf = member.role == Role::Leaf;
    let self_issued = member.certificate.facts().is_ok_and(|f| f.self_issued);
    if self_issued && !is_leaf {
        return None;
    }
    let raw = Raw::read(member.certificate.der())?;
    let label = member.certificate.label();
    let emails = attributes(&raw, EMAIL_ADDRESS);
    let email = emails.into_iter().find_map(|(tag, content)| {
        let name = GeneralName::Email(content.to_vec());
        let what = format!("the e-mail address {name} in the subject of \"{label}\"");
        match tag {
            IA5_STRING => refused(&what, &name, constraints),
            _ => Some(unclear(&what)),
        }
    });
    let names = GeneralName::all(member.certificate.der());
    let has_dns = names.iter().any(|name| matches!(name, GeneralName::Dns(_)));
    if email.is_some() || !is_leaf || has_dns {
        return email;
    }
    let mut common_names = attributes(&raw, COMMON_NAME).into_iter();
    common_names.find_map(|(tag, content)| match host_name(tag, content) {
        Ok(host) => {
            let name = GeneralName::Dns(host?.into_bytes());
            let what = format!(
                "\"{label}\" has no DNS name, so that its common name {name} counts as one: it"
            );
            refused(&what, &name, constraints)
        }
        Err(()) => Some(unclear(&format!("a common name of \"{label}\""))),
    })
}

fn refused(what: &str, name: &GeneralName, constraints: &NameConstraints) -> Option<String> {
    Some(match subtree::hold(name, constraints).err()? {
        Breach::Permitted => format!(
            "{what} is not among what is permitted ({}) by the name constraints",
            subtree::listed(&constraints.permitted, name)
        ),
        Breach::Excluded => format!(
            "{what} is among what is excluded ({}) by the name constraints",
            subtree::listed(&constraints.excluded, name)
        ),
        Breach::Syntax | Breach::Extent => unclear(what),
    })
}

fn unclear(what: &str) -> String {
    format!("{what} cannot be compared with the name constraints")
}
