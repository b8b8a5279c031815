//! What stops hg before it reaches the server, and which facts of the machine decide that.

use super::LintCode;
use super::hindrance::Hindrance;
use std::path::PathBuf;

/// What the file of an extension holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// The file is missing: hg goes on without the extension.
    Missing,
    /// It defines the command `email`, as patchbomb does.
    Email,
    /// It holds something else.
    Other,
}

/// What the machine adds to the configuration.
pub trait Surroundings {
    /// Reads the extension in a file, or in a folder with `__init__.py`.
    fn extension(&self, path: &[u8]) -> Extension;
    /// The file that makes the repository a share, and why its source is missing.
    fn broken_share(&self) -> Option<(PathBuf, String)>;
    /// Whether all files that hg would read were read: only then is a missing setting unset.
    fn is_complete(&self) -> bool;
}

/// Something that stops hg, with its advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) code: LintCode,
    pub(super) hindrance: Hindrance,
    pub(super) advice: String,
}
