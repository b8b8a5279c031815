//! The dialogue of the protocols that are read line by line: IMAP, POP3 and ManageSieve. What a
//! line means is the matter of each [`Grammar`].

use super::answer::Answer;
use super::dialogue::{Dialogue, Line, Said, Step};
use super::first_bytes::FirstBytes;
use super::identify::Service;
use super::lines::Lines;
use super::malformed::Malformed;
use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;
use std::fmt;

/// What follows a line of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// More lines of the same answer.
    More,
    /// Our question for the capabilities.
    Ask,
    /// Our command that asks for TLS.
    Upgrade,
    /// TLS.
    Go,
}

/// A protocol's lines.
pub(super) trait Grammar: fmt::Debug + Send + Sync {
    /// The protocol.
    const PROTOCOL: Protocol;
    /// The command that asks for the capabilities; empty: they are never asked for.
    const ASK: &'static str;
    /// The command that asks for TLS.
    const UPGRADE: &'static str;

    /// Takes the next line, with the literals in it; `None` if more bytes are needed.
    fn next_line(&mut self, lines: &mut Lines) -> Result<Option<Vec<u8>>, Malformed>;

    /// Reads a line of the answer that is due at a stage.
    fn read(&mut self, stage: Stage, line: &[u8], heard: &mut Heard) -> Result<Flow, Refusal>;

    /// Whether a line that begins so may come at any time.
    fn is_free(_line: &[u8]) -> bool {
        false
    }

    /// Reads such a line, after the answer at a stage.
    fn read_free(&mut self, _stage: Stage, _line: &[u8]) -> Result<(), Refusal> {
        Ok(())
    }

    /// Why text after the go-ahead, the last line, ends the connection.
    fn after_go_ahead(_go_ahead: &str, text: String) -> Refusal {
        Refusal::Injection(text)
    }
}

/// What a grammar has found out.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The greeting, once it is complete.
    pub(super) greeting: Option<Answer>,
    /// The capabilities.
    pub(super) capabilities: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    AwaitGreeting,
    SendAsk,
    AwaitCapabilities,
    /// With the stage whose answer came last.
    SendUpgrade(Stage),
    AwaitGoAhead,
    Done,
}

/// The client's state machine. It never speaks before the greeting and never pipelines.
#[derive(Debug)]
pub(super) struct Exchange<G> {
    grammar: G,
    state: State,
    lines: Lines,
    first: FirstBytes,
    said: Said,
}

impl<G: Grammar + Default> Default for Exchange<G> {
    fn default() -> Self {
        Self {
            grammar: G::default(),
            state: State::AwaitGreeting,
            lines: Lines::default(),
            first: FirstBytes::default(),
            said: Said::default(),
        }
    }
}

