//! The models' answers.

use smtp_certcheck::certificate::{Certificate, pem};
use smtp_certcheck::endpoint::Host;
use smtp_certcheck::judge::clients::{Family, Question, Verdict, verdicts as judge};
use smtp_certcheck::judge::{Anchors, Policy, judge_chain};
use smtp_certcheck::observation::Staple;
use testkit::generate::Case;

/// What the program says of a case.
#[derive(Debug)]
pub struct Said {
    /// Of each family.
    pub families: Vec<(Family, Verdict)>,
    /// Whether its own verdict is trusted.
    pub trusted: bool,
}

impl Said {
    /// Of one family.
    pub fn of(&self, family: Family) -> &Verdict {
        let mut families = self.families.iter();
        let found = families.find(|(of, _)| *of == family);
        found.map(|(_, verdict)| verdict).expect("every family")
    }
}

pub fn verdicts(case: &Case) -> Said {
    let presented = case.presented.iter().cloned();
    let presented: Vec<Certificate> = presented.map(|der| Certificate::new(der.into())).collect();
    let mut anchors = Anchors::new("the file");
    for entry in pem::read_anchors(case.anchors_pem().as_bytes()).expect("anchors") {
        // What webpki cannot read is there for the others all the same.
        let _ = anchors.add(entry, "ca.pem");
    }
    let reference: Host = case.name.parse().expect("a host");
    let question = Question {
        presented: &presented,
        anchors: &anchors,
        reference: &reference,
        now: case.at,
        staple: if case.stapled {
            Staple::Stapled
        } else {
            Staple::Missing
        },
    };
    let policy = Policy::new(&anchors, &reference, case.at);
    Said {
        families: judge(&question),
        trusted: judge_chain(&presented, &policy).is_trusted(),
    }
}
