//! What stops hg before it comes to the server, and what has to be known of the machine to say so.

use super::LintCode;
use super::hindrance::Hindrance;
use std::path::PathBuf;

/// What the file of an extension holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// It is not there: hg goes on without the extension.
    Missing,
    /// The command `email`, as patchbomb defines it.
    Email,
    /// Something else.
    Other,
}

/// The machine around the configuration.
pub trait Surroundings {
    /// The extension in a file, or in a folder with `__init__.py`.
    fn extension(&self, path: &[u8]) -> Extension;
    /// Where the repository says that it is a share, and why it has no source.
    fn broken_share(&self) -> Option<(PathBuf, String)>;
    /// Whether all files were read that hg would read: what is in none of them is unset.
    fn is_whole(&self) -> bool;
}

/// Something that stops hg, with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) code: LintCode,
    pub(super) hindrance: Hindrance,
    pub(super) advice: String,
}
