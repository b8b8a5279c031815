//! The zones of the lab: sound ones with each algorithm and each way to deny, and one for each thing
//! that may be wrong.

use testkit::dns::zone::{Link, Zone, altered, forged, without};

/// What a zone has that is asked everything.
const CONTENT: &str = "
www A 192.0.2.1
www A 192.0.2.2
www AAAA 2001:db8::1
@ MX 10 mail
mail A 192.0.2.3
_25._tcp.mail TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
*.wild A 192.0.2.7
host.wild A 192.0.2.8
a.b.ent A 192.0.2.9
alias CNAME www
dangling CNAME nothere
";
/// What a zone has whose point is another.
const SMALL: &str = "
www A 192.0.2.1
*.wild A 192.0.2.7
";
/// A digest of nothing.
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const DAY: i64 = 86_400;

/// All of them; the root first.
pub(crate) fn all() -> Vec<Zone> {
    let groups = [
        tops(),
        algorithms(),
        denials(),
        links(),
        dates(),
        damaged(),
        nested(),
        aliases(),
    ];
    groups.into_iter().flatten().collect()
}

fn tops() -> Vec<Zone> {
    vec![
        Zone::new(".", "").key(1),
        Zone::new("lab.", "big TXT \"one\"\n").key(2),
        // A wildcard of one label.
        Zone::new("star.", "* A 192.0.2.5\n* TXT \"star\"\nhere A 192.0.2.6\n"),
        Zone::new(
            "star3.",
            "* A 192.0.2.5\n* TXT \"star\"\nhere A 192.0.2.6\n",
        )
        .nsec3(0, "-", false),
    ]
}

fn algorithms() -> Vec<Zone> {
    let zone = |name: &str, algorithms: &[u8]| Zone::new(name, SMALL).algorithms(algorithms);
    vec![
        zone("rsasha1.lab.", &[5]),
        zone("nsec3rsasha1.lab.", &[7]).nsec3(0, "-", false),
        zone("rsasha256.lab.", &[8]),
        zone("rsasha512.lab.", &[10]),
        Zone::new("p256.lab.", CONTENT),
        zone("p384.lab.", &[14]),
        zone("ed25519.lab.", &[15]),
        zone("ed448.lab.", &[16]),
        zone("below.ed448.lab.", &[13]),
        zone("two.lab.", &[8, 13]),
        zone("with-ed448.lab.", &[16, 13]),
        zone("one-key.lab.", &[13]).single_key(),
        Zone::new("unsigned.lab.", CONTENT).unsigned(),
    ]
}

fn denials() -> Vec<Zone> {
    vec![
        Zone::new("nsec3.lab.", CONTENT).nsec3(0, "-", false),
        Zone::new("salted.lab.", CONTENT).nsec3(10, "aabbccdd", false),
        Zone::new("optout.lab.", CONTENT).nsec3(0, "-", true),
        Zone::new("signed.optout.lab.", SMALL),
        Zone::new("unsigned.optout.lab.", SMALL).unsigned(),
        Zone::new("island.optout.lab.", SMALL).link(Link::None),
        // An empty non-terminal that only an unsigned delegation makes.
        Zone::new("cut.void.optout.lab.", SMALL).unsigned(),
        Zone::new("unsigned.nsec3.lab.", SMALL).unsigned(),
        Zone::new("signed.nsec3.lab.", SMALL).nsec3(0, "-", false),
        Zone::new("it150.lab.", SMALL).nsec3(150, "ab", false),
        Zone::new("it151.lab.", SMALL)
            .nsec3(151, "ab", false)
            .ldns(),
        Zone::new("unsigned.it151.lab.", SMALL).unsigned(),
        Zone::new("signed.it151.lab.", SMALL),
        Zone::new("it2500.lab.", SMALL)
            .nsec3(2500, "-", false)
            .ldns(),
        Zone::new("ldns.lab.", CONTENT).ldns(),
        Zone::new("ldns3.lab.", CONTENT)
            .ldns()
            .nsec3(1, "ff", false),
        Zone::new("ldns-optout.lab.", CONTENT)
            .ldns()
            .nsec3(0, "-", true),
        Zone::new("unsigned.ldns-optout.lab.", SMALL).unsigned(),
    ]
}

