//! The questions of the lab, as the example reads them: a name and a type a line.

use testkit::dns::zone::Zone;

/// What a zone is asked that has everything.
const ALL: [(&str, &str); 17] = [
    ("www", "A"),
    ("www", "TXT"),
    ("WWW", "AAAA"),
    ("nope", "A"),
    ("a.b.c.nope", "A"),
    ("ent", "A"),
    ("b.ent", "TXT"),
    ("x.wild", "A"),
    ("y.z.wild", "A"),
    ("x.wild", "TXT"),
    ("host.wild", "A"),
    ("x.host.wild", "A"),
    ("alias", "A"),
    ("dangling", "A"),
    ("_25._tcp.mail", "TLSA"),
    ("@", "MX"),
    ("www", "DS"),
];
/// What a zone is asked whose point is another.
const FEW: [(&str, &str); 4] = [("www", "A"), ("www", "TXT"), ("nope", "A"), ("x.wild", "A")];
/// What a zone is asked that is damaged.
const DAMAGED: [(&str, &str); 6] = [
    ("www", "A"),
    ("www", "TXT"),
    ("mail", "TXT"),
    ("nope", "A"),
    ("x.wild", "A"),
    ("alias", "A"),
];
/// Aliases.
const OF_ALIAS: &str = "secure insecure bogus bogus-zone expired none none3 none-optout \
    none-insecure none-bogus no-top nodata wild wild3 twice to-insecure to-alias to-forged-alias \
    x.all y.gone step1 step4 loop self \
    www.d nope.d www.d3 nope.d3 www.du www.db www.dd any.dw d x.y.d";
/// What no pattern makes.
const OTHERS: &str = "
. SOA
. DNSKEY
. DS
. TXT
lab. DS
lab. NS
lab. DNSKEY
big.lab. TXT
nothing. A
www.nothing. MX
star. SOA
x.star. A
x.star. MX
x.y.star. A
here.star. A
here.star. TXT
x.here.star. A
*.star. A
x.star3. A
x.star3. MX
x.y.star3. A
x.here.star3. A
*.wild.p256.lab. A
void.optout.lab. A
nope.void.optout.lab. A
www.cut.void.optout.lab. A
cut.void.optout.lab. DS
deep.cut.p256.lab. A
cut.p256.lab. A
nope.cut.p256.lab. A
very.deep.cut.p256.lab. NS
ns.child.p256.lab. A
child.p256.lab. NS
p256.lab. NSEC
p256.lab. TYPE65400
nsec3.lab. NSEC3PARAM
mail.no-nsec.lab. TXT
nail.no-nsec.lab. A
mail.forged-nsec.lab. TXT
mail.unsigned-nsec.lab. TXT
www.altered-nsec.lab. TXT
child.forged-ds.lab. DS
child.no-proof.lab. DS
www.alias.lab. A
secure.alias.lab. CNAME
d.alias.lab. DNAME
_25._tcp.mx.alias.lab. TLSA
_25._tcp.mx2.alias.lab. TLSA
_25._tcp.mx3.alias.lab. TLSA
_25._tcp.mx.alias3.lab. TLSA
secure.alias-bogus.lab. A
none.alias-bogus.lab. A
insecure.alias-bogus.lab. A
d.alias-bogus.lab. A
secure.alias-unsigned.lab. A
bogus.alias-unsigned.lab. A
none.alias-unsigned.lab. A
insecure.alias-unsigned.lab. A
www.d.alias-unsigned.lab. A
";

/// All questions for the zones, each once.
pub(crate) fn all(zones: &[Zone]) -> Vec<(String, String)> {
    let mut questions = Vec::new();
    for zone in zones.iter().filter(|zone| zone.name.ends_with(".lab.")) {
        let has = |name: &str| zone.records.contains(&format!("\n{name} "));
        let pattern: &[(&str, &str)] = match () {
            () if !zone.damage.is_empty() => &DAMAGED,
            () if has("alias") => &ALL,
            () if has("www") => &FEW,
            () => continue,
        };
        for (name, kind) in pattern {
            questions.push((within(name, &zone.name), (*kind).to_owned()));
        }
    }
    for zone in ["alias.lab.", "alias3.lab."] {
        let names = OF_ALIAS.split(' ');
        questions.extend(names.map(|name| (within(name, zone), "A".to_owned())));
    }
    let others = OTHERS.lines().filter_map(|line| line.split_once(' '));
    questions.extend(others.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
    questions
}

fn within(name: &str, zone: &str) -> String {
    if name == "@" {
        zone.to_owned()
    } else {
        format!("{name}.{zone}")
    }
}
