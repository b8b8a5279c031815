//! The services of a mail host: what is spoken at a port, and how TLS starts there.

use crate::openssl;
use std::net::SocketAddr;

/// What is spoken at a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// SMTP with STARTTLS.
    Smtp,
    /// SMTP in implicit TLS.
    Smtps,
    /// IMAP with STARTTLS.
    Imap,
    /// IMAP in implicit TLS.
    Imaps,
    /// POP3 with STLS.
    Pop3,
    /// POP3 in implicit TLS.
    Pop3s,
    /// ManageSieve with STARTTLS.
    Sieve,
    /// LMTP with STARTTLS.
    Lmtp,
}

impl Service {
    /// The protocol's name, which OpenSSL and the report share.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Smtp | Self::Smtps => "smtp",
            Self::Imap | Self::Imaps => "imap",
            Self::Pop3 | Self::Pop3s => "pop3",
            Self::Sieve => "sieve",
            Self::Lmtp => "lmtp",
        }
    }

    /// Whether TLS begins with the connection.
    pub fn is_implicit(self) -> bool {
        matches!(self, Self::Smtps | Self::Imaps | Self::Pop3s)
    }

    /// The scheme of a target.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Smtps => "smtps",
            Self::Imaps => "imaps",
            Self::Pop3s => "pop3s",
            other => other.protocol(),
        }
    }

    /// The chain that the service presents to OpenSSL, the leaf first, each as PEM.
    pub fn presented(self, port: u16) -> Vec<String> {
        openssl::chain(&self.s_client(port))
    }

    /// As [`Service::presented`], for the arguments of `openssl s_client`.
    pub fn presented_to(self, args: &[&str]) -> Vec<String> {
        openssl::chain(&self.s_client_with(args))
    }

    /// What `openssl s_client` prints of the service at a port of 127.0.0.1.
    pub fn s_client(self, port: u16) -> String {
        let address = SocketAddr::from(([127, 0, 0, 1], port)).to_string();
        self.s_client_with(&["-servername", "localhost", "-connect", &address])
    }

    fn s_client_with(self, args: &[&str]) -> String {
        let starttls: &[&str] = if self.is_implicit() {
            &[]
        } else {
            &["-starttls", self.protocol()]
        };
        openssl::s_client(&[starttls, args].concat())
    }
}
