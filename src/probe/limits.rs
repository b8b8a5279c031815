//! Manners towards many servers: so many at once, so many to one address, a pause between them, a
//! rate, and patience with those that are busy.

use super::{Options, connect, probe_at};
use crate::endpoint::{Endpoint, Host};
use crate::observation::{Cause, Failure, FailureClass, Observation, Step};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The first wait before another try; it doubles.
const BACK_OFF: Duration = Duration::from_millis(500);
/// Names are remembered up to this many; then all are forgotten.
const MAX_NAMES: usize = 10_000;

/// What holds for all targets of a run together.
#[derive(Debug)]
pub struct Limits {
    /// Targets that are connected to at once.
    jobs: Semaphore,
    /// Connections to one address at a time.
    per_address: usize,
    /// Between two connections to one address.
    pause: Duration,
    /// Between two new connections of all.
    interval: Duration,
    /// Tries beyond the first, where a server is busy.
    retries: u32,
    addresses: Mutex<HashMap<IpAddr, Arc<Slot>>>,
    names: Mutex<HashMap<Host, Name>>,
    next_start: Mutex<Option<Instant>>,
}

/// The addresses of a name, looked up once.
type Name = Arc<OnceCell<Result<Vec<IpAddr>, Cause>>>;

/// The connections to one address.
#[derive(Debug)]
struct Slot {
    permits: Semaphore,
    /// When the last one ended.
    last: Mutex<Option<Instant>>,
}

impl Limits {
    /// `rate`: new connections a second, if they are limited.
    pub fn new(
        jobs: usize,
        per_address: usize,
        pause: Duration,
        rate: Option<f64>,
        retries: u32,
    ) -> Self {
        Self {
            jobs: Semaphore::new(jobs.max(1)),
            per_address: per_address.max(1),
            pause,
            interval: rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate)),
            retries,
            addresses: Mutex::default(),
            names: Mutex::default(),
            next_start: Mutex::default(),
        }
    }

    /// Looks at each address of a server's name, at most at `most` of them, in the same order every
    /// time; with 1 at the first that answers. The deadline runs from the turn of each, so that
    /// nobody pays for another's slowness; looking the name up has a deadline of its own.
    pub async fn probe_each(
        self: Arc<Self>,
        endpoint: &Endpoint,
        options: &Options,
        most: usize,
    ) -> Vec<Observation> {
        let mut addresses = match self.resolve(endpoint, options).await {
            Ok(addresses) => addresses,
            Err(cause) => return vec![unresolved(cause)],
        };
        if most <= 1 || addresses.len() <= 1 {
            return vec![self.probe_addresses(endpoint, options, &addresses).await];
        }
        // Resolvers turn the list round, which must not look like a change.
        addresses.sort_unstable();
        let mut running = JoinSet::new();
        for (place, address) in connect::interleave(addresses)
            .into_iter()
            .take(most)
            .enumerate()
        {
            let (limits, endpoint, options) =
                (Arc::clone(&self), endpoint.clone(), options.clone());
            running.spawn(async move {
                let seen = limits
                    .probe_addresses(&endpoint, &options, &[address])
                    .await;
                (place, seen)
            });
        }
        let mut all = Vec::new();
        while let Some(ended) = running.join_next().await {
            all.extend(ended.ok());
        }
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, seen)| seen).collect()
    }

    async fn probe_addresses(
        &self,
        endpoint: &Endpoint,
        options: &Options,
        addresses: &[SocketAddr],
    ) -> Observation {
        let ip = addresses.first().map(SocketAddr::ip);
        let slot = ip.map(|ip| self.slot(ip));
        let seen = match &slot {
            Some(slot) => {
                // Waiting for an address takes no job away from the others.
                let _address = slot.permits.acquire().await;
                self.after_pause(slot).await;
                let seen = self.in_turn(endpoint, options, addresses).await;
                *lock(&slot.last) = Some(Instant::now());
                seen
            }
            None => self.in_turn(endpoint, options, addresses).await,
        };
        drop(slot);
        if let Some(ip) = ip {
            self.forget(ip);
        }
        seen
    }

    async fn in_turn(
        &self,
        endpoint: &Endpoint,
        options: &Options,
        addresses: &[SocketAddr],
    ) -> Observation {
        let _job = self.jobs.acquire().await;
        let start = Instant::now();
        let mut wait = BACK_OFF;
        let mut tries = 0;
        loop {
            self.rate().await;
            let mut options = options.clone();
            options.timeout = options.timeout.saturating_sub(start.elapsed());
            let mut seen = probe_at(endpoint, &options, Some(addresses.to_vec())).await;
            let left = options.timeout.saturating_sub(seen.elapsed);
            if tries >= self.retries || !is_busy(&seen) || left <= wait {
                seen.elapsed = start.elapsed();
                return seen;
            }
            sleep(wait).await;
            wait *= 2;
            tries += 1;
        }
    }

    /// Waits for the next moment at which a connection may begin.
    async fn rate(&self) {
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

    async fn after_pause(&self, slot: &Slot) {
        let last = *lock(&slot.last);
        if let Some(last) = last {
            sleep_until(last + self.pause).await;
        }
    }

    async fn resolve(
        &self,
        endpoint: &Endpoint,
        options: &Options,
    ) -> Result<Vec<SocketAddr>, Cause> {
        let (host, port) = options.destination(endpoint);
        let name = {
            let mut names = lock(&self.names);
            if names.len() >= MAX_NAMES {
                names.clear();
            }
            Arc::clone(names.entry(host.clone()).or_default())
        };
        let look_up = async {
            let found = connect::resolve(host, port, options.family).await?;
            Ok(found.iter().map(SocketAddr::ip).collect())
        };
        let found = timeout(options.timeout, name.get_or_init(|| look_up)).await;
        let found = found.map_err(|_| Cause::Timeout(options.timeout))?;
        let addresses = found.as_ref().map_err(Clone::clone)?;
        Ok(addresses
            .iter()
            .map(|ip| SocketAddr::new(*ip, port))
            .collect())
    }

    fn slot(&self, ip: IpAddr) -> Arc<Slot> {
        let mut addresses = lock(&self.addresses);
        let slot = addresses.entry(ip).or_insert_with(|| {
            Arc::new(Slot {
                permits: Semaphore::new(self.per_address),
                last: Mutex::default(),
            })
        });
        Arc::clone(slot)
    }

    /// An address that nobody waits for need not be remembered longer than its pause.
    fn forget(&self, ip: IpAddr) {
        const MANY: usize = 4096;
        let mut addresses = lock(&self.addresses);
        if addresses.len() > MANY {
            let pause = self.pause;
            addresses.retain(|_, slot| {
                let rested = lock(&slot.last).is_none_or(|last| last.elapsed() > pause);
                Arc::strong_count(slot) > 1 || !rested
            });
        } else if self.pause.is_zero()
            && addresses
                .get(&ip)
                .is_some_and(|slot| Arc::strong_count(slot) == 1)
        {
            addresses.remove(&ip);
        }
    }
}

fn unresolved(cause: Cause) -> Observation {
    Observation {
        failure: Some(Failure {
            step: Step::Resolve,
            cause,
        }),
        ..Observation::default()
    }
}

/// Whether another try may help: 4yz replies, and connections that are refused or reset.
fn is_busy(seen: &Observation) -> bool {
    let Some(failure) = &seen.failure else {
        return false;
    };
    match failure.class() {
        FailureClass::SmtpRefused => failure.code() == "temporary-refusal",
        _ => matches!(failure.cause, Cause::Reset | Cause::Connect(_)),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
