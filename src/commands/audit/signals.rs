//! What Ctrl-C and SIGTERM do to an audit.

use super::sink::Sink;
use crate::bounded::lock;
use crate::commands::error::Error;
use crate::commands::terminal::say;
use crate::report::Exit;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Ctrl-C, or a polite request to end: the first ends the audit cleanly, once it has begun, and the
/// second ends the program at once, whatever it waits for. That takes a thread of its own: the
/// others may be waiting for a reader, or for the list.
pub(super) struct Signals {
    /// What would be left over if the program ended now.
    temporary: Arc<Mutex<Vec<PathBuf>>>,
    has_begun: Arc<AtomicBool>,
    first: oneshot::Receiver<()>,
}

impl Signals {
    /// From now on they are heard.
    pub(super) fn wait() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |why: std::io::Error| Error::new(format!("cannot wait for signals: {why}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(failed)?;
        let (mut interrupt, mut terminate) = {
            let _entered = runtime.enter();
            let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
            (interrupt, signal(SignalKind::terminate()).map_err(failed)?)
        };
        let (sender, first) = oneshot::channel();
        let temporary: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let has_begun = Arc::new(AtomicBool::new(false));
        let signals = Self {
            temporary: Arc::clone(&temporary),
            has_begun: Arc::clone(&has_begun),
            first,
        };
        std::thread::spawn(move || {
            runtime.block_on(async {
                let mut next = async || {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                    }
                };
                next().await;
                if has_begun.load(Ordering::SeqCst) {
                    // It may have ended by itself meanwhile.
                    let _ = sender.send(());
                    next().await;
                } else {
                    say("interrupted: nobody was connected to");
                }
            });
            for path in lock(&temporary).iter() {
                // There is nobody left to tell.
                let _ = std::fs::remove_file(path);
            }
            // The user wants it to end here and now.
            std::process::exit(Exit::INTERRUPTED.number().into());
        });
        Ok(signals)
    }

    /// Whatever ends the program takes this away.
    pub(super) fn clean_up(&self, sink: &Sink) {
        lock(&self.temporary).extend(sink.temporary());
    }

    /// From now on the first is a wish for a clean end.
    pub(super) fn clean(self) -> oneshot::Receiver<()> {
        self.has_begun.store(true, Ordering::SeqCst);
        self.first
    }
}
