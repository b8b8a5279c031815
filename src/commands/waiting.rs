//! The line that says what is waited for: on a terminal, once a server takes longer than a moment,
//! on standard error. It is gone before anything else is written.

use super::environment;
use crate::escape::visible;
use crate::observation::Step;
use crate::render::text::cut;
use crate::survey::{Awaited, Watch};
use std::io::{self, Write as _};
use std::pin::pin;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// A user does not wonder about less.
const MOMENT: Duration = Duration::from_secs(1);
/// How often to look.
const TICK: Duration = Duration::from_millis(200);

/// The line, and what it is about.
#[derive(Clone)]
pub(super) struct Waiting {
    watch: Watch,
    /// The width of the terminal; `None`: no line is shown.
    columns: Option<usize>,
}

impl Waiting {
    /// `is_quiet`: the user wants no such line.
    pub(super) fn new(is_quiet: bool) -> Self {
        let columns = environment::columns_for_a_line().filter(|_| !is_quiet);
        Self {
            watch: Watch::default(),
            columns,
        }
    }

    /// Where probes say what they wait for, if that is shown.
    pub(super) fn watch(&self) -> Option<Watch> {
        self.columns.map(|_| self.watch.clone())
    }

    /// Runs the task to its end.
    pub(super) async fn during<T>(&self, task: impl Future<Output = T>) -> T {
        let Some(columns) = self.columns else {
            return task.await;
        };
        let mut task = pin!(task);
        let mut shown = String::new();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                done = &mut task => {
                    show(&mut shown, String::new());
                    return done;
                }
                _ = ticks.tick() => {
                    let line = self.watch.first().map(|(first, others)| line(&first, others));
                    // The last column of some terminals wraps.
                    let most = columns.saturating_sub(1);
                    show(&mut shown, line.map_or_else(String::new, |line| cut(&line, most, "...").into_owned()));
                }
            }
        }
    }
}

/// Writes the line over the last one.
fn show(shown: &mut String, line: String) {
    if line != *shown {
        let mut stderr = io::stderr().lock();
        // A failure of standard error cannot be reported.
        let _ = write!(stderr, "\r\x1b[K{line}").and_then(|()| stderr.flush());
        *shown = line;
    }
}

/// Empty for a moment.
fn line(awaited: &Awaited, others: usize) -> String {
    let elapsed = awaited.elapsed();
    if elapsed < MOMENT {
        return String::new();
    }
    let whom = visible(&awaited.whom);
    let what = match awaited.step {
        None => whom.into_owned(),
        Some(Step::Resolve) => format!("the addresses of {whom}"),
        Some(Step::Connect) => format!("the connection to {whom}"),
        Some(Step::Greeting) => format!("the greeting of {whom}"),
        Some(Step::Ehlo) => format!("the answer of {whom} to EHLO"),
        Some(Step::Capabilities) => format!("the capabilities of {whom}"),
        Some(Step::Starttls) => format!("the answer of {whom} to STARTTLS"),
        Some(Step::Tls) => format!("the TLS handshake with {whom}"),
    };
    let more = match others {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let (elapsed, limit) = (elapsed.as_secs(), awaited.limit.as_secs_f64().ceil());
    format!("waiting for {what}{more} ({elapsed} s of {limit} s)")
}
