//! The way to a server, which can be taken again.

use super::command::{Running, Told};
use super::dial::{Dial, broken, connect, connect_one};
use super::options::{Options, To, Turn};
use super::stream::Stream;
use super::tunnel;
use crate::endpoint::{Host, Proxy, authority};
use crate::observation::{Attempt, Cause, ConnectError, system_text};
use crate::proxy::LOCAL_HEADER;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::time::timeout;

/// The way that led to a server, so that a further connection takes the same.
#[derive(Clone, Debug)]
pub(super) struct Route {
    hop: Hop,
    dial: Dial,
    /// Whether the header of the PROXY protocol goes before everything else.
    has_header: bool,
    /// What the last command said of itself.
    told: Arc<Mutex<Option<Told>>>,
}

/// Where the way leads.
#[derive(Clone, Debug)]
enum Hop {
    Address(SocketAddr),
    /// To the proxy at this address, and on.
    Proxy(SocketAddr, Arc<Beyond>),
    /// To a Unix socket.
    Socket(Arc<str>),
    /// Through a command, to this port.
    Command(Arc<[String]>, u16),
}

/// What a proxy is asked for.
#[derive(Debug)]
struct Beyond {
    proxy: Proxy,
    host: Host,
    port: u16,
}

impl Route {
    /// Finds the way: it leads to the first address that answers. `attempts` is always up to date,
    /// because the deadline may cancel the run.
    pub(super) async fn find(
        turn: &Turn,
        options: &Options,
        attempts: &mut Vec<Attempt>,
    ) -> Result<(Stream, Self), Cause> {
        let dial = Dial {
            timeout: options.connect_timeout,
            source: options.source,
        };
        let (hop, connected) = match &turn.to {
            To::Addresses(addresses) => {
                let (stream, address) = connect(addresses, dial, attempts).await?;
                (Hop::Address(address), Some(stream))
            }
            To::Proxy {
                proxy,
                addresses,
                host,
                port,
            } => {
                let connected = connect(addresses, dial, attempts).await;
                let (stream, address) = connected.map_err(|why| unreached(proxy, why))?;
                let beyond = Beyond {
                    proxy: proxy.clone(),
                    host: host.clone(),
                    port: *port,
                };
                (Hop::Proxy(address, Arc::new(beyond)), Some(stream))
            }
            To::Socket(path) => (Hop::Socket(path.as_str().into()), None),
            To::Command {
                command,
                host,
                port,
            } => {
                let words = command.words_for(host, *port);
                (Hop::Command(words.into(), *port), None)
            }
        };
        let route = Self {
            hop,
            dial,
            has_header: options.proxy_protocol,
            told: Arc::default(),
        };
        let stream = match connected {
            Some(stream) => stream,
            None => route.begin().await?,
        };
        Ok((route.go_on(stream).await?, route))
    }

    /// Opens another connection.
    pub(super) async fn open(&self) -> Result<Stream, Cause> {
        let stream = self.begin().await?;
        self.go_on(stream).await
    }

    /// The first part of the way.
    async fn begin(&self) -> Result<Stream, Cause> {
        match &self.hop {
            Hop::Address(address) => self.dial(*address).await,
            Hop::Proxy(address, beyond) => {
                let dialled = self.dial(*address).await;
                dialled.map_err(|why| unreached(&beyond.proxy, why))
            }
            Hop::Socket(path) => self.enter(path).await,
            Hop::Command(words, _) => {
                let started = Running::start(words).map_err(|why| {
                    let program = words.first().map_or("", String::as_str);
                    let why = system_text(&why);
                    Cause::Command(format!(
                        "the command \"{program}\" cannot be started: {why}"
                    ))
                });
                let (stream, running) = started?;
                *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(running.told());
                Ok(Stream::Command(stream, running))
            }
        }
    }

