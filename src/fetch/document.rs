//! A document that was fetched.

/// The content of an answer with the status 200, and what the server says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The field `Content-Type`, with its parameters. Untrusted, as everything here.
    pub content_type: Option<String>,
    /// The octets.
    pub content: Vec<u8>,
}
