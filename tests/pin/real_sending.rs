//! The real `hg email` through every place of a host, by one pin set: Postfix at two addresses and
//! three ports.
#![allow(clippy::disallowed_methods, reason = "tests use files and sockets")]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;
use testkit::hg::hg;
use testkit::mta::{Kind, Mta};
use testkit::names::{Names, block, hosts};
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Run, finish, program};
use testkit::raw::{listen_on, relay};
use testkit::user::{EMAIL, UNATTENDED, User, renew, sha256};

const NAME: &str = "sending.example";
const NET: u8 = 59;

/// Runs a program as the user, where names have these addresses.
fn run(user: &User, names: &Names, words: &[&str]) -> Run {
    let mut command = user.command(Path::new(words[0]));
    command.args(&words[1..]);
    let mut command = names.within(&command);
    finish(command.current_dir(user.home.path().join("repo")))
}

/// Sends mail through one place; true if it was sent.
fn sends(user: &User, (ip, port): (&str, u16)) -> (bool, String) {
    let ip = ip.to_owned();
    let names = Names::new("sending", &hosts(NAME, &[ip])).expect("a namespace");
    let tls = if port == 465 { "smtps" } else { "starttls" };
    let (port, tls) = (format!("smtp.port={port}"), format!("smtp.tls={tls}"));
    let place = ["--config", &port, "--config", &tls];
    let hg = user.hg.to_str().expect("UTF-8");
    let run = run(
        user,
        &names,
        &[&[hg][..], EMAIL, UNATTENDED, &place].concat(),
    );
    (run.code == 0, run.stderr)
}

/// Postfix with a second identity, of another type of key.
fn two_keys(mta: &Mta, user: &User, identities: [&Identity; 2]) {
    let mut files = Vec::new();
    for (index, identity) in identities.iter().enumerate() {
        for (kind, text) in [("key", &identity.key_pem), ("chain", &identity.chain_pem())] {
            let file = user.home.file(&format!("{kind}{index}.pem"), text);
            files.push(file.display().to_string());
        }
    }
    let line = format!("smtpd_tls_chain_files = {}\n", files.join(", "));
    mta.reconfigure(&line).expect("Postfix is told");
    // It reads its files again in its own time.
    let target = format!("127.0.0.1:{}", mta.starttls_port());
    let second = &sha256(identities[1])["sha256:".len()..];
    let words = [
        &target,
        "--no-hgrc",
        "--key-type",
        "rsa",
        "--format",
        "json",
    ];
    for _ in 0..200 {
        if user.certcheck(&words).stdout.contains(second) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    unreachable!("{}", mta.log());
}

#[test]
fn hg_sends_through_every_place_by_one_pin_set() {
    const TEST: &str = "hg_sends_through_every_place_by_one_pin_set";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Sending", KeyKind::P256);
    let [usual, old] = [0, 1].map(|_| pki.identity(leaf(&[NAME])));
    let rsa = pki.identity_of(KeyKind::Rsa2048, &leaf(&[NAME]));
    let start = |identity: &Identity| Mta::for_test(TEST, Kind::Postfix, identity);
    let (Some(first), Some(second), Some(stale)) = (start(&usual), start(&usual), start(&old))
    else {
        return;
    };
    let (ip, _) = block(NET);
    let ips = [ip(1), ip(2)];
    if TcpListener::bind((ips[0].as_str(), 25)).is_err() {
        testkit::skip::skip(TEST, "port 25 of the loopback cannot be used here");
        return;
    }
    let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
        return;
    };
    // At the second address port 587 was not reloaded.
    let places = [
        (0, 25, first.starttls_port()),
        (0, 465, first.smtps_port()),
        (0, 587, first.starttls_port()),
        (1, 25, second.starttls_port()),
        (1, 465, second.smtps_port()),
        (1, 587, stale.starttls_port()),
    ];
    for (index, port, inner) in places {
        let inner = SocketAddr::from(([127, 0, 0, 1], inner));
        let address = format!("{}:{port}", ips[index]);
        listen_on(&address, move |client| relay(client, inner));
    }
    let user = User::new(hg);
    user.home.file("root.pem", pki.root_pem());
    for mta in [&first, &second] {
        two_keys(mta, &user, [&usual, &rsa]);
    }
    let certcheck = program().get_program().to_owned();
    let certcheck = certcheck.to_str().expect("UTF-8");
    let root = user.home.path().join("root.pem");
    let pin = |words: &[&str]| {
        let root = root.to_str().expect("UTF-8");
        let all = [
            certcheck,
            "pin",
            NAME,
            "--all",
            "--ehlo",
            "x",
            "--cacerts",
            root,
        ];
        run(&user, &names, &[&all[..], words].concat())
    };
    let pinned = pin(&["--write", "--yes"]);
    assert_eq!(pinned.code, 0, "{}", pinned.stderr);
    let promise = format!("hg email accepts {NAME} only with these 3 certificates");
    assert!(pinned.stderr.contains(&promise), "{}", pinned.stderr);
    let row = format!("587 at {}", ips[1]);
    assert!(
        pinned.stderr.lines().any(|line| line.ends_with(&row)),
        "{}",
        pinned.stderr
    );
    for (index, port, _) in places {
        let (sent, said) = sends(&user, (&ips[index], port));
        assert!(sent, "{index} {port}: {said}");
    }
    // By a pin of one, hg is locked out at one place.
    let whole = std::fs::read_to_string(user.home.path().join(".hgrc")).expect("the hgrc");
    let fewer = whole.replace(&sha256(&old), &sha256(&usual));
    user.home.file(".hgrc", &fewer);
    let (sent, said) = sends(&user, (&ips[1], 587));
    assert!(!sent && said.contains("fingerprint"), "{said}");
    let watch = pin(&["--check"]);
    assert_eq!(watch.code, 1, "{}{}", watch.stdout, watch.stderr);
    user.home.file(".hgrc", &whole);
    let watch = pin(&["--check"]);
    assert_eq!(
        (watch.code, watch.stdout.as_str()),
        (0, ""),
        "{}",
        watch.stderr
    );
    // An impostor at one place: nothing changes, and hg does not send there.
    let impostor = Pki::self_signed(&leaf(&[NAME]), KeyKind::P256);
    let target = format!("127.0.0.1:{}", stale.starttls_port());
    renew(&stale, &user, &target, &impostor);
    for words in [&["--write", "--yes"][..], &["--write", "--yes", "--add"]] {
        let tried = pin(words);
        assert_eq!(tried.code, 1, "{}", tried.stderr);
        let place = format!("{row}; ECDSA");
        assert!(tried.stderr.contains(&place), "{}", tried.stderr);
    }
    let now = std::fs::read_to_string(user.home.path().join(".hgrc")).expect("the hgrc");
    assert_eq!(now, whole);
    assert!(!sends(&user, (&ips[1], 587)).0);
    assert!(sends(&user, (&ips[0], 587)).0);
}
