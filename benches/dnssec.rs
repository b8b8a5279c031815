//! The cost of a validated answer: questions and CPU time of a name two zones below the root, cold
//! and warm, and of 10,000 names in one run, with the memory that they need. The bounds are in
//! benches/README.md; a run that misses one fails.
#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and files"
)]

use smtp_certcheck::endpoint::Resolver;
use smtp_certcheck::records::{Anchors, Question, RecordType, Status};
use smtp_certcheck::resolve::{Lookups, Trust, absolute};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testkit::cost::{Memory, Whose, cpu_ms, median};
use testkit::dns::key::Keys;
use testkit::dns::liar::{Liar, Sent};
use testkit::dns::nsd::Nsd;
use testkit::dns::sign::Tree;
use testkit::dns::unbound::Unbound;
use testkit::dns::zone::Zone;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const ZONES: usize = 100;
const NAMES: usize = 10_000;
const AT_ONCE: usize = 64;
const ROUNDS: u32 = 200;
/// Questions and CPU time, at most.
const COLD: (usize, f64) = (6, 2.0);
const WARM: (usize, f64) = (1, 0.2);
const WARM_ZONES: usize = 15;
const OF_MANY: usize = 2;
/// More memory for 10,000 names than for 1,000.
const MEMORY_KIB: u64 = 8 * 1024;

fn main() -> ExitCode {
    let tree = Tree::new(&zones(), &Keys::default());
    let started = Nsd::for_test("benchmark", &tree).and_then(|nsd| {
        let resolver = Unbound::resolver("benchmark", &tree, nsd.port)?;
        Some((nsd, resolver))
    });
    let Some((_nsd, resolver)) = started else {
        return ExitCode::FAILURE;
    };
    let bench = Bench {
        anchors: tree.anchors.parse().expect("anchors"),
        resolver: resolver.port,
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime"),
    };
    let met = [bench.questions(), bench.cold(), bench.warm(), bench.many()];
    ExitCode::from(u8::from(met.contains(&false)))
}

fn zones() -> Vec<Zone> {
    let mut hosts = String::new();
    for number in 0..NAMES / ZONES {
        let _ = writeln!(hosts, "h{number} A 192.0.2.1");
    }
    let below = (0..ZONES).map(|number| Zone::new(&format!("z{number}.lab."), &hosts));
    let above = [Zone::new(".", "").key(1), Zone::new("lab.", "").key(2)];
    above.into_iter().chain(below).collect()
}

struct Bench {
    anchors: Anchors,
    resolver: u16,
    runtime: Runtime,
}

impl Bench {
    fn lookups(&self, port: u16) -> Arc<Lookups> {
        let server = Resolver(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Lookups::new(
            vec![server],
            self.anchors.clone(),
            Trust::NoResolver,
            Lookups::AT_ONCE,
        )
    }

    fn look_up(&self, lookups: &Arc<Lookups>, name: &str) {
        self.runtime.block_on(secure(lookups, name.to_owned()));
    }

    fn questions(&self) -> bool {
        let liar = counting(self.resolver);
        let lookups = self.lookups(liar.port);
        self.look_up(&lookups, "h0.z0.lab.");
        let cold = liar.take_queries();
        self.look_up(&lookups, "h1.z0.lab.");
        let warm = liar.take_queries();
        println!(
            "questions: {cold} cold (at most {}), {warm} warm (at most {})",
            COLD.0, WARM.0
        );
        cold <= COLD.0 && warm <= WARM.0
    }

    fn cold(&self) -> bool {
        let start = cpu_ms(Whose::Thread);
        for number in 0..ROUNDS {
            self.look_up(
                &self.lookups(self.resolver),
                &format!("h{}.z0.lab.", number % 100),
            );
        }
        report(
            "cold",
            (cpu_ms(Whose::Thread) - start) / f64::from(ROUNDS),
            COLD.1,
        )
    }

    fn warm(&self) -> bool {
        let lookups = self.lookups(self.resolver);
        // A zone takes 20 ms, in which a busy machine is seen.
        let zones = (0..WARM_ZONES).map(|zone| {
            // The resolver has the answers already: to sleep longer costs this thread more, too.
            let others = self.lookups(self.resolver);
            for number in 0..100 {
                self.look_up(&others, &format!("h{number}.z{zone}.lab."));
            }
            self.look_up(&lookups, &format!("h99.z{zone}.lab."));
            let start = cpu_ms(Whose::Thread);
            for number in 0..99 {
                self.look_up(&lookups, &format!("h{number}.z{zone}.lab."));
            }
            (cpu_ms(Whose::Thread) - start) / 99.0
        });
        report("warm", median(zones.collect()), WARM.1)
    }

    fn many(&self) -> bool {
        let liar = counting(self.resolver);
        let lookups = self.lookups(liar.port);
        self.run(&lookups, 0..NAMES / 10);
        let (start, few) = (cpu_ms(Whose::Thread), Memory::Now.own());
        self.run(&lookups, NAMES / 10..NAMES);
        let more = Memory::Now.own().saturating_sub(few);
        let asked = liar.take_queries();
        #[expect(clippy::cast_precision_loss, reason = "few names")]
        let each = (cpu_ms(Whose::Thread) - start) / (NAMES - NAMES / 10) as f64;
        println!(
            "{NAMES} names in {ZONES} zones: {asked} questions (at most {}), {each:.3} ms each, \
             {more} KiB more than 1,000 (at most {MEMORY_KIB})",
            NAMES * OF_MANY
        );
        asked <= NAMES * OF_MANY && more <= MEMORY_KIB
    }

    fn run(&self, lookups: &Arc<Lookups>, numbers: std::ops::Range<usize>) {
        self.runtime.block_on(async {
            let mut running = JoinSet::new();
            for number in numbers {
                let name = format!("h{}.z{}.lab.", number / ZONES, number % ZONES);
                let lookups = Arc::clone(lookups);
                running.spawn(async move { secure(&lookups, name).await });
                if running.len() >= AT_ONCE {
                    running.join_next().await;
                }
            }
            running.join_all().await;
        });
    }
}

async fn secure(lookups: &Arc<Lookups>, name: String) {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let now = u32::try_from(since.as_secs()).expect("before 2106");
    let question = Question::new(absolute(&name).expect("a name"), RecordType::A);
    let found = lookups
        .look_up(question, now, Duration::from_secs(30))
        .await;
    assert_eq!(
        found.answer.status,
        Status::Secure,
        "{:?}",
        found.answer.reason
    );
}

/// A resolver that passes everything on and counts.
fn counting(resolver: u16) -> Liar {
    let honest = Arc::new(|query: &_, honest: &testkit::dns::liar::Honest| {
        vec![Sent::Message(Box::new(honest.reply(query)))]
    });
    Liar::new(resolver, honest)
}

fn report(what: &str, each: f64, most: f64) -> bool {
    println!("{what}: {each:.3} ms of CPU each (at most {most})");
    each <= most
}
