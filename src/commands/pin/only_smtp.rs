//! `hg email` speaks SMTP only: a server of another protocol is not pinned for it.

use super::refusal::Refusal;
use crate::endpoint::{Host, Protocol, authority};

/// That a server speaks another protocol, and what to pin instead.
pub(super) fn refused(host: &Host, port: u16, spoken: Protocol) -> Refusal {
    let server = authority(host, port);
    let submission = authority(host, 587);
    Refusal {
        message: format!("hg email speaks SMTP only, and {server} is a server of {spoken}"),
        advice: Some(format!(
            "name the port of SMTP (smtp-certcheck pin {submission}), or the program that the pin is for (--for TOOL)"
        )),
    }
}

/// That no port shows a certificate over SMTP.
pub(super) fn nowhere(host: &Host) -> Refusal {
    Refusal {
        message: format!(
            "hg email speaks SMTP only, and no port of {host} that was looked at shows a certificate over SMTP"
        ),
        advice: Some(
            "name the port of SMTP (--ports 25,465,587), or the program that the pin is for (--for TOOL)"
                .to_owned(),
        ),
    }
}
