//! Mercurial's decision about the server, and whether it rests on the pin.

use crate::endpoint::Start;
use crate::judge::clients::Answer;
use crate::mercurial::{Decision, Ground, PinnedBy, Server};
use crate::observation::Possession;
use crate::report::Report;

/// The server of the report, as Mercurial would meet it.
pub(super) fn server<'a>(
    host: &'a str,
    start: Start,
    port: Option<u16>,
    report: &'a Report,
) -> Server<'a> {
    let seen = report.seen();
    let tls = seen.and_then(|seen| seen.tls.as_ref());
    Server {
        host,
        start,
        port,
        chain: report.chain(),
        tls_version: tls.map_or("", |tls| tls.version.as_str()),
        handshake_failed: seen.is_some_and(|seen| seen.failure.is_some()),
        key_proven: seen.is_some_and(|seen| seen.possession == Possession::Proven),
        now: report.at,
    }
}

/// Whether a decision means that the server is verified by what was pinned.
pub(super) fn is_pinned(decision: &Decision, by: PinnedBy<'_>) -> bool {
    let ground = match by {
        PinnedBy::Fingerprint => matches!(
            decision.decided_by,
            Ground::Fingerprints | Ground::HostFingerprints
        ),
        PinnedBy::Cacerts(_) => decision.decided_by == Ground::Verifycertsfile,
    };
    decision.answer == Answer::Accepts && ground
}
