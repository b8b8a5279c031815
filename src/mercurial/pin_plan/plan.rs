//! The edit of the files: where each change goes, and whether it will be in force. Nothing is
//! written here, because a dry run and a write use the same plan.

use super::intent::PinObjection;
use super::setting::{Change, SettingChange};
use crate::hgrc::{Config, Document, Source};
use crate::mercurial::list;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The files after the edit; the keys are real paths.
pub type Edits = BTreeMap<PathBuf, Vec<u8>>;

/// The files of the configuration, as the plan needs them. While a plan is made, a file must not
/// change: a second read must give the same bytes.
pub trait Tree {
    /// Why the configuration cannot be read.
    type Error;
    /// The effective configuration with the contents of `edits` in place of the files.
    fn config(&self, edits: &Edits) -> Result<Config, Self::Error>;
    /// The real path of a file, with symbolic links resolved.
    fn resolve(&self, path: &Path) -> PathBuf;
    /// The bytes of a file; `None`: it does not exist.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;
    /// Whether a setting may be changed where it stands, in this file.
    fn is_editable(&self, path: &Path) -> bool;
    /// The file for new settings.
    fn target(&self) -> &Path;
}

/// The plan of an edit.
#[derive(Clone, Debug, Default)]
pub struct PinPlan {
    /// The files that change; empty: every setting is there already.
    pub files: Vec<FileEdit>,
    /// Settings that would be written without coming into force, and the line that wins.
    pub shadowed: Vec<Shadow>,
}

/// One file's edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The real path.
    pub path: PathBuf,
    /// The bytes before the edit; `None`: the file does not exist.
    pub before: Option<Vec<u8>>,
    /// The bytes after the edit.
    pub after: Vec<u8>,
}

/// A setting that does not come into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// `section.key`.
    pub key: String,
    /// The line that wins, if there is one.
    pub by: Option<Source>,
}

/// Why planning fails.
#[derive(Debug)]
pub enum PlanError<E> {
    /// The plan must not be made.
    Objection(PinObjection),
    /// The configuration cannot be read.
    Config(E),
    /// A file cannot be read.
    File(PathBuf, io::Error),
}

/// Plans the edit: each change goes where the setting stands, or into the file for new settings.
/// Checks what is in force afterwards.
pub fn plan<T: Tree>(tree: &T, changes: &[SettingChange]) -> Result<PinPlan, PlanError<T::Error>> {
    let config = |edits: &Edits| tree.config(edits).map_err(PlanError::Config);
    let mut edits = Edits::new();
    let before = config(&edits)?;
    for change in changes {
        edits = apply(tree, &config(&edits)?, &edits, change)?;
    }
    let after = config(&edits)?;
    if let Some(key) = side_effect(&before, &after, changes) {
        return Err(PlanError::Objection(PinObjection::SideEffect(key)));
    }
    let shadowed = changes
        .iter()
        .filter(|change| !in_force(&before, &after, change))
        .map(|change| Shadow {
            key: format!("{}.{}", change.section, change.key),
            by: winner(&after, change),
        })
        .collect();
    let mut files = Vec::new();
    for (path, after) in edits {
        let before = tree
            .read(&path)
            .map_err(|why| PlanError::File(path.clone(), why))?;
        files.push(FileEdit {
            path,
            before,
            after,
        });
    }
    Ok(PinPlan { files, shadowed })
}

