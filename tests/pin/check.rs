//! `pin --check`: silent while a host presents what is pinned, and clear about everything else.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use crate::host::{Host, NAME, PKI, digest, good, impostor};
use serde_json::Value;
use testkit::pki::leaf;
use testkit::program::{Run, pins};
use testkit::server::Behaviour;

/// The code, and what was said on both outputs.
fn said(run: &Run) -> (i32, &str, &str) {
    (run.code, &run.stdout, &run.stderr)
}

fn json(run: &Run) -> Value {
    pins(&run.stdout)
}

/// The changes of the set, in its order.
fn changes(found: &Value) -> Vec<Option<&str>> {
    let set = found["set"].as_array().expect("a set");
    set.iter().map(|one| one["change"].as_str()).collect()
}

#[test]
fn the_watch_is_silent_while_the_set_is_the_same() {
    let good = good();
    let test = "the_watch_is_silent";
    let Some(mut host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    let run = host.run("--check");
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("nothing is pinned"), "{}", run.stderr);
    assert_eq!(host.run("--write --yes").code, 0);
    for how in ["--all --check", "--check", "--all --check -q"] {
        let run = host.pin(&format!("{NAME} {how}"));
        assert_eq!(said(&run), (0, "", ""), "{how}");
    }
    let run = host.run("--check --format json");
    let found = json(&run);
    assert_eq!((run.code, &found["same"]), (0, &Value::Bool(true)));
    assert_eq!(changes(&found), [None]);
    assert_eq!(found["set"][0]["places"].as_array().map(Vec::len), Some(7));
    // A certificate that is not pinned, trusted or not.
    let before = host.hgrc();
    for (identity, words, advises) in [
        (PKI.identity(leaf(&[NAME])), "it may be a renewal", true),
        (impostor(), "its chain is not trusted", false),
    ] {
        host.renew((1, 465), &identity);
        let run = host.run("--check");
        assert_eq!(run.code, 1, "{}", run.stderr);
        let verdict = format!("{NAME}: ALARM: 1 of 2 certificates is not as pinned\n");
        assert!(run.stdout.starts_with(&verdict), "{}", run.stdout);
        let place = format!("465 at {}; ECDSA", host.ips[1]);
        assert!(run.stdout.contains(&place), "{}", run.stdout);
        assert!(run.stdout.contains(&digest(&identity)), "{}", run.stdout);
        assert!(run.stdout.contains(words), "{}", run.stdout);
        assert_eq!(
            run.stderr.contains("--write --add"),
            advises,
            "{}",
            run.stderr
        );
        let quiet = host.run("--check -q");
        assert_eq!(said(&quiet), (1, verdict.as_str(), ""));
        assert_eq!(
            changes(&json(&host.run("--check --format json"))),
            [None, Some("unknown")]
        );
        // One port alone does not see it.
        assert_eq!(host.pin(&format!("{NAME}:587 --check")).code, 0);
        assert_eq!(host.pin(&format!("{NAME}:465 --check")).code, 1);
    }
    assert_eq!(host.hgrc(), before);
    host.renew((1, 465), &good);
    // What is pinned and not seen is said, and is no failure.
    let next = PKI.identity(leaf(&[NAME]));
    host.write("next.pem", &next.chain_pem());
    assert_eq!(host.run("--also next.pem --write --yes").code, 0);
    let gone = format!("  pinned, and not seen: {}\n", digest(&next));
    assert_eq!(said(&host.run("--check")), (0, gone.as_str(), ""));
    assert_eq!(said(&host.run("--check -q")), (0, "", ""));
    host.servers.clear();
}

