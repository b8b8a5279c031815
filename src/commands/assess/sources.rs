//! What is read for a judgement: which anchors, and which configuration of Mercurial.

use crate::cli::{Defaults, HgStoreArg, Trust};
use crate::commands::mercurial::Scope;
use crate::mercurial::Release;
use std::path::PathBuf;
use time::OffsetDateTime;

/// What to read for a judgement, as the command line says it.
pub(in crate::commands) struct Sources<'a> {
    /// `--cacerts`.
    pub(in crate::commands) cacerts: &'a [PathBuf],
    /// `--crl`.
    pub(in crate::commands) crl: &'a [PathBuf],
    /// `--fetch-crl`.
    pub(in crate::commands) fetch_crl: bool,
    /// What the environment decides.
    pub(in crate::commands) defaults: &'a Defaults,
    /// Which configuration of Mercurial; `None` for none.
    pub(in crate::commands) scope: Option<Scope<'a>>,
    /// Whether a configuration that cannot be read is an error.
    pub(in crate::commands) hgrc_needed: bool,
    /// The target comes from the configuration.
    pub(in crate::commands) from_hgrc: bool,
    /// `--at`.
    pub(in crate::commands) at: Option<OffsetDateTime>,
    /// `--hg-version`.
    pub(in crate::commands) hg_version: Option<&'a Release>,
    /// `--hg-store`.
    pub(in crate::commands) hg_store: Option<&'a HgStoreArg>,
}

impl<'a> Sources<'a> {
    /// The anchors that the user names, and nothing of Mercurial.
    pub(in crate::commands) fn of(trust: &'a Trust) -> Self {
        Self {
            cacerts: &trust.cacerts,
            crl: &trust.crl,
            fetch_crl: trust.fetch_crl,
            defaults: &trust.defaults,
            scope: None,
            hgrc_needed: false,
            from_hgrc: false,
            at: None,
            hg_version: None,
            hg_store: None,
        }
    }
}
