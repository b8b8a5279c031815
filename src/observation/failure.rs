//! Why a probe ended early: the step, the cause and its message.

use super::alert::Alert;
use super::attempt::{Attempt, ConnectError, seconds};
use super::key_type::KeyType;
use crate::endpoint::Protocol;
use crate::finding::Code;
use crate::starttls::{Refusal, Service, Stage, first_line};
use std::fmt;
use std::time::Duration;

/// A step of a probe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Looking the name up.
    #[default]
    Resolve,
    /// Connecting with TCP.
    Connect,
    /// Waiting for the greeting.
    Greeting,
    /// EHLO and its answer.
    Ehlo,
    /// The command of another protocol that asks for the capabilities, and its answer.
    Capabilities,
    /// STARTTLS and its answer.
    Starttls,
    /// The TLS handshake.
    Tls,
}

impl From<Stage> for Step {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Greeting => Self::Greeting,
            Stage::Ehlo => Self::Ehlo,
            Stage::Capabilities => Self::Capabilities,
            Stage::Starttls => Self::Starttls,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Capabilities => "capabilities",
            Self::Starttls => "starttls",
            Self::Tls => "tls",
        })
    }
}

/// Why a probe ended early, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub step: Step,
    /// The protocol that was spoken, or the one that was expected.
    pub protocol: Protocol,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong. Text in it may be the server's, and is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name could not be resolved; the resolver's answer.
    Resolve(String),
    /// The name has no address of the wanted family.
    NoAddress,
    /// A proxy does not get to the server; a whole sentence, in which texts are the proxy's, and
    /// untrusted.
    Proxy(String),
    /// A command does not get to the server; likewise.
    Command(String),
    /// A Unix socket could not be connected to: its path, and why.
    Socket(String, ConnectError),
    /// No address could be connected to.
    Connect(Vec<Attempt>),
    /// The target's deadline passed.
    Timeout(Duration),
    /// The server closed the connection.
    Closed,
    /// The server reset the connection.
    Reset,
    /// Another error of the socket.
    Io(String),
    /// The dialogue did not reach TLS.
    Refused(Refusal),
    /// The user asked for implicit TLS, and the server greets in the clear, in this protocol.
    SpeaksClear(Protocol),
    /// The server answered the `ClientHello` with something that is not TLS; its first bytes.
    NotTls(Option<Service>, String),
    /// The server ended the handshake with an alert.
    Alert(Alert),
    /// The server ended the connection with this alert after it got the client certificate.
    ClientRefused(Alert),
    /// The server and we have no version, suite or group in common.
    Incompatible(String),
    /// Only a certificate with this type of key was asked for, and the server refused; its alert.
    NoSuchKey(KeyType, Alert),
    /// The handshake is not signed with the leaf's key.
    BadHandshakeSignature,
    /// The server presented no certificate.
    NoCertificate,
    /// The chain or another message is larger than the library accepts (64 KiB).
    TooLarge,
    /// Another breach of the protocol.
    Tls(String),
}

/// The kinds of failure that matter to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Name, network, or a time-out at any step.
    Unreachable,
    /// The server refused during the dialogue before TLS.
    SmtpRefused,
    /// The TLS handshake failed.
    TlsFailed,
}

impl Failure {
    /// The kind of failure. A connection that breaks during the handshake is a failed handshake.
    /// One that breaks earlier, or a time-out at any step, is an unreachable server.
    pub fn class(&self) -> FailureClass {
        match self.cause {
            Cause::Resolve(_)
            | Cause::NoAddress
            | Cause::Proxy(_)
            | Cause::Command(_)
            | Cause::Socket(..)
            | Cause::Connect(_)
            | Cause::Timeout(_) => FailureClass::Unreachable,
            Cause::Refused(_) => FailureClass::SmtpRefused,
            Cause::Closed | Cause::Reset | Cause::Io(_) if self.step != Step::Tls => {
                FailureClass::Unreachable
            }
            _ => FailureClass::TlsFailed,
        }
    }

