//! The command that `[defaults]` and `[alias]` make of `hg email`: hg reads their words before the
//! user's, with the same parser (`dispatch._parse`, `dispatch.cmdalias`).

mod alias;
mod options;
mod parse;
mod reading;
mod words;

pub(super) use alias::Alias;

use super::hindrance::Hindrance;
use super::line::SettingLine;
use crate::hgrc::{Config, Environment, Item};
use parse::{BadOption, parse};
use reading::Reading;
use words::{Word, expanded};

/// What the two settings add to the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// The line that turns `--insecure` on, if no later word turns it off.
    pub(super) insecure: Option<SettingLine>,
    /// What keeps the command from sending.
    pub(super) hindrance: Option<Hindrance>,
}

impl Command {
    /// Reads the settings.
    pub(super) fn read(config: &Config, environment: &Environment) -> Self {
        let defaults = of_email(config, environment, "defaults");
        let alias = of_email(config, environment, "alias");
        let mut words = Vec::new();
        let mut hindrance = None;
        if let Some((line, item)) = &defaults {
            match words::split(&item.value) {
                Ok(found) => words.extend(expanded(found, line, environment)),
                Err(why) => hindrance = Some(Hindrance::aborts(line, why.as_str())),
            }
        }
        let mut other = None;
        if let Some((line, item)) = &alias {
            match alias::words_of_email(config, environment, line, &item.value) {
                Ok(found) => words.extend(found),
                Err(why) => other = Some(why),
            }
        }
        // A certain hindrance outweighs a possible one.
        let hindrance = hindrance.or_else(|| other.as_ref().filter(|why| why.certain).cloned());
        let read = from_words(&words, config, environment);
        Self {
            insecure: read.insecure,
            hindrance: hindrance.or(other).or(read.hindrance),
        }
    }
}

/// Reads the words that come before the user's.
fn from_words(words: &[Word], config: &Config, environment: &Environment) -> Command {
    let bare: Vec<Vec<u8>> = words.iter().map(|(word, _)| word.clone()).collect();
    match parse(&bare) {
        Err(BadOption { word, why }) => {
            // With POSIXLY_CORRECT, no word after the first non-option is an option.
            let posix = environment
                .get("POSIXLY_CORRECT")
                .is_some_and(|set| !set.is_empty());
            let line = &words[word].1;
            let hindrance = if posix {
                Hindrance::unknown(line, format!("{why}, unless POSIXLY_CORRECT hides it"))
            } else {
                Hindrance::aborts(line, why)
            };
            Command {
                insecure: None,
                hindrance: Some(hindrance),
            }
        }
        Ok(parsed) => {
            let reading = Reading { words, parsed };
            Command {
                insecure: reading
                    .parsed
                    .flag("insecure")
                    .map(|at| words[at].1.clone()),
                hindrance: reading.stops().or_else(|| {
                    // When hg runs its hook, it has read the user's words already.
                    let doubt = reading.doubt(config);
                    doubt.filter(|_| !in_hook(environment))
                }),
            }
        }
    }
}

/// Whether smtp-certcheck runs in a hook of a running `hg email`.
pub(super) fn in_hook(environment: &Environment) -> bool {
    let hook = environment.get("HG_HOOKNAME");
    hook.is_some_and(|name| name.starts_with(b"pre-email"))
}

/// Whether plain mode leaves a section out, `[defaults]` or `[alias]` (`ui._applyconfig`). Either
/// variable turns plain mode on; only aliases can be excepted.
pub fn is_left_out(environment: &Environment, section: &[u8]) -> bool {
    let except = environment.get("HGPLAINEXCEPT");
    let plain = environment.get("HGPLAIN").is_some() || except.is_some();
    let is_excepted = || {
        let mut list = except
            .unwrap_or_default()
            .trim_ascii()
            .split(|&b| b == b',');
        list.any(|feature| feature == b"alias")
    };
    match section {
        b"defaults" => plain,
        b"alias" => plain && !is_excepted(),
        _ => false,
    }
}

/// The setting for `email` in a section, unless plain mode leaves that section out.
fn of_email<'a>(
    config: &'a Config,
    environment: &Environment,
    section: &str,
) -> Option<(SettingLine, &'a Item)> {
    let item = config
        .get(section.as_bytes(), b"email")
        .filter(|_| !is_left_out(environment, section.as_bytes()))?;
    let line = SettingLine {
        key: format!("{section}.email"),
        source: item.source.clone(),
    };
    Some((line, item))
}
