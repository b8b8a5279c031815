//! Defaults of options, by variables of the environment. The command line wins.

use crate::cli::{Cli, ColorArg, Command, Connection, Trust, duration, ehlo_name};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Id, ValueEnum as _};
use std::ffi::OsString;
use std::path::PathBuf;

const CACERTS: &str = "SMTP_CERTCHECK_CACERTS";
const CRL: &str = "SMTP_CERTCHECK_CRL";
const TIMEOUT: &str = "SMTP_CERTCHECK_TIMEOUT";
const EHLO: &str = "SMTP_CERTCHECK_EHLO";
const COLOR: &str = "SMTP_CERTCHECK_COLOR";

/// Reads a variable of the environment that is set and not empty.
pub(in crate::commands) type Variable<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The options that have defaults, of the command that was typed.
struct Options<'a> {
    connection: &'a mut Connection,
    trust: &'a mut Trust,
    color: &'a mut ColorArg,
    /// No server is connected to.
    is_offline: bool,
}

impl<'a> Options<'a> {
    fn of(cli: &'a mut Cli) -> Option<Self> {
        Some(match &mut cli.command {
            None => {
                let inspect = &mut cli.inspect;
                Self {
                    is_offline: inspect.chain.is_some() || inspect.lint,
                    connection: &mut inspect.connection,
                    trust: &mut inspect.trust,
                    color: &mut inspect.color,
                }
            }
            Some(Command::Pin(pin)) => Self {
                connection: &mut pin.connection,
                trust: &mut pin.trust,
                color: &mut pin.color,
                is_offline: false,
            },
            Some(Command::Audit(audit)) => Self {
                connection: &mut audit.connection,
                trust: &mut audit.trust,
                color: &mut audit.color,
                is_offline: false,
            },
            Some(Command::Config(_) | Command::Completions { .. } | Command::Man { .. }) => {
                return None;
            }
        })
    }
}

/// What the command line sets, of the command that was typed.
pub(super) fn typed(matches: &ArgMatches) -> Vec<Id> {
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    let is_typed = |id: &&Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    matches.ids().filter(is_typed).cloned().collect()
}

/// Fills in what the command line leaves open: all but the options `typed`.
pub(super) fn apply(
    cli: &mut Cli,
    typed: &[Id],
    variable: Variable<'_>,
) -> Result<(), clap::Error> {
    let Some(options) = Options::of(cli) else {
        return Ok(());
    };
    let open = |option: &str, name| variable(name).filter(|_| typed.iter().all(|id| id != option));
    let defaults = &mut options.trust.defaults;
    if let Some(paths) = open("cacerts", CACERTS) {
        defaults.cacerts = paths_of(CACERTS, &paths)?;
        defaults.named.push(CACERTS);
    }
    if let Some(paths) = open("crl", CRL) {
        defaults.crl = paths_of(CRL, &paths)?;
        defaults.named.push(CRL);
    }
    if let Some(value) = open("timeout", TIMEOUT).filter(|_| !options.is_offline) {
        options.connection.timeout = read(TIMEOUT, &value, duration)?;
        defaults.named.push(TIMEOUT);
    }
    if let Some(value) = open("ehlo", EHLO).filter(|_| !options.is_offline) {
        options.connection.ehlo = Some(read(EHLO, &value, ehlo_name)?);
        defaults.named.push(EHLO);
    }
    if let Some(value) = open("color", COLOR) {
        let color = |text: &str| {
            ColorArg::from_str(text, false)
                .map_err(|_| "it must be auto, always or never".to_owned())
        };
        *options.color = read(COLOR, &value, color)?;
    }
    Ok(())
}

/// The default of `--color`, if it is one.
pub(in crate::commands) fn color(variable: Variable<'_>) -> Option<ColorArg> {
    ColorArg::from_str(variable(COLOR)?.to_str()?, false).ok()
}

/// Files and directories, parted by colons as in PATH.
fn paths_of(name: &str, value: &OsString) -> Result<Vec<PathBuf>, clap::Error> {
    let paths: Vec<PathBuf> = std::env::split_paths(value).collect();
    if paths.iter().any(|path| path.as_os_str().is_empty()) {
        return Err(invalid(name, value, "a name between colons is empty"));
    }
    Ok(paths)
}

