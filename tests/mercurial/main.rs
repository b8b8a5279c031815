//! Mercurial: its configuration, and what `hg email` does, with the real hg as the judge.
//!
//! - `addresses`: a server with several addresses
//! - `hgrc`: which settings are read from which lines
//! - `lint`: lines that do not do what they seem to
//! - `verdict`: whether `hg email` would send
//! - `hg_email`: a user, the real hg and the real Postfix
//! - `monitoring`: the hook, the alias, cron and systemd of the documents

mod addresses;
mod hg_email;
mod hgrc;
mod lint;
mod monitoring;
mod verdict;