fn links() -> Vec<Zone> {
    let zone = |name: &str, data: &[&str]| Zone::new(name, SMALL).ds(data);
    let wrong = format!("TAG ALG 2 {ZEROS}");
    let sha1_wrong = format!("TAG ALG 1 {}", &ZEROS[..40]);
    let sha384 = format!("{ZEROS}{}", &ZEROS[..32]);
    vec![
        zone("no-ds.lab.", &[]),
        zone("wrong-digest.lab.", &[&wrong]),
        zone("wrong-tag.lab.", &["1 ALG 2 SHA256"]),
        zone("wrong-algorithm.lab.", &["TAG 8 2 SHA256"]),
        zone("unknown-algorithm.lab.", &["TAG 200 2 SHA256"]),
        zone("unknown-digest.lab.", &["TAG ALG 200 SHA256"]),
        zone("gost-digest.lab.", &["TAG ALG 3 SHA256"]),
        zone(
            "both-unknown.lab.",
            &["TAG 200 2 SHA256", "TAG ALG 200 SHA256"],
        ),
        zone(
            "unknown-and-right.lab.",
            &["TAG 200 2 SHA256", "TAG ALG 2 SHA256"],
        ),
        zone("unknown-and-wrong.lab.", &["TAG 200 2 SHA256", &wrong]),
        zone(
            "standby.lab.",
            &["TAG ALG 2 SHA256", &format!("4711 ALG 2 {ZEROS}")],
        ),
        zone(
            "standby-sha384.lab.",
            &["TAG ALG 2 SHA256", &format!("4711 ALG 4 {sha384}")],
        ),
        zone(
            "sha384-wrong-beside.lab.",
            &["TAG ALG 2 SHA256", &format!("TAG ALG 4 {sha384}")],
        ),
        zone(
            "sha384-of-other.lab.",
            &["TAG ALG 2 SHA256", &format!("4711 8 4 {sha384}")],
        ),
        zone("sha1.lab.", &["TAG ALG 1 SHA1"]),
        zone("sha1-wrong-beside.lab.", &["TAG ALG 2 SHA256", &sha1_wrong]),
        zone("sha1-right-beside.lab.", &["TAG ALG 1 SHA1", &wrong]),
        Zone::new("sha384.lab.", SMALL).link(Link::Digests(vec![4])),
        Zone::new("three-digests.lab.", SMALL).link(Link::Digests(vec![1, 2, 4])),
        Zone::new("ds-unsigned.lab.", SMALL)
            .unsigned()
            .ds(&[&wrong]),
        // Its algorithm does not sign.
        zone(
            "other-missing.lab.",
            &["TAG ALG 2 SHA256", &format!("99 8 2 {ZEROS}")],
        ),
    ]
}

fn dates() -> Vec<Zone> {
    let zone = |name: &str, from, until| Zone::new(name, SMALL).valid(from, until);
    vec![
        zone("expired.lab.", -30 * DAY, -DAY),
        zone("just-expired.lab.", -30 * DAY, -60),
        zone("future.lab.", 10 * DAY, 20 * DAY),
        zone("soon-expired.lab.", -30 * DAY, 3600),
        zone("expired3.lab.", -30 * DAY, -DAY).nsec3(0, "-", false),
        zone("signed.expired.lab.", -DAY, DAY),
        zone("century.lab.", -DAY, 60 * 365 * DAY),
        // Serial numbers are compared over 68 years at most.
        zone("backwards.lab.", -30 * 365 * DAY, 40 * 365 * DAY),
    ]
}

fn damaged() -> Vec<Zone> {
    let zone = |name: &str| Zone::new(name, CONTENT);
    let of = |name: &str, zone: &str| format!("{name}.{zone}");
    vec![
        zone("forged-a.lab.").damaged(forged("www.forged-a.lab.", "A")),
        zone("altered-a.lab.").damaged(altered(
            "www.altered-a.lab.",
            "A",
            "192.0.2.2",
            "192.0.2.66",
        )),
        zone("unsigned-a.lab.").damaged(without("www.unsigned-a.lab.", "RRSIG A")),
        zone("forged-key.lab.").damaged(forged("forged-key.lab.", "DNSKEY")),
        zone("unsigned-key.lab.").damaged(without("unsigned-key.lab.", "RRSIG DNSKEY")),
        zone("no-key.lab.").damaged(without("no-key.lab.", "DNSKEY")),
        zone("forged-soa.lab.").damaged(forged("forged-soa.lab.", "SOA")),
        zone("unsigned-soa.lab.").damaged(without("unsigned-soa.lab.", "RRSIG SOA")),
        Zone::new("unsigned.forged-soa.lab.", SMALL).unsigned(),
        zone("forged-nsec.lab.").damaged(forged("mail.forged-nsec.lab.", "NSEC")),
        zone("no-nsec.lab.").damaged(without("mail.no-nsec.lab.", "NSEC")),
        zone("unsigned-nsec.lab.").damaged(without("mail.unsigned-nsec.lab.", "RRSIG NSEC")),
        zone("altered-nsec.lab.").damaged(altered("www.altered-nsec.lab.", "NSEC", "AAAA", "TXT")),
        zone("forged-wild.lab.").damaged(forged("*.wild.forged-wild.lab.", "A")),
        zone("forged-alias.lab.").damaged(forged("alias.forged-alias.lab.", "CNAME")),
        zone("wrong-signer.lab.").damaged(altered(
            "www.wrong-signer.lab.",
            "RRSIG A",
            " wrong-signer.lab. ",
            " lab. ",
        )),
        zone("sibling-signer.lab.").damaged(altered(
            "www.sibling-signer.lab.",
            "RRSIG A",
            " sibling-signer.lab. ",
            " p256.lab. ",
        )),
        zone("lower-signer.lab.").damaged(altered(
            "www.lower-signer.lab.",
            "RRSIG A",
            " lower-signer.lab. ",
            &format!(" {} ", of("www", "lower-signer.lab.")),
        )),
        zone("unknown-in-signature.lab.").damaged(altered(
            "www.unknown-in-signature.lab.",
            "RRSIG A",
            "RRSIG A 13 ",
            "RRSIG A 200 ",
        )),
        zone("not-a-zone-key.lab.").damaged(altered(
            "not-a-zone-key.lab.",
            "DNSKEY",
            "256 3 13",
            "0 3 13",
        )),
        zone("other-protocol.lab.").damaged(altered(
            "other-protocol.lab.",
            "DNSKEY",
            "256 3 13",
            "256 1 13",
        )),
        zone("no-nsec3.lab.")
            .nsec3(0, "-", false)
            .damaged(|text| keep(&text, |words| words.get(3) != Some(&"NSEC3"))),
        zone("unsigned-nsec3.lab.")
            .nsec3(0, "-", false)
            .damaged(|text| keep(&text, |words| words.get(3..5) != Some(&["RRSIG", "NSEC3"]))),
        zone("forged-ds.lab.").damaged(forged("child.forged-ds.lab.", "DS")),
        zone("child.forged-ds.lab."),
        zone("unsigned-ds.lab.").damaged(without("child.unsigned-ds.lab.", "RRSIG DS")),
        zone("child.unsigned-ds.lab."),
        // The delegation is there, and its proof that there is no DS is not.
        zone("no-proof.lab.").damaged(without("child.no-proof.lab.", "NSEC")),
        zone("child.no-proof.lab.").unsigned(),
    ]
}

