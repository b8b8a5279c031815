//! The types of option values, and their parsers.

use crate::audit::Least;
use crate::endpoint::{Host, MailDomain, Start, Subject, Target, TargetError, parse_port};
use crate::finding::Code;
use crate::fingerprint::Algorithm;
use crate::programs::{PROGRAMS, Tool, UNPINNABLE, tool};
use clap::builder::{EnumValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

/// A fingerprint that the user has from another source.
pub type ExpectedPin = crate::fingerprint::Pin;

/// A target and the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetArg {
    /// As typed.
    pub input: String,
    /// What it means.
    pub target: Target,
}

/// What a user asks about, and the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectArg {
    /// A server.
    Host(TargetArg),
    /// The mail of a domain.
    Domain(DomainArg),
}

/// A domain and the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainArg {
    /// As typed.
    pub input: String,
    /// Its name.
    pub domain: MailDomain,
}

impl SubjectArg {
    /// As typed.
    pub fn input(&self) -> &str {
        match self {
            Self::Host(target) => &target.input,
            Self::Domain(domain) => &domain.input,
        }
    }

    /// The server, if it is one.
    pub fn host(&self) -> Option<&TargetArg> {
        match self {
            Self::Host(target) => Some(target),
            Self::Domain(_) => None,
        }
    }
}

/// The value of `--connect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The address or name.
    pub host: Host,
    /// The port, if one was given.
    pub port: Option<u16>,
}

/// The value of `--tls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsArg {
    /// Implicit TLS on ports 465, 993 and 995, else STARTTLS; if the port speaks the other one, find out and go on
    Auto,
    /// In the clear first, upgraded by the STARTTLS command
    Starttls,
    /// TLS from the first byte
    #[value(alias = "smtps")]
    Implicit,
}

impl TlsArg {
    /// The mode that must be used, if one must.
    pub fn mode(self) -> Option<Start> {
        match self {
            Self::Auto => None,
            Self::Starttls => Some(Start::Starttls),
            Self::Implicit => Some(Start::Implicit),
        }
    }
}

/// One of the programs, by its name.
pub(super) fn tool_parser() -> impl TypedValueParser<Value = Tool> {
    let names = PROGRAMS
        .iter()
        .map(|known| (known.name, known.help))
        .chain(UNPINNABLE.iter().map(|known| (known.name, known.help)))
        .map(|(name, help)| PossibleValue::new(name).help(help));
    PossibleValuesParser::new(names).try_map(|name| tool(&name).ok_or("not one of the programs"))
}

/// The value of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people
    Table,
    /// For programs: one object, or an array for several targets
    Json,
    /// For programs: one object for each target, each on a line
    Jsonl,
    /// The presented chain
    Pem,
    /// For monitoring: a plugin's line and exit code (0 OK, 1 warning, 2 critical, 3 unknown)
    Nagios,
}

/// The value of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal
    Auto,
    /// Also into files and pipes
    Always,
    /// Never
    Never,
}

/// What `completions` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completions {
    /// The script of a shell.
    Script(Shell),
    /// The targets that Mercurial's configuration knows: what the scripts ask for.
    Hosts,
}

/// Reads it. Only shells are offered: generators of completions ignore hidden values.
#[derive(Clone)]
pub(super) struct CompletionsParser;

impl TypedValueParser for CompletionsParser {
    type Value = Completions;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Completions, clap::Error> {
        if value == "hosts" {
            return Ok(Completions::Hosts);
        }
        let shell = EnumValueParser::<Shell>::new().parse_ref(command, arg, value)?;
        Ok(Completions::Script(shell))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let shells = Shell::value_variants().iter();
        Some(Box::new(shells.filter_map(ValueEnum::to_possible_value)))
    }
}

/// Reads a code of a finding. They can be completed, and are refused with a hint.
#[derive(Clone)]
pub(super) struct CodeParser;

