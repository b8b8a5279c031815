//! Cases of our own in limbo's format, made again at each run: what every engine must get right,
//! one case for each kind of skip, and some of the known divergences.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    KeyUsagePurpose, NameConstraints,
};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use testkit::crl::{self, Crl};
use testkit::der::{Fields, Issuer, basic_constraints, dns_sans, extension, integer};
use testkit::pki::{KeyKind, Pki, ca, expired_leaf, leaf, now, to_pem};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

type Der = CertificateDer<'static>;

const NAME: &str = "mail.example.com";
const SUCCESS: &str = "SUCCESS";
const FAILURE: &str = "FAILURE";

/// The suite.
pub fn suite() -> Value {
    let pki = Pki::new("Own", KeyKind::P256);
    let cases: Vec<Value> = [
        paths(&pki),
        dates(&pki),
        names(&pki),
        usages(&pki),
        constraints(),
        anchors(),
        lists(),
        out_of_scope(&pki),
    ]
    .concat();
    json!({ "version": 1, "testcases": cases })
}

/// A case for [`NAME`], now.
fn case(id: &str, expected: &str, chain: &[Der], anchors: &[Der]) -> Value {
    let pem = |ders: &[Der]| ders.iter().map(|der| to_pem(der)).collect::<Vec<_>>();
    json!({
        "id": format!("own::{id}"),
        "conflicts_with": [],
        "features": [],
        "importance": "undetermined",
        "description": "",
        "validation_kind": "SERVER",
        "trusted_certs": pem(anchors),
        "untrusted_intermediates": pem(&chain[1..]),
        "peer_certificate": to_pem(&chain[0]),
        "peer_certificate_key": null,
        "validation_time": null,
        "signature_algorithms": [],
        "key_usage": [],
        "extended_key_usage": [],
        "expected_result": expected,
        "expected_peer_name": { "kind": "DNS", "value": NAME },
        "expected_peer_names": [],
        "max_chain_depth": null,
        "crls": [],
    })
}

fn with(mut case: Value, field: &str, value: Value) -> Value {
    case[field] = value;
    case
}

fn leaf_with(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = leaf(&[NAME]);
    change(&mut params);
    params
}

fn ca_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = ca(name);
    change(&mut params);
    params
}

fn root_with(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    ca_with("Own Root", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(params);
    })
}

fn paths(pki: &Pki) -> Vec<Value> {
    let roots = [pki.root()];
    let good = pki.identity(leaf(&[NAME])).chain;
    let stranger = Pki::new("Stranger", KeyKind::Rsa2048);
    let double = Pki::new("Own", KeyKind::P256);
    let between = [
        good[0].clone(),
        stranger.intermediate(),
        pki.root(),
        good[1].clone(),
    ];
    let stale = pki.intermediate_again(pki, |p| p.not_after = now() - Duration::days(1));
    let two = [good[0].clone(), stale.clone(), good[1].clone()];
    let mut altered = good.clone();
    let mut bytes = altered[0].to_vec();
    // In the signature.
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    altered[0] = bytes.into();
    vec![
        case("path::good", SUCCESS, &good, &roots),
        case("path::unordered-with-strangers", SUCCESS, &between, &roots),
        case("path::missing-intermediate", FAILURE, &good[..1], &roots),
        case("path::no-anchor-for-it", FAILURE, &good, &[stranger.root()]),
        case(
            "path::same-name-other-key",
            FAILURE,
            &good,
            &[double.root()],
        ),
        case("path::expired-intermediate", FAILURE, &two[..2], &roots),
        case(
            "path::expired-and-valid-intermediate",
            SUCCESS,
            &two,
            &roots,
        ),
        case("path::altered-signature", FAILURE, &altered, &roots),
        case(
            "path::longer-than-allowed",
            FAILURE,
            &pki.deep(ca("Odd Issuer"), &leaf(&[NAME])).chain,
            &roots,
        ),
    ]
}

fn dates(pki: &Pki) -> Vec<Value> {
    let roots = [pki.root()];
    let params = leaf(&[NAME]);
    let (begin, end) = (params.not_before, params.not_after);
    let chain = pki.identity(params).chain;
    let at = |id, expected, time: OffsetDateTime| {
        let time = time.format(&Rfc3339).expect("a time");
        with(
            case(id, expected, &chain, &roots),
            "validation_time",
            json!(time),
        )
    };
    let expired = pki.identity(expired_leaf(&[NAME])).chain;
    vec![
        case("dates::expired", FAILURE, &expired, &roots),
        at("dates::first-second", SUCCESS, begin),
        at("dates::second-before", FAILURE, begin - Duration::SECOND),
        // The last second belongs to it, to its end.
        at(
            "dates::within-last-second",
            SUCCESS,
            end + Duration::milliseconds(999),
        ),
        at("dates::second-after", FAILURE, end + Duration::SECOND),
    ]
}

