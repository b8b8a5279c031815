//! Guesses which protocol a peer speaks from the first bytes that it sent.

use crate::endpoint::Protocol;
use std::fmt;

/// A protocol that users meet, on the right port or on the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// A TLS record where clear text was expected.
    Tls,
    /// HTTP/1.
    Http,
    /// SSH.
    Ssh,
    /// FTP, which greets with 220 as SMTP does.
    Ftp,
    /// A mail protocol. LMTP greets as SMTP does, and is taken for it.
    Mail(Protocol),
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Ssh => "SSH",
            Self::Ftp => "FTP",
            Self::Mail(protocol) => return protocol.fmt(f),
        })
    }
}

/// Guesses the protocol from `bytes`, the first that a server sent. More bytes do not change a
/// guess, but that of SMTP to FTP.
pub fn identify(bytes: &[u8]) -> Option<Service> {
    let starts = |prefix: &[u8]| bytes.starts_with(prefix);
    match bytes {
        // A TLS record: alert or handshake, version 3.x (RFC 8446 §5.1).
        [0x15 | 0x16, 0x03, ..] => Some(Service::Tls),
        _ if starts(b"HTTP/") => Some(Service::Http),
        _ if starts(b"SSH-") => Some(Service::Ssh),
        _ if is_imap(bytes) => Some(Service::Mail(Protocol::Imap)),
        _ if is_pop3(bytes) => Some(Service::Mail(Protocol::Pop3)),
        _ if is_sieve(bytes) => Some(Service::Mail(Protocol::Sieve)),
        [b'2', b'2', b'0', b' ' | b'-', rest @ ..] if rest.windows(3).any(|w| w == b"FTP") => {
            Some(Service::Ftp)
        }
        [b'2', b'2', b'0', ..] | [b'4' | b'5', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] => {
            Some(Service::Mail(Protocol::Smtp))
        }
        _ => None,
    }
}

/// Whether the first byte is that of a greeting in this protocol: what comes may still be one.
pub(super) fn begins_as(protocol: Protocol, bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| match protocol {
        Protocol::Smtp | Protocol::Lmtp => first.is_ascii_digit(),
        Protocol::Imap => *first == b'*',
        Protocol::Pop3 => matches!(first, b'+' | b'-'),
        Protocol::Sieve => matches!(first, b'"' | b'O' | b'N' | b'B'),
    })
}

/// The three greetings of RFC 9051 §7.1.
fn is_imap(bytes: &[u8]) -> bool {
    let greetings: [&[u8]; 3] = [b"* OK", b"* PREAUTH", b"* BYE"];
    greetings.iter().any(|word| is_word(bytes, word))
}

/// RFC 1939 §3.
fn is_pop3(bytes: &[u8]) -> bool {
    is_word(bytes, b"+OK") || is_word(bytes, b"-ERR")
}

/// A capability in quotes, or a response without a tag (RFC 5804 §1.2 and §1.7). The latter in
/// capital letters only, as all servers write them: it is a short word of English.
fn is_sieve(bytes: &[u8]) -> bool {
    if let [b'"', rest @ ..] = bytes {
        let end = rest.iter().position(|&b| !is_of_a_name(b));
        return end
            .is_some_and(|end| end > 0 && matches!(rest[end..], [b'"', b' ' | b'\r' | b'\n', ..]));
    }
    let responses: [&[u8]; 3] = [b"OK", b"NO", b"BYE"];
    responses.iter().any(|word| {
        let rest = bytes.strip_prefix(*word);
        matches!(
            rest,
            Some([b'\r' | b'\n', ..] | [b' ', b'(' | b'"' | b'{', ..])
        )
    })
}

fn is_of_a_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.')
}

/// Whether a word stands at the beginning, in any letter case, and ends there.
fn is_word(bytes: &[u8], word: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_at_checked(word.len()) else {
        return false;
    };
    head.eq_ignore_ascii_case(word) && matches!(rest, [b' ' | b'\r' | b'\n', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMTP: Option<Service> = Some(Service::Mail(Protocol::Smtp));
    const IMAP: Option<Service> = Some(Service::Mail(Protocol::Imap));
    const POP3: Option<Service> = Some(Service::Mail(Protocol::Pop3));
    const SIEVE: Option<Service> = Some(Service::Mail(Protocol::Sieve));

    #[test]
    fn banners_are_recognised() {
        for (bytes, expected) in [
            (&b"\x16\x03\x03"[..], Some(Service::Tls)),
            (b"\x15\x03\x01\x00\x02", Some(Service::Tls)),
            (b"HTTP/1.1 400 Bad Request", Some(Service::Http)),
            (b"SSH-2.0-OpenSSH_9.2", Some(Service::Ssh)),
            (b"* OK IMAP4rev1", IMAP),
            (b"* ok\r\n", IMAP),
            (b"* BYE go\r\n", IMAP),
            (b"* PREAUTH\n", IMAP),
            (b"* OKAY\r\n", None),
            (b"* OK", None),
            (b"* hello\r\n", None),
            (b"+OK ready", POP3),
            (b"-ERR no\r\n", POP3),
            (b"+OKAY\r\n", None),
            (b"\"IMPLEMENTATION\" \"x\"\r\n", SIEVE),
            (b"\"STARTTLS\"\r\n", SIEVE),
            (b"OK\r\n", SIEVE),
            (b"NO (TRYLATER) \"x\"\r\n", SIEVE),
            (b"BYE \"x\"\r\n", SIEVE),
            (b"No way\r\n", None),
            (b"OK go\r\n", None),
            (b"\"quoted\"text\r\n", None),
            (b"\"\" \r\n", None),
            (b"220 ProFTPD", Some(Service::Ftp)),
            (b"220 mx ESMTP", SMTP),
            (b"554 go away", SMTP),
            (b"", None),
            (b"hello", None),
        ] {
            assert_eq!(identify(bytes), expected, "{bytes:?}");
        }
    }
}
