//! A dialogue of any protocol: a state machine without I/O.

use super::refusal::{Refusal, Stage};
use super::reply::Reply;
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
    pub greeting: Option<Reply>,
    /// The server's capabilities, once they have arrived.
    pub capabilities: Option<Reply>,
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

    /// The current stage.
    fn stage(&self) -> Stage;

    /// Whether the next step sends, so any bytes that arrive now are unsolicited.
    fn is_our_turn(&self) -> bool;

    /// The transcript so far.
    fn said(&self) -> &Said;

    /// The transcript of a dialogue that is over.
    fn into_said(self: Box<Self>) -> Said;
}
