//! Whose files Mercurial trusts.

use crate::hgrc::Config;
use crate::mercurial::list_items;
use nix::unistd::{Group, Uid, User};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The users and groups whose files are trusted, besides the user's own (`ui._trusted`). Later
/// files only add to it: `ui.fixconfig` never removes any.
#[derive(Default)]
pub(super) struct Trusted {
    users: BTreeSet<Vec<u8>>,
    groups: BTreeSet<Vec<u8>>,
}

impl Trusted {
    /// Called after each file.
    pub(super) fn extend(&mut self, config: &Config) {
        let listed = |key: &[u8]| {
            let list = config.get(b"trusted", key);
            list.map_or_else(Vec::new, |item| list_items(&item.value))
        };
        self.users.extend(listed(b"users"));
        self.groups.extend(listed(b"groups"));
    }

    /// Whether the file may be read; warns if not.
    pub(super) fn owns(&self, path: &Path, say: &dyn Fn(&str)) -> bool {
        // A missing file is not read either.
        let Ok(metadata) = path.metadata() else {
            return true;
        };
        let (uid, gid) = (metadata.uid(), metadata.gid());
        if uid == Uid::current().as_raw() {
            return true;
        }
        // A user or group without a name is compared by its number.
        let user = User::from_uid(uid.into()).ok().flatten();
        let user = user.map_or_else(|| uid.to_string(), |user| user.name);
        let group = Group::from_gid(gid.into()).ok().flatten();
        let group = group.map_or_else(|| gid.to_string(), |group| group.name);
        let everybody = [&self.users, &self.groups]
            .iter()
            .any(|list| list.contains(&b"*"[..]));
        let trusted = everybody
            || self.users.contains(user.as_bytes())
            || self.groups.contains(group.as_bytes());
        if !trusted {
            say(&format!(
                "\"{}\" is left out, as hg does: it belongs to the user {user}, group {group}",
                path.display()
            ));
        }
        trusted
    }
}
