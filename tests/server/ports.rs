//! Several ports of one host: one connection at a time to an address, with a pause, and addresses
//! side by side.
#![allow(
    clippy::disallowed_methods,
    reason = "tests use files and sockets as they like"
)]

use smtp_certcheck::endpoint::{Endpoint, MailPort, Source};
use smtp_certcheck::observation::{KeyType, Sighting};
use smtp_certcheck::survey::{
    Family, Limits, Options, Pacer, PortPlan, ProbeOptions, To, Visit, walk,
};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Barrier, LazyLock, Mutex};
use std::time::{Duration, Instant};
use testkit::names::block;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::raw::{listen_on, relay, silent};
use testkit::server::{Behaviour, Server};

const NAME: &str = "mail.example";
/// Of the addresses of this file.
const NET: u8 = 48;
static PKI: LazyLock<Pki> = LazyLock::new(|| Pki::new("Ports", KeyKind::P256));

fn good() -> Identity {
    PKI.identity(leaf(&[NAME]))
}

/// A host whose connections are counted, at one address.
#[derive(Clone, Debug)]
struct Counted {
    ip: IpAddr,
    ports: Vec<u16>,
    /// When each connection began, and how many were open at that address then.
    seen: Arc<Mutex<Vec<(Instant, usize)>>>,
}

impl Counted {
    /// Starts a server on each of these ports; `begin` runs first for each connection.
    fn start(ip: &str, ports: &[u16], begin: impl Fn() + Clone + Send + Sync + 'static) -> Self {
        let counted = Self {
            ip: ip.parse().expect("an address"),
            ports: ports.to_vec(),
            seen: Arc::default(),
        };
        for port in ports {
            let inner = Server::start(&good(), Behaviour::default()).address;
            let (counts, begin) = (counted.clone(), begin.clone());
            listen_on(&format!("{ip}:{port}"), move |client| {
                let open = counts.established();
                let now = (Instant::now(), open);
                counts.seen.lock().expect("not poisoned").push(now);
                begin();
                relay(client, inner);
            });
        }
        counted
    }

    /// The connections to this address that its clients have not closed, as the kernel has them.
    fn established(&self) -> usize {
        const ESTABLISHED: &str = "01";
        let IpAddr::V4(ip) = self.ip else {
            return 0;
        };
        let ip = u32::from_le_bytes(ip.octets());
        let table = std::fs::read_to_string("/proc/net/tcp").expect("the connections");
        let ours: Vec<String> = self
            .ports
            .iter()
            .map(|port| format!("{ip:08X}:{port:04X}"))
            .collect();
        let open = table.lines().filter(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, state) = (words.next(), words.nth(1));
            let is_ours = local.is_some_and(|local| ours.iter().any(|our| our == local));
            is_ours && state == Some(ESTABLISHED)
        });
        open.count()
    }

    fn seen(&self) -> Vec<(Instant, usize)> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

fn options(timeout: Duration) -> Options {
    Options {
        connect_to: None,
        family: Family::Any,
        known: None,
        one_address: false,
        via: None,
        probe: ProbeOptions {
            reference: NAME.parse().expect("a name"),
            sni: true,
            timeout,
            connect_timeout: Duration::from_secs(2),
            key_type: None,
            asks_once: false,
            ehlo: Some("x".to_owned()),
            source: Source::default(),
            proxy_protocol: false,
            client: None,
            watch: None,
        },
    }
}

fn endpoint(ip: &str, port: u16) -> Endpoint {
    let mail_port: MailPort = format!("smtp:{port}").parse().expect("a port");
    Endpoint::of_port(ip.parse().expect("a host"), mail_port)
}

fn visits(ips: &[String], ports: &[u16]) -> Vec<Visit> {
    let places = ports.iter().flat_map(|port| {
        ips.iter().map(move |ip| Visit {
            endpoint: endpoint(NAME, *port),
            to: To::Addresses(vec![SocketAddr::new(
                ip.parse().expect("an address"),
                *port,
            )]),
            key_type: None,
            sni: true,
        })
    });
    places.collect()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(work)
}

fn has_certificate(seen: &Sighting) -> bool {
    !seen.presented.is_empty() && seen.failure.is_none()
}

