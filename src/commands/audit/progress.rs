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
    /// A person wants to know.
    wanted: bool,
    /// The terminal shows ASCII only.
    ascii: bool,
}

/// What decides how progress is shown.
#[derive(Clone, Copy)]
pub(super) struct Wishes {
    /// A line now and then, also without a terminal.
    pub(super) verbose: bool,
    /// Another program may write to the terminal at any time: the reader of the results.
    pub(super) shared_terminal: bool,
    /// The terminal shows ASCII only.
    pub(super) ascii: bool,
}

#[derive(Default)]
struct Counts {
    done: AtomicU64,
    critical: AtomicU64,
    warnings: AtomicU64,
    /// When the last target was finished, in milliseconds from the start.
    last: AtomicU64,
    /// The end of the list was read: the total is not an estimate any more.
    exact: AtomicBool,
}

impl Progress {
    pub(super) fn new(wishes: Wishes) -> Self {
        let terminal = std::io::stderr().is_terminal();
        // A bar would stay in the lines of the other program.
        let has_bar = terminal && !wishes.shared_terminal;
        let bar = if has_bar {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        let shared = Shared {
            bar,
            counts: Arc::default(),
            wanted: terminal || wishes.verbose,
            ascii: wishes.ascii,
        };
        shared.set_style("{spinner} {pos} done, {rate}, {elapsed}{msg}");
        if has_bar {
            shared.bar.enable_steady_tick(TICK);
        }
        let has_lines = !has_bar && (terminal || wishes.verbose);
        let printer = has_lines.then(|| {
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
            ascii: _,
        } = &self.shared;
        if !wanted {
            return;
        }
        let count = |counter: &AtomicU64, more: bool| {
            let more = u64::from(more);
            counter.fetch_add(more, Ordering::Relaxed) + more
        };
        count(&counts.done, true);
        let now = u64::try_from(bar.elapsed().as_millis()).unwrap_or(u64::MAX);
        counts.last.store(now, Ordering::Relaxed);
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
        self.set_style("{spinner} [{bar:20}] {pos}/{len}, {rate}, {left}{msg}");
    }

    fn set_style(&self, template: &str) {
        let Ok(style) = ProgressStyle::with_template(template) else {
            return;
        };
        let style = if self.ascii {
            style.tick_chars("-\\|/ ").progress_chars("=> ")
        } else {
            style
        };
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Nothing can be done about a terminal that refuses it.
            let _ = write!(out, "{:.1}/s", state.per_sec());
        };
        let counts = Arc::clone(&self.counts);
        let left = move |state: &ProgressState, out: &mut dyn fmt::Write| {
            let last = Duration::from_millis(counts.last.load(Ordering::Relaxed));
            let waiting = state.len().map(|total| total.saturating_sub(state.pos()));
            let left = left(state.pos(), waiting, last, state.elapsed());
            let _ = out.write_str(&left);
        };
        let style = style.with_key("rate", rate).with_key("left", left);
        self.bar.set_style(style);
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

/// What is known of the time left: `waiting` targets are not finished, and the last one was `last`
/// after the start. Where the rest takes longer than that lets expect, no estimate is true.
fn left(done: u64, waiting: Option<u64>, last: Duration, elapsed: Duration) -> String {
    const LATE: Duration = Duration::from_secs(1);
    let Some(waiting) = waiting.filter(|waiting| *waiting > 0) else {
        return "time left unknown".to_owned();
    };
    let rest = remaining(done, waiting, last);
    match rest.and_then(|rest| (last + rest).checked_sub(elapsed)) {
        Some(left) if left >= LATE => format!("{:#} left", HumanDuration(left)),
        _ if done == 0 => "time left unknown".to_owned(),
        // It may be over at any moment, or when a silent server's time is up.
        _ => format!("waiting for {waiting}"),
    }
}

/// The time that `waiting` targets take if they take as long as those that are done.
#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate of seconds, from counts below 2^53"
)]
fn remaining(done: u64, waiting: u64, took: Duration) -> Option<Duration> {
    let each = took.as_secs_f64() / done as f64;
    Duration::try_from_secs_f64(each * waiting as f64).ok()
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
        Some(left) if done > 0 => match remaining(done, left, elapsed) {
            Some(time) if time >= Duration::from_secs(1) => {
                format!(", about {} left", HumanDuration(time))
            }
            _ if left > 0 => format!(", waiting for {left}"),
            _ => String::new(),
        },
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
        // The last one of many is silent.
        assert!(line(299, Some(300), thirty, (0, 0)).contains("a second, waiting for 1: "));
        // Nothing is finished, or more than was counted: the remaining time is unknown.
        assert!(!line(0, Some(300), thirty, (0, 0)).contains("left"));
        assert!(!line(301, Some(300), thirty, (0, 0)).contains("left"));
    }

    #[test]
    fn nothing_is_promised_of_a_silent_server() {
        let seconds = Duration::from_secs;
        assert_eq!(left(60, Some(240), seconds(30), seconds(30)), "2m left");
        assert_eq!(left(24, Some(1), seconds(2), seconds(2)), "waiting for 1");
        assert_eq!(left(24, Some(1), seconds(2), seconds(40)), "waiting for 1");
        assert_eq!(
            left(0, Some(25), seconds(0), seconds(3)),
            "time left unknown"
        );
        assert_eq!(left(3, None, seconds(1), seconds(3)), "time left unknown");
        assert_eq!(
            left(30, Some(0), seconds(1), seconds(3)),
            "time left unknown"
        );
    }
}
