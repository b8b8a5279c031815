//! What the parsed words of `[defaults]` and `[alias]` make of `hg email`.

use super::parse::{Given, Opt, Parsed};
use super::words::Word;
use crate::hgrc::Config;
use crate::mercurial::hindrance::Hindrance;
use crate::mercurial::line::SettingLine;

/// The words, and how the parser read them.
pub(super) struct Reading<'a> {
    pub(super) words: &'a [Word],
    pub(super) parsed: Parsed,
}

impl Reading<'_> {
    fn line(&self, word: usize) -> &SettingLine {
        &self.words[word].1
    }

    /// What makes hg abort or do something else, whatever the user types.
    pub(super) fn stops(&self) -> Option<Hindrance> {
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

    /// What depends on the words that the user types, on the repository, or on other files.
    pub(super) fn doubt(&self, config: &Config) -> Option<Hindrance> {
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

    /// A value that hg may not accept.
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

/// Whether every Python knows the encoding.
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

/// Whether the text can go into a header as it is.
fn is_plain(value: &[u8]) -> bool {
    str::from_utf8(value).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Whether the address is ASCII, which hg requires. A person's name may be in any script.
fn has_plain_address(value: &[u8]) -> bool {
    let address = value.iter().rposition(|&byte| byte == b'<');
    value[address.unwrap_or(0)..].is_ascii()
}
