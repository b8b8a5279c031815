//! Zones by chance and questions about them, before our validator and unbound: no false secure, no
//! false insecure, no false bogus.
//!
//! `DNSSEC_ZONES=2000 cargo test --test dnssec random -- --nocapture` makes more of them, and
//! `SMTP_CERTCHECK_SEED` others.

use crate::differences::OF_CHANCE;
use crate::lab::{Compared, served};
use crate::ours::{self, Ours};
use testkit::dns::key::Keys;
use testkit::dns::unbound::Unbound;
use testkit::dns::zone::{Link, Zone, each_line};
use testkit::generate::dice::Dice;
use testkit::side_by_side::side_by_side;

/// Zones below one root.
const AT_ONCE: usize = 100;
/// Questions for each zone.
const QUESTIONS: usize = 5;
const USUAL: usize = 100;
const TEST: &str = "random zones";
const DAY: i64 = 86_400;

const LABELS: [&str; 6] = ["a", "b", "c", "d", "www", "_tcp"];
const KINDS: [&str; 8] = ["A", "AAAA", "TXT", "MX", "TLSA", "DS", "CNAME", "NS"];

#[test]
fn chance_finds_no_difference_to_unbound() {
    let zones = std::env::var("DNSSEC_ZONES")
        .ok()
        .and_then(|zones| zones.parse().ok());
    let zones: usize = zones.unwrap_or(USUAL);
    let mut dice = Dice::thrown(19);
    let keys = Keys::default();
    let mut compared = Compared::new(OF_CHANCE);
    for _ in 0..zones.div_ceil(AT_ONCE) {
        let forest = Forest::grow(&mut dice, zones.min(AT_ONCE));
        let questions = forest.questions(&mut dice);
        if judge(&forest.zones, &questions, &keys, &mut compared).is_none() {
            return;
        }
        eprintln!("{:?}", compared.counts);
    }
    // Not every run has every difference.
    compared.explained();
}

fn judge(
    zones: &[Zone],
    questions: &[(String, String)],
    keys: &Keys,
    compared: &mut Compared,
) -> Option<()> {
    let lab = served(TEST, zones, keys)?;
    let unbound = Unbound::judge(TEST, &lab.tree.anchors, lab.resolver.port)?;
    let theirs = side_by_side(questions, |(name, kind)| unbound.verdict(name, kind));
    let ours = Ours::new(&[lab.resolver.port], &lab.tree.anchors);
    for ((name, kind), theirs) in questions.iter().zip(&theirs) {
        let found = ours.look_up(name, kind);
        let zone = zones
            .iter()
            .filter(|zone| testkit::dns::zone::is_below(name, &zone.name));
        let zone = zone.max_by_key(|zone| zone.name.len());
        let why = format!("{} ({zone:?})", ours::reason(&found));
        let made = kind == "CNAME" && zone.is_some_and(|zone| is_below_dname(name, zone));
        let name = if made { MADE_ALIAS } else { name };
        compared.with_unbound(name, kind, &ours::verdict(&found), theirs, &why);
    }
    Some(())
}

/// What the table of differences calls such a question.
const MADE_ALIAS: &str = "CNAME below a DNAME";

/// Whether a DNAME of a zone makes an alias of a name.
fn is_below_dname(name: &str, zone: &Zone) -> bool {
    let owners = zone
        .records
        .lines()
        .filter_map(|line| line.split_once(" DNAME "));
    owners
        .into_iter()
        .any(|(owner, _)| name.ends_with(&format!(".{owner}.{}", zone.name)))
}

/// Zones by chance.
struct Forest {
    zones: Vec<Zone>,
    /// The longest chain of aliases that begins in each zone.
    depths: Vec<usize>,
}

impl Forest {
    /// That many zones below a sound root.
    fn grow(dice: &mut Dice, zones: usize) -> Self {
        let mut forest = Self {
            zones: vec![Zone::new(".", "").key(1)],
            depths: vec![0],
        };
        for number in 1..=zones {
            forest.plant(dice, number);
        }
        forest
    }

