//! The causes for errors of rustls, in words.

use crate::observation::{Alert, Cause};
use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved};
use std::fmt;

/// The cause for an error of rustls. Its debug form is never shown: it may contain names that the
/// server chose.
pub(super) fn cause(error: &Error) -> Cause {
    match error {
        Error::AlertReceived(alert) => Cause::Alert(Alert(u8::from(*alert))),
        Error::InvalidCertificate(CertificateError::BadSignature) => Cause::BadHandshakeSignature,
        Error::NoCertificatesPresented => Cause::NoCertificate,
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => Cause::TooLarge,
        Error::PeerIncompatible(why) => Cause::Incompatible(incompatible(why)),
        Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedCipherSuite) => {
            Cause::Incompatible("the server chose a cipher suite that was not on offer".to_owned())
        }
        Error::PeerMisbehaved(why) => Cause::Tls(words(why)),
        Error::InvalidMessage(why) => Cause::Tls(words(why)),
        Error::InappropriateMessage { got_type, .. } => {
            Cause::Tls(format!("unexpected message: {}", words(got_type)))
        }
        Error::InappropriateHandshakeMessage { got_type, .. } => {
            Cause::Tls(format!("unexpected handshake message: {}", words(got_type)))
        }
        Error::DecryptError => Cause::Tls("a record cannot be decrypted".to_owned()),
        _ => Cause::Tls("the handshake failed".to_owned()),
    }
}

fn incompatible(why: &PeerIncompatible) -> String {
    match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the server chose neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        other => words(other),
    }
}

/// Spells an enum's variant as words: rustls has no text for users.
fn words(variant: &impl fmt::Debug) -> String {
    let name = format!("{variant:?}");
    let name = name.split(['(', ' ']).next().unwrap_or_default();
    let mut words = String::with_capacity(name.len() + 8);
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            words.push(' ');
        }
        after_small = !c.is_ascii_uppercase();
        words.push(c.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words() {
        use rustls::PeerMisbehaved as P;
        let text = |error: Error| match cause(&error) {
            Cause::Tls(text) => text,
            other => format!("{other:?}"),
        };
        let early = P::SelectedTls12UsingTls13VersionExtension;
        assert_eq!(
            text(early.into()),
            "selected tls12 using tls13 version extension"
        );
        let bad = InvalidMessage::UnexpectedMessage("HelloRequest");
        assert_eq!(text(bad.into()), "unexpected message");
    }
}