impl TypedValueParser for CodeParser {
    type Value = Code;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Code, clap::Error> {
        TypedValueParser::parse_ref(&code, command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let codes = Code::of_audits().into_iter();
        Some(Box::new(
            codes.map(|code| PossibleValue::new(code.as_str())),
        ))
    }
}

/// As `openssl x509 -fingerprint` prints it, as Mercurial writes it, or bare hex.
pub(super) fn expected(text: &str) -> Result<ExpectedPin, String> {
    let bare = text
        .rsplit('=')
        .next()
        .unwrap_or(text)
        .trim()
        .to_ascii_lowercase();
    let known = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
    let named = known
        .into_iter()
        .find(|algorithm| bare.starts_with(&format!("{algorithm}:")));
    let hex = match named {
        Some(algorithm) => bare[algorithm.to_string().len() + 1..].to_owned(),
        None => bare.clone(),
    };
    let hex: String = hex
        .chars()
        .filter(|c| !matches!(c, ':' | ' ' | '-'))
        .collect();
    let fits = known
        .into_iter()
        .find(|algorithm| algorithm.hex_digits() == hex.len());
    match fits {
        Some(algorithm)
            if hex.bytes().all(|b| b.is_ascii_hexdigit())
                && named.is_none_or(|named| named == algorithm) =>
        {
            Ok(ExpectedPin::new(algorithm, &hex))
        }
        _ => Err(
            "it must be a complete SHA-256, SHA-512 or SHA-1 in hex, such as sha256:9ab0…"
                .to_owned(),
        ),
    }
}

pub(super) fn subject(text: &str) -> Result<SubjectArg, TargetError> {
    let input = text.to_owned();
    Ok(match text.parse()? {
        Subject::Host(target) => SubjectArg::Host(TargetArg { input, target }),
        Subject::Domain(domain) => SubjectArg::Domain(DomainArg { input, domain }),
    })
}

pub(super) fn target(text: &str) -> Result<TargetArg, TargetError> {
    Ok(TargetArg {
        input: text.to_owned(),
        target: text.parse()?,
    })
}

pub(super) fn port(text: &str) -> Result<u16, TargetError> {
    parse_port(text)
}

pub(super) fn host(text: &str) -> Result<Host, TargetError> {
    text.parse()
}

pub(super) fn connect_to(text: &str) -> Result<ConnectTo, String> {
    let target: Target = text.parse().map_err(|e: TargetError| e.to_string())?;
    if target.start.is_some() {
        return Err("give an address without a scheme; the mode belongs to the target".to_owned());
    }
    Ok(ConnectTo {
        host: target.host,
        port: target.port,
    })
}

/// A domain or an address literal (RFC 5321 §4.1.1.1); anything that could end the command is out.
pub fn ehlo_name(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic());
    if plain {
        Ok(text.to_owned())
    } else {
        Err(
            "it must be a host name or an address in brackets, in ASCII and without spaces"
                .to_owned(),
        )
    }
}

/// Seconds with an optional fraction, or a number with `ms`, `s` or `m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    const DAY: f64 = 86_400.0;
    let (number, factor) = match text {
        _ if text.ends_with("ms") => (&text[..text.len() - 2], 0.001),
        _ if text.ends_with('s') => (&text[..text.len() - 1], 1.0),
        _ if text.ends_with('m') => (&text[..text.len() - 1], 60.0),
        _ => (text, 1.0),
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match number.parse::<f64>().map(|number| number * factor) {
        Ok(seconds) if plain && seconds > 0.0 && seconds <= DAY => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err("it must be a number of seconds, up to a day: 45, 0.5, 500ms, 2m".to_owned()),
    }
}

/// As a duration, but it may be nothing.
pub(super) fn pause(text: &str) -> Result<Duration, String> {
    match text {
        "0" => Ok(Duration::ZERO),
        text => duration(text),
    }
}

/// A code of a finding; a misspelt one would leave out nothing, or everything.
pub(super) fn code(text: &str) -> Result<Code, String> {
    let all = Code::of_audits();
    if let Some(code) = all.iter().find(|code| code.as_str() == text) {
        return Ok(*code);
    }
    let distance = |code: &&Code| strsim::damerau_levenshtein(text, code.as_str());
    let near = all.iter().min_by_key(distance);
    let near = near.map_or("", |code| code.as_str());
    Err(format!(
        "no finding has that code, the nearest is \"{near}\"; docs/audit.md and docs/json.md list them"
    ))
}

/// How much of a lifetime must be left.
pub(super) fn left(text: &str) -> Result<Least, String> {
    text.parse()
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.001..=1e6).contains(&rate) => Ok(rate),
        _ => Err("it must be a number of connections a second, from 0.001".to_owned()),
    }
}

/// The value of `--hg-store`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HgStoreArg {
    /// OpenSSL's own.
    Openssl,
    /// The package certifi.
    Certifi,
    /// A file.
    File(PathBuf),
}

pub(super) fn hg_store(text: &str) -> Result<HgStoreArg, String> {
    match text {
        "" => Err("name a file, openssl or certifi".to_owned()),
        "openssl" => Ok(HgStoreArg::Openssl),
        "certifi" => Ok(HgStoreArg::Certifi),
        path => Ok(HgStoreArg::File(path.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_bounded_numbers() {
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
        assert_eq!(duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "0", "-1", "x", "1e9", "inf", "nan", "ms", "86401"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expected_fingerprint_is_complete() {
        let hex = "ab".repeat(32);
        let colons = vec!["AB"; 32].join(":");
        for text in [
            hex.clone(),
            format!("sha256:{hex}"),
            format!("SHA256:{colons}"),
            format!("sha256 Fingerprint={colons}"),
        ] {
            assert_eq!(
                expected(&text).map(|pin| pin.to_string()),
                Ok(format!("sha256:{hex}")),
                "{text}"
            );
        }
        for text in [
            "",
            "sha256:",
            "ab",
            "md5:ab",
            &format!("sha1:{hex}"),
            &format!("{}zz", &hex[2..]),
        ] {
            assert!(expected(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_ehlo_name_cannot_end_its_command() {
        assert!(ehlo_name("probe.example").is_ok());
        assert!(ehlo_name("[192.0.2.1]").is_ok());
        for text in ["", "a b", "a\r\nMAIL", "ü"] {
            assert!(ehlo_name(text).is_err(), "{text:?}");
        }
    }
}
