//! Why there is no document.

use std::fmt;

/// Why an answer is not taken. Texts are the server's, and untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The server closed the connection without an answer.
    Silent,
    /// It does not speak HTTP/1; its first line.
    NotHttp(String),
    /// The head is longer than is read here.
    LongHead,
    /// Another status than 200, with its reason.
    Status(u16, String),
    /// A redirect, and where it leads to.
    Redirect(u16, String),
    /// The content is encoded so, which was not asked for.
    Encoded(String),
    /// The framing of the content breaks RFC 9112.
    Framing(&'static str),
    /// The content is larger than this number of octets.
    TooLarge(usize),
    /// The connection ended before the head did.
    HeadCut,
    /// The connection ended after this number of octets, before the content did.
    CutShort(usize),
}

impl Refused {
    /// The status of the answer; `None`: its head did not come, or is not one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(code, _) | Self::Redirect(code, _) => Some(*code),
            // The head of no other answer is looked at any further.
            Self::Encoded(_) | Self::Framing(_) | Self::TooLarge(_) | Self::CutShort(_) => {
                Some(200)
            }
            Self::Silent | Self::NotHttp(_) | Self::LongHead | Self::HeadCut => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("the server closed the connection without an answer"),
            Self::NotHttp(line) => {
                write!(f, "the server does not speak HTTP/1; it sent \"{line}\"")
            }
            Self::LongHead => f.write_str("the head of the answer does not end"),
            Self::Status(code, reason) => {
                write!(
                    f,
                    "the server answers {}",
                    format!("{code} {reason}").trim()
                )
            }
            Self::Redirect(code, to) => write!(
                f,
                "the server answers {code}, a redirect to \"{to}\", which is not followed"
            ),
            Self::Encoded(how) => write!(f, "the content is encoded as \"{how}\""),
            Self::Framing(why) => write!(f, "the answer breaks HTTP: {why}"),
            Self::TooLarge(limit) => {
                write!(f, "the content is larger than {}", size(*limit))
            }
            Self::HeadCut => f.write_str("the connection ended before the head of the answer did"),
            Self::CutShort(octets) => write!(
                f,
                "the connection ended after {octets} octets, before the content did"
            ),
        }
    }
}

/// A limit in its largest whole unit.
fn size(octets: usize) -> String {
    match octets {
        0 => "0 octets".to_owned(),
        _ if octets.is_multiple_of(1 << 20) => format!("{} MiB", octets >> 20),
        _ if octets.is_multiple_of(1 << 10) => format!("{} KiB", octets >> 10),
        _ => format!("{octets} octets"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_has_its_unit() {
        for (limit, expected) in [(64 << 20, "64 MiB"), (64 << 10, "64 KiB"), (5, "5 octets")] {
            let text = Refused::TooLarge(limit).to_string();
            assert!(text.ends_with(expected), "{text}");
        }
    }

    #[test]
    fn a_status_without_a_reason_has_no_blank_at_its_end() {
        let text = |reason: &str| Refused::Status(404, reason.to_owned()).to_string();
        assert_eq!(text(""), "the server answers 404");
        assert_eq!(text("Not Found"), "the server answers 404 Not Found");
    }
}
