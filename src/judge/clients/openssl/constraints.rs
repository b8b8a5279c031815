//! Name constraints as OpenSSL checks them (`crypto/x509/v3_ncons.c`).

use super::general_name::{self, GeneralName};
use super::seen::{Seen, sequence};
use crate::certificate::der::{self, Element};
use crate::certificate::raw::Raw;
use crate::certificate::string_text;

/// The extension (RFC 5280 §4.2.1.10).
#[derive(Clone, Debug)]
pub(super) struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

#[derive(Clone, Debug)]
struct Subtree {
    base: GeneralName,
    /// `minimum` is absent or 0, and there is no `maximum` (`nc_minmax_valid`).
    has_no_bounds: bool,
}

/// What a check of names comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// All names are allowed.
    Yes,
    /// One is not, or OpenSSL cannot compare it.
    No(&'static str),
    /// The versions of OpenSSL differ.
    Unknown(&'static str),
}

/// `NAME_CHECK_MAX`: names times constraints.
const MOST_COMPARISONS: usize = 1 << 20;

impl NameConstraints {
    /// `None`: it cannot be decoded.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut found = Self {
            permitted: Vec::new(),
            excluded: Vec::new(),
        };
        for field in sequence(der)? {
            let subtrees = der::all(field.content)?;
            let subtrees = subtrees.iter().map(Subtree::read).collect::<Option<_>>()?;
            match field.tag {
                0xa0 => found.permitted = subtrees,
                0xa1 => found.excluded = subtrees,
                _ => return None,
            }
        }
        Some(found)
    }

    /// `NAME_CONSTRAINTS_check`, and for a leaf without a DNS name `NAME_CONSTRAINTS_check_CN`.
    pub(super) fn check(&self, seen: &Seen, is_leaf: bool) -> Held {
        let Some(attributes) = attributes(seen) else {
            return Held::Unknown("the subject of a certificate cannot be read");
        };
        let alt_names = seen.alt_names.as_deref().unwrap_or_default();
        let names = attributes.len() + alt_names.len();
        let constraints = self.permitted.len() + self.excluded.len();
        if names > 0 && constraints > MOST_COMPARISONS / names {
            return Held::No("there are too many names and name constraints");
        }
        let mut checked = Vec::new();
        if !attributes.is_empty() {
            checked.push(GeneralName::Directory(seen.subject.clone()));
        }
        for (kind, tag, value) in &attributes {
            if *kind == EMAIL_ADDRESS {
                if *tag != IA5_STRING {
                    return Held::No("an email address in a subject is not an IA5String");
                }
                checked.push(GeneralName::Email(value.to_vec()));
            }
        }
        checked.extend(alt_names.iter().cloned());
        let has_dns_name = alt_names.iter().any(|n| matches!(n, GeneralName::Dns(_)));
        if is_leaf && !has_dns_name {
            for (_, tag, value) in attributes.iter().filter(|(kind, ..)| *kind == COMMON_NAME) {
                match host_in_common_name(*tag, value) {
                    Ok(name) => checked.extend(name.map(GeneralName::Dns)),
                    Err(why) => return Held::No(why),
                }
            }
        }
        let held = checked.iter().map(|name| self.holds(name));
        held.reduce(Held::and).unwrap_or(Held::Yes)
    }

    /// `nc_match`.
    fn holds(&self, name: &GeneralName) -> Held {
        if self.is_about_email() && *name == GeneralName::Other(SMTP_UTF8_MAILBOX.to_vec()) {
            return Held::Unknown("an internationalised email address is under a name constraint");
        }
        let mut permitted = None;
        for subtree in self.permitted.iter().filter(|s| s.base.is_like(name)) {
            if !subtree.has_no_bounds {
                return Held::No("a name constraint has a minimum or maximum");
            }
            if permitted == Some(true) {
                continue;
            }
            match matches(name, &subtree.base) {
                Ok(within) => permitted = Some(within),
                Err(held) => return held,
            }
        }
        if permitted == Some(false) {
            return Held::No("a name is not among those that a CA may issue for");
        }
        for subtree in self.excluded.iter().filter(|s| s.base.is_like(name)) {
            if !subtree.has_no_bounds {
                return Held::No("a name constraint has a minimum or maximum");
            }
            match matches(name, &subtree.base) {
                Ok(true) => return Held::No("a CA must not issue for a name of the certificate"),
                Ok(false) => {}
                Err(held) => return held,
            }
        }
        Held::Yes
    }
}

impl NameConstraints {
    fn is_about_email(&self) -> bool {
        let mut subtrees = self.permitted.iter().chain(&self.excluded);
        subtrees.any(|subtree| matches!(subtree.base, GeneralName::Email(_)))
    }
}

impl Held {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No(why), _) | (_, Self::No(why)) => Self::No(why),
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            _ => Self::Yes,
        }
    }
}

impl Subtree {
    fn read(element: &Element<'_>) -> Option<Self> {
        let fields = der::all(element.content).filter(|_| element.tag == 0x30)?;
        let (base, bounds) = fields.split_first()?;
        let is_default = |bound: &Element<'_>| bound.tag == 0x80 && bound.content == [0];
        Some(Self {
            base: general_name::read(base)?,
            has_no_bounds: bounds.iter().all(is_default),
        })
    }
}

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01];
const IA5_STRING: u8 = 0x16;
/// RFC 8398.
const SMTP_UTF8_MAILBOX: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09];

