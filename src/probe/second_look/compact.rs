//! A compact `ClientHello`. One with a post-quantum key share fills more than one TCP segment, and
//! some middleboxes read only the first segment, then close the connection or wait for ever.

use crate::endpoint::Start;
use crate::observation::{Alert, Cause, Failure, Step};
use crate::probe::first_look::tls_with;
use crate::probe::handshake::{Offer, PATIENCE};
use crate::probe::options::Options;
use crate::probe::progress::Progress;
use crate::probe::stream::Stream;
use std::time::Duration;
use tokio::time::Instant;

/// The alerts of servers that read only half a message.
const ALERTS: [Alert; 5] = [
    Alert::DECODE_ERROR,
    Alert::ILLEGAL_PARAMETER,
    Alert::INTERNAL_ERROR,
    Alert::RECORD_OVERFLOW,
    Alert::UNEXPECTED_MESSAGE,
];

/// A handshake with the compact offer, and how long it took.
pub(super) struct Handshake {
    result: Result<(), Failure>,
    took: Duration,
}

/// Performs a handshake with the compact offer.
pub(super) async fn shake_hands(
    stream: Stream,
    start: Start,
    options: &Options,
    second: &mut Progress,
) -> Handshake {
    let started = Instant::now();
    let result = tls_with(stream, start, options, second, Offer::Compact).await;
    let took = started.elapsed();
    Handshake { result, took }
}

/// The result, which replaces the first look; `None`: it did not help, and the first failure
/// stands.
pub(super) fn judge(
    handshake: Handshake,
    failure: &Failure,
    second: Progress,
    progress: &mut Progress,
) -> Option<Result<(), Failure>> {
    let capture = second.capture?;
    // Without a ServerHello it is not an answer.
    capture.lock().tls.as_ref()?;
    // A server that is slow with the compact offer, too, may simply be slow.
    let is_slow = matches!(failure.cause, Cause::Timeout(_)) && handshake.took > PATIENCE / 2;
    progress.seen.small_hello = !is_slow;
    progress.seen.round_trips += second.seen.round_trips;
    progress.capture = Some(capture);
    progress.dialogue = second.dialogue.or(progress.dialogue.take());
    Some(handshake.result)
}

/// Whether the first `ClientHello` may have been too large: the connection failed directly after
/// it, without any answer.
pub(super) fn may_help(failure: &Failure, progress: &Progress) -> bool {
    let is_first_answer = progress.capture.as_ref().is_some_and(|capture| {
        let seen = capture.lock();
        seen.tls.is_none() && seen.chain.is_empty() && seen.head.is_empty()
    });
    let fits = match &failure.cause {
        Cause::Closed | Cause::Reset | Cause::Timeout(_) => true,
        Cause::Alert(alert) => ALERTS.contains(alert),
        _ => false,
    };
    failure.step == Step::Tls && is_first_answer && fits
}
