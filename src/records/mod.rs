//! DNS records that can be trusted: a validator of DNSSEC as a function of messages and time. It
//! says what it needs to ask, takes the replies, and ends with one of four answers and its reason.
//!
//! It asks nothing itself: `resolve` drives a [`Validator`] as `probe` drives a `Dialogue`. Names,
//! wire format and cryptography are hickory-proto's; what a signature, a denial and a chain of zones
//! prove is decided here, after RFC 4035, 5155, 6840 and 9276.
//!
//! Beside it, what a domain publishes about its mail: [`mx`], [`tlsa`], [`mta_sts`], [`tlsrpt`]. Octets
//! and text in, facts out.

mod algorithm;
mod alias;
mod anchors;
mod answer;
mod base32;
mod base_domain;
mod bounds;
mod chase;
mod cut;
mod denial;
mod evidence;
mod failure;
mod gap;
mod instant;
mod judge;
mod keys;
pub mod mta_sts;
pub mod mx;
mod nsec;
mod nsec3;
mod published;
mod question;
mod reason;
mod replies;
mod rr_set;
mod signed_data;
mod status;
#[cfg(test)]
mod tests;
mod text;
pub mod tlsa;
pub mod tlsrpt;
mod validator;
mod verdict;
mod verify;
mod walk;
mod words;
mod work;
mod zone;
mod zone_file;
mod zones;

pub use anchors::{AnchorError, Anchors};
pub use answer::{Answer, Link, Note, SignatureEnd};
pub use base_domain::BaseDomain;
pub use hickory_proto::op::{Message, ResponseCode};
pub use hickory_proto::rr::{Name, RData, Record, RecordType};
pub use question::Question;
pub use reason::{Reason, code_word};
pub use replies::Reply;
pub use status::Status;
pub use validator::{Step, Validator};
pub use zones::Zones;
