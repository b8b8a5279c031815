//! Opens TLS with a server for another purpose than a probe: what it presents is a sighting as a mail
//! server's, and what is spoken beyond is the caller's.

use super::capture::Capture;
use super::handshake::{self, Offer};
use super::opening::Opening;
use super::options::{Options, To, Turn};
use super::progress::Progress;
use super::route::Route;
use super::tls_stream::TlsStream;
use crate::endpoint::{Protocol, Start};
use crate::observation::{Cause, Failure, Sighting, Step};
use crate::starttls::{Service, Speech};
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// Opens the way that a probe would take, and TLS on it, within the time limit of the options, which
/// runs since then. Nothing of the chain is judged, and `possession` says whether its key is proven.
/// Without a stream the sighting has the failure.
///
/// What is for the mail server alone is left out: the header of the PROXY protocol, and the client
/// certificate.
pub async fn open_tls(to: To, options: &Options, since: Instant) -> (Sighting, Option<TlsStream>) {
    let options = Options {
        proxy_protocol: false,
        client: None,
        ..options.clone()
    };
    let mut progress = Progress::new(Speech::Only(Protocol::default()));
    progress.seen.via = to.via();
    let turn = Turn::at(since, to);
    let run = run(&turn, &options, &mut progress);
    let opened = match timeout_at(since + options.timeout, run).await {
        Ok(opened) => opened,
        Err(_) => Err(progress.fail(progress.at_the_deadline(&options))),
    };
    let (stream, failure) = match opened {
        Ok(stream) => (Some(stream), None),
        Err(failure) => (None, Some(without_advice(failure))),
    };
    (progress.conclude(failure, since).await, stream)
}

async fn run(
    turn: &Turn,
    options: &Options,
    progress: &mut Progress,
) -> Result<TlsStream, Failure> {
    let only = turn.to.only_address();
    progress.place.move_to(Step::Connect, only);
    let found = Route::find(turn, options, &mut progress.seen.attempts).await;
    let (stream, route) = found.map_err(|cause| progress.fail(cause))?;
    progress.seen.address = route.address();
    progress.route = Some(route);
    progress.place.move_to(Step::Tls, progress.seen.address);
    progress.seen.start = Some(Start::Implicit);
    let capture = Arc::new(Capture::default());
    progress.capture = Some(Arc::clone(&capture));
    let opening = Opening {
        start: Start::Implicit,
        protocol: progress.protocol(),
        speech: progress.speech,
    };
    // Every network carries the small hello in one segment, so that no second try is needed.
    let kept = handshake::keep(stream, opening, options, &capture, Offer::Compact).await;
    let (stream, tls) = kept.map_err(|cause| progress.fail(cause))?;
    Ok(TlsStream::new(stream, tls))
}

/// That a mail server may expect STARTTLS is of no use where another server should be.
fn without_advice(mut failure: Failure) -> Failure {
    if let Cause::SpeaksClear(protocol) = failure.cause {
        failure.cause = Cause::NotTls(Some(Service::Mail(protocol)), String::new());
    }
    failure
}
