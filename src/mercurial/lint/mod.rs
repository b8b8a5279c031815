//! Lines of the configuration that do not do what they seem to, each with the way out.

mod files;
mod keys;
mod pins;
mod release;

pub use keys::hosts;

use super::command::Alias;
use super::decision::CaFile;
use super::release::Release;
use super::runs::stops;
use super::settings::{Line, Settings, Transport};
use super::stop::Surroundings;
use crate::certificate::Certificate;
use crate::hgrc::{Config, Environment, Source};
use std::fmt;
use std::path::Path;

/// What a lint is about; stable, part of the output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintCode {
    /// `smtp.fingerprint` or `smtp.cacerts` without the setting that Mercurial reads.
    UnreadKey,
    /// No Mercurial knows the key.
    UnknownKey,
    /// A section that is almost one that Mercurial knows.
    UnknownSection,
    /// A pin that makes Mercurial abort.
    InvalidPin,
    /// A pin that can never match.
    UselessPin,
    /// Another value that makes Mercurial abort, or may.
    InvalidValue,
    /// `#` behind a value is part of the value.
    CommentInValue,
    /// The host in the key is not written as `smtp.host` is.
    HostCase,
    /// A port in the key.
    PortInKey,
    /// A later line takes a pin or a CA file out of force.
    Shadowed,
    /// A CA file beside pins: it is ignored.
    IgnoredCaFile,
    /// A CA file that Mercurial cannot use.
    BadCaFile,
    /// A CA file without a self-signed certificate.
    NoAnchor,
    /// A CA file that depends on the current directory.
    RelativeCaFile,
    /// `hostfingerprints` beside newer pins: both are accepted.
    StaleLegacyPin,
    /// Mail goes in the clear.
    PlainText,
    /// `--insecure` by default.
    Insecure,
    /// The hook of `hg email` does not run for another name of it.
    AliasWithoutHook,
    /// A password that every user of the machine can read.
    ReadablePassword,
    /// `[defaults]` or `[alias]` make hg abort at `hg email`, or send nothing.
    BadCommand,
    /// The extension with the command `email` is not enabled.
    NoPatchbomb,
    /// The file of an extension that is needed is not there.
    MissingExtension,
    /// The repository is a share, and its source is gone.
    BrokenShare,
    /// What it does depends on the release of Mercurial.
    DependsOnRelease,
}

impl LintCode {
    /// The name in the output formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnreadKey => "unread-key",
            Self::UnknownKey => "unknown-key",
            Self::UnknownSection => "unknown-section",
            Self::InvalidPin => "invalid-pin",
            Self::UselessPin => "useless-pin",
            Self::InvalidValue => "invalid-value",
            Self::CommentInValue => "comment-in-value",
            Self::HostCase => "host-case",
            Self::PortInKey => "port-in-key",
            Self::Shadowed => "shadowed",
            Self::IgnoredCaFile => "ignored-ca-file",
            Self::BadCaFile => "bad-ca-file",
            Self::NoAnchor => "no-anchor",
            Self::RelativeCaFile => "relative-ca-file",
            Self::StaleLegacyPin => "stale-legacy-pin",
            Self::PlainText => "plain-text",
            Self::Insecure => "insecure",
            Self::AliasWithoutHook => "alias-without-hook",
            Self::ReadablePassword => "readable-password",
            Self::BadCommand => "bad-command",
            Self::NoPatchbomb => "no-patchbomb",
            Self::MissingExtension => "missing-extension",
            Self::BrokenShare => "broken-share",
            Self::DependsOnRelease => "depends-on-release",
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line that does not do what it seems to. Its texts hold untrusted parts of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// What it is about.
    pub code: LintCode,
    /// The setting and where it stands.
    pub line: Line,
    /// The other line, where two are at odds.
    pub other: Option<Source>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The way out.
    pub advice: String,
    /// The host that it is about; `None`: about `smtp.host`, or all.
    host: Option<String>,
}

/// What the lints need to know of the machine.
pub trait Machine: Surroundings {
    /// The release of Mercurial, if it is known.
    fn release(&self) -> Option<&Release>;
    /// What a CA file holds.
    fn ca_file(&self, path: &[u8]) -> CaFile;
    /// Whether every user may read the file.
    fn is_world_readable(&self, path: &Path) -> bool;
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintScope<'a> {
    /// Only what is about this host, as it is written; `None`: everything.
    pub host: Option<&'a str>,
    /// The certificate that the host presents, if it is known.
    pub leaf: Option<&'a Certificate>,
}

/// All lints in the order of the files and lines.
pub fn lint(
    config: &Config,
    environment: &Environment,
    machine: &dyn Machine,
    scope: LintScope<'_>,
) -> Vec<Lint> {
    let smtp_host = config.get(b"smtp", b"host").map(|host| text(&host.value));
    let mut found = keys::check(config, smtp_host.as_deref());
    found.extend(server(config, environment));
    found.extend(hindered(config, environment, machine));
    found.extend(release::check(config, machine.release()));
    found.extend(aliases(config, environment));
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

/// Whether a lint is about the host of the scope.
fn concerns(lint: &Lint, smtp_host: Option<&str>, host: Option<&str>) -> bool {
    let Some(host) = host else { return true };
    let about = lint.host.as_deref().or(smtp_host);
    about.is_some_and(|about| about.eq_ignore_ascii_case(host))
}

/// How `hg email` would connect.
fn server(config: &Config, environment: &Environment) -> Vec<Lint> {
    let settings = Settings::read(config, environment, b"");
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

/// What keeps `hg email` from running.
fn hindered(config: &Config, environment: &Environment, machine: &dyn Machine) -> Vec<Lint> {
    let settings = Settings::read(config, environment, b"");
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
    let stops = stops(config, environment, machine).into_iter();
    // Without a server nothing is said of mail.
    let stops =
        stops.filter(|stop| stop.code != LintCode::NoPatchbomb || settings.smtp_host.is_some());
    found.extend(stops.filter_map(|stop| {
        let line = stop.hindrance.line?;
        let reason = stop.hindrance.reason;
        Some(Lint::new(stop.code, &line, reason, stop.advice))
    }));
    found
}

/// Other names of `hg email`: what they add, and which hooks hg runs for them (`pre-NAME` alone).
fn aliases(config: &Config, environment: &Environment) -> Vec<Lint> {
    let has_hook = |command: &str| {
        let hook = format!("pre-{command}");
        let mut items = config.items();
        items.any(|(section, key, item)| {
            // What follows a dot only names the hook.
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
        let line = Line {
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

fn password(config: &Config, machine: &dyn Machine) -> Option<Lint> {
    let item = config.get(b"smtp", b"password")?;
    let line = Line {
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

impl Lint {
    fn new(
        code: LintCode,
        line: &Line,
        message: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code,
            line: line.clone(),
            other: None,
            message: message.into(),
            advice: advice.into(),
            host: None,
        }
    }

    fn about(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    fn beside(mut self, other: &Source) -> Self {
        self.other = Some(other.clone());
        self
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
