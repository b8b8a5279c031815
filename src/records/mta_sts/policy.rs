//! The policy at `/.well-known/mta-sts.txt` (RFC 8461 §3.2).

use super::charset::decode;
use super::pattern::Pattern;
use crate::records::text::{is_blank, shown};
use std::fmt;

/// What a sender does where a host is not covered, or its certificate is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does not deliver.
    Enforce,
    /// It delivers, and reports.
    Testing,
    /// There is no policy any more.
    None,
}

impl Mode {
    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        }
    }

    /// The mode of that word.
    pub fn named(word: &str) -> Option<Self> {
        let mut all = [Self::Enforce, Self::Testing, Self::None].into_iter();
        all.find(|mode| mode.as_str() == word)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A policy that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The mode.
    pub mode: Mode,
    /// The patterns, in their order; those with a flaw cover nothing.
    pub mx: Vec<Pattern>,
    /// For how many seconds senders keep it.
    pub max_age: u32,
    /// What is ignored in it.
    pub remarks: Vec<PolicyRemark>,
}

/// A part of a policy that senders pass over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRemark {
    /// A key once more, with another value.
    #[error(
        "line {line} repeats \"{key}\" with another value: by RFC 8461 the first counts, and postfix-mta-sts-resolver takes the last"
    )]
    Repeated {
        /// The number of the line.
        line: usize,
        /// The key.
        key: &'static str,
    },
    /// Neither a key nor a value.
    #[error("line {line} is not \"key: value\": \"{text}\"")]
    NoKey {
        /// The number of the line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A key that senders know, with a blank or in another case.
    #[error("line {line} has \"{key}\" for a key that is written without blanks and in lower case")]
    Key {
        /// The number of the line.
        line: usize,
        /// What stands before the colon.
        key: String,
    },
}

/// Why a body is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// More than [`Policy::MOST_OCTETS`].
    #[error("it has {0} octets, more than the {most} that senders read", most = Policy::MOST_OCTETS)]
    TooLarge(usize),
    /// A byte-order mark, with which the first key is another.
    #[error("it begins with a byte-order mark")]
    ByteOrderMark,
    /// Octets beyond ASCII, and no character set that allows them.
    #[error("it is not ASCII, and its Content-Type names no character set that senders know")]
    NotAscii,
    /// No `version: STSv1`.
    #[error("it has no line \"version: STSv1\"")]
    Version,
    /// No mode.
    #[error("it has no mode")]
    NoMode,
    /// Another mode.
    #[error("its mode is not enforce, testing or none: \"{0}\"")]
    Mode(String),
    /// No `max_age`, or none from 0 to 31557600.
    #[error("its max_age is not a number of seconds from 0 to 31557600: \"{0}\"")]
    MaxAge(String),
    /// No `mx` line.
    #[error("it has no mx line")]
    NoMx,
}

impl Policy {
    /// What senders read at most (postfix-mta-sts-resolver's `HARD_RESP_LIMIT`).
    pub const MOST_OCTETS: usize = 64 * 1024;
    /// A year, and the longest time (RFC 8461 §3.2).
    pub const LONGEST: u32 = 31_557_600;

    /// Reads a body; the Content-Type that it came with may name its character set.
    pub fn read(body: &[u8], content_type: &str) -> Result<Self, PolicyError> {
        if body.len() > Self::MOST_OCTETS {
            return Err(PolicyError::TooLarge(body.len()));
        }
        let text = decode(body, content_type).ok_or(PolicyError::NotAscii)?;
        if text.starts_with('\u{feff}') {
            return Err(PolicyError::ByteOrderMark);
        }
        Lines::of(&text).policy()
    }

    /// Whether the policy covers the MX host of this name.
    pub fn covers(&self, host: &str) -> bool {
        self.mx.iter().any(|pattern| pattern.covers(host))
    }
}

/// Whether a Content-Type is that of a policy: parameters may follow (RFC 8461 §3.2).
pub fn is_plain_text(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("text/plain")
}

/// The keys that there is a rule for, besides `mx`.
const KEYS: [&str; 3] = ["version", "mode", "max_age"];
/// How many remarks are kept.
const MOST_REMARKS: usize = 16;

