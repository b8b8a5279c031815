//! Options among words, as Python's `gnu_getopt` finds them for `fancyopts.fancyopts`.

use super::options::{OPTIONS, Spec, Takes};

/// The value that an option was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// A flag: on, or off by `--no-`.
    Flag(bool),
    /// A value.
    Value(Vec<u8>),
    /// The option stands at the end: its value is the first word that the user types.
    Dangling,
}

/// An option with the index of its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opt {
    pub(super) name: &'static str,
    pub(super) given: Given,
    pub(super) word: usize,
}

/// The parsed words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) options: Vec<Opt>,
    /// Indices of the words that are neither options nor their values.
    pub(super) positional: Vec<usize>,
    /// The index of a `--`, after which no word that the user types is an option.
    pub(super) separator: Option<usize>,
}

/// Why hg aborts, with the index of the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadOption {
    pub(super) word: usize,
    pub(super) why: String,
}

/// The possible meanings of a long option.
#[derive(Clone, Copy)]
enum Long {
    Flag(&'static Spec, bool),
    Value(&'static Spec),
}

/// Parses the words. hg parses the user's words in the same pass, after these.
pub(super) fn parse(words: &[Vec<u8>]) -> Result<Parsed, BadOption> {
    let mut parsed = Parsed::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match word.as_slice() {
            b"--" => {
                parsed.separator = Some(at);
                parsed.positional.extend(at + 1..words.len());
                break;
            }
            [b'-', b'-', long @ ..] => long_option(long, words, &mut at, &mut parsed)?,
            [b'-', letters @ ..] if !letters.is_empty() => {
                short_options(letters, words, &mut at, &mut parsed)?;
            }
            _ => parsed.positional.push(at),
        }
        at += 1;
    }
    Ok(parsed)
}

fn long_option(
    text: &[u8],
    words: &[Vec<u8>],
    at: &mut usize,
    parsed: &mut Parsed,
) -> Result<(), BadOption> {
    let word = *at;
    let bad = |what: &str| BadOption {
        word,
        why: format!("option --{} {what}", String::from_utf8_lossy(text)),
    };
    let (name, value) = match text.iter().position(|&byte| byte == b'=') {
        Some(equals) => (&text[..equals], Some(&text[equals + 1..])),
        None => (text, None),
    };
    let (spec, given) = match (resolve(name).map_err(bad)?, value) {
        (Long::Flag(..), Some(_)) => return Err(bad("must not have an argument")),
        (Long::Flag(spec, on), None) => (spec, Given::Flag(on)),
        (Long::Value(spec), Some(value)) => (spec, Given::Value(value.to_vec())),
        (Long::Value(spec), None) => (spec, next(words, at)),
    };
    parsed.options.push(Opt {
        name: spec.long,
        given,
        word,
    });
    Ok(())
}

/// The option of that name, or the only option that begins with it.
fn resolve(name: &[u8]) -> Result<Long, &'static str> {
    let named = OPTIONS.iter().flat_map(|spec| {
        let plain = match spec.takes {
            Takes::Value => Long::Value(spec),
            Takes::Nothing | Takes::NothingForGood => Long::Flag(spec, true),
        };
        let negated = (spec.takes == Takes::Nothing).then_some(Long::Flag(spec, false));
        [Some(plain), negated].into_iter().flatten()
    });
    let mut found = named.filter(|option| option.name().starts_with(name));
    match (found.next(), found.next()) {
        (None, _) => Err("not recognized"),
        (Some(only), None) => Ok(only),
        (Some(first), Some(second)) => [first, second]
            .into_iter()
            .chain(found)
            .find(|option| option.name() == name)
            .ok_or("not a unique prefix"),
    }
}

impl Long {
    fn name(self) -> Vec<u8> {
        match self {
            Self::Flag(spec, false) => [b"no-", spec.long.as_bytes()].concat(),
            Self::Flag(spec, true) | Self::Value(spec) => spec.long.as_bytes().to_vec(),
        }
    }
}

fn short_options(
    letters: &[u8],
    words: &[Vec<u8>],
    at: &mut usize,
    parsed: &mut Parsed,
) -> Result<(), BadOption> {
    let word = *at;
    for (index, &letter) in letters.iter().enumerate() {
        let spec = OPTIONS.iter().find(|spec| spec.short == Some(letter));
        let spec = spec.ok_or_else(|| BadOption {
            word,
            why: format!("option -{} not recognized", char::from(letter)),
        })?;
        let rest = &letters[index + 1..];
        let takes_value = spec.takes == Takes::Value;
        let given = match (takes_value, rest) {
            (false, _) => Given::Flag(true),
            (true, []) => next(words, at),
            (true, rest) => Given::Value(rest.to_vec()),
        };
        parsed.options.push(Opt {
            name: spec.long,
            given,
            word,
        });
        if takes_value {
            break;
        }
    }
    Ok(())
}

/// Takes the next word as a value, even if it looks like an option.
fn next(words: &[Vec<u8>], at: &mut usize) -> Given {
    *at += 1;
    words
        .get(*at)
        .map_or(Given::Dangling, |value| Given::Value(value.clone()))
}

impl Parsed {
    /// The index of the word that turns a flag on, if no later word turns it off.
    pub(super) fn flag(&self, name: &str) -> Option<usize> {
        let last = self
            .options
            .iter()
            .rev()
            .find(|option| option.name == name)?;
        (last.given == Given::Flag(true)).then_some(last.word)
    }

    /// The last setting of an option.
    pub(super) fn last(&self, name: &str) -> Option<&Opt> {
        self.options.iter().rev().find(|option| option.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Parsed, String> {
        let words: Vec<Vec<u8>> = text
            .split(' ')
            .map(|word| word.as_bytes().to_vec())
            .collect();
        parse(&words).map_err(|bad| bad.why)
    }

    #[test]
    fn options_are_found_as_hg_finds_them() {
        let insecure = |text: &str| of(text).map(|parsed| parsed.flag("insecure").is_some());
        for (text, expected) in [
            ("--insecure", true),
            ("--ins", true),
            ("--insecure --no-insecure", false),
            ("--no-ins --insecure", true),
            ("--subject --insecure", false),
            ("-s --insecure", false),
            ("-gs --insecure", false),
            ("-sx --insecure", true),
            ("--subject=x --insecure", true),
            ("x --insecure", true),
            ("-- --insecure", false),
            ("--to a -- --insecure", false),
            ("--to -- --insecure", true),
            ("- --insecure", true),
        ] {
            assert_eq!(insecure(text), Ok(expected), "{text}");
        }
        for (text, why) in [
            ("--in", "option --in not a unique prefix"),
            (
                "--insecure=x",
                "option --insecure=x must not have an argument",
            ),
            ("--unknown", "option --unknown not recognized"),
            ("--no-subject", "option --no-subject not recognized"),
            ("--no-help", "option --no-help not recognized"),
            ("-z", "option -z not recognized"),
            ("-:", "option -: not recognized"),
            ("--=x", "option --=x not a unique prefix"),
        ] {
            assert_eq!(insecure(text), Err(why.to_owned()), "{text}");
        }
        let dangling = of("-g --subject").expect("options");
        assert_eq!(
            dangling.last("subject").map(|option| &option.given),
            Some(&Given::Dangling)
        );
    }
}
