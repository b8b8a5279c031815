//! The changes of settings that an intent needs, given the settings that exist.

use super::intent::{Existing, Intent, PinObjection, PinnedBy, writable_host, writable_path};
use super::pins::{legacy_list, mismatch, pin_list, value};
use super::setting::{Change, SettingChange};
use crate::hgrc::{Config, Environment};
use crate::mercurial::line::Configured;
use crate::mercurial::port::{Port, read_port};
use crate::mercurial::settings::{HostSettings, Transport};

/// The changes of settings that the intent needs. Empty: nothing has to change.
pub fn changes_for(
    config: &Config,
    environment: &Environment,
    intent: &Intent<'_>,
) -> Result<Vec<SettingChange>, PinObjection> {
    writable_host(intent.host)?;
    let settings = HostSettings::read(config, environment, intent.host.as_bytes());
    let own = is_smtp_host(&settings, intent.host);
    let mut changes = if own {
        server(&settings, intent)
    } else {
        Vec::new()
    };
    match intent.by {
        PinnedBy::Fingerprint => changes.extend(fingerprints(config, &settings, intent, own)?),
        PinnedBy::Cacerts(path) => changes.extend(cacerts(config, &settings, intent, own, path)?),
    }
    match first_pin(&settings, intent) {
        Some(why) => Err(why),
        None => Ok(changes),
    }
}

/// Whether `[smtp]` names this host, or no host yet.
pub fn is_smtp_host(settings: &HostSettings, host: &str) -> bool {
    settings
        .smtp_host
        .as_ref()
        .is_none_or(|set| set.value == host.as_bytes())
}

/// The port that `hg email` keeps using: `--add` for another port of the same host adds its
/// certificate, and does not change the port.
pub fn kept_port(settings: &HostSettings, intent: &Intent<'_>) -> Option<String> {
    let is_set = settings.smtp_host.is_some() && settings.smtp_port.is_some();
    let adds = intent.old == Existing::Add && is_set && is_smtp_host(settings, intent.host);
    settings.other_port(intent.port).filter(|_| adds)
}

/// Why the certificate of another port must not be added: with the first pin, hg looks at no CA on
/// its own port any more, which was not looked at here (`sslutil._hostsettings`).
fn first_pin(settings: &HostSettings, intent: &Intent<'_>) -> Option<PinObjection> {
    let port = kept_port(settings, intent)?;
    let number = read_port(port.as_bytes());
    let is_seen = matches!(number, Port::Number(number) if intent.ports.contains(&number));
    let line = settings.smtp_port.as_ref().map(|port| &port.line)?;
    (!is_seen && !settings.has_pins()).then(|| PinObjection::FirstPin {
        set_at: line.source.clone(),
        host: intent.host.to_owned(),
        port,
    })
}

/// The changes of `smtp.host`, `smtp.port` and `smtp.tls`, where they are unset or differ.
fn server(settings: &HostSettings, intent: &Intent<'_>) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    if kept_port(settings, intent).is_some() {
        return changes;
    }
    if settings.smtp_host.is_none() {
        changes.push(SettingChange::set("smtp", "host", intent.host));
    }
    let port = settings.smtp_port.as_ref();
    let port = port.map(|port| read_port(&port.value));
    if port != Some(Port::Number(intent.port)) {
        changes.push(SettingChange::set("smtp", "port", &intent.port.to_string()));
    }
    if settings.transport != Transport::from(intent.start) {
        changes.push(SettingChange::set("smtp", "tls", intent.start.as_str()));
    }
    changes
}

fn fingerprints(
    config: &Config,
    settings: &HostSettings,
    intent: &Intent<'_>,
    own: bool,
) -> Result<Vec<SettingChange>, PinObjection> {
    let mut changes = Vec::new();
    let key = format!("{}:fingerprints", intent.host);
    let pins = value(config, "hostsecurity", &key);
    let asked = value(config, "smtp", "fingerprint").filter(|_| own);
    let change = pin_list(pins.as_deref(), asked.as_deref(), intent);
    if let (Some(pins), None | Some(Change::Append(_))) = (&settings.pins, &change)
        && let Err(item) = &pins.value
    {
        return Err(PinObjection::InvalidPin(
            item.clone(),
            pins.line.source.clone(),
        ));
    }
    if matches!(intent.old, Existing::Keep | Existing::Prune)
        && let Some(source) = mismatch(config, intent, own)
    {
        return Err(PinObjection::NoMatch(source));
    }
    if own {
        let change = pin_list(asked.as_deref(), pins.as_deref(), intent);
        changes.extend(change.map(|change| SettingChange::new("smtp", "fingerprint", change)));
    }
    changes.extend(change.map(|change| SettingChange::new("hostsecurity", &key, change)));
    let legacy = value(config, "hostfingerprints", intent.host);
    let change = legacy_list(legacy.as_deref(), intent);
    changes
        .extend(change.map(|change| SettingChange::new("hostfingerprints", intent.host, change)));
    Ok(changes)
}

fn cacerts(
    config: &Config,
    settings: &HostSettings,
    intent: &Intent<'_>,
    own: bool,
    path: &str,
) -> Result<Vec<SettingChange>, PinObjection> {
    writable_path(path)?;
    let key = format!("{}:fingerprints", intent.host);
    let pins = [
        ("hostsecurity", key.as_str(), true),
        ("hostfingerprints", intent.host, true),
        ("smtp", "fingerprint", own),
    ];
    let mut changes = Vec::new();
    for (section, key, ours) in pins {
        let item = config.get(section.as_bytes(), key.as_bytes());
        let Some(item) = item.filter(|item| ours && !item.value.is_empty()) else {
            continue;
        };
        if intent.old == Existing::Replace {
            changes.push(SettingChange::new(section, key, Change::Remove));
        } else if section != "smtp" {
            return Err(PinObjection::PinsInForce(item.source.clone()));
        }
    }
    let is_set = |setting: &Option<Configured<Vec<u8>>>| {
        setting
            .as_ref()
            .is_some_and(|set| set.value == path.as_bytes())
    };
    if own && !is_set(&settings.smtp_cacerts) {
        changes.push(SettingChange::set("smtp", "cacerts", path));
    }
    if !is_set(&settings.verifycertsfile) {
        if let Some(other) = &settings.verifycertsfile
            && intent.old != Existing::Replace
        {
            return Err(PinObjection::OtherCa(other.line.source.clone()));
        }
        changes.push(SettingChange::set(
            "hostsecurity",
            &format!("{}:verifycertsfile", intent.host),
            path,
        ));
    }
    Ok(changes)
}