impl<G: Grammar> Dialogue for Exchange<G> {
    fn step(&mut self) -> Step {
        match self.state {
            State::SendAsk => {
                self.state = State::AwaitCapabilities;
                self.send(G::ASK)
            }
            State::SendUpgrade(_) => {
                self.state = State::AwaitGoAhead;
                self.send(G::UPGRADE)
            }
            State::Done => Step::Handshake,
            State::AwaitGreeting | State::AwaitCapabilities | State::AwaitGoAhead => Step::Receive,
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if self.said.greeting.is_none() {
            self.first.add(bytes);
            // A TLS record need not contain a line end.
            if self.first.service() == Some(Service::Tls) {
                return Err(self.first.not(G::PROTOCOL));
            }
        }
        self.lines.feed(bytes);
        self.settle()?;
        while !self.is_our_turn() && self.state != State::Done {
            let stage = self.stage();
            let Some(line) = self.next_line(stage)? else {
                return Ok(());
            };
            match self.read(stage, &line) {
                Ok(Flow::More) => {}
                Ok(flow) => {
                    self.state = after(flow, stage);
                    return self.settle();
                }
                // Bytes after the answer may contradict it.
                Err(refusal) if refusal.is_provisional() => {
                    return self.settle_at(stage).and(Err(refusal));
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }

    /// Refuses bytes that are another protocol's.
    fn end(&self) -> Option<Refusal> {
        let other = self.said.greeting.is_none() && self.first.rule_out(G::PROTOCOL);
        other.then(|| self.first.not(G::PROTOCOL))
    }

    fn protocol(&self) -> Protocol {
        G::PROTOCOL
    }

    fn stage(&self) -> Stage {
        match self.state {
            State::AwaitGreeting => Stage::Greeting,
            State::SendAsk | State::AwaitCapabilities => Stage::Capabilities,
            State::SendUpgrade(_) | State::AwaitGoAhead | State::Done => Stage::Starttls,
        }
    }

    fn is_our_turn(&self) -> bool {
        matches!(self.state, State::SendAsk | State::SendUpgrade(_))
    }

    fn after_go_ahead(&self, text: String) -> Refusal {
        let go_ahead = match self.said.transcript.last() {
            Some(Line::Server(line)) => line,
            _ => "",
        };
        G::after_go_ahead(go_ahead, text)
    }

    fn said(&self) -> &Said {
        &self.said
    }

    fn into_said(self: Box<Self>) -> Said {
        self.said
    }
}

impl<G: Grammar> Exchange<G> {
    fn send(&mut self, line: &str) -> Step {
        self.said.transcript.push(Line::Client(line.to_owned()));
        Step::Send(format!("{line}\r\n").into_bytes())
    }

    fn next_line(&mut self, stage: Stage) -> Result<Option<Vec<u8>>, Refusal> {
        let next = self.grammar.next_line(&mut self.lines);
        let line = next.map_err(|malformed| self.malformed(stage, malformed))?;
        if let Some(line) = &line {
            let text = String::from_utf8_lossy(line).into_owned();
            self.said.transcript.push(Line::Server(text));
        }
        Ok(line)
    }

    fn read(&mut self, stage: Stage, line: &[u8]) -> Result<Flow, Refusal> {
        let mut heard = Heard::default();
        let flow = self.grammar.read(stage, line, &mut heard);
        self.said.capabilities.append(&mut heard.capabilities);
        self.said.greeting = self.said.greeting.take().or(heard.greeting);
        flow.map_err(|refusal| match refusal {
            Refusal::Malformed(stage, malformed) => self.malformed(stage, malformed),
            refusal => refusal,
        })
    }

    /// The refusal of bytes that are not an answer: what is not a greeting may be that of another
    /// protocol.
    fn malformed(&self, stage: Stage, malformed: Malformed) -> Refusal {
        let is_ours = self.first.service() == Some(Service::Mail(G::PROTOCOL));
        if self.said.greeting.is_none() && !is_ours {
            return self.first.not(G::PROTOCOL);
        }
        Refusal::Malformed(stage, malformed)
    }

    /// Reads what came after a complete answer: the client has not spoken since.
    fn settle(&mut self) -> Result<(), Refusal> {
        match self.state {
            State::AwaitGreeting | State::AwaitCapabilities | State::AwaitGoAhead => Ok(()),
            State::SendAsk => self.settle_at(Stage::Greeting),
            State::SendUpgrade(stage) => self.settle_at(stage),
            State::Done => match text(self.lines.leftover()) {
                Some(text) => Err(self.after_go_ahead(text)),
                None => Ok(()),
            },
        }
    }

    fn settle_at(&mut self, stage: Stage) -> Result<(), Refusal> {
        while G::is_free(self.lines.leftover()) {
            let Some(line) = self.next_line(stage)? else {
                return Ok(());
            };
            self.grammar.read_free(stage, &line)?;
        }
        match text(self.lines.leftover()) {
            Some(text) => Err(Refusal::Unsolicited(stage, text)),
            None => Ok(()),
        }
    }
}

fn after(flow: Flow, stage: Stage) -> State {
    match flow {
        Flow::Ask => State::SendAsk,
        Flow::Upgrade => State::SendUpgrade(stage),
        Flow::Go => State::Done,
        // Not reached: the answer is not complete.
        Flow::More => State::AwaitGreeting,
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
}