/// An attribute of a name: type, tag of the value, value.
type Attribute<'a> = (&'a [u8], u8, &'a [u8]);

/// The attributes of the subject.
fn attributes(seen: &Seen) -> Option<Vec<Attribute<'_>>> {
    let mut found = Vec::new();
    for rdn in der::all(Raw::read(seen.certificate.der())?.subject)? {
        for attribute in der::all(rdn.content)? {
            let &[kind, value] = der::all(attribute.content)?.as_slice() else {
                return None;
            };
            found.push((kind.content, value.tag, value.content));
        }
    }
    Some(found)
}

/// The common names of the subject, as OpenSSL turns them into text; `None`: one cannot be.
pub(super) fn common_names(seen: &Seen) -> Option<Vec<Vec<u8>>> {
    let attributes = attributes(seen)?;
    let names = attributes.iter().filter(|(kind, ..)| *kind == COMMON_NAME);
    names
        .map(|(_, tag, value)| Some(utf8(*tag, value)?.into_bytes()))
        .collect()
}

/// `ASN1_STRING_to_UTF8`.
fn utf8(tag: u8, value: &[u8]) -> Option<String> {
    const NUMERIC_STRING: u8 = 0x12;
    match string_text(tag, value) {
        Some(text) => text,
        None if tag == NUMERIC_STRING => str::from_utf8(value).ok().map(str::to_owned),
        None => None,
    }
}

/// The common name if it looks like a host name of two labels or more (`cn2dnsid`).
fn host_in_common_name(tag: u8, value: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    let Some(text) = utf8(tag, value) else {
        return Err("a common name cannot be read");
    };
    let name = text.trim_end_matches('\0').as_bytes();
    if name.contains(&0) {
        return Err("a common name has a NUL in it");
    }
    let mut has_dot = false;
    for (place, octet) in name.iter().enumerate() {
        let around = || Some((name.get(place.checked_sub(1)?)?, name.get(place + 1)?));
        let fits = match octet {
            b'_' => true,
            b'-' => around().is_some(),
            b'.' => {
                let inside = around().is_some_and(|(before, after)| {
                    *after != b'.' && *before != b'-' && *after != b'-'
                });
                has_dot |= inside;
                inside
            }
            other => other.is_ascii_alphanumeric(),
        };
        if !fits {
            return Ok(None);
        }
    }
    Ok(has_dot.then(|| name.to_vec()))
}

/// Whether the name lies within the constraint (`nc_match_single`).
fn matches(name: &GeneralName, base: &GeneralName) -> Result<bool, Held> {
    match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Ok(name.starts_with(base)),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Ok(dns(name, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => email(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => uri(name, base),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => ip(name, base),
        _ => Err(Held::No("OpenSSL knows no name constraints of this kind")),
    }
}

/// `nc_dns`.
fn dns(name: &[u8], base: &[u8]) -> bool {
    let Some(start) = name.len().checked_sub(base.len()) else {
        return false;
    };
    let at_label = start == 0 || base.first() == Some(&b'.') || name[start - 1] == b'.';
    base.is_empty() || (at_label && name[start..].eq_ignore_ascii_case(base))
}

/// `nc_email`.
fn email(name: &[u8], base: &[u8]) -> Result<bool, Held> {
    let at = |address: &[u8]| address.iter().rposition(|octet| *octet == b'@');
    let Some(name_at) = at(name) else {
        return Err(Held::No("an email address has no @"));
    };
    let base_at = at(base);
    if base_at.is_none() && base.first() == Some(&b'.') {
        return Ok(name.len() > base.len() && ends_with(name, base));
    }
    let (name_local, name_host) = (&name[..name_at], &name[name_at + 1..]);
    let base_host = match base_at {
        Some(0) | None => base.strip_prefix(b"@").unwrap_or(base),
        Some(base_at) => {
            if name_local != &base[..base_at] {
                return Ok(false);
            }
            &base[base_at + 1..]
        }
    };
    Ok(name_host.eq_ignore_ascii_case(base_host))
}

/// `nc_uri`, for the URIs that every version takes apart in one way.
fn uri(name: &[u8], base: &[u8]) -> Result<bool, Held> {
    let odd = Err(Held::Unknown(
        "the versions of OpenSSL read such a URI differently",
    ));
    let Some(colon) = name.iter().position(|octet| *octet == b':') else {
        return odd;
    };
    let Some(rest) = name[colon..].strip_prefix(b"://") else {
        return odd;
    };
    let host_end = rest
        .iter()
        .position(|octet| *octet == b'/')
        .unwrap_or(rest.len());
    let host = &rest[..host_end];
    let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._".contains(octet);
    if host.is_empty() || !host.iter().all(is_plain) || colon == 0 {
        return odd;
    }
    Ok(if base.first() == Some(&b'.') {
        host.len() > base.len() && ends_with(host, base)
    } else {
        host.eq_ignore_ascii_case(base)
    })
}

/// `nc_ip`.
fn ip(name: &[u8], base: &[u8]) -> Result<bool, Held> {
    if !matches!(name.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return Err(Held::No(
            "an address or its constraint has the wrong length",
        ));
    }
    if name.len() * 2 != base.len() {
        return Ok(false);
    }
    let (base, mask) = base.split_at(name.len());
    let mut octets = name.iter().zip(base).zip(mask);
    Ok(octets.all(|((name, base), mask)| name & mask == base & mask))
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}
