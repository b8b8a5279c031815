//! Judges, compares and writes each result, on a thread of its own.

use super::arrangement::{Arrangement, has_passed};
use super::auditor::{Auditor, Judged};
use super::outputs::Outputs;
use super::progress::Progress;
use super::seen::Seen;
use crate::audit::{Audited, Completeness, Counts, Key, Selection, Sort, Summary, worst};
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::render::audit::{Ending, Format, Jsonl, aside};
use crate::report::Exit;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::sync::oneshot;

/// Results within this time are handled in one batch: a wake-up costs as much as a judgement.
const GATHER: Duration = Duration::from_millis(2);
/// How often a wait with a deadline looks for results.
const POLL: Duration = Duration::from_millis(20);

/// What the thread does with each target, and what it keeps.
pub(super) struct Results {
    auditor: Auditor,
    showing: Showing,
    outputs: Outputs,
    /// The form of what is kept for the next audit.
    saved: Jsonl,
    progress: Progress,
    summary: Summary,
    /// How many targets are shown.
    shown: u64,
    /// The heads of the columns are shown.
    has_heads: bool,
}

/// Which targets are shown, and how.
pub(super) struct Showing {
    pub(super) format: Box<dyn Format>,
    pub(super) selection: Selection,
    pub(super) arrangement: Arrangement,
    /// If no target is shown, the summary is not shown either.
    pub(super) quiet: bool,
}

/// The results of all targets, summed up.
pub(super) struct Done {
    pub(super) counts: Counts,
    pub(super) completeness: Completeness,
    /// The exit code, if the format has its own codes.
    pub(super) exit: Option<Exit>,
}

/// What comes next from the scheduler.
enum Next {
    Seen(Box<Seen>),
    /// What is held back must be shown now.
    Deadline,
    /// There is nothing more.
    End,
}

/// Waits for a target, until the deadline if there is one.
fn next(receiver: &mut mpsc::Receiver<Seen>, deadline: Option<Instant>) -> Next {
    let found = |seen| Next::Seen(Box::new(seen));
    let Some(deadline) = deadline else {
        return receiver.blocking_recv().map_or(Next::End, found);
    };
    loop {
        match receiver.try_recv() {
            Ok(seen) => return found(seen),
            Err(TryRecvError::Disconnected) => return Next::End,
            Err(TryRecvError::Empty) if has_passed(deadline) => return Next::Deadline,
            Err(TryRecvError::Empty) => std::thread::sleep(POLL),
        }
    }
}

impl Results {
    pub(super) fn new(
        auditor: Auditor,
        showing: Showing,
        outputs: Outputs,
        progress: Progress,
    ) -> Self {
        Self {
            auditor,
            showing,
            outputs,
            saved: Jsonl::default(),
            progress,
            summary: Summary::default(),
            shown: 0,
            has_heads: false,
        }
    }

    /// Takes targets until there are no more, or the reader has closed the pipe; `scheduled` then
    /// says how much of the list they were.
    pub(super) fn run(
        mut self,
        mut receiver: mpsc::Receiver<Seen>,
        scheduled: oneshot::Receiver<Completeness>,
    ) -> Result<Done, Error> {
        let head = self.showing.format.begin();
        let mut is_read = self.show(&head)?;
        while is_read {
            match next(&mut receiver, self.showing.arrangement.deadline()) {
                Next::Seen(seen) => {
                    if let Some(seen) = self.auditor.ready(*seen) {
                        let judged = self.auditor.audit(seen)?;
                        is_read = self.take(&judged)?;
                    }
                    if receiver.is_empty() {
                        std::thread::sleep(GATHER);
                    }
                }
                Next::Deadline => is_read = self.release()?,
                Next::End => break,
            }
        }
        // Senders notice that the receiver is gone.
        drop(receiver);
        let mut completeness = scheduled
            .blocking_recv()
            .map_err(|_| Error::new("the scheduling of the probes broke"))?;
        completeness.reader_left |= !is_read;
        self.end(completeness)
    }

    /// Counts a target, and writes it if it is to be shown; false if the reader has closed the
    /// pipe.
    fn take(&mut self, judged: &Judged) -> Result<bool, Error> {
        match judged {
            Judged::Server(audited) => {
                self.summary.add(audited);
                self.outputs.save(|| self.saved.target(audited))?;
                let key = |sort: Sort| sort.key(audited);
                self.take_by(audited, key, |format| format.target(audited))
            }
            Judged::Domain(audited) => {
                self.summary.add_domain(audited);
                self.outputs.save(|| self.saved.domain(audited))?;
                let key = |sort: Sort| sort.key_of_domain(audited);
                self.take_by(audited, key, |format| format.domain(audited))
            }
        }
    }

    /// The same for either kind: `key` is its place, `text` what the format makes of it.
    fn take_by<R>(
        &mut self,
        audited: &Audited<R>,
        key: impl FnOnce(Sort) -> Key,
        text: impl FnOnce(&mut dyn Format) -> String,
    ) -> Result<bool, Error> {
        self.progress.add(worst(&audited.findings));
        let Showing {
            format,
            selection,
            arrangement,
            ..
        } = &mut self.showing;
        let is_shown = selection.takes(audited);
        self.shown += u64::from(is_shown);
        if !is_shown && !format.takes_all() {
            return Ok(true);
        }
        let text = arrangement.take(key, text(format.as_mut()));
        self.show_targets(&text)
    }

    /// Shows what was held back.
    fn release(&mut self) -> Result<bool, Error> {
        let text = self.showing.arrangement.release();
        self.show_targets(&text)
    }

    fn show_targets(&mut self, text: &str) -> Result<bool, Error> {
        if text.is_empty() || std::mem::replace(&mut self.has_heads, true) {
            return self.show(text);
        }
        let heads = self.showing.format.heads();
        self.show(&format!("{heads}{text}"))
    }

    fn show(&mut self, text: &str) -> Result<bool, Error> {
        if text.is_empty() {
            return Ok(true);
        }
        let sink = &mut self.outputs.sink;
        self.progress.suspend(|| sink.write(text))
    }

    fn end(mut self, mut completeness: Completeness) -> Result<Done, Error> {
        self.progress.end();
        completeness.reader_left |= !self.release()?;
        if completeness.knows_what_is_gone() {
            self.summary.gone = self.auditor.gone();
        }
        let Ending {
            text,
            aside: has_aside,
            exit,
            replaces_only_whole,
        } = self.showing.format.end(&completeness, &self.summary);
        if !text.is_empty() {
            // A reader that has closed the pipe misses nothing.
            let _is_read = self.outputs.sink.write(&text)?;
        }
        // What a format for programs takes in full says everything.
        let quiet = self.showing.quiet;
        let has_no_news = self.shown == 0 && self.summary.gone.is_empty();
        let is_silent = quiet && (has_no_news || self.showing.format.takes_all());
        if has_aside && !is_silent && !completeness.reader_left {
            say(&aside(&self.summary, &completeness));
        }
        let written = self
            .outputs
            .commit(completeness.is_complete(), replaces_only_whole)?;
        if let Some(path) = written.filter(|_| !quiet) {
            say(&format!("written to {}", path.display()));
        }
        Ok(Done {
            counts: Counts::of(&self.summary),
            completeness,
            exit,
        })
    }
}
