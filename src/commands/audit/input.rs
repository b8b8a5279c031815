//! The list, read as a stream: nothing waits for its end, and memory does not grow with it.
#![expect(clippy::disallowed_methods, reason = "here the list is read")]

use super::earlier::Done;
use super::progress::Shared;
use crate::audit::{Entry, Identity, parse_line};
use crate::certificate::is_utf16;
use crate::cli::Audit as Args;
use crate::commands::error::Error;
use crate::commands::terminal::io_text;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Lines that are read ahead.
const AHEAD: usize = 256;
/// A longer line is cut off, and refused by the grammar.
const MAX_LINE: usize = 16 * 1024;

/// Entries, or what is wrong with a line.
type Line = Result<Entry, Trouble>;

/// Why there is no entry.
pub(super) enum Trouble {
    /// A line could not be used.
    BadLine(String),
    /// The list cannot be read any further.
    Unreadable(String),
}

/// The targets of the command line, then those of the list.
pub(super) struct Input {
    first: VecDeque<Line>,
    rest: Option<mpsc::Receiver<Line>>,
}

impl Input {
    /// `done` are targets to leave out; `progress` is told how many there are, once it is known.
    pub(super) fn open(args: &Args, done: Done, progress: Shared) -> Result<Self, Error> {
        if args.targets.is_empty() && args.input.is_none() {
            let hint =
                "name a list with --input, or targets: smtp-certcheck audit --input hosts.txt";
            return Err(Error::new("there is nothing to audit").hint(hint));
        }
        let mut filter = Filter {
            args: Arc::new(args.clone()),
            done,
        };
        let mut first: VecDeque<Line> = VecDeque::new();
        for target in &args.targets {
            let entry = parse_line(target.input.as_bytes());
            if let Ok(Some(entry)) = entry
                && filter.takes(&entry)
            {
                first.push_back(Ok(entry));
            }
        }
        let mut count = first.len() as u64;
        let Some(path) = &args.input else {
            progress.total(count);
            return Ok(Self { first, rest: None });
        };
        let lines = lines_of(path)?;
        if progress.is_wanted() && !args.strict {
            count_ahead(path, count, filter.clone(), progress.clone());
        }
        let name = if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        let entries = entries(lines, name, filter);
        if args.strict {
            for entry in entries {
                match entry {
                    Ok(entry) => first.push_back(Ok(entry)),
                    Err(Trouble::BadLine(why) | Trouble::Unreadable(why)) => {
                        let hint = "nothing was connected to: --strict";
                        return Err(Error::new(why).hint(hint));
                    }
                }
            }
            progress.total(first.len() as u64);
            return Ok(Self { first, rest: None });
        }
        let (sender, receiver) = mpsc::channel(AHEAD);
        // Reading may block; the thread ends when nobody takes the lines any more.
        std::thread::spawn(move || {
            for entry in entries {
                count += u64::from(entry.is_ok());
                if sender.blocking_send(entry).is_err() {
                    return;
                }
            }
            progress.total(count);
        });
        Ok(Self {
            first,
            rest: Some(receiver),
        })
    }

    /// The next one; `None`: that was all.
    pub(super) async fn next(&mut self) -> Option<Line> {
        match self.first.pop_front() {
            Some(line) => Some(line),
            None => self.rest.as_mut()?.recv().await,
        }
    }
}

/// A file can be read twice: how many targets it has is known long before its end has its turn.
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

/// What is left out.
#[derive(Clone)]
struct Filter {
    args: Arc<Args>,
    done: Done,
}

impl Filter {
    fn takes(&mut self, entry: &Entry) -> bool {
        let shard = self.args.shard;
        if shard.is_some_and(|shard| !shard.has(&entry.input)) {
            return false;
        }
        if self.done.is_empty() {
            return true;
        }
        let (_, reference) = super::meant(&self.args, entry);
        let target = Identity {
            input: entry.input.clone(),
            servername: reference.to_string(),
        };
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
                let why = format!("{name}:{number}: {}", io_text(&why));
                return Some(Err(Trouble::Unreadable(why)));
            }
        };
        match parse_line(&line) {
            Ok(None) => None,
            Ok(Some(entry)) => match super::levels(&filter.args, Some(&entry)).conflict() {
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
        // An error of reading comes again and again.
        failed = matches!(line, Some(Err(_)));
        line
    })))
}

/// A file, or standard input (`-`).
pub(super) fn reader(path: &Path) -> Result<Box<dyn Read + Send>, Error> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|why| unreadable(path, &why))?;
    Ok(Box::new(file))
}

/// Lines that end in LF, CR LF, or CR.
struct Lines<R> {
    reader: R,
    /// The last line ended in a CR: an LF that follows belongs to it.
    after_cr: bool,
    is_first: bool,
}

impl<R: BufRead> Lines<R> {
    fn of(reader: R) -> Self {
        Self {
            reader,
            after_cr: false,
            is_first: true,
        }
    }

    /// The next line without its end.
    fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        if std::mem::take(&mut self.is_first) && is_utf16(self.reader.fill_buf()?) {
            let text = "it is text in UTF-16, which is not read here: iconv -f UTF-16 -t UTF-8 makes UTF-8 of it";
            return Err(io::Error::other(text));
        }
        let mut line = Vec::new();
        let mut has_begun = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if std::mem::take(&mut self.after_cr) && buffer.first() == Some(&b'\n') {
                self.reader.consume(1);
                continue;
            }
            if buffer.is_empty() {
                return Ok(has_begun.then_some(line));
            }
            has_begun = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &buffer[..end.unwrap_or(buffer.len())];
            // What is longer is no line, but its end has to be found.
            line.extend(&part[..part.len().min(MAX_LINE - line.len())]);
            self.after_cr = end.is_some_and(|end| buffer[end] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }
}

pub(super) fn unreadable(path: &Path, why: &io::Error) -> Error {
    Error::new(format!(
        "cannot read \"{}\": {}",
        path.display(),
        io_text(why)
    ))
}
