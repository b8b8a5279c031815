//! What a server chose: version and suite.

/// What a `ServerHello` chooses, in the numbers of RFC 5246 §7.4.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// 0x0300 (SSL 3) to 0x0303 (TLS 1.2).
    pub version: u16,
    /// The cipher suite; none of TLS 1.3.
    pub suite: u16,
}
