//! Pacing: total and per-address concurrency, a pause, and a rate.

use super::names::Names;
use super::slots::{Slot, Slots, Whom};
use crate::bounded::lock;
use crate::resolve::Lookups;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{RwLock, Semaphore};
use tokio::time::{Instant, sleep_until};

/// The limits that the user sets.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Targets that are connected to at once.
    pub jobs: usize,
    /// Names that are looked up at once.
    pub lookups: usize,
    /// Questions to the DNS about domains that are under way at once.
    pub questions: usize,
    /// Documents that are fetched at once.
    pub documents: usize,
    /// Connections to one address at a time.
    pub per_address: usize,
    /// The pause between two connections to one address.
    pub pause: Duration,
    /// New connections a second; `None`: unlimited.
    pub rate: Option<f64>,
    /// Retries for a busy server.
    pub retries: u32,
}

impl Limits {
    /// For a check of few targets: one connection at a time to an address, a pause as in an audit,
    /// and no retries.
    pub fn for_few(jobs: usize) -> Self {
        Self {
            jobs,
            lookups: jobs,
            questions: Lookups::AT_ONCE,
            documents: jobs,
            per_address: 1,
            pause: Self::PAUSE,
            rate: None,
            retries: 0,
        }
    }

    /// The usual pause between two connections to one address.
    const PAUSE: Duration = Duration::from_millis(100);
}

/// The pacing of all targets of a run together.
#[derive(Debug)]
pub struct Pacer {
    jobs: Semaphore,
    documents: Semaphore,
    slots: Slots,
    pub(super) names: Names,
    /// Questions to the DNS about domains that are under way at once.
    pub questions: usize,
    /// Retries for a busy server.
    pub(super) retries: u32,
    /// The time between two new connections, over all targets.
    interval: Duration,
    next_start: Mutex<Option<Instant>>,
    /// Write-locked while a result waits for the receiver: then no connection begins.
    delivering: RwLock<()>,
}

impl Pacer {
    /// Creates the pacing for one run.
    pub fn new(limits: &Limits) -> Self {
        let interval = |rate| Duration::from_secs_f64(1.0 / rate);
        Self {
            jobs: Semaphore::new(limits.jobs.max(1)),
            slots: Slots::new(limits.per_address, limits.pause),
            names: Names::new(limits.lookups),
            questions: limits.questions,
            documents: Semaphore::new(limits.documents.max(1)),
            retries: limits.retries,
            interval: limits.rate.map_or(Duration::ZERO, interval),
            next_start: Mutex::default(),
            delivering: RwLock::default(),
        }
    }

    /// Delivers a result. No connection begins while it waits: a finished target needs more memory
    /// than one that has not begun.
    pub async fn deliver<T>(&self, taken: impl Future<Output = T>) -> T {
        let _others_wait = self.delivering.write().await;
        taken.await
    }

    /// The pause between two connections to one address.
    pub(super) fn pause(&self) -> Duration {
        self.slots.pause
    }

    /// Runs `work` when all of the addresses have a free slot.
    ///
    /// Slots are taken in sorted order, so two probes cannot deadlock.
    pub(super) async fn in_turn<F: Future>(
        &self,
        mut whom: Vec<Whom>,
        work: impl FnOnce() -> F,
    ) -> F::Output {
        whom.sort_unstable();
        whom.dedup();
        let slots: Vec<Arc<Slot>> = whom.iter().map(|one| self.slots.slot(one)).collect();
        let mut turns = Vec::with_capacity(slots.len());
        for slot in &slots {
            // Waiting for an address does not occupy a job.
            turns.push(slot.permits.acquire().await);
            self.slots.after_pause(slot).await;
        }
        // Boxed only here: a waiting target must cost little memory.
        let done = Box::pin(self.as_job(work)).await;
        for slot in &slots {
            slot.rest();
        }
        drop(turns);
        drop(slots);
        for one in &whom {
            self.slots.forget(one);
        }
        done
    }

    /// Fetches a document when its turn has come. It takes no job: what hangs at a mail server does not
    /// hold it up.
    pub(super) async fn fetch<F: Future>(&self, work: impl FnOnce() -> F) -> F::Output {
        let _turn = self.documents.acquire().await;
        self.start().await;
        Box::pin(work()).await
    }

    async fn as_job<F: Future>(&self, work: impl FnOnce() -> F) -> F::Output {
        let _job = self.jobs.acquire().await;
        drop(self.delivering.read().await);
        work().await
    }

    /// Waits for the next moment at which a connection may begin.
    pub(super) async fn start(&self) {
        if self.interval.is_zero() {
            return;
        }
        let begin = {
            let mut next = lock(&self.next_start);
            let begin = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(begin + self.interval);
            begin
        };
        sleep_until(begin).await;
    }
}