/// The lines whose words are to be kept.
fn keep(text: &str, kept: impl Fn(&[&str]) -> bool) -> String {
    testkit::dns::zone::each_line(text, |line| {
        let words: Vec<&str> = line.split(' ').collect();
        kept(&words).then(|| line.to_owned())
    })
}

fn nested() -> Vec<Zone> {
    vec![
        Zone::new("child.p256.lab.", SMALL).algorithms(&[15]),
        Zone::new("deep.child.p256.lab.", SMALL).nsec3(1, "01", false),
        Zone::new("unsigned.p256.lab.", SMALL).unsigned(),
        // Three labels below its parent, with nothing between.
        Zone::new("very.deep.cut.p256.lab.", SMALL),
        Zone::new("under.very.deep.cut.p256.lab.", SMALL).unsigned(),
        Zone::new("signed.unsigned.lab.", SMALL),
        Zone::new("deep.signed.unsigned.lab.", SMALL),
        Zone::new("signed.wrong-digest.lab.", SMALL),
        Zone::new("unsigned.wrong-digest.lab.", SMALL).unsigned(),
        Zone::new("signed.unknown-algorithm.lab.", SMALL),
        Zone::new("signed.no-ds.lab.", SMALL),
    ]
}

fn aliases() -> Vec<Zone> {
    const TARGETS: &str = "
secure CNAME www.p256.lab.
insecure CNAME www.unsigned.lab.
bogus CNAME www.forged-a.lab.
bogus-zone CNAME www.wrong-digest.lab.
expired CNAME www.expired.lab.
none CNAME nope.p256.lab.
none3 CNAME nope.nsec3.lab.
none-optout CNAME nope.optout.lab.
none-insecure CNAME nope.unsigned.lab.
none-bogus CNAME nope.no-nsec3.lab.
no-top CNAME www.nothing.
nodata CNAME mail.p256.lab.
wild CNAME any.wild.p256.lab.
wild3 CNAME any.wild.nsec3.lab.
twice CNAME secure
to-insecure CNAME insecure
to-alias CNAME alias.p256.lab.
to-forged-alias CNAME alias.forged-alias.lab.
loop CNAME pool
pool CNAME loop
self CNAME self
*.all CNAME www.p256.lab.
*.gone CNAME nope.p256.lab.
_25._tcp.mx CNAME _25._tcp.mail.p256.lab.
_25._tcp.mx2 CNAME _25._tcp.mail.unsigned.lab.
_25._tcp.mx3 CNAME _25._tcp.nope.nsec3.lab.
d DNAME p256.lab.
d3 DNAME nsec3.lab.
du DNAME unsigned.lab.
db DNAME wrong-digest.lab.
dd DNAME d
dw DNAME wild.p256.lab.
step1 CNAME step2
step2 CNAME step3
step3 CNAME step4
step4 CNAME step5
step5 CNAME step6
step6 CNAME step7
step7 CNAME www.p256.lab.
";
    vec![
        Zone::new("alias.lab.", TARGETS),
        Zone::new("alias3.lab.", TARGETS).nsec3(0, "-", false),
        Zone::new("alias-unsigned.lab.", TARGETS).unsigned(),
        Zone::new("alias-bogus.lab.", TARGETS).ds(&[&format!("TAG ALG 2 {ZEROS}")]),
    ]
}
