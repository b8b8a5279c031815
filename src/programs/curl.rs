//! curl: a file for `--config` (curl(1)). Its pin is of the key, and stands beside its other
//! checks: it replaces none.

use super::{By, Checks, FileUse, Objection, Pin, Request, Way};
use crate::endpoint::authority;
use crate::fingerprint::{Algorithm, Fingerprint};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

pub(super) const WAYS: &[Way] = &[
    Way {
        by: By::Key,
        what: "pinnedpubkey",
        file: FileUse::Optional,
        checks: Checks::Everything,
        digests: &[Algorithm::Sha256],
    },
    Way {
        by: By::Ca,
        what: "cacert: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
    Way {
        by: By::Certificate,
        what: "cacert: leaf",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

pub(super) fn pin(request: &Request<'_>) -> Result<Pin, Objection> {
    let server = &request.server;
    let url = match server.mode {
        crate::endpoint::Start::Starttls => "smtp",
        crate::endpoint::Start::Implicit => "smtps",
    };
    let at = authority(server.host, server.port);
    let mut lines = format!("url = \"{url}://{at}\"\nssl-reqd\nno-insecure\n");
    if request.choice.way.by == By::Key {
        let pin = sha256(request.spki()?);
        let _ = writeln!(lines, "pinnedpubkey = \"{pin}\"");
    }
    let certificate = request.choice.file.map(|file| {
        // Else curl trusts the directory that it was built with as well, Debian's at least.
        let _ = writeln!(lines, "cacert = \"{file}\"\ncapath = \"/dev/null\"");
        request.trusted().clone()
    });
    let mut advice = vec![format!(
        "to send by it:\n  curl --config FILE --mail-from FROM --mail-rcpt TO --upload-file MESSAGE\n\
         no-insecure outweighs an insecure of ~/.curlrc, which would turn all checks but that of a key off; \
         without ssl-reqd curl sends in the clear where STARTTLS is missing, and checks no pin; in \
         ~/.curlrc the pin would hold for every host, so keep it with its url"
    )];
    if request.choice.way.by == By::Key {
        advice.push(if certificate.is_some() {
            "curl checks that CA, the name and the dates, too".to_owned()
        } else {
            "curl checks the CA in its own trust store, the name and the dates, too; --ca-out FILE \
             adds the CA for one that is not there"
                .to_owned()
        });
    }
    Ok(Pin {
        lines,
        comment: "#",
        advice,
        certificate,
        ..Pin::default()
    })
}

/// As RFC 7469 §2.1 has it, in curl's form.
fn sha256(spki: &[u8]) -> String {
    let digest = Fingerprint::compute(Algorithm::Sha256, spki);
    format!("sha256//{}", STANDARD.encode(digest.bytes()))
}
