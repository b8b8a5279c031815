//! Generated PKIs before the models of the families of clients, and before the real programs:
//! docs/conformance.md says what it found. `DIFFERENTIAL=COUNT` judges so many, by the programs'
//! libraries, and `SEED=N` begins there; what differs is written to `target/differential/`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests write files, and print what differs"
)]

mod judges;
pub mod library;
mod live;
mod models;
mod tally;

use judges::OpenSsl;
use library::Libraries;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tally::Tally;
use testkit::generate::{Case, Generator};
use testkit::pki::now;

/// Which judges are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The programs themselves.
    Programs,
    /// Their libraries, and about each hundredth case the programs.
    Libraries,
}

/// Judges the cases of the seeds from `first` on.
fn judge(first: u64, count: u64, by: By, generator: &Generator) -> Tally {
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let dir = tempfile::TempDir::new().expect("a directory");
                let mut libraries = (by == By::Libraries).then(Libraries::start);
                let mut ask = |case: &Case, number: u64| {
                    let Some(libraries) = &mut libraries else {
                        // The other release of OpenSSL agrees so well that a part will do.
                        return judges::all(dir.path(), case, number.is_multiple_of(8));
                    };
                    let outcome = libraries.all(dir.path(), case);
                    if number.is_multiple_of(100) {
                        let programs = judges::all(dir.path(), case, false);
                        let agree = outcome.agrees_with(&programs);
                        assert!(agree, "{}: {outcome:?} {programs:?}", case.seed);
                    }
                    outcome
                };
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let case = generator.case(first.wrapping_add(number));
                    let outcome = ask(&case, number);
                    let said = models::verdicts(&case);
                    let differ = tally::differ(&case, &outcome, &said);
                    tally.lock().expect("a tally").add(&case, &outcome, &said);
                    for (family, remarks) in differ {
                        let small = generator.shrink(&case, |case| {
                            let outcome = ask(case, 1);
                            let differ = tally::differ(case, &outcome, &models::verdicts(case));
                            differ.iter().any(|(of, _)| *of == family)
                        });
                        tally::write(&format!("{}-shrunk", family.as_str()), &small, &remarks);
                    }
                    if (number + 1).is_multiple_of(10_000) {
                        println!("{} of {count}: seeds from {first} on", number + 1);
                    }
                }
            });
        }
    });
    tally.into_inner().expect("a tally")
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

/// The same every time, with odd octets. A fresh seed may show a fault of a new kind in them, and a
/// run for another change must not fail for that.
#[test]
fn of_a_fixed_seed() {
    let first = number("SEED").unwrap_or(0);
    let generator = Generator::with_odd_octets(now());
    match number("DIFFERENTIAL") {
        Some(count) => judge(first, count, By::Libraries, &generator).report(),
        None => judge(first, 1000, By::Programs, &generator).report(),
    }
}

/// Others every time, as CAs write them.
#[test]
fn of_a_fresh_seed() {
    if number("DIFFERENTIAL").is_some() {
        return;
    }
    let nanos = now().unix_timestamp_nanos() + i128::from(std::process::id());
    let first = u64::try_from(nanos % 1_000_000_007).expect("small") * 1_000_000;
    println!("SEED={first}");
    judge(first, 1000, By::Programs, &Generator::new(now())).report();
}

#[test]
fn nothing_is_skipped_in_ci() {
    if OpenSsl::next().is_none() {
        let reason = "Debian 13's openssl is not there: run tests/install";
        testkit::skip::skip("nothing_is_skipped_in_ci", reason);
    }
}
