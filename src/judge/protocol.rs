//! Is the TLS that the server speaks too old for today's clients?

use crate::finding::{Code, Evidence, Finding};
use crate::observation::{Cause, Sighting, TlsFacts};

/// The finding about the version, or about a suite that may have made the handshake fail.
pub(super) fn check(seen: &Sighting) -> Option<Finding> {
    let TlsFacts {
        version,
        cipher_suite,
        ..
    } = seen.tls.as_ref()?;
    let message = match version.as_str() {
        "TLSv1.3" => return None,
        "TLSv1.2" => {
            let cause = seen.failure.as_ref().map(|failure| &failure.cause);
            // The suites had been agreed upon; what a second look was offered does not matter.
            if is_current(cipher_suite) || cause == Some(&Cause::TooLarge) {
                return None;
            }
            format!("the server offers no current cipher suite: it chose {cipher_suite} in TLSv1.2")
        }
        _ => format!("the server speaks nothing newer than {version}, with {cipher_suite}"),
    };
    let advice = "update the server, or have it offer TLS 1.2 or 1.3 with current cipher suites: mail programs of today refuse this";
    let finding = Finding::new(Code::ObsoleteTls, None, message, advice);
    Some(finding.because(Evidence::Tls {
        version: version.clone(),
        cipher_suite: cipher_suite.clone(),
    }))
}

/// An ephemeral key exchange on a curve, and authenticated encryption (RFC 9325 §4.2).
fn is_current(suite: &str) -> bool {
    let aead = ["_GCM_", "_CCM", "_CHACHA20_POLY1305_"];
    suite.starts_with("TLS_ECDHE_") && aead.iter().any(|mode| suite.contains(mode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Alert, Failure, Step};

    fn code(version: &str, suite: &str, cause: Cause) -> Option<Code> {
        let seen = Sighting {
            tls: Some(TlsFacts {
                version: version.to_owned(),
                cipher_suite: suite.to_owned(),
                key_exchange: None,
            }),
            failure: Some(Failure {
                step: Step::Tls,
                protocol: crate::endpoint::Protocol::Smtp,
                cause,
            }),
            ..Sighting::default()
        };
        check(&seen).map(|finding| finding.code)
    }

    #[test]
    fn old_versions_and_old_suites_are_obsolete() {
        let alert = || Cause::Alert(Alert::HANDSHAKE_FAILURE);
        let current = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
        for version in ["SSLv3", "TLSv1.0", "TLSv1.1"] {
            assert_eq!(code(version, current, alert()), Some(Code::ObsoleteTls));
            assert_eq!(
                code(version, current, Cause::TooLarge),
                Some(Code::ObsoleteTls)
            );
        }
        for suite in [
            "TLS_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
            "0xfefe",
        ] {
            assert_eq!(code("TLSv1.2", suite, alert()), Some(Code::ObsoleteTls));
            assert_eq!(code("TLSv1.2", suite, Cause::TooLarge), None);
        }
        for suite in [
            current,
            "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        ] {
            assert_eq!(code("TLSv1.2", suite, alert()), None);
        }
        assert_eq!(code("TLSv1.3", "TLS_AES_128_GCM_SHA256", alert()), None);
        assert_eq!(check(&Sighting::default()), None);
    }
}
