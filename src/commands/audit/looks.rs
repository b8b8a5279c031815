//! The looks at the targets of a list, and the delivery of what they showed.

use super::seen::{ListTarget, Seen, Shown};
use crate::audit::Entry;
use crate::cli::DomainArg;
use crate::commands::assess::{Asked, Library};
use crate::commands::domain::Asking;
use crate::commands::error::Error;
use crate::survey::{Options, Pacer, look_at_ports, look_in_turn};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// What all looks of a run share.
pub(super) struct Looks {
    pub(super) pacer: Arc<Pacer>,
    pub(super) sender: mpsc::Sender<Seen>,
    /// The revocation lists, if they are to be fetched.
    pub(super) library: Option<Arc<Library>>,
    /// What domains are asked with.
    pub(super) asking: Asking,
    /// Domains that are looked at at once: the deadline of one begins with its turn.
    pub(super) turns: Semaphore,
}

impl Looks {
    /// Looks at a server, and delivers what it showed.
    pub(super) fn server(
        self: &Arc<Self>,
        entry: Entry,
        position: u64,
        asked: Asked,
        options: Options,
    ) -> impl Future<Output = Result<(), Error>> + use<> {
        let all = Arc::clone(self);
        async move {
            let surveys = match asked.endpoints() {
                None => vec![look_in_turn(&all.pacer, &asked.endpoint, &options).await],
                Some(ports) => look_at_ports(&all.pacer, &ports, &options).await,
            };
            let target = ListTarget { entry, position };
            let seen = Seen {
                target,
                shown: Shown::Server {
                    asked: Box::new(asked),
                    surveys,
                },
                back: None,
            };
            // Boxed only here: a waiting target must cost little memory.
            Box::pin(all.deliver(seen, &options)).await;
            Ok(())
        }
    }

    /// Looks at a domain in its turn, and delivers what it showed.
    pub(super) fn domain(
        self: &Arc<Self>,
        entry: Entry,
        position: u64,
        asked: DomainArg,
        options: Options,
    ) -> impl Future<Output = Result<(), Error>> + use<> {
        let all = Arc::clone(self);
        async move {
            // It is never closed.
            let turn = all.turns.acquire().await;
            // Boxed only here, as above.
            let survey = Box::pin(all.asking.survey(&asked, &options)).await;
            drop(turn);
            let target = ListTarget { entry, position };
            let seen = Seen {
                target,
                shown: Shown::Domain(Box::new(survey?)),
                back: None,
            };
            Box::pin(all.deliver(seen, &options)).await;
            Ok(())
        }
    }

    /// Delivers a target, and again as long as lists must be fetched before it can be judged, within
    /// the rest of its deadline. Which, the writer knows: it judges.
    async fn deliver(&self, mut seen: Seen, options: &Options) {
        let deadline = Instant::now() + seen.shown.rest(options);
        loop {
            let (back, returned) = oneshot::channel();
            let may_come_back = self.library.is_some() && Instant::now() < deadline;
            seen.back = may_come_back.then_some(back);
            // The writer stops when the reader has closed the pipe.
            if self.pacer.deliver(self.sender.send(seen)).await.is_err() {
                return;
            }
            let (Some(library), Ok((again, wishes))) = (&self.library, returned.await) else {
                return;
            };
            seen = again;
            // What does not come in time is said so in the report.
            let _ = timeout_at(deadline, library.fetch(wishes, options)).await;
        }
    }
}
