//! Mercurial's own comparison of names (`sslutil._verifycert`), which is not the one of RFC 9525:
//! common names count without a dNSName, IP addresses never match, wildcards may stand inside
//! a label.

use crate::certificate::Facts;

/// Why the certificate is not for `host`; `None`: it is for `host`. The text is untrusted.
pub(super) fn mismatch(facts: &Facts, host: &str) -> Option<String> {
    let dns: Vec<&str> = facts
        .sans
        .iter()
        .flat_map(|sans| &sans.dns)
        .map(String::as_str)
        .collect();
    if !dns.is_empty() {
        return compare(&dns, host);
    }
    let names: Vec<&str> = facts
        .subject
        .common_names()
        .iter()
        .map(String::as_str)
        .collect();
    // In the order of the certificate: an earlier name may match before a malformed one makes hg
    // fail.
    let ascii = names.iter().take_while(|name| name.is_ascii()).count();
    match compare(&names[..ascii], host) {
        Some(_) if ascii < names.len() => Some("IDN in certificate not supported".to_owned()),
        result => result,
    }
}

fn compare(names: &[&str], host: &str) -> Option<String> {
    for name in names {
        match matches(name, host) {
            Ok(true) => return None,
            Ok(false) => {}
            Err(TooManyWildcards) => {
                return Some(format!(
                    "too many wildcards in certificate DNS name: {name}"
                ));
            }
        }
    }
    Some(if names.is_empty() {
        "no commonName or subjectAltName found in certificate".to_owned()
    } else {
        format!("certificate is for {}", names.join(", "))
    })
}

struct TooManyWildcards;

/// `sslutil._dnsnamematch`.
fn matches(name: &str, host: &str) -> Result<bool, TooManyWildcards> {
    let (left, rest) = name
        .split_once('.')
        .map_or((name, None), |(l, r)| (l, Some(r)));
    if name.is_empty() {
        return Ok(false);
    }
    match left.matches('*').count() {
        0 => return Ok(name.eq_ignore_ascii_case(host)),
        1 => {}
        _ => return Err(TooManyWildcards),
    }
    let (host_left, host_rest) = host
        .split_once('.')
        .map_or((host, None), |(l, r)| (l, Some(r)));
    let same_rest = match (rest, host_rest) {
        (None, None) => true,
        (Some(rest), Some(host_rest)) => rest.eq_ignore_ascii_case(host_rest),
        _ => false,
    };
    Ok(same_rest && label_matches(left, host_left, host))
}

fn label_matches(pattern: &str, label: &str, host: &str) -> bool {
    if pattern == "*" {
        return !label.is_empty();
    }
    if pattern.starts_with("xn--") || host.starts_with("xn--") {
        return pattern.eq_ignore_ascii_case(label);
    }
    let (pattern, label) = (pattern.to_ascii_lowercase(), label.to_ascii_lowercase());
    let (before, after) = pattern.split_once('*').unwrap_or((&pattern, ""));
    label.len() >= before.len() + after.len() && label.starts_with(before) && label.ends_with(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_mercurials() {
        let yes = |name, host| matches(name, host).is_ok_and(|matched| matched);
        for (name, host) in [
            ("a.b", "A.B"),
            ("*.b", "a.b"),
            ("*", "localhost"),
            ("m*.b", "mail.b"),
            ("*l.b", "mail.b"),
            ("m*l.b", "ml.b"),
        ] {
            assert!(yes(name, host), "{name} {host}");
        }
        for (name, host) in [
            ("", ""),
            ("*.b", "b"),
            ("*.b", "a.c.b"),
            ("*", "a.b"),
            ("m*.b", "x.b"),
            ("ma*al.b", "mal.b"),
            ("xn--*.b", "xn--a.b"),
            ("a.*", "a.b"),
        ] {
            assert!(!yes(name, host), "{name} {host}");
        }
        assert!(matches("**.b", "a.b").is_err());
    }
}
