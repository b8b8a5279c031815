//! SMTP, from the greeting to the `220` of STARTTLS (RFC 5321 §3.1 and §4.1.1.1, RFC 3207), and LMTP,
//! which says LHLO instead of EHLO (RFC 2033 §4.1).

use super::answer::Answer;
use super::dialogue::{Dialogue, Line, Said, Step};
use super::first_bytes::FirstBytes;
use super::identify::Service;
use super::refusal::{Refusal, Stage};
use super::reply::{Reply, ReplyReader};
use crate::endpoint::Protocol;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    AwaitGreeting,
    SendHello,
    AwaitHello,
    SendStarttls,
    AwaitStarttls,
    Done,
}

/// The command by which the client introduces itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hello {
    Ehlo,
    Lhlo,
}

impl Hello {
    fn other(self) -> Self {
        match self {
            Self::Ehlo => Self::Lhlo,
            Self::Lhlo => Self::Ehlo,
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Ehlo => "EHLO",
            Self::Lhlo => "LHLO",
        }
    }

    fn stage(self) -> Stage {
        match self {
            Self::Ehlo => Stage::Ehlo,
            Self::Lhlo => Stage::Capabilities,
        }
    }
}

/// The client's state machine. It never speaks before the greeting and never pipelines.
#[derive(Debug)]
pub struct Smtp {
    state: State,
    hello: Hello,
    /// A server that does not know our command is asked with the other one.
    may_be_other: bool,
    /// The refusal of the first command, once the other one was sent.
    refused: Option<Reply>,
    reader: ReplyReader,
    name: String,
    first: FirstBytes,
    said: Said,
}

impl Smtp {
    /// Starts a dialogue in SMTP that introduces itself as `name`.
    pub fn new(name: &str) -> Self {
        Self {
            state: State::AwaitGreeting,
            hello: Hello::Ehlo,
            may_be_other: false,
            refused: None,
            reader: ReplyReader::default(),
            name: name.to_owned(),
            first: FirstBytes::default(),
            said: Said::default(),
        }
    }

    /// Starts a dialogue in LMTP.
    pub fn lmtp(name: &str) -> Self {
        Self {
            hello: Hello::Lhlo,
            ..Self::new(name)
        }
    }

    /// Goes over from SMTP to LMTP, or back, if the server does not know EHLO or LHLO.
    #[must_use]
    pub(super) fn or_the_other(mut self) -> Self {
        self.may_be_other = true;
        self
    }
}

impl Dialogue for Smtp {
    fn step(&mut self) -> Step {
        match self.state {
            State::SendHello => {
                self.state = State::AwaitHello;
                self.send(format!("{} {}", self.hello.verb(), self.name))
            }
            State::SendStarttls => {
                self.state = State::AwaitStarttls;
                self.send("STARTTLS".to_owned())
            }
            State::Done => Step::Handshake,
            State::AwaitGreeting | State::AwaitHello | State::AwaitStarttls => Step::Receive,
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.said.greeting.is_none() {
            self.first.add(bytes);
            // A TLS record need not contain a line end.
            if self.first.service() == Some(Service::Tls) {
                return Err(self.not_smtp());
            }
        }
        self.reader.feed(bytes);
        self.check_turn()?;
        let stage = self.stage();
        match self.reader.next_reply() {
            Ok(None) => Ok(()),
            Ok(Some(reply)) => {
                self.record(&reply);
                match self.advance(reply) {
                    // Bytes after the answer may contradict it.
                    Err(refusal) if !refusal.is_provisional() => Err(refusal),
                    end => self.check_leftover(stage).and(end),
                }
            }
            Err(_) if self.is_not_ours() => Err(self.not_smtp()),
            Err(malformed) => Err(Refusal::Malformed(stage, malformed)),
        }
    }

    /// Refuses bytes that are not SMTP. A server that does not know EHLO need not answer LHLO.
    fn end(&self) -> Option<Refusal> {
        if self.is_not_ours() {
            return Some(self.not_smtp());
        }
        let refused = self.refused.clone().filter(|_| self.is_at_the_hello());
        refused.map(|reply| Refusal::Capabilities(reply.into()))
    }

    fn protocol(&self) -> Protocol {
        // A refusal is about the first command, whether or not the other one helps.
        let hello = match self.refused {
            Some(_) if self.is_at_the_hello() => self.hello.other(),
            _ => self.hello,
        };
        match hello {
            Hello::Ehlo => Protocol::Smtp,
            Hello::Lhlo => Protocol::Lmtp,
        }
    }

    fn stage(&self) -> Stage {
        match self.state {
            State::AwaitGreeting => Stage::Greeting,
            State::SendHello | State::AwaitHello => self.hello.stage(),
            State::SendStarttls | State::AwaitStarttls | State::Done => Stage::Starttls,
        }
    }

    fn is_our_turn(&self) -> bool {
        matches!(self.state, State::SendHello | State::SendStarttls)
    }

    fn said(&self) -> &Said {
        &self.said
    }

    fn into_said(self: Box<Self>) -> Said {
        self.said
    }
}

impl Smtp {
    fn send(&mut self, line: String) -> Step {
        let bytes = format!("{line}\r\n").into_bytes();
        self.said.transcript.push(Line::Client(line));
        Step::Send(bytes)
    }

