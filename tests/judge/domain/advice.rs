//! Advice about TLSA records helps: where what it says is done, no sender refuses any more what other
//! records can cure, and nothing is refused that was not.

use super::codes;
use super::world::{
    MX1, MX2, PKI, RSA, certificates, chain, next_key, no_sts, single, tlsa, unreachable,
};
use rcgen::KeyUsagePurpose;
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::finding::{Advice, Code, Finding, Piece};
use smtp_certcheck::judge::dane::{Judged, Question};
use smtp_certcheck::judge::domain::{Chain, Domain, Look, Seen, judge_domain};
use smtp_certcheck::records::tlsa::Tlsa;
use std::sync::LazyLock;
use testkit::generate::Generator;
use testkit::generate::dice::Dice;
use testkit::pki::{Identity, KeyKind, Pki, ca, expired_leaf, leaf, now};
use time::Duration;

const NAME: &str = "mx1.example.org";

static OTHER: LazyLock<Pki> = LazyLock::new(|| Pki::new("Off", KeyKind::P256));

/// An intermediate of another CA is sent, too.
pub static OFF_PATH: LazyLock<Identity> = LazyLock::new(|| {
    let mut identity = PKI.identity(leaf(&[NAME]));
    identity.chain.push(OTHER.intermediate());
    identity
});

/// GnuTLS refuses the handshake: the key must not sign it.
pub static CA_USAGE: LazyLock<Identity> = LazyLock::new(|| {
    let mut params = leaf(&[NAME]);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    PKI.identity(params)
});

static OLD_CA: LazyLock<Identity> = LazyLock::new(|| {
    let mut identity = PKI.lonely(leaf(&[NAME]));
    let old = |ca: &mut rcgen::CertificateParams| ca.not_after = now() - Duration::days(3);
    identity.chain.push(PKI.intermediate_again(&PKI, old));
    identity
});

/// What a server may present.
static PRESENTED: LazyLock<Vec<Chain>> = LazyLock::new(|| {
    let mut root_sent = PKI.identity(leaf(&[NAME]));
    root_sent.chain.push(PKI.root());
    let others = [
        root_sent,
        PKI.lonely(leaf(&[NAME])),
        PKI.deep(ca("Lower"), &leaf(&[NAME])),
        PKI.identity(expired_leaf(&[NAME])),
        PKI.identity(leaf(&["other.example.net"])),
        Pki::self_signed(&leaf(&[NAME]), KeyKind::P256),
    ];
    let known = [&*MX1, &MX2, &RSA, &OFF_PATH, &CA_USAGE, &OLD_CA];
    known.into_iter().chain(&others).map(chain).collect()
});

/// The records of the first host after each way in which an advice can be followed.
fn followed(domain: &Domain, advice: &Advice) -> Vec<Vec<Tlsa>> {
    let records = &domain.hosts[0].tlsa.records;
    let mut ways = vec![(records.clone(), false)];
    let mut takes_away = false;
    for piece in advice.pieces() {
        let (now, has_line) = ways.last_mut().expect("a way");
        match piece {
            Piece::Text(text) => {
                let at = |word| text.rfind(word);
                takes_away = match (at("take away "), at("publish ")) {
                    (None, None) => takes_away,
                    (away, publish) => away > publish,
                };
                if text.starts_with(", or ") {
                    ways.push((records.clone(), false));
                }
            }
            Piece::Line(line) => {
                let record = record(domain, line);
                *has_line = true;
                if takes_away {
                    assert!(now.contains(&record), "{record} is not there: {advice:?}");
                    now.retain(|one| *one != record);
                } else {
                    now.push(record);
                }
            }
            Piece::Remedy(_) => {}
        }
    }
    let ways = ways.into_iter().filter(|(_, has_line)| *has_line);
    ways.map(|(records, _)| records).collect()
}

/// A line of a zone file.
fn record(domain: &Domain, line: &str) -> Tlsa {
    let (owner, data) = line.split_once(". IN TLSA ").expect("a TLSA record");
    assert_eq!(owner, domain.hosts[0].tlsa.owner());
    let words: Vec<&str> = data.split(' ').collect();
    let [usage, selector, matching, data] = words[..] else {
        panic!("{line}");
    };
    let number = |word: &str| word.parse().expect("a number");
    Tlsa {
        usage: number(usage),
        selector: number(selector),
        matching: number(matching),
        data: hex::decode(data).expect("digits"),
    }
}

/// What is refused with these records, by place and sender, and can be cured by others.
fn refused(domain: &Domain, records: &[Tlsa]) -> Vec<(usize, &'static str)> {
    let names = [&domain.hosts[0].tlsa.base_domain, "example.org"];
    let names = names.map(|name| name.parse::<Host>().expect("a host"));
    let mut refused = Vec::new();
    for (place, look) in domain.hosts[0].looks.iter().enumerate() {
        let Seen::Chain(chain) = &look.seen else {
            continue;
        };
        let judged = |records: &[Tlsa]| {
            let judged = Judged::of(&Question {
                records,
                presented: &chain.presented,
                names: &names,
                path: &chain.path,
                now: domain.now,
            });
            [judged.postfix.defers(), judged.exim.defers()]
        };
        let all: Vec<[bool; 2]> = cures(chain)
            .iter()
            .map(|one| judged(std::slice::from_ref(one)))
            .collect();
        let is = judged(records);
        for (sender, name) in ["Postfix", "Exim"].into_iter().enumerate() {
            if is[sender] && all.iter().any(|cured| !cured[sender]) {
                refused.push((place, name));
            }
        }
    }
    refused
}

