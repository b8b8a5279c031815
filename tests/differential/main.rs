//! Generated PKIs before the real judges: where they must agree with each other.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    dead_code,
    unreachable_pub,
    reason = "tests write files, and print what differs"
)]

mod judges;

use judges::{OpenSsl, certtool};
use std::collections::BTreeMap;
use testkit::generate::Generator;
use testkit::pki::now;

/// Debian 12's OpenSSL and Debian 13's judge alike: the models need no release of it.
#[test]
fn both_openssl_agree() {
    let Some(next) = OpenSsl::next() else {
        let reason = "Debian 13's openssl is not there: run tests/install";
        return testkit::skip::skip("both_openssl_agree", reason);
    };
    let generator = Generator::new(now());
    let dir = tempfile::TempDir::new().expect("a directory");
    for seed in 0..100 {
        let case = generator.case(seed);
        case.write(dir.path()).expect("files");
        for strict in [false, true] {
            let present = OpenSsl::present().judge(dir.path(), &case, strict);
            let next = next.judge(dir.path(), &case, strict);
            assert_eq!(
                present.accepts(),
                next.accepts(),
                "{seed}: {present:?} {next:?}"
            );
        }
    }
}

#[test]
#[ignore = "statistics of the generator"]
fn statistics() {
    let generator = Generator::new(now());
    let dir = tempfile::TempDir::new().expect("a directory");
    let openssl = OpenSsl::present();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    let count: u64 = std::env::var("COUNT").map_or(300, |n| n.parse().expect("a number"));
    for seed in 0..count {
        let case = generator.case(seed);
        case.write(dir.path()).expect("files");
        let truths = [
            ("openssl", openssl.judge(dir.path(), &case, false)),
            ("strict", openssl.judge(dir.path(), &case, true)),
            ("gnutls", certtool(dir.path(), &case)),
        ];
        for (who, truth) in truths {
            let text: String = format!("{who} {truth:?}").chars().take(200).collect();
            let short = text.split(" at ").next().unwrap_or_default().to_owned();
            *tally.entry(short).or_default() += 1;
        }
    }
    for (what, count) in tally {
        println!("{count:5} {what}");
    }
}
