//! The domains that are shown.

use super::world::{
    MX1, MX2, PKI, RSA, distrust, host, look, next_key, no_sts, no_tlsa, policy, set, show, single,
    sound, sts, tlsa, unreachable, unsigned,
};
use crate::snapshots::stage::beginning;
use smtp_certcheck::endpoint::{Protocol, Start};
use smtp_certcheck::judge::domain::{
    Chain, Domain, FetchFacts, Fetched, Lookup, MailHost, Required, Seen, judge_domain,
};
use smtp_certcheck::judge::{Anchors, Policy, judge_chain};
use smtp_certcheck::records::Status;
use smtp_certcheck::records::mx::{Exchange, Mx};
use smtp_certcheck::records::tlsrpt::TlsRpt;
use smtp_certcheck::report::{Assessment, Dns, DomainReport, Report, Target, ValidatedBy};
use std::sync::{Arc, LazyLock};
use time::{Duration, OffsetDateTime};

/// When all of them are checked, before their certificates are made.
pub static BASE: LazyLock<OffsetDateTime> = LazyLock::new(beginning);

/// A case: its name, and its report.
pub type Case = (&'static str, DomainReport);

pub fn all() -> Vec<Case> {
    // Before the certificates are made, whose days are counted from it.
    LazyLock::force(&BASE);
    let mut cases = protected();
    cases.extend(deferred());
    cases.extend(without());
    cases.extend(odd());
    cases
}

fn protected() -> Vec<Case> {
    let mut expiring = sound();
    let end = expiring.mx.signatures_end.as_mut().expect("an end");
    // Tomorrow, at whatever time of the day this runs.
    end.until = *BASE + Duration::days(1) - Duration::seconds(1);
    let mut testing = sound();
    sts(&mut testing).fetched = Some(policy(
        "mode: testing\nmx: mx1.example.org\nmax_age: 3600\n",
    ));
    testing.tlsrpt.1 = TlsRpt::Absent;
    let mut several = sound();
    several.hosts[0].looks.push(look("192.0.2.1", &RSA));
    several.hosts[0].looks.push(look("2001:db8::25", &MX1));
    several.hosts[0].tlsa.records = vec![
        tlsa(3, 1, &MX1.chain[0]),
        tlsa(3, 1, &RSA.chain[0]),
        tlsa(2, 1, PKI.root().as_ref()),
        tlsa(1, 1, &MX1.chain[0]),
    ];
    vec![
        ("sound", report(sound())),
        ("a signature ends", report(expiring)),
        ("testing", report(testing)),
        ("several addresses and keys", report(several)),
    ]
}

fn deferred() -> Vec<Case> {
    let mut one_of_two = sound();
    one_of_two.hosts[0].tlsa.records = vec![next_key()];
    let mut dane = single();
    dane.hosts[0].tlsa.records = vec![next_key()];
    let mut policy = single();
    no_tlsa(&mut policy.hosts[0]);
    distrust(&mut policy.hosts[0]);
    let mut bogus = sound();
    set(&mut bogus.mx, Status::Bogus);
    bogus.hosts.clear();
    let mut closed = single();
    show(&mut closed.hosts[0], &unreachable());
    vec![
        ("one host of two", report(one_of_two)),
        ("DANE defers", report(dane)),
        ("MTA-STS defers", report(policy)),
        ("a bogus MX", report(bogus)),
        ("nothing answers", report(closed)),
    ]
}

fn without() -> Vec<Case> {
    let mut open = sound();
    open.hosts.iter_mut().for_each(unsigned);
    set(&mut open.mx, Status::Insecure);
    no_sts(&mut open);
    let mut clear = open.clone();
    show(&mut clear.hosts[0], &Seen::NoStarttls);
    clear.hosts.truncate(1);
    clear.mta_sts = None;
    let mut required = open.clone();
    required.required = Some(Required::Any);
    let mut none = sound();
    none.exchange = Exchange::NoMail;
    none.hosts.clear();
    let mut unresolved = none.clone();
    set(&mut unresolved.mx, Status::NoAnswer);
    unresolved.exchange = Exchange::of("example.org", &[]);
    no_sts(&mut unresolved);
    vec![
        ("neither DANE nor MTA-STS", report(open)),
        ("in the clear, without MTA-STS", report(clear)),
        ("it is required", report(required)),
        ("no mail", report(none)),
        ("no answer", report(unresolved)),
    ]
}

fn odd() -> Vec<Case> {
    let mut hostile = single();
    let name = "mx\u{202e}\x1b[2J|=cmd()<b>.example.org";
    name.clone_into(&mut hostile.hosts[0].name);
    name.clone_into(&mut hostile.hosts[0].tlsa.base_domain);
    hostile.exchange = Exchange::of("example.org", &[mx(10, name)]);
    sts(&mut hostile).fetched = Some(Fetched::Failed("a \u{9b}2J|\n<i>".to_owned()));
    let names: Vec<String> = (1..=4)
        .map(|n| format!("mx{n}.a-name-that-is-long.mail.example.org"))
        .collect();
    let mut many = sound();
    let mxs: Vec<Mx> = names.iter().map(|name| mx(10, name)).collect();
    many.exchange = Exchange::of("example.org", &mxs);
    many.hosts = names
        .iter()
        .map(|name| host(name, "2001:db8:1234:5678::25", &MX2))
        .collect();
    many.hosts[3].alias_of = Some("mx.example.net".to_owned());
    vec![
        ("hostile text", report(hostile)),
        ("long names", report(many)),
    ]
}

fn mx(preference: u16, host: &str) -> Mx {
    Mx {
        preference,
        host: host.to_owned(),
    }
}

fn report(mut domain: Domain) -> DomainReport {
    domain.now = *BASE;
    for lookup in lookups(&mut domain) {
        if let Some(end) = lookup
            .signatures_end
            .as_mut()
            .filter(|end| end.until > *BASE + Duration::days(2))
        {
            end.until = *BASE + Duration::days(9);
        }
    }
    if let Some(sts) = &mut domain.mta_sts {
        if let Some(validity) = &mut sts.host_validity {
            validity.until = *BASE + Duration::days(60);
        }
        let of = |fetched| FetchFacts::of("192.0.2.80:443".parse().ok(), Some(200), fetched);
        sts.fetch = sts.fetched.as_ref().map(of);
    }
    DomainReport {
        input: format!("mx:{}", domain.name),
        hosts: domain.hosts.iter().map(of_host).collect(),
        verdict: judge_domain(&domain),
        facts: domain,
        dns: Dns {
            resolver: Some("192.0.2.53:53".to_owned()),
            validated_by: ValidatedBy::Ourselves,
            anchors: "root".to_owned(),
        },
        at: *BASE,
        at_was_chosen: false,
        defaults: Vec::new(),
        checked_at: Some(*BASE),
        elapsed: std::time::Duration::from_millis(12),
    }
}

fn lookups(domain: &mut Domain) -> impl Iterator<Item = &mut Lookup> {
    let hosts = domain.hosts.iter_mut();
    let hosts = hosts.flat_map(|host| [&mut host.addresses, &mut host.tlsa.lookup]);
    let policy = domain.mta_sts.iter_mut().map(|sts| &mut sts.lookup);
    [&mut domain.mx, &mut domain.tlsrpt.0]
        .into_iter()
        .chain(hosts)
        .chain(policy)
}

/// The report on what a host presents first.
fn of_host(host: &MailHost) -> Option<Arc<Report>> {
    let chain: &Chain = host.looks.iter().find_map(|look| match &look.seen {
        Seen::Chain(chain) => Some(chain),
        _ => None,
    })?;
    let mut anchors = Anchors::new("the root");
    anchors.add(PKI.root(), "ca.pem").expect("an anchor");
    let reference = "mx1.example.org".parse().expect("a name");
    let judgement = judge_chain(&chain.presented, &Policy::new(&anchors, &reference, *BASE));
    let look = Assessment {
        chain: chain.presented.clone(),
        judgement: Some(judgement),
        ..Assessment::default()
    };
    let target = Target {
        input: host.name.clone(),
        host: Some(host.name.clone()),
        port: Some(25),
        label: format!("{}:25", host.name),
        protocol: Some(Protocol::Smtp),
        tls: Some(Start::Starttls),
        servername: host.name.clone(),
    };
    Some(Arc::new(Report::single(target, look, *BASE)))
}
