//! Reads a command line as clap does, with the words that users bring along from other programs:
//! taken where their meaning is plain, answered with the right word elsewhere.

mod defaults;
mod habits;
mod help;

pub(super) use defaults::color;
pub(super) use help::compact;

use defaults::Variable;

use crate::cli::{AuditFormat, Cli, Command as Verb, FormatArg, Inspect, NAME};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{
    Args as _, ColorChoice, Command, CommandFactory as _, FromArgMatches as _, Id, Subcommand as _,
    ValueEnum as _,
};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Reads a command line, which begins with the name of the program. `color`: whether help is
/// coloured. `variable` reads the environment.
pub(super) fn read(
    arguments: Vec<OsString>,
    color: ColorChoice,
    variable: Variable<'_>,
) -> Result<Cli, clap::Error> {
    let (mut cli, typed) = match without_command(&arguments) {
        Some(read) => read,
        None => whole(arguments, color)?,
    };
    if cli.inspect.json {
        cli.inspect.format = FormatArg::Json;
    }
    defaults::apply(&mut cli, &typed, variable)?;
    Ok(cli)
}

/// What is typed most: a line without a command, and without an error. The definitions of the
/// commands are most of the definitions, and the start of the program is faster without them.
fn without_command(arguments: &[OsString]) -> Option<(Cli, Vec<Id>)> {
    let mut words = arguments.iter().skip(1).filter_map(|word| word.to_str());
    let is_for_others = |word: &str| {
        let has_one_dash = word.starts_with('-') && !word.starts_with("--") && word.len() > 2;
        has_one_dash || matches!(word, "help" | "version") || Verb::has_subcommand(word)
    };
    if words.any(is_for_others) {
        return None;
    }
    let command = Inspect::augment_args(Command::new(NAME));
    let mut matches = command.try_get_matches_from(arguments).ok()?;
    let typed = defaults::typed(&matches);
    // It takes the values, where the other copies them all.
    let inspect = Inspect::from_arg_matches_mut(&mut matches).ok()?;
    let cli = Cli {
        inspect,
        command: None,
    };
    Some((cli, typed))
}

/// Reads any line.
fn whole(arguments: Vec<OsString>, color: ColorChoice) -> Result<(Cli, Vec<Id>), clap::Error> {
    let mut command = Cli::command().color(color);
    command.build();
    let arguments = as_options(arguments, &command)?;
    let line = Line::of(&arguments, &command);
    if let Some(why) = line.one_dash() {
        return Err(why);
    }
    let matches = command.clone().try_get_matches_from(arguments.iter());
    let matches = matches.map_err(|why| line.explained(why))?;
    Ok((Cli::from_arg_matches(&matches)?, defaults::typed(&matches)))
}

/// The name of a command that a word almost spells.
pub(super) fn nearly_a_command(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    if !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let command = Cli::command();
    let mut names = command.get_subcommands().map(Command::get_name);
    let is_near = |name: &&str| {
        // One typing error in "pin", two in "config", four in "completions".
        let slips = name.len().div_ceil(3).min(name.len() - 2);
        strsim::damerau_levenshtein(&word, name) <= slips
    };
    names.find(is_near).map(str::to_owned)
}

/// `help`, `help COMMAND` and `version` as the options that they mean.
fn as_options(
    mut arguments: Vec<OsString>,
    command: &Command,
) -> Result<Vec<OsString>, clap::Error> {
    match arguments.get(1).and_then(|word| word.to_str()) {
        Some("help") => {
            arguments.remove(1);
            let of = arguments.get(1).map(|word| word.to_string_lossy());
            if let Some(of) = of.filter(|of| command.find_subcommand(of.as_ref()).is_none()) {
                let mut why = clap::Error::new(ErrorKind::InvalidSubcommand).with_cmd(command);
                let answer = about_help(&of, command);
                let of = ContextValue::String(of.into_owned());
                why.insert(ContextKind::InvalidSubcommand, of);
                return Err(hinted(why, &answer));
            }
            arguments.truncate(2);
            arguments.push("--help".into());
        }
        Some("version") if arguments.len() == 2 => arguments[1] = "--version".into(),
        _ => {}
    }
    Ok(arguments)
}

/// Where the help on a word is, if it is not that of a command.
fn about_help(word: &str, command: &Command) -> String {
    if word.starts_with('-') {
        return "smtp-certcheck --help and smtp-certcheck COMMAND --help explain options"
            .to_owned();
    }
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    format!("the commands are {}", names.join(", "))
}

/// A command line, and what it is about.
struct Line<'a> {
    words: Vec<&'a str>,
    /// The command whose options stand there.
    command: &'a Command,
}

