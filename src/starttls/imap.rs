//! IMAP, from the greeting to the tagged `OK` of STARTTLS (RFC 9051 §6.2.1 and §7.1, RFC 5530).

use super::answer::Answer;
use super::exchange::{Flow, Grammar, Heard};
use super::lines::{Lines, literal};
use super::malformed::Malformed;
use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;

/// The tag of CAPABILITY.
const FIRST: &[u8] = b"a";
/// The tag of STARTTLS.
const SECOND: &[u8] = b"b";

/// The response codes of a server that may serve the client later (RFC 5530 §3).
const TEMPORARY: [&str; 3] = ["UNAVAILABLE", "INUSE", "LIMIT"];

/// What is to be known of IMAP's lines.
#[derive(Debug, Default)]
pub(super) struct Imap {
    /// A line that goes on after a literal, and the length of the literal if it is not there yet.
    unfinished: Vec<u8>,
    missing: Option<usize>,
    /// A list of capabilities has come.
    has_list: bool,
    /// The list includes STARTTLS.
    is_offered: bool,
}

impl Grammar for Imap {
    const PROTOCOL: Protocol = Protocol::Imap;
    const ASK: &'static str = "a CAPABILITY";
    const UPGRADE: &'static str = "b STARTTLS";

    /// A literal is skipped by its count: it may look like lines. A status response has none, as
    /// its text may be any (RFC 9051 §9, `resp-text`).
    fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Vec<u8>>, Malformed> {
        loop {
            if let Some(length) = self.missing {
                if lines.next_literal(length)?.is_none() {
                    return Ok(None);
                }
                self.missing = None;
            }
            let Some(line) = lines.next_line()? else {
                return Ok(None);
            };
            let is_first = self.unfinished.is_empty();
            let announced = literal(&line).map(|(length, _)| length);
            let may_hold_one = !is_first || (line.starts_with(b"* ") && status(&line).is_none());
            self.missing = announced.filter(|_| may_hold_one);
            if self.missing.is_none() && is_first {
                return Ok(Some(line));
            }
            self.unfinished.extend(line);
            if self.missing.is_none() {
                return Ok(Some(std::mem::take(&mut self.unfinished)));
            }
        }
    }

