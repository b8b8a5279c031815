//! What all commands that check servers share: what is asked about, how it is probed, what is read
//! for the judgement, and the report made from a sighting.

mod anchors;
mod asked;
mod assessor;
mod dane;
mod domain;
mod expiry;
mod fetching;
mod hg;
mod library;
mod mail_host;
mod mail_hosts;
mod options;
mod own;
mod presenting;
mod revocation;
mod sources;

pub(super) use asked::{Asked, one_port_is_named, scheme_says_otherwise, several_ports_elsewhere};
pub(super) use assessor::Assessor;
pub(super) use expiry::ExpiryLevels;
pub(super) use fetching::rest;
pub(super) use library::{Library, Wish};
pub(super) use mail_host::tlsa_records;
pub(super) use options::options;
pub(super) use own::Own;
pub(super) use sources::Sources;
