//! Generated chains and lists: what OpenSSL finds revoked is never trusted here, what is trusted
//! here is accepted there, and what is accepted there and not here has a reason.

use super::drawn::{Drawn, Pool};
use super::judges::{Files, openssl_below_the_root, ours, statuses};
use super::kinds::{KINDS, kind};
use smtp_certcheck::judge::{Judgement, Status};
use std::collections::BTreeMap;
use std::io::Write as _;
use testkit::generate::dice::Dice;

/// How many: 120, unless the environment says otherwise.
fn count() -> u64 {
    let count = std::env::var("REVOCATION");
    count.map_or(120, |count| count.parse().expect("a number"))
}

#[test]
fn what_openssl_finds_revoked_is_never_trusted() {
    let pool = Pool::new();
    let mut dice = Dice::thrown(18);
    let mut tally: BTreeMap<(bool, String), usize> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..count() {
        let drawn = pool.draw(&mut dice);
        let judgement = ours(&drawn.setup);
        let theirs = openssl_below_the_root(&Files::of(&drawn.setup), &drawn.setup);
        let is_trusted = judgement.is_trusted();
        check(&drawn, &judgement, &theirs, &mut kinds).unwrap_or_else(|why| {
            let ours = statuses(&judgement);
            unreachable!(
                "case {number}: {why}; OpenSSL {theirs}, ours {ours}: {:?}",
                judgement.revocation
            )
        });
        *tally.entry((is_trusted, theirs)).or_default() += 1;
    }
    print(&tally, &kinds);
    let both = tally
        .get(&(true, "ok".to_owned()))
        .copied()
        .unwrap_or_default();
    assert!(
        both * 20 > usize::try_from(count()).expect("few"),
        "{both} are accepted by both"
    );
}

/// An error says what no reason explains.
fn check(
    drawn: &Drawn,
    judgement: &Judgement,
    theirs: &str,
    kinds: &mut BTreeMap<&'static str, usize>,
) -> Result<(), &'static str> {
    if judgement.is_trusted() {
        // OpenSSL takes the list of a namesake, and ends there.
        let is_known = matches!(theirs, "ok" | "8");
        return is_known.then_some(()).ok_or("trusted here alone");
    }
    if theirs != "ok" {
        return Ok(());
    }
    for status in &judgement.revocation {
        if status.status != Status::Good {
            let kind = kind(drawn, status).ok_or("refused here alone")?;
            *kinds.entry(kind).or_default() += 1;
        }
    }
    Ok(())
}

fn print(tally: &BTreeMap<(bool, String), usize>, kinds: &BTreeMap<&str, usize>) {
    let mut out = std::io::stdout().lock();
    for ((is_trusted, theirs), count) in tally {
        let ours = if *is_trusted {
            "trusted"
        } else {
            "not trusted"
        };
        let _ = writeln!(out, "{count:6} {ours}, OpenSSL: {theirs}");
    }
    for (kind, why) in KINDS {
        let count = kinds.get(kind).copied().unwrap_or_default();
        let _ = writeln!(out, "{count:6} {kind}: {why}");
    }
}