/// Records of which one may help.
fn cures(chain: &Chain) -> Vec<Tlsa> {
    let of = |(place, one): (usize, &Certificate)| {
        let usage = if place == 0 { 3 } else { 2 };
        let key = one.facts().ok().map(|facts| facts.public_key.spki.clone());
        let key = key.map(|key| Tlsa::sha256(usage, 1, &key));
        key.into_iter().chain([Tlsa::sha256(usage, 0, one.der())])
    };
    chain.presented.iter().enumerate().flat_map(of).collect()
}

fn labels(look: &Look) -> String {
    match &look.seen {
        Seen::Chain(chain) => {
            let labels = chain.presented.iter().map(Certificate::label);
            labels.collect::<Vec<_>>().join(", ")
        }
        seen => format!("{seen:?}"),
    }
}

/// Refusals: one way of each is enough.
const REFUSALS: [Code; 8] = [
    Code::TlsaMismatch,
    Code::TlsaPartial,
    Code::TlsaName,
    Code::TlsaExpired,
    Code::TlsaCaNotSent,
    Code::TlsaAgility,
    Code::TlsaSendersDiffer,
    Code::TlsaEmptyDigest,
];

fn check(domain: &Domain) -> usize {
    let verdict = judge_domain(domain);
    let records = &domain.hosts[0].tlsa.records;
    let before = refused(domain, records);
    let fail = |finding: &Finding, what: &str| {
        let shown: Vec<String> = domain.hosts[0].looks.iter().map(labels).collect();
        let records: Vec<String> = records.iter().map(ToString::to_string).collect();
        panic!("{what}: {finding:#?}\n{records:#?}\n{shown:#?}\n{before:?}")
    };
    let mut ways = 0;
    let mut is_said = false;
    for finding in &verdict.findings {
        let is_refusal = REFUSALS.contains(&finding.code);
        is_said |= is_refusal;
        for after in followed(domain, &finding.advice) {
            ways += 1;
            let left = refused(domain, &after);
            if is_refusal && !left.is_empty() {
                fail(finding, "it does not help");
            }
            if left.iter().any(|one| !before.contains(one)) {
                fail(finding, "it does harm");
            }
            if is_refusal && after == *records {
                fail(finding, "it changes nothing");
            }
        }
    }
    assert!(is_said || before.is_empty(), "{}", codes(&verdict));
    ways
}

fn digest(dice: &mut Dice, usage: u8, selector: u8, octets: &[u8]) -> Tlsa {
    let matching = *dice.weighted(&[(55, 1), (30, 2), (15, 0)]);
    Tlsa::digest_of(usage, selector, matching, octets)
}

fn random_record(dice: &mut Dice, chains: &[Chain]) -> Tlsa {
    let chain = dice.pick(chains);
    let usage = *dice.weighted(&[(50, 3), (45, 2), (5, 1)]);
    let selector = *dice.weighted(&[(35, 0), (62, 1), (3, 2)]);
    let all: Vec<&Certificate> = chain.presented.iter().chain(&chain.path).collect();
    let one = match usage {
        3 if dice.chance(70) => all[0],
        _ => dice.pick(&all),
    };
    let key = one.facts().map(|facts| facts.public_key.spki.clone());
    match dice.below(100) {
        0..20 => digest(dice, usage, selector, b"another key"),
        20..27 => Tlsa::digest_of(usage, selector, *dice.pick(&[1, 2]), b""),
        27..32 => Tlsa {
            data: vec![7; 5],
            ..next_key()
        },
        _ if selector == 1 => digest(dice, usage, selector, &key.unwrap_or_default()),
        _ => digest(dice, usage, selector, one.der()),
    }
}

/// A domain whose host presents these, with records by chance.
fn domain(dice: &mut Dice, chains: &[Chain]) -> Domain {
    let mut domain = single();
    no_sts(&mut domain);
    let host = &mut domain.hosts[0];
    let look = |(place, chain): (usize, &Chain)| Look {
        address: format!("192.0.2.{place}").parse().expect("an address"),
        key_type: None,
        seen: Seen::Chain(chain.clone()),
    };
    host.looks = chains.iter().enumerate().map(look).collect();
    let count = 1 + dice.below(5);
    host.tlsa.records.clear();
    for _ in 0..count {
        // A set has no record twice.
        let record = random_record(dice, chains);
        if !host.tlsa.records.contains(&record) {
            host.tlsa.records.push(record);
        }
    }
    if dice.chance(10) {
        host.looks[0].seen = unreachable();
    }
    domain
}

