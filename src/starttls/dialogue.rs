//! A dialogue of any protocol: a state machine without I/O.

use super::answer::Answer;
use super::refusal::{Refusal, Stage};
use crate::endpoint::Protocol;
use std::fmt;

/// The driver's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Receive bytes and hand them to [`Dialogue::receive`].
    Receive,
    /// Start TLS.
    Handshake,
}

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// What we sent.
    Client(String),
    /// What the server sent; untrusted.
    Server(String),
}

/// Everything that both sides said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The greeting, once it has arrived.
    pub greeting: Option<Answer>,
    /// The server's capabilities, once they have arrived.
    pub capabilities: Vec<String>,
    /// The dialogue, line by line.
    pub transcript: Vec<Line>,
}

/// A protocol's dialogue from the greeting to TLS: takes bytes, returns the next step.
pub trait Dialogue: fmt::Debug + Send + Sync {
    /// Returns the next step. A `Send` is returned once.
    fn step(&mut self) -> Step;

    /// Takes bytes from the server, in pieces of any size. The error says why the dialogue ends.
    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal>;

    /// Takes note that the server closed the connection. Returns the reason, if the server's last
    /// words explain it.
    fn end(&self) -> Option<Refusal>;

    /// The protocol that is spoken, or the one that is expected.
    fn protocol(&self) -> Protocol;

    /// The current stage.
    fn stage(&self) -> Stage;

    /// Whether the next step sends, so any bytes that arrive now are unsolicited.
    fn is_our_turn(&self) -> bool;

    /// Why text in the clear after the server's go-ahead ends the connection: nothing may follow
    /// but TLS (RFC 3207 §6).
    fn after_go_ahead(&self, text: String) -> Refusal {
        Refusal::Injection(text)
    }

    /// The transcript so far.
    fn said(&self) -> &Said;

    /// The transcript of a dialogue that is over.
    fn into_said(self: Box<Self>) -> Said;
}
