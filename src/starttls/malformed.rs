//! Why bytes are not what the protocol allows, and the limits of a dialogue.

/// Longest line without its line end. RFC 5321 §4.5.3.1.5 allows 512 octets; real servers exceed
/// it.
pub(super) const MAX_LINE: usize = 4 * 1024;
/// Maximum number of lines in one dialogue.
pub(super) const MAX_LINES: usize = 256;
/// Maximum number of octets in one dialogue.
pub(super) const MAX_OCTETS: usize = 64 * 1024;

/// Why bytes are not an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// SMTP and LMTP: a line without a three-digit code, or with a code that is not followed by a
    /// space, a hyphen or the line end.
    #[error("a line is not an SMTP reply: \"{0}\"")]
    NotAReply(String),
    /// SMTP and LMTP: the lines of one reply carry different codes (RFC 5321 §4.2.1 forbids it).
    #[error("one reply mixes the codes {0} and {1}")]
    MixedCodes(u16, u16),
    /// The other protocols: a line that is not an answer.
    #[error("a line is not an answer: \"{0}\"")]
    NotAnAnswer(String),
    /// IMAP: an answer whose tag is not that of our command.
    #[error("an answer has another tag than the command: \"{0}\"")]
    OtherTag(String),
    /// IMAP: the command succeeded without the untagged answer that it asked for.
    #[error("the answer has no list of capabilities")]
    NoList,
    /// A line over 4 KiB.
    #[error("a reply line is longer than {MAX_LINE} octets")]
    LineTooLong,
    /// Over 256 lines or 64 KiB in one dialogue.
    #[error("the replies are longer than {MAX_LINES} lines or {MAX_OCTETS} octets")]
    TooLong,
}
