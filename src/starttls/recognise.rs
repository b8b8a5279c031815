//! Which dialogue a server is spoken to in: the one that was asked for, or the one that its greeting
//! calls for.

use super::dialogue::{Dialogue, Said, Step};
use super::exchange::Exchange;
use super::first_bytes::{ENOUGH, FirstBytes};
use super::identify::{Service, identify};
use super::imap::Imap;
use super::pop3::Pop3;
use super::refusal::{Refusal, Stage};
use super::sieve::Sieve;
use super::smtp::Smtp;
use crate::endpoint::Protocol;

/// The protocol to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// This one and no other.
    Only(Protocol),
    /// This one, unless the server greets in another.
    First(Protocol),
}

impl Speech {
    /// The protocol that is expected.
    pub fn expected(self) -> Protocol {
        let (Self::Only(protocol) | Self::First(protocol)) = self;
        protocol
    }
}

/// Begins a dialogue, which introduces itself as `name` where the protocol has a name.
pub fn begin(speech: Speech, name: &str) -> Box<dyn Dialogue> {
    match speech {
        Speech::Only(protocol) => only(protocol, name),
        Speech::First(first) => Box::new(Recognising {
            first,
            name: name.to_owned(),
            waiting: Vec::new(),
            chosen: None,
            is_of_none: false,
            said: Said::default(),
        }),
    }
}

fn only(protocol: Protocol, name: &str) -> Box<dyn Dialogue> {
    match protocol {
        Protocol::Smtp => Box::new(Smtp::new(name)),
        Protocol::Lmtp => Box::new(Smtp::lmtp(name)),
        Protocol::Imap => Box::new(Exchange::<Imap>::default()),
        Protocol::Pop3 => Box::new(Exchange::<Pop3>::default()),
        Protocol::Sieve => Box::new(Exchange::<Sieve>::default()),
    }
}

/// A dialogue whose protocol the greeting decides.
#[derive(Debug)]
struct Recognising {
    first: Protocol,
    name: String,
    /// What came before the protocol was known.
    waiting: Vec<u8>,
    chosen: Option<Box<dyn Dialogue>>,
    /// The server speaks none of the protocols.
    is_of_none: bool,
    /// Of nothing.
    said: Said,
}

impl Recognising {
    /// The protocol of the greeting, or the first where it is not one; `None`: more bytes are needed.
    fn recognised(&self) -> Option<Protocol> {
        // Only these, however many came with them.
        let bytes = &self.waiting[..self.waiting.len().min(ENOUGH)];
        match (bytes.first()?, identify(bytes)) {
            (_, Some(Service::Mail(Protocol::Smtp))) | (b'0'..=b'9', _) => Some(self.of_smtp()),
            (_, Some(Service::Mail(protocol))) => Some(protocol),
            (b'*' | b'+' | b'-' | b'"' | b'O' | b'N' | b'B', None)
                if bytes.len() < ENOUGH && !bytes.contains(&b'\n') =>
            {
                None
            }
            _ => Some(self.first),
        }
    }

    /// LMTP greets as SMTP does.
    fn of_smtp(&self) -> Protocol {
        match self.first {
            Protocol::Lmtp => Protocol::Lmtp,
            _ => Protocol::Smtp,
        }
    }

    fn choose(&self, protocol: Protocol) -> Box<dyn Dialogue> {
        match protocol {
            Protocol::Smtp => Box::new(Smtp::new(&self.name).or_the_other()),
            Protocol::Lmtp => Box::new(Smtp::lmtp(&self.name).or_the_other()),
            other => only(other, &self.name),
        }
    }
}

impl Dialogue for Recognising {
    fn step(&mut self) -> Step {
        match &mut self.chosen {
            Some(chosen) => chosen.step(),
            None => Step::Receive,
        }
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let received = if let Some(chosen) = &mut self.chosen {
            chosen.receive(bytes)
        } else {
            self.waiting.extend_from_slice(bytes);
            let Some(protocol) = self.recognised() else {
                return Ok(());
            };
            let chosen = self.choose(protocol);
            let waiting = std::mem::take(&mut self.waiting);
            self.chosen.insert(chosen).receive(&waiting)
        };
        self.is_of_none = matches!(received, Err(Refusal::OtherProtocol(..)));
        received
    }

    fn end(&self) -> Option<Refusal> {
        if let Some(chosen) = &self.chosen {
            return chosen.end();
        }
        let mut first = FirstBytes::default();
        first.add(&self.waiting);
        first.rule_out(self.first).then(|| first.not(self.first))
    }

    fn protocol(&self) -> Protocol {
        match &self.chosen {
            Some(chosen) if !self.is_of_none => chosen.protocol(),
            _ => self.first,
        }
    }

    fn stage(&self) -> Stage {
        self.chosen
            .as_ref()
            .map_or(Stage::Greeting, |chosen| chosen.stage())
    }

    fn is_our_turn(&self) -> bool {
        let chosen = self.chosen.as_ref();
        chosen.is_some_and(|chosen| chosen.is_our_turn())
    }

    fn after_go_ahead(&self, text: String) -> Refusal {
        match &self.chosen {
            Some(chosen) => chosen.after_go_ahead(text),
            None => Refusal::Injection(text),
        }
    }

    fn said(&self) -> &Said {
        match &self.chosen {
            Some(chosen) => chosen.said(),
            None => &self.said,
        }
    }

    fn into_said(self: Box<Self>) -> Said {
        match self.chosen {
            Some(chosen) => chosen.into_said(),
            None => self.said,
        }
    }
}
