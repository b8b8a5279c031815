//! What was seen on the wire, and why it failed.

use super::revocation::{OcspJson, ocsp};
use crate::endpoint::Protocol;
use crate::judge::Judgement;
use crate::observation::{KeptBack, Possession, Sighting, Staple};
use crate::render::advice::spelled;
use crate::report::Assessment;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ErrorJson {
    pub(super) step: String,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) advice: String,
}

#[derive(Serialize)]
pub(super) struct ConnectionJson {
    address: Option<String>,
    via: Option<String>,
    protocol: Option<&'static str>,
    attempts: Vec<AttemptJson>,
    greeting: Option<String>,
    capabilities: Vec<String>,
    tls_version: Option<String>,
    cipher_suite: Option<String>,
    key_exchange: Option<String>,
    key_proven: bool,
    legacy: bool,
    small_hello: bool,
    ocsp_stapled: Option<bool>,
    ocsp: Option<OcspJson>,
    client_certificate: &'static str,
    client_certificate_not_sent: Option<&'static str>,
    round_trips: u32,
    elapsed_ms: u64,
}

#[derive(Serialize)]
pub(super) struct AttemptJson {
    address: String,
    error: Option<String>,
}

impl ErrorJson {
    /// Why a look ended early, if it did.
    pub(super) fn of(look: &Assessment) -> Option<Self> {
        let failure = look.failure()?;
        Some(Self {
            step: failure.step.to_string(),
            code: failure.code().as_str(),
            message: failure.to_string(),
            advice: spelled(&look.advice()?),
        })
    }
}

impl ConnectionJson {
    /// What was seen, and what is judged of the staple.
    pub(super) fn of(seen: &Sighting, judgement: Option<&Judgement>) -> Self {
        let tls = seen.tls.as_ref();
        Self {
            address: seen.address.map(|address| address.to_string()),
            via: seen.via.as_ref().map(ToString::to_string),
            protocol: seen.protocol.map(Protocol::as_str),
            attempts: seen
                .attempts
                .iter()
                .map(|attempt| AttemptJson {
                    address: attempt.address.to_string(),
                    error: attempt.error.as_ref().map(ToString::to_string),
                })
                .collect(),
            greeting: seen.greeting.as_ref().map(|reply| reply.lines.join("\n")),
            capabilities: seen.capabilities.clone(),
            tls_version: tls.map(|tls| tls.version.clone()),
            cipher_suite: tls.map(|tls| tls.cipher_suite.clone()),
            key_exchange: tls.and_then(|tls| tls.key_exchange.clone()),
            key_proven: seen.possession == Possession::Proven,
            legacy: seen.legacy,
            small_hello: seen.small_hello,
            ocsp_stapled: match seen.staple {
                Staple::NotSeen => None,
                Staple::Missing => Some(false),
                Staple::Stapled => Some(true),
            },
            ocsp: judgement.and_then(ocsp),
            client_certificate: seen.client_certificate.as_str(),
            client_certificate_not_sent: seen.kept_back.map(KeptBack::as_str),
            round_trips: seen.round_trips,
            elapsed_ms: u64::try_from(seen.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
