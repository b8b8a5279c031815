//! How far it is, on standard error: a bar on a terminal, else a line now and then.

use super::input::Total;
use crate::commands::say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Between two lines where there is no terminal.
const BETWEEN: Duration = Duration::from_secs(30);

/// The progress of an audit.
pub(super) struct Progress {
    bar: ProgressBar,
    total: Total,
    /// Lines instead of a bar.
    lines: bool,
    told: Duration,
    done: u64,
    critical: u64,
    warnings: u64,
}

/// Whether anybody is shown how far it is.
pub(super) fn is_shown(verbose: bool) -> bool {
    verbose || std::io::stderr().is_terminal()
}

impl Progress {
    pub(super) fn new(verbose: bool, total: Total) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{spinner} {pos} done, {per_sec}, {elapsed}{msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self {
            bar,
            total,
            lines: verbose && !terminal,
            told: Duration::ZERO,
            done: 0,
            critical: 0,
            warnings: 0,
        }
    }

    /// One more is done.
    pub(super) fn add(&mut self, critical: bool, warning: bool) {
        self.done += 1;
        self.critical += u64::from(critical);
        self.warnings += u64::from(warning);
        let total = self.total.load(Ordering::Relaxed);
        if total > 0 && self.bar.length() != Some(total) {
            let template = "{bar:20} {pos}/{len}, {per_sec}, {elapsed}, {eta} left{msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style.progress_chars("=> "));
            }
            self.bar.set_length(total);
        }
        self.bar.inc(1);
        self.bar.set_message(format!(
            "; {} critical, {} warnings",
            self.critical, self.warnings
        ));
        let elapsed = self.bar.elapsed();
        if self.lines && elapsed >= self.told + BETWEEN {
            self.told = elapsed;
            let of = if total > 0 {
                format!(" of {total}")
            } else {
                String::new()
            };
            say(&format!(
                "{}{of} done in {} s: {} critical, {} warnings",
                self.done,
                elapsed.as_secs(),
                self.critical,
                self.warnings
            ));
        }
    }

    /// Prints without disturbing the bar.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
