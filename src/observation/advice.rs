//! What to do about a failure, in the words of what the user has chosen.

use super::attempt::{Attempt, ConnectError};
use super::failure::{Cause, Failure, Step};
use crate::endpoint::{Protocol, Start};
use crate::finding::{Advice, Remedy};
use crate::starttls::{Refusal, Service};

/// What was chosen before the look: an advice names what can be chosen otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The port.
    pub port: Option<u16>,
    /// What says how TLS starts.
    pub start: StartBy,
    /// The file and the line of the setting, if it is one.
    pub line: String,
}

/// What says how TLS starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartBy {
    /// The option, or nothing.
    #[default]
    Option,
    /// The scheme of the target.
    Scheme,
    /// The scheme of one of several ports.
    Port,
    /// `smtp.tls` of Mercurial's configuration.
    Setting,
}

impl Failure {
    /// Advice to the user.
    pub fn advice(&self, chosen: &Chosen) -> Advice {
        match &self.cause {
            Cause::NoAddress => Advice::new("leave out ")
                .option(Remedy::BothFamilies)
                .text(", or ")
                .option(Remedy::Source)
                .text(" of the other family"),
            Cause::Proxy(_) => Advice::new("the server was not reached: check ")
                .option(Remedy::Via)
                .text(", and whether the proxy allows connections to this port"),
            Cause::Command(_) => Advice::new("the server was not reached: try the command of ")
                .option(Remedy::ViaCommand)
                .text(" by hand; here it cannot ask for anything (for ssh: -o BatchMode=yes)"),
            Cause::Timeout(_) => self.about_a_time_out(chosen),
            Cause::Refused(Refusal::OtherProtocol(Some(Service::Tls), _)) => {
                other_start(self.protocol, Start::Implicit, chosen)
            }
            Cause::Refused(refusal) => refusal.advice(self.protocol, chosen.port),
            Cause::SpeaksClear(met) => other_start(*met, Start::Starttls, chosen),
            Cause::Connect(attempts) if attempts.iter().all(Attempt::is_without_source) => {
                Advice::new("this machine has no such address: see ").option(Remedy::Source)
            }
            Cause::Connect(attempts) if attempts.iter().all(is_unroutable) => {
                "no route leads there: check the address, and the network of this machine".into()
            }
            Cause::Connect(_) => self.about_the_port().into(),
            Cause::NotTls(..) if self.protocol != Protocol::Smtp => check_the_port(self.protocol),
            Cause::Alert(_) => about_an_alert(),
            Cause::ClientRefused(_) => {
                Advice::new("see the server's log: it may not trust the CA of the certificate of ")
                    .option(Remedy::ClientCertificate)
                    .text(", or its dates, its purpose or its name do not fit")
            }
            Cause::NoSuchKey(..) => Advice::new("leave out ")
                .option(Remedy::KeyType)
                .text(" to see the certificate that the server prefers"),
            _ => self.plain_advice().into(),
        }
    }

    /// Advice that names nothing of the command line.
    fn plain_advice(&self) -> &'static str {
        match &self.cause {
            Cause::Socket(..) => {
                "check the path, whether the server runs, and whether this user may write to its socket"
            }
            Cause::Resolve(_) => {
                "check the spelling of the host name, and the resolver of this machine"
            }
            Cause::NotTls(..) => "check the port: 465 is implicit TLS, 587 and 25 are STARTTLS",
            Cause::Incompatible(_) => {
                "the server may be too old: it must speak TLS 1.2 or 1.3 with a current cipher suite"
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
            _ => {
                "the server, or a device in between, ended the connection: it may block this network; see the server's log"
            }
        }
    }

    fn about_the_port(&self) -> String {
        let ports = self.protocol.ports();
        let blocked = match self.protocol {
            Protocol::Smtp => "; many networks block port 25",
            _ => "",
        };
        format!("check the port ({ports}) and the firewalls{blocked}")
    }

    fn about_a_time_out(&self, chosen: &Chosen) -> Advice {
        if self.step != Step::Greeting {
            return Advice::new("the server is slow or stuck: raise ")
                .option(Remedy::Timeout)
                .text(", or try again later");
        }
        let scheme = self.protocol.scheme(Start::Implicit);
        let advice = Advice::new("the server did not greet: it may ");
        let advice = match (chosen.start, scheme) {
            (StartBy::Option, _) => advice
                .text("expect implicit TLS (try ")
                .option(Remedy::ImplicitTls)
                .text("), "),
            (StartBy::Scheme, Some(scheme)) => {
                advice.text(format!("expect implicit TLS (try {scheme}://), "))
            }
            (StartBy::Setting, _) => {
                let line = &chosen.line;
                advice.text(format!(
                    "expect implicit TLS (smtp.tls = smtps, at {line}), "
                ))
            }
            _ => advice,
        };
        advice
            .text("delay its greeting (raise ")
            .option(Remedy::Timeout)
            .text(") or be a tarpit")
    }
}

fn is_unroutable(attempt: &Attempt) -> bool {
    let error = attempt.error.as_ref();
    error.is_some_and(ConnectError::is_unroutable)
}

fn check_the_port(protocol: Protocol) -> Advice {
    format!("check the port: {}", protocol.ports()).into()
}

