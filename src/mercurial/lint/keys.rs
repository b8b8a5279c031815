//! Sections and keys that no Mercurial knows, and hosts that are not written as in `smtp.host`.

use super::lint::{Lint, LintCode, text};
use crate::hgrc::{Config, Item};
use crate::mercurial::line::SettingLine;
use std::net::Ipv6Addr;

/// The keys of `[smtp]` that Mercurial 7.2.4 registers, and the two that the mailing list asked
/// for.
const SMTP: &[&str] = &[
    "host",
    "local_hostname",
    "password",
    "port",
    "tls",
    "username",
    "fingerprint",
    "cacerts",
];
/// The keys of `[hostsecurity]`; the keys of one host follow `HOST:`.
const GLOBAL: &[&str] = &["ciphers", "disabletls10warning", "minimumprotocol"];
const OF_HOST: &[&str] = &[
    "ciphers",
    "fingerprints",
    "minimumprotocol",
    "verifycertsfile",
];
const SECTIONS: &[&str] = &["smtp", "hostsecurity", "hostfingerprints"];

/// Checks the names of sections, keys and hosts.
pub(super) fn check(config: &Config, smtp_host: Option<&str>) -> Vec<Lint> {
    let mut found = sections(config);
    for (section, key, item) in config.items() {
        let line = SettingLine {
            key: format!("{}.{}", text(section), text(key)),
            source: item.source.clone(),
        };
        let key = text(key);
        match section {
            b"smtp" => found.extend(smtp_key(&key, &line)),
            b"hostsecurity" => found.extend(hostsecurity_key(&key, &line, smtp_host)),
            b"hostfingerprints" => found.extend(host(&key, &key, &line, smtp_host)),
            _ => continue,
        }
        found.extend(comment(section, &key, item, &line));
    }
    found
}

/// The hosts that settings name, as they are written.
pub fn hosts(config: &Config) -> Vec<String> {
    let mut hosts: Vec<String> = config
        .items()
        .filter_map(|(section, key, _)| {
            let key = text(key);
            match section {
                b"hostsecurity" => Some(key.rsplit_once(':')?.0.to_owned()),
                b"hostfingerprints" => Some(key),
                _ => None,
            }
        })
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn sections(config: &Config) -> Vec<Lint> {
    let mut found = Vec::new();
    for (name, source) in config.headers() {
        let name = text(name);
        let line = SettingLine {
            key: format!("[{name}]"),
            source: source.clone(),
        };
        if SECTIONS.contains(&name.as_str()) {
            continue;
        }
        if name.parse::<Ipv6Addr>().is_ok() {
            let message =
                format!("[{name}] begins a section: what stands after the bracket is ignored");
            let advice = format!("write the address without brackets: {name}:fingerprints = …");
            found.push(Lint::new(LintCode::UnknownSection, &line, message, advice).about(&name));
            continue;
        }
        let word = name.split(']').next().unwrap_or(&name).trim();
        if let Some(meant) = nearest(word, SECTIONS) {
            let message = format!("Mercurial knows no section [{name}]: its settings do nothing");
            let advice = format!("write [{meant}]");
            found.push(Lint::new(LintCode::UnknownSection, &line, message, advice));
        }
    }
    found
}

fn smtp_key(key: &str, line: &SettingLine) -> Option<Lint> {
    if SMTP.contains(&key) {
        return None;
    }
    let message = format!("Mercurial knows no smtp.{key}: the line does nothing");
    let advice = match nearest(key, SMTP) {
        _ if key == "verifycert" => {
            "Mercurial 3.9 removed it; pin the server or name its CA in [hostsecurity]".to_owned()
        }
        Some(meant) => format!("write {meant}"),
        None => "remove it".to_owned(),
    };
    Some(Lint::new(LintCode::UnknownKey, line, message, advice))
}

fn hostsecurity_key(key: &str, line: &SettingLine, smtp_host: Option<&str>) -> Vec<Lint> {
    let Some((name, suffix)) = key.rsplit_once(':') else {
        return unknown(key, GLOBAL, "", line).into_iter().collect();
    };
    let mut found: Vec<Lint> = match suffix {
        "certfingerprints" => {
            let message = "certfingerprints does nothing, though Mercurial's own hint names it";
            let advice = format!("write {name}:fingerprints");
            Some(Lint::new(LintCode::UnknownKey, line, message, advice))
        }
        suffix => unknown(suffix, OF_HOST, &format!("{name}:"), line),
    }
    .map(|lint| lint.about(name))
    .into_iter()
    .collect();
    found.extend(host(name, key, line, smtp_host));
    found
}

fn unknown(key: &str, known: &[&str], prefix: &str, line: &SettingLine) -> Option<Lint> {
    if known.contains(&key) {
        return None;
    }
    let message = format!("Mercurial knows no hostsecurity.{prefix}{key}: the line does nothing");
    let advice = match nearest(key, known) {
        Some(meant) => format!("write {prefix}{meant}"),
        None if prefix.is_empty() => "settings of a host are written HOST:fingerprints".to_owned(),
        None => format!("the keys of a host are {}", OF_HOST.join(", ")),
    };
    Some(Lint::new(LintCode::UnknownKey, line, message, advice))
}

/// Reports a port in a key, or a host whose letter case differs from `smtp.host`.
fn host(name: &str, key: &str, line: &SettingLine, smtp_host: Option<&str>) -> Option<Lint> {
    if let Some((bare, port)) = name.rsplit_once(':') {
        let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        if is_port && name.parse::<Ipv6Addr>().is_err() && !bare.is_empty() {
            let message = "the key of a host is the host alone: with a port the line does nothing";
            let advice = format!("write {}", key.replacen(name, bare, 1));
            return Some(Lint::new(LintCode::PortInKey, line, message, advice).about(bare));
        }
    }
    let smtp_host = smtp_host?;
    if name == smtp_host || !name.eq_ignore_ascii_case(smtp_host) {
        return None;
    }
    let message = format!(
        "the host must be written as smtp.host is, \"{smtp_host}\": letter case counts, the line does nothing for hg email"
    );
    let advice = format!("write {}", key.replacen(name, smtp_host, 1));
    Some(Lint::new(LintCode::HostCase, line, message, advice).about(smtp_host))
}

/// Reports a comment after a value, which hgrc does not know. Lists of pins have a check of their
/// own, item by item.
fn comment(section: &[u8], key: &str, item: &Item, line: &SettingLine) -> Option<Lint> {
    let is_list = section == b"hostfingerprints" || key.ends_with("fingerprints");
    let secret = crate::mercurial::is_secret(key.as_bytes());
    let value = text(&item.value);
    let at = [" #", "\t#", " ;", "\t;"]
        .iter()
        .filter_map(|mark| value.find(mark))
        .min()?;
    if is_list || secret || key == "fingerprint" {
        return None;
    }
    let message = format!("the comment is part of the value: \"{value}\"");
    let advice = format!(
        "write \"{}\", and the comment on a line of its own",
        value[..at].trim_end()
    );
    let found = Lint::new(LintCode::CommentInValue, line, message, advice);
    Some(match key.rsplit_once(':') {
        Some((host, _)) if section == b"hostsecurity" => found.about(host),
        _ => found,
    })
}

/// The known name that the user most likely meant.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&word, name), *name))
        // A word that differs in half of its letters is another word.
        .filter(|(distance, name)| *distance <= 2 && distance * 2 < name.len())
        .min()
        .map(|(_, name)| name)
}
