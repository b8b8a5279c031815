//! The end of an audit: its last messages, and its exit code.

use super::results::Done;
use crate::audit::Counts;
use crate::commands::terminal::{say, warn};
use crate::finding::Severity;
use crate::report::Exit;

/// What the exit code of an audit depends on, besides its results.
pub(super) struct Conclusion {
    /// The least severity that makes the exit code 1; `None` if none does.
    pub(super) fails_from: Option<Severity>,
    /// Does not mention what an earlier run did.
    pub(super) quiet: bool,
    /// The results are appended to those of an earlier run.
    pub(super) resumes: bool,
    /// Only a part of the list was asked for.
    pub(super) is_shard: bool,
}

impl Conclusion {
    /// Prints the last messages. The exit code covers the earlier run, too.
    pub(super) fn exit(&self, done: &Done, earlier: Counts) -> Exit {
        if let Some(exit) = done.exit {
            return exit;
        }
        let completeness = done.completeness;
        let all = done.counts + earlier;
        let fails = self
            .fails_from
            .is_some_and(|severity| all.at_least(severity) > 0);
        if completeness.reader_left && !completeness.interrupted {
            return Exit::failure_if(fails);
        }
        if earlier.targets > 0 && !self.quiet {
            say(&format!(
                "done before: {}, {} critical, {} with warnings",
                earlier.targets, earlier.critical, earlier.warnings
            ));
        }
        if completeness.interrupted {
            say(if self.resumes {
                "interrupted: what was done is written; run the same command again to go on"
            } else {
                "interrupted: what was done is written; with --resume FILE the next audit can go on where it stops"
            });
            return Exit::INTERRUPTED;
        }
        if all.targets == 0 {
            warn(if self.is_shard {
                "this shard has no targets"
            } else {
                "the list has no targets"
            });
        }
        // A warning names each of them.
        let bad = completeness.bad_lines;
        // A list that is empty by mistake must not look like one without findings.
        let is_empty = all.targets == 0 && !self.is_shard;
        match (fails, bad) {
            (true, _) => Exit::FAILURE,
            (false, 0) if !is_empty => Exit::SUCCESS,
            (false, _) => Exit::ERROR,
        }
    }
}
