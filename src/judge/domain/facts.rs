//! What was found out about a domain: answers of the DNS, what its hosts presented, its policy.

use super::fetched::{FetchFacts, Fetched};
use super::result::Required;
use crate::certificate::{Certificate, Least};
use crate::finding::Code;
use crate::observation::KeyType;
use crate::records::Status;
use crate::records::mta_sts::{Mode, Policy, StsRecords};
use crate::records::mx::Exchange;
use crate::records::tlsa::Tlsa;
use crate::records::tlsrpt::TlsRpt;
use std::net::IpAddr;
use time::{Duration, OffsetDateTime};

/// A domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its name in lower case, without the last dot.
    pub name: String,
    /// What its name is an alias of, which Postfix takes for a name of the certificate, too.
    pub alias_of: Option<String>,
    /// The answer about its MX records.
    pub mx: Lookup,
    /// Whether the name exists.
    pub exists: bool,
    /// Who takes its mail.
    pub exchange: Exchange,
    /// The hosts, in the order of `exchange`; none without them.
    pub hosts: Vec<MailHost>,
    /// Its MTA-STS policy; `None`: it was not asked for.
    pub mta_sts: Option<MtaSts>,
    /// Where senders report to.
    pub tlsrpt: (Lookup, TlsRpt),
    /// The time to judge at.
    pub now: OffsetDateTime,
    /// How little time may be left of a certificate.
    pub levels: Levels,
    /// What the user requires of it.
    pub required: Option<Required>,
}

/// How little time may be left of a certificate before it is a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// A warning.
    pub warning: Least,
    /// A critical one.
    pub critical: Least,
    /// The user asked for one of them: what is reached is a failure.
    pub are_asked: bool,
}

/// How long a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Its last moment.
    pub until: OffsetDateTime,
    /// From its first moment to its last.
    pub lifetime: Duration,
}

impl Validity {
    /// Of a certificate that can be read.
    pub fn of(certificate: &Certificate) -> Option<Self> {
        let facts = certificate.facts().ok()?;
        Some(Self {
            until: facts.not_after,
            lifetime: facts.lifetime(),
        })
    }
}

/// What the DNS answered to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The question, such as `MX of "example.org"`.
    pub question: String,
    /// What its validation showed. A proven denial has the status of its proof.
    pub status: Status,
    /// Why it is not secure.
    pub why: Option<String>,
    /// When the first signature ends that it needs, and whose it is.
    pub signatures_end: Option<SignaturesEnd>,
    /// The resolver passes DNSSEC on.
    pub is_passed_on: bool,
    /// It is bogus because its aliases lead nowhere.
    pub is_lost_in_aliases: bool,
}

impl Lookup {
    /// Why it is not secure, as the end of a sentence.
    pub(super) fn because(&self) -> String {
        let why = self.why.as_ref();
        why.map_or_else(String::new, |why| format!(" ({why})"))
    }
}

/// When a signature ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignaturesEnd {
    /// Its last moment.
    pub until: OffsetDateTime,
    /// Which record it signs, such as `example.org DNSKEY`.
    pub of: String,
}

/// A host that takes mail.
#[derive(Clone, Debug)]
pub struct MailHost {
    /// The name that the MX record has.
    pub name: String,
    /// What it is an alias of.
    pub alias_of: Option<String>,
    /// The answers about its addresses.
    pub addresses: Lookup,
    /// The answer about the addresses of one family that is bogus or missing, beside the other family's.
    pub lost: Option<Lookup>,
    /// Its TLSA records.
    pub tlsa: TlsaRecords,
    /// What it presented, at each address and with each type of key.
    pub looks: Vec<Look>,
    /// Addresses that this machine cannot try: it has no route there, or no address of that family.
    pub out_of_reach: Vec<IpAddr>,
    /// How many addresses it has beyond the maximum.
    pub left_out: usize,
}

/// The TLSA records of a host.
#[derive(Clone, Debug)]
pub struct TlsaRecords {
    /// The answer.
    pub lookup: Lookup,
    /// The name below which they were found, or asked for last (RFC 7672 §2.2.3).
    pub base_domain: String,
    /// The port that they are for.
    pub port: u16,
    /// They stand under an alias, and not where it leads.
    pub under_alias: bool,
    /// The records.
    pub records: Vec<Tlsa>,
    /// Records below another of the host's names, which do not count.
    pub ignored: Option<Ignored>,
}

/// TLSA records that no sender looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Their name, without the last dot.
    pub owner: String,
    /// Why they do not count.
    pub why: Option<String>,
}

impl TlsaRecords {
    /// Their name, without the last dot (RFC 6698 §3).
    pub fn owner(&self) -> String {
        format!("_{}._tcp.{}", self.port, self.base_domain)
    }

    /// Whether DANE decides for the host: secure records count, whatever is in them.
    pub fn decide(&self) -> bool {
        self.lookup.status == Status::Secure && !self.records.is_empty()
    }
}

/// One look at a host.
#[derive(Clone, Debug)]
pub struct Look {
    /// The address.
    pub address: IpAddr,
    /// The type of key that was asked for, or that the leaf has.
    pub key_type: Option<KeyType>,
    /// What was seen.
    pub seen: Seen,
}

/// What one look showed.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A chain.
    Chain(Chain),
    /// The server speaks, and does not start TLS.
    NoStarttls,
    /// The handshake failed.
    TlsFailed(Failed),
    /// No mail goes that way: no connection, or no greeting.
    Unreachable(Failed),
}

/// Why there is nothing to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The code of the failure.
    pub code: Code,
    /// In words.
    pub why: String,
}

/// What was presented, and what the configured anchors say of it.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The presented chain, the leaf first.
    pub presented: Vec<Certificate>,
    /// The path to a configured anchor; empty without one.
    pub path: Vec<Certificate>,
    /// Why it is not trusted for the name of the MX record; `None`: it is.
    pub distrust: Option<String>,
}

/// What is known of a policy.
#[derive(Clone, Debug)]
pub struct MtaSts {
    /// The answer about the TXT records at `_mta-sts`.
    pub lookup: Lookup,
    /// What they say.
    pub records: StsRecords,
    /// What was fetched, as far as it counts; `None`: there was no reason to.
    pub fetched: Option<Fetched>,
    /// How that went; `None` likewise.
    pub fetch: Option<FetchFacts>,
    /// How long the certificate of the policy's host is valid.
    pub host_validity: Option<Validity>,
    /// What an earlier report knows of it.
    pub known: Option<KnownPolicy>,
}

/// A policy that an earlier report has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPolicy {
    /// The id of its record.
    pub id: String,
    /// The mode.
    pub mode: Mode,
    /// The patterns.
    pub mx: Vec<String>,
    /// For how many seconds senders keep it.
    pub max_age: u32,
}

impl KnownPolicy {
    /// Whether it says what `policy` says.
    pub fn is_same(&self, policy: &Policy) -> bool {
        let patterns = policy.mx.iter().map(ToString::to_string);
        self.mode == policy.mode
            && self.max_age == policy.max_age
            && patterns.eq(self.mx.iter().cloned())
    }
}

impl MtaSts {
    /// The policy that an earlier report has, if there is none now: senders may have kept it.
    pub fn kept(&self) -> Option<&KnownPolicy> {
        self.known.as_ref().filter(|_| self.policy().is_none())
    }

    /// The policy, if there is a valid one.
    pub fn policy(&self) -> Option<&Policy> {
        match (&self.records, &self.fetched) {
            (StsRecords::One(_), Some(Fetched::Body(Ok(policy)))) => Some(policy),
            _ => None,
        }
    }
}
