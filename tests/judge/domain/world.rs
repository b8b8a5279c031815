//! A domain as it should be, and ways to change it: two keys of one CA, an enforced policy, reports.

use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::finding::Code;
use smtp_certcheck::judge::domain::{
    Chain, Domain, Failed, Fetched, Levels, Look, Lookup, MailHost, MtaSts, Seen, SignaturesEnd,
    TlsaRecords, Validity,
};
use smtp_certcheck::observation::KeyType;
use smtp_certcheck::records::Status;
use smtp_certcheck::records::mta_sts::{Policy, StsRecords};
use smtp_certcheck::records::mx::{Exchange, Mx};
use smtp_certcheck::records::tlsa::Tlsa;
use smtp_certcheck::records::tlsrpt::TlsRpt;
use std::sync::LazyLock;
use testkit::openssl;
use testkit::pki::{Identity, KeyKind, Pki, leaf, now};
use time::Duration;

pub static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Domain", KeyKind::P256));
pub static MX1: LazyLock<Identity> = LazyLock::new(|| PKI.identity(leaf(&["mx1.example.org"])));
pub static MX2: LazyLock<Identity> = LazyLock::new(|| PKI.identity(leaf(&["mx2.example.org"])));
/// The other type of key of the first host.
pub static RSA: LazyLock<Identity> =
    LazyLock::new(|| PKI.identity_of(KeyKind::Rsa2048, &leaf(&["mx1.example.org"])));

pub fn certificates(identity: &Identity) -> Vec<Certificate> {
    identity
        .chain
        .iter()
        .cloned()
        .map(Certificate::new)
        .collect()
}

/// A leaf for a name, and the CA whose signatures this tool does not verify.
pub fn unchecked(name: &str) -> Vec<Certificate> {
    certificates(&openssl::weakly_signed(&[name]))
}

/// What the server sends, and the path to the root, which is configured.
pub fn chain(identity: &Identity) -> Chain {
    let presented = certificates(identity);
    let root = Certificate::new(PKI.root());
    Chain {
        path: presented.iter().cloned().chain([root]).collect(),
        presented,
        distrust: None,
    }
}

/// `usage selector 1` of a certificate.
pub fn tlsa(usage: u8, selector: u8, der: &[u8]) -> Tlsa {
    let certificate = Certificate::new(der.to_vec().into());
    let facts = certificate.facts().expect("a certificate");
    let octets = match selector {
        0 => der,
        _ => facts.public_key.spki.as_slice(),
    };
    Tlsa::sha256(usage, selector, octets)
}

/// Of 90 days, so many are left.
pub fn valid_for(days: i64) -> Validity {
    Validity {
        until: now() + Duration::days(days),
        lifetime: Duration::days(90),
    }
}

/// A record for no certificate.
pub fn next_key() -> Tlsa {
    Tlsa::sha256(3, 1, b"the next key")
}

pub fn lookup(question: &str) -> Lookup {
    Lookup {
        question: question.to_owned(),
        status: Status::Secure,
        why: None,
        signatures_end: Some(SignaturesEnd {
            until: now() + Duration::days(9),
            of: "example.org DNSKEY".to_owned(),
        }),
        is_passed_on: true,
        is_lost_in_aliases: false,
    }
}

pub fn look(address: &str, identity: &Identity) -> Look {
    let chain = chain(identity);
    let facts = chain.presented[0].facts().expect("a certificate");
    let is_rsa = facts.public_key.algorithm == "RSA";
    Look {
        address: address.parse().expect("an address"),
        key_type: Some(if is_rsa { KeyType::Rsa } else { KeyType::Ecdsa }),
        seen: Seen::Chain(chain),
    }
}

pub fn host(name: &str, address: &str, identity: &Identity) -> MailHost {
    MailHost {
        name: name.to_owned(),
        alias_of: None,
        addresses: lookup(&format!("{name} A")),
        lost: None,
        tlsa: TlsaRecords {
            lookup: lookup(&format!("_25._tcp.{name} TLSA")),
            base_domain: name.to_owned(),
            port: 25,
            under_alias: false,
            records: vec![tlsa(3, 1, &identity.chain[0]), next_key()],
            ignored: None,
        },
        looks: vec![look(address, identity)],
        out_of_reach: Vec::new(),
        left_out: 0,
    }
}

pub fn policy(lines: &str) -> Fetched {
    let body = format!("version: STSv1\n{lines}");
    Fetched::Body(Policy::read(body.as_bytes(), "text/plain"))
}

pub const ENFORCE: &str = "mode: enforce\nmx: *.example.org\nmax_age: 604800\n";

/// A domain where everything is right.
pub fn sound() -> Domain {
    let mx = |preference, host: &str| Mx {
        preference,
        host: host.to_owned(),
    };
    Domain {
        name: "example.org".to_owned(),
        alias_of: None,
        mx: lookup("example.org MX"),
        exists: true,
        exchange: Exchange::of(
            "example.org",
            &[mx(10, "mx1.example.org"), mx(20, "mx2.example.org")],
        ),
        hosts: vec![
            host("mx1.example.org", "192.0.2.1", &MX1),
            host("mx2.example.org", "192.0.2.2", &MX2),
        ],
        mta_sts: Some(MtaSts {
            lookup: lookup("_mta-sts.example.org TXT"),
            records: StsRecords::read(&[b"v=STSv1; id=1".to_vec()]),
            fetched: Some(policy(ENFORCE)),
            fetch: None,
            host_validity: Some(valid_for(60)),
            known: None,
        }),
        tlsrpt: (
            lookup("_smtp._tls.example.org TXT"),
            TlsRpt::read(&[b"v=TLSRPTv1; rua=mailto:a@example.org".to_vec()]),
        ),
        now: now(),
        levels: Levels::default(),
        required: None,
    }
}

/// The same with its first host alone.
pub fn single() -> Domain {
    let mut domain = sound();
    domain.hosts.truncate(1);
    domain
}

pub fn sts(domain: &mut Domain) -> &mut MtaSts {
    domain.mta_sts.as_mut().expect("it")
}

pub fn set(lookup: &mut Lookup, status: Status) {
    lookup.status = status;
    if status != Status::Secure {
        lookup.signatures_end = None;
        lookup.why = Some("the reason".to_owned());
    }
}

/// No TLSA records, and a proof of that.
pub fn no_tlsa(host: &mut MailHost) {
    host.tlsa.records.clear();
}

/// The zone of the host is not signed.
pub fn unsigned(host: &mut MailHost) {
    set(&mut host.addresses, Status::Insecure);
    set(&mut host.tlsa.lookup, Status::Insecure);
    no_tlsa(host);
}

pub fn no_sts(domain: &mut Domain) {
    let sts = sts(domain);
    sts.records = StsRecords::Absent;
    sts.fetched = None;
    sts.host_validity = None;
}

pub fn distrust(host: &mut MailHost) {
    for look in &mut host.looks {
        if let Seen::Chain(chain) = &mut look.seen {
            chain.distrust = Some("unknown issuer".to_owned());
            chain.path.clear();
        }
    }
}

pub fn show(host: &mut MailHost, seen: &Seen) {
    for look in &mut host.looks {
        look.seen = seen.clone();
    }
}

pub fn unreachable() -> Seen {
    Seen::Unreachable(Failed {
        code: Code::ConnectFailed,
        why: "connection refused".to_owned(),
    })
}

pub fn tls_failed() -> Seen {
    Seen::TlsFailed(Failed {
        code: Code::TlsAlert,
        why: "the server sent an alert".to_owned(),
    })
}