/// What to change where the server starts TLS in the other way.
fn other_start(protocol: Protocol, start: Start, chosen: &Chosen) -> Advice {
    let remedy = match start {
        Start::Starttls => Remedy::Starttls,
        Start::Implicit => Remedy::ImplicitTls,
    };
    match (chosen.start, protocol.scheme(start)) {
        (StartBy::Option, scheme) => {
            let advice = Advice::new("use ").option(remedy);
            match scheme {
                Some(scheme) => advice.text(format!(", or {scheme}://HOST:PORT")),
                None => advice,
            }
        }
        (StartBy::Scheme, Some(scheme)) => format!("use {scheme}://HOST:PORT").into(),
        (StartBy::Port, Some(scheme)) => format!("write the port as {scheme}:PORT").into(),
        (StartBy::Setting, Some(_)) if protocol == Protocol::Smtp => {
            format!("set smtp.tls = {start} ({})", chosen.line).into()
        }
        (StartBy::Setting, _) => check_the_port(Protocol::Smtp),
        (StartBy::Scheme | StartBy::Port, None) => check_the_port(protocol),
    }
}

fn about_an_alert() -> Advice {
    Advice::new("the server refused the handshake: it may not know the name sent as SNI (")
        .option(Remedy::Servername)
        .text(", ")
        .option(Remedy::NoSni)
        .text("), be too old for TLS 1.2, or have a key of a kind for which no signature scheme is in common (")
        .option(Remedy::EachKeyType)
        .text(" asks for one kind; see the server's log)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Piece;
    use crate::observation::Alert;
    use std::io::ErrorKind;
    use std::time::Duration;

    fn advice(step: Step, cause: Cause, chosen: &Chosen) -> String {
        let failure = Failure {
            step,
            protocol: Protocol::Smtp,
            cause,
        };
        let advice = failure.advice(chosen);
        let pieces = advice.pieces().iter().map(|piece| match piece {
            Piece::Text(text) => text.to_string(),
            Piece::Remedy(remedy) => format!("{remedy:?}"),
            Piece::Line(line) => line.clone(),
        });
        pieces.collect()
    }

    fn chosen(start: StartBy) -> Chosen {
        Chosen {
            port: None,
            start,
            line: "hgrc:4".to_owned(),
        }
    }

    #[test]
    fn an_alert_may_be_about_the_kind_of_key() {
        let alert = Cause::Alert(Alert::HANDSHAKE_FAILURE);
        let text = advice(Step::Tls, alert, &Chosen::default());
        for cause in ["SNI", "too old", "signature scheme", "EachKeyType"] {
            assert!(text.contains(cause), "{cause}: {text}");
        }
    }

    #[test]
    fn what_says_how_tls_starts_is_what_is_to_be_changed() {
        let clear = Cause::SpeaksClear;
        let tls = || {
            let service = Some(Service::Tls);
            Cause::Refused(Refusal::OtherProtocol(service, String::new()))
        };
        for (start, cause, expected) in [
            (
                StartBy::Option,
                tls(),
                "use ImplicitTls, or smtps://HOST:PORT",
            ),
            (StartBy::Scheme, tls(), "use smtps://HOST:PORT"),
            (StartBy::Port, tls(), "write the port as smtps:PORT"),
            (StartBy::Setting, tls(), "set smtp.tls = smtps (hgrc:4)"),
            (
                StartBy::Setting,
                clear(Protocol::Smtp),
                "set smtp.tls = starttls (hgrc:4)",
            ),
            (
                StartBy::Scheme,
                clear(Protocol::Imap),
                "use imap://HOST:PORT",
            ),
            (StartBy::Setting, clear(Protocol::Imap), "check the port: "),
        ] {
            let chosen = chosen(start);
            let text = advice(Step::Greeting, cause, &chosen);
            assert!(text.starts_with(expected), "{chosen:?}: {text}");
        }
        for (start, expected) in [
            (StartBy::Option, "try ImplicitTls"),
            (StartBy::Scheme, "try smtps://"),
            (StartBy::Setting, "smtp.tls = smtps, at hgrc:4"),
        ] {
            let chosen = chosen(start);
            let timeout = Cause::Timeout(Duration::from_secs(1));
            let text = advice(Step::Greeting, timeout, &chosen);
            assert!(text.contains(expected), "{chosen:?}: {text}");
        }
    }

    #[test]
    fn a_port_is_not_to_be_tried_instead_of_itself() {
        for (port, expected) in [
            (None, "try port 465 or 587,"),
            (Some(25), "try port 465 or 587,"),
            (Some(587), "try port 465,"),
            (Some(465), "try port 587,"),
        ] {
            let chosen = Chosen {
                port,
                ..Chosen::default()
            };
            let cause = Cause::Refused(Refusal::StarttlsNotOffered);
            let text = advice(Step::Starttls, cause, &chosen);
            assert!(text.contains(expected), "{port:?}: {text}");
        }
    }

    #[test]
    fn where_no_route_leads_the_port_is_not_the_cause() {
        let text = |kinds: &[ErrorKind]| {
            let attempts = kinds.iter().map(|kind| Attempt {
                address: ([192, 0, 2, 1], 25).into(),
                error: Some(std::io::Error::from(*kind).into()),
            });
            let cause = Cause::Connect(attempts.collect());
            advice(Step::Connect, cause, &Chosen::default())
        };
        let (unroutable, refused) = (ErrorKind::NetworkUnreachable, ErrorKind::ConnectionRefused);
        assert!(!text(&[unroutable]).contains("port"));
        assert!(text(&[unroutable, refused]).contains("check the port"));
    }
}
