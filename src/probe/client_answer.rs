//! What a server does that has asked for a client certificate, and what that means.

use super::capture::Capture;
use crate::observation::{Alert, Cause, ClientCertificate};

/// The alerts of a server that wants a client certificate and got none.
fn wants_a_certificate(cause: &Cause) -> bool {
    const ALERTS: [Alert; 5] = [
        Alert::HANDSHAKE_FAILURE,
        Alert::CERTIFICATE_REQUIRED,
        Alert::BAD_CERTIFICATE,
        Alert::CERTIFICATE_UNKNOWN,
        Alert::ACCESS_DENIED,
    ];
    matches!(cause, Cause::Alert(alert) if ALERTS.contains(alert))
}

/// The cause of a handshake that did not end, and what it shows about client certificates.
pub(super) fn unfinished(cause: Cause, asked: bool, sent: bool, capture: &Capture) -> Cause {
    let mut seen = capture.lock();
    match (&cause, seen.client_certificate) {
        (Cause::Alert(alert), ClientCertificate::Presented) if sent => {
            seen.client_certificate = ClientCertificate::Refused;
            return Cause::ClientRefused(*alert);
        }
        (_, ClientCertificate::Presented) if !sent => {
            seen.client_certificate = ClientCertificate::Asked;
        }
        _ if asked && wants_a_certificate(&cause) => {
            seen.client_certificate = ClientCertificate::Required;
        }
        _ => {}
    }
    cause
}

/// What a server that asked for a client certificate does after the handshake.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// It sends application data. Session tickets do not count.
    GoesOn,
    /// It ends the connection with an alert.
    Alert(Alert),
    /// It is silent, or closes the connection.
    None,
}

/// Enters what the answer means; an error if the certificate is refused.
pub(super) fn conclude(
    answer: Answer,
    asked: bool,
    sent: bool,
    capture: &Capture,
) -> Result<(), Cause> {
    let mut seen = capture.lock();
    match answer {
        Answer::GoesOn if sent => seen.client_certificate = ClientCertificate::Accepted,
        Answer::Alert(alert) if sent => {
            seen.client_certificate = ClientCertificate::Refused;
            return Err(Cause::ClientRefused(alert));
        }
        Answer::Alert(alert) if asked && wants_a_certificate(&Cause::Alert(alert)) => {
            seen.client_certificate = ClientCertificate::Required;
        }
        _ => {}
    }
    Ok(())
}
