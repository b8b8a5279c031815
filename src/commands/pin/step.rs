//! What the steps of a pin come to.

use crate::commands::error::Error;
use crate::report::Exit;

/// The program's version, which stands in what is printed and saved.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a step came to: go on, or end with this exit code. Everything has been said then.
pub(super) type Step<T> = Result<Result<T, Exit>, Error>;

/// Nothing was pinned.
pub(super) const REFUSED: Exit = Exit::FAILURE;
