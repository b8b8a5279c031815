//! What was seen of a server, or why nothing was. Data only: no verdicts.

use crate::endpoint::Start;
use crate::finding::Code;
use crate::starttls::{Line, Protocol, Refusal, Reply, Stage};
use rustls::pki_types::CertificateDer;
use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

/// One look at one address: what was seen, or why nothing was.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// Every address that was tried, in the order of trying.
    pub attempts: Vec<Attempt>,
    /// The address that answered.
    pub address: Option<SocketAddr>,
    /// How TLS was started in the end; `None`: it did not come to that.
    pub mode: Option<Start>,
    /// The greeting.
    pub greeting: Option<Reply>,
    /// The answer to EHLO.
    pub capabilities: Option<Reply>,
    /// The dialogue in the clear, line by line.
    pub transcript: Vec<Line>,
    /// What the handshake agreed upon.
    pub tls: Option<TlsFacts>,
    /// The chain exactly as presented: order and duplicates kept, the leaf first.
    pub presented: Vec<CertificateDer<'static>>,
    /// Did the server hold the key of the leaf?
    pub possession: Possession,
    /// Whether an OCSP response for the leaf came with the chain (RFC 6066 §8); `None`: there is no
    /// chain, or it was read in a way that does not show it.
    pub ocsp_stapled: Option<bool>,
    /// The handshake failed, and `tls` and `presented` come from a second connection: they were read
    /// from what TLS 1.2 and its predecessors send in the clear.
    pub legacy: bool,
    /// A `ClientHello` with a post-quantum key share was not answered; what was seen came of one
    /// without, on a second connection.
    pub small_hello: bool,
    /// What the server wanted of a client certificate; we have none.
    pub client_certificate: ClientCertificate,
    /// Flights that we waited for after TCP connected.
    pub round_trips: u32,
    /// From the start of the lookup to the end of the probe.
    pub elapsed: Duration,
    /// Why the probe ended early.
    pub failure: Option<Failure>,
}

/// What the addresses of one name showed, each looked at by itself.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// One for each address that was looked at; one alone if no address could be connected to.
    pub seen: Vec<Sighting>,
    /// Addresses to which this machine has no route: nothing is known of them.
    pub no_route: Vec<SocketAddr>,
    /// How many more the name has: there is a bound.
    pub left_out: usize,
}

impl From<Sighting> for Survey {
    fn from(seen: Sighting) -> Self {
        Self {
            seen: vec![seen],
            ..Self::default()
        }
    }
}

impl Sighting {
    /// The address that answered, or else the first that was tried.
    pub fn peer(&self) -> Option<SocketAddr> {
        let tried = self.attempts.first().map(|attempt| attempt.address);
        self.address.or(tried)
    }
}

/// One connection attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where to.
    pub address: SocketAddr,
    /// Why it failed; `None`: it connected.
    pub error: Option<ConnectError>,
}

/// Why an address could not be connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The probe ended first.
    Pending,
    /// Another address of the name answered first.
    Abandoned,
    /// There was no answer within this time.
    Timeout(Duration),
    /// The system's error: of which kind, and its text.
    Io(ErrorKind, String),
}

impl ConnectError {
    /// Whether the address answered with a no.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Io(ErrorKind::ConnectionRefused, _))
    }
}

impl From<std::io::Error> for ConnectError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.kind(), system_text(&error))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("no answer yet when the probe ended"),
            Self::Abandoned => f.write_str("abandoned: another address answered first"),
            Self::Timeout(after) => write!(f, "no answer within {}", seconds(*after)),
            Self::Io(_, text) => f.write_str(text),
        }
    }
}

/// The system's text without the number that Rust adds to it.
pub fn system_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// What a handshake agreed upon. The names are those of the IANA registries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// `SSLv3`, `TLSv1.0`, `TLSv1.1`, `TLSv1.2` or `TLSv1.3`.
    pub version: String,
    /// The cipher suite; its number in hex, if the registry does not name it.
    pub cipher_suite: String,
    /// The key-exchange group, once it is known.
    pub key_exchange: Option<String>,
}

/// Whether the server proved that it holds the leaf's private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Possession {
    /// No handshake signature was seen.
    #[default]
    NotSeen,
    /// The handshake is signed with it.
    Proven,
    /// The handshake is signed with another key: the certificate is a copy.
    Refuted,
    /// Signed in a way that cannot be checked here.
    NotCheckable,
}

/// The kinds of keys of which a server may have a certificate each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// RSA, for RSA-PSS and PKCS #1 signatures.
    Rsa,
    /// An elliptic curve, for ECDSA.
    Ecdsa,
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
        })
    }
}

/// What the server wanted of a client certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificate {
    /// Nothing.
    #[default]
    NotAsked,
    /// It asked, and went on without one.
    Asked,
    /// It asked, and ended the connection because we had none.
    Required,
}