/// Makes one change where the setting stands, or in the file for new settings.
fn apply<T: Tree>(
    tree: &T,
    config: &Config,
    edits: &Edits,
    wanted: &SettingChange,
) -> Result<Edits, PlanError<T::Error>> {
    let item = config.get(wanted.section.as_bytes(), wanted.key.as_bytes());
    if let Some(item) = item.filter(|item| tree.is_editable(&item.source.file)) {
        let line = item.source.line;
        return edit(tree, edits, &item.source.file, |document| {
            match &wanted.change {
                Change::Set(value) => document.replace(line, value.as_bytes()),
                Change::Append(tail) => document.append(line, tail.as_bytes()),
                // Removing the line would bring an earlier assignment into force.
                Change::Remove if !item.overrides.is_empty() => document.replace(line, b""),
                Change::Remove => document.remove(line),
            };
        });
    }
    let (section, key) = (wanted.section.as_bytes(), wanted.key.as_bytes());
    let value = match &wanted.change {
        Change::Set(value) => value.clone().into_bytes(),
        Change::Append(tail) => {
            let before = item.map_or(&b""[..], |item| &item.value);
            on_one_line([before, tail.as_bytes()].concat())
        }
        Change::Remove => Vec::new(),
    };
    let inserted = edit(tree, edits, tree.target(), |document| {
        if !document.insert(section, key, &value) {
            document.insert_section(section, key, &value);
        }
    })?;
    let config = tree.config(&inserted).map_err(PlanError::Config)?;
    if config
        .get(section, key)
        .is_some_and(|item| item.value == value)
    {
        return Ok(inserted);
    }
    // A later line wins, perhaps one of an included file; at the end of the file, no line is later.
    let at_end = edit(tree, edits, tree.target(), |document| {
        document.insert_section(section, key, &value);
    })?;
    let config = tree.config(&at_end).map_err(PlanError::Config)?;
    let better = config
        .get(section, key)
        .is_some_and(|item| item.value == value);
    Ok(if better { at_end } else { inserted })
}

/// Joins the lines of a list, because a new value is written on one line.
fn on_one_line(mut value: Vec<u8>) -> Vec<u8> {
    for byte in &mut value {
        if *byte == b'\n' {
            *byte = b' ';
        }
    }
    value
}

fn edit<T: Tree>(
    tree: &T,
    edits: &Edits,
    path: &Path,
    change: impl FnOnce(&mut Document),
) -> Result<Edits, PlanError<T::Error>> {
    let path = tree.resolve(path);
    let bytes = match edits.get(&path) {
        Some(bytes) => bytes.clone(),
        None => tree
            .read(&path)
            .map_err(|why| PlanError::File(path.clone(), why))?
            .unwrap_or_default(),
    };
    let mut document = Document::parse(&bytes);
    change(&mut document);
    let mut edits = edits.clone();
    edits.insert(path, document.to_bytes());
    Ok(edits)
}

/// The key of a setting that would change although the plan does not name it.
fn side_effect(before: &Config, after: &Config, changes: &[SettingChange]) -> Option<String> {
    let wanted = |section: &[u8], key: &[u8]| {
        changes
            .iter()
            .any(|wanted| wanted.section.as_bytes() == section && wanted.key.as_bytes() == key)
    };
    let differs = |one: &Config, other: &Config| {
        one.items()
            .find(|(section, key, item)| {
                let there = other.get(section, key).map(|other| &other.value);
                !wanted(section, key) && there != Some(&item.value)
            })
            .map(|(section, key, _)| {
                format!(
                    "{}.{}",
                    String::from_utf8_lossy(section),
                    String::from_utf8_lossy(key)
                )
            })
    };
    differs(before, after).or_else(|| differs(after, before))
}

fn in_force(before: &Config, after: &Config, wanted: &SettingChange) -> bool {
    let value = |config: &Config| {
        let item = config.get(wanted.section.as_bytes(), wanted.key.as_bytes());
        item.map(|item| item.value.clone())
    };
    match &wanted.change {
        Change::Set(expected) => value(after).is_some_and(|value| value == expected.as_bytes()),
        Change::Append(tail) => {
            let expected = [value(before).unwrap_or_default(), tail.as_bytes().to_vec()].concat();
            value(after).is_some_and(|value| list::items(&value) == list::items(&expected))
        }
        Change::Remove => value(after).is_none_or(|value| value.is_empty()),
    }
}

fn winner(after: &Config, wanted: &SettingChange) -> Option<Source> {
    let (section, key) = (wanted.section.as_bytes(), wanted.key.as_bytes());
    if let Some(item) = after.get(section, key) {
        return Some(item.source.clone());
    }
    let mut gone = after.taken_back().iter().rev();
    gone.find(|back| back.section == section && back.key == key)
        .map(|back| back.by.clone())
}
