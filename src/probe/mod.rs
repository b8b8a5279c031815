//! The only sockets: an endpoint in, a sighting out, under one deadline. Nothing is judged.
#![expect(
    clippy::disallowed_methods,
    reason = "here the network and the monotonic clock are used"
)]

mod capture;
mod connect;
mod handshake;
mod legacy;
mod names;
mod negotiate;
mod pace;
mod small_hello;

pub use connect::Family;
pub use pace::Pacer;

use crate::endpoint::{Endpoint, Host, Start};
use crate::observation::{Cause, Failure, KeyType, Sighting, Step};
use crate::starttls::{Dialogue, Protocol, Refusal};
use capture::Capture;
use handshake::Offer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// How to probe; the same for all targets of a run, but for the name.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name to send as SNI, if it is a DNS name.
    pub server_name: Host,
    /// Whether to send SNI at all.
    pub sni: bool,
    /// Connect there instead of to the target's host; the port, if any, replaces the target's.
    pub connect_to: Option<(Host, Option<u16>)>,
    /// Which addresses may be used.
    pub family: Family,
    /// The bound of the whole probe.
    pub timeout: Duration,
    /// The bound of one connection attempt.
    pub connect_timeout: Duration,
    /// Ask for a certificate with this type of key; `None`: whichever the server prefers.
    pub key_type: Option<KeyType>,
    /// The name for EHLO; `None`: the address literal of the local socket (RFC 5321 §4.1.3).
    pub ehlo: Option<String>,
}

impl Options {
    /// Where to connect for an endpoint.
    fn destination<'a>(&'a self, endpoint: &'a Endpoint) -> (&'a Host, u16) {
        match &self.connect_to {
            Some((host, port)) => (host, port.unwrap_or(endpoint.port)),
            None => (&endpoint.host, endpoint.port),
        }
    }
}

/// Silence where a greeting was due is tried with TLS after this time, except on 25 and 587, where
/// a slow greeting is normal and an early talker gets blocked.
const SILENCE: Duration = Duration::from_secs(5);

/// Looks at one server. Never fails: what went wrong is part of the sighting.
pub async fn probe(endpoint: &Endpoint, options: &Options) -> Sighting {
    probe_at(endpoint, options, None).await
}

/// The same; `addresses` are those of the host, if they are known already.
async fn probe_at(
    endpoint: &Endpoint,
    options: &Options,
    addresses: Option<Vec<SocketAddr>>,
) -> Sighting {
    let start = Instant::now();
    let mut progress = Progress::default();
    let run = run(endpoint, options, addresses, &mut progress);
    let failure = match tokio::time::timeout_at(start + options.timeout, run).await {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure),
        Err(_)
            if progress
                .capture
                .as_ref()
                .is_some_and(|capture| capture.lock().completed) =>
        {
            None
        }
        // The second look was cut off: the first has failed for a reason of its own.
        Err(_) if progress.failed.is_some() => progress
            .failed
            .take()
            .map(|failure| whole(failure, options)),
        Err(_) => Some(Failure {
            step: progress.step,
            cause: progress.at_the_deadline(options),
        }),
    };
    let mut seen = progress.finish();
    seen.failure = failure;
    seen.elapsed = start.elapsed();
    seen
}

/// What is known so far; it outlives a run that the deadline cuts off.
#[derive(Default)]
struct Progress {
    step: Step,
    seen: Sighting,
    capture: Option<Arc<Capture>>,
    /// What is said before TLS.
    dialogue: Option<Dialogue>,
    /// Why the handshake failed, while a second look is taken.
    failed: Option<Failure>,
    /// What the second look showed.
    legacy: Option<crate::raw_tls::Presented>,
}

impl Progress {
    fn finish(self) -> Sighting {
        let mut seen = self.seen;
        if let Some(dialogue) = self.dialogue {
            (seen.greeting, seen.capabilities, seen.transcript) = dialogue.into_parts();
        }
        if let Some(capture) = self.capture {
            capture.report(&mut seen);
        }
        if let Some(presented) = self.legacy {
            seen.presented = presented.chain;
            seen.tls = Some(names::tls_facts(
                presented.chosen.version,
                presented.chosen.suite,
            ));
            seen.legacy = true;
            seen.ocsp_stapled = None;
        }
        seen
    }