#[test]
fn a_saved_set_tells_a_renewal_from_an_impostor_and_knows_its_places() {
    let good = good();
    let test = "a_saved_set_tells_a_renewal";
    let Some(mut host) = Host::new(test) else {
        return;
    };
    let plain = Behaviour::default();
    for place in [(0, 25), (0, 587), (1, 25)] {
        host.serve(place, &good, &plain);
    }
    let saved = host.run("--for json");
    assert_eq!(saved.code, 0, "{}", saved.stderr);
    assert_eq!(json(&saved)["set"].as_array().map(Vec::len), Some(1));
    host.write("set.json", &saved.stdout);
    let check = |host: &Host| host.run("--check --baseline set.json");
    assert_eq!(said(&check(&host)), (0, "", ""));
    // What the check shows is a baseline, too.
    let shown = host.run("--check --baseline set.json --format json");
    host.write("set.json", &shown.stdout);
    assert_eq!(said(&check(&host)), (0, "", ""));
    let renewed = PKI.renewed(&good, &leaf(&[NAME]));
    let other_key = PKI.identity(leaf(&[NAME]));
    for (identity, verdict) in [
        (&renewed, "1 of 2 certificates is renewed"),
        (&other_key, "1 of 2 certificates is renewed"),
        (&impostor(), "ALARM: 1 of 2 certificates is not as pinned"),
    ] {
        host.renew((0, 587), identity);
        let run = check(&host);
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert!(run.stdout.contains(verdict), "{}", run.stdout);
        let is_news = !verdict.contains("ALARM");
        let renews = format!("it renews {}", digest(&good));
        assert_eq!(run.stdout.contains(&renews), is_news, "{}", run.stdout);
        assert_eq!(run.stdout.contains("ALARM"), !is_news, "{}", run.stdout);
    }
    host.renew((0, 587), &good);
    assert_eq!(check(&host).code, 0);
    // A new place is an alarm, whatever it shows.
    host.serve((1, 587), &good, &plain);
    let run = check(&host);
    assert_eq!(run.code, 1, "{}", run.stdout);
    let new = format!("ALARM: it is pinned, and new at 587 at {}", host.ips[1]);
    assert!(run.stdout.contains(&new), "{}", run.stdout);
    // Files that are no set of this host.
    host.write("broken.json", "{");
    host.write("other.json", &saved.stdout.replace(NAME, "other.example"));
    host.write("empty.json", "{\"host\": \"all.example\"}");
    for (file, words) in [
        ("broken.json", "not JSON"),
        ("other.json", "of the host \"other.example\""),
        ("empty.json", "holds no set"),
        ("nothing.json", "No such file"),
    ] {
        let run = host.run(&format!("--check --baseline {file}"));
        assert_eq!(run.code, 2, "{file}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{file}: {}", run.stderr);
    }
}

#[test]
fn what_could_not_be_looked_at_is_never_the_same() {
    let good = good();
    let Some(mut host) = Host::new("what_could_not_be_looked_at") else {
        return;
    };
    host.serve((0, 25), &good, &Behaviour::default());
    assert_eq!(host.run("--write --yes").code, 0);
    assert_eq!(said(&host.run("--check")), (0, "", ""));
    let at = |index: usize, port: u16| format!("{}:{port}", host.ips[index]);
    // A port without STARTTLS presents nothing, as a closed one.
    testkit::raw::listen_on(&at(0, 587), testkit::raw::without_starttls);
    assert_eq!(said(&host.run("--check")), (0, "", ""));
    testkit::raw::listen_on(&at(1, 587), testkit::raw::busy);
    let run = host.run("--check");
    assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{}", run.stderr);
    let place = format!("note: 587 at {} showed no certificate", host.ips[1]);
    assert!(run.stderr.contains(&place), "{}", run.stderr);
    assert!(run.stderr.contains("421 too busy"), "{}", run.stderr);
    let found = host.run("--check --format json");
    assert_eq!(found.code, 4);
    assert_eq!(json(&found)["failed"][0]["code"], "temporary-refusal");
    // Whatever it is, an impostor outweighs it.
    host.renew((0, 25), &impostor());
    assert_eq!(host.run("--check").code, 1);
    // Of a host that does not answer nothing is known.
    let Some(host) = Host::new("what_could_not_be_looked_at") else {
        return;
    };
    host.write(
        ".hgrc",
        &format!("[hostsecurity]\n{NAME}:fingerprints = {}\n", digest(&good)),
    );
    let run = host.run("--check");
    assert_eq!(run.code, 3, "{}", run.stderr);
    let run = host.run("--check --format json");
    assert_eq!(run.code, 3, "{}", run.stdout);
}
