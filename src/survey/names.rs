//! Looks each name up once, a limited number at a time, each with its own deadline.

use super::options::Options;
use crate::bounded::{BoundedMap, lock};
use crate::endpoint::{Endpoint, Host};
use crate::observation::Cause;
use crate::resolve::{self, Family, Unresolved};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;

/// Maximum number of names to remember; then all are forgotten.
const MAX_NAMES: usize = 10_000;

/// The addresses of a name, looked up once.
type Name = Arc<OnceCell<Result<Vec<IpAddr>, Cause>>>;

/// The lookups of a run.
#[derive(Debug)]
pub(super) struct Names {
    /// Permits for concurrent lookups.
    lookups: Arc<Semaphore>,
    known: Mutex<BoundedMap<Host, Name, MAX_NAMES>>,
}

impl Names {
    /// `lookups`: how many lookups run at a time.
    pub(super) fn new(lookups: usize) -> Self {
        Self {
            lookups: Arc::new(Semaphore::new(lookups.max(1))),
            known: Mutex::default(),
        }
    }

    /// The addresses to connect to for an endpoint, in the order in which to try them.
    pub(super) async fn addresses(
        &self,
        endpoint: &Endpoint,
        options: &Options,
    ) -> Result<Vec<SocketAddr>, Cause> {
        let Some((host, port)) = options.lookup(endpoint) else {
            return Ok(Vec::new());
        };
        let name = Arc::clone(lock(&self.known).or_default(host));
        let bound = options.probe.timeout;
        let look_up = || self.look_up(host, port, options.family, bound);
        let found = name.get_or_try_init(|| async { kept(look_up().await) });
        let found = found
            .await
            .and_then(|found| found.as_ref().map_err(Clone::clone));
        let ips = found.map_err(|cause| options.not_found(cause))?;
        let addresses = ips.iter().map(|ip| SocketAddr::new(*ip, port));
        Ok(addresses.collect())
    }

    /// Looks a name up; the deadline starts when a permit is free. A lookup cannot be stopped: one
    /// that has timed out keeps its permit until it ends.
    async fn look_up(
        &self,
        host: &Host,
        port: u16,
        family: Family,
        bound: Duration,
    ) -> Result<Vec<IpAddr>, Unresolved> {
        if let Host::Ip(_) = host {
            let found = resolve::addresses(host, port, family).await?;
            return Ok(found.iter().map(SocketAddr::ip).collect());
        }
        let turn = Arc::clone(&self.lookups).acquire_owned().await;
        let host = host.clone();
        let running = tokio::spawn(async move {
            let _turn = turn;
            resolve::addresses(&host, port, family).await
        });
        let ended = timeout(bound, running).await;
        let ended = ended.map_err(|_| Unresolved::Answered(Cause::Timeout(bound)))?;
        let found = ended.map_err(|why| {
            let why = Cause::Resolve(why.to_string());
            Unresolved::Answered(why)
        })??;
        Ok(found.iter().map(SocketAddr::ip).collect())
    }
}

/// The result to remember; `Err`: it says nothing about the name, and is not kept.
fn kept(found: Result<Vec<IpAddr>, Unresolved>) -> Result<Result<Vec<IpAddr>, Cause>, Cause> {
    match found {
        Ok(ips) => Ok(Ok(ips)),
        Err(Unresolved::Answered(cause)) => Ok(Err(cause)),
        Err(Unresolved::Broken(cause)) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_that_broke_is_not_remembered() {
        let cause = || Cause::Resolve("no more descriptors".to_owned());
        assert_eq!(kept(Err(Unresolved::Broken(cause()))), Err(cause()));
        assert_eq!(kept(Err(Unresolved::Answered(cause()))), Ok(Err(cause())));
    }
}