    fn plant(&mut self, dice: &mut Dice, number: usize) {
        let parent = if dice.chance(40) {
            0
        } else {
            dice.below(self.zones.len())
        };
        let parent = &self.zones[parent].name;
        let parent = if parent.matches('.').count() > 4 {
            "."
        } else {
            parent
        };
        let parent = if parent == "." { "" } else { parent };
        // Sometimes with an empty non-terminal between.
        let between = if dice.chance(15) {
            format!("e{number}.")
        } else {
            String::new()
        };
        let name = format!("z{number}.{between}{parent}");
        let (records, depth) = self.records(dice);
        let zone = Zone::new(&name, &records).key(u8::try_from(number % 3).unwrap_or_default());
        self.zones.push(signed(dice, zone));
        self.depths.push(depth);
    }

    /// Records by chance, and how long the aliases among them may lead on.
    fn records(&self, dice: &mut Dice) -> (String, usize) {
        const MOST_LINKS: usize = 4;
        let mut records = String::new();
        let mut depth = 0;
        let mut used: Vec<String> = vec!["ns".to_owned()];
        for _ in 0..dice.below(8) {
            let name = owner(dice);
            if used.iter().any(|other| collide(other, &name)) {
                continue;
            }
            let (target, links) = self.target(dice);
            let data = match dice.below(10) {
                0 | 1 if links < MOST_LINKS => {
                    depth = depth.max(links + 1);
                    format!("{name} CNAME {target}\n")
                }
                2 if links < MOST_LINKS && !name.contains('*') => {
                    depth = depth.max(links + 1);
                    format!("{name} DNAME {target}\n")
                }
                3..=5 => format!("{name} A 192.0.2.1\n{name} A 192.0.2.2\n"),
                6 => format!("{name} TXT \"text\"\n{name} A 192.0.2.3\n"),
                7 => format!("{name} MX 10 a\n"),
                8 => format!("{name} TLSA 3 1 1 {}\n", "ab".repeat(32)),
                _ => format!("{name} AAAA 2001:db8::1\n"),
            };
            used.push(name);
            records += &data;
        }
        (records, depth)
    }

    /// A name in a zone that is there already, so that aliases do not go round.
    fn target(&self, dice: &mut Dice) -> (String, usize) {
        let zone = dice.below(self.zones.len());
        let name = self.near(dice, zone);
        (name, self.depths[zone])
    }

    /// A name that is in a zone, or nearly.
    fn near(&self, dice: &mut Dice, zone: usize) -> String {
        let zone = &self.zones[zone];
        let within = if zone.name == "." { "" } else { &zone.name };
        let owners: Vec<&str> = zone
            .records
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        let known = (!owners.is_empty()).then(|| (*dice.pick(&owners)).to_owned());
        let name = match (dice.below(6), known) {
            (0..=2, Some(known)) => known.replace('*', dice.pick::<&str>(&LABELS)),
            (3, Some(known)) => format!("{}.{}", dice.pick(&LABELS), known.replace('*', "x")),
            (4, Some(known)) => {
                let above = known.split_once('.').map_or("", |(_, above)| above);
                format!("{}.{above}", dice.pick(&LABELS))
                    .trim_end_matches('.')
                    .to_owned()
            }
            (5, _) => {
                return if within.is_empty() {
                    ".".to_owned()
                } else {
                    within.to_owned()
                };
            }
            _ => owner(dice).replace('*', "y"),
        };
        format!("{name}.{within}")
    }

    fn questions(&self, dice: &mut Dice) -> Vec<(String, String)> {
        let zones = 0..self.zones.len();
        let mut questions = Vec::new();
        for zone in zones {
            for _ in 0..QUESTIONS {
                questions.push((self.near(dice, zone), (*dice.pick(&KINDS)).to_owned()));
            }
        }
        questions
    }
}

