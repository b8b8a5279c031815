//! What Mercurial does with its configuration.

mod search;
mod secret;

pub use search::{Layer, Layout, layers};
pub use secret::is_secret;
