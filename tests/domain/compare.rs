//! Every domain of the table before the judges.

use crate::case::Case;
use crate::cases;
use crate::differences;
use crate::judges::{self, Answers, SENDERS};
use crate::lab::{self, Lab};

const TEST: &str = "compare::senders_do_what_is_said_of_each_domain";

#[test]
fn senders_do_what_is_said_of_each_domain() {
    if !lab::is_inside(TEST) {
        return;
    }
    let Some(lab) = Lab::start(TEST, cases::all()) else {
        return;
    };
    let Some(answers) = judges::all(TEST, &lab) else {
        return;
    };
    let mut compared = Compared::default();
    for (case, answers) in lab.cases.iter().zip(&answers) {
        compared.add(case, answers);
    }
    compared.end();
}

/// What was compared, and what differs without a reason.
#[derive(Default)]
struct Compared {
    used: Vec<usize>,
    unexplained: Vec<String>,
}

impl Compared {
    /// The verdict of the table with what the senders do.
    fn add(&mut self, case: &Case, answers: &Answers) {
        for odd in answers.odd(case) {
            let domain = case.domain();
            self.unexplained.push(format!("{domain}: {odd}\n{answers}"));
        }
        let (_, words) = case.verdict.split_once(": ").expect("an outcome");
        let words: Vec<&str> = words.split(' ').collect();
        for (kind, ours) in words.iter().enumerate() {
            let theirs = answers.sender(kind).as_str();
            if *ours != theirs {
                self.differ(case, kind, [ours, theirs], answers);
            }
        }
    }

    fn differ(&mut self, case: &Case, kind: usize, says: [&str; 2], answers: &Answers) {
        let [ours, theirs] = says;
        let mut rows = differences::ALL.iter();
        match rows.position(|row| row.explains(&case.name, kind, ours, theirs)) {
            Some(row) => self.used.push(row),
            None => self.unexplained.push(format!(
                "{}, {}: expected {ours}, they {theirs}\n{answers}",
                case.domain(),
                SENDERS[kind]
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
