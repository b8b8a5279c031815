//! Connecting to the first address that answers (Happy Eyeballs, RFC 8305).

use super::stream::Stream;
use crate::observation::{Attempt, Cause, ConnectError, system_text};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// RFC 8305 §5, "Connection Attempt Delay".
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to the first address that answers. A new attempt starts when the last one failed, or
/// after 250 ms. `attempts` is always up to date, because the deadline may cancel the run.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    timeout: Duration,
    attempts: &mut Vec<Attempt>,
) -> Result<(Stream, SocketAddr), Cause> {
    let mut waiting = addresses.iter();
    let mut running: JoinSet<(SocketAddr, Result<Stream, ConnectError>)> = JoinSet::new();
    loop {
        if let Some(&address) = waiting.next() {
            let error = Some(ConnectError::Pending);
            attempts.push(Attempt { address, error });
            running.spawn(async move { (address, connect_one(address, timeout).await) });
        }
        let next_is_due = async {
            if waiting.len() == 0 {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(ATTEMPT_DELAY).await;
        };
        let ended = tokio::select! {
            ended = running.join_next() => ended,
            () = next_is_due => continue,
        };
        match ended {
            Some(Ok((address, Ok(stream)))) => {
                settle(attempts, address);
                return Ok((stream, address));
            }
            Some(Ok((address, Err(error)))) => {
                if let Some(attempt) = attempts.iter_mut().find(|a| a.address == address) {
                    attempt.error = Some(error);
                }
            }
            // A task that was cancelled or panicked does not connect.
            Some(Err(_)) | None => {}
        }
        if running.is_empty() && waiting.len() == 0 {
            return Err(Cause::Connect(attempts.clone()));
        }
    }
}

/// Abandons pending attempts, because another address has answered.
fn settle(attempts: &mut [Attempt], answered: SocketAddr) {
    for attempt in attempts {
        if attempt.error == Some(ConnectError::Pending) {
            attempt.error = (attempt.address != answered).then_some(ConnectError::Abandoned);
        }
    }
}

/// Makes one attempt.
pub(super) async fn connect_one(
    address: SocketAddr,
    timeout: Duration,
) -> Result<Stream, ConnectError> {
    match tokio::time::timeout(timeout, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            // Each message is one write, followed by a wait for the answer.
            let _ = stream.set_nodelay(true);
            Ok(Stream::Tcp(stream))
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(ConnectError::Timeout(timeout)),
    }
}

/// The cause for an error of the socket.
pub(super) fn broken(error: &std::io::Error) -> Cause {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Cause::Reset,
        ErrorKind::UnexpectedEof => Cause::Closed,
        _ => Cause::Io(system_text(error)),
    }
}