impl<'a> Line<'a> {
    fn of(arguments: &'a [OsString], whole: &'a Command) -> Self {
        let words = arguments.iter().skip(1).map(OsString::as_os_str);
        let words = words.map(|word| OsStr::to_str(word).unwrap_or_default());
        let words: Vec<&str> = words.take_while(|word| *word != "--").collect();
        let first = words.first().and_then(|word| whole.find_subcommand(word));
        Self {
            command: first.unwrap_or(whole),
            words,
        }
    }

    fn is_main(&self) -> bool {
        self.command.get_subcommands().next().is_some()
    }

    /// The value typed after an option.
    fn value_of(&self, option: &str) -> Option<&'a str> {
        let at = self.words.iter().position(|word| {
            word.strip_prefix(option)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })?;
        let joined = self.words[at].split_once('=').map(|(_, value)| value);
        let next = self.words.get(at + 1).copied();
        joined.or(next.filter(|word| !word.starts_with('-')))
    }

    /// The error for a long option with one dash.
    fn one_dash(&self) -> Option<clap::Error> {
        let names = self.words.iter().map(|word| {
            let (name, _) = word.split_once('=').unwrap_or((word, ""));
            name
        });
        let mut long = names.filter(|name| habits::is_long_with_one_dash(name, self.command));
        let name = long.next()?;
        let mut why = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(self.command);
        why.insert(
            ContextKind::InvalidArg,
            ContextValue::String(name.to_owned()),
        );
        let with_two = || habits::with_two_dashes(name, self.command);
        let answer = habits::answer(name, self.value_of(name))
            .or_else(|| Some(format!("write {}, with two dashes", with_two()?)))?;
        Some(hinted(why, &answer))
    }

    /// An error of clap with a hint of ours, if there is a better one.
    fn explained(&self, why: clap::Error) -> clap::Error {
        let text = |kind| match why.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let argument = text(ContextKind::InvalidArg).unwrap_or_default();
        let value = text(ContextKind::InvalidValue).unwrap_or_default();
        let answer = match why.kind() {
            ErrorKind::UnknownArgument => self.about_option(&argument),
            ErrorKind::InvalidValue if argument.starts_with("--format") => {
                self.about_format(&value)
            }
            ErrorKind::InvalidValue if argument.starts_with("--tls ") => {
                let answer = "it needs a MODE; leave it out, and the mode is found out";
                Some(answer.to_owned())
            }
            ErrorKind::ValueValidation => self.about_value(&value),
            _ => None,
        };
        match answer {
            Some(answer) => hinted(why, &answer),
            // clap advises to pass it after "--", as if it were a server.
            None if why.kind() == ErrorKind::UnknownArgument => {
                let mut why = why;
                why.remove(ContextKind::Suggested);
                why
            }
            None => why,
        }
    }

    fn about_option(&self, option: &str) -> Option<String> {
        if option == "--json" {
            let is_audit = self.command.get_name() == "audit";
            let format = if is_audit { "jsonl" } else { "json" };
            return Some(format!("write --format {format}"));
        }
        let meant = self.words.first().filter(|_| self.is_main());
        if let Some(meant) = meant.and_then(|word| nearly_a_command(word)) {
            return Some(format!("did you mean `{meant}`?"));
        }
        self.of_another_command(option)
            .or_else(|| habits::answer(option, self.value_of(option)))
    }

    /// An option of another command than the main one.
    fn of_another_command(&self, option: &str) -> Option<String> {
        let name = option.strip_prefix("--").filter(|_| self.is_main())?;
        let has = |command: &&Command| {
            let mut all = command.get_arguments();
            all.any(|argument| argument.get_long() == Some(name) && !argument.is_hide_set())
        };
        let owner = self.command.get_subcommands().find(has)?;
        let owner = owner.get_name();
        Some(format!(
            "{option} belongs to `{owner}`: smtp-certcheck {owner} {option} …"
        ))
    }

    fn about_format(&self, format: &str) -> Option<String> {
        if !self.is_main() {
            return None;
        }
        AuditFormat::from_str(format, true).ok().map(|_| {
            format!("{format} is a format of `audit`: smtp-certcheck audit --format {format} …")
        })
    }

    /// A list that was typed as a server, or a port as a word of its own.
    fn about_value(&self, value: &str) -> Option<String> {
        if value.contains('/') && Path::new(value).is_file() {
            return Some(format!(
                "it is a file; a list is for `audit`: smtp-certcheck audit --input {value}"
            ));
        }
        value.parse::<u16>().ok().filter(|port| *port != 0)?;
        let at = self.words.iter().position(|word| *word == value)?;
        let host = self.words.get(at.checked_sub(1)?)?;
        let is_option = host.starts_with('-') || self.command.find_subcommand(host).is_some();
        (!is_option).then(|| format!("did you mean {host}:{value}?"))
    }
}