    /// An answer that did not come to its end says more than that time was up.
    fn at_the_deadline(&self, options: &Options) -> Cause {
        if let Some(refusal) = self.dialogue.as_ref().and_then(Dialogue::end) {
            return Cause::Smtp(refusal);
        }
        let head = self
            .capture
            .as_ref()
            .map(|capture| capture.lock().head.clone());
        match (head, self.seen.mode) {
            (Some(head), Some(mode)) if !head.is_empty() => handshake::not_tls(&head, mode),
            _ => Cause::Timeout(options.timeout),
        }
    }

    fn fail(&self, cause: Cause) -> Failure {
        Failure {
            step: self.step,
            cause,
        }
    }
}

async fn run(
    endpoint: &Endpoint,
    options: &Options,
    addresses: Option<Vec<SocketAddr>>,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let mut result = first_look(endpoint, options, addresses, progress).await;
    if let Err(failure) = &mut result {
        progress.failed = Some(failure.clone());
        if let Some(second) = small_hello::look(failure, options, progress).await {
            return second;
        }
        legacy::look(failure, options, progress).await;
        if let (Some(_), Cause::NoSuchKey(_, alert)) = (&progress.legacy, &failure.cause) {
            // It has one; the alert was about something else.
            failure.cause = Cause::Alert(alert.clone());
        }
    }
    result
}

/// Who was not heard in two tries was given the whole time.
fn whole(mut failure: Failure, options: &Options) -> Failure {
    if let (Step::Tls, Cause::Timeout(time)) = (failure.step, &mut failure.cause) {
        *time = options.timeout;
    }
    failure
}

async fn first_look(
    endpoint: &Endpoint,
    options: &Options,
    addresses: Option<Vec<SocketAddr>>,
    progress: &mut Progress,
) -> Result<(), Failure> {
    // Who has a turn at an address has one connection to it.
    let one_at_a_time = addresses.is_some();
    let addresses = if let Some(addresses) = addresses {
        addresses
    } else {
        let (host, port) = options.destination(endpoint);
        connect::resolve(host, port, options.family)
            .await
            .map_err(|cause| progress.fail(cause))?
    };
    progress.step = Step::Connect;
    let connected = connect::connect(
        &addresses,
        options.connect_timeout,
        &mut progress.seen.attempts,
    )
    .await;
    let (stream, address) = connected.map_err(|cause| progress.fail(cause))?;
    progress.seen.address = Some(address);
    match endpoint.first_start() {
        Start::Starttls => {
            let first = (stream, address, one_at_a_time);
            starttls_first(first, endpoint, options, progress).await
        }
        Start::Implicit => smtps_first(stream, address, endpoint, options, progress).await,
    }
}

/// The STARTTLS dialogue; if the port stays silent, a second connection asks whether it speaks TLS.
///
/// That is opened beside the first, which may still greet, or in its place.
async fn starttls_first(
    (mut stream, address, one_at_a_time): (TcpStream, SocketAddr, bool),
    endpoint: &Endpoint,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    progress.step = Step::Greeting;
    let ports = [address.port(), endpoint.port];
    let may_try_tls = !ports.iter().any(|port| matches!(port, 25 | 587));
    if may_try_tls {
        if one_at_a_time {
            if timeout(SILENCE, stream.readable()).await.is_err() {
                drop(stream);
                let found = speaks_tls(address, options).await;
                if let Some(result) = settled(found, endpoint, progress) {
                    return result;
                }
                stream = reconnect(address, options, progress).await?;
            }
        } else {
            let found = tokio::select! {
                // Data, an end or an error: all are for the dialogue to read.
                _ = stream.readable() => Spoken::Unknown,
                found = tls_after_silence(address, options) => found,
            };
            if let Some(result) = settled(found, endpoint, progress) {
                return result;
            }
        }
    }
    match negotiate::starttls(&mut stream, options, progress).await {
        // An alert, say, where the greeting was due: the port speaks TLS.
        Err(Failure {
            cause: Cause::Smtp(Refusal::NotSmtp(Some(Protocol::Tls), _)),
            ..
        }) if endpoint.tls.is_none() => {}
        result => {
            result?;
            return tls(stream, Start::Starttls, options, progress).await;
        }
    }
    drop(stream);
    progress.seen.round_trips = 0;
    progress.step = Step::Connect;
    let stream = reconnect(address, options, progress).await?;
    tls(stream, Start::Implicit, options, progress).await
}

