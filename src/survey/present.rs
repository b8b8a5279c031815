//! Looks again, to present a client certificate to a server that was seen before.

use super::options::Options;
use crate::endpoint::Endpoint;
use crate::observation::{ClientCertificate, KeptBack, Sighting};
use crate::probe::{Client, Turn, probe};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use tokio::time::Instant;

/// Presents the certificate at the place of an earlier look, to the server that showed the same leaf.
/// Returns what the server then showed, or the earlier look with the reason why it was not sent.
pub async fn present(
    endpoint: &Endpoint,
    options: &Options,
    earlier: Sighting,
    identity: &Arc<CertifiedKey>,
) -> Sighting {
    let kept_back = |why| Sighting {
        kept_back: Some(why),
        ..earlier.clone()
    };
    let Some(leaf) = earlier.presented.first() else {
        return kept_back(KeptBack::NotReached);
    };
    let endpoint = Endpoint {
        start: earlier.start.or(endpoint.start),
        protocol: earlier.protocol.or(endpoint.protocol),
        ..endpoint.clone()
    };
    let mut probe_options = options.probe.clone();
    probe_options.client = Some(Client {
        identity: Arc::clone(identity),
        leaf: leaf.clone(),
    });
    let to = options.to(&endpoint, earlier.address.into_iter().collect());
    let turn = Turn::at(Instant::now(), to);
    let mut again = probe(&endpoint, &probe_options, turn).await;
    if again.client_certificate.was_sent() {
        again.elapsed += earlier.elapsed;
        return again;
    }
    kept_back(match again.presented.first() {
        Some(other) if other != leaf => KeptBack::OtherServer,
        Some(_) if again.failure.is_none() => match again.client_certificate {
            ClientCertificate::NotAsked => KeptBack::NotAsked,
            _ => KeptBack::NoScheme,
        },
        _ => KeptBack::NotReached,
    })
}
