//! The results of the steps of a pin.

use crate::commands::error::Error;
use crate::report::Exit;

/// The program's version, as printed and saved.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The result of a step: go on, or exit with this code, with everything already reported.
pub(super) type Step<T> = Result<Result<T, Exit>, Error>;

/// Nothing was pinned.
pub(super) const REFUSED: Exit = Exit::FAILURE;
