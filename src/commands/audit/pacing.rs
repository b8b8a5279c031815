//! How many targets are probed at once: as many as the user asks for, if the limit of open files
//! allows it.

use crate::cli::Audit as Args;
use crate::commands::terminal::warn;
use crate::survey::{Limits, Lookups, Pacer};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The pace of an audit: the pacer, and how many probes it lets run.
pub(super) fn pacer(args: &Args) -> (Pacer, usize) {
    let AtOnce {
        jobs,
        lookups,
        questions,
        documents,
    } = at_once(args.jobs as usize);
    let pacer = Pacer::new(&Limits {
        jobs,
        lookups,
        questions,
        documents,
        per_address: args.per_address as usize,
        pause: args.pause,
        rate: args.rate,
        retries: args.retries,
    });
    (pacer, jobs)
}

/// How much is done at once.
struct AtOnce {
    /// Targets.
    jobs: usize,
    /// Names that are looked up.
    lookups: usize,
    /// Questions to the DNS about domains.
    questions: usize,
    /// Documents that are fetched.
    documents: usize,
}

/// As many targets as are wanted, if the limit of open files allows it. Raises that as far as possible.
fn at_once(wanted: usize) -> AtOnce {
    /// Standard streams, files, the runtime's own.
    const OTHERS: u64 = 32;
    /// For two probes: each may have a second connection for a moment, and there may be a document.
    const FOR_TWO: u64 = 5;
    /// A lookup has sockets for its name servers, and the files that name these.
    const FOR_LOOKUP: u64 = 4;
    /// Each waits in its own thread.
    const MOST_LOOKUPS: u64 = 128;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return AtOnce {
            jobs: wanted,
            lookups: 1,
            questions: 1,
            documents: 1,
        };
    };
    let limit = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    };
    let room = limit.saturating_sub(OTHERS);
    let lookups = (room / 4 / FOR_LOOKUP).clamp(1, MOST_LOOKUPS);
    let questions = (room / 8).clamp(1, Lookups::AT_ONCE as u64);
    let most = room.saturating_sub(lookups * FOR_LOOKUP + questions) * 2 / FOR_TWO;
    let [most, lookups, questions] =
        [most, lookups, questions].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    if most < wanted {
        warn(&format!(
            "only {} at once: {limit} files may be open (ulimit -n)",
            most.max(1)
        ));
    }
    let jobs = wanted.min(most).max(1);
    AtOnce {
        jobs,
        lookups,
        questions,
        documents: (jobs / 2).max(1),
    }
}