#[test]
fn ports_of_an_address_come_one_after_the_other_and_addresses_side_by_side() {
    let (ip, port) = block(NET);
    let ips = [ip(2), ip(3)];
    let ports = [port, port + 1, port + 2];
    // The first connection of one address ends only once the other address has one, too.
    let both = Arc::new(Barrier::new(2));
    let hosts = ips.each_ref().map(|ip| {
        let both = Arc::clone(&both);
        Counted::start(ip, &ports, move || {
            both.wait();
        })
    });
    let limits = Limits::for_few(16);
    let pacer = Arc::new(Pacer::new(&limits));
    let seen = run(async {
        let visits = visits(&ips, &ports);
        walk(&pacer, &visits, &options(Duration::from_secs(20)).probe).await
    });
    assert_eq!(seen.len(), 6);
    let places = ports
        .iter()
        .flat_map(|port| ips.iter().map(move |ip| format!("{ip}:{port}")));
    for (seen, place) in seen.iter().zip(places) {
        assert!(has_certificate(seen), "{seen:?}");
        let address = seen.address.map(|address| address.to_string());
        assert_eq!(address, Some(place));
    }
    for host in hosts {
        let seen = host.seen();
        assert_eq!(seen.len(), ports.len());
        assert!(seen.iter().all(|(_, open)| *open == 1), "{seen:?}");
        // A server notices a connection before it answers, so the time between two of them is no
        // less than the pause.
        for two in seen.windows(2) {
            assert!(two[1].0 - two[0].0 >= limits.pause, "{seen:?}");
        }
    }
}

#[test]
fn each_port_has_its_own_deadline_and_a_closed_one_is_not_tried_again() {
    let (ip, port) = block(NET);
    let at = ip(2);
    listen_on(&format!("{at}:{port}"), silent);
    listen_on(&format!("{at}:{}", port + 1), silent);
    let host = Counted::start(&at, &[port + 2], || {});
    let limits = Limits {
        retries: 20,
        pause: Duration::ZERO,
        ..Limits::for_few(1)
    };
    let pacer = Arc::new(Pacer::new(&limits));
    let endpoints: Vec<Endpoint> = [port, port + 1, port + 3, port + 2]
        .iter()
        .map(|port| endpoint(&at, *port))
        .collect();
    let options = options(Duration::from_millis(700));
    let surveys = run(async {
        let plan = PortPlan::new(&pacer, &endpoints, &options).await;
        assert_eq!(plan.visits().len(), 4);
        let seen = walk(&pacer, plan.visits(), &options.probe).await;
        plan.surveys(seen, &options)
    });
    let failures: Vec<String> = surveys
        .iter()
        .map(|survey| {
            assert_eq!(survey.seen.len(), 1, "{survey:?}");
            let failure = survey.seen[0].failure.as_ref();
            failure.map_or_else(String::new, |failure| {
                format!("{} {}", failure.step, failure.code())
            })
        })
        .collect();
    let silent = "greeting timeout";
    assert_eq!(failures, [silent, silent, "connect connect-failed", ""]);
    assert_eq!(surveys[2].seen[0].attempts.len(), 1);
    assert_eq!(host.seen().len(), 1);
}

#[test]
fn a_plan_can_be_extended_by_another_look_at_a_place() {
    let (ip, port) = block(NET);
    let host = Counted::start(&ip(2), &[port], || {});
    let pacer = Arc::new(Pacer::new(&Limits::for_few(1)));
    let options = options(Duration::from_secs(20));
    let seen = run(async {
        let plan = PortPlan::new(&pacer, &[endpoint(&ip(2), port)], &options).await;
        let place = &plan.visits()[0];
        let more = [
            place.clone(),
            place.without_sni(),
            place.with_key_type(KeyType::Rsa),
        ];
        walk(&pacer, &more, &options.probe).await
    });
    assert!(
        has_certificate(&seen[0]) && has_certificate(&seen[1]),
        "{seen:?}"
    );
    let refused = seen[2]
        .failure
        .as_ref()
        .map(|failure| failure.code().as_str());
    assert_eq!(refused, Some("no-such-key"));
    let seen = host.seen();
    // After a refused handshake there is a second look at what may be an old server.
    assert!(
        seen.len() == 4 && seen.iter().all(|(_, open)| *open == 1),
        "{seen:?}"
    );
}

#[test]
fn a_name_without_addresses_is_looked_up_once_for_all_ports() {
    let pacer = Arc::new(Pacer::new(&Limits::for_few(1)));
    let endpoints = [endpoint("mail.invalid", 25), endpoint("mail.invalid", 465)];
    let surveys = run(async {
        let options = options(Duration::from_secs(20));
        smtp_certcheck::survey::look_at_ports(&pacer, &endpoints, &options).await
    });
    assert_eq!(surveys.len(), 2);
    for survey in surveys {
        let failure = survey.seen[0].failure.as_ref().expect("a failure");
        assert_eq!(failure.code().as_str(), "dns-failure");
    }
}
