//! The cases: how a domain differs from a sound one, what each kind of sender does (the outcome, then
//! DANE, MTA-STS, others), and the findings (`!` critical, `?` a note).

use super::world::{
    self, ENFORCE, MX1, MX2, PKI, RSA, certificates, chain, distrust, lookup, next_key, no_sts,
    no_tlsa, policy, set, show, single, sound, sts, tls_failed, tlsa, unchecked, unreachable,
    unsigned, valid_for,
};
use smtp_certcheck::certificate::{Certificate, Least};
use smtp_certcheck::judge::domain::{
    Domain, Fetched, Ignored, KnownPolicy, Required, Seen, SignaturesEnd,
};
use smtp_certcheck::records::Status;
use smtp_certcheck::records::mta_sts::{Mode, StsRecords};
use smtp_certcheck::records::mx::{Exchange, Mx};
use smtp_certcheck::records::tlsa::Tlsa;
use smtp_certcheck::records::tlsrpt::TlsRpt;
use testkit::pki::{Identity, KeyKind, Pki, expired_leaf, leaf, now};
use time::Duration;

pub struct Case {
    pub name: &'static str,
    pub domain: Domain,
    pub verdict: &'static str,
    pub codes: &'static str,
}

fn case(
    name: &'static str,
    mut domain: Domain,
    change: impl FnOnce(&mut Domain),
    verdict: &'static str,
    codes: &'static str,
) -> Case {
    change(&mut domain);
    Case {
        name,
        domain,
        verdict,
        codes,
    }
}

const BEST: &str = "authenticated: authenticated authenticated encrypted";
const DANE_DEFERS: &str = "deferred: deferred authenticated encrypted";
const STS_DEFERS: &str = "deferred: authenticated deferred encrypted";
const ALL_DEFER: &str = "deferred: deferred deferred deferred";

