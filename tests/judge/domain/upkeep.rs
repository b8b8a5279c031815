//! What is to be done about TLSA records: what each published one is good for, what is missing, and
//! what would still be refused.

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
    is_done: bool,
}

/// What is presented at a place.
fn identity(place: &str) -> &'static Identity {
    match place {
        "rsa" => &RSA,
        "other" => &MX2,
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
            worth: &["nothing"],
            refused: &["one", "two"],
            ..base()
        },
        Case {
            name: "nothing was seen",
            presented: &[],
            worth: &["to come"],
            ..done()
        },
    ]
}

#[test]
fn what_is_to_be_done_is_what_the_table_says() {
    let host: Host = "mx1.example.org".parse().expect("a host");
    for case in cases() {
        let presented: Vec<Presented> = case.presented.iter().map(|at| presented(at)).collect();
        let found = Upkeep::of(&Known {
            published: &case.published,
            wanted: &case.wanted,
            presented: &presented,
            names: std::slice::from_ref(&host),
            now: now(),
        });
        let name = case.name;
        let worth = found.published.iter().map(|(_, worth)| word(worth));
        assert_eq!(worth.collect::<Vec<_>>(), case.worth, "{name}");
        assert_eq!(found.missing.len(), case.missing, "{name}");
        assert_eq!(found.refused, case.refused, "{name}");
        assert_eq!(found.is_done(), case.is_done, "{name}");
    }
}
