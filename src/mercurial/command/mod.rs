//! What `hg email` is made to be by `[defaults]` and `[alias]`: hg reads their words before those
//! that the user types, with the same parser (`dispatch._parse`, `dispatch.cmdalias`).

mod options;
mod parse;
mod words;

use super::settings::Line;
use crate::hgrc::{Config, Environment, Item};
use parse::{BadOption, Given, Opt, Parsed, parse};

/// Something that keeps `hg email` from going to the server, or may do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// hg aborts or does something else, for sure; else it cannot be known from here.
    pub certain: bool,
    /// The line that says so, if one does.
    pub line: Option<Line>,
    /// In words; may hold untrusted text.
    pub reason: String,
    /// hg may be told otherwise elsewhere: in another repository, or on its own command line.
    pub local: bool,
}

impl Hindrance {
    fn aborts(line: &Line, why: impl std::fmt::Display) -> Self {
        Self {
            certain: true,
            line: Some(line.clone()),
            reason: format!("hg aborts at {}: {why}", line.key),
            local: false,
        }
    }

    fn unknown(line: &Line, reason: impl Into<String>) -> Self {
        Self {
            certain: false,
            line: Some(line.clone()),
            reason: reason.into(),
            local: false,
        }
    }
}

/// The command line that hg makes of the two settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Where `--insecure` is turned on, and not off again.
    pub(super) insecure: Option<Line>,
    /// What keeps it from sending.
    pub(super) hindrance: Option<Hindrance>,
}

/// A word with the line that it stands on.
type Word = (Vec<u8>, Line);

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
            match alias_words(config, environment, line, &item.value) {
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

/// An alias of another name, for the lints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alias {
    /// It is no other name of `hg email`, or one that hg refuses.
    Other,
    /// It sends; `true`: with `--insecure`.
    Email(bool),
}

