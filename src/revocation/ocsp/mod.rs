//! Responses of the Online Certificate Status Protocol (RFC 6960 §4.2).

mod basic;
mod cert_id;
mod response;
mod single;

pub use basic::{Basic, Responder};
pub use cert_id::CertId;
pub use response::{NoResponse, read};
pub use single::{CertStatus, Single};
