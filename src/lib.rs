//! smtp-certcheck: inspects, validates and pins the TLS certificates of mail servers.
//!
//! The library is an implementation detail of the program, and makes no promise: any item may change
//! or go in any release. The promises are those of the program: its options, its codes, the fields
//! of its JSON and its exit codes. The tests, the fuzzer, the benchmarks and the demo use the
//! library as it is.
//!
//! *Words* are at the bottom ([`endpoint`], [`finding`], [`fingerprint`], [`escape`],
//! [`certificate`], [`revocation`], [`bounded`]: a map that forgets), and beside them the languages:
//! of mail servers up to TLS ([`starttls`]), of what stands before them ([`proxy`]), of TLS as bytes
//! ([`raw_tls`]), of the DNS and what its signatures prove ([`records`]), and of Mercurial's
//! configuration files ([`hgrc`]).
//!
//! Above, side by side and knowing nothing of each other: [`probe`] looks at a mail server and
//! returns an [`observation`], [`resolve`] finds its addresses, [`fetch`] asks a web server for a
//! document, and [`judge`] thinks about a chain. [`survey`] joins the first three, for several looks at
//! one name. [`mercurial`] knows what hg makes
//! of its settings, and plans their edits; [`programs`] knows what other programs must be told;
//! [`pin_set`] joins what all places of a host present. All come together in one [`report`], which
//! the renderers in [`render`] show, and an [`audit`] is many of them. [`commands`] join it all to what the user typed ([`cli`]).
//!
//! Only `probe` and `resolve` touch the network, and commands see it through `survey` alone; only
//! `commands` touches files, clock, environment and terminal. Everything else is a function of its
//! arguments. What is not, no fuzzer can call, and under `cfg(fuzzing)` it is not there: with the
//! fuzzer's instruments it takes minutes to compile.

pub mod audit;
pub mod bounded;
pub mod certificate;
#[doc(hidden)]
#[cfg(not(fuzzing))]
pub mod cli;
#[doc(hidden)]
#[cfg(not(fuzzing))]
pub mod commands;
pub mod endpoint;
pub mod escape;
pub mod fetch;
pub mod finding;
pub mod fingerprint;
pub mod hgrc;
pub mod judge;
pub mod mercurial;
pub mod observation;
pub mod pin_set;
#[cfg(not(fuzzing))]
pub mod probe;
pub mod programs;
pub mod proxy;
pub mod raw_tls;
pub mod records;
#[doc(hidden)]
pub mod render;
pub mod report;
#[cfg(not(fuzzing))]
pub mod resolve;
pub mod revocation;
pub mod starttls;
#[cfg(not(fuzzing))]
pub mod survey;
