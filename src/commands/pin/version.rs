//! The version of this program.

/// It stands in what is printed and saved.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