async fn reconnect(
    address: SocketAddr,
    options: &Options,
    progress: &Progress,
) -> Result<TcpStream, Failure> {
    connect::connect_one(address, options.connect_timeout)
        .await
        .map_err(|error| {
            let error = Some(error);
            let attempt = crate::observation::Attempt { address, error };
            progress.fail(Cause::Connect(vec![attempt]))
        })
}

/// Implicit TLS; if the server greets in the clear instead, STARTTLS on a second connection.
async fn smtps_first(
    stream: TcpStream,
    address: SocketAddr,
    endpoint: &Endpoint,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    match tls(stream, Start::Implicit, options, progress).await {
        Err(Failure {
            cause: Cause::SpeaksSmtp,
            ..
        }) if endpoint.tls.is_none() => {}
        other => return other,
    }
    progress.seen.mode = None;
    progress.seen.round_trips = 0;
    progress.capture = None;
    progress.step = Step::Connect;
    let mut stream = reconnect(address, options, progress).await?;
    negotiate::starttls(&mut stream, options, progress).await?;
    tls(stream, Start::Starttls, options, progress).await
}

async fn tls(
    stream: TcpStream,
    mode: Start,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    tls_with(stream, mode, options, progress, Offer::Full).await
}

async fn tls_with(
    stream: TcpStream,
    mode: Start,
    options: &Options,
    progress: &mut Progress,
    offer: Offer,
) -> Result<(), Failure> {
    progress.step = Step::Tls;
    progress.seen.mode = Some(mode);
    let capture = Arc::new(Capture::default());
    progress.capture = Some(Arc::clone(&capture));
    handshake::run(stream, mode, options, capture, offer)
        .await
        .map_err(|cause| progress.fail(cause))
}

/// What a silent port turned out to speak.
enum Spoken {
    Tls(Arc<Capture>, Result<(), Cause>),
    Other(crate::starttls::Protocol, String),
    Unknown,
}

/// What that means for a port that was to speak SMTP; `None`: the dialogue has to tell.
fn settled(
    found: Spoken,
    endpoint: &Endpoint,
    progress: &mut Progress,
) -> Option<Result<(), Failure>> {
    let refusal = match found {
        Spoken::Unknown => return None,
        Spoken::Tls(capture, result) if endpoint.tls.is_none() => {
            progress.step = Step::Tls;
            progress.seen.mode = Some(Start::Implicit);
            progress.capture = Some(capture);
            return Some(result.map_err(|cause| progress.fail(cause)));
        }
        Spoken::Tls(..) => Refusal::NotSmtp(Some(Protocol::Tls), String::new()),
        Spoken::Other(protocol, text) => Refusal::NotSmtp(Some(protocol), text),
    };
    Some(Err(progress.fail(Cause::Smtp(refusal))))
}

/// Resolves only with an answer that settles the matter, or when there is none to be had.
async fn tls_after_silence(address: SocketAddr, options: &Options) -> Spoken {
    tokio::time::sleep(SILENCE).await;
    speaks_tls(address, options).await
}

/// Asks on a connection of its own.
async fn speaks_tls(address: SocketAddr, options: &Options) -> Spoken {
    let Ok(stream) = connect::connect_one(address, options.connect_timeout).await else {
        return Spoken::Unknown;
    };
    let capture = Arc::new(Capture::default());
    let (mode, seen) = (Start::Implicit, Arc::clone(&capture));
    let result = handshake::run(stream, mode, options, seen, Offer::Full).await;
    match result {
        // Only slow, or gone: the first connection may still greet.
        Err(
            Cause::SpeaksSmtp
            | Cause::Closed
            | Cause::Reset
            | Cause::Io(_)
            | Cause::Timeout(_)
            | Cause::NotTls(None, _),
        ) => Spoken::Unknown,
        Err(Cause::NotTls(Some(protocol), text)) => Spoken::Other(protocol, text),
        result => Spoken::Tls(capture, result),
    }
}