#[test]
fn what_an_advice_says_helps() {
    let mut dice = Dice::thrown(7671);
    let mut ways = 0;
    for _ in 0..400 {
        let count = *dice.weighted(&[(60, 1), (30, 2), (10, 3)]);
        let chains: Vec<Chain> = (0..count).map(|_| dice.pick(&PRESENTED).clone()).collect();
        ways += check(&domain(&mut dice, &chains));
    }
    assert!(ways > 400, "{ways}");
}

#[test]
fn it_helps_with_generated_chains() {
    let generator = Generator::new(now());
    let mut dice = Dice::thrown(7_672);
    let mut ways = 0;
    for _ in 0..150 {
        let case = generator.case(u64::try_from(dice.below(1 << 40)).expect("small"));
        let certificates = |all: &[Vec<u8>]| -> Vec<Certificate> {
            let all = all.iter().cloned();
            all.map(|der| Certificate::new(der.into())).collect()
        };
        let presented = certificates(&case.presented);
        let anchors: Vec<Vec<u8>> = case.anchors.iter().map(|block| block.der.clone()).collect();
        let chain = Chain {
            path: presented
                .iter()
                .cloned()
                .chain(certificates(&anchors))
                .collect(),
            presented,
            distrust: None,
        };
        if chain.presented.is_empty() {
            continue;
        }
        let mut domain = domain(&mut dice, std::slice::from_ref(&chain));
        domain.now = case.at;
        if !case.is_address() {
            domain.hosts[0].tlsa.base_domain = case.name.as_str().to_owned();
        }
        ways += check(&domain);
    }
    assert!(ways > 100, "{ways}");
}

fn advice_of(records: &[Tlsa], identity: &Identity, code: Code) -> Vec<Vec<String>> {
    let mut domain = single();
    let host = &mut domain.hosts[0];
    host.tlsa.records = records.to_vec();
    if let Seen::Chain(chain) = &mut host.looks[0].seen {
        chain.presented = certificates(identity);
    }
    let verdict = judge_domain(&domain);
    let mut findings = verdict.findings.iter();
    let found = findings.find(|finding| finding.code == code);
    let found = found.unwrap_or_else(|| panic!("{code}: {}", codes(&verdict)));
    let ways = followed(&domain, &found.advice).into_iter();
    ways.map(|way| way.iter().map(ToString::to_string).collect())
        .collect()
}

fn sha512(identity: &Identity) -> Tlsa {
    let leaf = &certificates(identity)[0];
    let facts = leaf.facts().expect("a certificate");
    Tlsa::digest_of(3, 1, 2, &facts.public_key.spki)
}

#[test]
fn each_advice_is_of_what_helps() {
    let right = tlsa(3, 1, &MX1.chain[0]);
    let stronger = Tlsa::digest_of(3, 1, 2, b"an old key");
    let nothing = Tlsa::sha256(3, 1, b"");
    let unusable = Tlsa {
        usage: 1,
        ..right.clone()
    };
    let text =
        |records: &[&Tlsa]| -> Vec<String> { records.iter().map(ToString::to_string).collect() };
    // Beside a stronger digest only one as strong counts, or it goes.
    assert_eq!(
        advice_of(&[right.clone(), stronger.clone()], &MX1, Code::TlsaAgility),
        [text(&[&right]), text(&[&right, &stronger, &sha512(&MX1)])]
    );
    // What cannot be used goes, and the right one is there already.
    assert_eq!(
        advice_of(&[right.clone(), unusable], &MX1, Code::TlsaUnusable),
        [text(&[&right])]
    );
    assert_eq!(
        advice_of(
            &[right.clone(), nothing.clone()],
            &MX1,
            Code::TlsaEmptyDigest
        ),
        [text(&[&right])]
    );
    assert_eq!(
        advice_of(std::slice::from_ref(&nothing), &MX1, Code::TlsaEmptyDigest),
        [text(&[&right])]
    );
    // An intermediate that has expired is what Exim refuses: its record is published already.
    let issuer = tlsa(2, 1, &PKI.intermediate());
    let key = tlsa(3, 1, &OLD_CA.chain[0]);
    assert_eq!(
        advice_of(
            std::slice::from_ref(&issuer),
            &OLD_CA,
            Code::TlsaSendersDiffer
        ),
        [text(&[&issuer, &key])]
    );
    // No record helps against a key that must not sign.
    let key = tlsa(3, 1, &CA_USAGE.chain[0]);
    let none: [Vec<String>; 0] = [];
    assert_eq!(
        advice_of(&[key, next_key()], &CA_USAGE, Code::TlsaSendersDiffer),
        none
    );
    // A next key with a weaker digest would not count.
    let mut domain = single();
    domain.hosts[0].tlsa.records = vec![sha512(&MX1)];
    let verdict = judge_domain(&domain);
    let said = format!("{:?}", verdict.findings[0].advice);
    assert!(
        said.contains(r#"publish \"3 1 2\" of the next one"#),
        "{said}"
    );
}
