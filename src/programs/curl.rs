//! curl: a file for `--config` (curl(1)). Its pin is of the key; curl checks it in addition to
//! everything else.

use super::advice::{Advice, Remedy};
use super::objection::Objection;
use super::program::{Library, Program, SENDING_AND_READING, Several, Sni, needs_same_name};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, authority};
use crate::fingerprint::{Algorithm, Fingerprint};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// The program.
pub(super) const PROGRAM: Program = Program {
    name: "curl",
    help: "curl: a file for --config",
    protocols: SENDING_AND_READING,
    ways: WAYS,
    library: Some(Library::Openssl),
    sni: Sni::Always,
    several: Several::Listed(
        "to accept both keys, put that of the other after the first, in the same quotes (\"sha256//A;sha256//B\")",
        ";",
    ),
    misfit: needs_same_name,
    recipe,
};

const WAYS: &[Way] = &[
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

fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    let server = &request.server;
    let url = server.protocol.scheme(server.start).unwrap_or_default();
    let at = authority(server.host, server.port);
    let mut lines = format!("url = \"{url}://{at}\"\nssl-reqd\nno-insecure\n");
    if request.way.by == By::Key {
        let pin = sha256(request.spki()?);
        let _ = writeln!(lines, "pinnedpubkey = \"{pin}\"");
    }
    let certificate = request.file.map(|file| {
        // Otherwise curl also trusts the directory that it was built with; Debian's curl does.
        let _ = writeln!(lines, "cacert = \"{file}\"\ncapath = \"/dev/null\"");
        request.trusted().clone()
    });
    let use_it = match server.protocol {
        Protocol::Smtp => {
            "to send by it:\n  curl --config FILE --mail-from FROM --mail-rcpt TO --upload-file MESSAGE"
        }
        _ => "to list mail by it:\n  curl --config FILE --user USER",
    };
    let mut advice: Vec<Advice> = vec![format!("{use_it}\n\
         no-insecure outweighs an insecure of ~/.curlrc, which would turn all checks but that of a key off; \
         without ssl-reqd curl goes on in the clear where STARTTLS is missing, and checks no pin; in \
         ~/.curlrc the pin would hold for every host, so keep it with its url").into()];
    if request.way.by == By::Key {
        advice.push(if certificate.is_some() {
            "curl checks that CA, the name and the dates, too".into()
        } else {
            Advice::new("curl checks the CA in its own trust store, the name and the dates, too; ")
                .option(Remedy::CaOut)
                .text(" adds the CA for one that is not there")
        });
    }
    Ok(Recipe {
        lines,
        comment: "#",
        advice,
        certificate,
        ..Recipe::default()
    })
}

/// The pin of a key (RFC 7469 §2.1), in curl's form.
fn sha256(spki: &[u8]) -> String {
    let digest = Fingerprint::compute(Algorithm::Sha256, spki);
    format!("sha256//{}", STANDARD.encode(digest.bytes()))
}
