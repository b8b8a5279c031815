//! Retries for busy servers, within the deadline of the target.

use super::pace::Pacer;
use crate::endpoint::Endpoint;
use crate::observation::{Attempt, Cause, ConnectError, Sighting};
use crate::probe::{Options, To, Turn, probe};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// The wait before the first retry; it doubles each time.
const BACK_OFF: Duration = Duration::from_millis(500);

/// One look at a server.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) options: &'a Options,
    /// Where to connect.
    pub(super) to: &'a To,
    /// Set when an address of the name has answered.
    pub(super) answered: Option<&'a watch::Sender<bool>>,
}

/// Probes until the server is not busy, within the retries and the deadline.
///
/// The deadline runs from the first try on. Waiting for the rate does not count, because the user
/// chose the rate.
pub(super) async fn probe_patiently(pacer: &Pacer, look: Look<'_>) -> Sighting {
    let mut wait = BACK_OFF.max(pacer.pause());
    let mut tries = 0;
    pacer.start().await;
    let mut start = Instant::now();
    loop {
        let mut options = look.options.clone();
        options.timeout = options.timeout.saturating_sub(start.elapsed());
        let turn = Turn {
            to: look.to.clone(),
            since: Instant::now(),
            is_paced: true,
        };
        let mut seen = probe(look.endpoint, &options, turn).await;
        let has_answered = seen.is_connected();
        if let Some(answered) = look.answered.filter(|_| has_answered) {
            answered.send_replace(true);
        }
        let left = options.timeout.saturating_sub(seen.elapsed);
        let goes_on = tries < pacer.retries
            && is_busy(&seen)
            && !(options.asks_once && was_reset(&seen))
            && left > wait
            && rest(wait, look.answered.filter(|_| !has_answered)).await;
        if !goes_on {
            seen.elapsed = start.elapsed();
            return seen;
        }
        wait *= 2;
        tries += 1;
        let rested = Instant::now();
        pacer.start().await;
        start += rested.elapsed();
    }
}

/// Waits before a retry. Returns false if another address of the name has answered: then the failed
/// connection is this address's own fault, not the sign of a busy server.
async fn rest(wait: Duration, answered: Option<&watch::Sender<bool>>) -> bool {
    let Some(answered) = answered else {
        sleep(wait).await;
        return true;
    };
    let mut answered = answered.subscribe();
    let other = answered.wait_for(|answered| *answered);
    timeout(wait, other).await.is_err()
}

/// Whether another try may help: after a 4yz reply, and after a connection that is refused or
/// reset.
fn is_busy(seen: &Sighting) -> bool {
    match seen.failure.as_ref().map(|failure| &failure.cause) {
        Some(Cause::Refused(refusal)) => refusal.is_temporary(),
        Some(Cause::Reset) => true,
        Some(Cause::Connect(attempts)) => attempts.iter().all(was_turned_away),
        _ => false,
    }
}

/// So some servers say that they have no certificate with the key that is asked for (Schannel).
fn was_reset(seen: &Sighting) -> bool {
    let cause = seen.failure.as_ref().map(|failure| &failure.cause);
    matches!(cause, Some(Cause::Reset))
}

/// Whether the peer refused or reset the connection. After a time-out a retry would only time out
/// again.
fn was_turned_away(attempt: &Attempt) -> bool {
    let Some(ConnectError::Io(kind, _)) = &attempt.error else {
        return false;
    };
    matches!(
        kind,
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::{Failure, Step};
    use nix::errno::Errno;
    use std::net::SocketAddr;

    fn error(number: Errno) -> ConnectError {
        std::io::Error::from_raw_os_error(number as i32).into()
    }

    #[test]
    fn a_peer_that_answers_is_asked_again() {
        let seen = |causes: &[ConnectError]| Sighting {
            failure: Some(Failure {
                step: Step::Connect,
                protocol: crate::endpoint::Protocol::Smtp,
                cause: Cause::Connect(
                    causes
                        .iter()
                        .map(|error| Attempt {
                            address: SocketAddr::from(([127, 0, 0, 1], 25)),
                            error: Some(error.clone()),
                        })
                        .collect(),
                ),
            }),
            ..Sighting::default()
        };
        let slow = || ConnectError::Timeout(Duration::from_secs(10));
        assert!(is_busy(&seen(&[error(Errno::ECONNREFUSED)])));
        assert!(is_busy(&seen(&[
            error(Errno::ECONNRESET),
            error(Errno::ECONNREFUSED)
        ])));
        assert!(!is_busy(&seen(&[slow()])));
        assert!(!is_busy(&seen(&[error(Errno::ECONNREFUSED), slow()])));
        assert!(!is_busy(&seen(&[error(Errno::ENETUNREACH)])));
    }
}
