//! The runtime for probes.

use super::error::Error;

/// Runs a task to completion on this thread.
pub(super) fn block_on<F: Future>(task: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let ended = runtime.block_on(task);
    // A hanging lookup must not keep the program from exiting.
    runtime.shutdown_background();
    Ok(ended)
}
