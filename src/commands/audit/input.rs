//! The list, read as a stream: nothing waits for its end, and memory does not grow with it.

use super::defaults::Defaults;
use super::earlier::Done;
use super::lines::{Lines, reader};
use super::progress::Shared;
use crate::audit::{Entry, Shard, parse_line};
use crate::cli::SubjectArg;
use crate::commands::error::Error;
use crate::observation::system_text;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Lines that are read ahead.
const AHEAD: usize = 256;

/// Entries, or the faults of lines.
type Line = Result<Entry, Trouble>;

/// Why there is no entry.
pub(super) enum Trouble {
    /// A line is unusable.
    BadLine(String),
    /// The list cannot be read any further.
    Unreadable(String),
}

/// The sources of targets.
pub(super) struct List {
    /// The targets of the command line.
    pub(super) targets: Vec<SubjectArg>,
    /// The list; `-` is standard input.
    pub(super) path: Option<PathBuf>,
    /// The complete list is read first, and a bad line stops the audit before it begins.
    pub(super) strict: bool,
    /// Only this part of the list.
    pub(super) shard: Option<Shard>,
}

/// The targets of the command line, then those of the list.
pub(super) struct Input {
    first: VecDeque<Line>,
    rest: Option<mpsc::Receiver<Line>>,
}

impl Input {
    /// `done` are targets to leave out; `progress` receives their number once it is known.
    pub(super) fn open(
        list: &List,
        defaults: &Arc<Defaults>,
        done: Done,
        progress: Shared,
    ) -> Result<Self, Error> {
        if list.targets.is_empty() && list.path.is_none() {
            let hint =
                "name a list with --input, or targets: smtp-certcheck audit --input hosts.txt";
            return Err(Error::new("there is nothing to audit").hint(hint));
        }
        let mut filter = Filter {
            defaults: Arc::clone(defaults),
            shard: list.shard,
            done,
        };
        let first = named(&list.targets, &mut filter)?;
        let count = first.len() as u64;
        let Some(path) = &list.path else {
            progress.total(count);
            return Ok(Self { first, rest: None });
        };
        let lines = lines_of(path)?;
        if progress.is_wanted() && !list.strict {
            count_ahead(path, count, filter.clone(), progress.clone());
        }
        let name = if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        let entries = entries(lines, name, filter);
        if list.strict {
            let first = whole(first, entries)?;
            progress.total(first.len() as u64);
            return Ok(Self { first, rest: None });
        }
        let rest = Some(read_ahead(entries, count, progress));
        Ok(Self { first, rest })
    }

    /// The next entry; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Line> {
        match self.first.pop_front() {
            Some(line) => Some(line),
            None => self.rest.as_mut()?.recv().await,
        }
    }
}

/// A list is not a target.
pub(super) fn no_list_among(targets: &[SubjectArg]) -> Result<(), Error> {
    /// How names of lists end, and names of hosts do not.
    const ENDINGS: [&str; 6] = ["txt", "list", "lst", "csv", "conf", "jsonl"];
    let list = targets.iter().map(|target| Path::new(target.input()));
    let mut lists = list.filter(|path| {
        let ending = path.extension().and_then(OsStr::to_str);
        ending.is_some_and(|ending| ENDINGS.contains(&ending)) && path.is_file()
    });
    match lists.next() {
        None => Ok(()),
        Some(path) => {
            let path = path.display();
            let text = format!("\"{path}\" is a file, not a server");
            Err(Error::new(text).hint(format!("--input {path}")))
        }
    }
}

/// The targets of the command line.
fn named(targets: &[SubjectArg], filter: &mut Filter) -> Result<VecDeque<Line>, Error> {
    let entries = targets
        .iter()
        .map(|target| parse_line(target.input().as_bytes()));
    let mut lines = VecDeque::new();
    // The command line has already parsed each.
    for entry in entries.filter_map(|entry| entry.ok().flatten()) {
        if let Some(why) = filter.defaults.conflict_of(&entry) {
            return Err(Error::new(why));
        }
        if filter.takes(&entry) {
            lines.push_back(Ok(entry));
        }
    }
    Ok(lines)
}

/// All entries, or what is wrong with the first bad line.
fn whole(
    mut all: VecDeque<Line>,
    entries: impl Iterator<Item = Line>,
) -> Result<VecDeque<Line>, Error> {
    for entry in entries {
        match entry {
            Ok(entry) => all.push_back(Ok(entry)),
            Err(Trouble::BadLine(why) | Trouble::Unreadable(why)) => {
                let hint = "no connections were made (--strict)";
                return Err(Error::new(why).hint(hint));
            }
        }
    }
    Ok(all)
}

/// Reads in a thread, because reading may block; it stops when the receiver is gone. `count`
/// targets precede these.
fn read_ahead(
    entries: impl Iterator<Item = Line> + Send + 'static,
    mut count: u64,
    progress: Shared,
) -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        for entry in entries {
            count += u64::from(entry.is_ok());
            if sender.blocking_send(entry).is_err() {
                return;
            }
        }
        progress.total(count);
    });
    receiver
}

/// A file can be read twice: the number of its targets is known long before its end is reached.
fn count_ahead(path: &Path, first: u64, filter: Filter, progress: Shared) {
    if !std::fs::metadata(path).is_ok_and(|file| file.is_file()) {
        return;
    }
    let Ok(lines) = lines_of(path) else {
        return;
    };
    std::thread::spawn(move || {
        let entries = entries(lines, String::new(), filter);
        progress.estimate(first + entries.flatten().count() as u64);
    });
}

/// The filter for what is left out.
#[derive(Clone)]
struct Filter {
    defaults: Arc<Defaults>,
    shard: Option<Shard>,
    done: Done,
}

impl Filter {
    fn takes(&mut self, entry: &Entry) -> bool {
        if self.shard.is_some_and(|shard| !shard.has(&entry.input)) {
            return false;
        }
        if self.done.is_empty() {
            return true;
        }
        let target = self.defaults.identity(entry);
        match self.done.get_mut(&target) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        }
    }
}

fn entries(
    lines: impl Iterator<Item = io::Result<Vec<u8>>>,
    name: String,
    mut filter: Filter,
) -> impl Iterator<Item = Line> {
    lines.enumerate().filter_map(move |(index, line)| {
        let number = index + 1;
        let line = match line {
            Ok(line) => line,
            Err(why) => {
                let why = format!("{name}:{number}: {}", system_text(&why));
                return Some(Err(Trouble::Unreadable(why)));
            }
        };
        match parse_line(&line) {
            Ok(None) => None,
            Ok(Some(entry)) => match filter.defaults.conflict_of(&entry) {
                Some(why) => Some(Err(Trouble::BadLine(format!("{name}:{number}: {why}")))),
                None => filter.takes(&entry).then_some(Ok(entry)),
            },
            Err(why) => Some(Err(Trouble::BadLine(format!("{name}:{number}: {why}")))),
        }
    })
}

/// The lines of a file, or of standard input (`-`), without their ends.
fn lines_of(path: &Path) -> Result<Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send>, Error> {
    let mut lines = Lines::of(BufReader::new(reader(path)?));
    let mut failed = false;
    Ok(Box::new(std::iter::from_fn(move || {
        if failed {
            return None;
        }
        let line = lines.next_line().transpose();
        // An error of reading would repeat without end.
        failed = matches!(line, Some(Err(_)));
        line
    })))
}
