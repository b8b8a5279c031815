//! What a dialogue is, whichever protocol it speaks: a state machine without I/O.

use super::refusal::{Refusal, Stage};
use super::reply::Reply;
use std::fmt;

/// What the driver has to do next.
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

/// All that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The greeting, if it has come.
    pub greeting: Option<Reply>,
    /// What the server says that it can do, if that has come.
    pub capabilities: Option<Reply>,
    /// Line by line.
    pub transcript: Vec<Line>,
}

/// The way of a protocol from the greeting to TLS: bytes in, the next step out.
pub trait Dialogue: fmt::Debug + Send + Sync {
    /// What to do next. A `Send` is handed out once.
    fn step(&mut self) -> Step;

    /// Takes bytes from the server, in any pieces. The error is why the dialogue ends.
    fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal>;

    /// The server ended the connection: why, if what it said before explains it.
    fn end(&self) -> Option<Refusal>;

    /// Where the dialogue stands.
    fn stage(&self) -> Stage;

    /// Whether the next step sends: what comes now comes unasked.
    fn is_our_turn(&self) -> bool;

    /// All that was said so far.
    fn said(&self) -> &Said;

    /// The same, when the dialogue is over.
    fn into_said(self: Box<Self>) -> Said;
}
