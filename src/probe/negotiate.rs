//! Drives a dialogue over a stream, up to TLS.

use super::dial::broken;
use super::options::Options;
use super::progress::Progress;
use super::stream::Stream;
use crate::endpoint::Protocol;
use crate::observation::{Cause, Failure};
use crate::starttls::{Dialogue, Farewell, Stage, Step as Next, begin, goodbye};
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long to wait for the answer to the goodbye. Servers answer it at once, after all earlier replies,
/// so a longer silence counts as the answer.
const SILENCE: Duration = Duration::from_secs(1);

/// Runs the dialogue up to the server's go-ahead. The next byte on the stream is TLS.
pub(super) async fn starttls(
    stream: &mut Stream,
    options: &Options,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let name = match &options.ehlo {
        Some(name) => name.clone(),
        None => address_literal(stream),
    };
    let dialogue = begin(progress.speech, &name);
    let mut result = drive(stream, dialogue, progress).await;
    let protocol = progress.protocol();
    if let Err(Cause::Refused(refusal)) = &mut result {
        if refusal.is_in_step() {
            say_goodbye(stream, protocol).await;
        }
        if refusal.is_provisional() {
            // The deadline may cancel this future; what is already known is kept.
            progress.failed = Some(progress.fail(Cause::Refused(refusal.clone())));
            let stage = progress.dialogue.as_ref().map(|dialogue| dialogue.stage());
            let farewell = hear_farewell(stream, protocol).await;
            *refusal = farewell.judge(stage.unwrap_or(Stage::Ehlo), refusal.clone());
        }
    }
    let result = result.map_err(|cause| match cause {
        Cause::Refused(refusal) if !options.proxy_protocol => {
            Cause::Refused(refusal.without_proxy_header())
        }
        cause => cause,
    });
    result.map_err(|cause| progress.fail(cause))
}

/// Drives the dialogue; the protocol that it found is entered in the sighting.
async fn drive(
    stream: &mut Stream,
    dialogue: Box<dyn Dialogue>,
    progress: &mut Progress,
) -> Result<(), Cause> {
    let mut buffer = [0; 4096];
    // The deadline may cancel this future at any await: the transcript up to then is kept.
    let dialogue = progress.dialogue.insert(dialogue);
    loop {
        let address = progress.seen.address;
        progress.place.move_to(dialogue.stage().into(), address);
        if dialogue.is_our_turn() {
            // Bytes that have arrived by now are unsolicited; yield so the reactor sees them.
            tokio::task::yield_now().await;
            if let Ok(count @ 1..) = stream.try_read(&mut buffer) {
                dialogue.receive(&buffer[..count]).map_err(Cause::Refused)?;
            }
        }
        match dialogue.step() {
            Next::Send(bytes) => stream.write_all(&bytes).await.map_err(|e| broken(&e))?,
            Next::Receive => {
                let count = stream.read(&mut buffer).await.map_err(|e| broken(&e))?;
                if count == 0 {
                    return Err(dialogue.end().map_or(Cause::Closed, Cause::Refused));
                }
                let stage = dialogue.stage();
                let received = dialogue.receive(&buffer[..count]);
                progress.seen.protocol = Some(dialogue.protocol());
                received.map_err(Cause::Refused)?;
                if dialogue.stage() != stage {
                    progress.seen.round_trips += 1;
                }
            }
            Next::Handshake => {
                // The answer to STARTTLS.
                progress.seen.round_trips += 1;
                return Ok(());
            }
        }
    }
}

/// The address literal (RFC 5321 §4.1.3), which a client without a name of its own gives (§4.1.4).
fn address_literal(stream: &Stream) -> String {
    match stream
        .local_addr()
        .map(|address| address.ip().to_canonical())
    {
        Some(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        Some(IpAddr::V4(ip)) => format!("[{ip}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

/// Sends the last command.
async fn say_goodbye(stream: &mut Stream, protocol: Protocol) {
    let quit = stream.write_all(goodbye(protocol));
    let _ = tokio::time::timeout(Duration::from_millis(100), quit).await;
}

/// Reads what follows the goodbye, until it is answered or the server has been silent for a while.
async fn hear_farewell(stream: &mut Stream, protocol: Protocol) -> Farewell {
    let mut farewell = Farewell::new(protocol);
    let mut buffer = [0; 1024];
    loop {
        match tokio::time::timeout(SILENCE, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) if !farewell.receive(&buffer[..count]) => {}
            _ => return farewell,
        }
    }
}
