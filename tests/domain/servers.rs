//! The mail servers of the lab, by what they present. A case names one by its label; its certificate
//! is for all names that the cases give it.

use crate::case::Case;
use rcgen::{CertificateParams, KeyUsagePurpose};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use testkit::mta::fleet::MailHost;
use testkit::one_key::End;
use testkit::openssl::weakly_signed;
use testkit::pki::{Identity, KeyKind, Pki, ca, expired_leaf, leaf, now};
use time::Duration;

/// The labels, and what they mean.
pub const LABELS: [(&str, &str); 31] = [
    ("ecdsa", "a key of ECDSA, and the intermediate"),
    ("rsa", "the same with a key of RSA"),
    ("both", "both types of key"),
    ("root-sent", "the root is sent, too"),
    ("lonely", "the intermediate is not sent"),
    ("deep", "two intermediates"),
    ("expired", "the leaf has expired"),
    ("self-signed", "a self-signed leaf for another name"),
    ("ca-leaf", "a self-signed CA certificate is the leaf"),
    ("other-name", "the leaf is for another name"),
    ("cn-only", "the name stands in the common name only"),
    ("cn-only-2", "the same for another host"),
    ("wildcard", "the leaf has a wildcard"),
    (
        "domain-name",
        "the leaf is for the domain, not for the host",
    ),
    (
        "alias-target",
        "the leaf is for what the host is an alias of",
    ),
    ("expired-ca", "the intermediate has expired"),
    ("ca-usage", "the leaf's key usage is that of a CA"),
    ("untrusted", "of a CA that no sender has"),
    (
        "cross",
        "the intermediate as that CA has cross-signed it, and as it was",
    ),
    ("clear", "no STARTTLS"),
    ("no-tls", "STARTTLS is offered, and fails"),
    ("busy", "no mail: it greets with 554"),
    ("down", "nothing listens"),
    (
        "rsa-reset",
        "a key of RSA, and a reset for who asks for another",
    ),
    ("rsa-closed", "the same, and the end of the stream"),
    (
        "old-suite",
        "TLS 1.2 alone, with an RSA key exchange and CBC",
    ),
    ("cbc", "TLS 1.2 alone, with CBC"),
    (
        "tls-1.0",
        "TLS 1.0 alone, with a signature that is too weak for who authenticates",
    ),
    ("dhe", "TLS 1.2 alone, with a group of integers"),
    ("weak-ca", "of a CA with RSA of 1024 bits"),
    (
        "untrusted-domain-name",
        "for the domain, of a CA that no sender has",
    ),
];

/// An option of Postfix' server.
const NO_1_3: &str = "smtpd_tls_protocols=!SSLv2,!SSLv3,!TLSv1,!TLSv1.1,!TLSv1.3";

/// A CA that is configured, and one that is not.
pub struct Cas {
    /// The one that every program of the lab trusts.
    pub own: Pki,
    /// The other.
    pub other: Pki,
}

impl Cas {
    pub fn new() -> Self {
        let new = |name: &str| {
            let mut intermediate = ca(&format!("{name} Intermediate"));
            // Another intermediate may stand below it.
            intermediate.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let mut root = ca(&format!("{name} Root"));
            root.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            Pki::custom(root, intermediate, KeyKind::P256)
        };
        Self {
            own: new("Lab"),
            other: new("Other"),
        }
    }
}

/// A mail server.
#[derive(Debug)]
pub struct Server {
    pub label: &'static str,
    number: u8,
    /// Of each type of key; none without STARTTLS.
    pub identities: Vec<Identity>,
    root: Vec<u8>,
}

impl Server {
    /// That label's.
    pub fn named<'a>(servers: &'a [Self], label: &str) -> &'a Self {
        let found = servers.iter().find(|server| server.label == label);
        found.unwrap_or_else(|| panic!("no server {label}"))
    }

    /// Its address, for `A` or `AAAA`.
    pub fn address(&self, kind: &str) -> IpAddr {
        match kind {
            "A" => Ipv4Addr::new(10, 25, 0, self.number).into(),
            _ => Ipv6Addr::new(0xfd25, 0, 0, 0, 0, 0, 0, self.number.into()).into(),
        }
    }

    /// A certificate of what it presents: `leaf`, `second` (the leaf of the other type of key),
    /// `issuer`, `above` (the issuer's), or the `root`, sent or not.
    pub fn certificate(&self, thing: &str) -> Option<Vec<u8>> {
        let sent = |identity: usize, place: usize| {
            let chain = &self.identities[identity].chain;
            chain[place].to_vec()
        };
        Some(match thing {
            "leaf" => sent(0, 0),
            "second" => sent(1, 0),
            "issuer" => sent(0, 1),
            "above" => sent(0, 2),
            "root" => self.root.clone(),
            _ => return None,
        })
    }

    /// What stands before it, and ends connections.
    pub fn front(&self) -> Option<End> {
        match self.label {
            "rsa-reset" => Some(End::Reset),
            "rsa-closed" => Some(End::Closed),
            _ => None,
        }
    }

    /// The address of the server that a front leads to.
    pub fn behind(&self) -> IpAddr {
        Ipv4Addr::new(10, 25, 1, self.number).into()
    }

    /// As Postfix runs it; `None`: it does not.
    pub fn host(&self) -> Option<MailHost> {
        let options: &[&str] = match self.label {
            "down" | "no-tls" => return None,
            "old-suite" => &[NO_1_3, "tls_medium_cipherlist=AES128-SHA"],
            "cbc" => &[NO_1_3, "tls_medium_cipherlist=ECDHE-RSA-AES128-SHA"],
            "dhe" => &[NO_1_3, "tls_medium_cipherlist=DHE-RSA-AES256-GCM-SHA384"],
            "tls-1.0" => &[
                "smtpd_tls_protocols=!SSLv2,!SSLv3,!TLSv1.1,!TLSv1.2,!TLSv1.3",
                "tls_medium_cipherlist=ECDHE-RSA-AES128-SHA",
            ],
            "busy" => &[
                "smtpd_client_restrictions=static:reject",
                "smtpd_delay_reject=no",
            ],
            _ => &[],
        };
        let addresses = match self.front() {
            None => ["A", "AAAA"].map(|kind| self.address(kind)).to_vec(),
            // The front has those.
            Some(_) => vec![self.behind()],
        };
        Some(MailHost {
            addresses,
            identities: self.identities.clone(),
            options: options.iter().map(ToString::to_string).collect(),
        })
    }
}

