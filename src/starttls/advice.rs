//! What to do about a refusal, in the words and with the ports of each protocol.

use super::answer::Answer;
use super::identify::Service;
use super::refusal::Refusal;
use crate::endpoint::{Protocol, Start};
use crate::finding::{Advice, Remedy};

impl Refusal {
    /// Advice to the user; `port` is the one that was looked at.
    pub fn advice(&self, protocol: Protocol, port: Option<u16>) -> Advice {
        match self {
            Self::Temporary(..) => "the server is busy or limits this client: try again later".into(),
            Self::NoProxyHeader(..) => Advice::new("Postfix answers so where it waits for the header of a load balancer (HAProxy's PROXY protocol): add ")
                .option(Remedy::ProxyProtocol)
                .text(", or connect to the load balancer; else it lacks resources: see its log"),
            Self::Greeting(_) => {
                "the server does not serve this client: its reply says why; try from a network that it accepts".into()
            }
            Self::Preauth(_) => {
                let port = protocol.default_port(Start::Implicit);
                format!("no connection to this port can be protected: use port {port}, or see why the server counts this client as logged in").into()
            }
            Self::Bye(..) => {
                "the server's text says why; it may limit or block this client".into()
            }
            Self::Capabilities(answer) => about_the_question(protocol, answer),
            Self::StarttlsNotOffered => about_a_missing_offer(protocol, port).into(),
            Self::Starttls(_) | Self::TlsUnavailable(_) => {
                "STARTTLS is offered but does not work: see the server's log, its certificate and its key".into()
            }
            Self::OtherProtocol(met, _) => about_another(protocol, *met),
            Self::Malformed(..) | Self::Unsolicited(..) => format!(
                "the server, or a device in between, breaks the {protocol} protocol: {}",
                keep_away(protocol)
            )
            .into(),
            Self::SecondAnswer(..) => {
                "the server accepts STARTTLS and then cannot start TLS: see its log; Courier says so if its TLS program is missing".into()
            }
            Self::Injection(_) => format!(
                "someone in the middle may be injecting {}, or the server is vulnerable (CVE-2011-0411): {}",
                if carries_mail(protocol) { "commands" } else { "answers" },
                keep_away(protocol)
            )
            .into(),
        }
    }
}

/// Whether the protocol brings mail to a server; in the others a user logs in.
fn carries_mail(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Smtp | Protocol::Lmtp)
}

fn keep_away(protocol: Protocol) -> &'static str {
    if carries_mail(protocol) {
        "do not send mail through it"
    } else {
        "do not log in through it"
    }
}

fn about_the_question(protocol: Protocol, answer: &Answer) -> Advice {
    let is_unknown = matches!(answer.status.as_str(), "500" | "502" | "503");
    match protocol {
        // RFC 2033 §4.1: an LMTP server knows no EHLO.
        Protocol::Smtp if is_unknown => {
            "the server does not know EHLO: check the port; an LMTP server is lmtp://HOST:PORT"
                .into()
        }
        Protocol::Lmtp if is_unknown => {
            "the server does not know LHLO: check the port; an SMTP server is smtp://HOST:PORT"
                .into()
        }
        Protocol::Smtp | Protocol::Lmtp => {
            let command = if protocol == Protocol::Smtp {
                "EHLO"
            } else {
                "LHLO"
            };
            Advice::new(format!(
                "the server may reject the name in {command}: set one with "
            ))
            .option(Remedy::Ehlo)
            .text(" that resolves to this machine")
        }
        _ => "the server does not list what it can do: see its log".into(),
    }
}

fn about_a_missing_offer(protocol: Protocol, port: Option<u16>) -> String {
    let (what, others): (_, &[u16]) = match protocol {
        Protocol::Smtp => ("mail to this port goes", &[465, 587]),
        Protocol::Imap => ("passwords and mail go", &[993]),
        Protocol::Pop3 => ("passwords and mail go", &[995]),
        Protocol::Sieve => ("passwords go", &[]),
        Protocol::Lmtp => ("mail to this port goes", &[]),
    };
    let others = others.iter().filter(|other| port != Some(**other));
    let others: Vec<String> = others.map(ToString::to_string).collect();
    let instead = if others.is_empty() {
        String::new()
    } else {
        format!("try port {}, or ", others.join(" or "))
    };
    let unless = match protocol {
        Protocol::Lmtp => ", unless both ends are on one machine",
        _ => "",
    };
    format!(
        "{what} in the clear, or a device in between strips STARTTLS: {instead}enable TLS on the server{unless}"
    )
}

fn about_another(expected: Protocol, met: Option<Service>) -> Advice {
    match met {
        Some(Service::Mail(met)) => {
            let scheme = met.scheme(Start::Starttls).unwrap_or_default();
            format!(
                "check the port ({}), or use {scheme}://HOST:PORT",
                expected.ports()
            )
            .into()
        }
        _ => format!("check the port: {}", expected.ports()).into(),
    }
}
