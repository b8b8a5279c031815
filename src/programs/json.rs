//! JSON: everything that can be pinned, for any other program; `render` writes it.

use super::program::{EVERY_PROTOCOL, Program, Several, Sni, fits};
use super::request::Recipe;

/// JSON.
pub(super) const PROGRAM: Program = Program {
    name: "json",
    help: "All that can be pinned, for any other program",
    protocols: EVERY_PROTOCOL,
    ways: &[],
    library: None,
    sni: Sni::ByLines,
    several: Several::Joined("to pin the other, too"),
    misfit: fits,
    recipe: |_| Ok(Recipe::default()),
};
