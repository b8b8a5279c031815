//! How a connection gets to TLS, and what text in its place means.

use crate::endpoint::{Protocol, Start};
use crate::observation::Cause;
use crate::starttls::{Refusal, Service, Speech, identify};

/// How a connection gets to TLS.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub(super) start: Start,
    /// The protocol that is spoken, or the one that is expected.
    pub(super) protocol: Protocol,
    /// The protocols that may be spoken.
    pub(super) speech: Speech,
}

/// The cause for bytes that came instead of a `ServerHello`.
pub(super) fn not_tls(head: &[u8], opening: Opening) -> Cause {
    let text = String::from_utf8_lossy(head).into_owned();
    let is_text = head
        .first()
        .is_some_and(|c| c.is_ascii_graphic() || c.is_ascii_whitespace());
    match (opening.start, identify(head)) {
        // Clear text between the go-ahead and the ServerHello: an injection, as right after the
        // go-ahead.
        (Start::Starttls, _) if is_text => Cause::Refused(Refusal::Injection(text)),
        (Start::Implicit, Some(Service::Mail(met))) if may_be(met, opening.speech) => {
            Cause::SpeaksClear(met)
        }
        (_, service) => Cause::NotTls(service, text),
    }
}

/// Whether a greeting in this protocol is one that would do.
fn may_be(met: Protocol, speech: Speech) -> bool {
    match speech {
        Speech::First(_) => true,
        // LMTP greets as SMTP does.
        Speech::Only(Protocol::Lmtp) => met == Protocol::Smtp,
        Speech::Only(protocol) => met == protocol,
    }
}