fn names(pki: &Pki) -> Vec<Value> {
    let named = |id, expected, sans: &[&str], kind: &str, asked: &str| {
        let chain = pki.identity(leaf(sans)).chain;
        with(
            case(id, expected, &chain, &[pki.root()]),
            "expected_peer_name",
            json!({ "kind": kind, "value": asked }),
        )
    };
    let cn_only = pki.identity(leaf_with(|p| p.subject_alt_names.clear()));
    let other_cn = pki.identity(leaf_with(|p| {
        p.distinguished_name
            .push(DnType::CommonName, "other.example.com");
    }));
    let wild = &["*.example.com"];
    vec![
        named("name::other", FAILURE, &["a.example"], "DNS", NAME),
        named(
            "name::upper-case",
            SUCCESS,
            &[NAME],
            "DNS",
            "MAIL.Example.COM",
        ),
        named("name::wildcard", SUCCESS, wild, "DNS", NAME),
        named("name::wildcard-itself", FAILURE, wild, "DNS", "example.com"),
        named(
            "name::wildcard-too-deep",
            FAILURE,
            wild,
            "DNS",
            "a.b.example.com",
        ),
        named("name::ip", SUCCESS, &["2001:db8::1"], "IP", "2001:db8::1"),
        named("name::other-ip", FAILURE, &["192.0.2.1"], "IP", "192.0.2.2"),
        case("name::in-cn-only", FAILURE, &cn_only.chain, &[pki.root()]),
        case(
            "name::cn-not-in-san",
            FAILURE,
            &other_cn.chain,
            &[pki.root()],
        ),
    ]
}

fn usages(pki: &Pki) -> Vec<Value> {
    let roots = [pki.root()];
    let of = |params| pki.identity(params).chain;
    let below = |params| pki.below(params, &leaf(&[NAME])).chain;
    let for_clients = |p: &mut CertificateParams| {
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    let a_ca = of(leaf_with(|p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }));
    let no_eku = of(leaf_with(|p| p.extended_key_usages.clear()));
    let client = of(leaf_with(for_clients));
    let client_ca = below(ca_with("Odd Issuer", for_clients));
    let crl_signer = below(ca_with("Odd Issuer", |p| {
        p.key_usages = vec![KeyUsagePurpose::CrlSign];
    }));
    let no_ca = below(ca_with("Odd Issuer", |p| {
        p.is_ca = IsCa::ExplicitNoCa;
        p.key_usages.clear();
    }));
    vec![
        case("usage::ca-as-leaf", FAILURE, &a_ca, &roots),
        case("usage::no-eku", SUCCESS, &no_eku, &roots),
        case("usage::leaf-for-clients", FAILURE, &client, &roots),
        case("usage::issuer-for-clients", FAILURE, &client_ca, &roots),
        case(
            "usage::issuer-signs-crls-only",
            FAILURE,
            &crl_signer,
            &roots,
        ),
        case("usage::issuer-is-no-ca", FAILURE, &no_ca, &roots),
    ]
}

fn constraints() -> Vec<Value> {
    let domain = |name: &str| vec![GeneralSubtree::DnsName(name.to_owned())];
    let under = |id, expected, permitted, excluded| {
        let root = root_with(|p| {
            p.name_constraints = Some(NameConstraints {
                permitted_subtrees: permitted,
                excluded_subtrees: excluded,
            });
        });
        let pki = Pki::custom(root, ca("Own Intermediate"), KeyKind::P256);
        let chain = pki.identity(leaf(&[NAME])).chain;
        case(id, expected, &chain, &[pki.root()])
    };
    let none = Vec::new;
    vec![
        under("nc::permitted", SUCCESS, domain("example.com"), none()),
        under("nc::not-permitted", FAILURE, domain("example.org"), none()),
        // What ".example.com" permits is disputed, but not that this is more.
        under(
            "nc::leading-period",
            FAILURE,
            domain(".mail.example.com"),
            none(),
        ),
        under("nc::excluded", FAILURE, none(), domain("example.com")),
        under("nc::other-excluded", SUCCESS, none(), domain("example.org")),
    ]
}

