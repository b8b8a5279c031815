//! Name constraints as OpenSSL checks them (`NAME_CONSTRAINTS_check` and `NAME_CONSTRAINTS_check_CN` in
//! `crypto/x509/v3_ncons.c`).

use super::seen::Seen;
use crate::certificate::constraints::{GeneralName, NameConstraints};
use crate::certificate::der;
use crate::certificate::raw::Raw;
use crate::judge::clients::Verdict;
use crate::judge::subject::{COMMON_NAME, EMAIL_ADDRESS, IA5_STRING, attributes, host_name, text};
use crate::judge::subtree::{self, Breach};

/// `NAME_CHECK_MAX`: names times constraints.
const MOST_COMPARISONS: usize = 1 << 20;
/// RFC 8398.
const SMTP_UTF8_MAILBOX: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09];

/// Checks the names of a certificate by the constraints of one above it.
pub(super) fn check(constraints: &NameConstraints, seen: &Seen<'_>, is_leaf: bool) -> Verdict {
    let Some(raw) = Raw::read(seen.certificate.der()) else {
        return Verdict::unknown("the subject of a certificate cannot be read");
    };
    let alt_names = seen.alt_names.as_deref().unwrap_or_default();
    let rdns = der::all(raw.subject).unwrap_or_default();
    let in_subject = rdns.iter().filter_map(|rdn| der::all(rdn.content));
    let in_subject: usize = in_subject.map(|attributes| attributes.len()).sum();
    let names = in_subject + alt_names.len();
    if names > 0 && constraints.all().count() > MOST_COMPARISONS / names {
        return seen.refuse("there are too many names and name constraints");
    }
    let mut checked = alt_names.to_vec();
    if in_subject > 0 {
        checked.push(GeneralName::Directory(der::write(0x30, raw.subject)));
    }
    for (tag, value) in attributes(&raw, EMAIL_ADDRESS) {
        if tag != IA5_STRING {
            return seen.refuse("an email address in a subject is not an IA5String");
        }
        checked.push(GeneralName::Email(value.to_vec()));
    }
    let is_dns = |name: &GeneralName| matches!(name, GeneralName::Dns(_));
    if is_leaf && !alt_names.iter().any(is_dns) {
        for (tag, value) in attributes(&raw, COMMON_NAME) {
            let Ok(host) = host_name(tag, value) else {
                return seen.refuse("a common name cannot be read");
            };
            checked.extend(host.map(|host| GeneralName::Dns(host.into_bytes())));
        }
    }
    let verdicts = checked.iter().map(|name| hold(seen, name, constraints));
    verdicts.fold(Verdict::accepts(), Verdict::and)
}

fn hold(seen: &Seen<'_>, name: &GeneralName, constraints: &NameConstraints) -> Verdict {
    let has_kind_of = |name: &GeneralName| constraints.all().any(|s| s.base.is_like(name));
    match name {
        // It counts as an address, for which a constraint has to be converted.
        GeneralName::Other(..)
            if name.other_type() == Some(SMTP_UTF8_MAILBOX)
                && has_kind_of(&GeneralName::Email(Vec::new())) =>
        {
            let why = "an internationalised email address is under a name constraint";
            return Verdict::unknown(why);
        }
        GeneralName::Uri(uri) if has_kind_of(name) && !is_plain(uri) => {
            return Verdict::unknown("the versions of OpenSSL read such a URI differently");
        }
        _ => {}
    }
    match subtree::hold(name, constraints) {
        Ok(()) => Verdict::accepts(),
        Err(Breach::Permitted) => seen.refuse("a name is not among those that a CA may issue for"),
        Err(Breach::Excluded) => seen.refuse("a CA must not issue for a name of the certificate"),
        Err(Breach::Syntax) => seen.refuse("a name or its name constraint cannot be compared"),
        Err(Breach::Extent) => seen.refuse("a name constraint has a minimum or maximum"),
    }
}

/// Whether every version of OpenSSL parses the URI in the same way: a scheme, a host, a path.
fn is_plain(uri: &[u8]) -> bool {
    let Some(colon) = uri.iter().position(|octet| *octet == b':') else {
        return false;
    };
    let Some(rest) = uri[colon..].strip_prefix(b"://") else {
        return false;
    };
    let host = rest
        .split(|octet| *octet == b'/')
        .next()
        .unwrap_or_default();
    let is_host = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._".contains(octet);
    colon > 0 && !host.is_empty() && host.iter().all(is_host)
}

/// The common names of the subject; `None`: one cannot be read.
pub(super) fn common_names(seen: &Seen<'_>) -> Option<Vec<Vec<u8>>> {
    let raw = Raw::read(seen.certificate.der())?;
    let names = attributes(&raw, COMMON_NAME).into_iter();
    names
        .map(|(tag, value)| Some(text(tag, value)?.into_bytes()))
        .collect()
}
