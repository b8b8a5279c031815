//! Surveys one name or many: paces the work of `resolve` and `probe`.

mod look;
mod names;
mod options;
mod pace;
mod plan;
mod retry;
mod slots;

pub use crate::probe::{Awaited, Options as ProbeOptions, Watch};
pub use crate::resolve::Family;
pub use look::{look, look_in_turn};
pub use options::Options;
pub use pace::{Limits, Pacer};
