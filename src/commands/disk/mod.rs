//! The user's files and the system's: read within bounds, and replaced in one step.

pub(super) mod anchors;
pub(super) mod attributes;
pub(super) mod chain;
pub(super) mod client;
pub(super) mod crls;
mod directory;
pub(super) mod dns;
pub(super) mod public;
pub(super) mod read;
pub(super) mod replace;
pub(super) mod resolve;
pub(super) mod successor;
pub(super) mod system;
