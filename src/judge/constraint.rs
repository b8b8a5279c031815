//! May the CAs of the path issue for what stands in the subject? (RFC 5280 §4.2.1.10) webpki holds
//! nothing but the subject alternative names against name constraints; OpenSSL and GnuTLS hold the
//! e-mail addresses of the subject, too, and the common names of a leaf without any DNS name. The
//! rules are OpenSSL's (`crypto/x509/v3_ncons.c`, and `check_name_constraints` in `x509_vfy.c`).

use super::finding::{Code, Finding};
use super::subtree::{self, Breach};
use super::{Member, Role};
use crate::certificate::constraints::{GeneralName, NameConstraints};
use crate::certificate::raw::Raw;
use crate::certificate::{der, string_text};

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

// The contents of object identifiers.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];
const IA5_STRING: u8 = 0x16;
const NUMERIC_STRING: u8 = 0x12;

/// The tags and contents of the values of one type in the subject.
fn attributes<'a>(raw: &Raw<'a>, kind: &[u8]) -> Vec<(u8, &'a [u8])> {
    let rdns = der::all(raw.subject).unwrap_or_default();
    let attributes = rdns
        .iter()
        .flat_map(|rdn| der::all(rdn.content).unwrap_or_default());
    attributes
        .filter_map(|attribute| match *der::all(attribute.content)?.as_slice() {
            [oid, value] if oid.content == kind => Some((value.tag, value.content)),
            _ => None,
        })
        .collect()
}

/// `cn2dnsid`: a common name that looks like a host name of two labels or more, underscores
/// included. An error: one that OpenSSL refuses.
fn host_name(tag: u8, content: &[u8]) -> Result<Option<String>, ()> {
    let text = match tag {
        NUMERIC_STRING => Some(String::from_utf8_lossy(content).into_owned()),
        _ => string_text(tag, content).flatten(),
    };
    let text = text.ok_or(())?;
    let text = text.trim_end_matches('\0');
    if text.contains('\0') {
        return Err(());
    }
    let octets = text.as_bytes();
    let mut dotted = false;
    for (index, octet) in octets.iter().enumerate() {
        let inner = index > 0 && index + 1 < octets.len();
        let fits = match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => true,
            b'-' => inner,
            b'.' if inner => {
                dotted = true;
                octets[index - 1] != b'-' && !matches!(octets[index + 1], b'.' | b'-')
            }
            _ => false,
        };
        if !fits {
            return Ok(None);
        }
    }
    Ok(dotted.then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_a_host_name_where_openssl_takes_it_for_one() {
        let read = |text: &str| host_name(0x0c, text.as_bytes());
        for host in ["mail.evil", "a_b.test", "192.0.2.1", "a-b.c--d.x", "a.b.c"] {
            assert_eq!(read(host), Ok(Some(host.to_owned())), "{host}");
        }
        for other in [
            "",
            "localhost",
            "mail",
            "a b.test",
            ".a.test",
            "a.test.",
            "a..b",
            "-a.test",
            "a-.b",
            "a.-b",
            "a.b-",
            "*.a.test",
            "bücher.test",
            "a@b.test",
            "Mail Server",
        ] {
            assert_eq!(read(other), Ok(None), "{other}");
        }
        assert_eq!(read("a.test\0\0"), Ok(Some("a.test".to_owned())));
        assert_eq!(read("a.test\0.evil"), Err(()));
        assert_eq!(host_name(0x1e, b"\0a\0.\0b"), Ok(Some("a.b".to_owned())));
        assert_eq!(host_name(0x1e, b"\0a\0.\0"), Err(()));
        assert_eq!(host_name(0x0c, b"a.\xff"), Err(()));
        assert_eq!(host_name(0x13, b"a.\xff"), Ok(None));
        assert_eq!(host_name(0x12, b"1.2"), Ok(Some("1.2".to_owned())));
        assert_eq!(host_name(0x04, b"a.b"), Err(()));
    }
}