impl Alias {
    /// What such a definition stands for.
    pub(super) fn read(value: &[u8], environment: &Environment) -> Self {
        let Ok(found) = words::split(value) else {
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

/// The words of `alias.email` behind its command, or why it is not `hg email`.
fn alias_words(
    config: &Config,
    environment: &Environment,
    line: &Line,
    value: &[u8],
) -> Result<Vec<Word>, Hindrance> {
    let other =
        "alias.email makes hg email another command: what that one does cannot be known from here";
    if value.is_empty() || value.starts_with(b"!") {
        return Err(Hindrance::unknown(line, other));
    }
    let found = words::split(value).map_err(|why| Hindrance::aborts(line, why.as_str()))?;
    if let Some((option, certain)) = early(&found) {
        let why = format!("{option} may only be given on the command line");
        return Err(if certain {
            Hindrance::aborts(line, why)
        } else {
            // Releases before `--config-file` take it for a value.
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
        Some(true) => Err(Hindrance::aborts(line, "it cannot replace \"$$\"")),
        Some(false) => Err(Hindrance::unknown(
            line,
            "alias.email takes words of the command line into its own: what becomes of them cannot be known from here",
        )),
        None => Ok(words),
    }
}

/// Whether hg would put a word of the user there (`$1`), or fail (`$$`: `true`).
fn placeholder(word: &[u8]) -> Option<bool> {
    let mut rest = word;
    while let Some(at) = rest.iter().position(|&byte| byte == b'$') {
        rest = &rest[at + 1..];
        match rest.first() {
            Some(b'$') => return Some(true),
            Some(byte) if byte.is_ascii_digit() => return Some(false),
            _ => {}
        }
    }
    None
}

/// The first option of a definition that is for the real command line alone, wherever it stands
/// before `--`, and whether every release says so (`fancyopts.earlygetopt`).
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

fn expanded<'a>(
    words: Vec<Vec<u8>>,
    line: &'a Line,
    environment: &'a Environment,
) -> impl Iterator<Item = Word> + 'a {
    words
        .into_iter()
        .map(|word| (environment.expand(&word), line.clone()))
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

/// The words and what the parser made of them.
struct Reading<'a> {
    words: &'a [Word],
    parsed: Parsed,
}

impl Reading<'_> {
    fn line(&self, word: usize) -> &Line {
        &self.words[word].1
    }

    /// What makes hg abort, or do something else, whatever the user types.
    fn stops(&self) -> Option<Hindrance> {
        let not_there = |option: &Opt, why: &str| {
            Some(Hindrance::aborts(
                self.line(option.word),
                format!("--{} {why}", option.name),
            ))
        };
        for name in ["config", "config-file", "debugger"] {
            if let Some(option) = self.parsed.last(name) {
                return not_there(option, "may only be given on the command line");
            }
        }
        for name in ["cwd", "repository"] {
            let last = self.parsed.last(name);
            if let Some(option) = last.filter(|option| option.given != Given::Value(Vec::new())) {
                return not_there(option, "may only be given on the command line");
            }
        }
        ["version", "help"].into_iter().find_map(|name| {
            let line = self.line(self.parsed.flag(name)?);
            Some(Hindrance {
                certain: true,
                line: Some(line.clone()),
                reason: format!("--{name} is a default of hg email: it sends nothing"),
                local: false,
            })
        })
    }

    /// What hangs on the words that the user types, on the repository, or on other files.
    fn doubt(&self, config: &Config) -> Option<Hindrance> {
        let doubt = |word: usize, why: String| Some(Hindrance::unknown(self.line(word), why));
        let dangling = |option: &&Opt| option.given == Given::Dangling;
        if let Some(option) = self.parsed.options.iter().find(dangling) {
            let why = format!(
                "{} ends with --{}, which takes the first word that you type as its value",
                self.line(option.word).key,
                option.name
            );
            return doubt(option.word, why);
        }
        if let Some(at) = self.parsed.separator {
            let why = format!(
                "{} has --: hg takes the options that you type for revisions",
                self.line(at).key
            );
            return doubt(at, why);
        }
        if let Some(&at) = self.parsed.positional.first() {
            let text = String::from_utf8_lossy(&self.words[at].0).into_owned();
            let why = format!(
                "{} names \"{text}\": whether hg can send that depends on the repository",
                self.line(at).key
            );
            return doubt(at, why);
        }
        if let Some(at) = self.parsed.flag("test") {
            let why = "--test is a default of hg email: it prints messages, and sends none";
            return doubt(at, why.to_owned());
        }
        let has_default = ["default", "default-push"].iter().any(|key| {
            let path = config.get(b"paths", key.as_bytes());
            path.is_some_and(|path| !path.value.is_empty())
        });
        for name in ["outgoing", "bundle"] {
            if let Some(at) = self.parsed.flag(name).filter(|_| !has_default) {
                let why = format!(
                    "--{name} needs a repository to compare with, and paths.default is not set"
                );
                return doubt(at, why);
            }
        }
        self.doubtful_value()
    }

    /// A value that hg may stumble over.
    fn doubtful_value(&self) -> Option<Hindrance> {
        let bundle = self.parsed.flag("bundle").is_some();
        let both = bundle && self.parsed.flag("outgoing").is_some();
        for name in [
            "mbox",
            "date",
            "desc",
            "bookmark",
            "encoding",
            "encodingmode",
        ] {
            let Some(option) = self.parsed.last(name) else {
                continue;
            };
            let Given::Value(value) = &option.given else {
                continue;
            };
            if !value.is_empty() && !is_known_encoding(name, value) {
                return Some(self.depends_on(option));
            }
        }
        let rest = self
            .parsed
            .options
            .iter()
            .find(|option| match &option.given {
                Given::Value(value) => match option.name {
                    "rev" => !matches!(value.as_slice(), b"tip" | b"."),
                    "base" => bundle,
                    "from" | "to" | "cc" | "bcc" | "reply-to" => {
                        !is_plain(value) || !has_plain_address(value)
                    }
                    "mbox" | "date" | "desc" | "bookmark" | "encoding" | "encodingmode" => false,
                    _ => !is_plain(value),
                },
                Given::Flag(on) => *on && both && option.name == "bundle",
                Given::Dangling => false,
            });
        rest.map(|option| self.depends_on(option))
    }

    fn depends_on(&self, option: &Opt) -> Hindrance {
        let line = self.line(option.word);
        let why = if option.name == "mbox" {
            "--mbox is a default of hg email: mail goes to a file, and no server is looked at"
                .to_owned()
        } else {
            format!(
                "{} has --{}: what hg makes of that cannot be known from here",
                line.key, option.name
            )
        };
        Hindrance::unknown(line, why)
    }
}

/// Encodings that every Python has.
fn is_known_encoding(name: &str, value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    match name {
        "encoding" => matches!(
            value.as_slice(),
            b"utf-8" | b"utf8" | b"ascii" | b"us-ascii" | b"latin-1" | b"latin1" | b"iso-8859-1"
        ),
        "encodingmode" => matches!(value.as_slice(), b"strict" | b"replace" | b"ignore"),
        _ => false,
    }
}

/// Text that goes into a header without trouble.
fn is_plain(value: &[u8]) -> bool {
    str::from_utf8(value).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// The name of a person may be in any script; of the address hg takes ASCII alone.
fn has_plain_address(value: &[u8]) -> bool {
    let address = value.iter().rposition(|&byte| byte == b'<');
    value[address.unwrap_or(0)..].is_ascii()
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
