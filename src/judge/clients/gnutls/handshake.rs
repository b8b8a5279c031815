//! What a handshake with GnuTLS refuses, before a program is asked about the certificate.

use super::read::Read;
use crate::certificate::Certificate;
use crate::certificate::gnutls::Field;
use crate::judge::clients::Verdict;

/// What the handshake refuses by itself, whatever a program does about the certificate then.
pub(in crate::judge::clients) fn handshake(presented: &[Certificate]) -> Verdict {
    match read(presented) {
        Ok(presented) => key_usage(&presented[0]),
        Err(verdict) => verdict,
    }
}

/// The chain as GnuTLS reads it; an error: it cannot.
pub(super) fn read(presented: &[Certificate]) -> Result<Vec<Read<'_>>, Verdict> {
    let presented: Option<Vec<Read<'_>>> = presented.iter().map(Read::new).collect();
    let presented = presented.ok_or_else(|| {
        Verdict::unknown("a certificate cannot be parsed here, and GnuTLS may read it")
    })?;
    match presented.iter().find_map(|one| one.unacceptable()) {
        Some(reason) => Err(Verdict::refuses(reason)),
        None => Ok(presented),
    }
}

/// `_gnutls_check_key_usage_for_sig` (`lib/tls-sig.c`): in every handshake of today the server signs.
/// A key usage without a single bit counts as absent.
pub(super) fn key_usage(leaf: &Read<'_>) -> Verdict {
    const DIGITAL_SIGNATURE: u16 = 1;
    match leaf.key_usage {
        Field::Is(usage) if usage != 0 && usage & DIGITAL_SIGNATURE == 0 => Verdict::refuses(
            "the key usage does not allow digital signatures, with which every handshake is signed",
        )
        .cured_by("have it issued again with the key usage digitalSignature"),
        _ => Verdict::accepts(),
    }
}
