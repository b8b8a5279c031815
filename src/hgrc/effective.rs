//! The effective configuration of several files, with includes and `%unset`: the last assignment
//! wins. Every value knows its line and the assignments that it overrides.

use super::document::{Document, Kind};
use super::expand::Environment;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

/// The depth of includes. Mercurial reads about 320, until Python's stack overflows; here a file
/// that includes itself is stopped.
const MAX_DEPTH: usize = 320;

/// The number of files that are read, repetitions included: a chain of files that each include the
/// next one twice grows exponentially.
const MAX_FILES: usize = 10_000;

/// Reads files. It is this module's only access to anything outside.
pub trait FileReader {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Source {
    /// `FILE:LINE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// A setting that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value; continuation lines are joined with line feeds.
    pub value: Vec<u8>,
    /// Its line; for a value with continuation lines the last of them, as Mercurial reports it.
    pub source: Source,
    /// The earlier assignments that it overrides, the oldest first.
    pub overrides: Vec<Earlier>,
}

/// An assignment that is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its value.
    pub value: Vec<u8>,
    /// Its line.
    pub source: Source,
}

/// A setting that an `%unset` took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// Its section.
    pub section: Vec<u8>,
    /// Its key.
    pub key: Vec<u8>,
    /// The last assignment.
    pub was: Earlier,
    /// The line of the `%unset`.
    pub by: Source,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// The path, as the file was named.
    pub path: PathBuf,
    /// The file that was passed to [`Config::read`]: this one, or the one that includes it.
    pub root: PathBuf,
}

/// Why a configuration cannot be read. Mercurial aborts at it, too.
#[derive(Debug)]
pub enum ReadError {
    /// A line that Mercurial refuses.
    Syntax(Source, Vec<u8>),
    /// A file that cannot be read, and the line that includes it.
    Unreadable(PathBuf, Option<Source>, io::Error),
    /// Files that include each other without end, or more deeply than Mercurial allows.
    TooDeep(Source),
}

/// Items by section, then key; both are bytes, and letter case counts.
type Sections = BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, Item>>;

/// The effective configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    sections: Sections,
    headers: Vec<(Vec<u8>, Source)>,
    taken_back: Vec<TakenBack>,
    files: Vec<FileRead>,
}

/// The context of one file and its includes.
#[derive(Clone, Copy)]
struct Reading<'a> {
    root: &'a Path,
    files: &'a dyn FileReader,
    environment: &'a Environment,
}

impl Config {
    /// Reads a file with all its includes, on top of the files that were read before.
    pub fn read(
        &mut self,
        path: &Path,
        files: &dyn FileReader,
        environment: &Environment,
    ) -> Result<(), ReadError> {
        let bytes = files
            .read(path)
            .map_err(|why| ReadError::Unreadable(path.to_owned(), None, why))?;
        let reading = Reading {
            root: path,
            files,
            environment,
        };
        self.apply(path, &bytes, reading, 0)
    }

