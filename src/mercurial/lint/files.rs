//! CA files that Mercurial ignores or cannot use, and protocol settings that make it abort.

use super::lint::{Lint, LintCode, text};
use super::machine::Machine;
use crate::hgrc::{Config, Environment};
use crate::mercurial::decision::is_anchor;
use crate::mercurial::decision::{CaFile, PROTOCOLS};
use crate::mercurial::line::Configured;
use crate::mercurial::settings::HostSettings;

/// Checks the CA file and the protocols of one host.
pub(super) fn check(
    config: &Config,
    environment: &Environment,
    host: &str,
    machine: &dyn Machine,
) -> Vec<Lint> {
    let settings = HostSettings::read(config, environment, host.as_bytes());
    let mut found = Vec::new();
    if let Some(file) = &settings.verifycertsfile {
        if let Some(pins) = pins(&settings) {
            let message = "hg ignores the CA file of a host that has pins";
            let advice = "remove the one that you do not mean";
            let lint = Lint::new(LintCode::IgnoredCaFile, &file.line, message, advice);
            found.push(lint.beside(&pins));
        } else {
            let use_of = match &settings.insecure {
                Some(_) => Use::Otherwise(INSECURE),
                None => Use::Decides,
            };
            found.extend(ca_file(file, use_of, machine));
        }
    }
    let own = settings
        .minimum_protocols
        .iter()
        .filter(|m| m.line.key.contains(':'));
    found.extend(own.filter_map(protocol));
    found.into_iter().map(|lint| lint.about(host)).collect()
}

/// Checks the settings that hold for every host.
pub(super) fn check_common(
    config: &Config,
    environment: &Environment,
    machine: &dyn Machine,
) -> Vec<Lint> {
    let host = config
        .get(b"smtp", b"host")
        .map(|host| host.value.as_slice());
    let settings = HostSettings::read(config, environment, host.unwrap_or_default());
    let files = [
        (&settings.web_cacerts, use_of_web(&settings)),
        (&settings.smtp_cacerts, Use::Never),
    ];
    let mut found: Vec<Lint> = files
        .into_iter()
        .filter_map(|(file, use_of)| Some((file.as_ref()?, use_of)))
        .flat_map(|(file, use_of)| ca_file(file, use_of, machine))
        .collect();
    let global = settings
        .minimum_protocols
        .iter()
        .filter(|m| !m.line.key.contains(':'));
    found.extend(global.filter_map(protocol));
    found
}

/// The file and line of the host's pins, if it has any.
fn pins(settings: &HostSettings) -> Option<crate::hgrc::Source> {
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

fn protocol(minimum: &Configured<Vec<u8>>) -> Option<Lint> {
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

/// How `hg email` uses a CA file.
#[derive(Clone, Copy)]
enum Use {
    /// The CA file decides.
    Decides,
    /// Something else decides, as the text says.
    Otherwise(&'static str),
    /// No Mercurial reads the setting.
    Never,
}

const INSECURE: &str = "hg email does not look at it, as --insecure is its default";

/// How `hg email` uses `web.cacerts` for the server of `smtp.host`.
fn use_of_web(settings: &HostSettings) -> Use {
    if settings.smtp_host.is_none() {
        Use::Decides
    } else if pins(settings).is_some() {
        Use::Otherwise("hg email goes by the pins of its server")
    } else if settings.insecure.is_some() {
        Use::Otherwise(INSECURE)
    } else if settings.verifycertsfile.is_some() {
        Use::Otherwise("hg email goes by the CA file of its server")
    } else {
        Use::Decides
    }
}

impl Use {
    /// The consequence of an unusable file, as the end of a message.
    fn effect(self) -> String {
        match self {
            Self::Decides => ": hg aborts".to_owned(),
            Self::Otherwise(what) => format!("; {what}, but what else is verified by it fails"),
            Self::Never => {
                "; no Mercurial reads the setting, and smtp-certcheck has no anchor by it"
                    .to_owned()
            }
        }
    }
}

fn ca_file(file: &Configured<Vec<u8>>, use_of: Use, machine: &dyn Machine) -> Vec<Lint> {
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
            format!("\"{path}\" does not exist{}", use_of.effect()),
        ),
        CaFile::Unusable(why) => (
            LintCode::BadCaFile,
            format!("\"{path}\" cannot be loaded ({why}){}", use_of.effect()),
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
