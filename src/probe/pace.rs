//! Manners towards many servers: so many at once, so many to one address, a pause between them, a
//! rate, and patience with those that are busy.

use super::{Options, connect, probe_at};
use crate::bounded::{BoundedMap, lock};
use crate::endpoint::{Endpoint, Host};
use crate::observation::{Attempt, Cause, Failure, FailureClass, Sighting, Step, Survey};
use crate::starttls::Refusal;
use nix::errno::Errno;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OnceCell, RwLock, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The first wait before another try; it doubles.
const BACK_OFF: Duration = Duration::from_millis(500);
/// Names are remembered up to this many; then all are forgotten.
const MAX_NAMES: usize = 10_000;

/// Addresses of one name that are looked at.
const MOST_ADDRESSES: usize = 16;

/// What holds for all targets of a run together.
#[derive(Debug)]
pub struct Pacer {
    /// Targets that are connected to at once.
    jobs: Semaphore,
    /// Names that are looked up at once.
    lookups: Arc<Semaphore>,
    /// Connections to one address at a time.
    per_address: usize,
    /// Between two connections to one address.
    pause: Duration,
    /// Between two new connections of all.
    interval: Duration,
    /// Tries beyond the first, where a server is busy.
    retries: u32,
    addresses: Mutex<HashMap<IpAddr, Arc<Slot>>>,
    names: Mutex<BoundedMap<Host, Name, MAX_NAMES>>,
    next_start: Mutex<Option<Instant>>,
    /// Written to while a result waits to be taken: nothing new begins then.
    handing_on: RwLock<()>,
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

impl Pacer {
    /// `rate`: new connections a second, if they are limited.
    pub fn new(
        jobs: usize,
        lookups: usize,
        per_address: usize,
        pause: Duration,
        rate: Option<f64>,
        retries: u32,
    ) -> Self {
        Self {
            jobs: Semaphore::new(jobs.max(1)),
            lookups: Arc::new(Semaphore::new(lookups.max(1))),
            per_address: per_address.max(1),
            pause,
            interval: rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate)),
            retries,
            addresses: Mutex::default(),
            names: Mutex::default(),
            next_start: Mutex::default(),
            handing_on: RwLock::default(),
        }
    }

    /// Hands a result on. As long as that waits, nobody is connected to: what is finished needs
    /// more memory than what has not begun.
    pub async fn hand_on<T>(&self, taken: impl Future<Output = T>) -> T {
        let _others_wait = self.handing_on.write().await;
        taken.await
    }

    /// Looks at one server when its turn has come. The deadline runs from then on, so that nobody
    /// pays for another's slowness; looking the name up has a deadline of its own.
    pub async fn probe(&self, endpoint: &Endpoint, options: &Options) -> Sighting {
        match self.resolve(endpoint, options).await {
            Ok(addresses) => self.look(endpoint, options, &addresses, None).await,
            Err(cause) => unresolved(cause),
        }
    }

    /// The same at every address of the name, side by side. Each has a turn of its own, and from
    /// then on the whole deadline: that one is awaited, or slow, says nothing about the others.
    pub async fn probe_every(self: &Arc<Self>, endpoint: &Endpoint, options: &Options) -> Survey {
        let addresses = match self.resolve(endpoint, options).await {
            Ok(addresses) => addresses,
            Err(cause) => return unresolved(cause).into(),
        };
        if addresses.len() < 2 {
            let seen = self.look(endpoint, options, &addresses, None).await;
            return seen.into();
        }
        let (routed, no_route): (Vec<_>, Vec<_>) = addresses
            .iter()
            .partition(|address| connect::has_route(**address));
        if routed.is_empty() {
            // Connecting tells why.
            let seen = self.look(endpoint, options, &addresses, None).await;
            return seen.into();
        }
        let left_out = routed.len().saturating_sub(MOST_ADDRESSES);
        let chosen = connect::at_most(routed, MOST_ADDRESSES);
        let answered = Arc::new(watch::Sender::new(false));
        let mut running = JoinSet::new();
        for address in chosen {
            let (limits, answered) = (Arc::clone(self), Arc::clone(&answered));
            let (endpoint, options) = (endpoint.clone(), options.clone());
            running.spawn(async move {
                limits
                    .look(&endpoint, &options, &[address], Some(&answered))
                    .await
            });
        }
        let mut seen = Vec::new();
        while let Some(ended) = running.join_next().await {
            seen.extend(ended);
        }
        seen.sort_by_key(Sighting::place);
        Survey {
            seen: nobody(&seen).map_or(seen, |one| vec![one]),
            no_route,
            left_out,
        }
    }

    /// Connects to the first of the addresses that answers, when all of them have their turn.
    async fn look(
        &self,
        endpoint: &Endpoint,
        options: &Options,
        addresses: &[SocketAddr],
        answered: Option<&watch::Sender<bool>>,
    ) -> Sighting {
        // Everybody takes them in one order, so that nobody waits for who waits for him.
        let mut ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        ips.sort_unstable();
        ips.dedup();
        let slots: Vec<Arc<Slot>> = ips.iter().map(|ip| self.slot(*ip)).collect();
        let mut turns = Vec::with_capacity(slots.len());
        for slot in &slots {
            // Waiting for an address takes no job away from the others.
            turns.push(slot.permits.acquire().await);
            self.after_pause(slot).await;
        }
        // Only now, so that who waits is small.
        let seen = Box::pin(self.in_turn(endpoint, options, addresses, answered)).await;
        for slot in &slots {
            *lock(&slot.last) = Some(Instant::now());
        }
        drop(turns);
        drop(slots);
        for ip in ips {
            self.forget(ip);
        }
        seen
    }

    async fn in_turn(
        &self,
        endpoint: &Endpoint,
        options: &Options,
        addresses: &[SocketAddr],
        answered: Option<&watch::Sender<bool>>,
    ) -> Sighting {
        let _job = self.jobs.acquire().await;
        drop(self.handing_on.read().await);
        let mut wait = BACK_OFF.max(self.pause);
        let mut tries = 0;
        // The rate is ours: waiting for it takes nothing from the target's time.
        self.rate().await;
        let mut start = Instant::now();
        loop {
            let mut options = options.clone();
            options.timeout = options.timeout.saturating_sub(start.elapsed());
            let mut seen = probe_at(endpoint, &options, Some(addresses.to_vec())).await;
            if let Some(answered) = answered.filter(|_| seen.address.is_some()) {
                answered.send_replace(true);
            }
            let left = options.timeout.saturating_sub(seen.elapsed);
            let goes_on = tries < self.retries
                && is_busy(&seen)
                && left > wait
                && rest(wait, answered.filter(|_| seen.address.is_none())).await;
            if !goes_on {
                seen.elapsed = start.elapsed();
                return seen;
            }
            wait *= 2;
            tries += 1;
            let rested = Instant::now();
            self.rate().await;
            start += rested.elapsed();
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
        // A timer costs a wake-up, also one that is over.
        if let Some(rested) = last.map(|last| last + self.pause)
            && rested > Instant::now()
        {
            sleep_until(rested).await;
        }
    }

    async fn resolve(
        &self,
        endpoint: &Endpoint,
        options: &Options,
    ) -> Result<Vec<SocketAddr>, Cause> {
        let (host, port) = options.destination(endpoint);
        let name = Arc::clone(lock(&self.names).or_default(host));
        // What says nothing about the name is not kept.
        let found = name
            .get_or_try_init(|| async {
                match self.look_up(host, port, options).await {
                    Err(cause) if is_our_own(&cause) => Err(cause),
                    found => Ok(found),
                }
            })
            .await?;
        let addresses = found.as_ref().map_err(Clone::clone)?;
        Ok(addresses
            .iter()
            .map(|ip| SocketAddr::new(*ip, port))
            .collect())
    }

    /// The deadline runs from the name's turn on. A lookup cannot be stopped, so that one that is
    /// not waited for any more keeps its place until it ends.
    async fn look_up(
        &self,
        host: &Host,
        port: u16,
        options: &Options,
    ) -> Result<Vec<IpAddr>, Cause> {
        if let Host::Ip(_) = host {
            let found = connect::resolve(host, port, options.family).await?;
            return Ok(found.iter().map(SocketAddr::ip).collect());
        }
        let turn = Arc::clone(&self.lookups).acquire_owned().await;
        let (host, family) = (host.clone(), options.family);
        let running = tokio::spawn(async move {
            let _turn = turn;
            connect::resolve(&host, port, family).await
        });
        let ended = timeout(options.timeout, running).await;
        let ended = ended.map_err(|_| Cause::Timeout(options.timeout))?;
        let found = ended.map_err(|why| Cause::Resolve(why.to_string()))??;
        Ok(found.iter().map(SocketAddr::ip).collect())
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

/// Waits before another try. False: another address of the name has answered, so that a connection
/// that fails is the address's own fault, and no sign of a busy server.
async fn rest(wait: Duration, answered: Option<&watch::Sender<bool>>) -> bool {
    let Some(answered) = answered else {
        sleep(wait).await;
        return true;
    };
    let mut answered = answered.subscribe();
    let other = answered.wait_for(|answered| *answered);
    timeout(wait, other).await.is_err()
}

fn unresolved(cause: Cause) -> Sighting {
    Sighting {
        failure: Some(Failure {
            step: Step::Resolve,
            cause,
        }),
        ..Sighting::default()
    }
}

/// One sighting for all, if no address could be connected to.
fn nobody(seen: &[Sighting]) -> Option<Sighting> {
    let mut attempts = Vec::new();
    for each in seen {
        let Cause::Connect(failed) = &each.failure.as_ref()?.cause else {
            return None;
        };
        if each.address.is_some() {
            return None;
        }
        attempts.extend_from_slice(failed);
    }
    let mut one = seen.iter().max_by_key(|seen| seen.elapsed)?.clone();
    one.attempts.clone_from(&attempts);
    one.failure.as_mut()?.cause = Cause::Connect(attempts);
    Some(one)
}

/// Whether a lookup failed for want of this machine's own resources. Only an error of the system
/// has a number (`EAI_SYSTEM`); what the resolver says of a name has none.
fn is_our_own(cause: &Cause) -> bool {
    matches!(cause, Cause::Resolve(why) if why.contains("(os error "))
}

/// Whether another try may help: 4yz replies, and connections that are refused or reset.
fn is_busy(seen: &Sighting) -> bool {
    let Some(failure) = &seen.failure else {
        return false;
    };
    match failure.class() {
        FailureClass::SmtpRefused => {
            matches!(failure.cause, Cause::Smtp(Refusal::Temporary(..)))
        }
        _ => match &failure.cause {
            Cause::Reset => true,
            Cause::Connect(attempts) => attempts.iter().all(was_turned_away),
            _ => false,
        },
    }
}

/// Whether somebody is there, and answered. Who waits in vain for an answer would wait again.
fn was_turned_away(attempt: &Attempt) -> bool {
    let texts = [Errno::ECONNREFUSED, Errno::ECONNRESET]
        .map(|code| connect::error_text(&std::io::Error::from_raw_os_error(code as i32)));
    attempt
        .error
        .as_ref()
        .is_some_and(|error| texts.contains(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_answers_is_asked_again() {
        let seen = |causes: &[&str]| Sighting {
            failure: Some(Failure {
                step: Step::Connect,
                cause: Cause::Connect(
                    causes
                        .iter()
                        .map(|error| Attempt {
                            address: SocketAddr::from(([127, 0, 0, 1], 25)),
                            error: Some((*error).to_owned()),
                        })
                        .collect(),
                ),
            }),
            ..Sighting::default()
        };
        assert!(is_busy(&seen(&["Connection refused"])));
        assert!(is_busy(&seen(&[
            "Connection reset by peer",
            "Connection refused"
        ])));
        assert!(!is_busy(&seen(&["no answer within 10 s"])));
        assert!(!is_busy(&seen(&[
            "Connection refused",
            "no answer within 10 s"
        ])));
        assert!(!is_busy(&seen(&["Network is unreachable"])));
    }
}
