//! How many targets are probed at once: as many as the user asks for, if the limit of open files
//! allows it.

use crate::cli::Audit as Args;
use crate::commands::terminal::warn;
use crate::survey::{Limits, Pacer};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The pace of an audit: the pacer, and how many probes it lets run.
pub(super) fn pacer(args: &Args) -> (Pacer, usize) {
    let (jobs, lookups) = at_once(args.jobs as usize);
    let pacer = Pacer::new(&Limits {
        jobs,
        lookups,
        per_address: args.per_address as usize,
        pause: args.pause,
        rate: args.rate,
        retries: args.retries,
    });
    (pacer, jobs)
}

/// How many targets, and how many lookups. Raises the limit of open files as far as possible.
fn at_once(wanted: usize) -> (usize, usize) {
    /// Standard streams, files, the runtime's own.
    const OTHERS: u64 = 32;
    /// A probe may have a second connection for a moment.
    const FOR_EACH: u64 = 2;
    /// A lookup has sockets for its name servers, and the files that name these.
    const FOR_LOOKUP: u64 = 4;
    /// Each waits in its own thread.
    const MOST_LOOKUPS: u64 = 128;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return (wanted, 1);
    };
    let limit = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    };
    let room = limit.saturating_sub(OTHERS);
    let lookups = (room / 4 / FOR_LOOKUP).clamp(1, MOST_LOOKUPS);
    let most = room.saturating_sub(lookups * FOR_LOOKUP) / FOR_EACH;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if most < wanted {
        warn(&format!(
            "only {} at once: {limit} files may be open (ulimit -n)",
            most.max(1)
        ));
    }
    let lookups = usize::try_from(lookups).unwrap_or(1);
    (wanted.min(most).max(1), lookups)
}
