//! Mercurial's configuration files: their format, and the effective configuration of several. The
//! meaning of the settings is not known here.

mod document;
mod edit;
mod effective;
mod expand;

pub use document::{Document, Kind, Line};
pub use effective::{Config, Earlier, FileRead, FileReader, Item, ReadError, Source, TakenBack};
pub use expand::{Environment, Homes};
