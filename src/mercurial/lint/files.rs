//! CA files that Mercurial ignores or cannot use, and protocol settings that make it abort.

use super::{Lint, LintCode, Machine, text};
use crate::hgrc::{Config, Environment};
use crate::mercurial::chain::is_anchor;
use crate::mercurial::decision::{CaFile, PROTOCOLS};
use crate::mercurial::settings::{Setting, Settings};

/// The CA file and the protocols of one host.
pub(super) fn check(
    config: &Config,
    environment: &Environment,
    host: &str,
    machine: &dyn Machine,
) -> Vec<Lint> {
    let settings = Settings::read(config, environment, host.as_bytes());
    let mut found = Vec::new();
    if let Some(file) = &settings.verifycertsfile {
        match pins(&settings) {
            Some(pins) => {
                let message = "hg ignores the CA file of a host that has pins";
                let advice = "remove the one that you do not mean";
                let lint = Lint::new(LintCode::IgnoredCaFile, &file.line, message, advice);
                found.push(lint.beside(&pins));
            }
            None => found.extend(ca_file(file, machine)),
        }
    }
    let own = settings
        .minimum_protocols
        .iter()
        .filter(|m| m.line.key.contains(':'));
    found.extend(own.filter_map(protocol));
    found.into_iter().map(|lint| lint.about(host)).collect()
}

/// What is for every host.
pub(super) fn check_common(
    config: &Config,
    environment: &Environment,
    machine: &dyn Machine,
) -> Vec<Lint> {
    let settings = Settings::read(config, environment, b"");
    let files = [&settings.web_cacerts, &settings.smtp_cacerts];
    let mut found: Vec<Lint> = files
        .into_iter()
        .flatten()
        .flat_map(|file| ca_file(file, machine))
        .collect();
    let global = settings
        .minimum_protocols
        .iter()
        .filter(|m| !m.line.key.contains(':'));
    found.extend(global.filter_map(protocol));
    found
}

/// Where the pins of the host stand, if it has some.
fn pins(settings: &Settings) -> Option<crate::hgrc::Source> {
    let current = settings
        .pins
        .as_ref()
        .filter(|pins| !matches!(&pins.value, Ok(list) if list.is_empty()));
    let legacy = settings
        .legacy_pins
        .as_ref()
        .filter(|pins| !pins.value.is_empty());
    current
        .map(|pins| &pins.line)
        .or(legacy.map(|pins| &pins.line))
        .map(|line| line.source.clone())
}

fn protocol(minimum: &Setting<Vec<u8>>) -> Option<Lint> {
    if PROTOCOLS
        .iter()
        .any(|known| known.as_bytes() == minimum.value)
    {
        return None;
    }
    let message = format!("hg aborts at \"{}\"", text(&minimum.value));
    let advice = format!("write one of {}", PROTOCOLS.join(", "));
    Some(Lint::new(
        LintCode::InvalidValue,
        &minimum.line,
        message,
        advice,
    ))
}

fn ca_file(file: &Setting<Vec<u8>>, machine: &dyn Machine) -> Vec<Lint> {
    let path = text(&file.value);
    let mut found = Vec::new();
    if !path.starts_with('/') {
        let message = format!(
            "\"{path}\" is looked for in the current directory, not beside the configuration file"
        );
        let advice = "write the whole path, or one that begins with ~/";
        found.push(Lint::new(
            LintCode::RelativeCaFile,
            &file.line,
            message,
            advice,
        ));
    }
    let (code, message) = match machine.ca_file(&file.value) {
        CaFile::Missing => (
            LintCode::BadCaFile,
            format!("\"{path}\" does not exist: hg aborts"),
        ),
        CaFile::Unusable(why) => (
            LintCode::BadCaFile,
            format!("hg cannot load \"{path}\": {why}"),
        ),
        CaFile::Unknown(_) => return found,
        CaFile::Certificates(certificates) => {
            if certificates.iter().any(is_anchor) {
                return found;
            }
            let message = format!(
                "\"{path}\" holds no self-signed certificate that is for servers: OpenSSL trusts nothing by it"
            );
            (LintCode::NoAnchor, message)
        }
    };
    let advice = "name one PEM file with the root certificate of the server's CA";
    found.push(Lint::new(code, &file.line, message, advice));
    found
}
