//! Agreement with standards and with other programs, on generated inputs.
//!
//! - `x509_limbo`: cases in the format of x509-limbo, and its whole suite
//! - `differential`: generated PKIs before the models and the real programs
//! - `dane`: generated chains with generated TLSA records before the models and the libraries
//! - `dialogues`: generated dialogues before TLS, ours and those of OpenSSL and GnuTLS
//! - `revocation`: lists of revoked certificates, beside OpenSSL and GnuTLS
//! - `properties`: what must hold for every input

mod dane;
mod dialogues;
mod differential;
mod properties;
mod revocation;
mod x509_limbo;
