//! Connecting to the first address that answers (Happy Eyeballs, RFC 8305).

use super::stream::Stream;
use crate::endpoint::Source;
use crate::observation::{Attempt, Cause, ConnectError, system_text};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// RFC 8305 §5, "Connection Attempt Delay".
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// How to connect.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dial {
    /// The time limit of one attempt.
    pub(super) timeout: Duration,
    /// Where connections come from.
    pub(super) source: Source,
}

/// Connects to the first address that answers. A new attempt starts when the last one failed, or
/// after 250 ms. `attempts` is always up to date, because the deadline may cancel the run.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    dial: Dial,
    attempts: &mut Vec<Attempt>,
) -> Result<(Stream, SocketAddr), Cause> {
    let mut waiting = addresses.iter();
    let mut running: JoinSet<(SocketAddr, Result<Stream, ConnectError>)> = JoinSet::new();
    loop {
        if let Some(&address) = waiting.next() {
            let error = Some(ConnectError::Pending);
            attempts.push(Attempt { address, error });
            running.spawn(async move { (address, connect_one(address, dial).await) });
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
pub(super) async fn connect_one(address: SocketAddr, dial: Dial) -> Result<Stream, ConnectError> {
    match tokio::time::timeout(dial.timeout, dialled(address, dial.source)).await {
        Ok(Ok(stream)) => {
            // Each message is one write, followed by a wait for the answer.
            let _ = stream.set_nodelay(true);
            Ok(Stream::Tcp(stream))
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ConnectError::Timeout(dial.timeout)),
    }
}

async fn dialled(address: SocketAddr, source: Source) -> Result<TcpStream, ConnectError> {
    let Some(from) = source.towards(address) else {
        return Ok(TcpStream::connect(address).await?);
    };
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket
        .bind(SocketAddr::new(from, 0))
        .map_err(|error| ConnectError::NotFrom(from, system_text(&error)))?;
    Ok(socket.connect(address).await?)
}

/// The cause for an error of the socket.
pub(super) fn broken(error: &std::io::Error) -> Cause {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Cause::Reset,
        ErrorKind::UnexpectedEof => Cause::Closed,
        _ => Cause::Io(system_text(error)),
    }
}
