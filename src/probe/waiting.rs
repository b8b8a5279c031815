//! What the probes of a run wait for, for someone who watches them.

use crate::observation::Step;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The probes that are under way.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    next: AtomicU64,
    /// In the order of their beginnings.
    all: Mutex<Vec<(u64, Awaited)>>,
}

/// What a probe waits for.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// The step that it is at; `None`: a document is fetched.
    pub step: Option<Step>,
    /// The server or its address.
    pub whom: String,
    /// The start of the deadline.
    since: Instant,
    /// The time limit.
    pub limit: Duration,
}

/// A probe that is watched until this is dropped.
#[derive(Debug)]
pub struct Watched {
    shared: Arc<Shared>,
    number: u64,
}

impl Watch {
    /// A probe begins, with its deadline.
    pub fn begin(&self, whom: String, since: Instant, limit: Duration) -> Watched {
        self.enter(Some(Step::Resolve), whom, since, limit)
    }

    /// A document is fetched from a URL, with its deadline.
    pub fn begin_document(&self, url: String, since: Instant, limit: Duration) -> Watched {
        self.enter(None, url, since, limit)
    }

    fn enter(&self, step: Option<Step>, whom: String, since: Instant, limit: Duration) -> Watched {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let awaited = Awaited {
            step,
            whom,
            since,
            limit,
        };
        self.0.lock().push((number, awaited));
        Watched {
            shared: Arc::clone(&self.0),
            number,
        }
    }

    /// What the probe that began first waits for, and how many others are under way.
    pub fn first(&self) -> Option<(Awaited, usize)> {
        let all = self.0.lock();
        let (_, first) = all.first()?;
        Some((first.clone(), all.len() - 1))
    }
}

impl Awaited {
    /// How long its target has taken.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}

impl Watched {
    /// It waits for something else now.
    pub(super) fn is_at(&self, step: Step, address: Option<SocketAddr>) {
        let mut all = self.shared.lock();
        if let Some((_, awaited)) = all.iter_mut().find(|(number, _)| *number == self.number) {
            awaited.step = Some(step);
            if let Some(address) = address {
                awaited.whom = address.to_string();
            }
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.shared
            .lock()
            .retain(|(number, _)| *number != self.number);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Awaited)>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_not_over_is_shown() {
        let watch = Watch::default();
        let begin = |whom: &str| watch.begin(whom.to_owned(), Instant::now(), Duration::MAX);
        let shown = || {
            let (awaited, others) = watch.first()?;
            Some(format!("{} {} {others}", awaited.step?, awaited.whom))
        };
        assert_eq!(shown(), None);
        let (first, second) = (begin("a"), begin("b"));
        let address = SocketAddr::from(([192, 0, 2, 1], 25));
        second.is_at(Step::Greeting, Some(address));
        assert_eq!(shown().as_deref(), Some("resolve a 1"));
        first.is_at(Step::Connect, None);
        assert_eq!(shown().as_deref(), Some("connect a 1"));
        drop(first);
        assert_eq!(shown().as_deref(), Some("greeting 192.0.2.1:25 0"));
        drop(second);
        assert_eq!(shown(), None);
    }
}
