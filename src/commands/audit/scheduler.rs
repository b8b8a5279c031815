//! Starts probes while there is room, and delivers what they saw.

use super::auditor::{ListTarget, Seen};
use super::defaults::Defaults;
use super::input::{Input, Trouble};
use super::progress;
use crate::audit::{Completeness, Entry};
use crate::commands::assess::{Library, rest};
use crate::commands::error::Error;
use crate::commands::terminal::warn;
use crate::survey::{Options, Pacer, look_at_ports, look_in_turn};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// Targets in flight: most wait for their address or a lookup, and must not hold up later ones.
/// Each takes 3 to 7 KiB.
const IN_FLIGHT: usize = 4_000;

/// Everything that a probe of a target needs.
pub(super) struct Scheduler {
    pub(super) defaults: Arc<Defaults>,
    pub(super) pacer: Arc<Pacer>,
    /// How many probes run at once.
    pub(super) jobs: usize,
    pub(super) ehlo: Option<String>,
    pub(super) sender: mpsc::Sender<Seen>,
    pub(super) progress: progress::Shared,
    /// The revocation lists, if they are to be fetched.
    pub(super) library: Option<Arc<Library>>,
    /// All results go to standard output: without its reader there is nothing more to do.
    pub(super) to_stdout: bool,
}

impl Scheduler {
    /// Probes all targets of the list, unless a signal or a closed pipe stops it.
    pub(super) async fn run(
        self,
        mut input: Input,
        interrupted: oneshot::Receiver<()>,
    ) -> Completeness {
        let mut completeness = Completeness::default();
        tokio::select! {
            () = self.feed(&mut input, &mut completeness) => {}
            Ok(()) = interrupted => completeness.interrupted = true,
            // The writer knows why it takes no more.
            () = self.sender.closed() => {}
            () = reader_leaves(), if self.to_stdout => completeness.reader_left = true,
        }
        completeness
    }

    async fn feed(&self, input: &mut Input, completeness: &mut Completeness) {
        let permits = Arc::new(Semaphore::new(IN_FLIGHT.max(self.jobs)));
        let mut running = JoinSet::new();
        let mut position = 0;
        while let Some(line) = input.next().await {
            match line {
                Ok(entry) => {
                    // Without a permit enough targets are in flight.
                    let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                        break;
                    };
                    position += 1;
                    match self.job(entry, position - 1) {
                        Ok(job) => {
                            running.spawn(async move {
                                let _permit = permit;
                                job.await;
                            });
                        }
                        Err(why) => self.bad_line(why.message(), completeness),
                    }
                    while running.try_join_next().is_some() {}
                }
                Err(Trouble::BadLine(why)) => self.bad_line(&why, completeness),
                Err(Trouble::Unreadable(why)) => {
                    completeness.cut_off = true;
                    self.bad_line(&why, completeness);
                }
            }
            if self.sender.is_closed() {
                break;
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Reports a bad line; the audit goes on.
    fn bad_line(&self, why: &str, completeness: &mut Completeness) {
        completeness.bad_lines += 1;
        self.progress.suspend(|| warn(why));
    }

    fn job(&self, entry: Entry, position: u64) -> Result<impl Future<Output = ()> + use<>, Error> {
        let asked = self.defaults.asked(&entry);
        let mut options = self.defaults.options(&asked)?;
        options.probe.ehlo.clone_from(&self.ehlo);
        let (pacer, sender) = (Arc::clone(&self.pacer), self.sender.clone());
        let library = self.library.clone();
        Ok(async move {
            let surveys = match asked.endpoints() {
                None => vec![look_in_turn(&pacer, &asked.endpoint, &options).await],
                Some(ports) => look_at_ports(&pacer, &ports, &options).await,
            };
            let target = ListTarget {
                entry,
                asked,
                position,
            };
            let seen = Seen {
                target,
                surveys,
                back: None,
            };
            // Boxed only here: a waiting target must cost little memory.
            Box::pin(deliver(seen, library, &options, &pacer, &sender)).await;
        })
    }
}

/// Delivers a target, and again as long as lists must be fetched before it can be judged, within the
/// rest of its deadline. Which, the writer knows: it judges.
async fn deliver(
    mut seen: Seen,
    library: Option<Arc<Library>>,
    options: &Options,
    pacer: &Pacer,
    sender: &mpsc::Sender<Seen>,
) {
    let deadline = Instant::now() + rest(&seen.surveys, options);
    loop {
        let (back, returned) = oneshot::channel();
        let may_come_back = library.is_some() && Instant::now() < deadline;
        seen.back = may_come_back.then_some(back);
        // The writer stops when the reader has closed the pipe.
        if pacer.deliver(sender.send(seen)).await.is_err() {
            return;
        }
        let (Some(library), Ok((again, wishes))) = (&library, returned.await) else {
            return;
        };
        seen = again;
        // What does not come in time is said so in the report.
        let _ = timeout_at(deadline, library.fetch(wishes, options)).await;
    }
}

/// Resolves when the reader of standard output has closed its end, which can be detected for a
/// pipe.
async fn reader_leaves() {
    // Nothing is set on the file description, which may be shared: writes still block.
    let watched = std::io::stdout()
        .as_fd()
        .try_clone_to_owned()
        .and_then(Sender::from_owned_fd_unchecked);
    match &watched {
        Ok(stdout) if stdout.ready(Interest::ERROR).await.is_ok() => {}
        _ => std::future::pending().await,
    }
}