/// A relative name, perhaps a wildcard.
fn owner(dice: &mut Dice) -> String {
    let labels: Vec<&str> = (0..=dice.below(3)).map(|_| *dice.pick(&LABELS)).collect();
    let name = labels.join(".");
    if dice.chance(20) {
        format!("*.{name}")
    } else {
        name
    }
}

/// Whether two names cannot stand in one zone where one is an alias: they are the same, or one is
/// below the other.
fn collide(one: &str, other: &str) -> bool {
    one == other || one.ends_with(&format!(".{other}")) || other.ends_with(&format!(".{one}"))
}

/// How a zone is signed, what its parent says, and what is broken.
fn signed(dice: &mut Dice, zone: Zone) -> Zone {
    let zone = match dice.below(20) {
        0 | 1 => return zone.unsigned(),
        2 => zone.algorithms(&[8]),
        3 => zone.algorithms(&[15]),
        4 => zone.algorithms(&[14]),
        5 => zone.algorithms(&[8, 13]),
        6 => zone.algorithms(&[10]),
        7 => zone.single_key(),
        _ => zone,
    };
    let zone = match dice.below(8) {
        0 => zone.nsec3(0, "-", true),
        1 | 2 => zone.nsec3(0, "-", false),
        3 => zone.nsec3(5, "abcd", dice.chance(50)),
        _ => zone,
    };
    let zone = match dice.below(40) {
        0 => zone.valid(-30 * DAY, -DAY),
        1 => zone.valid(DAY, 30 * DAY),
        _ => zone,
    };
    let zone = if dice.chance(15) { zone.ldns() } else { zone };
    let wrong = format!("TAG ALG 2 {}", "00".repeat(32));
    // Of a key that is to come.
    let standby = format!("1 13 4 {}", "00".repeat(48));
    let zone = match dice.below(30) {
        0 | 1 => zone.link(Link::None),
        2 => zone.ds(&[&wrong]),
        3 => zone.ds(&["TAG ALG 1 SHA1"]),
        4 => zone.ds(&["TAG 200 2 SHA256"]),
        5 => zone.ds(&["TAG ALG 200 SHA256"]),
        6 => zone.ds(&["TAG ALG 2 SHA256", &wrong, "TAG 200 2 SHA256"]),
        7 => zone.link(Link::Digests(vec![4])),
        8 => zone.ds(&["TAG ALG 2 SHA256", &standby]),
        9 => zone.link(Link::Digests(vec![4, 2])),
        _ => zone,
    };
    damaged(dice, zone)
}

/// Sometimes a line of the signed zone is lost, or its last word altered.
fn damaged(dice: &mut Dice, zone: Zone) -> Zone {
    const KINDS: [&str; 5] = ["RRSIG", "NSEC", "NSEC3", "DNSKEY", "DS"];
    if !dice.chance(15) {
        return zone;
    }
    let kind = *dice.pick(&KINDS);
    let (which, lost) = (dice.below(12), dice.chance(50));
    zone.damaged(move |text| {
        let of_kind = |line: &str| line.split(' ').nth(3) == Some(kind);
        let hits: Vec<&str> = text.lines().filter(|line| of_kind(line)).collect();
        let Some(hit) = hits
            .get(which % hits.len().max(1))
            .map(|hit| (*hit).to_owned())
        else {
            return text;
        };
        each_line(&text, |line| match line == hit {
            true if lost => None,
            true if kind == "RRSIG" => Some(swapped(line)),
            _ => Some(line.to_owned()),
        })
    })
}

/// A signature with two letters exchanged.
fn swapped(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    if let Some(word) = words.get_mut(12) {
        let (front, back) = (word[8..9].to_owned(), word[9..10].to_owned());
        word.replace_range(
            8..10,
            &format!("{back}{}", if front == back { "A" } else { &front }),
        );
    }
    words.join(" ")
}
