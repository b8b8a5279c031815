//! Configuration files: what is read is printed back, an edit does what it says, and every other
//! line keeps its bytes and its meaning. An input is the edit, the line that it is about, the new
//! value, a line feed, and the file.

use super::byte;
use smtp_certcheck::hgrc::{Config, Document, Environment, FileReader, Item, Kind, Line};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

pub fn check(mut input: &[u8]) {
    let (edit, line) = (byte(&mut input), usize::from(byte(&mut input)));
    let behind = input
        .iter()
        .position(|&b| b == b'\n')
        .unwrap_or(input.len());
    let (value, file) = input.split_at(behind);
    let value = value_of(value);
    let file = file.strip_prefix(b"\n").unwrap_or(file);

    let before = Document::parse(file);
    assert_eq!(before.to_bytes(), file, "what was read is not printed back");
    let mut after = before.clone();
    match edit % 5 {
        0 => replace(&before, &mut after, line, &value),
        1 => append(&before, &mut after, line, &value),
        2 => remove(&before, &mut after, line),
        3 => insert(&before, &mut after, &value),
        _ => insert_section(&before, &mut after, &value),
    }
    let printed = after.to_bytes();
    assert_eq!(
        Document::parse(&printed),
        after,
        "the edited file is read differently"
    );
}

/// A value as `pin` writes them: printable, without blanks around it, not empty. A bracket would
/// close the one that a key may begin with, and make it a section; no key of ours does.
fn value_of(bytes: &[u8]) -> Vec<u8> {
    let printable = |b: &u8| matches!(b, b' '..=b'~') && *b != b']';
    let text: Vec<u8> = bytes.iter().copied().filter(printable).collect();
    let trimmed = text.trim_ascii();
    if trimmed.is_empty() {
        b"x".to_vec()
    } else {
        trimmed.to_vec()
    }
}

fn replace(before: &Document, after: &mut Document, line: usize, value: &[u8]) {
    let assignment = Assignment::ending_on(before, line);
    assert_eq!(
        after.replace(line, value),
        assignment.is_some(),
        "line {line}"
    );
    let Some(assignment) = assignment else {
        return assert_eq!(before, after);
    };
    let want = Kind::Item {
        key: assignment.key,
        value: value.to_vec(),
    };
    let at = assignment.lines[0];
    assert_eq!(others(before, &assignment.lines), others(after, &[at]));
    assert_eq!(after.lines()[at].kind, want);
}

fn append(before: &Document, after: &mut Document, line: usize, value: &[u8]) {
    let tail = [b", ", value].concat();
    let assignment = Assignment::ending_on(before, line);
    assert_eq!(
        after.append(line, &tail),
        assignment.is_some(),
        "line {line}"
    );
    let Some(assignment) = assignment else {
        return assert_eq!(before, after);
    };
    let at = line - 1;
    assert_eq!(others(before, &[at]), others(after, &[at]));
    let want = [assignment.value, tail].concat();
    let now = Assignment::ending_on(after, line).expect("it still ends there");
    assert_eq!((now.key, now.value), (assignment.key, want));
}

fn remove(before: &Document, after: &mut Document, line: usize) {
    let assignment = Assignment::ending_on(before, line);
    assert_eq!(after.remove(line), assignment.is_some(), "line {line}");
    let Some(assignment) = assignment else {
        return assert_eq!(before, after);
    };
    assert_eq!(others(before, &assignment.lines), others(after, &[]));
}

fn insert(before: &Document, after: &mut Document, value: &[u8]) {
    let (section, key): (&[u8], &[u8]) = (b"s", b"a.b:c-d");
    let there = before.lines().iter().any(|line| is_section(line, section));
    assert_eq!(after.insert(section, key, value), there);
    if there {
        let at = added(before, after);
        check_item(after, at, key, value);
        let header = after.lines()[..at]
            .iter()
            .rfind(|line| matches!(line.kind, Kind::Section(_)));
        assert!(
            header.is_some_and(|line| is_section(line, section)),
            "in another section"
        );
        check_effect(before, after, section, key, value);
    } else {
        assert_eq!(before, after);
    }
}

