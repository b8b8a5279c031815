//! Lines of the configuration that do not do what they seem to, each with advice.

mod command;
mod files;
mod keys;
#[expect(
    clippy::module_inception,
    reason = "one lint, beside the checks that make them"
)]
mod lint;
mod machine;
mod pins;
mod release;

pub use keys::hosts;
pub use lint::{Lint, LintCode};
pub use machine::Machine;

use super::line::SettingLine;
use crate::certificate::Certificate;
use crate::hgrc::{Config, Environment};
use lint::text;

/// The part of the configuration to check.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintScope<'a> {
    /// Only lints about this host, as it is written; `None`: all.
    pub host: Option<&'a str>,
    /// The certificate that the host presents, if it is known.
    pub leaf: Option<&'a Certificate>,
}

/// All lints, in the order of files and lines.
pub fn lint(
    config: &Config,
    environment: &Environment,
    machine: &dyn Machine,
    scope: LintScope<'_>,
) -> Vec<Lint> {
    let smtp_host = config.get(b"smtp", b"host").map(|host| text(&host.value));
    let mut found = keys::check(config, smtp_host.as_deref());
    found.extend(command::server(config, environment));
    found.extend(command::hindered(config, environment, machine));
    found.extend(release::check(config, machine.release()));
    found.extend(command::aliases(config, environment));
    found.extend(password(config, machine));
    found.extend(pins::check_smtp(config, environment, smtp_host.as_deref()));
    found.extend(pins::taken_back(config));
    found.extend(files::check_common(config, environment, machine));
    for host in keys::hosts(config) {
        let leaf = scope.leaf.filter(|_| scope.host == Some(host.as_str()));
        found.extend(pins::check(config, environment, &host, leaf));
        found.extend(files::check(config, environment, &host, machine));
    }
    found.retain(|lint| concerns(lint, smtp_host.as_deref(), scope.host));
    found.sort_by(|a, b| (&a.line.source, a.code).cmp(&(&b.line.source, b.code)));
    found.dedup();
    found
}

/// Whether a lint is about a host, or no host is given.
fn concerns(lint: &Lint, smtp_host: Option<&str>, host: Option<&str>) -> bool {
    let Some(host) = host else { return true };
    let about = lint.host.as_deref().or(smtp_host);
    about.is_some_and(|about| about.eq_ignore_ascii_case(host))
}

fn password(config: &Config, machine: &dyn Machine) -> Option<Lint> {
    let item = config.get(b"smtp", b"password")?;
    let line = SettingLine {
        key: "smtp.password".to_owned(),
        source: item.source.clone(),
    };
    if item.value.is_empty() || !machine.is_world_readable(&item.source.file) {
        return None;
    }
    let message = "every user of this machine can read the password";
    let advice = "chmod 600 the file, and change the password";
    Some(Lint::new(
        LintCode::ReadablePassword,
        &line,
        message,
        advice,
    ))
}
