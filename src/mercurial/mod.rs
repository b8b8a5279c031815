//! What Mercurial does with its configuration.

mod decision;
mod list;
mod name;
mod search;
mod secret;
mod settings;

pub use decision::{CaFile, Decision, Ground, Server, decide};

pub use search::{Layer, Layout, layers};
pub use secret::is_secret;
pub use settings::{Line, Setting, Settings, Transport};
