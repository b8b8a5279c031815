//! Generated PKIs before the models of the families of clients, and before the real programs:
//! docs/conformance.md says what it found. `DIFFERENTIAL=COUNT` judges so many, `SEED=N` begins
//! there; what differs is written to `target/differential/`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests write files, and print what differs"
)]

mod judges;
mod live;
mod models;
mod tally;

use judges::OpenSsl;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tally::Tally;
use testkit::generate::Generator;
use testkit::pki::now;

/// Judges the cases of the seeds from `first` on.
fn judge(first: u64, count: u64) -> Tally {
    let generator = Generator::new(now());
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let dir = tempfile::TempDir::new().expect("a directory");
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    // The other release of OpenSSL agrees so well that a part will do.
                    let case = generator.case(first.wrapping_add(number));
                    let outcome = judges::all(dir.path(), &case, number % 8 == 0);
                    let said = models::verdicts(&case);
                    let differ = tally::differ(&case, &outcome, &said);
                    tally.lock().expect("a tally").add(&case, &outcome, &said);
                    for (family, remarks) in differ {
                        let small = generator.shrink(&case, |case| {
                            let outcome = judges::all(dir.path(), case, false);
                            let differ = tally::differ(case, &outcome, &models::verdicts(case));
                            differ.iter().any(|(of, _)| *of == family)
                        });
                        tally::write(&format!("{}-shrunk", family.as_str()), &small, &remarks);
                    }
                    if (number + 1) % 10_000 == 0 {
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

/// The same every time.
#[test]
fn of_a_fixed_seed() {
    let count = number("DIFFERENTIAL").unwrap_or(1000);
    judge(number("SEED").unwrap_or(0), count).report();
}

/// Others every time.
#[test]
fn of_a_fresh_seed() {
    if number("DIFFERENTIAL").is_some() {
        return;
    }
    let nanos = now().unix_timestamp_nanos() + i128::from(std::process::id());
    let first = u64::try_from(nanos % 1_000_000_007).expect("small") * 1_000_000;
    println!("SEED={first}");
    judge(first, 1000).report();
}

#[test]
fn nothing_is_skipped_in_ci() {
    if OpenSsl::next().is_none() {
        let reason = "Debian 13's openssl is not there: run tests/install";
        testkit::skip::skip("nothing_is_skipped_in_ci", reason);
    }
}
