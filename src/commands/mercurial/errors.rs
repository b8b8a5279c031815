//! The errors of a configuration, in words.

use crate::commands::error::Error;
use crate::hgrc::ReadError;
use crate::observation::system_text;
use std::io::{self, ErrorKind};

/// The text for a pipe that hg would wait for.
pub(super) const NO_WRITER: &str =
    "it is a pipe, and nothing writes to it: hg waits until something does";

fn cause(why: &io::Error) -> String {
    match why.kind() {
        ErrorKind::WouldBlock => NO_WRITER.to_owned(),
        _ => system_text(why),
    }
}

/// The error that stops the program.
pub(super) fn malformed(why: &ReadError) -> Error {
    let hint = "hg reads no configuration at all until this is fixed";
    match why {
        ReadError::Syntax(source, text) => Error::new(format!(
            "{}:{}: not a line of a configuration file: {}",
            source.file.display(),
            source.line,
            String::from_utf8_lossy(text)
        ))
        .hint(hint),
        ReadError::Unreadable(path, None, why) => Error::new(format!(
            "cannot read \"{}\": {}",
            path.display(),
            cause(why)
        )),
        ReadError::Unreadable(path, Some(source), why) => Error::new(format!(
            "{}:{}: cannot include \"{}\": {}",
            source.file.display(),
            source.line,
            path.display(),
            cause(why)
        ))
        .hint(match why.kind() {
            ErrorKind::FileTooLarge => {
                "it is not read here, so that what hg makes of it is not known"
            }
            _ => hint,
        }),
        ReadError::TooDeep(source) => Error::new(format!(
            "{}:{}: files include each other without end, or deeper than hg reads them",
            source.file.display(),
            source.line
        ))
        .hint(hint),
    }
}
