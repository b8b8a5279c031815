//! The certificates of all places of a host: pinned together or not at all (`--all`), or compared with
//! what is pinned (`--check`).

mod agree;
mod check;
mod describe;
mod for_mercurial;
mod for_program;
mod host;
mod walk;

pub(super) use check::check;
pub(super) use for_mercurial::for_mercurial;
pub(super) use for_program::for_program;
