//! smtp-certcheck: inspects, validates and pins the TLS certificates of SMTP servers.
//!
//! *Words* are at the bottom ([`endpoint`], [`finding`], [`fingerprint`], [`escape`],
//! [`certificate`], [`bounded`]: a map that forgets), the
//! languages of SMTP ([`starttls`]), of TLS as bytes ([`raw_tls`]) and of Mercurial's configuration files ([`hgrc`]) beside them.
//! Above, side by side and knowing nothing of each other: [`probe`] looks at a server and returns
//! an [`observation`], and [`judge`] thinks about a chain. [`mercurial`] knows what hg makes of its
//! settings, and plans their edits; [`programs`] knows what other programs must be told. All come together in one [`report`], which the renderers in
//! [`render`] show. [`commands`] join it all to what the user typed ([`cli`]).
//!
//! Only `probe` touches the network; only `commands` touches files, clock, environment and
//! terminal. Everything else is a function of its arguments.

pub mod audit;
pub mod bounded;
pub mod certificate;
pub mod cli;
pub mod commands;
pub mod endpoint;
pub mod escape;
pub mod finding;
pub mod fingerprint;
pub mod hgrc;
pub mod judge;
pub mod mercurial;
pub mod observation;
pub mod probe;
pub mod programs;
pub mod raw_tls;
pub mod render;
pub mod report;
pub mod starttls;