    fn read(&mut self, stage: Stage, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal> {
        if stage == Stage::Greeting {
            return self.read_greeting(line, heard);
        }
        if let Some(untagged) = line.strip_prefix(b"* ") {
            end_of_session(stage, line)?;
            if stage == Stage::Capabilities {
                self.note(words_after(untagged, "CAPABILITY"), heard);
            }
            return Ok(Flow::More);
        }
        let tag = if stage == Stage::Capabilities {
            FIRST
        } else {
            SECOND
        };
        let answer = tagged(stage, tag, line)?;
        match (stage, answer.is_positive) {
            _ if is_temporary(&answer) && !answer.is_positive => {
                Err(Refusal::Temporary(stage, answer))
            }
            (Stage::Capabilities, true) if !self.has_list => {
                Err(Refusal::Malformed(stage, Malformed::NoList))
            }
            (Stage::Capabilities, true) if !self.is_offered => Err(Refusal::StarttlsNotOffered),
            (Stage::Capabilities, true) => Ok(Flow::Upgrade),
            (Stage::Capabilities, false) => Err(Refusal::Capabilities(answer)),
            (_, true) => Ok(Flow::Go),
            (_, false) => Err(Refusal::Starttls(answer)),
        }
    }

    /// Untagged responses come at any time (RFC 9051 §5.2).
    fn is_free(line: &[u8]) -> bool {
        line.starts_with(b"*")
    }

    fn read_free(&mut self, stage: Stage, line: &[u8]) -> Result<(), Refusal> {
        end_of_session(stage, line)?;
        let untagged = line.strip_prefix(b"* ").unwrap_or_default();
        match words_after(untagged, "CAPABILITY") {
            // Another list, after that by which we decide.
            Some(_) => Err(Refusal::Unsolicited(stage, lossy(line))),
            None => Ok(()),
        }
    }

    /// A second tagged answer is a broken server's: Courier accepts STARTTLS before it starts its
    /// TLS program, and refuses it under the same tag if it cannot.
    fn after_go_ahead(go_ahead: &str, text: String) -> Refusal {
        let mut words = text.split_ascii_whitespace();
        let is_ours = words.next().map(str::as_bytes) == Some(SECOND);
        let is_answer = words.next().is_some_and(|word| condition(word).is_some());
        if is_ours && is_answer {
            return Refusal::SecondAnswer(go_ahead.to_owned(), text);
        }
        Refusal::Injection(text)
    }
}

impl Imap {
    fn read_greeting(&mut self, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal> {
        let stage = Stage::Greeting;
        let malformed = || Refusal::Malformed(stage, Malformed::NotAnAnswer(lossy(line)));
        let (status, text) = status(line).ok_or_else(malformed)?;
        let answer = Answer::one(&format!("* {status}"), text, status == "OK");
        match status {
            "OK" | "PREAUTH" | "BYE" => heard.greeting = Some(answer.clone()),
            _ => return Err(malformed()),
        }
        if status == "PREAUTH" {
            return Err(Refusal::Preauth(answer));
        }
        end_of_session(stage, line)?;
        self.note(
            words_after(code(text).unwrap_or_default(), "CAPABILITY"),
            heard,
        );
        match (self.has_list, self.is_offered) {
            (false, _) => Ok(Flow::Ask),
            (true, true) => Ok(Flow::Upgrade),
            (true, false) => Err(Refusal::StarttlsNotOffered),
        }
    }

    /// Takes note of a list of capabilities.
    fn note(&mut self, list: Option<Vec<String>>, heard: &mut Heard) {
        if let Some(list) = list {
            self.has_list = true;
            self.is_offered |= list
                .iter()
                .any(|word| word.eq_ignore_ascii_case("STARTTLS"));
            heard.capabilities.extend(list);
        }
    }
}

/// Refuses BYE, which ends the session (RFC 9051 §7.1.5).
fn end_of_session(stage: Stage, line: &[u8]) -> Result<(), Refusal> {
    match status(line) {
        Some(("BYE", text)) => {
            let answer = Answer::one("* BYE", text, false);
            if is_temporary(&answer) {
                return Err(Refusal::Temporary(stage, answer));
            }
            Err(Refusal::Bye(stage, answer))
        }
        _ => Ok(()),
    }
}

/// An untagged status response: its condition in capital letters, and its text.
fn status(line: &[u8]) -> Option<(&'static str, &[u8])> {
    let untagged = line.strip_prefix(b"* ")?;
    let (word, text) = split_word(untagged);
    let word = std::str::from_utf8(word).ok()?;
    Some((condition(word)?, text))
}

/// The condition of a status response, in capital letters.
fn condition(word: &str) -> Option<&'static str> {
    let mut all = ["OK", "NO", "BAD", "PREAUTH", "BYE"].into_iter();
    all.find(|condition| condition.eq_ignore_ascii_case(word))
}

/// The answer to the command with this tag.
fn tagged(stage: Stage, tag: &[u8], line: &[u8]) -> Result<Answer, Refusal> {
    let malformed = |why: fn(String) -> Malformed| Refusal::Malformed(stage, why(lossy(line)));
    let (found, rest) = split_word(line);
    let (word, text) = split_word(rest);
    let word = std::str::from_utf8(word).unwrap_or_default();
    match condition(word) {
        Some(status @ ("OK" | "NO" | "BAD")) if found == tag => {
            Ok(Answer::one(status, text, status == "OK"))
        }
        Some("OK" | "NO" | "BAD") if !found.is_empty() && found != b"+" => {
            Err(malformed(Malformed::OtherTag))
        }
        _ => Err(malformed(Malformed::NotAnAnswer)),
    }
}

/// The response code at the beginning of a text, without its brackets (RFC 9051 §7.1). What follows
/// the bracket is text.
fn code(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"[")?;
    let end = text.iter().position(|&b| b == b']')?;
    Some(&text[..end])
}

fn is_temporary(answer: &Answer) -> bool {
    let text = answer.lines.first().map_or("", String::as_str);
    let code = code(text.as_bytes()).unwrap_or_default();
    let (word, _) = split_word(code);
    TEMPORARY
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// The words after `first`, in any letter case; `None`: the text begins otherwise.
fn words_after(text: &[u8], first: &str) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(text);
    let mut words = text.split_ascii_whitespace();
    let is_so = words.next()?.eq_ignore_ascii_case(first);
    is_so.then(|| words.map(str::to_owned).collect())
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|&b| b == b' ') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, b""),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
