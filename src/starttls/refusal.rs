//! Why a dialogue does not reach TLS: the stage, the reason and its message.

use super::identify::Service;
use super::reply::{Malformed, Reply};
use crate::finding::{Advice, Code, Remedy};
use std::fmt;

/// A stage of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the greeting.
    Greeting,
    /// EHLO was sent.
    Ehlo,
    /// STARTTLS was sent.
    Starttls,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Starttls => "starttls",
        })
    }
}

/// Why the dialogue does not reach TLS. Replies are evidence, and untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 4yz: the server is busy, or limits this client. After STARTTLS only 421 counts: it ends the
    /// connection whatever the command was (RFC 5321 §4.2.3).
    Temporary(Stage, Reply),
    /// 421 as Postfix says it to a client that does not send the header of the PROXY protocol, which
    /// it is configured to wait for.
    NoProxyHeader(Stage, Reply),
    /// 5yz instead of a greeting.
    Greeting(Reply),
    /// EHLO was not answered with 250.
    Ehlo(Reply),
    /// EHLO was accepted, but its answer does not offer STARTTLS.
    StarttlsNotOffered,
    /// STARTTLS was not answered with 220 (RFC 3207 §4).
    Starttls(Reply),
    /// STARTTLS was answered with 4yz, for example 454: the server offers TLS, but it is not
    /// available at the moment (RFC 3207 §4).
    TlsUnavailable(Reply),
    /// Not an SMTP server. Holds the protocol that it seems to speak, and its first bytes.
    NotSmtp(Option<Service>, String),
    /// Bytes that are not a reply.
    Malformed(Stage, Malformed),
    /// More than one reply before the client's next command: the two sides are out of step.
    Unsolicited(Stage, String),
    /// Clear text after the `220` of STARTTLS (RFC 3207 §6, CVE-2011-0411).
    Injection(String),
}

impl Refusal {
    /// The code of the failure.
    pub fn code(&self) -> Code {
        match self {
            Self::Temporary(..) | Self::NoProxyHeader(..) => Code::TemporaryRefusal,
            Self::Greeting(_) => Code::GreetingRefused,
            Self::Ehlo(_) => Code::EhloRefused,
            Self::StarttlsNotOffered => Code::StarttlsNotOffered,
            Self::Starttls(_) => Code::StarttlsRefused,
            Self::TlsUnavailable(_) => Code::StarttlsUnavailable,
            Self::NotSmtp(..) => Code::NotSmtp,
            Self::Malformed(..) => Code::MalformedReply,
            Self::Unsolicited(..) => Code::UnsolicitedReply,
            Self::Injection(_) => Code::StarttlsInjection,
        }
    }

    /// Advice to the user.
    pub fn advice(&self) -> Advice {
        let advice = match self {
            Self::Temporary(..) => "the server is busy or limits this client: try again later",
            Self::NoProxyHeader(..) => {
                return Advice::new("Postfix answers so where it waits for the header of a load balancer (HAProxy's PROXY protocol): add ")
                    .option(Remedy::ProxyProtocol)
                    .text(", or connect to the load balancer; else it lacks resources: see its log");
            }
            Self::Greeting(_) => {
                "the server does not serve this client: its reply says why; try from a network that it accepts"
            }
            Self::Ehlo(_) => {
                return Advice::new("the server may reject the name in EHLO: set one with ")
                    .option(Remedy::Ehlo)
                    .text(" that resolves to this machine");
            }
            Self::StarttlsNotOffered => {
                "mail to this port goes in the clear, or a device in between strips STARTTLS: try port 465 or 587, or enable TLS on the server"
            }
            Self::Starttls(_) | Self::TlsUnavailable(_) => {
                "STARTTLS is offered but does not work: see the server's log, its certificate and its key"
            }
            Self::NotSmtp(Some(Service::Tls), _) => {
                return Advice::new("use ")
                    .option(Remedy::ImplicitTls)
                    .text(", or smtps://HOST:PORT");
            }
            Self::NotSmtp(..) => "check the port: 25 relay, 587 submission, 465 implicit TLS",
            Self::Malformed(..) | Self::Unsolicited(..) => {
                "the server, or a device in between, breaks the SMTP protocol: do not send mail through it"
            }
            Self::Injection(_) => {
                "someone in the middle may be injecting commands, or the server is vulnerable (CVE-2011-0411): do not send mail through it"
            }
        };
        advice.into()
    }

