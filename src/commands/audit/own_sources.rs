//! What the columns `cacerts=` and `crl=` name: each file is read once, and one that cannot be read is a
//! finding of its targets.

use crate::audit::Entry;
use crate::commands::assess::Own;
use crate::commands::disk::anchors::configured_anchors;
use crate::commands::disk::crls::given_lists;
use crate::commands::error::Error;
use crate::finding::{Code, Finding};
use crate::judge::Anchors;
use crate::revocation::Lists;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The findings on every chain, and on every policy and its host, if there are no anchors.
const OF_ANCHORS: [Code; 6] = [
    Code::MissingIntermediate,
    Code::PathInvalid,
    Code::SelfSigned,
    Code::UnknownIssuer,
    Code::StsCertificate,
    Code::StsFetch,
];

/// What was read, or why it could not be.
type Read<T> = HashMap<String, Result<T, String>>;

/// The files of the columns.
#[derive(Default)]
pub(super) struct OwnSources {
    anchors: Read<Anchors>,
    lists: Read<Lists>,
}

impl OwnSources {
    /// Reads what the target names, unless that was done before.
    pub(super) fn read(&mut self, entry: &Entry) {
        read_once(
            &mut self.anchors,
            entry.cacerts.as_ref(),
            configured_anchors,
        );
        read_once(&mut self.lists, entry.crl.as_ref(), given_lists);
    }

    /// What counts for the target alone; it was read before.
    pub(super) fn of(&self, entry: &Entry) -> Own<'_> {
        let anchors = of(&self.anchors, entry.cacerts.as_ref());
        let lists = of(&self.lists, entry.crl.as_ref());
        Own {
            anchors: anchors.map(|read| read.as_ref().unwrap_or(&NO_ANCHORS)),
            lists: lists.map(|read| read.as_ref().unwrap_or(&NO_LISTS)),
        }
    }

    /// Reports that what the target names could not be read, in the place of what follows from that,
    /// which is not the server's fault.
    pub(super) fn excuse(&self, entry: &Entry, found: &mut Vec<Finding>) {
        if let Some(Err(why)) = of(&self.lists, entry.crl.as_ref()) {
            found.retain(|finding| finding.code != Code::RevocationUnknown);
            let advice = "fix the crl= column of the list";
            found.insert(0, Finding::new(Code::BadCrlFile, None, why.clone(), advice));
        }
        if let Some(Err(why)) = of(&self.anchors, entry.cacerts.as_ref()) {
            found.retain(|finding| !OF_ANCHORS.contains(&finding.code));
            let advice = "fix the cacerts= column of the list";
            found.insert(0, Finding::new(Code::BadCaFile, None, why.clone(), advice));
        }
    }
}

fn read_once<T>(
    known: &mut Read<T>,
    path: Option<&String>,
    read: impl Fn(&[PathBuf]) -> Result<T, Error>,
) {
    let Some(path) = path.filter(|path| !known.contains_key(*path)) else {
        return;
    };
    let found = read(&[PathBuf::from(path)]);
    known.insert(path.clone(), found.map_err(|why| why.message().to_owned()));
}

fn of<'a, T>(known: &'a Read<T>, path: Option<&String>) -> Option<&'a Result<T, String>> {
    known.get(path?)
}

/// The stand-in for a `cacerts=` file that cannot be read: no anchors.
static NO_ANCHORS: LazyLock<Anchors> = LazyLock::new(|| Anchors::new("a file that cannot be read"));

/// The stand-in for a `crl=` file that cannot be read: no lists.
static NO_LISTS: LazyLock<Lists> = LazyLock::new(Lists::given);
