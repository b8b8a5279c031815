//! Whether the leaf is for the name: `gnutls_x509_crt_check_hostname2` (`lib/x509/hostname-verify.c`)
//! and `_gnutls_hostname_compare` (`lib/str.c`).

use super::read::Read;
use crate::certificate::gnutls::{COMMON_NAME, Kind, Value};
use crate::endpoint::Host;
use std::net::IpAddr;

/// `MAX_CN` (`lib/gnutls_int.h`): longer names are skipped.
pub(super) const LONGEST: usize = 256;

pub(super) fn matches(leaf: &Read<'_>, reference: &Host) -> bool {
    match reference {
        Host::Ip(address) => {
            let octets = match address {
                IpAddr::V4(v4) => v4.octets().to_vec(),
                IpAddr::V6(v6) => v6.octets().to_vec(),
            };
            let mut names = leaf.names.iter();
            names.any(|(kind, name)| *kind == Kind::Ip && *name == octets)
        }
        Host::Name { ascii, .. } => matches_name(leaf, ascii.as_bytes()),
        // No name is asked for.
        Host::Socket(_) => true,
    }
}

fn matches_name(leaf: &Read<'_>, host: &[u8]) -> bool {
    let dns = leaf.names.iter().filter(|(kind, _)| *kind == Kind::Dns);
    let mut short = dns
        .map(|(_, name)| name)
        .filter(|name| name.len() < LONGEST);
    if short.any(|name| is_printable(name) && compare(name, host)) {
        return true;
    }
    // `PRECLUDES_CN_FALLBACK`, and names that are too long.
    let compared = [Kind::Dns, Kind::Ip, Kind::Uri];
    let precluded =
        |(kind, name): &(Kind, Vec<u8>)| compared.contains(kind) || name.len() >= LONGEST;
    if leaf.names.iter().any(precluded) || !leaf.is_for_servers(true) {
        return false;
    }
    // A single common name.
    match leaf.subject.values(COMMON_NAME).as_slice() {
        [Value::Text(name)] => is_printable(name) && compare(name, host),
        _ => false,
    }
}

fn is_printable(name: &[u8]) -> bool {
    name.iter().all(|octet| matches!(octet, 0x20..=0x7e))
}

/// A wildcard stands for at most one label, or the beginning of one, with two labels or more after it.
fn compare(name: &[u8], host: &[u8]) -> bool {
    let Some(tail) = name.strip_prefix(b"*") else {
        return name.eq_ignore_ascii_case(host);
    };
    let labels = name.split(|octet| *octet == b'.').count();
    if labels < 3 || name.ends_with(b".") {
        return false;
    }
    let label = host
        .iter()
        .position(|octet| *octet == b'.')
        .unwrap_or(host.len());
    (0..=label).any(|from| tail.eq_ignore_ascii_case(&host[from..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label_above_two() {
        let host = b"mail.example.test";
        let fits = [
            "mail.example.test",
            "MAIL.example.test",
            "*.example.test",
            "*il.example.test",
            "*mail.example.test",
        ];
        for name in fits {
            assert!(compare(name.as_bytes(), host), "{name}");
        }
        let others = [
            "*.test",
            "*",
            "m*.example.test",
            "*.example.test.",
            "*.mail.example.test",
            "example.test",
            "*.*.test",
        ];
        for name in others {
            assert!(!compare(name.as_bytes(), host), "{name}");
        }
        assert!(!compare(b"*.example.test", b"a.mail.example.test"));
    }
}
