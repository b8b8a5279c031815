//! Whether `hg email` reaches the server at all: everything that stops it before.

use super::LintCode;
use super::command::in_hook;
use super::extensions::Extensions;
use super::hindrance::Hindrance;
use super::line::SettingLine;
use super::mail;
use super::malformed::{malformed, port};
use super::stop::{Stop, Surroundings};
use crate::hgrc::{Config, Environment, Source};

/// Everything that keeps `hg email` from running.
pub fn hindrances(
    config: &Config,
    environment: &Environment,
    around: &dyn Surroundings,
) -> Vec<Hindrance> {
    let stops = stops(config, environment, around).into_iter();
    let certain_or_not = stops.map(|stop| stop.hindrance);
    certain_or_not.chain(mail::doubts(config)).collect()
}

/// The hindrances of [`hindrances`], each with its code and advice for the lints.
pub(super) fn stops(
    config: &Config,
    environment: &Environment,
    around: &dyn Surroundings,
) -> Vec<Stop> {
    let mut found = malformed(config, environment);
    let method = config.get(b"email", b"method");
    if method.is_none_or(|method| method.value == b"smtp") {
        found.extend(port(config));
        found.extend(mail::host(config));
    }
    found.extend(mail::stops(config));
    found.extend(around.broken_share().map(|(file, why)| Stop {
        code: LintCode::BrokenShare,
        hindrance: Hindrance {
            certain: true,
            line: Some(SettingLine {
                key: "sharedpath".to_owned(),
                source: Source { file, line: 1 },
            }),
            reason: format!("hg aborts in this repository: {why}"),
            local: false,
        },
        advice: "share it again, or put its source back".to_owned(),
    }));
    let extensions = Extensions::read(config, environment, around);
    found.extend(extensions.required());
    if !in_hook(environment) {
        found.extend(extensions.patchbomb(around.is_complete()));
    }
    found
}
