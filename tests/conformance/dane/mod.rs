//! Generated chains with generated TLSA records, near the border: what the models of Postfix and Exim
//! say, and what OpenSSL and GnuTLS say when they are asked as those ask them. `DANE=COUNT` judges so
//! many, and `SMTP_CERTCHECK_SEED=N` begins there; what differs is printed.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests write files, and print what differs"
)]

mod cases;
mod judges;

use cases::DaneCase;
use judges::{Answer, Judges};
use smtp_certcheck::judge::dane::{Question, Reason, Sender, exim, postfix, unusable};
use smtp_certcheck::records::tlsa::Tlsa;
use std::collections::BTreeMap;
use testkit::generate::Generator;
use testkit::pki::now;

/// What the models say, in the words of the judges.
fn models(case: &DaneCase) -> Models {
    let question = Question {
        records: &case.records,
        presented: &case.presented,
        names: &case.names,
        path: &[],
        now: case.at,
    };
    // What Exim asks of the name, it asks after the library.
    let names = &[];
    let usable = case
        .records
        .iter()
        .filter(|record| unusable(record).is_none());
    Models {
        usable: usable.count(),
        postfix: postfix(&question),
        exim: exim(&Question { names, ..question }),
    }
}

struct Models {
    usable: usize,
    postfix: Sender,
    exim: Sender,
}

/// How a model differs from its judge; `None`: it does not, or it says that it does not know.
fn differs(case: &DaneCase, model: &Sender, judge: &Answer) -> Option<String> {
    let same = match (model, judge) {
        // Postfix ends before it asks the library.
        (Sender::Defers(Reason::NoData), _) => case.records.iter().any(Tlsa::ends_postfix),
        // Of Exim with GnuTLS the handshake, which is refused, comes before the records.
        (Sender::Unknown(_), _)
        | (Sender::Encrypts | Sender::Defers(Reason::Gnutls(_)), Answer::NoneUsable)
        | (Sender::Defers(_), Answer::Refuses) => true,
        (Sender::Authenticates(place), Answer::Accepts(record)) => record
            .as_ref()
            .is_none_or(|record| *record == case.records[*place].to_string()),
        _ => false,
    };
    (!same).then(|| format!("the model: {model:?}, the library: {judge:?}"))
}

/// How often each answer came, and what differs.
#[derive(Default)]
struct Tally {
    answers: BTreeMap<String, u64>,
    differ: Vec<String>,
}

impl Tally {
    fn add(&mut self, case: &DaneCase, models: &Models, judges: &mut Judges) {
        let (usable, openssl) = judges.openssl(case);
        let gnutls = judges.gnutls(case);
        let word = |sender: &Sender| match sender {
            Sender::Authenticates(_) => "authenticates",
            Sender::Encrypts => "encrypts",
            Sender::Defers(_) => "defers",
            Sender::Unknown(_) => "unknown",
        };
        let both = [("postfix", &models.postfix), ("exim", &models.exim)];
        for (name, sender) in both {
            *self
                .answers
                .entry(format!("{name} {}", word(sender)))
                .or_default() += 1;
        }
        if case.is_damaged && usable != models.usable {
            *self.answers.entry("damaged".to_owned()).or_default() += 1;
            return;
        }
        let found = [
            differs(case, &models.postfix, &openssl).map(|why| format!("Postfix: {why}")),
            differs(case, &models.exim, &gnutls).map(|why| format!("Exim: {why}")),
            (usable != models.usable)
                .then(|| format!("usable: the model {}, OpenSSL {usable}", models.usable)),
        ];
        for why in found.into_iter().flatten() {
            self.differ.push(format!("{why}\n{case}"));
        }
    }
}

fn judge(first: u64, count: u64) -> Tally {
    let generator = Generator::new(now());
    let mut judges = Judges::start();
    let mut tally = Tally::default();
    for seed in first..first + count {
        let case = DaneCase::of(&generator, seed);
        tally.add(&case, &models(&case), &mut judges);
    }
    tally
}

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().expect("a number"))
}

#[test]
fn models_say_what_the_libraries_say() {
    let seed = number("SMTP_CERTCHECK_SEED", 20_261_128);
    let count = number("DANE", 400);
    println!("SMTP_CERTCHECK_SEED={seed} DANE={count}");
    let tally = judge(seed, count);
    println!("{:#?}", tally.answers);
    for what in tally.differ.iter().take(12) {
        println!("{what}\n");
    }
    assert!(tally.differ.is_empty(), "{} differ", tally.differ.len());
    // A generator that makes only one answer would prove nothing.
    for answer in ["authenticates", "encrypts", "defers"] {
        for sender in ["postfix", "exim"] {
            let often = tally.answers.get(&format!("{sender} {answer}"));
            assert!(often.is_some_and(|n| n * 50 > count), "{sender} {answer}");
        }
    }
}
