//! The metadata (owner, mode, extended attributes) that a replacement keeps.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, fchown};
use xattr::FileExt as _;

/// What could not be kept.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum Lost {
    #[error("owner")]
    Owner(#[source] io::Error),
    #[error("group")]
    Group(#[source] io::Error),
    #[error("mode")]
    Mode(#[source] io::Error),
    /// Includes ACLs.
    #[error("attributes")]
    Attributes(#[source] io::Error),
}

impl Lost {
    /// Why.
    pub(in crate::commands) fn why(&self) -> &io::Error {
        match self {
            Self::Owner(why) | Self::Group(why) | Self::Mode(why) | Self::Attributes(why) => why,
        }
    }
}

/// Gives `new` the owner, the mode and the extended attributes of `old`.
pub(in crate::commands) fn copy(old: &File, new: &File) -> Result<(), Lost> {
    let metadata = old.metadata().map_err(Lost::Mode)?;
    let now = new.metadata().map_err(Lost::Mode)?;
    // Owner before mode, because a change of owner clears mode bits; ACLs last.
    if now.uid() != metadata.uid() {
        fchown(new, Some(metadata.uid()), None).map_err(Lost::Owner)?;
    }
    if now.gid() != metadata.gid() {
        fchown(new, None, Some(metadata.gid())).map_err(Lost::Group)?;
    }
    new.set_permissions(metadata.permissions())
        .map_err(Lost::Mode)?;
    let names = match old.list_xattr() {
        Ok(names) => names,
        Err(why) if why.kind() == ErrorKind::Unsupported => return Ok(()),
        Err(why) => return Err(Lost::Attributes(why)),
    };
    for name in names {
        let kept = match old.get_xattr(&name) {
            Ok(Some(value)) => new.set_xattr(&name, &value),
            Ok(None) => Ok(()),
            Err(why) => Err(why),
        };
        // The system sets the security labels of a new file itself.
        if let Err(why) = kept
            && !name.as_encoded_bytes().starts_with(b"security.")
        {
            return Err(Lost::Attributes(why));
        }
    }
    Ok(())
}
