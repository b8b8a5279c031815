//! Mercurial's configuration files: the format and what several of them come to together. What the
//! settings mean is not known here.

mod document;
mod edit;
mod effective;
mod expand;

pub use document::{Document, Kind, Line};
pub use effective::{Config, Earlier, FileRead, Files, Item, ReadError, Source, TakenBack};
pub use expand::{Environment, Homes};
