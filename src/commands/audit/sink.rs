//! Where the results go: standard output, a file that is replaced atomically at the end, or a jsonl
//! file that an earlier run began.
#![expect(clippy::disallowed_methods, reason = "here results are written")]

use crate::commands::disk::attributes::Lost;
use crate::commands::disk::resolve::resolve;
use crate::commands::disk::successor::Successor;
use crate::commands::error::Error;
use crate::observation::system_text;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// The random letters in the name of a temporary file.
const RANDOM: usize = 6;

/// A destination for results.
pub(super) enum Sink {
    Stdout(io::Stdout),
    /// Written beside the file, which it replaces at the end.
    File {
        file: io::BufWriter<Successor>,
        path: PathBuf,
    },
    /// Written at once: the end of a file, a pipe, a device.
    Stream(File, PathBuf),
}

/// A file that is replaced atomically at the end, keeping mode and owner. A file that cannot be
/// replaced, such as a pipe, is written to directly.
///
/// Errors that would occur at the end occur here, before the work.
pub(super) fn replacing(path: &Path) -> Result<Sink, Error> {
    let old = match existing(path).map_err(|why| failed(path, &why))? {
        Some((special, false)) => return Ok(Sink::Stream(special, path.to_owned())),
        old => old.map(|(file, _)| file),
    };
    let real = resolve(path);
    let directory = real.parent().unwrap_or(Path::new("/"));
    let stem = OsStr::new(".smtp-certcheck.");
    let file = Successor::create(directory, stem, RANDOM, old.is_none())
        .map_err(|why| failed(path, &why))?;
    if let Some(old) = &old {
        file.inherit(old).map_err(|lost| {
            let error = Error::new(format!(
                "cannot keep the {lost} of \"{}\": {}",
                path.display(),
                system_text(lost.why())
            ));
            match lost {
                Lost::Owner(_) | Lost::Group(_) => {
                    error.hint("it belongs to another user: remove it, or name another FILE")
                }
                _ => error,
            }
        })?;
    }
    Ok(Sink::File {
        file: io::BufWriter::new(file),
        path: real,
    })
}

/// Whether both names are of one regular file; `-` is standard input.
pub(super) fn is_same_file(input: &Path, other: &Path) -> bool {
    let input = if input == Path::new("-") {
        Path::new("/dev/stdin")
    } else {
        input
    };
    let file = |path: &Path| std::fs::metadata(path).ok().filter(Metadata::is_file);
    let (Some(input), Some(other)) = (file(input), file(other)) else {
        return false;
    };
    (input.dev(), input.ino()) == (other.dev(), other.ino())
}

/// The existing file, and whether it is a regular file.
fn existing(path: &Path) -> io::Result<Option<(File, bool)>> {
    let file = match OpenOptions::new().write(true).open(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let is_regular = file.metadata()?.is_file();
    Ok(Some((file, is_regular)))
}

impl Sink {
    /// Writes; false if the reader has closed the pipe.
    pub(super) fn write(&mut self, text: &str) -> Result<bool, Error> {
        let written = match self {
            Self::Stdout(stdout) => stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush()),
            Self::File { file, .. } => file.write_all(text.as_bytes()),
            Self::Stream(file, _) => file.write_all(text.as_bytes()),
        };
        match written {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(why) => Err(failed(self.path(), &why)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Stdout(_) => Path::new("standard output"),
            Self::File { path, .. } | Self::Stream(_, path) => path,
        }
    }

    /// The file that would remain if the program exited now.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::File { file, .. } => Some(file.get_ref().path().to_owned()),
            Self::Stdout(_) | Self::Stream(..) => None,
        }
    }

    /// Whether a person may read the output on a terminal.
    pub(super) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_))
    }

    /// Whether another program reads standard output.
    pub(super) fn is_pipe(&self) -> bool {
        let Self::Stdout(stdout) = self else {
            return false;
        };
        let kind = stdout.as_fd().try_clone_to_owned().and_then(|copy| {
            let data = File::from(copy).metadata()?;
            Ok(data.file_type())
        });
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
    }

    /// Whether the target file is unchanged if this one is dropped.
    pub(super) fn replaces(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Puts the file in its place.
    pub(super) fn commit(self) -> Result<(), Error> {
        let Self::File { file, path } = self else {
            return Ok(());
        };
        let placed = file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|file| {
                file.sync()?;
                file.put(&path)
            });
        placed.map_err(|why| failed(&path, &why))
    }
}

fn failed(path: &Path, why: &io::Error) -> Error {
    Error::new(format!(
        "cannot write \"{}\": {}",
        path.display(),
        system_text(why)
    ))
}