/// Where a probe ended.
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
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong. Text in it may be the server's, and is untrusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The resolver's answer.
    Resolve(String),
    /// The name has no address of the wanted family.
    NoAddress,
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
    /// The SMTP dialogue did not get to TLS.
    Smtp(Refusal),
    /// Implicit TLS was asked for, and the server greets in the clear.
    SpeaksSmtp,
    /// The server answered the `ClientHello` with something that is not TLS; its first bytes.
    NotTls(Option<Protocol>, String),
    /// The server ended the handshake with an alert; its name.
    Alert(String),
    /// The server and we have no version, suite or group in common.
    Incompatible(String),
    /// Only a certificate with this type of key was asked for, and the server refused; its alert.
    NoSuchKey(KeyType, String),
    /// The handshake is not signed with the leaf's key.
    BadHandshakeSignature,
    /// The server presented no certificate.
    NoCertificate,
    /// The chain or another message is larger than the library accepts (64 KiB).
    TooLarge,
    /// Another breach of the protocol.
    Tls(String),
}

/// The kinds of failure that a user must tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Name, network, or a time-out at any step.
    Unreachable,
    /// The SMTP dialogue ended in a no.
    SmtpRefused,
    /// The TLS handshake failed.
    TlsFailed,
}

impl Failure {
    /// Which kind it is. A connection that breaks in the handshake is a failed handshake; one that
    /// breaks before, or a time-out anywhere, is an unreachable server.
    pub fn class(&self) -> FailureClass {
        match self.cause {
            Cause::Resolve(_) | Cause::NoAddress | Cause::Connect(_) | Cause::Timeout(_) => {
                FailureClass::Unreachable
            }
            Cause::Smtp(_) => FailureClass::SmtpRefused,
            Cause::Closed | Cause::Reset | Cause::Io(_) if self.step != Step::Tls => {
                FailureClass::Unreachable
            }
            _ => FailureClass::TlsFailed,
        }
    }

    /// What it is called in findings.
    pub fn code(&self) -> Code {
        match &self.cause {
            Cause::Resolve(_) => Code::DnsFailure,
            Cause::NoAddress => Code::NoAddress,
            Cause::Connect(_) => Code::ConnectFailed,
            Cause::Timeout(_) => Code::Timeout,
            Cause::Closed => Code::ConnectionClosed,
            Cause::Reset => Code::ConnectionReset,
            Cause::Io(_) => Code::IoError,
            Cause::Smtp(refusal) => refusal_code(refusal),
            Cause::SpeaksSmtp => Code::WrongMode,
            Cause::NotTls(..) => Code::NotTls,
            Cause::Alert(_) => Code::TlsAlert,
            Cause::Incompatible(_) => Code::TlsIncompatible,
            Cause::NoSuchKey(..) => Code::NoSuchKey,
            Cause::BadHandshakeSignature => Code::BadHandshakeSignature,
            Cause::NoCertificate => Code::NoCertificate,
            Cause::TooLarge => Code::MessageTooLarge,
            Cause::Tls(_) => Code::TlsError,
        }
    }

