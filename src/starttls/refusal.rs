//! Why a dialogue does not reach TLS: the stage, the reason and its message.

use super::answer::Answer;
use super::identify::Service;
use super::malformed::Malformed;
use crate::endpoint::Protocol;
use crate::finding::Code;
use std::fmt;

/// A stage of the dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the greeting.
    Greeting,
    /// EHLO was sent.
    Ehlo,
    /// The command of another protocol that asks for the capabilities was sent.
    Capabilities,
    /// The command that asks for TLS was sent.
    Starttls,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Capabilities => "capabilities",
            Self::Starttls => "starttls",
        })
    }
}

/// Why the dialogue does not reach TLS. Answers are evidence, and untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The server is busy, or limits this client: 4yz in SMTP and LMTP, where after STARTTLS only
    /// 421 counts, which ends the connection whatever the command was (RFC 5321 §4.2.3); in the
    /// other protocols a response code that says so (RFC 5530 §3, RFC 3206 §4, RFC 2449 §8, RFC
    /// 5804 §1.3).
    Temporary(Stage, Answer),
    /// 421 as Postfix says it to a client that does not send the header of the PROXY protocol, which
    /// it is configured to wait for.
    NoProxyHeader(Stage, Answer),
    /// A refusal instead of a greeting.
    Greeting(Answer),
    /// IMAP: the session is authenticated from the start, so STARTTLS is not allowed any more (RFC
    /// 9051 §6.2.1).
    Preauth(Answer),
    /// IMAP and ManageSieve: the server ends the session.
    Bye(Stage, Answer),
    /// The question for the capabilities was refused: EHLO, LHLO, CAPABILITY.
    Capabilities(Answer),
    /// The server's capabilities do not include STARTTLS.
    StarttlsNotOffered,
    /// STARTTLS was refused.
    Starttls(Answer),
    /// SMTP and LMTP: STARTTLS was answered with 4yz, for example 454: the server offers TLS, but it
    /// is not available at the moment (RFC 3207 §4).
    TlsUnavailable(Answer),
    /// Another protocol than the expected one. Holds what it seems to be, and its first bytes.
    OtherProtocol(Option<Service>, String),
    /// Bytes that are not an answer.
    Malformed(Stage, Malformed),
    /// More than one answer before the client's next command: the two sides are out of step.
    Unsolicited(Stage, String),
    /// IMAP: STARTTLS was accepted, and then answered again, under the same tag. Holds both lines.
    SecondAnswer(String, String),
    /// Clear text after the go-ahead (RFC 3207 §6, CVE-2011-0411).
    Injection(String),
}

impl Refusal {
    /// The code of the failure.
    pub fn code(&self, protocol: Protocol) -> Code {
        match self {
            Self::Temporary(..) | Self::NoProxyHeader(..) => Code::TemporaryRefusal,
            Self::Greeting(_) => Code::GreetingRefused,
            Self::Preauth(_) => Code::Preauth,
            Self::Bye(..) => Code::Bye,
            Self::Capabilities(_) if protocol == Protocol::Smtp => Code::EhloRefused,
            Self::Capabilities(_) => Code::CapabilitiesRefused,
            Self::StarttlsNotOffered => Code::StarttlsNotOffered,
            Self::Starttls(_) => Code::StarttlsRefused,
            Self::TlsUnavailable(_) => Code::StarttlsUnavailable,
            Self::OtherProtocol(..) if protocol == Protocol::Smtp => Code::NotSmtp,
            Self::OtherProtocol(..) => Code::WrongProtocol,
            Self::Malformed(..) => Code::MalformedReply,
            Self::Unsolicited(..) => Code::UnsolicitedReply,
            Self::SecondAnswer(..) => Code::StarttlsBroken,
            Self::Injection(_) => Code::StarttlsInjection,
        }
    }

    /// The refusal, of a client that has not sent the header of the PROXY protocol: whether that may be
    /// the reason.
    #[must_use]
    pub fn without_proxy_header(self) -> Self {
        match self {
            Self::Temporary(stage, answer) if misses_proxy_header(&answer) => {
                Self::NoProxyHeader(stage, answer)
            }
            other => other,
        }
    }

