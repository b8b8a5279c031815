//! `hg email` and its aliases: how they connect, and what keeps them from sending.

use super::lint::{Lint, LintCode, text};
use crate::hgrc::{Config, Environment};
use crate::mercurial::command::Alias;
use crate::mercurial::line::SettingLine;
use crate::mercurial::runs::stops;
use crate::mercurial::settings::{HostSettings, Transport};
use crate::mercurial::stop::Surroundings;

/// Checks how `hg email` connects.
pub(super) fn server(config: &Config, environment: &Environment) -> Vec<Lint> {
    let settings = HostSettings::read(config, environment, b"");
    let mut found = Vec::new();
    if let (Some(host), Transport::Plain) = (&settings.smtp_host, settings.transport) {
        let value = config.get(b"smtp", b"tls").map(|tls| text(&tls.value));
        let line = settings.transport_line.as_ref().unwrap_or(&host.line);
        let message = match value {
            None => "smtp.tls is not set: hg email sends in the clear and looks at no certificate"
                .to_owned(),
            Some(value) => format!(
                "smtp.tls = \"{value}\" is neither starttls nor smtps: hg email sends in the clear and looks at no certificate"
            ),
        };
        let advice = "set smtp.tls = starttls (port 587 or 25) or smtps (port 465)";
        found.push(Lint::new(LintCode::PlainText, line, message, advice));
    }
    if let Some(line) = &settings.insecure {
        let message = "--insecure is a default of hg email: without a pin nothing is verified";
        let advice = "remove --insecure, and pin the server or name its CA";
        found.push(Lint::new(LintCode::Insecure, line, message, advice));
    }
    found
}

/// Reports what keeps `hg email` from running.
pub(super) fn hindered(
    config: &Config,
    environment: &Environment,
    around: &dyn Surroundings,
) -> Vec<Lint> {
    let settings = HostSettings::read(config, environment, b"");
    let mut found = Vec::new();
    if let Some(hindrance) = settings.command.filter(|hindrance| hindrance.certain)
        && let Some(line) = &hindrance.line
    {
        let advice =
            "write it as hg email takes it on the command line, without what is for that alone";
        found.push(Lint::new(
            LintCode::BadCommand,
            line,
            hindrance.reason,
            advice,
        ));
    }
    let stops = stops(config, environment, around).into_iter();
    // Without a server, the user may not send mail at all.
    let stops =
        stops.filter(|stop| stop.code != LintCode::NoPatchbomb || settings.smtp_host.is_some());
    found.extend(stops.filter_map(|stop| {
        let line = stop.hindrance.line?;
        let reason = stop.hindrance.reason;
        Some(Lint::new(stop.code, &line, reason, stop.advice))
    }));
    found
}

/// Checks the aliases of `hg email`: what they add, and which hooks hg runs for them (`pre-NAME`
/// alone).
pub(super) fn aliases(config: &Config, environment: &Environment) -> Vec<Lint> {
    let has_hook = |command: &str| {
        let hook = format!("pre-{command}");
        let mut items = config.items();
        items.any(|(section, key, item)| {
            // The text after a dot only names the hook.
            let name = key.split(|byte| *byte == b'.').next();
            section == b"hooks" && name == Some(hook.as_bytes()) && !item.value.is_empty()
        })
    };
    let mut found = Vec::new();
    for (section, key, item) in config.items() {
        if section != b"alias" || key == b"email" {
            continue;
        }
        let Alias::Email(insecure) = Alias::read(&item.value, environment) else {
            continue;
        };
        let name = text(key);
        let line = SettingLine {
            key: format!("alias.{name}"),
            source: item.source.clone(),
        };
        if insecure {
            let message =
                format!("hg {name} sends mail with --insecure: without a pin nothing is verified");
            let advice = "remove --insecure, and pin the server or name its CA";
            found.push(Lint::new(LintCode::Insecure, &line, message, advice));
        }
        if has_hook("email") && !has_hook(&name) {
            let message =
                format!("hg {name} sends mail, and hg does not run the hook pre-email for it");
            let advice = format!("set hooks.pre-{name} as well");
            found.push(Lint::new(
                LintCode::AliasWithoutHook,
                &line,
                message,
                advice,
            ));
        }
    }
    found
}
