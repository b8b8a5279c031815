//! The first look: starts TLS as the port suggests, and the other way if the answer calls for it.

use super::capture::Capture;
use super::handshake::{self, Offer};
use super::negotiate;
use super::opening::Opening;
use super::options::{Options, Turn};
use super::progress::Progress;
use super::route::Route;
use super::stream::Stream;
use crate::endpoint::{Endpoint, Start};
use crate::observation::{Cause, Failure, Step};
use crate::starttls::{Refusal, Service, Speech};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long to wait for a greeting before trying TLS, except on 25 and 587: there a slow greeting
/// is normal, and a client that talks early gets blocked. Servers of the other protocols greet at
/// once, and do not mind.
const SILENCE: Duration = Duration::from_secs(5);

/// Connects to the first address that answers, and performs the handshake.
pub(super) async fn first_look(
    endpoint: &Endpoint,
    options: &Options,
    turn: &Turn,
    progress: &mut Progress,
) -> Result<(), Failure> {
    // Of several addresses any may answer.
    let only = turn.to.only_address();
    progress.place.move_to(Step::Connect, only);
    let found = Route::find(turn, options, &mut progress.seen.attempts).await;
    let (stream, route) = found.map_err(|cause| progress.fail(cause))?;
    progress.seen.address = route.address();
    progress.route = Some(route.clone());
    progress.seen.protocol = Some(progress.speech.expected());
    match endpoint.first_start() {
        Start::Starttls => {
            let first = (stream, route, turn.is_paced);
            starttls_first(first, endpoint, options, progress).await
        }
        Start::Implicit => smtps_first(stream, &route, endpoint, options, progress).await,
    }
}

/// Runs the STARTTLS dialogue. If the port stays silent, a second connection tries TLS.
///
/// It is opened beside the first, which may still greet, or replaces it.
async fn starttls_first(
    (mut stream, route, is_paced): (Stream, Route, bool),
    endpoint: &Endpoint,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    progress
        .place
        .move_to(Step::Greeting, progress.seen.address);
    let ports = [route.port(), endpoint.port];
    let may_try_tls = !ports.iter().any(|port| matches!(port, 25 | 587));
    if may_try_tls {
        if is_paced {
            if timeout(SILENCE, stream.readable()).await.is_err() {
                drop(stream);
                let found = speaks_tls(&route, options, progress.speech).await;
                if let Some(result) = settled(found, endpoint, progress) {
                    return result;
                }
                stream = reconnect(&route, progress).await?;
            }
        } else {
            let speech = progress.speech;
            let found = tokio::select! {
                // Data, the end of the stream or an error: the dialogue reads them all.
                _ = stream.readable() => Spoken::Unknown,
                found = tls_after_silence(&route, options, speech) => found,
            };
            if let Some(result) = settled(found, endpoint, progress) {
                return result;
            }
        }
    }
    match negotiate::starttls(&mut stream, options, progress).await {
        // For example an alert instead of the greeting: the port speaks TLS.
        Err(Failure {
            cause: Cause::Refused(Refusal::OtherProtocol(Some(Service::Tls), _)),
            ..
        }) if endpoint.start.is_none() => {}
        result => {
            result?;
            return tls(stream, Start::Starttls, options, progress).await;
        }
    }
    drop(stream);
    progress.seen.round_trips = 0;
    progress.place.move_to(Step::Connect, progress.seen.address);
    let stream = reconnect(&route, progress).await?;
    tls(stream, Start::Implicit, options, progress).await
}

async fn reconnect(route: &Route, progress: &Progress) -> Result<Stream, Failure> {
    let opened = route.open().await;
    opened.map_err(|cause| progress.fail(cause))
}

/// Tries implicit TLS, then STARTTLS on a second connection if the server greets in the clear.
async fn smtps_first(
    stream: Stream,
    route: &Route,
    endpoint: &Endpoint,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    match tls(stream, Start::Implicit, options, progress).await {
        Err(Failure {
            cause: Cause::SpeaksClear(_),
            ..
        }) if endpoint.start.is_none() => {}
        other => return other,
    }
    progress.seen.start = None;
    progress.seen.round_trips = 0;
    progress.capture = None;
    progress.place.move_to(Step::Connect, progress.seen.address);
    let mut stream = reconnect(route, progress).await?;
    negotiate::starttls(&mut stream, options, progress).await?;
    tls(stream, Start::Starttls, options, progress).await
}

async fn tls(
    stream: Stream,
    start: Start,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let offer = if options.asks_once {
        Offer::Compact
    } else {
        Offer::Full
    };
    tls_with(stream, start, options, progress, offer).await
}

pub(super) async fn tls_with(
    stream: Stream,
    start: Start,
    options: &Options,
    progress: &mut Progress,
    offer: Offer,
) -> Result<(), Failure> {
    progress.place.move_to(Step::Tls, progress.seen.address);
    progress.seen.start = Some(start);
    let capture = Arc::new(Capture::default());
    progress.capture = Some(Arc::clone(&capture));
    let opening = Opening {
        start,
        protocol: progress.protocol(),
        speech: progress.speech,
    };
    Box::pin(handshake::run(stream, opening, options, capture, offer))
        .await
        .map_err(|cause| progress.fail(progress.explained(cause)))
}

/// What a silent port speaks.
enum Spoken {
    Tls(Arc<Capture>, Result<(), Cause>),
    Other(Service, String),
    Unknown,
}

/// The failure for a port that should greet in the clear; `None`: the dialogue decides.
fn settled(
    found: Spoken,
    endpoint: &Endpoint,
    progress: &mut Progress,
) -> Option<Result<(), Failure>> {
    let refusal = match found {
        Spoken::Unknown => return None,
        Spoken::Tls(capture, result) if endpoint.start.is_none() => {
            progress.place.move_to(Step::Tls, progress.seen.address);
            progress.seen.start = Some(Start::Implicit);
            progress.capture = Some(capture);
            return Some(result.map_err(|cause| progress.fail(cause)));
        }
        Spoken::Tls(..) => Refusal::OtherProtocol(Some(Service::Tls), String::new()),
        Spoken::Other(protocol, text) => Refusal::OtherProtocol(Some(protocol), text),
    };
    Some(Err(progress.fail(Cause::Refused(refusal))))
}

/// Resolves only with an answer that decides, or once none can come any more.
async fn tls_after_silence(route: &Route, options: &Options, speech: Speech) -> Spoken {
    tokio::time::sleep(SILENCE).await;
    speaks_tls(route, options, speech).await
}

/// Tries TLS on a separate connection.
async fn speaks_tls(route: &Route, options: &Options, speech: Speech) -> Spoken {
    let Ok(stream) = route.open().await else {
        return Spoken::Unknown;
    };
    let capture = Arc::new(Capture::default());
    let opening = Opening {
        start: Start::Implicit,
        protocol: speech.expected(),
        speech,
    };
    let seen = Arc::clone(&capture);
    let run = handshake::run(stream, opening, options, seen, Offer::Full);
    match Box::pin(run).await {
        // Slow or gone: the first connection may still greet.
        Err(
            Cause::SpeaksClear(_)
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