pub fn all() -> Vec<Case> {
    [
        dns(),
        hosts(),
        dane_match(),
        dane_paths(),
        dane_partial(),
        rotation(),
        policies(),
        sts_hosts(),
        reports(),
        required(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn records(domain: &mut Domain, records: &[Tlsa]) {
    domain.hosts[0].tlsa.records = records.to_vec();
}

fn present(domain: &mut Domain, presented: &[Certificate]) {
    for look in &mut domain.hosts[0].looks {
        if let Seen::Chain(chain) = &mut look.seen {
            chain.presented = presented.to_vec();
        }
    }
}

fn exchange(domain: &mut Domain, hosts: &[&str]) {
    let records: Vec<Mx> = hosts
        .iter()
        .map(|host| Mx {
            preference: 10,
            host: (*host).to_owned(),
        })
        .collect();
    domain.exchange = Exchange::of("example.org", &records);
}

fn dns() -> Vec<Case> {
    vec![
        case("everything is right", sound(), |_| {}, BEST, ""),
        case(
            "the MX records are bogus",
            sound(),
            |d| {
                set(&mut d.mx, Status::Bogus);
                d.hosts.clear();
            },
            ALL_DEFER,
            "dns-bogus!",
        ),
        case(
            "there is no answer about the MX records",
            sound(),
            |d| {
                set(&mut d.mx, Status::NoAnswer);
                d.hosts.clear();
            },
            "unresolved: unresolved unresolved unresolved",
            "dns-no-answer!",
        ),
        case(
            "there is no answer, because the resolver does not know EDNS",
            sound(),
            |d| {
                set(&mut d.mx, Status::NoAnswer);
                d.mx.is_passed_on = false;
                d.hosts.clear();
            },
            "unresolved: unresolved unresolved unresolved",
            "dnssec-not-passed!",
        ),
        case(
            "the domain does not exist",
            sound(),
            |d| {
                d.exists = false;
                d.hosts.clear();
                no_sts(d);
            },
            ALL_DEFER,
            "dns-failure!",
        ),
        case(
            "no mail",
            sound(),
            |d| {
                d.exchange = Exchange::NoMail;
                d.hosts.clear();
                no_sts(d);
            },
            "no-mail: no-mail no-mail no-mail",
            "",
        ),
        case(
            "no mail, beside hosts",
            single(),
            |d| exchange(d, &[".", "mx1.example.org"]),
            BEST,
            "null-mx-mixed",
        ),
        case(
            "the MX records are not signed",
            single(),
            |d| set(&mut d.mx, Status::Insecure),
            "authenticated: encrypted authenticated encrypted",
            "mx-insecure",
        ),
        case(
            "the MX records are not signed, and DANE is required",
            single(),
            |d| {
                set(&mut d.mx, Status::Insecure);
                no_sts(d);
                d.required = Some(Required::Dane);
            },
            "unprotected: encrypted encrypted encrypted",
            "required-missing! mx-insecure",
        ),
        case(
            "nothing is signed, and nothing announced",
            sound(),
            |d| {
                set(&mut d.mx, Status::Insecure);
                d.hosts.iter_mut().for_each(unsigned);
                no_sts(d);
                d.tlsrpt.1 = TlsRpt::Absent;
            },
            "unprotected: encrypted encrypted encrypted",
            "",
        ),
        case(
            "a signature ends in two days",
            single(),
            |d| {
                d.mx.signatures_end = Some(SignaturesEnd {
                    until: now() + Duration::days(2),
                    of: "example.org MX".to_owned(),
                });
            },
            BEST,
            "rrsig-expiring",
        ),
        case(
            "a signature of one of two hosts ends within a day",
            sound(),
            |d| {
                d.hosts[0].tlsa.lookup.signatures_end = Some(SignaturesEnd {
                    until: now() + Duration::hours(3),
                    of: "org DNSKEY".to_owned(),
                });
            },
            BEST,
            "rrsig-expiring",
        ),
        case(
            "a signature of one host ends within a day, and the other is refused",
            sound(),
            |d| {
                d.hosts[0].tlsa.lookup.signatures_end = Some(SignaturesEnd {
                    until: now() + Duration::hours(3),
                    of: "org DNSKEY".to_owned(),
                });
                d.hosts[1].tlsa.records = vec![next_key()];
            },
            BEST,
            "rrsig-expiring! tlsa-mismatch",
        ),
        case(
            "a signature ends within a day",
            single(),
            |d| {
                d.hosts[0].tlsa.lookup.signatures_end = Some(SignaturesEnd {
                    until: now() + Duration::hours(3),
                    of: "org DNSKEY".to_owned(),
                });
            },
            BEST,
            "rrsig-expiring!",
        ),
        case(
            "the resolver strips signatures",
            single(),
            |d| {
                set(&mut d.mx, Status::Insecure);
                d.mx.is_passed_on = false;
                unsigned(&mut d.hosts[0]);
            },
            "authenticated: encrypted authenticated encrypted",
            "dnssec-not-passed",
        ),
        case(
            "the resolver strips signatures of a signed domain",
            single(),
            |d| {
                set(&mut d.mx, Status::Bogus);
                d.mx.is_passed_on = false;
                d.hosts.clear();
                no_sts(d);
            },
            ALL_DEFER,
            "dnssec-not-passed!",
        ),
        case(
            "the text records are bogus",
            single(),
            |d| {
                no_sts(d);
                set(&mut sts(d).lookup, Status::Bogus);
                set(&mut d.tlsrpt.0, Status::Bogus);
                d.tlsrpt.1 = TlsRpt::Absent;
            },
            "authenticated: authenticated encrypted encrypted",
            "dns-bogus dns-bogus",
        ),
    ]
}

fn hosts() -> Vec<Case> {
    vec![
        case(
            "the addresses of the other family are bogus",
            single(),
            |d| {
                let mut lost = lookup("mx1.example.org AAAA");
                set(&mut lost, Status::Bogus);
                d.hosts[0].lost = Some(lost);
            },
            BEST,
            "dns-bogus",
        ),
        case(
            "an MX host is an alias",
            single(),
            |d| d.hosts[0].alias_of = Some("real.example.org".to_owned()),
            BEST,
            "mx-alias?",
        ),
        case(
            "the aliases of a host lead in a circle",
            single(),
            |d| {
                let host = &mut d.hosts[0];
                host.alias_of = Some(host.name.clone());
                set(&mut host.addresses, Status::Bogus);
                host.addresses.is_lost_in_aliases = true;
                host.looks.clear();
            },
            ALL_DEFER,
            "dns-bogus!",
        ),
        case(
            "a host without an address, beside another",
            sound(),
            |d| {
                d.hosts[1].looks.clear();
                no_tlsa(&mut d.hosts[1]);
            },
            BEST,
            "no-address",
        ),
        case(
            "an MX record is an address, beside another",
            sound(),
            |d| {
                d.hosts[1].name = String::from("192.0.2.2");
                d.hosts[1].looks.clear();
                no_tlsa(&mut d.hosts[1]);
            },
            BEST,
            "mx-is-address sts-mx-uncovered",
        ),
        case(
            "the only MX record is an address",
            single(),
            |d| {
                d.hosts[0].name = String::from("192.0.2.1");
                d.hosts[0].looks.clear();
                no_tlsa(&mut d.hosts[0]);
            },
            ALL_DEFER,
            "mx-is-address! sts-mx-uncovered!",
        ),
        case(
            "the addresses of one host are bogus",
            sound(),
            |d| {
                set(&mut d.hosts[0].addresses, Status::Bogus);
                d.hosts[0].looks.clear();
            },
            BEST,
            "dns-bogus",
        ),
        case(
            "there is no answer about the addresses of the only host",
            single(),
            |d| {
                set(&mut d.hosts[0].addresses, Status::NoAnswer);
                d.hosts[0].looks.clear();
            },
            ALL_DEFER,
            "dns-no-answer!",
        ),
        case(
            "the only host has no address",
            single(),
            |d| d.hosts[0].looks.clear(),
            ALL_DEFER,
            "no-address!",
        ),
        case(
            "one host is down",
            sound(),
            |d| show(&mut d.hosts[0], &unreachable()),
            BEST,
            "connect-failed",
        ),
        case(
            "all hosts are down",
            sound(),
            |d| {
                d.hosts
                    .iter_mut()
                    .for_each(|host| show(host, &unreachable()))
            },
            ALL_DEFER,
            "connect-failed! connect-failed!",
        ),
        case(
            "one address of a host is down",
            single(),
            |d| {
                let mut other = world::look("192.0.2.9", &MX1);
                other.seen = unreachable();
                d.hosts[0].looks.push(other);
            },
            BEST,
            "address-unreachable?",
        ),
        case(
            "no host offers STARTTLS, and nothing demands it",
            single(),
            |d| {
                no_tlsa(&mut d.hosts[0]);
                no_sts(d);
                show(&mut d.hosts[0], &Seen::NoStarttls);
            },
            "unprotected: delivered delivered delivered",
            "",
        ),
        case(
            "TLS fails, and nothing demands it",
            single(),
            |d| {
                no_tlsa(&mut d.hosts[0]);
                no_sts(d);
                show(&mut d.hosts[0], &tls_failed());
            },
            "unprotected: delivered delivered delivered",
            "",
        ),
    ]
}

fn dane_match() -> Vec<Case> {
    vec![
        case(
            "TLSA records, and no STARTTLS",
            single(),
            |d| {
                no_sts(d);
                show(&mut d.hosts[0], &Seen::NoStarttls);
            },
            "deferred: deferred delivered delivered",
            "tlsa-no-starttls!",
        ),
        case(
            "TLSA records, and TLS fails",
            single(),
            |d| show(&mut d.hosts[0], &tls_failed()),
            "deferred: deferred deferred delivered",
            "tlsa-no-starttls! sts-certificate!",
        ),
        case(
            "the TLSA records are bogus",
            single(),
            |d| set(&mut d.hosts[0].tlsa.lookup, Status::Bogus),
            DANE_DEFERS,
            "dns-bogus!",
        ),
        case(
            "there is no answer about TLSA records of one host",
            sound(),
            |d| {
                set(&mut d.hosts[0].tlsa.lookup, Status::NoAnswer);
                no_tlsa(&mut d.hosts[0]);
            },
            BEST,
            "dns-no-answer",
        ),
        case(
            "the TLSA records are not signed",
            single(),
            |d| set(&mut d.hosts[0].tlsa.lookup, Status::Insecure),
            "authenticated: encrypted authenticated encrypted",
            "tlsa-insecure",
        ),
        case(
            "TLSA records that are not signed where a host's alias leads",
            single(),
            |d| {
                let host = &mut d.hosts[0];
                host.alias_of = Some("real.example.net".to_owned());
                no_tlsa(host);
                host.tlsa.ignored = Some(Ignored {
                    owner: "_25._tcp.real.example.net".to_owned(),
                    why: None,
                });
            },
            "authenticated: encrypted authenticated encrypted",
            "tlsa-insecure mx-alias?",
        ),
        case(
            "no record matches, and the MX records are not signed, so that Exim does no DANE",
            single(),
            |d| {
                set(&mut d.mx, Status::Insecure);
                records(d, &[tlsa(3, 1, &MX2.chain[0])]);
            },
            DANE_DEFERS,
            "tlsa-mismatch! tlsa-senders-differ! mx-insecure",
        ),
        case(
            "no STARTTLS, and the records stand under an alias",
            single(),
            |d| {
                no_sts(d);
                d.hosts[0].tlsa.under_alias = true;
                show(&mut d.hosts[0], &Seen::NoStarttls);
            },
            "deferred: deferred delivered delivered",
            "tlsa-senders-differ! tlsa-no-starttls!",
        ),
        case(
            "no record matches",
            single(),
            |d| records(d, &[tlsa(3, 1, &MX2.chain[0])]),
            DANE_DEFERS,
            "tlsa-mismatch!",
        ),
        case(
            "no record of one of two hosts matches",
            sound(),
            |d| records(d, &[tlsa(3, 1, &MX2.chain[0])]),
            BEST,
            "tlsa-mismatch",
        ),
        case(
            "usage 3 for the intermediate",
            single(),
            |d| records(d, &[tlsa(3, 1, &PKI.intermediate())]),
            DANE_DEFERS,
            "tlsa-mismatch!",
        ),
        case(
            "no record can be used",
            single(),
            |d| {
                records(
                    d,
                    &[tlsa(1, 1, &MX1.chain[0]), tlsa(0, 1, &PKI.intermediate())],
                )
            },
            "authenticated: encrypted authenticated encrypted",
            "tlsa-unusable",
        ),
        case(
            "no record can be used, and GnuTLS refuses the handshake",
            single(),
            |d| {
                let mut params = leaf(&["mx1.example.org"]);
                params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
                records(d, &[tlsa(1, 1, &MX1.chain[0])]);
                present(d, &certificates(&deep(&params)));
            },
            DANE_DEFERS,
            "tlsa-senders-differ! tlsa-unusable",
        ),
        case(
            "one record cannot be used",
            single(),
            |d| d.hosts[0].tlsa.records.push(tlsa(1, 1, &MX1.chain[0])),
            BEST,
            "tlsa-unusable?",
        ),
        case(
            "a record without data beside one that matches",
            single(),
            |d| {
                d.hosts[0].tlsa.records.push(Tlsa {
                    data: Vec::new(),
                    ..next_key()
                })
            },
            DANE_DEFERS,
            "tlsa-senders-differ! tlsa-unusable!",
        ),
        case(
            "a record without data of another usage",
            single(),
            |d| {
                d.hosts[0].tlsa.records.push(Tlsa {
                    usage: 1,
                    data: Vec::new(),
                    ..next_key()
                })
            },
            BEST,
            "tlsa-unusable?",
        ),
        case(
            "the digest of nothing, alone",
            single(),
            |d| records(d, &[Tlsa::sha256(3, 1, b"")]),
            DANE_DEFERS,
            "tlsa-mismatch! tlsa-empty-digest",
        ),
        case(
            "a stale record with a stronger digest",
            single(),
            |d| {
                let stale = Tlsa {
                    matching: 2,
                    data: vec![7; 64],
                    ..next_key()
                };
                records(d, &[tlsa(3, 1, &MX1.chain[0]), stale]);
            },
            DANE_DEFERS,
            "tlsa-agility! tlsa-senders-differ!",
        ),
    ]
}

/// A chain below another intermediate, so that the root is two steps away.
fn deep(leaf: &rcgen::CertificateParams) -> Identity {
    PKI.identity(leaf.clone())
}

fn dane_paths() -> Vec<Case> {
    let root = PKI.root();
    vec![
        case(
            "usage 2 for a root that is not sent",
            single(),
            |d| records(d, &[tlsa(2, 0, &PKI.root())]),
            DANE_DEFERS,
            "tlsa-ca-not-sent!",
        ),
        case(
            "the root is sent",
            single(),
            |d| {
                records(d, &[tlsa(2, 1, &root)]);
                let root = Certificate::new(PKI.root());
                let sent: Vec<_> = certificates(&MX1).into_iter().chain([root]).collect();
                present(d, &sent);
            },
            BEST,
            "tlsa-fragile",
        ),
        case(
            "the root is in the record (2 0 0)",
            single(),
            |d| {
                let whole = Tlsa {
                    usage: 2,
                    selector: 0,
                    matching: 0,
                    data: PKI.root().to_vec(),
                };
                records(d, &[whole]);
            },
            DANE_DEFERS,
            "tlsa-senders-differ! tlsa-fragile",
        ),
        case(
            "usage 2, and another name",
            single(),
            |d| {
                records(d, &[tlsa(2, 1, &PKI.intermediate())]);
                present(d, &certificates(&deep(&leaf(&["other.example.net"]))));
            },
            DANE_DEFERS,
            "tlsa-name! tlsa-senders-differ! tlsa-fragile",
        ),
        case(
            "usage 2, and the signature of the CA cannot be checked here",
            single(),
            |d| {
                let sent = unchecked("mx1.example.org");
                d.now += Duration::hours(1);
                records(d, &[tlsa(2, 1, sent[1].der())]);
                present(d, &sent);
            },
            DANE_DEFERS,
            "tlsa-unchecked! tlsa-fragile",
        ),
        case(
            "the same for another name",
            single(),
            |d| {
                let sent = unchecked("other.example.net");
                d.now += Duration::hours(1);
                records(d, &[tlsa(2, 1, sent[1].der())]);
                present(d, &sent);
            },
            DANE_DEFERS,
            "tlsa-name! tlsa-fragile",
        ),
        case(
            "a signature that cannot be checked here, and usage 3",
            single(),
            |d| {
                let sent = unchecked("mx1.example.org");
                records(d, &[tlsa(3, 1, sent[0].der()), next_key()]);
                present(d, &sent);
            },
            BEST,
            "",
        ),
        case(
            "usage 2, and the name of the domain",
            single(),
            |d| {
                records(
                    d,
                    &[tlsa(2, 1, &PKI.intermediate()), tlsa(3, 1, &MX1.chain[0])],
                );
                present(d, &certificates(&deep(&leaf(&["example.org"]))));
            },
            BEST,
            "",
        ),
        case(
            "usage 2, and the name of the domain, of a CA that is not trusted besides",
            single(),
            |d| {
                no_sts(d);
                records(d, &[tlsa(2, 1, &PKI.intermediate()), next_key()]);
                present(d, &certificates(&deep(&leaf(&["example.org"]))));
                if let Seen::Chain(chain) = &mut d.hosts[0].looks[0].seen {
                    chain.path.clear();
                }
            },
            "deferred: deferred encrypted encrypted",
            "tlsa-senders-differ!",
        ),
        case(
            "usage 2, and expired",
            single(),
            |d| {
                records(d, &[tlsa(2, 1, &PKI.intermediate()), next_key()]);
                present(d, &certificates(&deep(&expired_leaf(&["mx1.example.org"]))));
            },
            DANE_DEFERS,
            "tlsa-expired!",
        ),
        case(
            "usage 3, and expired, for another name, of an unknown CA",
            single(),
            |d| {
                let other = Pki::self_signed(&expired_leaf(&["x.test"]), KeyKind::P256);
                records(d, &[tlsa(3, 1, &other.chain[0]), next_key()]);
                present(d, &certificates(&other));
                distrust(&mut d.hosts[0]);
                no_sts(d);
            },
            "authenticated: authenticated encrypted encrypted",
            "",
        ),
        case(
            "usage 2, and the name is the common name only",
            single(),
            |d| {
                let mut params = leaf(&["mx1.example.org"]);
                params.subject_alt_names.clear();
                records(d, &[tlsa(2, 1, &PKI.intermediate()), next_key()]);
                present(d, &certificates(&deep(&params)));
            },
            BEST,
            "tlsa-cn",
        ),
        case(
            "the records stand under an alias, where Exim does not look",
            single(),
            |d| {
                d.hosts[0].alias_of = Some("real.example.org".to_owned());
                d.hosts[0].tlsa.under_alias = true;
                let whole = Tlsa {
                    usage: 2,
                    selector: 0,
                    matching: 0,
                    data: PKI.root().to_vec(),
                };
                records(d, &[whole, next_key()]);
            },
            BEST,
            "mx-alias?",
        ),
    ]
}

fn dane_partial() -> Vec<Case> {
    vec![
        case(
            "the other type of key has no record",
            single(),
            |d| d.hosts[0].looks.push(world::look("192.0.2.1", &RSA)),
            DANE_DEFERS,
            "tlsa-partial!",
        ),
        case(
            "another address has another certificate",
            sound(),
            |d| d.hosts[0].looks.push(world::look("2001:db8::1", &MX2)),
            BEST,
            "tlsa-partial",
        ),
        case(
            "both types of key have their records",
            single(),
            |d| {
                d.hosts[0].looks.push(world::look("192.0.2.1", &RSA));
                d.hosts[0].tlsa.records.push(tlsa(3, 1, &RSA.chain[0]));
            },
            BEST,
            "",
        ),
        case(
            "one host has no records",
            sound(),
            |d| no_tlsa(&mut d.hosts[1]),
            "authenticated: encrypted authenticated encrypted",
            "dane-partial",
        ),
    ]
}

fn rotation() -> Vec<Case> {
    vec![
        case(
            "no record for a next key",
            single(),
            |d| records(d, &[tlsa(3, 1, &MX1.chain[0])]),
            BEST,
            "tlsa-no-rollover?",
        ),
        case(
            "the leaf and its issuer",
            single(),
            |d| {
                records(
                    d,
                    &[tlsa(3, 1, &MX1.chain[0]), tlsa(2, 1, &PKI.intermediate())],
                )
            },
            BEST,
            "",
        ),
        case(
            "the whole certificate",
            single(),
            |d| records(d, &[tlsa(3, 0, &MX1.chain[0])]),
            BEST,
            "tlsa-fragile",
        ),
        case(
            "one CA",
            single(),
            |d| records(d, &[tlsa(2, 1, &PKI.intermediate())]),
            BEST,
            "tlsa-fragile",
        ),
        case(
            "a CA and a sibling",
            single(),
            |d| {
                records(
                    d,
                    &[
                        tlsa(2, 1, &PKI.intermediate()),
                        Tlsa::sha256(2, 1, b"sibling"),
                    ],
                )
            },
            BEST,
            "",
        ),
        case(
            "a CA that is cross-signed, by its certificate",
            single(),
            |d| {
                records(d, &[tlsa(2, 0, &PKI.intermediate()), next_key()]);
                let other = Pki::new("Other", KeyKind::P256);
                let twin = Certificate::new(PKI.intermediate_again(&other, |_| {}));
                let sent: Vec<_> = certificates(&MX1).into_iter().chain([twin]).collect();
                present(d, &sent);
            },
            BEST,
            "tlsa-fragile",
        ),
        case(
            "what is left of earlier certificates",
            single(),
            |d| {
                d.hosts[0]
                    .tlsa
                    .records
                    .push(Tlsa::sha256(3, 1, b"an old key"));
                d.hosts[0]
                    .tlsa
                    .records
                    .push(Tlsa::sha256(3, 0, b"an old one"));
            },
            BEST,
            "tlsa-stale?",
        ),
        case(
            "the digest of nothing, beside one that matches",
            single(),
            |d| records(d, &[tlsa(3, 1, &MX1.chain[0]), Tlsa::sha256(3, 1, b"")]),
            BEST,
            "tlsa-empty-digest",
        ),
    ]
}

fn fetched(domain: &mut Domain, lines: &str) {
    sts(domain).fetched = Some(policy(lines));
}

fn known(mode: Mode, mx: &str) -> KnownPolicy {
    KnownPolicy {
        id: "1".to_owned(),
        mode,
        mx: vec![mx.to_owned()],
        max_age: 604_800,
    }
}

const NO_STS: &str = "authenticated: authenticated encrypted encrypted";

fn policies() -> Vec<Case> {
    vec![
        case("no policy", single(), no_sts, NO_STS, ""),
        case(
            "the policy is not asked for",
            single(),
            |d| d.mta_sts = None,
            "authenticated: authenticated encrypted",
            "",
        ),
        case(
            "two records",
            single(),
            |d| {
                let record = b"v=STSv1; id=1".to_vec();
                sts(d).records = StsRecords::read(&[record.clone(), record]);
                sts(d).fetched = None;
            },
            NO_STS,
            "sts-records",
        ),
        case(
            "an id with hyphens",
            single(),
            |d| sts(d).records = StsRecords::read(&[b"v=STSv1; id=2026-11-28".to_vec()]),
            BEST,
            "sts-records",
        ),
        case(
            "the policy cannot be fetched",
            single(),
            |d| sts(d).fetched = Some(Fetched::Failed("status 404".to_owned())),
            NO_STS,
            "sts-fetch",
        ),
        case(
            "the same, where an enforced one is known",
            single(),
            |d| {
                sts(d).fetched = Some(Fetched::Failed("status 404".to_owned()));
                sts(d).known = Some(known(Mode::Enforce, "*.example.org"));
            },
            NO_STS,
            "sts-fetch!",
        ),
        case(
            "what is fetched is not a policy",
            single(),
            |d| fetched(d, "mode: enforced\nmax_age: 1\n"),
            NO_STS,
            "sts-policy",
        ),
        case(
            "a part of the policy is ignored",
            single(),
            |d| fetched(d, &format!("{ENFORCE}mx: 192.0.2.1\nmode: testing\n")),
            BEST,
            "sts-policy",
        ),
        case(
            "a policy in testing",
            single(),
            |d| fetched(d, &ENFORCE.replace("enforce", "testing")),
            NO_STS,
            "sts-testing?",
        ),
        case(
            "a policy that says none",
            single(),
            |d| fetched(d, "mode: none\nmax_age: 0\n"),
            NO_STS,
            "",
        ),
        case(
            "a policy for an hour",
            single(),
            |d| fetched(d, &ENFORCE.replace("604800", "3600")),
            BEST,
            "sts-max-age",
        ),
        case(
            "another policy with the same id",
            single(),
            |d| sts(d).known = Some(known(Mode::Testing, "*.example.org")),
            BEST,
            "sts-id-unchanged",
        ),
        case(
            "the same policy with the same id",
            single(),
            |d| sts(d).known = Some(known(Mode::Enforce, "*.example.org")),
            BEST,
            "",
        ),
        case(
            "the certificate of the policy's host expires",
            single(),
            |d| sts(d).host_validity = Some(valid_for(3)),
            BEST,
            "policy-host-expiring",
        ),
    ]
}

fn sts_hosts() -> Vec<Case> {
    vec![
        case(
            "under a policy, what the hosts present must not expire; the user asks for years",
            single(),
            |d| d.levels.warning = Least::Days(9999),
            BEST,
            "policy-host-expiring expiring",
        ),
        case(
            "under 3 1 1 no date counts",
            single(),
            |d| {
                no_sts(d);
                d.levels.warning = Least::Days(9999);
            },
            "authenticated: authenticated encrypted encrypted",
            "",
        ),
        case(
            "one host is not covered",
            sound(),
            |d| fetched(d, &ENFORCE.replace('*', "mx1")),
            BEST,
            "sts-mx-uncovered",
        ),
        case(
            "no host is covered",
            sound(),
            |d| fetched(d, &ENFORCE.replace("*.", "")),
            STS_DEFERS,
            "sts-mx-uncovered! sts-mx-uncovered!",
        ),
        case(
            "no host is covered, in testing",
            single(),
            |d| {
                fetched(d, &ENFORCE.replace("*.", "").replace("enforce", "testing"));
            },
            NO_STS,
            "sts-mx-uncovered sts-testing?",
        ),
        case(
            "the certificate is not trusted",
            single(),
            |d| distrust(&mut d.hosts[0]),
            STS_DEFERS,
            "sts-certificate!",
        ),
        case(
            "the certificate is not trusted at one of two addresses",
            sound(),
            |d| {
                let mut other = world::look("2001:db8::1", &MX1);
                let mut seen = chain(&MX1);
                seen.distrust = Some("expired".to_owned());
                other.seen = Seen::Chain(seen);
                d.hosts[0].looks.push(other);
            },
            BEST,
            "sts-certificate",
        ),
        case(
            "an enforced policy, and no STARTTLS",
            single(),
            |d| {
                no_tlsa(&mut d.hosts[0]);
                show(&mut d.hosts[0], &Seen::NoStarttls);
            },
            "deferred: delivered deferred delivered",
            "sts-certificate!",
        ),
    ]
}

fn reports() -> Vec<Case> {
    let missing = |d: &mut Domain| {
        d.tlsrpt = (lookup("_smtp._tls.example.org TXT"), TlsRpt::Absent);
    };
    vec![
        case(
            "no reports are asked for",
            single(),
            missing,
            BEST,
            "tlsrpt-missing?",
        ),
        case(
            "reports to nowhere",
            single(),
            |d| d.tlsrpt.1 = TlsRpt::read(&[b"v=TLSRPTv1; rua=a@example.org".to_vec()]),
            BEST,
            "tlsrpt-invalid",
        ),
    ]
}

/// What the user requires; the other findings say why a sender does not deliver.
fn required() -> Vec<Case> {
    let of = |name, domain, required: Required, verdict, codes| {
        let require = |d: &mut Domain| d.required = Some(required);
        case(name, domain, require, verdict, codes)
    };
    let mut no_policy = single();
    no_sts(&mut no_policy);
    let mut no_records = single();
    no_tlsa(&mut no_records.hosts[0]);
    let mut neither = no_records.clone();
    no_sts(&mut neither);
    let mut mismatch = single();
    mismatch.hosts[0].tlsa.records = vec![next_key()];
    let mut unresolved = single();
    set(&mut unresolved.mx, Status::NoAnswer);
    unresolved.hosts.clear();
    let (dane, sts, any) = (Required::Dane, Required::MtaSts, Required::Any);
    let only_dane = "authenticated: authenticated encrypted encrypted";
    let only_sts = "authenticated: encrypted authenticated encrypted";
    let none = "unprotected: encrypted encrypted encrypted";
    let no_answer = "unresolved: unresolved unresolved unresolved";
    vec![
        of("DANE is required, and there", single(), dane, BEST, ""),
        of(
            "either, and one is there",
            no_policy.clone(),
            any,
            only_dane,
            "",
        ),
        of(
            "MTA-STS, and only DANE is there",
            no_policy,
            sts,
            only_dane,
            "required-missing!",
        ),
        of(
            "DANE, and only MTA-STS is there",
            no_records,
            dane,
            only_sts,
            "required-missing!",
        ),
        of(
            "either, and none is there",
            neither,
            any,
            none,
            "required-missing!",
        ),
        of(
            "DANE, which defers",
            mismatch,
            dane,
            DANE_DEFERS,
            "tlsa-mismatch!",
        ),
        of(
            "DANE, and no answer",
            unresolved,
            dane,
            no_answer,
            "dns-no-answer!",
        ),
    ]
}