    fn apply(
        &mut self,
        path: &Path,
        bytes: &[u8],
        reading: Reading<'_>,
        depth: usize,
    ) -> Result<(), ReadError> {
        self.files.push(FileRead {
            path: path.to_owned(),
            root: reading.root.to_owned(),
        });
        // An included file starts outside any section, and does not change the includer's section.
        let mut section: Vec<u8> = Vec::new();
        let mut last_key: Vec<u8> = Vec::new();
        for (index, line) in Document::parse(bytes).lines().iter().enumerate() {
            let source = Source {
                file: path.to_owned(),
                line: index + 1,
            };
            match &line.kind {
                Kind::Nothing => {}
                Kind::Section(name) => {
                    section.clone_from(name);
                    self.headers.push((name.clone(), source));
                }
                Kind::Item { key, value } => {
                    self.set(&section, key, value.clone(), source);
                    last_key.clone_from(key);
                }
                Kind::Continuation(text) => self.go_on(&section, &last_key, text, source),
                Kind::Unset(key) => self.unset(&section, key, &source),
                Kind::Malformed(message) => return Err(ReadError::Syntax(source, message.clone())),
                Kind::Include(name) => self.include(name, &source, reading, depth)?,
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        name: &[u8],
        source: &Source,
        reading: Reading<'_>,
        depth: usize,
    ) -> Result<(), ReadError> {
        if depth >= MAX_DEPTH || self.files.len() >= MAX_FILES {
            return Err(ReadError::TooDeep(source.clone()));
        }
        let expanded = reading.environment.expand(name);
        let directory = source.file.parent().unwrap_or(Path::new(""));
        let path = normalize(&directory.join(OsStr::from_bytes(&expanded)));
        match reading.files.read(&path) {
            Ok(bytes) => self.apply(&path, &bytes, reading, depth + 1),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(why) => Err(ReadError::Unreadable(path, Some(source.clone()), why)),
        }
    }

    fn set(&mut self, section: &[u8], key: &[u8], value: Vec<u8>, source: Source) {
        let items = self.sections.entry(section.to_vec()).or_default();
        let overrides = match items.remove(key) {
            Some(mut before) => {
                before.overrides.push(Earlier {
                    value: before.value,
                    source: before.source,
                });
                before.overrides
            }
            None => Vec::new(),
        };
        let item = Item {
            value,
            source,
            overrides,
        };
        items.insert(key.to_vec(), item);
    }

    fn go_on(&mut self, section: &[u8], key: &[u8], text: &[u8], source: Source) {
        let item = self
            .sections
            .get_mut(section)
            .and_then(|items| items.get_mut(key));
        if let Some(item) = item {
            item.value.push(b'\n');
            item.value.extend_from_slice(text);
            item.source = source;
        }
    }

    fn unset(&mut self, section: &[u8], key: &[u8], by: &Source) {
        let gone = self
            .sections
            .get_mut(section)
            .and_then(|items| items.remove(key));
        if let Some(item) = gone {
            self.taken_back.push(TakenBack {
                section: section.to_vec(),
                key: key.to_vec(),
                was: Earlier {
                    value: item.value,
                    source: item.source,
                },
                by: by.clone(),
            });
        }
    }

    /// The setting of a key.
    pub fn get(&self, section: &[u8], key: &[u8]) -> Option<&Item> {
        self.sections.get(section)?.get(key)
    }

    /// All settings in the order of section and key.
    pub fn items(&self) -> impl Iterator<Item = (&[u8], &[u8], &Item)> {
        self.sections.iter().flat_map(|(section, items)| {
            items
                .iter()
                .map(|(key, item)| (section.as_slice(), key.as_slice(), item))
        })
    }

    /// Every section header, including sections without settings.
    pub fn headers(&self) -> &[(Vec<u8>, Source)] {
        &self.headers
    }

    /// Settings that an `%unset` took back.
    pub fn taken_back(&self) -> &[TakenBack] {
        &self.taken_back
    }

    /// Every file that was read, in the order of reading; a file that is included twice comes
    /// twice.
    pub fn files(&self) -> &[FileRead] {
        &self.files
    }
}

/// Python's `normpath`: it changes the text only, without looking at the file system.
fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        let last_is_name = matches!(out.components().next_back(), Some(Component::Normal(_)));
        match component {
            Component::CurDir => {}
            Component::ParentDir if last_is_name => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Map(Vec<(&'static str, &'static str)>);

    impl FileReader for Map {
        fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
            let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
            let (_, text) = found.ok_or(io::ErrorKind::NotFound)?;
            Ok(text.as_bytes().to_vec())
        }
    }

    fn config(
        files: Vec<(&'static str, &'static str)>,
        read: &[&str],
    ) -> Result<Config, ReadError> {
        let mut config = Config::default();
        let files = Map(files);
        for path in read {
            config.read(Path::new(path), &files, &Environment::default())?;
        }
        Ok(config)
    }

    #[test]
    fn the_last_assignment_wins_and_knows_what_it_overrides() {
        let files = vec![("/a", "[s]\nk=1\nk=2\n"), ("/b", "[s]\nk=3\n x\n")];
        let config = config(files, &["/a", "/b"]).expect("two files");
        let item = config.get(b"s", b"k").expect("a value");
        assert_eq!(item.value, b"3\nx");
        let line = |file: &str, line| Source {
            file: file.into(),
            line,
        };
        assert_eq!(item.source, line("/b", 3));
        let earlier = |value: &str, source| Earlier {
            value: value.into(),
            source,
        };
        let overridden = [earlier("1", line("/a", 2)), earlier("2", line("/a", 3))];
        assert_eq!(item.overrides, overridden);
    }

    #[test]
    fn includes_are_relative_and_do_not_change_the_section() {
        let files = vec![
            ("/d/a", "[s]\n%include sub/../b\n%include missing\nk=1\n"),
            ("/d/b", "n=0\n[t]\nk=2\n"),
        ];
        let config = config(files, &["/d/a"]).expect("files");
        assert_eq!(
            config.get(b"s", b"k").map(|i| i.value.as_slice()),
            Some(&b"1"[..])
        );
        assert_eq!(
            config.get(b"t", b"k").map(|i| i.source.file.as_path()),
            Some(Path::new("/d/b"))
        );
        assert!(config.get(b"", b"n").is_some());
    }

    #[test]
    fn unset_reaches_earlier_files() {
        let files = vec![("/a", "[s]\nk=1\n"), ("/b", "[s]\n%unset k\n")];
        let config = config(files, &["/a", "/b"]).expect("files");
        assert!(config.get(b"s", b"k").is_none());
        assert_eq!(config.taken_back().len(), 1);
    }

    #[test]
    fn a_file_that_includes_itself_is_an_error() {
        let end = config(vec![("/a", "%include a\n")], &["/a"]);
        assert!(matches!(end, Err(ReadError::TooDeep(_))));
    }

    #[test]
    fn paths_are_normalised_by_their_letters() {
        for (path, expected) in [
            ("/a/../b", "/b"),
            ("/../a", "/a"),
            ("a/../..", ".."),
            ("./a//b/.", "a/b"),
            ("a/..", "."),
        ] {
            assert_eq!(normalize(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
