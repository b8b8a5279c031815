//! What must hold whatever the facts are: a worse fact never makes a better verdict of a host, and
//! what one kind of sender does not look at does not change what it does.

use super::hold;
use super::world::{
    self, MX1, MX2, PKI, RSA, distrust, next_key, no_sts, no_tlsa, set, show, sound, sts,
    tls_failed, tlsa, unreachable, unsigned,
};
use smtp_certcheck::judge::domain::{
    AtHost, Delivery, Domain, Kind, MailHost, Outcome, Seen, Verdict, judge_domain,
};
use smtp_certcheck::records::Status;
use smtp_certcheck::records::tlsa::Tlsa;
use testkit::generate::dice::Dice;

/// A change for the worse, of a host or of the domain.
type Worse = fn(&mut Domain, usize, &mut Dice);

/// Each with the kinds of senders for which it is worse, or the same; for the others nothing changes.
const WORSE: &[(&str, &[Kind], Worse)] = &[
    ("no STARTTLS", ALL, |d, host, _| {
        if_up(d, host, &Seen::NoStarttls)
    }),
    ("TLS fails", ALL, |d, host, _| if_up(d, host, &tls_failed())),
    ("unreachable", ALL, |d, host, _| {
        show(&mut d.hosts[host], &unreachable())
    }),
    ("bogus addresses", ALL, |d, host, _| {
        set(&mut d.hosts[host].addresses, Status::Bogus)
    }),
    ("bogus TLSA", &[Kind::Dane], |d, host, _| {
        set(&mut d.hosts[host].tlsa.lookup, Status::Bogus);
    }),
    ("no answer about TLSA", &[Kind::Dane], |d, host, _| {
        set(&mut d.hosts[host].tlsa.lookup, Status::NoAnswer);
    }),
    ("one more address", ALL, |d, host, dice| {
        let all = [&*MX1, &*MX2, &*RSA];
        let identity = *dice.pick(&all);
        if is_up(&d.hosts[host]) {
            let look = world::look("2001:db8::9", identity);
            d.hosts[host].looks.push(look);
        }
    }),
    ("distrust", &[Kind::MtaSts], |d, host, _| {
        distrust(&mut d.hosts[host])
    }),
    ("uncovered", &[Kind::MtaSts], |d, _, _| {
        if matches!(sts(d).policy(), Some(policy) if policy.mode.as_str() == "enforce") {
            sts(d).fetched = Some(world::policy(
                "mode: enforce\nmx: x.test\nmax_age: 604800\n",
            ));
        }
    }),
];

/// What would be better than no connection.
fn if_up(domain: &mut Domain, host: usize, seen: &Seen) {
    if is_up(&domain.hosts[host]) {
        show(&mut domain.hosts[host], seen);
    }
}

fn is_up(host: &MailHost) -> bool {
    let mut looks = host.looks.iter();
    looks.all(|look| matches!(look.seen, Seen::Chain(_)))
}

const ALL: &[Kind] = &[Kind::Dane, Kind::MtaSts, Kind::Opportunistic];

/// A domain by chance.
pub(super) fn domain(dice: &mut Dice) -> Domain {
    let mut domain = sound();
    if dice.chance(30) {
        domain.hosts.truncate(1);
    }
    if dice.chance(20) {
        set(&mut domain.mx, Status::Insecure);
    }
    if dice.chance(25) {
        no_sts(&mut domain);
    } else if dice.chance(20) {
        sts(&mut domain).fetched = Some(world::policy(
            "mode: testing\nmx: *.example.org\nmax_age: 1\n",
        ));
    }
    for host in 0..domain.hosts.len() {
        match dice.below(10) {
            0 => no_tlsa(&mut domain.hosts[host]),
            1 => unsigned(&mut domain.hosts[host]),
            2..7 => domain.hosts[host].tlsa.records = records(dice),
            _ => {}
        }
        for _ in 0..*dice.weighted(&[(60, 0), (30, 1), (10, 2)]) {
            let place = dice.below(WORSE.len());
            (WORSE[place].2)(&mut domain, host, dice);
        }
    }
    domain
}

fn records(dice: &mut Dice) -> Vec<Tlsa> {
    let all = [
        tlsa(3, 1, &MX1.chain[0]),
        tlsa(3, 1, &MX2.chain[0]),
        tlsa(3, 0, &MX1.chain[0]),
        tlsa(3, 1, &RSA.chain[0]),
        tlsa(2, 1, &PKI.intermediate()),
        tlsa(2, 0, &PKI.root()),
        tlsa(1, 1, &MX1.chain[0]),
        next_key(),
        Tlsa::sha256(3, 1, b""),
        Tlsa {
            matching: 2,
            data: vec![1; 64],
            ..next_key()
        },
    ];
    let count = 1 + dice.below(4);
    (0..count).map(|_| dice.pick(&all).clone()).collect()
}

fn at(verdict: &Verdict, kind: Kind, host: usize) -> Option<&AtHost> {
    let mut senders = verdict.senders.iter();
    senders
        .find(|sender| sender.sender == kind)
        .map(|sender| &sender.hosts[host])
}

#[test]
fn a_worse_fact_never_makes_a_better_verdict_of_a_host() {
    let mut dice = Dice::thrown(7672);
    let mut changed = 0;
    for _ in 0..500 {
        let before = domain(&mut dice);
        let host = dice.below(before.hosts.len());
        let (name, kinds, worsen) = dice.pick(WORSE);
        let mut after = before.clone();
        worsen(&mut after, host, &mut dice);
        let (good, bad) = (judge_domain(&before), judge_domain(&after));
        hold(name, &after, &bad);
        for kind in ALL {
            let (was, is) = (at(&good, *kind, host), at(&bad, *kind, host));
            let (was, is) = (was.expect("it").delivery, is.expect("it").delivery);
            // A handshake that fails keeps away who insists, and the others go on without TLS.
            assert!(
                is <= was,
                "{name} for {kind}: {was} becomes {is}\n{before:#?}"
            );
            assert!(kinds.contains(kind) || is == was, "{name} changes {kind}");
            changed += usize::from(is < was);
        }
    }
    assert!(changed > 100, "{changed}");
}

#[test]
fn a_domain_is_deferred_where_all_its_hosts_are() {
    let mut dice = Dice::thrown(8461);
    let mut outcomes = std::collections::BTreeMap::new();
    for _ in 0..500 {
        let domain = domain(&mut dice);
        let verdict = judge_domain(&domain);
        hold("by chance", &domain, &verdict);
        let mut deferred = false;
        for sender in &verdict.senders {
            let mut hosts = sender.hosts.iter().map(|at| at.delivery);
            let all = hosts.all(|delivery| delivery == Delivery::Deferred);
            assert_eq!(all, sender.result.as_str() == "deferred", "{sender:?}");
            deferred |= all;
        }
        assert_eq!(deferred, verdict.outcome == Outcome::Deferred);
        *outcomes.entry(verdict.outcome.as_str()).or_insert(0) += 1;
    }
    assert!(
        outcomes.len() == 3 && outcomes.values().all(|n| *n > 15),
        "{outcomes:?}"
    );
}
