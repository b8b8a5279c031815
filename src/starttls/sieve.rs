//! ManageSieve, from the greeting, which is the list of capabilities, to the `OK` of STARTTLS (RFC
//! 5804 §1.2, §1.7, §2.2 and §4).

use super::answer::Answer;
use super::exchange::{Flow, Grammar, Heard};
use super::lines::{Lines, literal};
use super::malformed::Malformed;
use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;

/// The response code of a server that may serve the client later (RFC 5804 §1.3).
const TEMPORARY: &str = "TRYLATER";

/// What is to be known of ManageSieve's lines.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// The line so far, if it has literals, each as a quoted string in its place.
    unfinished: Vec<u8>,
    /// The length of the literal that is missing.
    missing: Option<usize>,
    /// The list includes STARTTLS.
    is_offered: bool,
}

/// A part of a line.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// A word without quotes.
    Word(String),
    /// A string.
    Text(String),
    /// A list in parentheses.
    Code(String),
}

impl Grammar for Sieve {
    const PROTOCOL: Protocol = Protocol::Sieve;
    const ASK: &'static str = "";
    const UPGRADE: &'static str = "STARTTLS";

    fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Vec<u8>>, Malformed> {
        loop {
            if let Some(length) = self.missing {
                let Some(text) = lines.next_literal(length)? else {
                    return Ok(None);
                };
                self.missing = None;
                quote(&text, &mut self.unfinished);
            }
            let Some(line) = lines.next_line()? else {
                return Ok(None);
            };
            if let Some((length, before)) = literal(&line) {
                self.unfinished.extend(before);
                self.missing = Some(length);
            } else {
                self.unfinished.extend(line);
                return Ok(Some(std::mem::take(&mut self.unfinished)));
            }
        }
    }

    fn read(&mut self, stage: Stage, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal> {
        let malformed = || {
            let text = String::from_utf8_lossy(line).into_owned();
            Refusal::Malformed(stage, Malformed::NotAnAnswer(text))
        };
        let parts = parts(line).ok_or_else(malformed)?;
        match (stage, parts.as_slice()) {
            (Stage::Greeting, [Part::Text(name), rest @ ..]) => {
                let value = match rest {
                    [] => String::new(),
                    [Part::Text(value)] => format!(" {value}"),
                    _ => return Err(malformed()),
                };
                self.is_offered |= name.eq_ignore_ascii_case("STARTTLS");
                heard.capabilities.push(format!("{name}{value}"));
                Ok(Flow::More)
            }
            (_, [Part::Word(word), rest @ ..]) => {
                let (answer, is_temporary) = response(word, rest).ok_or_else(malformed)?;
                self.decide(stage, answer, is_temporary, heard)
            }
            _ => Err(malformed()),
        }
    }
}

impl Sieve {
    fn decide(
        &self,
        stage: Stage,
        answer: Answer,
        is_temporary: bool,
        heard: &mut Heard,
    ) -> Result<Flow, Refusal> {
        if stage == Stage::Greeting {
            heard.greeting = Some(answer.clone());
        }
        match (stage, answer.status.as_str()) {
            (Stage::Greeting, "OK") if self.is_offered => Ok(Flow::Upgrade),
            (Stage::Greeting, "OK") => Err(Refusal::StarttlsNotOffered),
            (_, "OK") => Ok(Flow::Go),
            _ if is_temporary => Err(Refusal::Temporary(stage, answer)),
            (_, "BYE") => Err(Refusal::Bye(stage, answer)),
            (Stage::Greeting, _) => Err(Refusal::Greeting(answer)),
            _ => Err(Refusal::Starttls(answer)),
        }
    }
}

/// A response: its word, its code and its text, each of the latter if it is there; and whether the
/// code says that the client may try later.
fn response(word: &str, rest: &[Part]) -> Option<(Answer, bool)> {
    let mut all = ["OK", "NO", "BYE"].into_iter();
    let status = all.find(|known| known.eq_ignore_ascii_case(word))?;
    let (code, text) = match rest {
        [] => ("", ""),
        [Part::Text(text)] => ("", text.as_str()),
        [Part::Code(code)] => (code.as_str(), ""),
        [Part::Code(code), Part::Text(text)] => (code.as_str(), text.as_str()),
        _ => return None,
    };
    let shown = match (code, text) {
        ("", text) => text.to_owned(),
        (code, "") => format!("({code})"),
        (code, text) => format!("({code}) {text}"),
    };
    let first = code.split(' ').next().unwrap_or_default();
    let is_temporary = first.eq_ignore_ascii_case(TEMPORARY);
    let lines = shown.lines().map(str::to_owned).collect();
    let answer = Answer {
        status: status.to_owned(),
        lines,
        is_positive: status == "OK",
    };
    Some((answer, is_temporary))
}

/// Writes a literal as a quoted string.
fn quote(text: &[u8], line: &mut Vec<u8>) {
    line.push(b'"');
    for &octet in text {
        if matches!(octet, b'"' | b'\\') {
            line.push(b'\\');
        }
        line.push(octet);
    }
    line.push(b'"');
}

/// The parts of a line, with one space between them; `None`: it is not such a line.
fn parts(line: &[u8]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = line;
    loop {
        let (part, after) = match rest.first()? {
            b'"' => {
                let (text, after) = string(rest)?;
                (Part::Text(text), after)
            }
            b'(' => {
                let end = end_of_code(rest)?;
                let code = String::from_utf8_lossy(&rest[1..end]).into_owned();
                (Part::Code(code), &rest[end + 1..])
            }
            _ => {
                let end = rest.iter().position(|&b| b == b' ').unwrap_or(rest.len());
                let word = std::str::from_utf8(&rest[..end]).ok()?;
                let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
                if !is_word {
                    return None;
                }
                (Part::Word(word.to_owned()), &rest[end..])
            }
        };
        parts.push(part);
        rest = match after {
            [] | [b' '] => return Some(parts),
            [b' ', rest @ ..] => rest,
            _ => return None,
        };
    }
}

/// A quoted string at the beginning, without its quotes, and what follows it.
fn string(text: &[u8]) -> Option<(String, &[u8])> {
    let mut octets = Vec::new();
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        match rest {
            [b'"', after @ ..] => {
                return Some((String::from_utf8_lossy(&octets).into_owned(), after));
            }
            [b'\\', octet, after @ ..] | [octet, after @ ..] => {
                octets.push(*octet);
                rest = after;
            }
            [] => return None,
        }
    }
}

/// Where the parenthesis at the beginning is closed; one in a string does not count.
fn end_of_code(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b')' => return Some(at),
            b'"' => {
                let (_, after) = string(&text[at..])?;
                at = text.len() - after.len();
            }
            _ => at += 1,
        }
    }
}
