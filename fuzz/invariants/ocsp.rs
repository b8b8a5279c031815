//! OCSP responses: any bytes are a response or an error, and what is read is bounded.

use smtp_certcheck::revocation::ocsp;

/// The input is a response in DER.
pub fn check(bytes: &[u8]) {
    let response = match ocsp::read(bytes) {
        Ok(response) => response,
        Err(why) => return assert!(!why.to_string().is_empty()),
    };
    assert!(response.singles.len() <= 64 && response.certificates.len() <= 64);
    let within = |part: &[u8]| part.len() <= bytes.len();
    assert!(within(response.signed) && response.certificates.iter().all(|one| within(one)));
    let _ = response.responder.to_string();
    for single in &response.singles {
        assert!(
            !single.id.names(b"name", bytes, b"\x01"),
            "a digest of anything"
        );
    }
}