fn anchors() -> Vec<Value> {
    let under = |id, root: CertificateParams| {
        let pki = Pki::custom(root, ca("Own Intermediate"), KeyKind::P256);
        let chain = pki.identity(leaf(&[NAME])).chain;
        case(id, FAILURE, &chain, &[pki.root()])
    };
    let short = root_with(|p| p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let rollover = Pki::custom(short.clone(), ca("Own Intermediate"), KeyKind::P256);
    let rolled = rollover.below(ca("Own Root"), &leaf(&[NAME])).chain;
    let own = Pki::self_signed(&leaf(&[NAME]), KeyKind::P256).chain;
    // As `openssl req -x509` makes it.
    let own_ca = leaf_with(|p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let own_ca = Pki::self_signed(&own_ca, KeyKind::P256).chain;
    vec![
        under(
            "anchor::expired",
            root_with(|p| p.not_after = now() - Duration::DAY),
        ),
        under("anchor::path-length", short),
        under(
            "anchor::signs-crls-only",
            root_with(|p| p.key_usages = vec![KeyUsagePurpose::CrlSign]),
        ),
        case(
            "anchor::self-issued-below",
            SUCCESS,
            &rolled,
            &[rollover.root()],
        ),
        case("anchor::self-signed-leaf", SUCCESS, &own, &own),
        case("anchor::self-signed-ca-as-leaf", FAILURE, &own_ca, &own_ca),
    ]
}

/// What the lists of CAs say, whose leaf has the serial number 5.
fn lists() -> Vec<Value> {
    let leaf_below = |ca: &Issuer| {
        ca.leaf(|fields| {
            fields.serial = integer([5]);
            fields.extensions = vec![basic_constraints(false), dns_sans(&[NAME])];
        })
    };
    let by = |id, expected, ca: &Issuer, lists: &[&Vec<u8>]| {
        let lists: Vec<String> = lists.iter().map(|der| crl::to_pem(der)).collect();
        let case = case(id, expected, &[leaf_below(ca)], &[ca.der()]);
        with(case, "crls", json!(lists))
    };
    let (ca, other) = (Issuer::root("Own Lists"), Issuer::root("Other Lists"));
    let (empty, yesterday) = (Crl::new(now()), now() - Duration::DAY);
    let with_leaf = empty.clone().with(&[5], yesterday, None);
    let old = with_leaf.clone().of(yesterday, Some(now() + Duration::DAY));
    let stale = empty.clone().of(yesterday, Some(now() - Duration::HOUR));
    // keyCertSign alone.
    let no_lists = Issuer::odd_root("Own Issuer", |fields: &mut Fields| {
        let usage = extension("2.5.29.15", true, [3, 2, 2, 4]);
        fields.extensions = vec![basic_constraints(true), usage];
    });
    let by_ca = |list: &Crl| list.signed_by(&ca);
    let [good, revoked, old, stale] = [&empty, &with_leaf, &old, &stale].map(by_ca);
    let by_other = with_leaf.signed_by(&other);
    let own = empty.signed_by(&no_lists);
    vec![
        by("crl::good", SUCCESS, &ca, &[&good]),
        by("crl::revoked", FAILURE, &ca, &[&revoked]),
        by("crl::good-since", SUCCESS, &ca, &[&old, &good]),
        by(
            "crl::revoked-by-another-ca",
            SUCCESS,
            &ca,
            &[&by_other, &good],
        ),
        by("crl::of-another-ca", FAILURE, &ca, &[&by_other]),
        by("crl::stale", FAILURE, &ca, &[&stale]),
        by("crl::issuer-may-not-sign-them", FAILURE, &no_lists, &[&own]),
    ]
}

/// What cannot be asked on the command line.
fn out_of_scope(pki: &Pki) -> Vec<Value> {
    let chain = pki.identity(leaf(&[NAME])).chain;
    let skipped = |id, field, value| with(case(id, SUCCESS, &chain, &[pki.root()]), field, value);
    vec![
        skipped("scope::client", "validation_kind", json!("CLIENT")),
        skipped("scope::depth", "features", json!(["max-chain-depth"])),
        skipped("scope::no-name", "expected_peer_name", Value::Null),
        skipped(
            "scope::mail-address",
            "expected_peer_name",
            json!({ "kind": "RFC822", "value": "a@example.com" }),
        ),
        skipped("scope::usage", "extended_key_usage", json!(["clientAuth"])),
        skipped(
            "scope::algorithms",
            "signature_algorithms",
            json!(["ECDSA_WITH_SHA256"]),
        ),
    ]
}
