//! The sockets of the mail server: addresses in, a sighting out, under one deadline. Nothing is
//! judged. What is fetched from another server takes the same ways, and the same handshake.
#![expect(
    clippy::disallowed_methods,
    reason = "here mail servers are connected to"
)]

mod breach;
mod capture;
mod client_answer;
mod command;
mod dial;
mod first_look;
mod handshake;
mod names;
mod negotiate;
mod open;
mod open_tls;
mod opening;
mod options;
mod place;
mod progress;
mod route;
mod second_look;
mod stream;
mod tls_stream;
mod tunnel;
mod waiting;

pub use open::open;
pub use open_tls::open_tls;
pub use options::{Client, Options, To, Turn};
pub use tls_stream::TlsStream;
pub use waiting::{Awaited, Watch, Watched};

use crate::endpoint::Endpoint;
use crate::observation::{Cause, Failure, Sighting, Step};
use crate::starttls::Speech;
use first_look::first_look;
use progress::Progress;
use route::silent;
use second_look::second_look;
use tokio::time::timeout_at;

/// Looks at one server. Never fails: what went wrong is part of the sighting.
pub async fn probe(endpoint: &Endpoint, options: &Options, turn: Turn) -> Sighting {
    let speech = match endpoint.protocol {
        Some(protocol) => Speech::Only(protocol),
        None => Speech::First(endpoint.first_protocol()),
    };
    let mut progress = Progress::new(speech);
    progress.seen.via = turn.to.via();
    progress.place.watched = options.watch.as_ref().map(|watch| {
        let to = endpoint.to_string();
        watch.begin(to, turn.since, options.timeout)
    });
    // Boxed: it is copied on the stack several times, and each page of it costs a fault.
    let run = Box::pin(run(endpoint, options, &turn, &mut progress));
    let failure = match timeout_at(turn.since + options.timeout, run).await {
        Ok(result) => result.err(),
        Err(_) => cut_off(&mut progress, options, &turn.to),
    };
    progress.conclude(failure, turn.since).await
}

async fn run(
    endpoint: &Endpoint,
    options: &Options,
    turn: &Turn,
    progress: &mut Progress,
) -> Result<(), Failure> {
    match first_look(endpoint, options, turn, progress).await {
        Ok(()) => Ok(()),
        // What else it may show was seen before.
        Err(failure) if options.client.is_some() || options.asks_once => Err(failure),
        Err(failure) => Box::pin(second_look(failure, options, progress)).await,
    }
}

/// The failure at the deadline; none if everything needed was seen.
fn cut_off(progress: &mut Progress, options: &Options, to: &To) -> Option<Failure> {
    if progress.has_completed() {
        return None;
    }
    // The deadline cut off the second look; the first failed for a reason of its own.
    if let Some(failure) = progress.failed.take() {
        return Some(whole(failure, options));
    }
    let cause = match progress.at_the_deadline(options) {
        Cause::Timeout(time) if progress.place.step() == Step::Connect => {
            let mut attempts = progress.seen.attempts.iter();
            let is_connected = attempts.any(|attempt| attempt.error.is_none());
            silent(to, is_connected, time).unwrap_or(Cause::Timeout(time))
        }
        cause => cause,
    };
    Some(progress.fail(cause))
}

/// Reports the whole deadline, not one share of it, if both attempts timed out.
fn whole(mut failure: Failure, options: &Options) -> Failure {
    if let (Step::Tls, Cause::Timeout(time)) = (failure.step, &mut failure.cause) {
        *time = options.timeout;
    }
    failure
}
