//! A second look after the first failed, with another `ClientHello`. Each kind has one file.

mod compact;
mod old;

use super::negotiate;
use super::options::Options;
use super::progress::Progress;
use super::route::Route;
use super::stream::Stream;
use crate::endpoint::Start;
use crate::observation::{Cause, Failure};
use crate::starttls::Speech;

/// Looks again at the address that answered, if that can show more. The caller sets the deadline.
pub(super) async fn second_look(
    mut failure: Failure,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    progress.failed = Some(failure.clone());
    let (Some(route), Some(start)) = (progress.route.clone(), progress.seen.start) else {
        return Err(failure);
    };
    if compact::may_help(&failure, progress) {
        let mut second = Progress::new(Speech::Only(progress.protocol()));
        if let Some(stream) = reopen(&route, start, options, &mut second).await {
            let handshake = compact::shake_hands(stream, start, options, &mut second).await;
            if let Some(result) = compact::judge(handshake, &failure, second, progress) {
                return result;
            }
        }
    }
    if old::may_help(&failure, progress) {
        let mut second = Progress::new(Speech::Only(progress.protocol()));
        if let Some(stream) = reopen(&route, start, options, &mut second).await
            && let Some((presented, exchange)) = old::fetch(stream, options, &mut second).await
        {
            progress.legacy = Some(presented);
            progress.exchange = exchange;
        }
        progress.seen.round_trips += second.seen.round_trips;
    }
    if let (Some(_), Cause::NoSuchKey(_, alert)) = (&progress.legacy, &failure.cause) {
        // The server has one; the alert had another reason.
        failure.cause = Cause::Alert(*alert);
    }
    Err(failure)
}

/// Connects again, up to the start of TLS; `None`: it failed. The reason is dropped, because the
/// first failure is reported.
async fn reopen(
    route: &Route,
    start: Start,
    options: &Options,
    second: &mut Progress,
) -> Option<Stream> {
    let mut stream = route.open().await.ok()?;
    if start == Start::Starttls {
        let agreed = negotiate::starttls(&mut stream, options, second).await;
        agreed.ok()?;
    }
    Some(stream)
}
