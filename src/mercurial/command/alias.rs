//! What a definition of `[alias]` stands for (`dispatch.cmdalias`).

use super::parse::parse;
use super::words::{Word, expanded, split};
use crate::hgrc::{Config, Environment};
use crate::mercurial::hindrance::Hindrance;
use crate::mercurial::line::SettingLine;

/// What an alias with a name other than `email` does, for the lints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mercurial) enum Alias {
    /// It is not another name of `hg email`, or hg refuses it.
    Other,
    /// It sends mail; `true`: with `--insecure`.
    Email(bool),
}

impl Alias {
    /// Reads a definition.
    pub(in crate::mercurial) fn read(value: &[u8], environment: &Environment) -> Self {
        let Ok(found) = split(value) else {
            return Self::Other;
        };
        let Some((command, rest)) = found.split_first() else {
            return Self::Other;
        };
        if command != b"email" || early(&found).is_some() {
            return Self::Other;
        }
        let rest: Vec<Vec<u8>> = rest.iter().map(|word| environment.expand(word)).collect();
        parse(&rest).map_or(Self::Other, |parsed| {
            Self::Email(parsed.flag("insecure").is_some())
        })
    }
}

/// The words of `alias.email` after its command; an error says why it is not `hg email`.
pub(super) fn words_of_email(
    config: &Config,
    environment: &Environment,
    line: &SettingLine,
    value: &[u8],
) -> Result<Vec<Word>, Hindrance> {
    let other =
        "alias.email makes hg email another command: what that one does cannot be known from here";
    if value.is_empty() || value.starts_with(b"!") {
        return Err(Hindrance::unknown(line, other));
    }
    let found = split(value).map_err(|why| Hindrance::aborts(line, why.as_str()))?;
    if let Some((option, certain)) = early(&found) {
        let why = format!("{option} may only be given on the command line");
        return Err(if certain {
            Hindrance::aborts(line, why)
        } else {
            // Releases without `--config-file` read it as a value.
            Hindrance::unknown(line, format!("{}: in newer releases of hg {why}", line.key))
        });
    }
    let Some((_, rest)) = found.split_first().filter(|(name, _)| *name == b"email") else {
        return Err(Hindrance::unknown(line, other));
    };
    for key in ["email:doc", "email:help", "email:category"] {
        let text = config.get(b"alias", key.as_bytes());
        if text.is_some_and(|item| !item.value.is_ascii()) {
            let why = format!("non-ASCII character in alias.{key}");
            return Err(Hindrance::aborts(line, why));
        }
    }
    let words: Vec<Word> = expanded(rest.to_vec(), line, environment).collect();
    match words.iter().filter_map(|(word, _)| placeholder(word)).max() {
        Some(Placeholder::Fails) => Err(Hindrance::aborts(line, "it cannot replace \"$$\"")),
        Some(Placeholder::OfUser) => Err(Hindrance::unknown(
            line,
            "alias.email takes words of the command line into its own: what becomes of them cannot be known from here",
        )),
        None => Ok(words),
    }
}

/// A placeholder in a word of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Placeholder {
    /// `$1`: hg puts one of the user's words here.
    OfUser,
    /// `$$`: hg fails.
    Fails,
}

/// The first placeholder of a word.
fn placeholder(word: &[u8]) -> Option<Placeholder> {
    let mut rest = word;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        rest = &rest[at + 1..];
        match rest.first() {
            Some(b'$') => return Some(Placeholder::Fails),
            Some(byte) if byte.is_ascii_digit() => return Some(Placeholder::OfUser),
            _ => {}
        }
    }
    None
}

/// The first option before `--` that hg accepts on the real command line only, and whether every
/// release refuses it (`fancyopts.earlygetopt`).
fn early(words: &[Vec<u8>]) -> Option<(String, bool)> {
    const LONG: [&str; 5] = ["cwd", "repository", "repo", "config", "config-file"];
    let before = words.iter().take_while(|word| *word != b"--");
    let mut newer = None;
    for (at, word) in before.enumerate() {
        let has_next = at + 1 < words.len();
        let found = match word.as_slice() {
            [b'-', b'-', long @ ..] => {
                let equals = long.iter().position(|&byte| byte == b'=');
                let name = &long[..equals.unwrap_or(long.len())];
                let known = LONG.iter().find(|known| known.as_bytes() == name);
                let complete = equals.is_some() || has_next;
                known.filter(|_| complete).map(|known| format!("--{known}"))
            }
            [b'-', b'R'] => has_next.then(|| "-R".to_owned()),
            [b'-', b'R', ..] => Some("-R".to_owned()),
            _ => None,
        };
        match found {
            Some(option) if option == "--config-file" => newer = newer.or(Some((option, false))),
            Some(option) => return Some((option, true)),
            None => {}
        }
    }
    newer
}
