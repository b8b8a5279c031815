//! What counts for one target alone.

use crate::judge::Anchors;
use crate::revocation::Lists;

/// What counts for one target in the place of what counts for all.
#[derive(Clone, Copy, Default)]
pub(in crate::commands) struct Own<'a> {
    /// Trust anchors.
    pub(in crate::commands) anchors: Option<&'a Anchors>,
    /// Revocation lists.
    pub(in crate::commands) lists: Option<&'a Lists>,
}
