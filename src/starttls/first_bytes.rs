//! The first bytes of a server, by which its protocol is known.

use super::identify::{Service, begins_as, identify};
use super::refusal::Refusal;
use crate::endpoint::Protocol;

/// The number of octets by which a protocol is known, and which are shown.
pub(super) const ENOUGH: usize = 256;

/// What the server sent first.
#[derive(Debug, Default)]
pub(super) struct FirstBytes(Vec<u8>);

impl FirstBytes {
    /// Keeps bytes, as far as they are among the first [`ENOUGH`].
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = ENOUGH.saturating_sub(self.0.len());
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// What they look like.
    pub(super) fn service(&self) -> Option<Service> {
        identify(&self.0)
    }

    /// Whether anything came, and it cannot become a greeting in this protocol.
    pub(super) fn rule_out(&self, protocol: Protocol) -> bool {
        !self.0.is_empty() && !begins_as(protocol, &self.0)
    }

    /// The refusal of a server that does not speak `expected`.
    pub(super) fn not(&self, expected: Protocol) -> Refusal {
        let text = String::from_utf8_lossy(&self.0).into_owned();
        let met = self.service().filter(|met| !fits(*met, expected));
        Refusal::OtherProtocol(met, text)
    }
}

/// Whether the greeting is one of this protocol. LMTP and SMTP have the same.
fn fits(met: Service, expected: Protocol) -> bool {
    match met {
        Service::Mail(Protocol::Smtp) => matches!(expected, Protocol::Smtp | Protocol::Lmtp),
        Service::Mail(met) => met == expected,
        _ => false,
    }
}
