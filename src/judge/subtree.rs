//! Does a name lie within the subtrees of a name constraint? As OpenSSL decides it (`nc_match` and
//! its callees in `crypto/x509/v3_ncons.c`), for the programs that use OpenSSL.
//!
//! Three verifiers, three rules: webpki's (`objection`) reads a wildcard as the names that it may
//! become, and compares DNS names and addresses alone; GnuTLS's (`clients/gnutls/constraints`) merges
//! the constraints of a path and orders names by labels, without the dots at their ends. Only the
//! network of an address means the same to all three.

use crate::certificate::constraints::{GeneralName, NameConstraints, Subtree, is_in_network};
use crate::certificate::{canonical_name, der::Element};

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// There are permitted subtrees for names of this kind, and it lies within none.
    Permitted,
    /// It lies within an excluded one.
    Excluded,
    /// The name, or a subtree for its kind, is not written as it must be, or of a kind that is not
    /// compared.
    Syntax,
    /// A subtree for its kind has a minimum other than 0, or a maximum.
    Extent,
}

/// Checks a name against all constraints.
pub(super) fn hold(name: &GeneralName, constraints: &NameConstraints) -> Result<(), Breach> {
    let (mut seen, mut permitted) = (false, false);
    for subtree in of_kind(&constraints.permitted, name) {
        check_extent(subtree)?;
        // One matching subtree is enough.
        permitted = permitted || within(name, &subtree.base)?;
        seen = true;
    }
    if seen && !permitted {
        return Err(Breach::Permitted);
    }
    for subtree in of_kind(&constraints.excluded, name) {
        check_extent(subtree)?;
        if within(name, &subtree.base)? {
            return Err(Breach::Excluded);
        }
    }
    Ok(())
}

/// The subtrees for names of this kind.
fn of_kind<'a>(
    subtrees: &'a [Subtree],
    name: &'a GeneralName,
) -> impl Iterator<Item = &'a Subtree> {
    subtrees.iter().filter(|subtree| subtree.base.is_like(name))
}

/// The subtrees for names of this kind, for a message; untrusted.
pub(super) fn listed(subtrees: &[Subtree], name: &GeneralName) -> String {
    const MOST: usize = 5;
    let all: Vec<String> = of_kind(subtrees, name)
        .map(|subtree| subtree.base.to_string())
        .collect();
    let shown = all[..all.len().min(MOST)].join(", ");
    match all.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn check_extent(subtree: &Subtree) -> Result<(), Breach> {
    let zero = |octets: &Vec<u8>| octets.iter().all(|octet| *octet == 0);
    let minimum = subtree.minimum.as_ref().is_none_or(zero);
    (minimum && !subtree.more)
        .then_some(())
        .ok_or(Breach::Extent)
}

fn within(name: &GeneralName, base: &GeneralName) -> Result<bool, Breach> {
    match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => Ok(dns(name, base)),
        (GeneralName::Email(name), GeneralName::Email(base)) => email(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => uri(name, base),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => ip(name, base),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => directory(name, base),
        _ => Err(Breach::Syntax),
    }
}

/// `nc_dns`: labels may be added in front.
fn dns(name: &[u8], base: &[u8]) -> bool {
    let Some(head) = name.len().checked_sub(base.len()) else {
        return false;
    };
    let (head, tail) = name.split_at(head);
    let at_label = head.is_empty() || base.starts_with(b".") || head.ends_with(b".");
    base.is_empty() || (at_label && tail.eq_ignore_ascii_case(base))
}

/// `nc_email`: an address, a host, or with a dot in front the hosts below.
fn email(name: &[u8], base: &[u8]) -> Result<bool, Breach> {
    let at = |text: &[u8]| text.iter().rposition(|octet| *octet == b'@');
    let split = at(name).ok_or(Breach::Syntax)?;
    let (local, host) = (&name[..split], &name[split + 1..]);
    let (wanted, base) = match at(base) {
        Some(split) => (&base[..split], &base[split + 1..]),
        None if base.starts_with(b".") => {
            let longer = name.len() > base.len();
            return Ok(longer && name[name.len() - base.len()..].eq_ignore_ascii_case(base));
        }
        None => (&[][..], base),
    };
    if !wanted.is_empty() && wanted.len() == local.len() && [wanted, local].concat().contains(&0) {
        return Err(Breach::Syntax);
    }
    Ok((wanted.is_empty() || wanted == local) && host.eq_ignore_ascii_case(base))
}

/// `nc_uri`: the host of `scheme://host:port/`.
fn uri(name: &[u8], base: &[u8]) -> Result<bool, Breach> {
    let colon = name.iter().position(|octet| *octet == b':');
    let rest = colon.and_then(|colon| name[colon..].strip_prefix(b"://"));
    let rest = rest.ok_or(Breach::Syntax)?;
    let end = |mark: u8| rest.iter().position(|octet| *octet == mark);
    let host = &rest[..end(b':').or_else(|| end(b'/')).unwrap_or(rest.len())];
    if host.is_empty() {
        return Err(Breach::Syntax);
    }
    if base.starts_with(b".") {
        let longer = host.len() > base.len();
        return Ok(longer && host[host.len() - base.len()..].eq_ignore_ascii_case(base));
    }
    Ok(host.eq_ignore_ascii_case(base))
}

/// `nc_ip`: an address within a network; a mask may be any.
fn ip(name: &[u8], base: &[u8]) -> Result<bool, Breach> {
    if !matches!(name.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return Err(Breach::Syntax);
    }
    Ok(is_in_network(name, base))
}

/// `nc_dn`: the same attributes in front.
fn directory(name: &[u8], base: &[u8]) -> Result<bool, Breach> {
    let canonical = |name: &[u8]| {
        let contents = Element::read(name)?.content;
        canonical_name(contents)
    };
    let name = canonical(name).ok_or(Breach::Syntax)?;
    let base = canonical(base).ok_or(Breach::Syntax)?;
    Ok(name.starts_with(&base))
}
