//! Starts looks while there is room, and knows when to stop.

use super::defaults::{Defaults, domain};
use super::input::{Input, Trouble};
use super::looks::Looks;
use super::progress;
use crate::audit::{Completeness, Entry};
use crate::commands::error::Error;
use crate::commands::terminal::warn;
use crate::endpoint::Subject;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{JoinError, JoinSet};

/// Targets in flight: most wait for their address or a lookup, and must not hold up later ones.
/// Each takes 3 to 7 KiB.
const IN_FLIGHT: usize = 4_000;

/// How a look has ended.
type Ended = Result<Result<(), Error>, JoinError>;

/// Everything that a look at a target needs.
pub(super) struct Scheduler {
    pub(super) defaults: Arc<Defaults>,
    /// How many looks are taken at once.
    pub(super) jobs: usize,
    pub(super) ehlo: Option<String>,
    pub(super) looks: Arc<Looks>,
    pub(super) progress: progress::Shared,
    /// All results go to standard output: without its reader there is nothing more to do.
    pub(super) to_stdout: bool,
}

impl Scheduler {
    /// Looks at all targets of the list, unless a signal or a closed pipe stops it.
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
            () = self.looks.sender.closed() => {}
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
                    if let Err(why) = self.begin(entry, position - 1, permit, &mut running) {
                        self.bad_line(why.message(), completeness);
                    }
                    while let Some(ended) = running.try_join_next() {
                        self.end(ended, completeness);
                    }
                }
                Err(Trouble::BadLine(why)) => self.bad_line(&why, completeness),
                Err(Trouble::Unreadable(why)) => {
                    completeness.cut_off = true;
                    self.bad_line(&why, completeness);
                }
            }
            if self.looks.sender.is_closed() {
                break;
            }
        }
        while let Some(ended) = running.join_next().await {
            self.end(ended, completeness);
        }
    }

    /// Reports a target that cannot be asked for; what a look has shown was delivered.
    fn end(&self, ended: Ended, completeness: &mut Completeness) {
        if let Ok(Err(why)) = ended {
            self.bad_line(why.message(), completeness);
        }
    }

    /// Reports a bad line; the audit goes on.
    fn bad_line(&self, why: &str, completeness: &mut Completeness) {
        completeness.bad_lines += 1;
        self.progress.suspend(|| warn(why));
    }

    /// Begins to look at a target, which has the permit until it is done.
    fn begin(
        &self,
        entry: Entry,
        position: u64,
        permit: OwnedSemaphorePermit,
        running: &mut JoinSet<Result<(), Error>>,
    ) -> Result<(), Error> {
        match &entry.subject {
            Subject::Host(target) => {
                let asked = self.defaults.asked(&entry, target);
                let mut options = self.defaults.options(&asked)?;
                options.probe.ehlo.clone_from(&self.ehlo);
                let look = self.looks.server(entry, position, asked, options);
                running.spawn(holding(permit, look));
            }
            Subject::Domain(name) => {
                let asked = domain(&entry, name);
                let mut options = self.defaults.options_of_domain(&asked)?;
                options.probe.ehlo.clone_from(&self.ehlo);
                let look = self.looks.domain(entry, position, asked, options);
                running.spawn(holding(permit, look));
            }
        }
        Ok(())
    }
}

async fn holding<T>(_permit: OwnedSemaphorePermit, look: impl Future<Output = T>) -> T {
    look.await
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