    async fn dial(&self, address: SocketAddr) -> Result<Stream, Cause> {
        let connected = connect_one(address, self.dial).await;
        connected.map_err(|error| {
            let error = Some(error);
            Cause::Connect(vec![Attempt { address, error }])
        })
    }

    async fn enter(&self, path: &str) -> Result<Stream, Cause> {
        let limit = self.dial.timeout;
        let error = match timeout(limit, UnixStream::connect(path)).await {
            Ok(Ok(stream)) => return Ok(Stream::Unix(stream)),
            Ok(Err(error)) => error.into(),
            Err(_) => ConnectError::Timeout(limit),
        };
        Err(Cause::Socket(path.to_owned(), error))
    }

    /// The rest of the way.
    async fn go_on(&self, stream: Stream) -> Result<Stream, Cause> {
        let mut stream = match &self.hop {
            Hop::Proxy(_, beyond) => self.through(stream, beyond).await?,
            Hop::Address(_) | Hop::Socket(_) | Hop::Command(..) => stream,
        };
        if self.has_header {
            let sent = stream.write_all(&LOCAL_HEADER).await;
            sent.map_err(|why| broken(&why))?;
        }
        Ok(stream)
    }

    async fn through(&self, stream: Stream, beyond: &Beyond) -> Result<Stream, Cause> {
        let Beyond { proxy, host, port } = beyond;
        let opened = timeout(self.dial.timeout, tunnel::open(stream, proxy, host, *port)).await;
        let why = match opened {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(why)) => why,
            Err(_) => no_answer(self.dial.timeout),
        };
        Err(unopened(proxy, host, *port, &why))
    }

    /// The address that it leads to: the proxy's, where there is one.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match &self.hop {
            Hop::Address(address) | Hop::Proxy(address, _) => Some(*address),
            Hop::Socket(_) | Hop::Command(..) => None,
        }
    }

    /// The server's port; 0: it has none.
    pub(super) fn port(&self) -> u16 {
        match &self.hop {
            Hop::Address(address) => address.port(),
            Hop::Proxy(_, beyond) => beyond.port,
            Hop::Command(_, port) => *port,
            Hop::Socket(_) => 0,
        }
    }

    /// The cause, unless it is the command that has another reason: nothing came through it.
    pub(super) async fn explain(&self, cause: Cause) -> Cause {
        let is_over = match cause {
            Cause::Closed | Cause::Reset | Cause::Io(_) => true,
            Cause::Timeout(_) => false,
            _ => return cause,
        };
        let told = self
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(told) = told else { return cause };
        told.why_silent(is_over).await.map_or(cause, Cause::Command)
    }
}

/// The cause at the deadline where a proxy is still waited for: it says nothing of the server.
pub(super) fn silent(to: &To, is_connected: bool, time: Duration) -> Option<Cause> {
    let To::Proxy {
        proxy, host, port, ..
    } = to
    else {
        return None;
    };
    let why = no_answer(time);
    Some(if is_connected {
        unopened(proxy, host, *port, &why)
    } else {
        Cause::Proxy(format!("no connection to the proxy {proxy}: {why}"))
    })
}

fn no_answer(within: Duration) -> String {
    format!("no answer within {} s", within.as_secs_f64())
}

/// Why a proxy does not open the way to a server.
fn unopened(proxy: &Proxy, host: &Host, port: u16, why: &str) -> Cause {
    let server = authority(host, port);
    Cause::Proxy(format!(
        "the proxy {proxy} does not connect to {server}: {why}"
    ))
}

/// Why a proxy cannot be reached.
fn unreached(proxy: &Proxy, cause: Cause) -> Cause {
    let Cause::Connect(attempts) = cause else {
        return cause;
    };
    let error = attempts.iter().find_map(|attempt| attempt.error.as_ref());
    let why = error.map_or_else(String::new, |error| format!(": {error}"));
    Cause::Proxy(format!("no connection to the proxy {proxy}{why}"))
}
