//! An answer of any protocol, as messages and reports show it.

/// A complete answer. All of it is untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// By what the protocol decides: `220`, `* OK`, `-ERR`, `NO`.
    pub status: String,
    /// The text of each line, without the status.
    pub lines: Vec<String>,
    /// Whether the server agrees.
    pub is_positive: bool,
}

impl Answer {
    /// An answer of one line.
    pub(super) fn one(status: &str, text: &[u8], is_positive: bool) -> Self {
        Self {
            status: status.to_owned(),
            lines: vec![String::from_utf8_lossy(text).into_owned()],
            is_positive,
        }
    }

    /// The answer as one line of text, for messages; as untrusted as its lines.
    pub fn text(&self) -> String {
        format!("{} {}", self.status, self.lines.join(" / "))
            .trim_end()
            .to_owned()
    }
}
