//! What the host of a policy answered, and what of it counts.

use crate::records::mta_sts::{Policy, PolicyError, is_plain_text};
use std::net::SocketAddr;

/// What of the answer of a policy's host counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// A body of the right kind, and what is in it.
    Body(Result<Policy, PolicyError>),
    /// Nothing that counts: connection, certificate, status, type, size. Texts may be the server's,
    /// and are untrusted.
    Failed(String),
}

/// The content of an answer with the status 200.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// The field `Content-Type`, with its parameters.
    pub content_type: Option<&'a str>,
    /// The octets.
    pub content: &'a [u8],
}

/// How the fetch of a policy went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchFacts {
    /// The address that answered; that of the proxy, if there is one.
    pub address: Option<SocketAddr>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why nothing counts of what was fetched. It is untrusted.
    pub error: Option<String>,
}

impl Fetched {
    /// Of an answer, or why there is none, and of the verdict on the chain that the host presented for
    /// its name; `None`: it is trusted, or none was presented. A sender asks for nothing before it
    /// trusts the host (RFC 8461 §3.3), so distrust goes before everything else.
    pub fn of(answer: Result<Body<'_>, String>, distrust: Option<String>) -> Self {
        if let Some(why) = distrust {
            return Self::Failed(format!("the server's certificate is not trusted: {why}"));
        }
        let body = match answer {
            Ok(body) => body,
            Err(why) => return Self::Failed(why),
        };
        let Some(kind) = body.content_type else {
            return Self::Failed("it has no Content-Type, which must be text/plain".to_owned());
        };
        if !is_plain_text(kind) {
            return Self::Failed(format!("its Content-Type is \"{kind}\", not text/plain"));
        }
        match Policy::read(body.content, kind) {
            Err(why @ PolicyError::TooLarge(_)) => Self::Failed(why.to_string()),
            read => Self::Body(read),
        }
    }
}

impl FetchFacts {
    /// Of a fetch, with what of it counts.
    pub fn of(address: Option<SocketAddr>, status: Option<u16>, fetched: &Fetched) -> Self {
        let error = match fetched {
            Fetched::Failed(why) => Some(why.clone()),
            Fetched::Body(_) => None,
        };
        Self {
            address,
            status,
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &[u8] =
        b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmax_age: 604800\r\n";

    fn of(content_type: Option<&str>, content: &[u8]) -> Fetched {
        let body = Body {
            content_type,
            content,
        };
        Fetched::of(Ok(body), None)
    }

    fn why(fetched: &Fetched) -> String {
        let facts = FetchFacts::of(None, Some(200), fetched);
        assert_eq!(facts.error.is_some(), matches!(fetched, Fetched::Failed(_)));
        facts.error.unwrap_or_default()
    }

    #[test]
    fn a_body_counts_as_plain_text_alone() {
        for kind in [
            "text/plain",
            "Text/Plain; charset=utf-8",
            "text/plain;charset=us-ascii",
        ] {
            let fetched = of(Some(kind), POLICY);
            assert!(
                matches!(fetched, Fetched::Body(Ok(_))),
                "{kind}: {fetched:?}"
            );
        }
        for kind in ["", "text/html", "text/plain, text/html", "text"] {
            let expected = format!("its Content-Type is \"{kind}\", not text/plain");
            assert_eq!(why(&of(Some(kind), POLICY)), expected);
        }
        let without = "it has no Content-Type, which must be text/plain";
        assert_eq!(why(&of(None, POLICY)), without);
    }

    #[test]
    fn a_text_that_is_not_a_policy_is_a_body_unless_it_is_too_long() {
        let text = of(Some("text/plain"), b"<html>");
        assert_eq!(text, Fetched::Body(Err(PolicyError::Version)));
        let long = vec![b'\n'; Policy::MOST_OCTETS + 1];
        let why = why(&of(Some("text/plain"), &long));
        assert!(why.starts_with("it has 65537 octets"), "{why}");
    }

    #[test]
    fn distrust_goes_before_everything_else() {
        let body = Body {
            content_type: Some("text/plain"),
            content: POLICY,
        };
        let expired = || Some("it has expired".to_owned());
        let text = "the server's certificate is not trusted: it has expired";
        for answer in [Ok(body), Err("the server answers 404".to_owned())] {
            assert_eq!(why(&Fetched::of(answer, expired())), text);
        }
        let fetched = Fetched::of(Err("the server answers 404".to_owned()), None);
        assert_eq!(why(&fetched), "the server answers 404");
    }
}