    /// What to do next.
    pub fn advice(&self) -> &'static str {
        match &self.cause {
            Cause::Resolve(_) => {
                "check the spelling of the host name, and the resolver of this machine"
            }
            Cause::NoAddress => "leave out -4 or -6",
            Cause::Connect(_) => {
                "check the port (25 relay, 587 submission, 465 implicit TLS) and the firewalls; many networks block port 25"
            }
            Cause::Timeout(_) if self.step == Step::Greeting => {
                "the server did not greet: it may speak TLS at once (try --tls smtps), delay its greeting (raise --timeout) or be a tarpit"
            }
            Cause::Timeout(_) => "the server is slow or stuck: raise --timeout, or try again later",
            Cause::Closed | Cause::Reset | Cause::Io(_) => {
                "the server, or something between, ended the connection: it may block this network; see its log"
            }
            Cause::Smtp(refusal) => refusal_advice(refusal),
            Cause::SpeaksSmtp => "use --tls starttls, or smtp://HOST:PORT",
            Cause::NotTls(..) => "check the port: 465 is implicit TLS, 587 and 25 are STARTTLS",
            Cause::Alert(_) => {
                "the server refused the handshake: it may not know the name sent as SNI (--servername, --no-sni), be too old for TLS 1.2, or have a key of a kind for which no signature scheme is in common (--key-type rsa or ecdsa asks for one kind; see the server's log)"
            }
            Cause::Incompatible(_) => {
                "the server may be too old: it must speak TLS 1.2 or 1.3 with a current cipher suite"
            }
            Cause::NoSuchKey(..) => {
                "leave out --key-type to see the certificate that the server prefers"
            }
            Cause::BadHandshakeSignature => {
                "do not trust or pin this certificate: the server does not hold its key, so it may be an impostor with a copy of it"
            }
            Cause::NoCertificate => "the server's TLS configuration has no certificate",
            Cause::TooLarge => {
                "the server presents far more certificates than it needs: leave the roots out"
            }
            Cause::Tls(_) => {
                "the server breaks the TLS protocol; see its log, or try `openssl s_client`"
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Resolve(why) => write!(f, "the host name cannot be resolved: {why}"),
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
            Cause::Smtp(refusal) => refusal_text(refusal, f),
            Cause::SpeaksSmtp => f.write_str("the port speaks SMTP with STARTTLS, not implicit TLS"),
            Cause::NotTls(Some(protocol), _) => {
                write!(f, "the server does not speak TLS here; it looks like {protocol}")
            }
            Cause::NotTls(None, text) => {
                write!(f, "the server does not speak TLS here; it sent \"{}\"", first_line(text))
            }
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

fn refusal_code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Temporary(..) => Code::TemporaryRefusal,
        Refusal::Greeting(_) => Code::GreetingRefused,
        Refusal::Ehlo(_) => Code::EhloRefused,
        Refusal::StarttlsNotOffered => Code::StarttlsNotOffered,
        Refusal::Starttls(_) => Code::StarttlsRefused,
        Refusal::TlsUnavailable(_) => Code::StarttlsUnavailable,
        Refusal::NotSmtp(..) => Code::NotSmtp,
        Refusal::Malformed(..) => Code::MalformedReply,
        Refusal::Unsolicited(..) => Code::UnsolicitedReply,
        Refusal::Injection(_) => Code::StarttlsInjection,
    }
}

fn refusal_advice(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Temporary(..) => "the server is busy or limits this client: try again later",
        Refusal::Greeting(_) => {
            "the server does not serve this client: its reply says why; try from a network that it accepts"
        }
        Refusal::Ehlo(_) => {
            "the server may reject the name that we gave: set one with --ehlo that resolves to this machine"
        }
        Refusal::StarttlsNotOffered => {
            "mail to this port goes in the clear, or something between strips STARTTLS: try port 465 or 587, or enable TLS on the server"
        }
        Refusal::Starttls(_) | Refusal::TlsUnavailable(_) => {
            "STARTTLS is offered but does not work: see the server's log, its certificate and its key"
        }
        Refusal::NotSmtp(Some(Protocol::Tls), _) => "use --tls smtps, or smtps://HOST:PORT",
        Refusal::NotSmtp(..) => "check the port: 25 relay, 587 submission, 465 implicit TLS",
        Refusal::Malformed(..) | Refusal::Unsolicited(..) => {
            "the server, or something between, breaks the SMTP protocol: do not send mail through it"
        }
        Refusal::Injection(_) => {
            "somebody between may be injecting commands, or the server is vulnerable (CVE-2011-0411): do not send mail through it"
        }
    }
}

fn refusal_text(refusal: &Refusal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match refusal {
        Refusal::Temporary(stage, reply) => {
            write!(
                f,
                "the server refuses for now ({stage}): {}",
                excerpt(&reply.text())
            )
        }
        Refusal::Greeting(reply) => write!(
            f,
            "the server greets with a refusal: {}",
            excerpt(&reply.text())
        ),
        Refusal::Ehlo(reply) => write!(f, "EHLO was refused: {}", excerpt(&reply.text())),
        Refusal::StarttlsNotOffered => f.write_str("the server does not offer STARTTLS"),
        Refusal::Starttls(reply) => write!(f, "STARTTLS was refused: {}", excerpt(&reply.text())),
        Refusal::TlsUnavailable(reply) => write!(
            f,
            "TLS is offered and cannot be had: {}",
            excerpt(&reply.text())
        ),
        Refusal::NotSmtp(Some(Protocol::Tls), _) => {
            f.write_str("the port speaks TLS at once, not SMTP with STARTTLS")
        }
        Refusal::NotSmtp(Some(protocol), _) => {
            write!(f, "this is not an SMTP server; it looks like {protocol}")
        }
        Refusal::NotSmtp(None, text) => {
            write!(
                f,
                "this is not an SMTP server; it sent \"{}\"",
                first_line(text)
            )
        }
        Refusal::Malformed(stage, malformed) => {
            write!(
                f,
                "the answer to {stage} is not valid SMTP: {}",
                excerpt(&malformed.to_string())
            )
        }
        Refusal::Unsolicited(stage, text) => {
            write!(
                f,
                "the server went on talking after its answer ({stage}): \"{}\"",
                first_line(text)
            )
        }
        Refusal::Injection(text) => write!(
            f,
            "clear text came after the reply to STARTTLS, an injection: \"{}\"",
            first_line(text)
        ),
    }
}

/// A reply can be 64 KiB long; a message is not.
fn excerpt(text: &str) -> String {
    const MOST: usize = 300;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(100)
        .collect()
}

/// Seconds for people: what is left of a deadline is a hair less than what was asked for.
fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(step: Step, cause: Cause) -> Failure {
        Failure { step, cause }
    }

    #[test]
    fn an_alert_may_be_about_the_kind_of_key() {
        let alert = Cause::Alert("handshake_failure".to_owned());
        let advice = failure(Step::Tls, alert).advice();
        for cause in ["SNI", "too old", "signature scheme", "--key-type"] {
            assert!(advice.contains(cause), "{cause}: {advice}");
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