    /// Whether the server is busy and another try may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary(..))
    }

    /// Whether the refusal holds only if the server sends nothing more. After a positive answer the
    /// server may still be in the middle of it.
    pub fn is_provisional(&self) -> bool {
        match self {
            Self::StarttlsNotOffered => true,
            Self::Capabilities(answer) | Self::Starttls(answer) => answer.is_positive,
            _ => false,
        }
    }

    /// Whether both sides are in step, so that the server will understand a goodbye.
    pub fn is_in_step(&self) -> bool {
        match self {
            Self::Temporary(..)
            | Self::NoProxyHeader(..)
            | Self::Greeting(_)
            | Self::Preauth(_)
            | Self::Capabilities(_)
            | Self::StarttlsNotOffered
            | Self::Starttls(_)
            | Self::TlsUnavailable(_) => true,
            Self::Bye(..)
            | Self::OtherProtocol(..)
            | Self::Malformed(..)
            | Self::Unsolicited(..)
            | Self::SecondAnswer(..)
            | Self::Injection(_) => false,
        }
    }

    /// The stage to which a refusal belongs even if the dialogue has moved on; `None`: the current
    /// one.
    pub fn stage(&self, protocol: Protocol) -> Option<Stage> {
        match self {
            Self::OtherProtocol(..) | Self::Greeting(_) | Self::Preauth(_) => Some(Stage::Greeting),
            Self::Capabilities(_) if protocol == Protocol::Smtp => Some(Stage::Ehlo),
            Self::Capabilities(_) => Some(Stage::Capabilities),
            _ => None,
        }
    }

    /// The refusal in words.
    pub fn message(&self, protocol: Protocol) -> String {
        let (asks, starts) = (question(protocol), start(protocol));
        match self {
            Self::Temporary(stage, answer) | Self::NoProxyHeader(stage, answer) => {
                format!("the server refuses for now ({stage}): {}", text(answer))
            }
            Self::Greeting(answer) => {
                format!("the server greets with a refusal: {}", text(answer))
            }
            Self::Preauth(answer) => format!(
                "the session is authenticated from the start, so STARTTLS is not allowed any more: {}",
                text(answer)
            ),
            Self::Bye(stage, answer) => {
                format!("the server ends the session ({stage}): {}", text(answer))
            }
            Self::Capabilities(answer) => format!("{asks} was refused: {}", text(answer)),
            Self::StarttlsNotOffered => "the server does not offer STARTTLS".to_owned(),
            Self::Starttls(answer) => format!("{starts} was refused: {}", text(answer)),
            Self::TlsUnavailable(answer) => format!("{starts} failed: {}", text(answer)),
            Self::OtherProtocol(met, sent) => other(protocol, *met, sent),
            Self::Malformed(stage, malformed) => {
                let what = match stage {
                    Stage::Greeting => "the greeting".to_owned(),
                    Stage::Ehlo | Stage::Capabilities => format!("the answer to {asks}"),
                    Stage::Starttls => format!("the answer to {starts}"),
                };
                let why = excerpt(&malformed.to_string());
                format!("{what} is not valid {protocol}: {why}")
            }
            Self::Unsolicited(stage, more) => format!(
                "the server sent more after its answer ({stage}): \"{}\"",
                first_line(more)
            ),
            Self::SecondAnswer(first, second) => format!(
                "the server answered STARTTLS twice: \"{}\", then \"{}\"",
                first_line(first),
                first_line(second)
            ),
            Self::Injection(more) => format!(
                "clear text came after the reply to {starts}, an injection: \"{}\"",
                first_line(more)
            ),
        }
    }
}

/// Whether Postfix answers so where a load balancer's header is missing: its smtpd
/// (`src/smtpd/smtpd_haproxy.c`), and its postscreen (`src/postscreen/postscreen_endpt.c`).
fn misses_proxy_header(answer: &Answer) -> bool {
    const TEXTS: [(&str, &str); 2] = [
        ("4.3.0 ", " Server local error"),
        ("4.3.2 ", "No system resources"),
    ];
    let [line] = answer.lines.as_slice() else {
        return false;
    };
    let says = |(start, end): &(&str, &str)| line.starts_with(start) && line.ends_with(end);
    answer.status == "421" && TEXTS.iter().any(says)
}

