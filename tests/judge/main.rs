//! Judgement of chains, without a server.
//!
//! - `chains`: what each defect is called, and what is trusted all the same
//! - `domain`: what senders do with the mail of a domain, by its DNS, its hosts and its policy
//! - `malformed_certificates`: certificates that break the rules of their own syntax
//! - `pem_files`: which certificates are read from a text
//! - `staples`: OCSP responses that no program makes
//! - `tiny_names`: what a saved chain may cost in memory
//! - `trust_files`: which anchors are read from files and directories

mod chains;
mod domain;
mod malformed_certificates;
mod pem_files;
mod staples;
mod tiny_names;
mod trust_files;
