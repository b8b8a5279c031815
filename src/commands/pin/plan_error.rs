//! Why a pin is not written: the advice beside each reason.

use crate::commands::error::Error;
use crate::mercurial::PinObjection;

/// The error for a pin that must not be written.
pub(super) fn objection(why: &PinObjection) -> Error {
    let hint = match why {
        PinObjection::FirstPin { host, port, .. } => {
            let server = if host.contains(':') {
                format!("'[{host}]:{port}'")
            } else {
                format!("{host}:{port}")
            };
            &format!(
                "nothing was written; first smtp-certcheck pin {server} --write, then add this port"
            )
        }
        PinObjection::Unwritable(..) => "nothing was written",
        PinObjection::InvalidPin(..) => "fix that line, or let --replace write it again",
        PinObjection::NoMatch(_) => {
            "nothing was written: --add keeps them beside the new one, --replace drops them"
        }
        PinObjection::OtherCa(_) => "nothing was written; --replace names the new one instead",
        PinObjection::PinsInForce(_) => "--replace removes them, --by fingerprint keeps to pins",
        PinObjection::SideEffect(_) => {
            "nothing was written; edit the file by hand: pin without --write prints the lines"
        }
    };
    Error::new(why.to_string()).hint(hint)
}
