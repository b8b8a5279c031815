//! Agreement with standards and with other programs, on generated inputs.
//!
//! - `x509_limbo`: cases in the format of x509-limbo, and its whole suite
//! - `differential`: generated PKIs before the models and the real programs
//! - `properties`: what must hold for every input

mod differential;
mod properties;
mod x509_limbo;
