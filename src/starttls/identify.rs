//! Guesses which protocol a peer speaks, if not SMTP, from the first bytes it sent.

use std::fmt;

/// A protocol that users meet on the wrong port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// A TLS record where clear text was expected.
    Tls,
    /// HTTP/1.
    Http,
    /// SSH.
    Ssh,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// FTP, which greets with 220 as SMTP does.
    Ftp,
    /// SMTP where another protocol was expected.
    Smtp,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Ssh => "SSH",
            Self::Imap => "IMAP",
            Self::Pop3 => "POP3",
            Self::Ftp => "FTP",
            Self::Smtp => "SMTP",
        })
    }
}

/// Guesses the protocol from `bytes`, the first that a server sent.
pub fn identify(bytes: &[u8]) -> Option<Service> {
    let starts = |prefix: &[u8]| bytes.starts_with(prefix);
    match bytes {
        // A TLS record: alert or handshake, version 3.x (RFC 8446 §5.1).
        [0x15 | 0x16, 0x03, ..] => Some(Service::Tls),
        _ if starts(b"HTTP/") => Some(Service::Http),
        _ if starts(b"SSH-") => Some(Service::Ssh),
        _ if starts(b"* OK") || starts(b"* PREAUTH") || starts(b"* BYE") => Some(Service::Imap),
        _ if starts(b"+OK") || starts(b"-ERR") => Some(Service::Pop3),
        [b'2', b'2', b'0', b' ' | b'-', rest @ ..] if rest.windows(3).any(|w| w == b"FTP") => {
            Some(Service::Ftp)
        }
        [b'2', b'2', b'0', ..] | [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => {
            Some(Service::Smtp)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_are_recognised() {
        for (bytes, expected) in [
            (&b"\x16\x03\x03"[..], Some(Service::Tls)),
            (b"\x15\x03\x01\x00\x02", Some(Service::Tls)),
            (b"HTTP/1.1 400 Bad Request", Some(Service::Http)),
            (b"SSH-2.0-OpenSSH_9.2", Some(Service::Ssh)),
            (b"* OK IMAP4rev1", Some(Service::Imap)),
            (b"+OK ready", Some(Service::Pop3)),
            (b"220 ProFTPD", Some(Service::Ftp)),
            (b"220 mx ESMTP", Some(Service::Smtp)),
            (b"554 go away", Some(Service::Smtp)),
            (b"", None),
            (b"hello", None),
        ] {
            assert_eq!(identify(bytes), expected, "{bytes:?}");
        }
    }
}