fn read<T>(
    name: &str,
    value: &OsString,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, clap::Error> {
    let text = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned());
    text.and_then(parse)
        .map_err(|why| invalid(name, value, &why))
}

fn invalid(name: &str, value: &OsString, why: &str) -> clap::Error {
    let value = crate::escape::visible(&value.to_string_lossy()).into_owned();
    let message = format!("invalid value '{value}' of {name} in the environment: {why}\n");
    clap::Error::raw(ErrorKind::ValueValidation, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory as _, FromArgMatches as _};
    use std::time::Duration;

    fn with(line: &str, variables: &[(&str, &str)]) -> Result<Cli, String> {
        let words = std::iter::once("smtp-certcheck").chain(line.split_whitespace());
        let matches = Cli::command().try_get_matches_from(words).expect(line);
        let mut cli = Cli::from_arg_matches(&matches).expect(line);
        let variable = |name: &str| {
            let mut all = variables.iter();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(value))
        };
        apply(&mut cli, &typed(&matches), &variable).map_err(|why| why.to_string())?;
        Ok(cli)
    }

    #[test]
    fn the_environment_decides_where_the_command_line_does_not() {
        let all = [
            (CACERTS, "/a.pem:/b"),
            (CRL, "/a.crl:/c"),
            (TIMEOUT, "5s"),
            (EHLO, "probe.example"),
            (COLOR, "never"),
        ];
        let cli = with("a.example", &all).expect("a command line");
        let (connection, trust) = (&cli.inspect.connection, &cli.inspect.trust);
        assert_eq!(trust.defaults.cacerts, ["/a.pem", "/b"].map(PathBuf::from));
        assert_eq!(trust.defaults.crl, ["/a.crl", "/c"].map(PathBuf::from));
        assert_eq!(trust.defaults.named, [CACERTS, CRL, TIMEOUT, EHLO]);
        assert_eq!(connection.timeout, Duration::from_secs(5));
        assert_eq!(connection.ehlo.as_deref(), Some("probe.example"));
        assert_eq!(cli.inspect.color, ColorArg::Never);

        let typed =
            "a.example --cacerts c.pem --crl c.crl --timeout 45s --ehlo x.example --color auto";
        let cli = with(typed, &all).expect("a command line");
        assert!(cli.inspect.trust.defaults.named.is_empty());
        assert!(cli.inspect.trust.defaults.cacerts.is_empty());
        assert!(cli.inspect.trust.defaults.crl.is_empty());
        assert_eq!(cli.inspect.connection.timeout, Duration::from_secs(45));
        assert_eq!(cli.inspect.connection.ehlo.as_deref(), Some("x.example"));
        assert_eq!(cli.inspect.color, ColorArg::Auto);
    }

    #[test]
    fn every_command_that_connects_has_the_defaults() {
        let all = [(TIMEOUT, "5s")];
        let cli = with("pin a.example", &all).expect("a command line");
        assert!(
            matches!(cli.command, Some(Command::Pin(pin)) if pin.trust.defaults.named == [TIMEOUT])
        );
        let cli = with("audit a.example", &all).expect("a command line");
        assert!(
            matches!(cli.command, Some(Command::Audit(audit)) if audit.connection.timeout.as_secs() == 5)
        );
        // Nothing is connected to, so nothing can be wrong with how.
        for line in [
            "config",
            "man",
            "--lint",
            "--chain x --servername a.example",
        ] {
            assert!(with(line, &[(TIMEOUT, "soon")]).is_ok(), "{line}");
        }
    }

    #[test]
    fn an_invalid_value_is_an_error_that_names_the_variable() {
        for (name, value) in [
            (CACERTS, "/a.pem::/b"),
            (CRL, ":/b"),
            (TIMEOUT, "soon"),
            (EHLO, "a b"),
            (COLOR, "often"),
        ] {
            let why = with("a.example", &[(name, value)]).expect_err(name);
            assert!(why.contains(name) && why.contains(value), "{why}");
        }
    }
}
