//! What was right, wrong and not known, for each family.

use super::judges::{Outcome, Truth};
use super::models::Said;
use smtp_certcheck::judge::clients::{Answer, Family};
use std::collections::BTreeMap;
use std::path::Path;
use testkit::generate::Case;

/// How many of a kind, and the first of them.
#[derive(Debug, Default)]
struct Kind {
    count: usize,
    reasons: BTreeMap<String, usize>,
    seeds: Vec<u64>,
}

#[derive(Debug, Default)]
struct OfFamily {
    asked: usize,
    accepted: usize,
    wrong_yes: Kind,
    wrong_no: Kind,
    unknown: Kind,
}

/// The figures of a run.
#[derive(Debug, Default)]
pub struct Tally {
    cases: usize,
    families: BTreeMap<Family, OfFamily>,
    /// OpenSSL's releases differ.
    releases: Kind,
    /// The program trusts what OpenSSL refuses.
    trusted: Kind,
}

/// Writes a case to `target/differential/NAME-SEED/`.
pub fn write(name: &str, case: &Case, remarks: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/differential");
    let dir = dir.join(format!("{name}-{}", case.seed));
    case.save(&dir, remarks).expect("the case is written");
}

/// The families whose model is wrong, with what both say.
pub fn differ(case: &Case, outcome: &Outcome, said: &Said) -> Vec<(Family, String)> {
    let families = said.families.iter();
    families
        .filter_map(|(family, verdict)| {
            let truth = outcome.of(*family, verdict, case)?;
            let answer = verdict.answer.accepts()?;
            let name = family.as_str();
            let remarks = format!("{name} says: {truth:?}\n\nThe model says: {verdict:?}");
            (truth.accepts() != Some(answer)).then_some((*family, remarks))
        })
        .collect()
}

/// Most cases of a kind that are written.
const MOST_WRITTEN: usize = 40;

impl Kind {
    fn add(&mut self, name: &str, reason: &str, case: &Case, remarks: &str) {
        self.count += 1;
        *self.reasons.entry(reason.to_owned()).or_default() += 1;
        if self.seeds.len() < MOST_WRITTEN {
            self.seeds.push(case.seed);
            write(name, case, remarks);
        }
    }

    fn print(&self, name: &str) {
        if self.count > 0 {
            println!("  {name}: {}, e.g. {:?}", self.count, self.seeds);
            for (reason, count) in &self.reasons {
                println!("    {count:5} {reason}");
            }
        }
    }
}

impl Tally {
    pub fn add(&mut self, case: &Case, outcome: &Outcome, said: &Said) {
        self.cases += 1;
        for (family, verdict) in &said.families {
            let Some(truth) = outcome.of(*family, verdict, case) else {
                continue;
            };
            let name = family.as_str();
            let remarks = format!("{name} says: {truth:?}\n\nThe model says: {verdict:?}");
            let figures = self.families.entry(*family).or_default();
            figures.asked += 1;
            figures.accepted += usize::from(truth == Truth::Yes);
            let kind = match (&truth, verdict.answer) {
                (Truth::Yes, Answer::Accepts) | (Truth::No(_), Answer::Refuses) => continue,
                (_, Answer::Unknown) => (&mut figures.unknown, "unknown", verdict.reason.clone()),
                (truth, Answer::Accepts) => (&mut figures.wrong_yes, "yes", format!("{truth:?}")),
                (_, Answer::Refuses) => (&mut figures.wrong_no, "no", verdict.reason.clone()),
            };
            let (kind, what, reason) = kind;
            kind.add(&format!("{name}-{what}"), &reason, case, &remarks);
        }
        let families = [Family::Openssl, Family::OpensslStrict];
        for (family, (present, next)) in families.into_iter().zip(&outcome.releases) {
            let is_known = said.of(family).answer != Answer::Unknown;
            if is_known && present.accepts() != next.accepts() {
                let remarks = format!("Debian 12: {present:?}\n\nDebian 13: {next:?}");
                self.releases
                    .add("releases", &format!("{next:?}"), case, &remarks);
            }
        }
        if said.trusted && outcome.openssl.accepts() == Some(false) {
            let remarks = format!("trusted, and OpenSSL says {:?}", outcome.openssl);
            let reason = format!("{:?}", outcome.openssl);
            self.trusted.add("trusted", &reason, case, &remarks);
        }
    }

    /// Prints the figures, and fails if they are worse than they may be.
    pub fn report(&self) {
        println!("{} cases", self.cases);
        for (family, figures) in &self.families {
            println!(
                "{}: {} asked, {} accepted",
                family.as_str(),
                figures.asked,
                figures.accepted
            );
            figures.wrong_yes.print("wrong yes");
            figures.wrong_no.print("wrong no");
            figures.unknown.print("unknown");
        }
        self.releases.print("the releases of OpenSSL differ");
        self.trusted.print("trusted, and refused by OpenSSL");
        for (family, figures) in &self.families {
            // In a thousand: a little over what 100,000 cases show (docs/conformance.md).
            let (wrong, unknown) = match family {
                Family::Openssl => (0, 26),
                Family::OpensslStrict => (1, 22),
                _ => (10, 55),
            };
            let name = family.as_str();
            // Few cases vary by chance: four standard deviations.
            let most = |share: usize| {
                let mean = figures.asked * share / 1000;
                mean + 4 * mean.isqrt()
            };
            assert_eq!(figures.wrong_yes.count, 0, "{name}: wrong yes");
            assert!(figures.wrong_no.count <= most(wrong), "{name}: wrong no");
            let not_yes = figures.wrong_no.count + figures.unknown.count;
            assert!(not_yes <= most(unknown), "{name}: wrong no or unknown");
        }
        assert_eq!(self.releases.count, 0, "the releases of OpenSSL differ");
    }
}
