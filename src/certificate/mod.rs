//! Certificates: the DER as it was presented, its fingerprints, and what x509-parser, OpenSSL and
//! GnuTLS read from it.

mod armour;
mod cache;
pub mod constraints;
mod crl_point;
pub mod der;
mod facts;
mod fields;
mod form;
pub(crate) mod gnutls;
mod idn;
mod key;
mod lifetime;
mod loads;
mod name;
mod oid;
pub(crate) mod openssl;
pub mod parameters;
mod partial;
pub mod pem;
pub mod raw;
mod read;
mod sans;
mod sct;
mod serial;
pub mod signature;
mod trust;
mod usage;

pub use armour::BrokenBlock;
pub use cache::CertificateCache;
pub use crl_point::{CrlPoint, PointName};
pub use facts::{BasicConstraints, Facts, spki};
pub use fields::Fields;
pub use form::{Form, is_utf16};
pub use idn::Idn;
pub use key::PublicKey;
pub use lifetime::{Least, days_left, in_words};
pub use name::{Name, canonical as canonical_name, text as string_text};
pub use openssl::NotIssuer;
pub use partial::PartialFacts;
pub use read::{Certificate, SelfSigned, Unparsable};
pub use sans::{SanOther, Sans};
pub use sct::Timestamp;
pub use trust::{ForServers, TrustSettings};
pub use usage::{ExtendedKeyUsage, KeyUsage};