/// The command that asks for the capabilities; ManageSieve's server sends them unasked.
fn question(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Smtp => "EHLO",
        Protocol::Imap => "CAPABILITY",
        Protocol::Pop3 => "CAPA",
        Protocol::Sieve => "the greeting",
        Protocol::Lmtp => "LHLO",
    }
}

/// The command that asks for TLS.
fn start(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Pop3 => "STLS",
        _ => "STARTTLS",
    }
}

fn other(expected: Protocol, met: Option<Service>, sent: &str) -> String {
    let article = match expected {
        Protocol::Smtp | Protocol::Imap | Protocol::Lmtp => "an",
        Protocol::Pop3 | Protocol::Sieve => "a",
    };
    match met {
        Some(Service::Tls) => "the port expects implicit TLS, not STARTTLS".to_owned(),
        Some(met) => format!("this is not {article} {expected} server; it looks like {met}"),
        None => format!(
            "this is not {article} {expected} server; it sent \"{}\"",
            first_line(sent)
        ),
    }
}

fn text(answer: &Answer) -> String {
    excerpt(&answer.text())
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
    fn only_who_has_answered_2yz_may_go_on() {
        let reply = |code: u16| Answer::one(&code.to_string(), b"", code / 100 == 2);
        assert!(Refusal::StarttlsNotOffered.is_provisional());
        for (code, expected) in [(220, true), (250, true), (334, false), (502, false)] {
            assert_eq!(
                Refusal::Capabilities(reply(code)).is_provisional(),
                expected
            );
            assert_eq!(Refusal::Starttls(reply(code)).is_provisional(), expected);
        }
        assert!(!Refusal::Greeting(reply(554)).is_provisional());
    }

    #[test]
    fn only_postfix_misses_a_header() {
        for (code, text, expected) in [
            ("421", "4.3.0 mx.example Server local error", true),
            ("421", "4.3.2 No system resources", true),
            ("421", "4.3.2 All server ports are busy", false),
            ("451", "4.3.0 mx.example Server local error", false),
            ("421", "Server local error", false),
            ("421", "4.3.0 mx.example Server local error, sorry", false),
        ] {
            let answer = Answer::one(code, text.as_bytes(), false);
            let refusal = Refusal::Temporary(Stage::Greeting, answer);
            let other = refusal.clone().without_proxy_header();
            let of = |refusal: &Refusal| {
                let protocol = Protocol::Smtp;
                (refusal.code(protocol), refusal.message(protocol))
            };
            assert_eq!(other != refusal, expected, "{code} {text}");
            assert_eq!(of(&other), of(&refusal));
        }
    }

    #[test]
    fn messages_name_the_protocol_and_its_commands() {
        let refused = Answer::one("NO", b"so it is", false);
        let bad = Malformed::NotAnAnswer("x".to_owned());
        for (protocol, refusal, expected) in [
            (
                Protocol::Imap,
                Refusal::Malformed(Stage::Capabilities, bad.clone()),
                "the answer to CAPABILITY is not valid IMAP: a line is not an answer: \"x\"",
            ),
            (
                Protocol::Sieve,
                Refusal::Malformed(Stage::Greeting, bad),
                "the greeting is not valid ManageSieve: a line is not an answer: \"x\"",
            ),
            (
                Protocol::Pop3,
                Refusal::Starttls(refused.clone()),
                "STLS was refused: NO so it is",
            ),
            (
                Protocol::Lmtp,
                Refusal::Capabilities(refused),
                "LHLO was refused: NO so it is",
            ),
            (
                Protocol::Imap,
                Refusal::OtherProtocol(Some(Service::Mail(Protocol::Pop3)), String::new()),
                "this is not an IMAP server; it looks like POP3",
            ),
        ] {
            assert_eq!(refusal.message(protocol), expected);
        }
    }
}
