//! What is to be done about TLSA records: what each published one is good for, what is missing, and
//! what would still be refused.

use super::advice::{CA_USAGE, OFF_PATH};
use super::world::{MX1, MX2, PKI, RSA, certificates, next_key, tlsa};
use smtp_certcheck::certificate::Certificate;
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::judge::dane::{Known, Presented, Upkeep, Worth};
use smtp_certcheck::records::tlsa::{SHA512, Tlsa};
use testkit::pki::{Identity, now};

/// What is published, wanted and presented; the words for the published records, the number of
/// missing ones, where the server is still refused, and whether all is done.
struct Case {
    name: &'static str,
    published: Vec<Tlsa>,
    wanted: Vec<Tlsa>,
    presented: &'static [&'static str],
    worth: &'static [&'static str],
    missing: usize,
    refused: &'static [&'static str],
    hopeless: &'static [&'static str],
    is_done: bool,
}

/// What is presented at a place.
fn identity(place: &str) -> &'static Identity {
    match place {
        "rsa" => &RSA,
        "other" => &MX2,
        "off-path" => &OFF_PATH,
        "ca-usage" => &CA_USAGE,
        _ => &MX1,
    }
}

fn presented(place: &str) -> Presented {
    let chain = certificates(identity(place));
    let root = Certificate::new(PKI.root());
    Presented {
        place: place.to_owned(),
        path: chain.iter().cloned().chain([root]).collect(),
        chain,
    }
}

fn word(worth: &Worth) -> String {
    match worth {
        Worth::Everywhere => "everywhere".to_owned(),
        Worth::At(places) => format!("at {}", places.join(", ")),
        Worth::ToCome => "to come".to_owned(),
        Worth::NotSent(anchor) => format!("not sent: {anchor}"),
        Worth::Refused(why) => format!("refused: {why}"),
        Worth::Outdoes => "outdoes".to_owned(),
        Worth::OfNothing => "digest of nothing".to_owned(),
        Worth::Misplaced => "misplaced".to_owned(),
        Worth::Nothing => "nothing".to_owned(),
        Worth::Unusable(why) => why.to_string(),
    }
}

fn stronger() -> Tlsa {
    Tlsa {
        matching: SHA512,
        data: vec![7; 64],
        ..next_key()
    }
}

fn sha512(identity: &Identity) -> Tlsa {
    let leaf = Certificate::new(identity.chain[0].to_vec().into());
    let facts = leaf.facts().expect("a certificate");
    Tlsa::digest_of(3, 1, SHA512, &facts.public_key.spki)
}

fn whole_root() -> Tlsa {
    Tlsa {
        usage: 2,
        selector: 0,
        matching: 0,
        data: PKI.root().to_vec(),
    }
}

