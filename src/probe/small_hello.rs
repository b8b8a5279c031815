//! A second try, with a small `ClientHello`: one with a post-quantum key share fills more than one
//! TCP segment, and what stands in front of some servers reads the first alone, and hangs up, or
//! waits for ever.

use super::handshake::{Offer, PATIENCE};
use super::{Options, Progress, connect, negotiate, tls_with};
use crate::endpoint::Start;
use crate::observation::{Cause, Failure, Step};
use tokio::time::Instant;

/// What servers answer to half a message.
const ALERTS: [&str; 5] = [
    "decode_error",
    "illegal_parameter",
    "internal_error",
    "record_overflow",
    "unexpected_message",
];

/// Tries again, at the address that answered, if that can help, and returns what came of it;
/// `None`: it did not help, and the first failure stands. The deadline is the caller's.
pub(super) async fn look(
    failure: &Failure,
    options: &Options,
    progress: &mut Progress,
) -> Option<Result<(), Failure>> {
    let (address, mode) = (progress.seen.address?, progress.seen.mode?);
    if !may_be_too_large(failure, progress) {
        return None;
    }
    let mut second = Progress::default();
    let connected = connect::connect_one(address, options.connect_timeout).await;
    let mut stream = connected.ok()?;
    if mode == Start::Starttls {
        let agreed = negotiate::starttls(&mut stream, options, &mut second).await;
        agreed.ok()?;
    }
    let started = Instant::now();
    let result = tls_with(stream, mode, options, &mut second, Offer::Compact).await;
    let capture = second.capture?;
    // Without a ServerHello it is no answer.
    capture.lock().tls.as_ref()?;
    // Who is as slow with a small one may only be slow.
    let is_slow = matches!(failure.cause, Cause::Timeout(_)) && started.elapsed() > PATIENCE / 2;
    progress.seen.small_hello = !is_slow;
    progress.seen.round_trips += second.seen.round_trips;
    progress.capture = Some(capture);
    progress.dialogue = second.dialogue.or(progress.dialogue.take());
    Some(result)
}

/// Failures right behind our `ClientHello`, before anything else was heard.
fn may_be_too_large(failure: &Failure, progress: &Progress) -> bool {
    let is_first_answer = progress.capture.as_ref().is_some_and(|capture| {
        let seen = capture.lock();
        seen.tls.is_none() && seen.chain.is_empty() && seen.head.is_empty()
    });
    let fits = match &failure.cause {
        Cause::Closed | Cause::Reset | Cause::Timeout(_) => true,
        Cause::Alert(alert) => ALERTS.contains(&alert.as_str()),
        _ => false,
    };
    failure.step == Step::Tls && is_first_answer && fits
}
