//! `pin --all`: every certificate of a host at all of its addresses and ports, or none.
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use crate::host::{Host, NAME, PKI, RSA, digest, good, impostor};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::Run;
use testkit::server::Behaviour;

/// The lines of a table, without indents.
fn lines(run: &Run) -> Vec<&str> {
    run.stderr.lines().map(str::trim).collect()
}

#[test]
fn two_certificates_of_six_places_are_pinned_with_twelve_connections_at_most() {
    let ecdsa = good();
    let behaviour = Behaviour {
        second: Some(RSA.clone()),
        ..Behaviour::default()
    };
    let test = "two_certificates_of_six_places";
    let Some(host) = Host::everywhere(test, &ecdsa, &behaviour) else {
        return;
    };
    let run = host.run("--write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(host.connections() <= 12, "{}", host.connections());
    let hgrc = host.hgrc().expect("it is written");
    for identity in [&ecdsa, &RSA] {
        let pin = digest(identity);
        assert_eq!(hgrc.matches(&pin).count(), 2, "{hgrc}");
        let row = format!("{} ", &pin["sha256:".len()..][..8]);
        let row = lines(&run).into_iter().find(|line| line.starts_with(&row));
        let row = row.expect("a row of the table");
        assert!(row.contains(&host.ips[0]), "{row}");
    }
    let [one, two] = &host.ips;
    assert!(
        run.stderr
            .contains(&format!("25, 465, 587 at {one}, {two}\n")),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains(&format!("{NAME} presents 2 certificates at 6 places:"))
    );
    assert!(
        run.stderr
            .contains("hg email accepts all.example only with these 2 certificates"),
        "{}",
        run.stderr
    );
    // The same again changes nothing.
    let again = host.run("--write --yes");
    assert_eq!(
        (again.code, host.hgrc()),
        (0, Some(hgrc)),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains("already pinned"), "{}", again.stderr);
    let printed = host.run("--no-hgrc");
    let comments = printed.stdout.lines().filter(|line| line.starts_with('#'));
    assert_eq!(comments.count(), 3, "{}", printed.stdout);
    let list = format!(
        "{NAME}:fingerprints = {}, {}\n",
        digest(&ecdsa),
        digest(&RSA)
    );
    assert!(printed.stdout.contains(&list), "{}", printed.stdout);
}

#[test]
fn one_impostor_stops_all_and_is_named_with_its_place() {
    let good = good();
    let impostor = impostor();
    for place in [(0, 25), (1, 465), (1, 587)] {
        let test = "one_impostor_stops_all";
        let Some(mut host) = Host::everywhere(test, &good, &Behaviour::default()) else {
            return;
        };
        host.renew(place, &impostor);
        for how in ["--write --yes", "", "--write --yes --replace"] {
            let run = host.run(how);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
            assert_eq!(host.hgrc(), None);
            let at = format!("{} at {}; ECDSA", place.1, host.ips[place.0]);
            assert!(lines(&run).contains(&at.as_str()), "{}", run.stderr);
            assert!(run.stderr.contains(&digest(&impostor)), "{}", run.stderr);
            let named = lines(&run)
                .into_iter()
                .filter(|line| line.starts_with("sha256:"));
            assert_eq!(named.count(), 1, "only the impostor: {}", run.stderr);
        }
        // Another one that the user names is not there.
        let other = format!("sha256:{}", "ab".repeat(32));
        let run = host.run(&format!(
            "--write --yes --expect {other} --accept-untrusted"
        ));
        assert_eq!((run.code, host.hgrc()), (1, None), "{}", run.stderr);
        assert!(
            run.stderr.contains("no place presents the certificate"),
            "{}",
            run.stderr
        );
        // The user has compared it.
        let run = host.run(&format!("--write --yes --expect {}", digest(&impostor)));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let hgrc = host.hgrc().expect("it is written");
        assert!(hgrc.contains(&digest(&impostor)) && hgrc.contains(&digest(&good)));
        host.servers.clear();
    }
}

#[test]
fn an_impostor_for_one_type_of_key_or_without_a_name_is_found() {
    let good = good();
    let stranger = impostor();
    let rsa = Pki::self_signed(&leaf(&[NAME]), KeyKind::Rsa2048);
    let with = |second: Option<&Identity>, nameless: Option<&Identity>| Behaviour {
        second: second.cloned(),
        nameless: nameless.cloned(),
        ..Behaviour::default()
    };
    for (behaviour, words) in [
        (with(Some(&rsa), None), ["", "; RSA"]),
        (with(None, Some(&stranger)), ["without SNI: ", "; ECDSA"]),
    ] {
        let test = "an_impostor_for_one_type_of_key";
        let Some(mut host) = Host::new(test) else {
            return;
        };
        host.serve((0, 587), &good, &behaviour);
        let run = host.run("--write --yes");
        assert_eq!((run.code, host.hgrc()), (1, None), "{}", run.stderr);
        let place = format!("{}587 at {}{}", words[0], host.ips[0], words[1]);
        assert!(lines(&run).contains(&place.as_str()), "{}", run.stderr);
        let without = host.run("--write --yes --sni-only");
        let is_nameless = behaviour.nameless.is_some();
        assert_eq!(without.code, i32::from(!is_nameless), "{}", without.stderr);
        assert_eq!(run.stderr.contains("--sni-only"), is_nameless);
    }
}

#[test]
fn a_certificate_beside_the_pins_is_an_alarm_and_one_that_is_gone_stays() {
    let (good, old) = (good(), PKI.identity(leaf(&[NAME])));
    let test = "a_certificate_beside_the_pins";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    assert_eq!(host.run("--write --yes").code, 0);
    let before = host.hgrc().expect("it is written");
    // One port was not reloaded.
    host.renew((1, 587), &old);
    let run = host.run("--write --yes");
    assert_eq!(
        (run.code, host.hgrc().as_ref()),
        (1, Some(&before)),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("it is none of those that are pinned"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains(&format!("587 at {}", host.ips[1])),
        "{}",
        run.stderr
    );
    let run = host.run("--write --yes --add");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let both = host.hgrc().expect("it is written");
    assert!(both.contains(&digest(&old)) && both.contains(&digest(&good)));
    // It is gone again, and stays until the user drops it.
    host.renew((1, 587), &good);
    let run = host.run("--write --yes");
    assert_eq!(
        (run.code, host.hgrc().as_ref()),
        (0, Some(&both)),
        "{}",
        run.stderr
    );
    let gone = format!("{} ", &digest(&old)["sha256:".len()..][..8]);
    let row = lines(&run).into_iter().find(|line| line.starts_with(&gone));
    assert!(
        row.is_some_and(|row| row.ends_with("not seen")),
        "{}",
        run.stderr
    );
    let run = host.run("--write --yes --prune");
    assert_eq!((run.code, host.hgrc()), (0, Some(before)), "{}", run.stderr);
}

#[test]
fn what_is_to_come_is_pinned_unseen() {
    let good = good();
    let next = PKI.identity(leaf(&[NAME]));
    let test = "what_is_to_come_is_pinned_unseen";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    host.write("next.pem", &next.chain_pem());
    host.write("self.pem", &impostor().chain_pem());
    std::fs::write(host.path("next.der"), &next.chain[0]).expect("a file");
    let run = host.run("--also next.pem --write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("note: the certificate of \"next.pem\" was not seen"),
        "{}",
        run.stderr
    );
    let hgrc = host.hgrc().expect("it is written");
    assert!(
        hgrc.contains(&digest(&next)) && hgrc.contains(&digest(&good)),
        "{hgrc}"
    );
    // It is renewed as it was said.
    for server in &host.servers {
        server.renew(&next);
    }
    let run = host.run("--write --yes");
    assert_eq!((run.code, host.hgrc()), (0, Some(hgrc)), "{}", run.stderr);
    // The rules are those of what is seen, but for the proof.
    for (file, code) in [("self.pem", 1), ("next.der", 1), ("nothing.pem", 2)] {
        let run = host.run(&format!("--no-hgrc --also {file}"));
        assert_eq!(
            run.code,
            if file == "next.der" { 0 } else { code },
            "{file}: {}",
            run.stderr
        );
    }
}

#[test]
fn closed_ports_are_said_quietly_and_no_port_at_all_is_a_failure() {
    let good = good();
    let Some(mut host) = Host::new("closed_ports_are_said_quietly") else {
        return;
    };
    let run = host.run("--no-hgrc");
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
    host.serve((0, 587), &good, &Behaviour::default());
    let run = host.run("--no-hgrc");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let [one, two] = &host.ips;
    let closed = format!("closed: 25, 465 at {one}; 25, 465, 587 at {two}");
    assert!(lines(&run).contains(&closed.as_str()), "{}", run.stderr);
    assert!(!run.stderr.contains("note:"), "{}", run.stderr);
    // Other ports, with what is spoken there.
    host.serve((0, 2525), &good, &Behaviour::default());
    for (ports, seen) in [("2525", 1), ("smtp:2525,587", 2)] {
        let run = host.run(&format!("--no-hgrc --ports {ports}"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let said = format!("presents 1 certificate at {seen} place");
        assert!(run.stderr.contains(&said), "{}", run.stderr);
        assert!(!run.stderr.contains("465"), "{}", run.stderr);
    }
    // The port for hg is one that shows a certificate.
    assert!(run.stdout.contains("\nport = 587\n"), "{}", run.stdout);
}

/// The text that stands in the lines of the other program, without comments.
fn settings(run: &Run) -> String {
    let lines = run
        .stdout
        .lines()
        .filter(|line| !line.starts_with(['#', ';']));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_program_that_holds_several_pins_gets_all_and_one_that_holds_one_gets_its_own() {
    let good = good();
    let old = PKI.identity(leaf(&[NAME]));
    let test = "a_program_that_holds_several_pins";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    host.renew((0, 465), &old);
    host.renew((1, 465), &old);
    let colons = |identity: &Identity| {
        let hex = digest(identity)["sha256:".len()..].to_uppercase();
        let pairs: Vec<&str> = (0..32).map(|at| &hex[2 * at..2 * at + 2]).collect();
        pairs.join(":")
    };
    let next = PKI.renewed(&good, &leaf(&[NAME]));
    host.write("next.pem", &next.chain_pem());
    let at = |words: &str| host.pin(&format!("{NAME}:587 --all {words}"));
    let run = at("--for postfix");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = format!(
        "\n[{NAME}]:587 fingerprint servername={NAME}\n    match={}\n    match={}",
        colons(&good),
        colons(&old)
    );
    assert_eq!(settings(&run), expected);
    assert!(run.stdout.contains("25, 587 at "), "{}", run.stdout);
    // By key, what is to come is there already.
    let pins = |run: &Run, what: &str| settings(run).matches(what).count();
    for (words, what, count) in [
        ("--for postfix --also next.pem", "match=", 3),
        ("--for postfix --by key --also next.pem", "match=", 2),
        ("--for tlsa --also next.pem", " IN TLSA 3 1 1 ", 2),
        (
            "--for tlsa --by fingerprint --also next.pem",
            " IN TLSA 3 0 1 ",
            3,
        ),
        ("--for curl", "sha256//", 2),
        ("--for curl", "pinnedpubkey", 1),
        ("--for gnutls", "|g0|", 4),
        ("--for openssl --by fingerprint", "BEGIN CERTIFICATE", 2),
    ] {
        let run = at(words);
        assert_eq!(run.code, 0, "{words}: {}", run.stderr);
        assert_eq!(pins(&run, what), count, "{words}: {}", run.stdout);
    }
    let run = at("--for git --by fingerprint --ca-out both.pem");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let file = std::fs::read_to_string(host.path("both.pem")).expect("the file");
    assert_eq!(file.matches("BEGIN CERTIFICATE").count(), 2, "{file}");
    assert_eq!(at("--for git --by fingerprint --ca-out both.pem").code, 0);
    // msmtp holds one: that of its own port.
    for (port, own, other) in [(587, &good, &old), (465, &old, &good)] {
        let run = host.pin(&format!("{NAME}:{port} --all --for msmtp"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(settings(&run).contains(&colons(own)), "{}", run.stdout);
        assert!(!settings(&run).contains(&colons(other)), "{}", run.stdout);
        assert!(
            run.stderr.contains("msmtp holds one pin: that of port"),
            "{}",
            run.stderr
        );
        let short = &digest(other)["sha256:".len()..][..8];
        assert!(
            lines(&run)
                .iter()
                .any(|line| line.starts_with(&format!("{short}: ")))
        );
    }
    for (words, code) in [
        ("--for msmtp --also next.pem", 2),
        ("--for git --ca-out ca.pem", 2),
        ("--for postfix --by cacerts --ca-out ca.pem", 2),
        ("--by cacerts --ca-out ca.pem", 2),
        ("--connect 127.0.0.1:25", 2),
        ("--via socks5://127.0.0.1:1080", 2),
        ("--via-command cat", 2),
        ("--mail --ports 25", 2),
    ] {
        let run = at(words);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (code, ""),
            "{words}: {}",
            run.stderr
        );
    }
    // An impostor at any place, and nothing is printed for any program.
    host.renew((1, 25), &impostor());
    for words in ["--for postfix", "--for msmtp", "--for json", "--for tlsa"] {
        let run = at(words);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (1, ""),
            "{words}: {}",
            run.stderr
        );
    }
}

#[test]
fn each_that_is_not_trusted_is_asked_about_and_one_no_is_enough() {
    const CONFIRM: &str = "Pin this certificate (yes, no, or the fingerprint)?";
    let good = good();
    let test = "each_that_is_not_trusted_is_asked_about";
    let Some(host) = Host::everywhere(test, &good, &Behaviour::default()) else {
        return;
    };
    let strangers = [impostor(), impostor()];
    host.renew((0, 25), &strangers[0]);
    host.renew((1, 465), &strangers[1]);
    let words = format!("{NAME} --all --write --yes --color never");
    for (answers, code) in [
        (["yes", "no"], 1),
        (["no", ""], 1),
        ([digest(&strangers[0]).as_str(), "yes"], 0),
    ] {
        let (mut child, mut terminal) = host.asked(&words, CONFIRM);
        terminal.keys(&format!("{}\n", answers[0]));
        if answers[0] != "no" {
            terminal.wait_for(CONFIRM, 2);
            terminal.keys(&format!("{}\n", answers[1]));
        }
        let shown = terminal.until_closed();
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{shown}");
        let hgrc = host.hgrc();
        assert_eq!(hgrc.is_some(), code == 0, "{shown}");
        if let Some(hgrc) = hgrc {
            let all = strangers.iter().chain([&good]);
            assert!(all.map(digest).all(|pin| hgrc.contains(&pin)), "{hgrc}");
        }
    }
    // What no answer helps comes before any question.
    let run = host.run("--write --yes");
    assert_eq!(
        run.code, 0,
        "what is pinned needs no answer: {}",
        run.stderr
    );
    let copy = Identity {
        chain: strangers[0].chain.clone(),
        ..good.clone()
    };
    host.renew((0, 25), &copy);
    let before = host.hgrc();
    let run = host.run("--write --yes --accept-untrusted --accept-unproven --replace");
    assert_eq!((run.code, host.hgrc()), (1, before), "{}", run.stderr);
    assert!(
        run.stderr.contains("signs with another key"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_is_to_come_stands_beside_the_pin_of_one_port() {
    let good = good();
    let next = PKI.renewed(&good, &leaf(&[NAME]));
    let test = "what_is_to_come_stands_beside_the_pin";
    let Some(mut host) = Host::new(test) else {
        return;
    };
    host.serve((0, 587), &good, &Behaviour::default());
    host.serve((1, 587), &good, &Behaviour::default());
    host.write("next.pem", &next.chain_pem());
    let at = |words: &str| host.pin(&format!("{NAME}:587 --also next.pem {words}"));
    let run = at("--write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("was not seen"), "{}", run.stderr);
    let hgrc = host.hgrc().expect("it is written");
    assert!(hgrc.contains(&digest(&next)) && hgrc.contains(&digest(&good)));
    let run = at("--no-hgrc");
    assert!(
        run.stdout.contains("# to come, not seen yet: "),
        "{}",
        run.stdout
    );
    let count = |run: &Run, what: &str| settings(run).matches(what).count();
    for (words, what, expected) in [
        ("--for postfix", "match=", 2),
        ("--for postfix --by key", "match=", 1),
        ("--for tlsa", " IN TLSA 3 1 1 ", 1),
        ("--for tlsa --by fingerprint", " IN TLSA 3 0 1 ", 2),
    ] {
        let run = at(words);
        assert_eq!(run.code, 0, "{words}: {}", run.stderr);
        assert_eq!(count(&run, what), expected, "{words}: {}", run.stdout);
    }
    for words in [
        "--for msmtp",
        "--for json",
        "--for git --ca-out ca.pem",
        "--by cacerts --ca-out ca.pem",
    ] {
        let run = at(words);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{words}: {}",
            run.stderr
        );
    }
    // One that is not trusted needs a yes, as one that is seen.
    host.write("next.pem", &impostor().chain_pem());
    for words in ["--for postfix", "--write --yes", "--no-hgrc"] {
        let run = at(words);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (1, ""),
            "{words}: {}",
            run.stderr
        );
    }
    assert_eq!(host.hgrc(), Some(hgrc));
}

/// `hg email` is told of no port that was not looked at, and of none without SMTP.
#[test]
fn ports_of_other_protocols_alone_are_not_pinned_for_hg() {
    let Some(mut host) = Host::new("ports_of_other_protocols_alone") else {
        return;
    };
    let good = good();
    host.serve((0, 993), &good, &Behaviour::default());
    for words in ["--ports 993,143", "--mail"] {
        let run = host.run(&format!("{words} -4 --one-address --write --yes"));
        assert_eq!(run.code, 1, "{words}: {}", run.stderr);
        assert!(
            run.stderr.contains("hg email speaks SMTP only"),
            "{}",
            run.stderr
        );
        assert_eq!(host.hgrc(), None, "{words}");
    }
    let run = host.pin(&format!("{NAME}:993 --all --write --yes"));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("is a server of IMAP"), "{}", run.stderr);
    assert_eq!(host.hgrc(), None);
    // Beside SMTP, it is pinned, too, and the port is that of SMTP.
    host.serve((0, 25), &good, &Behaviour::default());
    let run = host.run("--ports 993,25 --write --yes");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let hgrc = host.hgrc().expect("it is written");
    assert!(hgrc.contains("port = 25\n"), "{hgrc}");
}
