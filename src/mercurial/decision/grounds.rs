//! How hg judges the certificate: by the pins if there are any, otherwise by the anchors of the
//! settings or of its Python.

use super::answer::{Decision, Ground};
use super::openssl;
use super::server::{CaFile, Server};
use crate::fingerprint::Pin;
use crate::judge::clients::Answer;
use crate::mercurial::line::SettingLine;
use crate::mercurial::release::{Installation, Store};
use crate::mercurial::settings::HostSettings;

/// Decides by the pins, otherwise by the anchors.
pub(super) fn by_certificate(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    by_pins(settings, server).unwrap_or_else(|| by_anchors(settings, server, hg, ca_file))
}

/// Decides by the pins of both sections together: any match is enough. `None`: there are no pins;
/// if there is one, nothing else counts.
fn by_pins(settings: &HostSettings, server: &Server<'_>) -> Option<Decision> {
    let current = settings
        .pins
        .as_ref()
        .and_then(|pins| Some((pins.value.as_ref().ok()?, &pins.line)));
    let legacy = settings
        .legacy_pins
        .as_ref()
        .map(|pins| (&pins.value, &pins.line));
    let all: Vec<(Ground, &Pin, &SettingLine)> = [
        (Ground::Fingerprints, current),
        (Ground::HostFingerprints, legacy),
    ]
    .into_iter()
    .filter_map(|(ground, pins)| Some((ground, pins?)))
    .flat_map(|(ground, (pins, line))| pins.iter().map(move |pin| (ground, pin, line)))
    .collect();
    let leaf = server.chain.first();
    let matching = all
        .iter()
        .find(|(_, pin, _)| leaf.is_some_and(|leaf| pin.matches(leaf.der())));
    if let Some((ground, _, line)) = matching {
        let reason = "the certificate is pinned: neither CA nor name nor dates are looked at";
        return Some(Decision::new(Answer::Accepts, *ground, &[line], reason));
    }
    let (ground, ..) = *all.first()?;
    let mut lines: Vec<&SettingLine> = all.iter().map(|(_, _, line)| *line).collect();
    lines.dedup();
    let reason = match leaf {
        Some(leaf) => format!(
            "certificate for {} has unexpected fingerprint {}",
            server.host,
            leaf.fingerprint(crate::fingerprint::Algorithm::Sha256)
        ),
        None => "no certificate received".to_owned(),
    };
    Some(Decision::refuse(ground, &lines, reason))
}

fn by_anchors(
    settings: &HostSettings,
    server: &Server<'_>,
    hg: &Installation<'_>,
    ca_file: &dyn Fn(&[u8]) -> CaFile,
) -> Decision {
    if let Some(line) = &settings.insecure {
        let reason = "--insecure is a default of hg email: nothing is verified, and anyone in the middle can read and change the mail";
        return Decision::new(Answer::Accepts, Ground::Insecure, &[line], reason);
    }
    let named = [
        (Ground::Verifycertsfile, &settings.verifycertsfile),
        (Ground::WebCacerts, &settings.web_cacerts),
    ];
    let found = named
        .into_iter()
        .find_map(|(ground, file)| Some((ground, file.as_ref()?)));
    let Some((ground, file)) = found else {
        return by_system(settings, server, hg);
    };
    let path = String::from_utf8_lossy(&file.value).into_owned();
    let lines = [&file.line];
    match ca_file(&file.value) {
        CaFile::Missing => Decision::refuse(
            ground,
            &lines,
            format!("{} does not exist: {path}", file.line.key),
        ),
        CaFile::Unusable(why) => Decision::refuse(
            ground,
            &lines,
            format!("error loading CA file {path}: {why}"),
        ),
        CaFile::Unknown(why) => {
            let reason = format!("depends on the CA file {path}, which was not read here: {why}");
            Decision::new(Answer::Unknown, ground, &lines, reason)
        }
        CaFile::Certificates(certificates) => {
            let (answer, reason) = openssl::verify(server, &certificates, &path);
            Decision::new(answer, ground, &lines, reason)
        }
    }
}

/// Decides by the trust store of hg's Python. If it is not known which one it uses (certifi, or
/// OpenSSL's own), only a chain that no store could make acceptable is refused.
fn by_system(settings: &HostSettings, server: &Server<'_>, hg: &Installation<'_>) -> Decision {
    if let Some(line) = &settings.no_store {
        let reason = format!(
            "unable to verify security of {} (no loaded CA certificates): {} is on",
            server.host, line.key
        );
        return Decision::refuse(Ground::Settings, &[line], reason);
    }
    let system = match &hg.store {
        Store::Known { name, certificates } => {
            let (answer, reason) = openssl::verify(server, certificates, name);
            return Decision::new(answer, Ground::System, &[], reason);
        }
        Store::Unknown(system) => system,
    };
    let (answer, reason) = openssl::by_anchors(server, system, "the system's trust store");
    match answer {
        Answer::Refuses if openssl::is_hopeless(server) => {
            Decision::refuse(Ground::System, &[], reason)
        }
        _ => Decision::new(
            Answer::Unknown,
            Ground::System,
            &[],
            format!(
                "hg takes the trust store of its Python (certifi, or OpenSSL's own), which cannot be known from here (--hg-store names it); by this machine's store: {reason}"
            ),
        ),
    }
}