fn insert_section(before: &Document, after: &mut Document, value: &[u8]) {
    let (section, key): (&[u8], &[u8]) = (b"hostsecurity", b"a.b:c-d");
    after.insert_section(section, key, value);
    let last = after.lines().len() - 1;
    check_item(after, last, key, value);
    assert!(is_section(&after.lines()[last - 1], section));
    let old = before.lines().len();
    let added = last + 1 - old;
    assert!(
        added == 2 || (added == 3 && after.lines()[old].kind == Kind::Nothing),
        "{added} lines"
    );
    let new: Vec<usize> = (old..=last).collect();
    assert_eq!(others(before, &[]), others(after, &new));
    check_effect(before, after, section, key, value);
}

/// Where the line is that was added; the others are the same. Beside its equal it may be either.
fn added(before: &Document, after: &Document) -> usize {
    let (old, new) = (others(before, &[]), others(after, &[]));
    assert_eq!(new.len(), old.len() + 1);
    let at = (0..new.len()).find(|&at| old.get(at) != Some(&new[at]));
    let at = at.expect("a new line");
    assert_eq!(old, others(after, &[at]));
    at
}

fn check_item(document: &Document, at: usize, key: &[u8], value: &[u8]) {
    let want = Kind::Item {
        key: key.to_vec(),
        value: value.to_vec(),
    };
    assert_eq!(document.lines()[at].kind, want);
}

fn is_section(line: &Line, name: &[u8]) -> bool {
    matches!(&line.kind, Kind::Section(found) if found == name)
}

/// A line without its end: one that had none gets one when another follows.
type Bare<'a> = (&'a [u8], &'a Kind);

/// All lines but those at `except`. The BOM is the file's, not the first line's.
fn others<'a>(document: &'a Document, except: &[usize]) -> Vec<Bare<'a>> {
    let lines = document.lines().iter().enumerate();
    lines
        .filter(|(at, _)| !except.contains(at))
        .map(|(at, line)| {
            let text = content(line);
            let bom = if at == 0 {
                text.strip_prefix(b"\xef\xbb\xbf")
            } else {
                None
            };
            (bom.unwrap_or(text), &line.kind)
        })
        .collect()
}

fn content(line: &Line) -> &[u8] {
    let end = line.raw.iter().rposition(|b| !matches!(b, b'\r' | b'\n'));
    &line.raw[..end.map_or(0, |at| at + 1)]
}

/// An assignment with its continuation lines.
struct Assignment {
    /// The indices of its lines, comments between them left out.
    lines: Vec<usize>,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Assignment {
    /// Found without the code under test: every assignment from the top, its last line compared.
    fn ending_on(document: &Document, line: usize) -> Option<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (at, line) in document.lines().iter().enumerate() {
            match (&line.kind, all.last_mut()) {
                (Kind::Item { key, value }, _) => all.push(Self {
                    lines: vec![at],
                    key: key.clone(),
                    value: value.clone(),
                }),
                (Kind::Continuation(more), Some(open)) => {
                    open.lines.push(at);
                    open.value.push(b'\n');
                    open.value.extend_from_slice(more);
                }
                (Kind::Continuation(_), None) => panic!("line {at} goes on with nothing"),
                _ => {}
            }
        }
        all.into_iter()
            .find(|found| found.lines.last().is_some_and(|last| last + 1 == line))
    }
}

/// A file that includes nothing.
struct Alone(Vec<u8>);

impl FileReader for Alone {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match path.to_str() {
            Some("/hgrc") => Ok(self.0.clone()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// What the file comes to with the new setting: that setting, and all the others as they were.
fn check_effect(before: &Document, after: &Document, section: &[u8], key: &[u8], value: &[u8]) {
    let (Some(before), Some(after)) = (effective(before), effective(after)) else {
        return;
    };
    let mut want = before;
    want.insert((section.to_vec(), key.to_vec()), value.to_vec());
    assert_eq!(after, want);
}

type Settings = BTreeMap<(Vec<u8>, Vec<u8>), Vec<u8>>;

/// `None`: Mercurial refuses the file.
fn effective(document: &Document) -> Option<Settings> {
    let mut config = Config::default();
    let files = Alone(document.to_bytes());
    config
        .read(Path::new("/hgrc"), &files, &Environment::default())
        .ok()?;
    let setting = |(section, key, item): (&[u8], &[u8], &Item)| {
        ((section.to_vec(), key.to_vec()), item.value.clone())
    };
    Some(config.items().map(setting).collect())
}