    /// The code in findings.
    pub fn code(&self) -> Code {
        match &self.cause {
            Cause::Resolve(_) => Code::DnsFailure,
            Cause::NoAddress => Code::NoAddress,
            Cause::Proxy(_) | Cause::Command(_) => Code::ProxyFailed,
            Cause::Socket(..) | Cause::Connect(_) => Code::ConnectFailed,
            Cause::Timeout(_) => Code::Timeout,
            Cause::Closed => Code::ConnectionClosed,
            Cause::Reset => Code::ConnectionReset,
            Cause::Io(_) => Code::IoError,
            Cause::Refused(refusal) => refusal.code(self.protocol),
            Cause::SpeaksClear(_) => Code::WrongMode,
            Cause::NotTls(..) => Code::NotTls,
            Cause::Alert(_) => Code::TlsAlert,
            Cause::ClientRefused(_) => Code::ClientCertificateRefused,
            Cause::Incompatible(_) => Code::TlsIncompatible,
            Cause::NoSuchKey(..) => Code::NoSuchKey,
            Cause::BadHandshakeSignature => Code::BadHandshakeSignature,
            Cause::NoCertificate => Code::NoCertificate,
            Cause::TooLarge => Code::MessageTooLarge,
            Cause::Tls(_) => Code::TlsError,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Resolve(why) => write!(f, "the host name cannot be resolved: {why}"),
            Cause::Proxy(why) | Cause::Command(why) => f.write_str(why),
            Cause::Socket(path, error) => write!(f, "no connection to {path}: {error}"),
            Cause::NoAddress => f.write_str("the host name has no address of the wanted family"),
            Cause::Connect(attempts) => {
                let [attempt] = attempts.as_slice() else {
                    return write!(f, "no connection to any of its {} addresses", attempts.len());
                };
                match &attempt.error {
                    Some(error) => write!(f, "no connection to {}: {error}", attempt.address),
                    None => write!(f, "no connection to {}: connected", attempt.address),
                }
            }
            Cause::Timeout(after) => {
                write!(f, "no answer within {} at step {}", seconds(*after), self.step)
            }
            Cause::Closed => write!(f, "the server closed the connection at step {}", self.step),
            Cause::Reset => write!(f, "the server reset the connection at step {}", self.step),
            Cause::Io(why) => write!(f, "the connection failed at step {}: {why}", self.step),
            Cause::Refused(refusal) => f.write_str(&refusal.message(self.protocol)),
            Cause::SpeaksClear(_) => f.write_str("the port expects STARTTLS, not implicit TLS"),
            Cause::NotTls(Some(protocol), _) => {
                write!(f, "the server does not speak TLS here; it looks like {protocol}")
            }
            Cause::NotTls(None, text) => {
                write!(f, "the server does not speak TLS here; it sent \"{}\"", first_line(text))
            }
            Cause::ClientRefused(alert) => write!(f, "the server refuses the client certificate: it ended the connection with the alert {alert}"),
            Cause::Alert(alert) => write!(f, "the server ended the TLS handshake with the alert {alert}"),
            Cause::Incompatible(why) => write!(f, "no TLS version or algorithm in common: {why}"),
            Cause::NoSuchKey(key, alert) => {
                write!(f, "the server has no certificate with an {key} key, it seems: it ended the TLS handshake with the alert {alert}")
            }
            Cause::BadHandshakeSignature => f.write_str(
                "the TLS handshake is not signed with the key of the certificate that the server presents",
            ),
            Cause::NoCertificate => f.write_str("the server presented no certificate"),
            Cause::TooLarge => f.write_str(
                "the handshake is larger than is read here: 64 KiB a message, 256 KiB in all",
            ),
            Cause::Tls(why) => write!(f, "the server breaks the TLS protocol: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(step: Step, cause: Cause) -> Failure {
        Failure {
            step,
            protocol: Protocol::Smtp,
            cause,
        }
    }

    #[test]
    fn a_time_out_anywhere_is_unreachable_and_a_break_in_the_handshake_is_tls() {
        let timeout = Cause::Timeout(Duration::from_secs(45));
        assert_eq!(
            failure(Step::Tls, timeout.clone()).class(),
            FailureClass::Unreachable
        );
        assert_eq!(
            failure(Step::Ehlo, Cause::Closed).class(),
            FailureClass::Unreachable
        );
        assert_eq!(
            failure(Step::Tls, Cause::Reset).class(),
            FailureClass::TlsFailed
        );
        assert_eq!(
            failure(Step::Greeting, timeout).to_string(),
            "no answer within 45 s at step greeting"
        );
        assert_eq!(seconds(Duration::from_nanos(44_999_999_049)), "45 s");
        assert_eq!(seconds(Duration::from_millis(250)), "0.25 s");
    }
}
