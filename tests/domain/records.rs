//! The text of the zones: what stands in braces in the records of a case is filled in.

use crate::case::{Case, Zone};
use crate::servers::Server;
use sha2::{Digest as _, Sha256, Sha512};
use std::fmt::Write as _;
use testkit::dns::sign::Tree;
use testkit::dns::zone;
use x509_parser::prelude::{FromDer as _, X509Certificate};

const DAY: i64 = 86_400;
/// Where the name server is that signed zones are served by.
const NOBODY: &str = "ns.dead.lab.";

/// The zones of these cases.
pub fn zones(cases: &[Case], servers: &[Server]) -> Vec<zone::Zone> {
    let text = |zone: Zone| -> String {
        let here = cases.iter().filter(|case| case.zone == zone);
        here.map(|case| text(case, servers)).collect()
    };
    let of = |zone: Zone| {
        let mut made = zone::Zone::new(&format!("{}.", zone.name()), &text(zone));
        for case in cases.iter().filter(|case| case.zone == zone) {
            for (owner, kind) in &case.forged {
                let owner = format!("{}.", case.full(owner));
                made = made.damaged(zone::forged(&owner, kind));
            }
        }
        made
    };
    vec![
        zone::Zone::new(".", "").key(1),
        zone::Zone::new("lab.", &format!("dead NS {NOBODY}\nns.dead A 127.0.0.1\n")).key(2),
        of(Zone::Signed),
        of(Zone::Open).unsigned(),
        of(Zone::TwoDays).valid(-DAY, 2 * DAY),
        of(Zone::Today).valid(-DAY, DAY / 2),
        of(Zone::Odd).ldns().damaged(|text| without_data(&text)),
        of(Zone::Org),
        of(Zone::Net),
    ]
}

/// ldns signs TLSA records without data, and writes them in a form that NSD does not read.
fn without_data(text: &str) -> String {
    zone::each_line(text, |line| {
        let Some((owner, numbers)) = line.split_once(" TLSA ") else {
            return Some(line.to_owned());
        };
        let octets: Option<Vec<u8>> = numbers.split(' ').map(|one| one.parse().ok()).collect();
        Some(match octets.as_deref() {
            Some([a, b, c]) => format!("{owner} TYPE52 \\# 3 {a:02x}{b:02x}{c:02x}"),
            _ => line.to_owned(),
        })
    })
}

/// Adds the zones that a server is asked for that does not have them: it fails.
pub fn lose(tree: &mut Tree, cases: &[Case]) {
    let lost = |case: &Case| {
        let names = case.lost.iter().map(|name| case.full(name));
        names.collect::<Vec<_>>()
    };
    let names = cases.iter().flat_map(lost);
    for name in names.chain([Zone::Dead.name().to_owned()]) {
        tree.zones.push((format!("{name}."), "/nonexistent".into()));
    }
}

/// The records of a case, and what every domain has that exists: an address for reports.
fn text(case: &Case, servers: &[Server]) -> String {
    if case.records.is_empty() {
        return String::new();
    }
    let mut text = format!("$ORIGIN {}.\n", case.domain());
    for line in case.records.lines() {
        text += &filled(line, case, servers);
        text.push('\n');
    }
    if !case.records.contains("_smtp._tls") {
        text += "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:reports@client.test\"\n";
    }
    for name in &case.lost {
        let _ = writeln!(text, "{name} NS {NOBODY}");
    }
    text
}

fn filled(line: &str, case: &Case, servers: &[Server]) -> String {
    let Some((before, rest)) = line.split_once('{') else {
        return line.to_owned();
    };
    let (inner, after) = rest.split_once('}').expect("a brace that closes");
    let words: Vec<&str> = inner.split(' ').collect();
    let filling = match words[..] {
        ["domain"] => format!("{}.", case.domain()),
        [kind @ ("A" | "AAAA"), label] => {
            format!("{kind} {}", Server::named(servers, label).address(kind))
        }
        [usage, selector, matching, thing, label] => {
            let octets = chosen(selector, thing, Server::named(servers, label));
            let data = digested(matching, &octets);
            format!("TLSA {usage} {selector} {matching} {data}")
        }
        _ => panic!("{inner} in {line}"),
    };
    format!("{before}{filling}{}", filled(after, case, servers))
}

/// What a record is for: of a certificate the whole or the key, or octets of nothing.
fn chosen(selector: &str, thing: &str, server: &Server) -> Vec<u8> {
    let der = match thing {
        "nothing" => return Vec::new(),
        // Such as `next` or `old`: keys that no server has.
        thing => match server.certificate(thing) {
            Some(der) => der,
            None => return thing.as_bytes().to_vec(),
        },
    };
    if selector != "1" {
        return der;
    }
    let (_, certificate) = X509Certificate::from_der(&der).expect("a certificate");
    certificate.public_key().raw.to_vec()
}

/// `short` and `long` are digests of a wrong length.
fn digested(matching: &str, octets: &[u8]) -> String {
    match matching {
        "0" => hex::encode(octets),
        "2" => hex::encode(Sha512::digest(octets)),
        _ => hex::encode(Sha256::digest(octets)),
    }
}
