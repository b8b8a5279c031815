//! How the policies of MTA-STS are served: by nginx, which has a certificate and a file for each
//! domain.

use crate::case::Case;
use crate::servers::Cas;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use testkit::nginx::Nginx;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now};
use testkit::raw;
use time::Duration;

/// Where nginx is.
const NGINX: Ipv4Addr = Ipv4Addr::new(10, 25, 1, 1);
/// Where a server takes connections and says nothing.
const SILENT: Ipv4Addr = Ipv4Addr::new(10, 25, 1, 2);
/// Where nothing listens.
const NOTHING: Ipv4Addr = Ipv4Addr::new(10, 25, 1, 3);
const PATH: &str = "/.well-known/mta-sts.txt";

/// A policy and its host.
#[derive(Clone, Debug)]
pub struct Web {
    body: String,
    /// Further lines of nginx' location.
    directives: &'static str,
    kind: &'static str,
    certificate: Certificate,
    at: Ipv4Addr,
}

/// What the policy's host presents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// One for its name.
    Good,
    /// One that has three days left.
    Soon,
    /// One that has expired.
    Expired,
    /// One for another name.
    OtherName,
    /// One with its name as common name only.
    CommonName,
    /// One for `*.` and the domain.
    Wildcard,
    /// A self-signed one.
    SelfSigned,
    /// Of a CA that no sender has.
    Untrusted,
    /// Without the intermediate.
    Lonely,
}

impl Web {
    /// A policy of these lines, served as it should be.
    pub fn new(lines: &str) -> Self {
        Self {
            body: lines.to_owned(),
            directives: "",
            kind: "text/plain",
            certificate: Certificate::Good,
            at: NGINX,
        }
    }

    /// With another certificate.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// With lines of nginx' configuration.
    #[must_use]
    pub fn directives(mut self, directives: &'static str) -> Self {
        self.directives = directives;
        self
    }

    /// As another type of document.
    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// By a server that takes connections and says nothing.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.at = SILENT;
        self
    }

    /// By nobody.
    #[must_use]
    pub fn down(mut self) -> Self {
        self.at = NOTHING;
        self
    }

    /// The address of its server.
    pub fn address(&self) -> Ipv4Addr {
        self.at
    }
}

/// Starts the servers of all policies; `None` when the test must be skipped.
pub fn start(test: &str, cases: &[Case], cas: &Cas) -> Option<Nginx> {
    raw::listen_on(&format!("{SILENT}:443"), raw::silent);
    let (mut servers, mut files) = (String::new(), Vec::new());
    for case in cases {
        let Some(web) = &case.web else { continue };
        let domain = case.domain();
        let identity = identity(web.certificate, &domain, cas);
        let pem = identity.chain_pem() + &identity.key_pem;
        files.push((format!("pem/{domain}"), pem.into_bytes()));
        files.push((
            format!("{domain}{PATH}"),
            body(&web.body, &domain).into_bytes(),
        ));
        servers += &server(web, &domain);
    }
    Nginx::with_servers(test, &servers, &files)
}

/// From now on the policy of a domain has these lines.
pub fn change(nginx: &Nginx, case: &Case, lines: &str) {
    let domain = case.domain();
    let path = nginx.directory().join(format!("{domain}{PATH}"));
    std::fs::write(path, body(lines, &domain)).expect("a file");
}

fn body(lines: &str, domain: &str) -> String {
    lines.replace("{domain}", domain)
}

fn server(web: &Web, domain: &str) -> String {
    let mut text = format!("    server {{\n        server_name mta-sts.{domain};\n");
    for address in [Ipv4Addr::LOCALHOST, NGINX] {
        let _ = writeln!(text, "        listen {address}:443 ssl;");
    }
    let Web {
        kind, directives, ..
    } = web;
    let _ = write!(
        text,
        "        ssl_certificate PLACE/pem/{domain};
        ssl_certificate_key PLACE/pem/{domain};
        root PLACE/{domain};
        location / {{
            types {{ }}
            default_type \"{kind}\";
            {directives}
        }}
    }}
"
    );
    text
}

fn identity(certificate: Certificate, domain: &str, cas: &Cas) -> Identity {
    let name = format!("mta-sts.{domain}");
    let usual = leaf(&[&name]);
    match certificate {
        Certificate::Good => cas.own.identity(usual),
        Certificate::Soon => {
            let mut params = usual;
            params.not_after = now() + Duration::days(3);
            cas.own.identity(params)
        }
        Certificate::Expired => cas.own.identity(expired_leaf(&[&name])),
        Certificate::OtherName => cas.own.identity(leaf(&[domain])),
        Certificate::CommonName => {
            let mut params = usual;
            params.subject_alt_names.clear();
            cas.own.identity(params)
        }
        Certificate::Wildcard => cas.own.identity(leaf(&[&format!("*.{domain}")])),
        Certificate::SelfSigned => Pki::self_signed(&usual, KeyKind::P256),
        Certificate::Untrusted => cas.other.identity(usual),
        Certificate::Lonely => cas.own.lonely(usual),
    }
}
