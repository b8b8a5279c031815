//! Every lie of the table, told to our validator, to unbound and to delv.

use crate::differences::OF_LIARS;
use crate::lab::{Compared, served};
use crate::lies::{self, Told};
use crate::ours::{self, Ours};
use crate::zones;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::cost::{Whose, cpu_ms};
use testkit::dns::delv::Delv;
use testkit::dns::key::Keys;
use testkit::dns::liar::Liar;
use testkit::dns::served::Served;
use testkit::dns::unbound::{Unbound, Verdict};

/// Most of the time is spent in waiting for what never comes.
const THREADS: usize = 12;
/// How long we wait; the judges wait longer. On a busy machine the deadline is seen late.
const PATIENCE: Duration = Duration::from_secs(4);
/// What one question may cost, without optimisation, in milliseconds of CPU.
const WORK: f64 = 1500.0;
const TEST: &str = "resolvers that lie";

/// What three validators made of a lie, for one of its questions.
struct Heard {
    told: usize,
    question: usize,
    ours: Verdict,
    reason: String,
    unbound: Verdict,
    delv: (&'static str, String),
    /// How long we took, and how much we computed.
    elapsed: Duration,
    /// In milliseconds.
    cpu: f64,
}

/// What is the same for all lies.
struct Stage {
    lab: Served,
    delv: Delv,
    _dir: TempDir,
}

#[test]
fn every_lie_is_judged_as_unbound_and_delv_do() {
    let Some(lab) = served(TEST, &zones::all(), &Keys::default()) else {
        return;
    };
    let dir = tempfile::tempdir().expect("a directory");
    let delv = Delv::new(dir.path(), &lab.tree.anchors);
    let stage = Stage {
        lab,
        delv,
        _dir: dir,
    };
    let lies = lies::all();
    let heard = stage.tell_all(&lies);
    let mut compared = Compared::new(OF_LIARS);
    let mut slow: Vec<String> = Vec::new();
    for heard in &heard {
        let told = &lies[heard.told];
        let (name, _) = told.questions[heard.question];
        let why = format!("{}\n{}", heard.reason, heard.delv.1);
        compared.with_unbound(told.name, name, &heard.ours, &heard.unbound, &why);
        compared.with_delv(told.name, name, heard.ours.status, heard.delv.0, &why);
        if heard.elapsed > PATIENCE * 4 || heard.cpu > WORK {
            slow.push(format!(
                "{}: {:?}, {:?} of CPU",
                told.name, heard.elapsed, heard.cpu
            ));
        }
    }
    eprintln!(
        "{} lies, {} questions: {:?}",
        lies.len(),
        heard.len(),
        compared.counts
    );
    assert!(slow.is_empty(), "{}", slow.join("\n"));
    compared.end();
}

impl Stage {
    fn tell_all(&self, lies: &[Told]) -> Vec<Heard> {
        let next = AtomicUsize::new(0);
        let all = Mutex::new(Vec::new());
        let work = || {
            while let Some(told) = lies.get(next.fetch_add(1, Ordering::Relaxed)) {
                let number = lies.iter().position(|other| std::ptr::eq(other, told));
                let heard = self.tell(number.unwrap_or_default(), told);
                all.lock().expect("no panic").extend(heard);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(work);
            }
        });
        let mut heard = all.into_inner().expect("no panic");
        heard.sort_by_key(|heard| (heard.told, heard.question));
        heard
    }

    fn tell(&self, number: usize, told: &Told) -> Vec<Heard> {
        let anchors = &self.lab.tree.anchors;
        let liar = Liar::new(self.lab.resolver.port, told.lie.clone());
        let Some(unbound) = Unbound::judge(TEST, anchors, liar.port) else {
            return Vec::new();
        };
        let ask = |(question, (name, kind)): (usize, &(&str, &str))| {
            let mut ours = Ours::new(&[liar.port], anchors);
            ours.patience = PATIENCE;
            let (start, before) = (Instant::now(), cpu_ms(Whose::Thread));
            let found = ours.look_up(name, kind);
            let (elapsed, cpu) = (start.elapsed(), cpu_ms(Whose::Thread) - before);
            Heard {
                told: number,
                question,
                ours: ours::verdict(&found),
                reason: ours::reason(&found),
                unbound: unbound.verdict(name, kind),
                delv: self.delv.verdict(liar.port, name, kind),
                elapsed,
                cpu,
            }
        };
        told.questions.iter().enumerate().map(ask).collect()
    }
}