    /// The refusal, of a client that has not sent the header of the PROXY protocol: whether that may be
    /// the reason.
    #[must_use]
    pub fn without_proxy_header(self) -> Self {
        match self {
            Self::Temporary(stage, reply) if misses_proxy_header(&reply) => {
                Self::NoProxyHeader(stage, reply)
            }
            other => other,
        }
    }

    /// Whether the server is busy and another try may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary(..))
    }

    /// Whether the refusal holds only if the server sends nothing more. After a 2yz reply the
    /// server may still be in the middle of its answer.
    pub fn is_provisional(&self) -> bool {
        match self {
            Self::StarttlsNotOffered => true,
            Self::Ehlo(reply) | Self::Starttls(reply) => reply.is_positive(),
            _ => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Temporary(stage, reply) | Self::NoProxyHeader(stage, reply) => {
                write!(
                    f,
                    "the server refuses for now ({stage}): {}",
                    excerpt(&reply.text())
                )
            }
            Self::Greeting(reply) => write!(
                f,
                "the server greets with a refusal: {}",
                excerpt(&reply.text())
            ),
            Self::Ehlo(reply) => write!(f, "EHLO was refused: {}", excerpt(&reply.text())),
            Self::StarttlsNotOffered => f.write_str("the server does not offer STARTTLS"),
            Self::Starttls(reply) => write!(f, "STARTTLS was refused: {}", excerpt(&reply.text())),
            Self::TlsUnavailable(reply) => write!(f, "STARTTLS failed: {}", excerpt(&reply.text())),
            Self::NotSmtp(Some(Service::Tls), _) => {
                f.write_str("the port expects implicit TLS, not STARTTLS")
            }
            Self::NotSmtp(Some(protocol), _) => {
                write!(f, "this is not an SMTP server; it looks like {protocol}")
            }
            Self::NotSmtp(None, text) => {
                write!(
                    f,
                    "this is not an SMTP server; it sent \"{}\"",
                    first_line(text)
                )
            }
            Self::Malformed(stage, malformed) => {
                write!(
                    f,
                    "the answer to {stage} is not valid SMTP: {}",
                    excerpt(&malformed.to_string())
                )
            }
            Self::Unsolicited(stage, text) => {
                write!(
                    f,
                    "the server sent more after its answer ({stage}): \"{}\"",
                    first_line(text)
                )
            }
            Self::Injection(text) => write!(
                f,
                "clear text came after the reply to STARTTLS, an injection: \"{}\"",
                first_line(text)
            ),
        }
    }
}

/// Whether Postfix answers so where a load balancer's header is missing: its smtpd
/// (`src/smtpd/smtpd_haproxy.c`), and its postscreen (`src/postscreen/postscreen_endpt.c`).
fn misses_proxy_header(reply: &Reply) -> bool {
    const TEXTS: [(&str, &str); 2] = [
        ("4.3.0 ", " Server local error"),
        ("4.3.2 ", "No system resources"),
    ];
    let [line] = reply.lines.as_slice() else {
        return false;
    };
    let says = |(start, end): &(&str, &str)| line.starts_with(start) && line.ends_with(end);
    reply.code == 421 && TEXTS.iter().any(says)
}

/// Cuts a reply, which can be 64 KiB long, to the length of a message.
fn excerpt(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first line of a text, for messages.
pub fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(100)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_postfix_misses_a_header() {
        for (code, text, expected) in [
            (421, "4.3.0 mx.example Server local error", true),
            (421, "4.3.2 No system resources", true),
            (421, "4.3.2 All server ports are busy", false),
            (451, "4.3.0 mx.example Server local error", false),
            (421, "Server local error", false),
            (421, "4.3.0 mx.example Server local error, sorry", false),
        ] {
            let lines = vec![text.to_owned()];
            let refusal = Refusal::Temporary(Stage::Greeting, Reply { code, lines });
            let advice = refusal.clone().without_proxy_header().advice();
            assert_eq!(advice != refusal.advice(), expected, "{code} {text}");
            assert_eq!(
                refusal.clone().without_proxy_header().code(),
                refusal.code()
            );
        }
    }

    #[test]
    fn only_who_has_answered_2yz_may_go_on() {
        let reply = |code| Reply {
            code,
            lines: vec![String::new()],
        };
        assert!(Refusal::StarttlsNotOffered.is_provisional());
        for (code, expected) in [(220, true), (250, true), (334, false), (502, false)] {
            assert_eq!(Refusal::Ehlo(reply(code)).is_provisional(), expected);
            assert_eq!(Refusal::Starttls(reply(code)).is_provisional(), expected);
        }
        assert!(!Refusal::Greeting(reply(554)).is_provisional());
    }
}