/// All of them, with certificates for the names that the cases give them.
pub fn all(cases: &[Case], cas: &Cas) -> Vec<Server> {
    let server = |(place, (label, _)): (usize, &(&'static str, &str))| Server {
        label,
        number: u8::try_from(10 + place).expect("few"),
        identities: identities(label, &names(cases, label), cas),
        root: cas.own.root().to_vec(),
    };
    LABELS.iter().enumerate().map(server).collect()
}

/// The names that the cases give a server: those of its addresses, and of the aliases beside them.
fn names(cases: &[Case], label: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    let addresses = [format!("{{A {label}}}"), format!("{{AAAA {label}}}")];
    let is_here = |line: &&str| addresses.iter().any(|address| line.ends_with(address));
    for case in cases
        .iter()
        .filter(|case| case.records.lines().any(|line| is_here(&line)))
    {
        let is_alias = |line: &&str| line.contains(" CNAME ") && !line.starts_with('_');
        let lines = case
            .records
            .lines()
            .filter(|line| is_here(line) || is_alias(line));
        let owners = lines.map(|line| line.split(' ').next().unwrap_or_default());
        names.extend(owners.map(|owner| special(label, case, owner)));
    }
    names.into_iter().collect()
}

/// What the certificate has instead of the name of a host.
fn special(label: &str, case: &Case, owner: &str) -> String {
    match label {
        "other-name" | "self-signed" => "elsewhere.example.test".to_owned(),
        "domain-name" | "untrusted-domain-name" => case.domain(),
        "alias-target" => case.full("target"),
        "wildcard" => case.full("*"),
        _ => case.full(owner),
    }
}

fn identities(label: &str, names: &[String], cas: &Cas) -> Vec<Identity> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        names.push("unused.example.test");
    }
    let (pki, usual) = (&cas.own, leaf(&names));
    let rsa = || pki.identity_of(KeyKind::Rsa2048, &usual);
    let sound = || pki.identity(usual.clone());
    let followed_by = |der| {
        let mut identity = pki.lonely(usual.clone());
        identity.chain.push(der);
        identity
    };
    vec![match label {
        "clear" | "down" | "no-tls" => return Vec::new(),
        "both" => return vec![sound(), rsa()],
        "rsa" | "rsa-reset" | "rsa-closed" | "cbc" | "dhe" | "tls-1.0" => rsa(),
        // GnuTLS wants the usage of an RSA key exchange.
        "old-suite" => {
            let mut params = usual.clone();
            params.key_usages.push(KeyUsagePurpose::KeyEncipherment);
            pki.identity_of(KeyKind::Rsa2048, &params)
        }
        "root-sent" => {
            let mut identity = sound();
            identity.chain.push(pki.root());
            identity
        }
        "lonely" => pki.lonely(usual.clone()),
        "deep" => pki.deep(ca("Lab Lower"), &usual),
        "expired" => pki.identity(expired_leaf(&names)),
        "self-signed" => Pki::self_signed(&usual, KeyKind::P256),
        "ca-leaf" => Pki::self_signed(&named_ca(&names), KeyKind::P256),
        "cn-only" | "cn-only-2" => pki.identity(without_names(usual.clone())),
        "expired-ca" => followed_by(pki.intermediate_again(pki, |ca| {
            ca.not_after = now() - Duration::days(3);
        })),
        "ca-usage" => pki.identity(of_a_ca(usual.clone())),
        "untrusted" | "untrusted-domain-name" => cas.other.identity(usual.clone()),
        "weak-ca" => weakly_signed(&names),
        "cross" => {
            let mut identity = followed_by(pki.intermediate_again(&cas.other, |_| {}));
            identity.chain.push(pki.intermediate());
            identity
        }
        _ => sound(),
    }]
}

/// A CA certificate that is for these names, too.
fn named_ca(names: &[&str]) -> CertificateParams {
    let mut params = ca(names[0]);
    params.subject_alt_names = leaf(names).subject_alt_names;
    params.key_usages.push(KeyUsagePurpose::DigitalSignature);
    params
}

fn without_names(mut params: CertificateParams) -> CertificateParams {
    params.subject_alt_names.clear();
    params
}

fn of_a_ca(mut params: CertificateParams) -> CertificateParams {
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}
