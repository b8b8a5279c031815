//! The connections to each address: so many at a time, and a pause between them.

use crate::bounded::lock;
use crate::endpoint::Host;
use crate::probe::To;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

/// Whom a connection goes to in the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Whom {
    /// An address.
    Address(IpAddr),
    /// A host whose address others find: a proxy, or a command.
    Host(String),
}

impl Whom {
    /// Whom connections go to: to any of these.
    pub(super) fn of(to: &To) -> Vec<Self> {
        let host = |host: &Host| vec![Self::Host(host.to_string())];
        match to {
            To::Addresses(addresses) => {
                let ips = addresses.iter().map(SocketAddr::ip);
                ips.map(Self::Address).collect()
            }
            To::Socket(path) => vec![Self::Host(path.clone())],
            To::Proxy { host: server, .. } | To::Command { host: server, .. } => host(server),
        }
    }
}

/// The addresses of a run.
#[derive(Debug)]
pub(super) struct Slots {
    /// Connections to one address at a time.
    per_address: usize,
    /// The pause between two connections to one address.
    pub(super) pause: Duration,
    known: Mutex<HashMap<Whom, Arc<Slot>>>,
}

/// The connections to one address.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) permits: Semaphore,
    /// When the last one ended.
    last: Mutex<Option<Instant>>,
}

impl Slot {
    /// Notes that a connection has ended now.
    pub(super) fn rest(&self) {
        *lock(&self.last) = Some(Instant::now());
    }
}

impl Slots {
    /// `per_address`: connections at a time; `pause`: the time between two of them.
    pub(super) fn new(per_address: usize, pause: Duration) -> Self {
        Self {
            per_address: per_address.max(1),
            pause,
            known: Mutex::default(),
        }
    }

    pub(super) fn slot(&self, whom: &Whom) -> Arc<Slot> {
        let mut known = lock(&self.known);
        let slot = known.entry(whom.clone()).or_insert_with(|| {
            Arc::new(Slot {
                permits: Semaphore::new(self.per_address),
                last: Mutex::default(),
            })
        });
        Arc::clone(slot)
    }

    pub(super) async fn after_pause(&self, slot: &Slot) {
        let last = *lock(&slot.last);
        // A timer costs a wake-up, even if it has elapsed.
        if let Some(rested) = last.map(|last| last + self.pause)
            && rested > Instant::now()
        {
            sleep_until(rested).await;
        }
    }

    /// Forgets an address after its pause, if no target waits for it.
    pub(super) fn forget(&self, whom: &Whom) {
        const MANY: usize = 4096;
        let mut known = lock(&self.known);
        if known.len() > MANY {
            let pause = self.pause;
            known.retain(|_, slot| {
                let rested = lock(&slot.last).is_none_or(|last| last.elapsed() > pause);
                Arc::strong_count(slot) > 1 || !rested
            });
        } else if self.pause.is_zero()
            && known
                .get(whom)
                .is_some_and(|slot| Arc::strong_count(slot) == 1)
        {
            known.remove(whom);
        }
    }
}