/// What the lines hold, before it is judged.
#[derive(Default)]
struct Lines<'a> {
    /// The first value of each of [`KEYS`].
    values: [Option<&'a str>; KEYS.len()],
    mx: Vec<Pattern>,
    remarks: Vec<PolicyRemark>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut lines = Self::default();
        for (index, line) in text.split('\n').enumerate() {
            lines.add(index + 1, line.trim_end_matches(is_blank));
        }
        lines.remarks.truncate(MOST_REMARKS);
        lines
    }

    fn add(&mut self, number: usize, line: &'a str) {
        let Some((key, value)) = line.split_once(':') else {
            if !line.is_empty() {
                self.remarks.push(PolicyRemark::NoKey {
                    line: number,
                    text: shown(line),
                });
            }
            return;
        };
        let value = value.trim_start_matches(is_blank);
        if key == "mx" {
            self.mx.push(Pattern::new(value));
            return;
        }
        match KEYS.iter().position(|known| *known == key) {
            Some(place) => self.set(number, place, value),
            None if is_like_a_key(key) => self.remarks.push(PolicyRemark::Key {
                line: number,
                key: shown(key),
            }),
            // An extension (RFC 8461 §3.2).
            None => {}
        }
    }

    /// "All entries except for the first MUST be ignored" (RFC 8461 §3.2).
    fn set(&mut self, line: usize, place: usize, value: &'a str) {
        let key = KEYS[place];
        match self.values[place] {
            None => self.values[place] = Some(value),
            Some(first) if first == value => {}
            Some(_) => self.remarks.push(PolicyRemark::Repeated { line, key }),
        }
    }

    fn policy(self) -> Result<Policy, PolicyError> {
        let [version, mode, max_age] = self.values;
        if version != Some("STSv1") {
            return Err(PolicyError::Version);
        }
        let age = max_age.unwrap_or_default();
        let max_age = seconds(age).ok_or_else(|| PolicyError::MaxAge(shown(age)))?;
        let mode = mode.ok_or(PolicyError::NoMode)?;
        let mode = Mode::named(mode).ok_or_else(|| PolicyError::Mode(shown(mode)))?;
        if self.mx.is_empty() && mode != Mode::None {
            return Err(PolicyError::NoMx);
        }
        Ok(Policy {
            mode,
            mx: self.mx,
            max_age,
            remarks: self.remarks,
        })
    }
}

/// A key that was meant to be one of ours.
fn is_like_a_key(key: &str) -> bool {
    let bare = key.trim_matches(is_blank).to_ascii_lowercase();
    bare == "mx" || KEYS.contains(&bare.as_str())
}

