//! Conformance of path and name judgement, in the format of C2SP's x509-limbo: every case of the
//! suite that `LIMBO_JSON` names, and always cases of our own. What differs from the suite must be
//! in `divergences.txt`, with its reason, and what is there must differ.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::panic,
    unreachable_pub,
    reason = "a test reads its environment and files, and shows scores"
)]

mod divergences;
mod judges;
mod limbo;
mod own;

use divergences::{Divergences, Outcome};
use judges::{Verdict, spoken};
use limbo::Case;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;

/// A case with what was said of it; `None`: out of scope.
struct Judged {
    case: Case,
    said: Option<Said>,
}

struct Said {
    ours: Verdict,
    webpki_is_right: bool,
}

/// Our own cases, and the suite of the environment.
static SUITES: LazyLock<Vec<Vec<Judged>>> = LazyLock::new(|| {
    let mut suites = vec![limbo::parse(own::suite().to_string().as_bytes())];
    if let Some(path) = std::env::var_os("LIMBO_JSON") {
        suites.push(limbo::read(Path::new(&path)));
    }
    suites.into_iter().map(judge_all).collect()
});

static LIST: LazyLock<Divergences<'static>> =
    LazyLock::new(|| Divergences::parse(include_str!("divergences.txt")));

fn judge_all(cases: Vec<Case>) -> Vec<Judged> {
    in_parallel(cases, |case| {
        let said = case.skipped().is_none().then(|| {
            let question = case.question();
            Said {
                ours: judges::library(&question),
                webpki_is_right: judges::webpki(&question) == case.is_sound(),
            }
        });
        Judged { case, said }
    })
}

fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(threads).max(1);
    let mut items = items.into_iter();
    let parts: Vec<Vec<T>> = (0..threads)
        .map(|_| items.by_ref().take(size).collect())
        .collect();
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>()))
            .collect();
        let joined = running.into_iter();
        joined
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    })
}

impl Judged {
    fn outcome(&self) -> Option<Outcome<'_>> {
        Some(Outcome {
            id: &self.case.id,
            is_sound: self.case.is_sound(),
            verdict: &self.said.as_ref()?.ours,
        })
    }
}

fn outcomes(suite: &[Judged]) -> Vec<Outcome<'_>> {
    suite.iter().filter_map(Judged::outcome).collect()
}

/// The part of the list that is about this suite.
fn list_of(suite: &[Judged]) -> Divergences<'static> {
    let is_own = |id: &str| id.starts_with("own::");
    let own = suite.iter().any(|judged| is_own(&judged.case.id));
    LIST.of(|id| is_own(id) == own)
}

#[test]
fn every_verdict_is_the_suites_or_a_known_divergence() {
    let mut unexpected = Vec::new();
    for suite in &*SUITES {
        let list = list_of(suite);
        print_scores(suite, &list);
        unexpected.extend(list.unexpected(&outcomes(suite)));
    }
    assert!(
        unexpected.is_empty(),
        "{} differ from tests/conformance/x509_limbo/divergences.txt:\n{}",
        unexpected.len(),
        unexpected.join("\n")
    );
}

#[test]
fn nothing_is_wrong_where_webpki_is_right_but_on_purpose() {
    for judged in SUITES.iter().flatten() {
        let (Some(outcome), Some(said)) = (judged.outcome(), &judged.said) else {
            continue;
        };
        let differs = said.webpki_is_right && !outcome.is_right();
        let listed = LIST.get(outcome.id);
        assert_eq!(
            differs,
            listed.is_some_and(|divergence| divergence.unlike_webpki),
            "{}: {}",
            outcome.id,
            spoken(outcome.verdict)
        );
    }
}

