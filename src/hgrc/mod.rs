//! Mercurial's configuration files: the format and what several of them come to together. What the
//! settings mean is not known here.

mod document;
mod effective;
mod expand;

pub use document::{Document, Kind, Line, SyntaxError};
pub use effective::{Config, Files, Item, ReadError, Source};
pub use expand::Environment;
