//! mutt and `NeoMutt`: the file of certificates that they trust (muttrc(5), `certificate_file`), for
//! sending and for reading.

use super::advice::Advice;
use super::objection::Objection;
use super::program::{
    Library, Program, SENDING_AND_READING, SEVERAL_IN_FILE, Sni, sends_same_name,
};
use super::request::{Recipe, Request};
use super::way::{By, Checks, FileUse, Way};
use crate::endpoint::{Protocol, Start, authority};

/// mutt.
pub(super) const MUTT: Program = Program {
    name: "mutt",
    help: "mutt: lines of ~/.muttrc",
    protocols: SENDING_AND_READING,
    ways: WAYS,
    library: Some(Library::Gnutls),
    sni: Sni::Always,
    several: SEVERAL_IN_FILE,
    misfit: sends_same_name,
    recipe,
};

/// `NeoMutt`, which reads the same lines.
pub(super) const NEOMUTT: Program = Program {
    name: "neomutt",
    help: "NeoMutt: lines of ~/.neomuttrc",
    ..MUTT
};

const WAYS: &[Way] = &[
    Way {
        by: By::Certificate,
        what: "certificate_file: leaf",
        file: FileUse::Needed,
        checks: Checks::OwnNameAndDates,
        digests: &[],
    },
    Way {
        by: By::Ca,
        what: "certificate_file: CA",
        file: FileUse::Needed,
        checks: Checks::NameAndDates,
        digests: &[],
    },
];

#[expect(clippy::unnecessary_wraps, reason = "others have objections")]
fn recipe(request: &Request<'_>) -> Result<Recipe, Objection> {
    // Without the first of the unsets, the CAs of the system count as well.
    let lines = format!(
        "set certificate_file = \"{}\"\nunset ssl_ca_certificates_file\n\
         set ssl_starttls = yes\nset ssl_force_tls = yes\n\
         set ssl_verify_host = yes\nset ssl_verify_dates = yes\nunset tunnel\n",
        request.file()
    );
    Ok(Recipe {
        lines,
        remarks: vec!["holds for every server that this configuration names".to_owned()],
        comment: "#",
        advice: advice(request),
        certificate: Some(request.trusted().clone()),
        ..Recipe::default()
    })
}

fn advice(request: &Request<'_>) -> Vec<Advice> {
    let server = &request.server;
    let at = authority(server.host, server.port);
    let name = request.program;
    // Of POP3, the schemes are pop and pops here.
    let (variable, scheme) = match (server.protocol, server.start) {
        (Protocol::Imap, Start::Starttls) => ("folder", "imap"),
        (Protocol::Imap, Start::Implicit) => ("folder", "imaps"),
        (Protocol::Pop3, Start::Starttls) => ("pop_host", "pop"),
        (Protocol::Pop3, Start::Implicit) => ("pop_host", "pops"),
        (_, Start::Starttls) => ("smtp_url", "smtp"),
        (_, Start::Implicit) => ("smtp_url", "smtps"),
    };
    vec![
        format!(
            "the server is named by a line like\n  set {variable} = \"{scheme}://USER@{at}\"\n\
             Every other server of the same configuration needs its certificate, or its CA's, in that \
             file, too"
        )
        .into(),
        format!(
            "at a terminal {name} asks about a certificate that does not fit: answer (r)eject. \
             (a)lways appends it to the file"
        )
        .into(),
    ]
}
