//! Every zone of the lab before our validator, unbound and delv.

use crate::differences::{Difference, Judge, OF_ZONES};
use crate::ours::{self, Ours};
use crate::{questions, zones};
use std::collections::BTreeMap;
use testkit::dns::delv::Delv;
use testkit::dns::key::Keys;
use testkit::dns::served::Served;
use testkit::dns::unbound::{Unbound, Verdict};
use testkit::dns::zone::Zone;
use testkit::side_by_side::side_by_side;
use testkit::skip::has;

/// The programs that sign and judge.
pub(crate) const PROGRAMS: [&str; 3] = ["dnssec-signzone", "ldns-signzone", "delv"];

/// Served zones; `None` when the test must be skipped.
pub(crate) fn served(test: &str, zones: &[Zone], keys: &Keys) -> Option<Served> {
    let has_all = PROGRAMS.iter().all(|program| has(test, program));
    has_all.then(|| Served::for_test(test, zones, keys))?
}

#[test]
fn every_zone_is_judged_as_unbound_and_delv_do() {
    let zones = zones::all();
    let Some(lab) = served("the lab of zones", &zones, &Keys::default()) else {
        return;
    };
    let anchors = &lab.tree.anchors;
    let Some(unbound) = Unbound::judge("the lab of zones", anchors, lab.resolver.port) else {
        return;
    };
    let dir = tempfile::tempdir().expect("a directory");
    let delv = Delv::new(dir.path(), anchors);
    let questions = questions::all(&zones);
    let theirs = side_by_side(&questions, |(name, kind)| {
        let delv = delv.verdict(lab.resolver.port, name, kind);
        (unbound.verdict(name, kind), delv)
    });
    let ours = Ours::new(&[lab.resolver.port], anchors);
    let mut compared = Compared::new(OF_ZONES);
    for ((name, kind), (unbound, (delv, words))) in questions.iter().zip(&theirs) {
        let found = ours.look_up(name, kind);
        let verdict = ours::verdict(&found);
        let reason = ours::reason(&found);
        compared.with_unbound(name, kind, &verdict, unbound, &reason);
        compared.with_delv(
            name,
            kind,
            verdict.status,
            delv,
            &format!("{reason}\n{words}"),
        );
    }
    eprintln!(
        "{} names in {} zones: {:?}",
        questions.len(),
        zones.len(),
        compared.counts
    );
    compared.end();
    for (status, least) in [("secure", 100), ("insecure", 60), ("bogus", 60)] {
        assert!(
            compared.counts[status] >= least,
            "{status}: {:?}",
            compared.counts
        );
    }
}

/// What was compared, and what differs without a reason.
pub(crate) struct Compared {
    table: &'static [Difference],
    used: Vec<usize>,
    unexplained: Vec<String>,
    /// How many answers we called what.
    pub(crate) counts: BTreeMap<&'static str, usize>,
}

impl Compared {
    pub(crate) fn new(table: &'static [Difference]) -> Self {
        Self {
            table,
            used: vec![0; table.len()],
            unexplained: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    pub(crate) fn with_unbound(
        &mut self,
        name: &str,
        kind: &str,
        ours: &Verdict,
        theirs: &Verdict,
        why: &str,
    ) {
        *self.counts.entry(ours.status).or_default() += 1;
        let same_status = ours.status == theirs.status;
        if !same_status {
            self.differ(
                Judge::Unbound,
                name,
                kind,
                [ours.status, theirs.status],
                why,
            );
        } else if ours != theirs {
            self.unexplained
                .push(format!("{name} {kind}: ours {ours:?}, unbound {theirs:?}"));
        }
    }

    /// delv cannot tell what is bogus from what is not answered.
    pub(crate) fn with_delv(
        &mut self,
        name: &str,
        kind: &str,
        ours: &str,
        theirs: &str,
        why: &str,
    ) {
        let failed = matches!(ours, "bogus" | "none");
        let same = theirs == if failed { "failed" } else { ours };
        if !same && theirs != "unclear" {
            self.differ(Judge::Delv, name, kind, [ours, theirs], why);
        }
    }

    fn differ(&mut self, judge: Judge, name: &str, kind: &str, says: [&str; 2], why: &str) {
        let [ours, theirs] = says;
        let explains = |row: &Difference| row.explains(judge, name, kind, ours, theirs);
        match self.table.iter().position(explains) {
            Some(row) => self.used[row] += 1,
            None => self.unexplained.push(format!(
                "{name} {kind}: ours {ours}, {judge:?} {theirs}: {why}"
            )),
        }
    }

    /// # Panics
    /// Where something differs without a reason, or does not differ that has one.
    pub(crate) fn end(&self) {
        self.explained();
        for (row, used) in self.table.iter().zip(&self.used) {
            assert!(*used > 0, "it does not differ: {row:?}");
        }
    }

    /// # Panics
    /// Where something differs without a reason.
    pub(crate) fn explained(&self) {
        let unexplained = &self.unexplained;
        let count = unexplained.len();
        assert!(count == 0, "{count}\n{}", unexplained.join("\n"));
    }
}
