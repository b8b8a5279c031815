//! The pins that are configured for a host, compared with the leaf, and its CA file.

use super::line::{Configured, SettingLine};
use super::settings::HostSettings;
use crate::certificate::Certificate;
use crate::fingerprint::{Comparison, Pin};

/// The configured fingerprints, and whether one of them is the leaf's.
#[derive(Clone, Debug, Default)]
pub struct Pins {
    /// Each pin as it is written, with its key and line.
    pub configured: Vec<ConfiguredPin>,
    /// Whether one of them matches the leaf.
    pub comparison: Comparison,
}

/// A configured fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredPin {
    /// `sha256:HEX`, or the text that is written instead.
    pub value: String,
    /// The key and the line.
    pub line: SettingLine,
}

/// The fingerprints that are configured for a host, compared with `leaf`.
/// `smtp.fingerprint` is for `smtp.host` alone; beside pins that hg obeys it is shown, but does not
/// count.
pub fn configured_pins(
    settings: &HostSettings,
    is_smtp_host: bool,
    leaf: Option<&Certificate>,
) -> Pins {
    let smtp = settings.smtp_fingerprint.as_ref().filter(|_| is_smtp_host);
    let mut configured = Vec::new();
    let mut unread = Vec::new();
    let mut obeyed = Vec::new();
    let mut read =
        |list: &Configured<Result<Vec<Pin>, String>>, usable: &mut Vec<Pin>| match &list.value {
            Ok(pins) => {
                let shown = pins
                    .iter()
                    .map(|pin| configured_pin(pin.to_string(), &list.line));
                configured.extend(shown);
                usable.extend(pins.iter().cloned());
            }
            Err(item) => configured.push(configured_pin(item.clone(), &list.line)),
        };
    if let Some(list) = smtp {
        read(list, &mut unread);
    }
    if let Some(list) = &settings.pins {
        read(list, &mut obeyed);
    }
    if let Some(list) = &settings.legacy_pins {
        let shown = list.value.iter();
        configured.extend(shown.map(|pin| configured_pin(pin.to_string(), &list.line)));
        obeyed.extend(list.value.iter().cloned());
    }
    // A list that Mercurial ignores counts only if it has nothing else to read.
    let aborts = matches!(&settings.pins, Some(Configured { value: Err(_), .. }));
    let usable = if obeyed.is_empty() && !aborts {
        unread
    } else {
        obeyed
    };
    let compared = leaf.filter(|_| !configured.is_empty());
    Pins {
        comparison: compared.map_or(Comparison::NotMade, |leaf| {
            usable.iter().any(|pin| pin.matches(leaf.der())).into()
        }),
        configured,
    }
}

/// The pins of a host that count: those that hg obeys, or where there are none, `smtp.fingerprint`.
/// A list that hg aborts at has none.
pub fn obeyed_pins(settings: &HostSettings, is_smtp_host: bool) -> Vec<Pin> {
    let mut pins: Vec<Pin> = Vec::new();
    let mut read = |list: &[Pin]| {
        for pin in list {
            if !pins.contains(pin) {
                pins.push(pin.clone());
            }
        }
    };
    match &settings.pins {
        Some(Configured { value: Err(_), .. }) => return pins,
        Some(Configured {
            value: Ok(list), ..
        }) => read(list),
        None => {}
    }
    if let Some(list) = &settings.legacy_pins {
        read(&list.value);
    }
    let smtp = settings.smtp_fingerprint.as_ref();
    let smtp = smtp.filter(|_| is_smtp_host && pins.is_empty());
    match smtp.map(|list| &list.value) {
        Some(Ok(list)) => list.clone(),
        _ => pins,
    }
}

fn configured_pin(value: String, line: &SettingLine) -> ConfiguredPin {
    ConfiguredPin {
        value,
        line: line.clone(),
    }
}

/// The file of trust anchors that is configured for a host, with its line.
pub fn configured_cacerts(
    settings: &HostSettings,
    is_smtp_host: bool,
) -> Option<&Configured<Vec<u8>>> {
    let smtp = settings.smtp_cacerts.as_ref().filter(|_| is_smtp_host);
    smtp.or(settings.verifycertsfile.as_ref())
        .or(settings.web_cacerts.as_ref())
}

/// Whether a file of trust anchors is configured for this very host, which makes it a pin.
pub fn has_own_cacerts(settings: &HostSettings, host: &str) -> bool {
    (settings.is_smtp_host(host) && settings.smtp_cacerts.is_some())
        || settings.verifycertsfile.is_some()
}