    fn record(&mut self, reply: &Reply) {
        let last = reply.lines.len().saturating_sub(1);
        for (index, text) in reply.lines.iter().enumerate() {
            let separator = if index == last { ' ' } else { '-' };
            let line = format!("{}{separator}{text}", reply.code);
            self.said.transcript.push(Line::Server(line));
        }
    }

    fn advance(&mut self, reply: Reply) -> Result<(), Refusal> {
        match self.state {
            State::AwaitGreeting => self.on_greeting(reply),
            State::AwaitHello => self.on_hello(reply),
            State::AwaitStarttls => self.on_starttls(reply),
            // Unreachable: on the client's turn, `check_turn` refuses every reply.
            _ => Err(Refusal::Unsolicited(
                self.stage(),
                Answer::from(reply).text(),
            )),
        }
    }

    fn on_greeting(&mut self, reply: Reply) -> Result<(), Refusal> {
        self.said.greeting = Some(reply.clone().into());
        match reply.code {
            220 => self.state = State::SendHello,
            400..=499 => return Err(Refusal::Temporary(Stage::Greeting, reply.into())),
            500..=599 => return Err(Refusal::Greeting(reply.into())),
            _ => return Err(self.not_smtp()),
        }
        Ok(())
    }

    fn on_hello(&mut self, reply: Reply) -> Result<(), Refusal> {
        if reply.is_temporary() {
            return Err(Refusal::Temporary(self.hello.stage(), reply.into()));
        }
        if reply.code != 250 {
            return self.on_refused_hello(reply);
        }
        self.refused = None;
        let offered = offers_starttls(&reply);
        self.said.capabilities = reply.lines.into_iter().skip(1).collect();
        if !offered {
            return Err(Refusal::StarttlsNotOffered);
        }
        self.state = State::SendStarttls;
        Ok(())
    }

    /// Tries the other command, once. RFC 2033 §4.1: an LMTP server answers EHLO as any unknown
    /// command.
    fn on_refused_hello(&mut self, reply: Reply) -> Result<(), Refusal> {
        if self.first.service() == Some(Service::Ftp) {
            return Err(self.not_smtp());
        }
        if let Some(first) = self.refused.clone() {
            return Err(Refusal::Capabilities(first.into()));
        }
        let may_be_other = self.may_be_other && self.reader.leftover().is_empty();
        if !may_be_other || !matches!(reply.code, 500 | 502 | 503) {
            return Err(Refusal::Capabilities(reply.into()));
        }
        self.refused = Some(reply);
        self.hello = self.hello.other();
        self.state = State::SendHello;
        Ok(())
    }

    fn on_starttls(&mut self, reply: Reply) -> Result<(), Refusal> {
        match reply.code {
            220 => {}
            421 => return Err(Refusal::Temporary(Stage::Starttls, reply.into())),
            400..=499 => return Err(Refusal::TlsUnavailable(reply.into())),
            _ => return Err(Refusal::Starttls(reply.into())),
        }
        self.state = State::Done;
        Ok(())
    }

    /// Refuses bytes that arrive on the client's turn: they are unsolicited.
    fn check_turn(&self) -> Result<(), Refusal> {
        match self.state {
            State::SendHello if self.refused.is_some() => self.check_refused(),
            State::SendHello => self.check_leftover(Stage::Greeting),
            State::SendStarttls => self.check_leftover(self.hello.stage()),
            State::Done => self.check_leftover(Stage::Starttls),
            State::AwaitGreeting | State::AwaitHello | State::AwaitStarttls => Ok(()),
        }
    }

    /// A refusal stays a refusal, whatever follows it.
    fn check_refused(&self) -> Result<(), Refusal> {
        match &self.refused {
            Some(reply) if !self.reader.leftover().is_empty() => {
                Err(Refusal::Capabilities(reply.clone().into()))
            }
            _ => Ok(()),
        }
    }

    /// Refuses bytes after a reply: the client has not spoken since, so none may follow.
    fn check_leftover(&self, stage: Stage) -> Result<(), Refusal> {
        let leftover = self.reader.leftover();
        if leftover.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(leftover).into_owned();
        Err(match self.state {
            State::Done => Refusal::Injection(text),
            _ => Refusal::Unsolicited(stage, text),
        })
    }

    fn is_at_the_hello(&self) -> bool {
        matches!(self.state, State::SendHello | State::AwaitHello)
    }

    /// Whether the first bytes cannot be SMTP, not even malformed SMTP.
    fn is_not_ours(&self) -> bool {
        self.said.greeting.is_none() && self.first.rule_out(Protocol::Smtp)
    }

    fn not_smtp(&self) -> Refusal {
        self.first.not(self.protocol())
    }
}

/// Whether an EHLO answer lists a keyword. The first line is the server's name, and each other line
/// starts with a keyword, which matches whole and in any letter case (RFC 5321 §4.1.1.1).
fn offers_starttls(reply: &Reply) -> bool {
    reply.lines.iter().skip(1).any(|line| {
        line.split_ascii_whitespace()
            .next()
            .is_some_and(|keyword| keyword.eq_ignore_ascii_case("STARTTLS"))
    })
}

#[cfg(test)]
mod tests;
