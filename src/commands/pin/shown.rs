//! What the lines of a pin show besides the settings.

use crate::report::Report;

/// What is shown of it.
pub(super) struct Shown<'a> {
    /// The report on the server.
    pub(super) report: &'a Report,
    /// A report on each certificate that was seen.
    pub(super) pinned: &'a [Report],
    /// A comment for each certificate.
    pub(super) comments: &'a [String],
}
