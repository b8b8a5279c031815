//! Every domain of the table before the judges, and before the program.

use crate::case::Case;
use crate::cases;
use crate::differences;
use crate::judges::{self, Answers, SENDERS};
use crate::lab::{self, Lab};
use crate::others;
use crate::ours::{self, Ours};
use crate::random;

const TEST: &str = "compare::senders_do_what_is_said_of_each_domain";
/// The word for the state of MTA-STS among the differences.
const STATE: &str = "state";

#[test]
fn senders_do_what_is_said_of_each_domain() {
    if !lab::is_inside(TEST) {
        return;
    }
    let mut cases = cases::all();
    cases.extend(random::all());
    let Some(lab) = Lab::start(TEST, cases) else {
        return;
    };
    let Some(answers) = judges::all(TEST, &lab) else {
        return;
    };
    let ours = ours::all(&lab);
    let mut compared = Compared::default();
    for ((case, answers), ours) in lab.cases.iter().zip(&answers).zip(&ours) {
        compared.with_table(case, ours);
        compared.with_judges(case, ours, answers);
    }
    compared.end();
    others::strips(&lab);
    others::believes(&lab, &ours);
    others::changes(&lab);
}

/// What was compared, and what differs without a reason.
#[derive(Default)]
struct Compared {
    used: Vec<usize>,
    unexplained: Vec<String>,
}

impl Compared {
    /// What the program says is what the table says, if it does.
    fn with_table(&mut self, case: &Case, ours: &Ours) {
        if case.verdict.is_empty() {
            return;
        }
        let mut codes: Vec<&str> = case.codes.split_whitespace().collect();
        codes.sort_unstable();
        if ours.verdict != case.verdict || ours.codes != codes {
            self.unexplained.push(format!(
                "{}: expected {} {codes:?}, found {} {:?}\n{:#}",
                case.domain(),
                case.verdict,
                ours.verdict,
                ours.codes,
                ours.report
            ));
        }
    }

    /// The verdict is what the senders do.
    fn with_judges(&mut self, case: &Case, ours: &Ours, answers: &Answers) {
        for odd in answers.odd(case) {
            let domain = case.domain();
            self.unexplained.push(format!("{domain}: {odd}\n{answers}"));
        }
        let (_, words) = ours.verdict.split_once(": ").expect("an outcome");
        for (kind, word) in words.split(' ').enumerate() {
            let theirs = answers.sender(kind);
            if case.verdict.is_empty() && random::is_of_several_hosts(case, word, theirs) {
                continue;
            }
            self.compare(case, SENDERS[kind], [word, theirs.as_str()], answers);
        }
        self.compare(case, STATE, [&ours.state, &answers.state], answers);
    }

    fn compare(&mut self, case: &Case, what: &str, says: [&str; 2], answers: &Answers) {
        let [ours, theirs] = says;
        if ours == theirs {
            return;
        }
        let mut rows = differences::ALL.iter();
        match rows.position(|row| row.explains(&case.name, what, says)) {
            Some(row) => self.used.push(row),
            None => self.unexplained.push(format!(
                "{}, {what}: ours {ours}, they {theirs}\n{}\n{answers}",
                case.domain(),
                case.records
            )),
        }
    }

    /// # Panics
    /// Where something differs without a reason, or does not differ that has one.
    fn end(&self) {
        let unexplained = &self.unexplained;
        let count = unexplained.len();
        assert!(count == 0, "{count} differ\n{}", unexplained.join("\n"));
        for (place, row) in differences::ALL.iter().enumerate() {
            let (case, why) = (row.case, row.reason);
            assert!(self.used.contains(&place), "{case} does not differ: {why}");
        }
    }
}
