//! Files and directories of revocation lists.

use super::{directory, read};
use crate::commands::error::Error;
use crate::observation::system_text;
use crate::revocation::{List, Lists, NoLists, read_lists};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The limit of a file: a list of a million certificates has 42 MB.
const MAX_FILE: u64 = 256 * 1024 * 1024;

const TAKES: &str =
    "--crl takes revocation lists (CRLs) in PEM or DER, or a directory of such files";
const NAMES: &str = "of a directory the files count whose names end in .crl, .pem or .der, or are a hash, such as 3f94a23e.r0";

/// The lists of `--crl`. A named file must hold lists; in a directory, files without any are passed
/// over.
pub(in crate::commands) fn given_lists(paths: &[PathBuf]) -> Result<Lists, Error> {
    let mut lists = Lists::given();
    for path in paths {
        let found = if path.is_dir() {
            of_directory(path)?
        } else {
            of_file(path)?
        };
        for list in found {
            lists.add(Arc::new(list));
        }
    }
    Ok(lists)
}

fn of_file(path: &Path) -> Result<Vec<List>, Error> {
    let octets = read::named(path, MAX_FILE).map_err(|why| unreadable(path, why).hint(TAKES))?;
    let lists = read_lists(octets, &path.display().to_string());
    lists.map_err(|why| unreadable(path, why).hint(TAKES))
}

fn of_directory(path: &Path) -> Result<Vec<List>, Error> {
    let counts = |file: &Path| directory::has_name(file, &["crl", "pem", "der"], "r");
    let files = directory::files(path, counts);
    let files = files.map_err(|why| unreadable(path, system_text(&why)))?;
    let (counting, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(_, counts)| *counts);
    let mut found = Vec::new();
    for (file, _) in counting {
        found.extend(lists_if_any(&file)?);
    }
    if found.is_empty() {
        let mut others = others.iter().map(|(file, _)| file);
        let left_out = others.find(|file| of_file(file).is_ok());
        let left_out = left_out.map_or_else(String::new, |file| {
            format!("; left out for the name: \"{}\"", file.display())
        });
        let why = format!("no file in it holds a revocation list{left_out}");
        return Err(unreadable(path, why).hint(NAMES));
    }
    Ok(found)
}

/// None of a file of something else, if its name allows that; an error of a list that is broken.
fn lists_if_any(file: &Path) -> Result<Vec<List>, Error> {
    let octets = read::named(file, MAX_FILE).map_err(|why| unreadable(file, why))?;
    let must_hold_some = directory::has_name(file, &["crl"], "r");
    match read_lists(octets, &file.display().to_string()) {
        Ok(lists) => Ok(lists),
        Err(NoLists::None) if !must_hold_some => Ok(Vec::new()),
        Err(why) => Err(unreadable(file, why)),
    }
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::new(format!("cannot use \"{}\": {why}", path.display()))
}
