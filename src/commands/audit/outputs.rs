//! The files that an audit writes, and the rule that each file has one use.

use super::earlier::{self, Earlier};
use super::signals::Signals;
use super::sink::{self, Sink};
use crate::cli::Audit as Args;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use std::io;
use std::path::{Path, PathBuf};

/// Where results go.
pub(super) struct Outputs {
    /// The results shown to the user.
    pub(super) sink: Sink,
    /// All results, including those not shown.
    save: Option<Sink>,
    /// `--output`, unless it is standard output.
    output: Option<PathBuf>,
}

impl Outputs {
    /// Opens the files; with `--resume` also reads what was done before. A signal removes
    /// incomplete files.
    pub(super) fn open(args: &Args, signals: &Signals) -> Result<(Self, Earlier), Error> {
        let (sink, earlier) = open(args)?;
        signals.clean_up(&sink);
        let save = args.save.as_deref().map(sink::replacing).transpose()?;
        if let Some(save) = &save {
            signals.clean_up(save);
            if save.path() == sink.path() {
                return Err(Error::new("--save and --output name the same file").hint(
                    "--output alone is enough for jsonl: it takes all results in one step, too",
                ));
            }
        }
        let output = args.output.clone().filter(|path| path != Path::new("-"));
        Ok((Self { sink, save, output }, earlier))
    }

    /// Whether all results go to standard output.
    pub(super) fn is_stdout_alone(&self) -> bool {
        self.sink.is_stdout() && self.save.is_none()
    }

    /// Keeps a result for the next audit, if the user asks for it; `line` makes its text.
    pub(super) fn save(&mut self, line: impl FnOnce() -> String) -> Result<(), Error> {
        match &mut self.save {
            Some(save) => save.write(&line()).map(drop),
            None => Ok(()),
        }
    }

    /// Puts the files in their places. If the results are incomplete, saved results of an earlier
    /// audit are kept, and also shown ones if `shown_only_whole`. Returns the file that has the
    /// shown results now, as the user names it.
    pub(super) fn commit(
        self,
        is_complete: bool,
        shown_only_whole: bool,
    ) -> Result<Option<PathBuf>, Error> {
        let mut written = None;
        if shown_only_whole && !is_complete && self.sink.replaces() {
            say(&left_unchanged(&self.sink));
        } else {
            self.sink.commit()?;
            written = self.output;
        }
        match self.save {
            Some(save) if is_complete => save.commit()?,
            // The next audit must not take partial results for complete ones.
            Some(save) => say(&left_unchanged(&save)),
            None => {}
        }
        Ok(written)
    }
}

fn open(args: &Args) -> Result<(Sink, Earlier), Error> {
    if let Some(path) = &args.resume {
        let (file, earlier) = earlier::resume(path)?;
        return Ok((Sink::Stream(file, path.clone()), earlier));
    }
    let sink = match &args.output {
        Some(path) if path != Path::new("-") => sink::replacing(path)?,
        _ => Sink::Stdout(io::stdout()),
    };
    Ok((sink, Earlier::default()))
}

fn left_unchanged(sink: &Sink) -> String {
    format!(
        "\"{}\" was left unchanged: this audit did not come to its end",
        sink.path().display()
    )
}

/// Standard input can be one list only, and no file is both read to its end and written to.
pub(super) fn one_file_for_one_thing(args: &Args) -> Result<(), Error> {
    let is_dash = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    if is_dash(&args.resume) {
        return Err(
            Error::new("--resume reads a file and writes to it, and \"-\" is not a file")
                .hint("name one: --resume results.jsonl"),
        );
    }
    if is_dash(&args.save) {
        return Err(
            Error::new("--save keeps results in a file, and \"-\" is not a file")
                .hint("--format jsonl writes them to standard output"),
        );
    }
    if is_dash(&args.input) && is_dash(&args.baseline) {
        return Err(
            Error::new("--input and --baseline both read standard input")
                .hint("name a file for one of them"),
        );
    }
    let written = [
        ("--output", &args.output),
        ("--save", &args.save),
        ("--resume", &args.resume),
    ];
    for (option, path) in written {
        if let (Some(input), Some(path)) = (&args.input, path)
            && sink::is_same_file(input, path)
        {
            let text = format!("--input and {option} name the same file");
            return Err(
                Error::new(text).hint("the results would take the place of the list: name another")
            );
        }
    }
    Ok(())
}
