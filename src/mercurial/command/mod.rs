//! What `hg email` is made to be by `[defaults]` and `[alias]`: hg reads their words before those
//! that the user types, with the same parser (`dispatch._parse`, `dispatch.cmdalias`).

mod alias;
mod options;
mod parse;
mod reading;
mod words;

pub(super) use alias::Alias;

use super::hindrance::Hindrance;
use super::line::Line;
use crate::hgrc::{Config, Environment, Item};
use parse::{BadOption, parse};
use reading::Reading;
use words::{Word, expanded};

/// The command line that hg makes of the two settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Where `--insecure` is turned on, and not off again.
    pub(super) insecure: Option<Line>,
    /// What keeps it from sending.
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
        // What is certain outweighs what is not.
        let hindrance = hindrance.or_else(|| other.as_ref().filter(|why| why.certain).cloned());
        let read = from_words(&words, config, environment);
        Self {
            insecure: read.insecure,
            hindrance: hindrance.or(other).or(read.hindrance),
        }
    }
}

/// What the words come to before those that the user types.
fn from_words(words: &[Word], config: &Config, environment: &Environment) -> Command {
    let bare: Vec<Vec<u8>> = words.iter().map(|(word, _)| word.clone()).collect();
    match parse(&bare) {
        Err(BadOption { word, why }) => {
            // With POSIXLY_CORRECT nothing is an option after the first word that is none.
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
                    // Where its hook runs, hg has read the words of the user already.
                    let doubt = reading.doubt(config);
                    doubt.filter(|_| !in_hook(environment))
                }),
            }
        }
    }
}

/// Whether this is a hook of `hg email` that has begun.
pub(super) fn in_hook(environment: &Environment) -> bool {
    let hook = environment.get("HG_HOOKNAME");
    hook.is_some_and(|name| name.starts_with(b"pre-email"))
}

/// The setting of that section for `email`, unless plain mode leaves the section out
/// (`ui._applyconfig`): either variable turns it on, and only aliases can be excepted.
fn of_email<'a>(
    config: &'a Config,
    environment: &Environment,
    section: &str,
) -> Option<(Line, &'a Item)> {
    let except = environment.get("HGPLAINEXCEPT");
    let plain = environment.get("HGPLAIN").is_some() || except.is_some();
    let excepted = section == "alias"
        && except.is_some_and(|list| {
            list.trim_ascii()
                .split(|&b| b == b',')
                .any(|feature| feature == b"alias")
        });
    let item = config
        .get(section.as_bytes(), b"email")
        .filter(|_| !plain || excepted)?;
    let line = Line {
        key: format!("{section}.email"),
        source: item.source.clone(),
    };
    Some((line, item))
}
