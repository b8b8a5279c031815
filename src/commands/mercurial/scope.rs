//! Which files of Mercurial's configuration are read.

use crate::cli::Hgrc;
use std::path::Path;

/// Which files to read.
#[derive(Clone, Copy)]
pub(in crate::commands) enum Scope<'a> {
    /// All files that Mercurial would read here, with the repository's if one is named.
    Everything(Option<&'a Path>),
    /// One file and what it includes.
    File(&'a Path),
    /// The same; the file need not exist.
    NewFile(&'a Path),
}

impl<'a> Scope<'a> {
    /// Reads the options; `None` if no configuration is read.
    pub(in crate::commands) fn of(hgrc: &'a Hgrc) -> Option<Self> {
        (!hgrc.no_hgrc).then(|| Self::named(hgrc.hgrc.as_deref(), hgrc.repository.as_deref()))
    }

    /// Takes one file, or all that Mercurial reads, in a repository that may be named.
    pub(in crate::commands) fn named(file: Option<&'a Path>, repository: Option<&'a Path>) -> Self {
        file.map_or(Self::Everything(repository), Self::File)
    }
}
