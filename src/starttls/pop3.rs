//! POP3, from the greeting to the `+OK` of STLS (RFC 1939 §3, RFC 2449 §5, RFC 2595 §4, RFC 3206).

use super::answer::Answer;
use super::exchange::{Flow, Grammar, Heard};
use super::lines::Lines;
use super::malformed::Malformed;
use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;

/// The response codes of a server that may serve the client later (RFC 3206 §4, RFC 2449 §8.1).
const TEMPORARY: [&[u8]; 3] = [b"SYS/TEMP", b"IN-USE", b"LOGIN-DELAY"];

/// Where the dialogue is with the list of capabilities.
#[derive(Debug, Default, PartialEq, Eq)]
enum List {
    #[default]
    NotBegun,
    Begun,
    /// An old server knows no CAPA: the answer to STLS shows whether it knows that.
    Refused,
}

/// What is to be known of POP3's lines.
#[derive(Debug, Default)]
pub(super) struct Pop3 {
    list: List,
    /// The list includes STLS.
    is_offered: bool,
}

impl Grammar for Pop3 {
    const PROTOCOL: Protocol = Protocol::Pop3;
    const ASK: &'static str = "CAPA";
    const UPGRADE: &'static str = "STLS";

    fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Vec<u8>>, Malformed> {
        lines.next_line()
    }

    fn read(&mut self, stage: Stage, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal> {
        if stage == Stage::Capabilities && self.list == List::Begun {
            return self.read_list(line, heard);
        }
        let malformed = || Malformed::NotAnAnswer(String::from_utf8_lossy(line).into_owned());
        let answer = status(line).ok_or_else(|| Refusal::Malformed(stage, malformed()))?;
        if stage == Stage::Greeting {
            heard.greeting = Some(answer.clone());
        }
        if !answer.is_positive && is_temporary(&answer) {
            return Err(Refusal::Temporary(stage, answer));
        }
        match (stage, answer.is_positive) {
            (Stage::Greeting, true) => Ok(Flow::Ask),
            (Stage::Greeting, false) => Err(Refusal::Greeting(answer)),
            (Stage::Starttls, true) => Ok(Flow::Go),
            (Stage::Starttls, false) if self.list == List::Refused => {
                Err(Refusal::StarttlsNotOffered)
            }
            (Stage::Starttls, false) => Err(Refusal::Starttls(answer)),
            (_, true) => {
                self.list = List::Begun;
                Ok(Flow::More)
            }
            (_, false) => {
                self.list = List::Refused;
                Ok(Flow::Upgrade)
            }
        }
    }
}

impl Pop3 {
    /// Reads a line of the list, which ends with a full stop alone. A line that begins with one has
    /// another in front of it (RFC 1939 §3).
    fn read_list(&mut self, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal> {
        if line == b"." {
            return if self.is_offered {
                Ok(Flow::Upgrade)
            } else {
                Err(Refusal::StarttlsNotOffered)
            };
        }
        let line = line.strip_prefix(b".").unwrap_or(line);
        let text = String::from_utf8_lossy(line).into_owned();
        let keyword = text.split_ascii_whitespace().next().unwrap_or_default();
        self.is_offered |= keyword.eq_ignore_ascii_case("STLS");
        heard.capabilities.push(text);
        Ok(Flow::More)
    }
}

/// A status indicator and its text.
fn status(line: &[u8]) -> Option<Answer> {
    let (word, text) = match line.iter().position(|&b| b == b' ') {
        Some(end) => (&line[..end], &line[end + 1..]),
        None => (line, &b""[..]),
    };
    if word.eq_ignore_ascii_case(b"+OK") {
        return Some(Answer::one("+OK", text, true));
    }
    let is_error = word.eq_ignore_ascii_case(b"-ERR");
    is_error.then(|| Answer::one("-ERR", text, false))
}

/// Whether the text begins with such a response code, in any letter case (RFC 2449 §8).
fn is_temporary(answer: &Answer) -> bool {
    let text = answer.lines.first().map_or("", String::as_str);
    let code = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    let word = code.map_or("", |(code, _)| code.split(' ').next().unwrap_or_default());
    TEMPORARY
        .iter()
        .any(|known| word.as_bytes().eq_ignore_ascii_case(known))
}
