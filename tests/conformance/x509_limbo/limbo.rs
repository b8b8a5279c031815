//! The format of x509-limbo (`limbo.json`), and which of its cases can be put to us at all.

use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use smtp_certcheck::certificate::pem;
use smtp_certcheck::endpoint::Host;
use std::path::Path;
use std::process::Command;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The file, as far as it matters here.
#[derive(Deserialize)]
struct Limbo {
    version: u32,
    testcases: Vec<Case>,
}

/// One case.
#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    validation_kind: String,
    #[serde(default)]
    features: Option<Vec<String>>,
    trusted_certs: Vec<String>,
    untrusted_intermediates: Vec<String>,
    peer_certificate: String,
    validation_time: Option<String>,
    #[serde(default)]
    key_usage: Vec<String>,
    #[serde(default)]
    extended_key_usage: Vec<String>,
    #[serde(default)]
    signature_algorithms: Vec<String>,
    expected_result: Expected,
    expected_peer_name: Option<PeerName>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Expected {
    Success,
    Failure,
}

#[derive(Deserialize)]
struct PeerName {
    kind: String,
    value: String,
}

/// A case as it is put to a judge: what `--chain --servername --cacerts --crl --at` say.
pub struct Question {
    pub chain: Vec<CertificateDer<'static>>,
    pub anchors: Vec<CertificateDer<'static>>,
    pub name: Host,
    /// The revocation lists, as PEM.
    pub lists: Vec<String>,
    /// `None`: now.
    pub at: Option<OffsetDateTime>,
}

/// Reads a suite; what ends in `.xz` is unpacked by the program `xz`.
pub fn read(path: &Path) -> Vec<Case> {
    let text = if path.extension().is_some_and(|extension| extension == "xz") {
        let output = Command::new("xz").arg("-dc").arg(path).output();
        let output = output.expect("xz starts");
        assert!(output.status.success(), "xz cannot read {}", path.display());
        output.stdout
    } else {
        std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    };
    parse(&text)
}

/// Parses a suite.
pub fn parse(json: &[u8]) -> Vec<Case> {
    let limbo: Limbo = serde_json::from_slice(json).expect("limbo's format");
    assert_eq!(limbo.version, 1, "limbo's format has changed");
    limbo.testcases
}

impl Case {
    /// The id without its last part.
    pub fn group(&self) -> &str {
        self.id.rsplit_once("::").map_or("", |(group, _)| group)
    }

    /// Whether the suite expects the chain to be trusted.
    pub fn is_sound(&self) -> bool {
        self.expected_result == Expected::Success
    }

    /// Why the case is out of scope: what it is about cannot be said on the command line.
    pub fn skipped(&self) -> Option<&'static str> {
        let has = |feature: &str| self.features.iter().flatten().any(|f| f == feature);
        let only = |asked: &[String], known: &str| asked.iter().all(|usage| usage == known);
        if self.validation_kind != "SERVER" {
            return Some("client authentication");
        }
        if has("max-chain-depth") {
            return Some("no depth can be asked for");
        }
        if !self.signature_algorithms.is_empty() {
            return Some("no signature algorithms can be asked for");
        }
        if !only(&self.key_usage, "digitalSignature")
            || !only(&self.extended_key_usage, "serverAuth")
        {
            return Some("no usage but that of a TLS server can be asked for");
        }
        match &self.expected_peer_name {
            None => Some("no server name is asked for"),
            Some(name) if name.kind != "DNS" && name.kind != "IP" => {
                Some("the name is neither a host nor an IP address")
            }
            Some(_) => None,
        }
    }

    /// The case for a judge.
    pub fn question(&self) -> Question {
        let read = |pem: &String| {
            let certificates = pem::read(pem.as_bytes());
            let entries = certificates.unwrap_or_else(|why| panic!("{}: {why}", self.id));
            entries.into_iter().map(|entry| entry.der)
        };
        let name = self.expected_peer_name.as_ref().expect("a server name");
        let chain = [&self.peer_certificate]
            .into_iter()
            .chain(&self.untrusted_intermediates);
        Question {
            chain: chain.flat_map(read).collect(),
            anchors: self.trusted_certs.iter().flat_map(read).collect(),
            lists: self.crls.clone(),
            name: name
                .value
                .parse()
                .unwrap_or_else(|why| panic!("{}: {why}", self.id)),
            at: self.validation_time.as_ref().map(|text| {
                OffsetDateTime::parse(text, &Rfc3339)
                    .unwrap_or_else(|why| panic!("{}: {why}", self.id))
            }),
        }
    }
}
