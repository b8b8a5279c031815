//! What is shown of the set of a host's certificates.

mod drift;
mod json;
mod table;
mod words;

pub use drift::{drift, verdict};
pub use json::{Checked, check, set as json};
pub use table::table;
pub use words::{comment, identity, place, short};
