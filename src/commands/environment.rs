//! Facts of the machine, the environment and the terminal: read here, and passed on as data.
#![expect(
    clippy::disallowed_methods,
    reason = "here the clock and the environment are read"
)]

use super::{color, usage};
use crate::cli::ColorArg;
use crate::endpoint::Host;
use crate::hgrc::Environment;
use crate::render::style::Style;
use nix::unistd::{Uid, User};
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use time::OffsetDateTime;

/// The current time, in full seconds.
pub(super) fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now)
}

/// The seconds since 1970, as signatures of the DNS count them: they wrap in 2106 (RFC 4034 §3.1.5).
pub(super) fn seconds() -> u32 {
    let since = OffsetDateTime::now_utc().unix_timestamp();
    u32::try_from(since & i64::from(u32::MAX)).unwrap_or_default()
}

/// Whether to colour standard output.
pub(super) fn color(wanted: ColorArg) -> bool {
    color::is_on(wanted, std::io::stdout().is_terminal(), text)
}

/// The words of the command line, with the name of the program.
pub(super) fn command_line() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// Whether to colour the texts about the command line itself, which may be wrong: on standard output
/// and on standard error.
pub(super) fn colors_of_usage() -> (bool, bool) {
    let wanted = color::wanted(&arguments())
        .or_else(|| usage::color(&variable))
        .unwrap_or(ColorArg::Auto);
    let error = std::io::stderr().is_terminal();
    (color(wanted), color::is_on(wanted, error, text))
}

fn text(name: &str) -> Option<String> {
    variable(name).map(|value| value.to_string_lossy().into_owned())
}

/// Whether an invalid command line is for a monitoring plugin.
pub(super) fn asks_for_a_plugin() -> bool {
    is_for_a_plugin(&arguments())
}

/// As [`asks_for_a_plugin`], of the command line without the program's name.
fn is_for_a_plugin(arguments: &[String]) -> bool {
    let apart = arguments.windows(2).find(|two| two[0] == "--format");
    let apart = apart.map(|two| two[1].as_str());
    let mut arguments = arguments.iter();
    let joined = arguments
        .clone()
        .find_map(|one| one.strip_prefix("--format="));
    match apart.or(joined) {
        Some(format) => format == "nagios",
        // -H means that format.
        None => arguments.any(|one| one.starts_with("-H") || one.starts_with("--hostname")),
    }
}

/// The command line without the program's name. Invalid UTF-8 is replaced.
pub(super) fn arguments() -> Vec<String> {
    std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect()
}

/// A variable of the environment that is set and not empty.
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The current directory, if it still exists.
pub(super) fn current_directory() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// The variables of the environment, with the home directories of users, as hg expands paths. They
/// are read once, and never set.
pub(super) fn variables() -> Environment {
    static READ: OnceLock<Environment> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let all = std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec()));
        Environment::new(all).with_homes(home)
    });
    read.clone()
}

/// The home directory of a user, or of the current one.
fn home(name: Option<&[u8]>) -> Option<Vec<u8>> {
    let user = match name {
        Some(name) => User::from_name(str::from_utf8(name).ok()?),
        None => User::from_uid(Uid::current()),
    };
    Some(user.ok()??.dir.into_os_string().into_vec())
}

/// The path at which the shell would find hg, looked for once.
pub(super) fn hg() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND
        .get_or_init(|| find_program("hg", &variables()))
        .as_deref()
}

/// The path at which the shell would find a program.
pub(super) fn find_program(name: &str, environment: &Environment) -> Option<PathBuf> {
    use nix::unistd::{AccessFlags, access};
    let path = OsStr::from_bytes(environment.get("PATH")?);
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file() && access(program, AccessFlags::X_OK).is_ok())
}

/// The width of standard error for a line that comes and goes: only a person at a terminal that can
/// erase reads it, and a pager does not mix it with the results.
pub(super) fn columns_for_a_line() -> Option<usize> {
    let is_seen = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    let can_erase = variable("TERM").is_none_or(|term| term != "dumb");
    if !is_seen || !can_erase {
        return None;
    }
    let size = terminal_size::terminal_size_of(std::io::stderr());
    Some(size.map_or(80, |(width, _)| usize::from(width.0)))
}

/// How text for people looks on standard output.
pub(super) fn style(wanted: ColorArg, verbose: bool) -> Style {
    Style {
        color: color(wanted),
        width: width(),
        ascii: !is_utf8(),
        verbose,
    }
}

/// Whether the locale's characters are UTF-8 (POSIX, "Internationalization Variables").
pub(super) fn is_utf8() -> bool {
    let all = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = all.into_iter().find_map(variable).unwrap_or_default();
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The width of standard output, if it is a terminal.
pub(super) fn width() -> Option<u16> {
    terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0)
}

/// The columns of standard error to fill.
pub(super) fn error_width() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.map_or(usize::MAX, |(width, _)| usize::from(width.0.max(40)))
}

/// This machine's fully qualified name, if other hosts could know it: never `localhost`, which
/// servers refuse.
pub(super) fn fqdn() -> Option<String> {
    let name = gethostname::gethostname().into_string().ok()?;
    if name.contains('.') {
        return usable(&name);
    }
    // The resolver may know more, as for `hostname -f`. It has no time-out.
    const PATIENCE: Duration = Duration::from_millis(500);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(canonical_name(&name)));
    let name = receiver.recv_timeout(PATIENCE).ok().flatten()?;
    usable(&name)
}

fn canonical_name(name: &str) -> Option<String> {
    const AI_CANONNAME: i32 = 2;
    let hints = dns_lookup::AddrInfoHints {
        flags: AI_CANONNAME,
        ..dns_lookup::AddrInfoHints::default()
    };
    dns_lookup::getaddrinfo(Some(name), None, Some(hints))
        .ok()?
        .find_map(|info| info.ok()?.canonname)
}

fn usable(name: &str) -> Option<String> {
    let Ok(Host::Name { ascii, .. }) = name.parse() else {
        return None;
    };
    let local =
        ascii == "localhost" || ascii.starts_with("localhost.") || ascii.ends_with(".localhost");
    (ascii.contains('.') && !local).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_for_a_plugin_is_known_before_it_is_understood() {
        for (line, expected) in [
            ("a.example --format nagios -x", true),
            ("a.example --format=nagios --nothing", true),
            ("-H a.example -w many", true),
            ("-Ha.example -w many", true),
            ("--hostname a.example -w many", true),
            ("-H a.example --format json -w many", false),
            ("a.example -w many", false),
        ] {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(is_for_a_plugin(&arguments), expected, "{line}");
        }
    }

    #[test]
    fn only_names_that_others_may_know_are_given() {
        assert_eq!(
            usable("Probe.Example.org").as_deref(),
            Some("probe.example.org")
        );
        for name in [
            "localhost",
            "localhost.localdomain",
            "a.localhost",
            "vm",
            "a b.example",
            "192.0.2.1",
            "",
        ] {
            assert_eq!(usable(name), None, "{name}");
        }
    }
}
