//! Differences between the releases of Mercurial that are in use.

use super::lint::{Lint, LintCode, text};
use crate::hgrc::Config;
use crate::mercurial::line::SettingLine;
use crate::mercurial::release::Release;

/// Checks the two rules that changed with 7.0. `release`: this machine's Mercurial, if known.
pub(super) fn check(config: &Config, release: Option<&Release>) -> Vec<Lint> {
    if release.is_some_and(Release::since_7) {
        return Vec::new();
    }
    let has_minimum = |host: Option<&str>| {
        let own = host.map(|host| format!("{host}:minimumprotocol"));
        let keys = own.as_deref().into_iter().chain(["minimumprotocol"]);
        keys.into_iter()
            .any(|key| config.get(b"hostsecurity", key.as_bytes()).is_some())
    };
    let mut found = Vec::new();
    for (section, key, item) in config.items() {
        if section != b"hostsecurity" {
            continue;
        }
        let key = text(key);
        let (host, name) = match key.rsplit_once(':') {
            Some((host, name)) => (Some(host), name),
            None => (None, key.as_str()),
        };
        let line = SettingLine {
            key: format!("hostsecurity.{key}"),
            source: item.source.clone(),
        };
        let value = text(&item.value);
        let change = match name {
            "minimumprotocol" if value == "tls1.3" => unknown_protocol(&line, release),
            "ciphers" if value.contains("@SECLEVEL=0") && !has_minimum(host) => Lint::new(
                LintCode::DependsOnRelease,
                &line,
                "hg before 7.0 takes TLS 1.1 with these ciphers, later ones do not",
                "set minimumprotocol beside it: tls1.2, or what the server needs",
            ),
            _ => continue,
        };
        found.push(match host {
            Some(host) => change.about(host),
            None => change,
        });
    }
    found
}

fn unknown_protocol(line: &SettingLine, release: Option<&Release>) -> Lint {
    let advice = "write tls1.2, or use hg 7.0 or later";
    match release {
        Some(release) => Lint::new(
            LintCode::InvalidValue,
            line,
            format!("hg {release} aborts at \"tls1.3\", which 7.0 is the first to know"),
            advice,
        ),
        None => Lint::new(
            LintCode::DependsOnRelease,
            line,
            "hg before 7.0 aborts at \"tls1.3\", and which hg is used here is not known",
            "write tls1.2; or say which hg it is for, with --hg-version",
        ),
    }
}
