//! What the lints need to know of the machine.

use crate::mercurial::decision::CaFile;
use crate::mercurial::release::Release;
use crate::mercurial::stop::Surroundings;
use std::path::Path;

/// What the lints need to know of the machine.
pub trait Machine: Surroundings {
    /// The release of Mercurial, if it is known.
    fn release(&self) -> Option<&Release>;
    /// What a CA file holds.
    fn ca_file(&self, path: &[u8]) -> CaFile;
    /// Whether every user may read the file.
    fn is_world_readable(&self, path: &Path) -> bool;
}