/// `sts-policy-max-age`: digits, up to a year.
fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let seconds = digits.then(|| text.parse::<u32>().ok())??;
    (seconds <= Policy::LONGEST).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOUND: &str = "version: STSv1\nmode: enforce\nmx: mail.example.org\nmax_age: 604800\n";

    fn read(body: &str) -> Result<Policy, PolicyError> {
        Policy::read(body.as_bytes(), "text/plain")
    }

    #[test]
    fn a_policy_is_read_as_senders_read_it() {
        for body in [
            SOUND.to_owned(),
            SOUND.replace('\n', "\r\n"),
            SOUND.replace(": ", ":"),
            SOUND.replace(": ", ": \t ").replace('\n', " \n"),
            format!("{SOUND}extension: value\n\n"),
            SOUND.trim_end().to_owned(),
        ] {
            let policy = read(&body).expect(&body);
            assert_eq!(policy.mode, Mode::Enforce, "{body}");
            assert_eq!(policy.max_age, 604_800, "{body}");
            assert!(policy.covers("MAIL.example.org"), "{body}");
            assert!(policy.remarks.is_empty(), "{body}");
        }
        let none = read("version: STSv1\nmode: none\nmax_age: 0").expect("a policy");
        assert_eq!((none.mode, none.mx.len()), (Mode::None, 0));
    }

    #[test]
    fn what_is_not_a_policy_says_why() {
        let without = |line: &str| SOUND.replace(&format!("{line}\n"), "");
        for (body, why) in [
            (String::new(), PolicyError::Version),
            (without("version: STSv1"), PolicyError::Version),
            (SOUND.replace("STSv1", "STSv2"), PolicyError::Version),
            (format!("\u{feff}{SOUND}"), PolicyError::NotAscii),
            (without("mode: enforce"), PolicyError::NoMode),
            (
                SOUND.replace("enforce", "Enforce"),
                PolicyError::Mode("Enforce".to_owned()),
            ),
            (SOUND.replace("mode: ", "mode : "), PolicyError::NoMode),
            (without("mx: mail.example.org"), PolicyError::NoMx),
            (
                without("max_age: 604800"),
                PolicyError::MaxAge(String::new()),
            ),
            (
                SOUND.replace("604800", "31557601"),
                PolicyError::MaxAge("31557601".to_owned()),
            ),
            (
                SOUND.replace("604800", "-1"),
                PolicyError::MaxAge("-1".to_owned()),
            ),
            (
                SOUND.replace("604800", "7d"),
                PolicyError::MaxAge("7d".to_owned()),
            ),
            (
                SOUND.replace("604800", "99999999999"),
                PolicyError::MaxAge("99999999999".to_owned()),
            ),
        ] {
            assert_eq!(read(&body), Err(why), "{body}");
        }
        let large = format!("{SOUND}{}", "x: y\n".repeat(20_000));
        assert_eq!(read(&large), Err(PolicyError::TooLarge(large.len())));
    }

    #[test]
    fn the_character_set_decides_what_is_beyond_ascii() {
        let marked = format!("{SOUND}note: \u{e9}\n");
        let body = marked.as_bytes();
        for (content_type, is_policy) in [
            ("text/plain", false),
            ("text/plain; charset=us-ascii", false),
            ("text/plain; charset=utf-8", true),
            ("text/plain; Charset=\"UTF-8\"", true),
            ("text/plain; charset=iso-8859-1", true),
            ("text/plain; charset=klingon", false),
        ] {
            let read = Policy::read(body, content_type);
            assert_eq!(read.is_ok(), is_policy, "{content_type}");
        }
        let bom = format!("\u{feff}{SOUND}");
        assert_eq!(
            Policy::read(bom.as_bytes(), "text/plain; charset=utf-8"),
            Err(PolicyError::ByteOrderMark)
        );
        for (charset, is_policy) in [
            ("windows-1252", true),
            ("ISO-8859-15", true),
            ("\"iso8859_2\"", true),
            ("koi8-r", true),
            // Another text, and what cannot be decoded.
            ("utf-16", false),
            ("klingon", false),
            ("windows-125x", false),
            ("iso-8859-", false),
        ] {
            let kind = format!("text/plain; charset={charset}");
            let read = Policy::read(SOUND.as_bytes(), &kind);
            assert_eq!(read.is_ok(), is_policy, "{charset}");
            let decoded = Policy::read(body, &kind);
            assert!(decoded.is_err(), "{charset}");
        }
    }

    #[test]
    fn the_first_of_a_repeated_key_counts() {
        let body = format!("{SOUND}mode: testing\nmax_age: 604800\n");
        let policy = read(&body).expect("a policy");
        assert_eq!(policy.mode, Mode::Enforce);
        assert_eq!(
            policy.remarks,
            [PolicyRemark::Repeated {
                line: 5,
                key: "mode"
            }]
        );
        let odd = format!("{SOUND}MX: a.test\nrubbish\n");
        let said: Vec<String> = read(&odd)
            .expect("a policy")
            .remarks
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].contains("\"MX\"") && said[1].contains("rubbish"));
    }

    #[test]
    fn the_content_type_may_have_parameters() {
        for kind in ["text/plain", "Text/Plain; charset=utf-8", " text/plain ;x"] {
            assert!(is_plain_text(kind), "{kind}");
        }
        for kind in ["", "text/html", "text/plainer", "application/octet-stream"] {
            assert!(!is_plain_text(kind), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read(body in proptest::collection::vec(any::<u8>(), 0..200), kind in "\\PC{0,30}") {
            let _ = Policy::read(&body, &kind);
        }

        #[test]
        fn a_line_more_takes_nothing_away(line in "[ -~]{0,40}") {
            // What follows a sound policy may add patterns and remarks, and decides nothing.
            let policy = read(&format!("{SOUND}{line}")).expect("a policy");
            prop_assert_eq!(policy.mode, Mode::Enforce);
            prop_assert!(policy.covers("mail.example.org"));
        }
    }
}
