//! The runtime for probes.

use super::error::Error;
use std::io;
use tokio::runtime::{Builder, Runtime};

/// Runs a task to completion on this thread.
pub(super) fn block_on<F: Future>(task: F) -> Result<F::Output, Error> {
    let runtime = runtime().map_err(|why| Error::new(format!("cannot start: {why}")))?;
    // Boxed: it is copied on the stack several times.
    let ended = runtime.block_on(Box::pin(task));
    // A hanging lookup must not keep the program from exiting.
    runtime.shutdown_background();
    Ok(ended)
}

/// A runtime for the thread that it is run on.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
