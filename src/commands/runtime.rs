//! The runtime in which servers are looked at.

use super::error::Error;

/// Runs a task to its end, on this thread.
pub(super) fn block_on<F: Future>(task: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let ended = runtime.block_on(task);
    // A lookup that hangs must not keep the program from ending.
    runtime.shutdown_background();
    Ok(ended)
}
