//! The extensions and the purpose of a path that OpenSSL has built (`check_extensions` in
//! `crypto/x509/x509_vfy.c`).

use super::build::Built;
use super::mode::Mode;
use super::seen::Seen;
use super::strict;
use crate::certificate::ForServers;
use crate::certificate::openssl::{
    DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT, KeyKind, NS_ANY_CA,
    NS_SSL_CA, NS_SSL_SERVER, Purpose,
};
use crate::judge::clients::Verdict;

/// The extensions of every certificate of a path.
pub(super) fn of_path(built: &Built<'_>, mode: Mode) -> Verdict {
    let mut path_len = 0;
    let mut verdict = Verdict::accepts();
    for (depth, seen) in built.path.iter().enumerate() {
        let place = Place {
            depth,
            of: built.path.len(),
            from_store: depth >= built.untrusted,
        };
        if let Some(why) = extension_error(seen, place, path_len, mode) {
            return seen.refuse(why);
        }
        if depth > 0 && !seen.is_self_issued() {
            path_len += 1;
        }
        if seen.has_ip_resources {
            let why = "IP resources (RFC 3779) are not looked at here";
            verdict = verdict.and(Verdict::unknown(why));
        }
    }
    verdict
}

/// The extensions of a leaf, as if its issuer were there; the error, if there is one.
pub(super) fn of_leaf(seen: &Seen<'_>) -> Option<&'static str> {
    let place = Place {
        depth: 0,
        of: 2,
        from_store: false,
    };
    extension_error(seen, place, 0, Mode::Default)
}

/// Where a certificate stands in a path.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    /// The length of the path.
    of: usize,
    from_store: bool,
}

impl Place {
    fn is_leaf(self) -> bool {
        self.depth == 0
    }

    fn is_last(self) -> bool {
        self.depth + 1 == self.of
    }
}

fn extension_error(
    seen: &Seen<'_>,
    place: Place,
    path_len: u64,
    mode: Mode,
) -> Option<&'static str> {
    if seen.unknown_critical {
        return Some("unhandled critical extension");
    }
    if seen.is_proxy {
        return Some("proxy certificates not allowed");
    }
    let ca = kind_of_ca(seen);
    let is_no_ca = if place.is_leaf() {
        mode.is_strict() && ca > 1
    } else {
        ca == 0 || ((!place.is_last() || mode.is_strict()) && ca != 1)
    };
    if is_no_ca {
        return Some("invalid CA certificate");
    }
    if place.of > 1 {
        match seen.key {
            KeyKind::EcExplicit => {
                return Some("certificate public key has explicit ECC parameters");
            }
            KeyKind::Other => return Some("its public key cannot be read"),
            _ => {}
        }
        if mode.is_strict()
            && let Some(why) = strict::breach(seen, place.is_last())
        {
            return Some(why);
        }
    }
    if !has_purpose(seen, place, mode) {
        return Some("unsuitable certificate purpose");
    }
    let limit = seen.basic_constraints.and_then(|basic| basic.path_len);
    if place.depth > 1 && limit.is_some_and(|limit| path_len > limit) {
        return Some("path length constraint exceeded");
    }
    None
}

/// `check_ca` in `crypto/x509/v3_purp.c`: 0 is not a CA, 1 is one, 3 to 5 may be one.
fn kind_of_ca(seen: &Seen<'_>) -> u8 {
    if seen.invalid || seen.usage_lacks(KEY_CERT_SIGN) {
        return 0;
    }
    match seen.basic_constraints {
        Some(basic) => u8::from(basic.ca),
        None if seen.version == 0 && seen.self_signed => 3,
        None if seen.key_usage.is_some() => 4,
        None if seen.netscape.is_some_and(|kind| kind & NS_ANY_CA != 0) => 5,
        None => 0,
    }
}

/// `check_purpose`: trust settings override the purposes of the certificate itself.
fn has_purpose(seen: &Seen<'_>, place: Place, mode: Mode) -> bool {
    if place.from_store {
        match seen.trust() {
            ForServers::Trusted => return true,
            ForServers::Rejected => return false,
            ForServers::Neutral => {}
        }
    }
    if seen.invalid {
        // `X509_check_purpose` fails, which matters in strict mode only.
        return !mode.is_strict();
    }
    if seen.purpose == Purpose::Others {
        return false;
    }
    if !place.is_leaf() {
        // `check_ssl_ca`.
        let netscape = seen.netscape.unwrap_or_default();
        return match kind_of_ca(seen) {
            0 => false,
            5 => netscape & NS_SSL_CA != 0,
            _ => true,
        };
    }
    let is_for_others = seen.netscape.is_some_and(|kind| kind & NS_SSL_SERVER == 0);
    !is_for_others && !seen.usage_lacks(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT)
}
