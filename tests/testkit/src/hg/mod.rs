//! The real Mercurial, unpacked by `tests/install` into its own Python environment.

mod forked;

pub use forked::Forked;

use std::path::{Path, PathBuf};

/// A program of that environment: `hg` or `python`; `None` if it is not there.
fn program(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/hg/bin");
    let path = path.canonicalize().ok()?.join(name);
    path.exists().then_some(path)
}

/// `hg`, for a test of that name: `None` when the test must be skipped.
pub fn hg(test: &str) -> Option<PathBuf> {
    or_skip(test, program("hg"))
}

/// The Python that has Mercurial's modules.
pub fn python(test: &str) -> Option<PathBuf> {
    or_skip(test, program("python"))
}

fn or_skip(test: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    if found.is_none() {
        crate::skip::skip(test, "Mercurial is not installed: run tests/install");
    }
    found
}
