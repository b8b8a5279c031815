//! A server with two addresses and the real `hg email`, which goes to the one that the resolver gives
//! first.
#![allow(clippy::disallowed_methods, reason = "tests use files and sockets")]

use std::net::SocketAddr;
use std::os::unix::fs::symlink;
use std::path::Path;
use testkit::hg::hg;
use testkit::mta::{Kind, Mta};
use testkit::names::{Names, block, hosts};
use testkit::pki::{KeyKind, Pki, expired_leaf, leaf};
use testkit::program::{Run, finish, program};
use testkit::raw::{listen_on, relay};
use testkit::server::{Behaviour, Server};
use testkit::user::{EMAIL, UNATTENDED, User};

const NAME: &str = "mx.example";

/// Runs a program as the user, where names have these addresses.
fn run(user: &User, names: &Names, words: &[&str]) -> Run {
    let path = format!("{}:/usr/bin:/bin", user.home.path().display());
    let mut command = user.command(Path::new(words[0]));
    command.args(&words[1..]).env("PATH", path);
    let mut command = names.within(&command);
    finish(command.current_dir(user.home.path().join("repo")))
}

#[test]
fn hg_goes_by_the_pins_of_both_addresses_and_the_hook_looks_at_both() {
    const TEST: &str = "hg_goes_by_the_pins_of_both_addresses_and_the_hook_looks_at_both";
    let Some(hg) = hg(TEST) else { return };
    let pki = Pki::new("Both", KeyKind::P256);
    let [one, other] = [0, 1].map(|_| pki.identity(leaf(&[NAME])));
    let (Some(first), Some(second)) = (
        Mta::for_test(TEST, Kind::Postfix, &one),
        Mta::for_test(TEST, Kind::Postfix, &other),
    ) else {
        return;
    };
    let (ip, port) = block(48);
    let ips = [ip(2), ip(3)];
    for (ip, mta) in ips.iter().zip([&first, &second]) {
        let inner = SocketAddr::from(([127, 0, 0, 1], mta.starttls_port()));
        listen_on(&format!("{ip}:{port}"), move |client| relay(client, inner));
    }
    let Some(names) = Names::new(TEST, &hosts(NAME, &ips)) else {
        return;
    };
    let user = User::new(hg);
    let certcheck = program().get_program().to_owned();
    symlink(certcheck, user.home.path().join("smtp-certcheck")).expect("a link");
    let root = user.home.file("root.pem", pki.root_pem());
    let root = root.to_str().expect("UTF-8");
    let target = format!("{NAME}:{port}");
    let pin = [
        "smtp-certcheck",
        "pin",
        &target,
        "--cacerts",
        root,
        "--write",
        "--yes",
    ];
    let pinned = run(&user, &names, &pin);
    assert_eq!(pinned.code, 0, "{}", pinned.stderr);
    let promise = "hg email accepts mx.example only with these 2 certificates";
    assert!(pinned.stderr.contains(promise), "{}", pinned.stderr);

    let hg = user.hg.to_str().expect("UTF-8");
    let email = [&[hg][..], EMAIL, UNATTENDED].concat();
    let hook = ["--config", "hooks.pre-email=smtp-certcheck -q"];
    let with_hook = [&email[..], &hook].concat();
    let mut order = ips.clone();
    for mta in [&first, &second] {
        names.set(&hosts(NAME, &order));
        let sent = run(&user, &names, &with_hook);
        assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
        assert_eq!(mta.delivered(1).len(), 1, "{order:?}");
        order.reverse();
    }

    // The other address is forgotten at a renewal: hg does not see it today, the hook does.
    let third = ip(4);
    let expired = pki.identity(expired_leaf(&[NAME]));
    Server::start_on(&format!("{third}:{port}"), &expired, Behaviour::default());
    names.set(&hosts(NAME, &[ips[0].clone(), third.clone()]));
    let stopped = run(&user, &names, &with_hook);
    assert_eq!(stopped.code, 255, "{}{}", stopped.stdout, stopped.stderr);
    let at = format!("address {third}: ");
    assert!(stopped.stdout.contains(&at), "{}", stopped.stdout);
    // And a new pin of the name is an alarm.
    let alarm = run(&user, &names, &pin);
    assert_eq!(alarm.code, 1, "{}", alarm.stderr);
    let text = format!("{target} at {third} IS NOT THE PINNED ONE");
    assert!(alarm.stderr.contains(&text), "{}", alarm.stderr);
    // hg sends as before, where it meets the first.
    assert_eq!(run(&user, &names, &email).code, 0);
    assert_eq!(first.delivered(2).len(), 2);
}
