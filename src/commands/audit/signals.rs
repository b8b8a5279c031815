//! The effect of Ctrl-C and SIGTERM on an audit.

use super::sink::Sink;
use crate::bounded::lock;
use crate::commands::error::Error;
use crate::commands::runtime::runtime;
use crate::commands::terminal::say;
use crate::report::Exit;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Ctrl-C or SIGTERM: the first stops a running audit cleanly, and the second exits at once,
/// whatever the program waits for. This takes a separate thread, because the others may be waiting
/// for a reader or for the list.
pub(super) struct Signals {
    /// The files that would remain if the program exited now.
    temporary: Arc<Mutex<Vec<PathBuf>>>,
    has_begun: Arc<AtomicBool>,
    first: oneshot::Receiver<()>,
}

impl Signals {
    /// Handles signals from now on.
    pub(super) fn wait() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |why: std::io::Error| Error::new(format!("cannot wait for signals: {why}"));
        let runtime = runtime().map_err(failed)?;
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
                    // It may have finished by itself meanwhile.
                    let _ = sender.send(());
                    next().await;
                } else {
                    say("interrupted before any connection");
                }
            });
            for path in lock(&temporary).iter() {
                // There is nowhere left to report this.
                let _ = std::fs::remove_file(path);
            }
            // The user wants the program to exit immediately.
            std::process::exit(Exit::INTERRUPTED.number().into());
        });
        Ok(signals)
    }

    /// Registers the sink's temporary file: it is removed however the program exits.
    pub(super) fn clean_up(&self, sink: &Sink) {
        lock(&self.temporary).extend(sink.temporary());
    }

    /// From now on the first signal asks for a clean stop.
    pub(super) fn clean(self) -> oneshot::Receiver<()> {
        self.has_begun.store(true, Ordering::SeqCst);
        self.first
    }
}
