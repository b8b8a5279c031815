//! The progress of an audit, on standard error: a bar on a terminal, else a line now and then.

use crate::commands::terminal::say;
use crate::finding::Severity;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use std::fmt;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The interval between lines without a terminal.
const BETWEEN: Duration = Duration::from_secs(30);
/// The interval between redraws of the bar when nothing happens.
const TICK: Duration = Duration::from_millis(250);

/// The progress of an audit.
pub(super) struct Progress {
    shared: Shared,
    /// The thread that prints progress lines; dropping the sender ends it.
    printer: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

/// The state that threads share.
#[derive(Clone)]
pub(super) struct Shared {
    bar: ProgressBar,
    counts: Arc<Counts>,
    /// The output is a terminal, which a person reads.
    wanted: bool,
}

#[derive(Default)]
struct Counts {
    done: AtomicU64,
    critical: AtomicU64,
    warnings: AtomicU64,
    /// The end of the list was read: the total is not an estimate any more.
    exact: AtomicBool,
}

impl Progress {
    pub(super) fn new(verbose: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        set_style(&bar, "{spinner} {pos} done, {rate}, {elapsed}{msg}");
        if terminal {
            bar.enable_steady_tick(TICK);
        }
        let shared = Shared {
            bar,
            counts: Arc::default(),
            wanted: terminal || verbose,
        };
        let printer = (verbose && !terminal).then(|| {
            let (sender, receiver) = mpsc::channel();
            let shared = shared.clone();
            let thread = std::thread::spawn(move || {
                while receiver.recv_timeout(BETWEEN) == Err(RecvTimeoutError::Timeout) {
                    say(&shared.line());
                }
            });
            (sender, thread)
        });
        Self { shared, printer }
    }

    pub(super) fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// Counts one more target, by its worst finding.
    pub(super) fn add(&self, worst: Option<Severity>) {
        let Shared {
            bar,
            counts,
            wanted,
        } = &self.shared;
        if !wanted {
            return;
        }
        let count = |counter: &AtomicU64, more: bool| {
            let more = u64::from(more);
            counter.fetch_add(more, Ordering::Relaxed) + more
        };
        count(&counts.done, true);
        let critical = count(&counts.critical, worst == Some(Severity::Critical));
        let warnings = count(&counts.warnings, worst == Some(Severity::Warning));
        bar.set_message(format!("; {critical} critical, {warnings} warnings"));
        bar.inc(1);
    }

    /// Prints without disturbing the bar.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.shared.suspend(print)
    }

    pub(super) fn end(&mut self) {
        self.shared.bar.finish_and_clear();
        if let Some((sender, thread)) = self.printer.take() {
            drop(sender);
            // It has nothing more to print.
            let _ = thread.join();
        }
    }
}

impl Drop for Progress {
    /// An error must not be printed after a bar.
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    /// Whether to count the total before the end of the list.
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Sets the total of a list that was counted beforehand.
    pub(super) fn estimate(&self, total: u64) {
        if !self.counts.exact.load(Ordering::SeqCst) {
            self.set_total(total);
        }
    }

    /// Sets the total at the end of the list.
    pub(super) fn total(&self, total: u64) {
        self.counts.exact.store(true, Ordering::SeqCst);
        self.set_total(total);
    }

    fn set_total(&self, total: u64) {
        self.bar.set_length(total);
        set_style(
            &self.bar,
            "{spinner} [{bar:20}] {pos}/{len}, {rate}, {left} left{msg}",
        );
    }

    /// Prints without disturbing the bar.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    fn line(&self) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        line(
            get(&self.counts.done),
            self.bar.length(),
            self.bar.elapsed(),
            (get(&self.counts.critical), get(&self.counts.warnings)),
        )
    }
}

fn set_style(bar: &ProgressBar, template: &str) {
    let Ok(style) = ProgressStyle::with_template(template) else {
        return;
    };
    let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Nothing can be done about a terminal that refuses it.
        let _ = write!(out, "{:.1}/s", state.per_sec());
    };
    let left = |state: &ProgressState, out: &mut dyn fmt::Write| {
        // Without a finished target the remaining time is unknown.
        let _ = match state.pos() {
            0 => out.write_str("?"),
            _ => write!(out, "{:#}", HumanDuration(state.eta())),
        };
    };
    bar.set_style(style.with_key("rate", rate).with_key("left", left));
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate of seconds, from counts below 2^53"
)]
fn line(
    done: u64,
    total: Option<u64>,
    elapsed: Duration,
    (critical, warnings): (u64, u64),
) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let of = total.map_or_else(String::new, |total| format!(" of {total}"));
    let left = match total.and_then(|total| total.checked_sub(done)) {
        Some(left) if done > 0 => {
            let left = Duration::try_from_secs_f64(seconds * left as f64 / done as f64);
            let left = left.unwrap_or(Duration::MAX);
            format!(", about {} left", HumanDuration(left))
        }
        _ => String::new(),
    };
    format!(
        "{done}{of} done in {} s, {:.1} a second{left}: {critical} critical, {warnings} warnings",
        elapsed.as_secs(),
        done as f64 / seconds
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_known() {
        let thirty = Duration::from_secs(30);
        assert_eq!(
            line(60, Some(300), thirty, (2, 1)),
            "60 of 300 done in 30 s, 2.0 a second, about 2 minutes left: 2 critical, 1 warnings"
        );
        assert_eq!(
            line(60, None, thirty, (0, 0)),
            "60 done in 30 s, 2.0 a second: 0 critical, 0 warnings"
        );
        // Nothing is finished, or more than was counted: the remaining time is unknown.
        assert!(!line(0, Some(300), thirty, (0, 0)).contains("left"));
        assert!(!line(301, Some(300), thirty, (0, 0)).contains("left"));
    }
}
