//! How hg judges a chain without a pin: its OpenSSL verifies the chain for a TLS server without
//! partial chains (`sslutil.SSLContext` of Mercurial), and hg compares the name.

use super::server::Server;
use crate::certificate::pem::Entry;
use crate::certificate::{Certificate, ForServers};
use crate::judge::Anchors;
use crate::judge::clients::openssl::{Mode, chain, is_self_signed, leaf_refusal};
use crate::judge::clients::{Answer, Verdict};
use crate::mercurial::name;

/// Whether OpenSSL accepts the entry as an anchor for servers: it is self-signed or explicitly
/// trusted, and not rejected.
pub(in crate::mercurial) fn is_anchor(entry: &Entry) -> bool {
    match entry.trust.for_servers() {
        ForServers::Neutral => is_self_signed(&Certificate::new(entry.der.clone())),
        ForServers::Trusted => true,
        ForServers::Rejected => false,
    }
}

/// Verifies by the certificates of a CA file. Certificates that are not anchors can complete a
/// path, or break one.
pub(super) fn verify(server: &Server<'_>, file: &[Entry], path: &str) -> (Answer, String) {
    let mut anchors = Anchors::new(path);
    for entry in file {
        // Our own judge cannot use an anchor that it cannot read; OpenSSL's model keeps it.
        let _ = anchors.add(entry.clone(), path);
    }
    by_anchors(server, &anchors, path)
}

/// Verifies by anchors; `store` is their name in messages.
pub(super) fn by_anchors(server: &Server<'_>, anchors: &Anchors, store: &str) -> (Answer, String) {
    let verdict = chain(server.chain, anchors, server.now, Mode::Default);
    let verdict = match verdict.answer {
        Answer::Refuses => Verdict::refuses(format!(
            "unable to verify certificate by {store}: {}",
            verdict.reason
        )),
        _ => verdict.and(name_verdict(server)),
    };
    let reason = match verdict.answer {
        Answer::Accepts => format!("the chain is valid by {store}"),
        Answer::Refuses => verdict.reason,
        Answer::Unknown => format!("depends on hg's OpenSSL: {}", verdict.reason),
    };
    (verdict.answer, reason)
}

/// Whether hg refuses the server with every possible trust store.
pub(super) fn is_hopeless(server: &Server<'_>) -> bool {
    let leaf = server.chain.first();
    let refused = leaf.and_then(|leaf| leaf_refusal(leaf, server.now));
    refused.is_some() || name_verdict(server).answer == Answer::Refuses
}

fn name_verdict(server: &Server<'_>) -> Verdict {
    let facts = server.chain.first().and_then(|leaf| leaf.facts().ok());
    match facts.and_then(|facts| name::mismatch(facts, server.host)) {
        Some(mismatch) => {
            Verdict::refuses(format!("{} certificate error: {mismatch}", server.host))
        }
        None => Verdict::accepts(),
    }
}
