//! The facts of the machine that the lints need.

use crate::mercurial::decision::CaFile;
use crate::mercurial::release::Release;
use crate::mercurial::stop::Surroundings;
use std::path::Path;

/// The facts of the machine that the lints need.
pub trait Machine: Surroundings {
    /// The release of Mercurial, if it is known.
    fn release(&self) -> Option<&Release>;
    /// The content of a CA file.
    fn ca_file(&self, path: &[u8]) -> CaFile;
    /// Whether every user may read the file.
    fn is_world_readable(&self, path: &Path) -> bool;
}
