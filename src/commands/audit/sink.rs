//! Where the results go: standard output, a file that appears in one step at the end, or a jsonl
//! file that an earlier run has begun.
#![expect(clippy::disallowed_methods, reason = "here results are written")]

use super::Done;
use crate::cli::Audit as Args;
use crate::commands::{Error, io_text};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// The place for results.
pub(super) enum Sink {
    Stdout(io::Stdout),
    /// Written beside the file, which it replaces at the end.
    File {
        file: io::BufWriter<File>,
        temporary: PathBuf,
        path: PathBuf,
    },
    /// Lines are added to what is there.
    Append(File, PathBuf),
}

/// Opens it; with `--resume` also what was done before.
pub(super) fn open(args: &Args) -> Result<(Sink, Done), Error> {
    if let Some(path) = &args.resume {
        return resume(path).map_err(|why| failed(path, &why));
    }
    let Some(path) = &args.output else {
        return Ok((Sink::Stdout(io::stdout()), Done::new()));
    };
    Ok((at_the_end(path)?, Done::new()))
}

/// A file that appears in one step at the end.
pub(super) fn at_the_end(path: &Path) -> Result<Sink, Error> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}~", std::process::id()));
    let temporary = path.with_file_name(name);
    let file = File::create(&temporary).map_err(|why| failed(path, &why))?;
    Ok(Sink::File {
        file: io::BufWriter::new(file),
        temporary,
        path: path.to_owned(),
    })
}

/// Counts the targets that are there; a last line that was torn by a crash is cut off.
fn resume(path: &Path) -> io::Result<(Sink, Done)> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)?;
    let mut done = Done::new();
    let mut whole = 0;
    let mut reader = BufReader::new(&file);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.last() != Some(&b'\n') {
            break;
        }
        let report: serde_json::Value = serde_json::from_slice(&line).map_err(|why| {
            io::Error::other(format!("a line of it is no report of an audit: {why}"))
        })?;
        if let Some(input) = report
            .pointer("/target/input")
            .and_then(|input| input.as_str())
        {
            *done.entry(input.to_owned()).or_default() += 1;
        }
        whole += line.len() as u64;
        line.clear();
    }
    file.set_len(whole)?;
    Ok((Sink::Append(file, path.to_owned()), done))
}

impl Sink {
    /// Writes; false: the reader has seen enough.
    pub(super) fn write(&mut self, text: &str) -> Result<bool, Error> {
        let written = match self {
            Self::Stdout(stdout) => stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush()),
            Self::File { file, .. } => file.write_all(text.as_bytes()),
            Self::Append(file, _) => file.write_all(text.as_bytes()),
        };
        match written {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(why) => Err(failed(self.path(), &why)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Stdout(_) => Path::new("standard output"),
            Self::File { path, .. } | Self::Append(_, path) => path,
        }
    }

    /// What would be left over if the program ended now.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::File { temporary, .. } => Some(temporary.clone()),
            Self::Stdout(_) | Self::Append(..) => None,
        }
    }

    /// Whether people read it on a terminal, maybe.
    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Puts a file in its place.
    pub(super) fn end(self) -> Result<(), Error> {
        if let Self::File {
            mut file,
            temporary,
            path,
        } = self
        {
            let placed = file
                .flush()
                .and_then(|()| file.get_ref().sync_all())
                .and_then(|()| fs::rename(&temporary, &path));
            if let Err(why) = placed {
                // The error that is told is the first one.
                let _ = fs::remove_file(&temporary);
                return Err(failed(&path, &why));
            }
        }
        Ok(())
    }
}

fn failed(path: &Path, why: &io::Error) -> Error {
    Error::new(format!(
        "cannot write \"{}\": {}",
        path.display(),
        io_text(why)
    ))
}
