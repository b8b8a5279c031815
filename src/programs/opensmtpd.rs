//! `OpenSMTPD`, as it relays.

use super::unpinnable::Unpinnable;

/// `ca` of a listener and of the global section is for clients' certificates; an action `relay` has
/// none (smtpd.conf(5)).
pub(super) const UNPINNABLE: Unpinnable = Unpinnable {
    name: "opensmtpd",
    help: "OpenSMTPD: cannot be pinned; says what to do instead",
    why: "OpenSMTPD has no pins, and no CA for one relay: with tls it goes by the trust store of the system",
    instead: "keep the option tls of the action relay, without no-verify, and the CA in the trust store of \
              the system; where one server needs a pin, relay to a Postfix on this machine that has it:\n  \
              smtp-certcheck pin TARGET --for postfix",
};