/// The error with this hint and no other.
fn hinted(mut why: clap::Error, hint: &str) -> clap::Error {
    for kind in [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedCommand,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
        ContextKind::Usage,
    ] {
        why.remove(kind);
    }
    let hint = clap::builder::StyledStr::from(hint.to_owned());
    why.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![hint]));
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &str) -> Result<Cli, String> {
        let words = std::iter::once("smtp-certcheck").chain(line.split_whitespace());
        let words = words.map(OsString::from).collect();
        read(words, ColorChoice::Never, &|_| None).map_err(|why| why.to_string())
    }

    #[test]
    fn a_line_means_the_same_with_and_without_the_definitions_of_commands() {
        let words = [
            "a.example",
            "b.example:587",
            "587",
            "pin",
            "-q",
            "--json",
            "--format",
            "json",
            "--ehlo",
            "--timeout",
            "5",
            "--chain",
            "--",
            "audit",
            "--lint",
            "-qv",
            "help",
        ];
        let mut taken = 0;
        let mut check = |line: &[&str]| {
            let line = [&["smtp-certcheck"], line].concat();
            let line: Vec<OsString> = line.into_iter().map(OsString::from).collect();
            let fast = without_command(&line).map(|(cli, _)| format!("{cli:?}"));
            let all = whole(line.clone(), ColorChoice::Never).map(|(cli, _)| format!("{cli:?}"));
            if let Some(fast) = fast {
                assert_eq!(Some(fast), all.ok(), "{line:?}");
                taken += 1;
            }
        };
        check(&[]);
        for first in words {
            check(&[first]);
            for second in words {
                check(&[first, second]);
                check(&["a.example", first, second]);
            }
        }
        assert!(taken > 100, "{taken}");
    }

    #[test]
    fn habits_are_taken() {
        for line in ["--json a.example", "-j a.example", "a.example -qj"] {
            let cli = read_line(line).expect(line);
            assert_eq!(cli.inspect.format, FormatArg::Json, "{line}");
        }
        for line in ["-qq a.example", "-vv a.example", "audit -qq a.example"] {
            assert!(read_line(line).is_ok(), "{line}");
        }
        let cli = read_line("audit --format json a.example").expect("an alias");
        let format = cli.command.map(|command| match command {
            crate::cli::Command::Audit(audit) => Some(audit.format),
            _ => None,
        });
        assert_eq!(format, Some(Some(AuditFormat::Jsonl)));
        let cli = read_line("--ca corp.pem a.example").expect("an alias");
        assert_eq!(
            cli.inspect.trust.cacerts,
            ["corp.pem".into()] as [std::path::PathBuf; 1]
        );
        for (line, text) in [
            ("help", "Usage: smtp-certcheck"),
            ("help pin", "Usage: smtp-certcheck pin"),
            ("version", "smtp-certcheck "),
        ] {
            let shown = read_line(line).expect_err("a text");
            assert!(shown.contains(text), "{line}: {shown}");
        }
        // A host may have the name, and a port says that it is one.
        assert!(read_line("help:25").is_ok());
    }

    #[test]
    fn habits_are_answered() {
        for (line, answer) in [
            ("--format csv a.example", "csv is a format of `audit`"),
            (
                "audit ./Cargo.toml",
                "it is a file; a list is for `audit`: smtp-certcheck audit --input ./Cargo.toml",
            ),
            ("audit --json", "write --format jsonl"),
            ("adit --input hosts.txt", "did you mean `audit`?"),
            ("--input hosts.txt", "--input belongs to `audit`"),
            ("a.example 587", "did you mean a.example:587?"),
            ("-connect a.example:25", "smtp-certcheck a.example:25"),
            ("-connect=a.example:25 -x", "smtp-certcheck a.example:25"),
            ("-starttls smtp", "--tls starttls"),
            ("--starttls smtp a.example", "--tls starttls"),
            (
                "a.example -servername b.example",
                "write --servername b.example",
            ),
            ("-k a.example", "no switch is needed"),
            ("a.example -CRLfile x.crl", "write --crl x.crl"),
            ("-crl_check a.example", "--fetch-crl"),
            ("a.example --x509crlfile x.crl", "write --crl x.crl"),
            ("--ocsp a.example", "no responder is asked"),
            ("pin a.example -CAfile x.pem", "write --cacerts x.pem"),
            ("-timeout 5 a.example", "write --timeout, with two dashes"),
            ("audit -input hosts.txt", "write --input, with two dashes"),
        ] {
            let shown = read_line(line).expect_err("an error");
            assert!(shown.contains(answer), "{line}: {shown}");
            assert_eq!(shown.matches("tip:").count(), 1, "{line}: {shown}");
        }
    }
}