#[test]
fn the_program_says_what_the_library_says() {
    // Thousands differ in a name only: every 97th of them, a prime, to meet all kinds.
    let thousands = |id: &str| id.starts_with("bettertls::nameconstraints");
    for suite in &*SUITES {
        let sample: Vec<(&Case, &Said)> = suite
            .iter()
            .enumerate()
            .filter(|(index, judged)| !thousands(&judged.case.id) || index % 97 == 0)
            .filter_map(|(_, judged)| Some((&judged.case, judged.said.as_ref()?)))
            .collect();
        assert!(!sample.is_empty());
        in_parallel(sample, |(case, said)| {
            let program = judges::program(&case.question());
            assert_eq!(spoken(&program), spoken(&said.ours), "{}", case.id);
        });
    }
}

#[test]
fn our_own_cases_have_every_kind() {
    let own = &SUITES[0];
    let right = outcomes(own).iter().filter(|o| o.is_right()).count();
    let sound = own.iter().filter(|judged| judged.case.is_sound()).count();
    let skipped = own.iter().filter(|judged| judged.said.is_none()).count();
    assert!(
        right >= 27 && sound >= 11 && skipped >= 4,
        "{right} {sound} {skipped}"
    );
}

#[test]
fn the_document_has_the_numbers() {
    let document = include_str!("../../../docs/conformance.md");
    let limbo = LIST.of(|id| !id.starts_with("own::"));
    let reasons = limbo.by_reason();
    for (reason, count) in &reasons {
        let line = format!("\n| `{reason}` | {count} | ");
        assert!(document.contains(&line), "not in the document: {line}");
    }
    // Other sections have tables of their own.
    let section = document
        .split("\n## ")
        .find(|s| s.starts_with("Known divergences"));
    let rows = section.map_or(0, |section| section.matches("\n| `").count());
    assert_eq!(rows, reasons.len(), "a reason that is no more");
    let lines = SUITES[1..].iter().flat_map(|suite| scores(suite));
    for line in lines {
        assert!(document.contains(&line), "not in the document: {line}");
    }
}

#[derive(Default)]
struct Score {
    cases: usize,
    right: usize,
    false_accept: usize,
    false_reject: usize,
    skipped: usize,
    webpki: usize,
}

impl Score {
    fn add(&mut self, judged: &Judged) {
        self.cases += 1;
        let (Some(outcome), Some(said)) = (judged.outcome(), &judged.said) else {
            self.skipped += 1;
            return;
        };
        self.webpki += usize::from(said.webpki_is_right);
        match (outcome.is_right(), outcome.is_sound) {
            (true, _) => self.right += 1,
            (false, false) => self.false_accept += 1,
            (false, true) => self.false_reject += 1,
        }
    }

    fn line(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} |",
            self.cases, self.right, self.false_accept, self.false_reject, self.skipped, self.webpki
        )
    }
}

/// The table's lines: each group, the sum without `BetterTLS`, and the sum.
fn scores(suite: &[Judged]) -> Vec<String> {
    let mut groups: BTreeMap<&str, Score> = BTreeMap::new();
    let (mut core, mut all) = (Score::default(), Score::default());
    for judged in suite {
        let group = judged.case.group();
        groups.entry(group).or_default().add(judged);
        all.add(judged);
        if !group.starts_with("bettertls") {
            core.add(judged);
        }
    }
    let sums = [("**all but bettertls**", &core), ("**all**", &all)];
    let groups = groups.iter().map(|(group, score)| (*group, score));
    groups
        .chain(sums)
        .map(|(name, score)| score.line(name))
        .collect()
}

fn skips(suite: &[Judged]) -> BTreeMap<&'static str, usize> {
    let mut skips = BTreeMap::new();
    for reason in suite.iter().filter_map(|judged| judged.case.skipped()) {
        *skips.entry(reason).or_default() += 1;
    }
    skips
}

fn print_scores(suite: &[Judged], list: &Divergences<'_>) {
    println!("| group | cases | right | false accept | false reject | skipped | webpki right |");
    println!("|---|---|---|---|---|---|---|");
    println!("{}\n\nskipped:", scores(suite).join("\n"));
    for (reason, count) in skips(suite) {
        println!("{count:5} {reason}");
    }
    println!("\nknown divergences:");
    for (reason, count) in list.by_reason() {
        println!("{count:5} {reason}");
    }
    println!();
}