fn cases() -> Vec<Case> {
    let key = |identity: &Identity| tlsa(3, 1, &identity.chain[0]);
    let base = || Case {
        name: "nothing is published",
        published: vec![],
        wanted: vec![key(&MX1)],
        presented: &["one", "two"],
        worth: &[],
        missing: 1,
        refused: &[],
        hopeless: &[],
        is_done: false,
    };
    let done = || Case {
        name: "all is there",
        published: vec![key(&MX1)],
        worth: &["everywhere"],
        missing: 0,
        is_done: true,
        ..base()
    };
    let mut old = next_key();
    old.usage = 1;
    let mut short = key(&MX1);
    short.data.pop();
    vec![
        base(),
        done(),
        Case {
            name: "the old record beside the new one",
            published: vec![next_key(), key(&MX1)],
            worth: &["nothing", "everywhere"],
            is_done: false,
            ..done()
        },
        Case {
            name: "the old record alone",
            published: vec![next_key()],
            worth: &["nothing"],
            ..base()
        },
        Case {
            name: "the next key is wanted, too",
            published: vec![next_key(), key(&MX1)],
            wanted: vec![key(&MX1), next_key()],
            worth: &["to come", "everywhere"],
            ..done()
        },
        Case {
            name: "two types of key, one record",
            presented: &["one", "rsa"],
            worth: &["at one"],
            refused: &["rsa"],
            is_done: false,
            ..done()
        },
        Case {
            name: "two types of key, two records",
            presented: &["one", "rsa"],
            published: vec![key(&RSA), key(&MX1)],
            worth: &["at rsa", "at one"],
            ..done()
        },
        Case {
            name: "another way is published",
            published: vec![tlsa(3, 0, &MX1.chain[0]), tlsa(2, 1, &MX1.chain[1])],
            worth: &["everywhere", "everywhere"],
            ..base()
        },
        Case {
            name: "an address with another certificate",
            presented: &["one", "other"],
            worth: &["at one"],
            refused: &["other"],
            is_done: false,
            ..done()
        },
        Case {
            name: "what no client can use",
            published: vec![old, short, key(&MX1)],
            worth: &[
                "usage 1 does not count for mail",
                "the digest has 31 octets instead of 32",
                "everywhere",
            ],
            is_done: false,
            ..done()
        },
        Case {
            name: "the root is not sent",
            published: vec![tlsa(2, 1, &PKI.root()), key(&MX1)],
            worth: &["not sent: Domain Root", "everywhere"],
            is_done: false,
            ..done()
        },
        Case {
            name: "the intermediate as a leaf",
            published: vec![tlsa(3, 1, &MX1.chain[1]), key(&MX1)],
            worth: &["misplaced", "everywhere"],
            is_done: false,
            ..done()
        },
        // RFC 7671 §9: of one usage and selector, the strongest digest decides alone.
        Case {
            name: "a stronger digest of another key",
            published: vec![stronger()],
            worth: &["outdoes"],
            ..base()
        },
        Case {
            name: "the same, beside one that matches",
            published: vec![key(&MX1), stronger()],
            worth: &["everywhere", "outdoes"],
            is_done: false,
            ..done()
        },
        Case {
            name: "a stronger digest of one type of key",
            published: vec![sha512(&MX1)],
            wanted: vec![key(&MX1), key(&RSA)],
            presented: &["one", "rsa"],
            worth: &["at one"],
            missing: 2,
            refused: &["rsa"],
            ..base()
        },
        Case {
            name: "the digest of nothing",
            published: vec![key(&MX1), Tlsa::sha256(3, 1, b"")],
            worth: &["everywhere", "digest of nothing"],
            is_done: false,
            ..done()
        },
        Case {
            name: "an intermediate that is sent, and not on the path",
            published: vec![tlsa(2, 1, &OFF_PATH.chain[2]), key(&MX1)],
            wanted: vec![key(&OFF_PATH), key(&MX1)],
            presented: &["off-path"],
            worth: &["refused: no TLSA record matches", "to come"],
            ..base()
        },
        Case {
            name: "an anchor that is in the record, which Exim does not look for",
            published: vec![whole_root()],
            worth: &["refused: no record matches"],
            ..base()
        },
        Case {
            name: "a key usage that GnuTLS refuses in every handshake",
            published: vec![key(&CA_USAGE)],
            wanted: vec![key(&CA_USAGE)],
            presented: &["ca-usage"],
            worth: &["everywhere"],
            is_done: false,
            hopeless: &["ca-usage"],
            ..done()
        },
        Case {
            name: "nothing was seen",
            presented: &[],
            worth: &["to come"],
            ..done()
        },
    ]
}

fn upkeep(case: &Case, published: &[Tlsa]) -> Upkeep {
    let host: Host = "mx1.example.org".parse().expect("a host");
    let presented: Vec<Presented> = case.presented.iter().map(|at| presented(at)).collect();
    Upkeep::of(&Known {
        published,
        wanted: &case.wanted,
        presented: &presented,
        names: std::slice::from_ref(&host),
        now: now(),
    })
}

#[test]
fn what_is_to_be_done_is_what_the_table_says() {
    for case in cases() {
        let found = upkeep(&case, &case.published);
        let name = case.name;
        let worth = found.published.iter().map(|(_, worth)| word(worth));
        assert_eq!(worth.collect::<Vec<_>>(), case.worth, "{name}");
        assert_eq!(found.missing.len(), case.missing, "{name}");
        assert_eq!(found.refused, case.refused, "{name}");
        let hopeless: Vec<&str> = found.hopeless.iter().map(|(at, _)| at.as_str()).collect();
        assert_eq!(hopeless, case.hopeless, "{name}");
        assert_eq!(found.is_done(), case.is_done, "{name}");
        if !case.presented.is_empty() {
            when_done(&case, &found);
        }
    }
}

/// Whatever is said to be done is enough, and all that is left then is kept.
fn when_done(case: &Case, found: &Upkeep) {
    let kept = found
        .published
        .iter()
        .filter(|(_, worth)| worth.is_needed());
    let kept = kept.map(|(record, _)| record);
    let all = kept.chain(&found.missing).chain(&found.cure);
    let all: Vec<Tlsa> = all.cloned().collect();
    let then = upkeep(case, &all);
    assert_eq!(then.refused, Vec::<String>::new(), "{}", case.name);
    assert_eq!(then.missing, [], "{}", case.name);
    let all_needed = then.published.iter().all(|(_, worth)| worth.is_needed());
    assert!(all_needed, "{}: {then:?}", case.name);
}
