//! `audit`: a stream of targets in, a stream of results out, and the sums.

mod earlier;
mod input;
mod progress;
mod results;
mod signals;
mod sink;

use super::assess::{Assessor, Sources, endpoint, options};
use super::environment;
use super::error::Error;
use super::terminal::{say, warn};
use crate::audit::{Choice, Entry, Identity, Levels};
use crate::certificate::Least;
use crate::cli::BELOW_WARNING;
use crate::cli::{Audit as Args, FailOnArg};
use crate::endpoint::{Endpoint, Host};
use crate::observation::Survey;
use crate::probe::Pacer;
use earlier::Earlier;
use input::{Input, Trouble};
use results::{Counts, Results, Seen};
use signals::Signals;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;

/// Finished targets that wait for the writer: a slow reader slows the probing down.
const WAITING: usize = 64;
/// Targets in hand: most wait for their address, or their name, and those behind them in the list
/// must not wait with them. Each takes 3 to 7 KiB.
const IN_HAND: usize = 4_000;
/// The exit code of who is interrupted.
const INTERRUPTED: u8 = 130;

/// Runs it.
pub(super) fn run(args: &Args) -> Result<u8, Error> {
    let (jobs, lookups) = at_once(args);
    one_file_for_one_thing(args)?;
    if let Some(why) = levels(args, None).conflict() {
        return Err(Error::new(why).hint(BELOW_WARNING));
    }
    let choice = Choice {
        only: args.only.clone(),
        ignore: args.ignore.clone(),
    };
    let check = Assessor::read(&Sources {
        cacerts: &args.trust.cacerts,
        ..Sources::default()
    })?;
    let mut baseline = args
        .baseline
        .as_deref()
        .map(|path| earlier::baseline(path, &choice))
        .transpose()?;
    let signals = Signals::wait()?;
    let (
        sink,
        Earlier {
            done,
            worst: earlier,
        },
    ) = sink::open(args)?;
    signals.clean_up(&sink);
    if let Some(baseline) = &mut baseline {
        let is_in = |target: &Identity| args.shard.is_none_or(|shard| shard.has(&target.input));
        baseline.pass_over(|target| done.contains_key(target) || !is_in(target));
    }
    let save = args.save.as_deref().map(sink::at_the_end).transpose()?;
    if let Some(save) = &save {
        signals.clean_up(save);
    }
    if let Some(save) = &save
        && save.path() == sink.path()
    {
        return Err(Error::new("--save and --output name the same file")
            .hint("--output alone is enough for jsonl: it takes all results in one step, too"));
    }
    let progress = progress::Progress::new(args.verbose);
    let shared = progress.shared();
    let input = Input::open(args, done, shared.clone())?;
    let interrupted = signals.clean();
    let ending = Arc::new(Ending::default());
    let to_stdout = sink.is_stdout() && save.is_none();
    let results = Results::new(
        args,
        check,
        choice,
        baseline,
        (sink, save),
        progress,
        Arc::clone(&ending),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let writer = std::thread::spawn(move || results.run(receiver));
    let pacer = Arc::new(Pacer::new(
        jobs,
        lookups,
        args.per_address as usize,
        args.pause,
        args.rate,
        args.retries,
    ));
    let scheduler = Scheduler {
        args,
        pacer,
        permits: Arc::new(Semaphore::new(IN_HAND.max(jobs))),
        ehlo: args.connection.ehlo.clone().or_else(environment::fqdn),
        sender,
        progress: shared,
        ending: Arc::clone(&ending),
        to_stdout,
    };
    let end = runtime.block_on(scheduler.run(input, interrupted));
    // A lookup that hangs must not keep the program from ending.
    runtime.shutdown_background();
    let told = writer
        .join()
        .map_err(|_| Error::new("the writer of the results broke"))?;
    let worst = told?;
    let end = end?;
    if let Some(state) = worst.state {
        // A monitoring plugin has codes of its own.
        return Ok(state);
    }
    Ok(conclude(args, worst, earlier, end, &ending))
}

/// Standard input has one list, and no file is both read to its end and written to.
fn one_file_for_one_thing(args: &Args) -> Result<(), Error> {
    let is_dash = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    if is_dash(&args.resume) {
        return Err(
            Error::new("--resume reads a file and writes to it, and \"-\" is none")
                .hint("name one: --resume results.jsonl"),
        );
    }
    if is_dash(&args.save) {
        return Err(
            Error::new("--save keeps results in a file, and \"-\" is none")
                .hint("--format jsonl writes them to standard output"),
        );
    }
    if is_dash(&args.input) && is_dash(&args.baseline) {
        return Err(
            Error::new("--input and --baseline both read standard input")
                .hint("name a file for one of them"),
        );
    }
    let written = [
        ("--output", &args.output),
        ("--save", &args.save),
        ("--resume", &args.resume),
    ];
    for (option, path) in written {
        if let (Some(input), Some(path)) = (&args.input, path)
            && sink::is_same_file(input, path)
        {
            let text = format!("--input and {option} name the same file");
            return Err(
                Error::new(text).hint("the results would take the place of the list: name another")
            );
        }
    }
    Ok(())
}

/// The last words, and the exit code, which is that of the earlier run, too.
fn conclude(args: &Args, worst: Counts, earlier: Counts, end: End, ending: &Ending) -> u8 {
    let critical = worst.critical + earlier.critical;
    let warnings = worst.warnings + earlier.warnings;
    let fails = match args.fail_on {
        FailOnArg::Critical => critical > 0,
        FailOnArg::Warning => critical + warnings > 0,
        FailOnArg::Never => false,
    };
    if ending.reader_left.load(Ordering::SeqCst) && end != End::Interrupted {
        return u8::from(fails);
    }
    if earlier.targets > 0 && !args.quiet {
        say(&format!(
            "done before: {}, {} critical, {} with warnings",
            earlier.targets, earlier.critical, earlier.warnings
        ));
    }
    if end == End::Interrupted {
        say("interrupted: what was done is written; --resume goes on with a jsonl file");
        return INTERRUPTED;
    }
    if worst.targets + earlier.targets == 0 {
        warn(match args.shard {
            None => "the list has no targets",
            Some(_) => "the list has no targets for this part of it",
        });
    }
    let bad = ending.bad_lines.load(Ordering::SeqCst);
    if bad > 0 {
        let lines = if bad == 1 { "line" } else { "lines" };
        say(&format!("{bad} {lines} of the list could not be used"));
    }
    // A list that is empty by mistake must not look like one without faults.
    let is_empty = worst.targets + earlier.targets == 0 && args.shard.is_none();
    match (fails, bad) {
        (true, _) => 1,
        (false, 0) if !is_empty => 0,
        (false, _) => 2,
    }
}

/// What the writer must know of the scheduling when all is told.
#[derive(Debug, Default)]
struct Ending {
    /// Lines of the list that could not be used.
    bad_lines: AtomicU64,
    /// The list could not be read to its end.
    cut_off: AtomicBool,
    interrupted: AtomicBool,
    /// Nobody reads the results any more: there is nobody to tell.
    reader_left: AtomicBool,
}

/// How the scheduling ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Complete,
    Interrupted,
}

/// Starts probes as long as there is room, and hands on what they saw.
struct Scheduler<'a> {
    args: &'a Args,
    pacer: Arc<Pacer>,
    permits: Arc<Semaphore>,
    ehlo: Option<String>,
    sender: mpsc::Sender<Seen>,
    progress: progress::Shared,
    ending: Arc<Ending>,
    /// All that comes of it goes to standard output.
    to_stdout: bool,
}

impl Scheduler<'_> {
    async fn run(self, mut input: Input, interrupted: oneshot::Receiver<()>) -> Result<End, Error> {
        let mut running = JoinSet::new();
        let feeding = async {
            while let Some(line) = input.next().await {
                match line {
                    Ok(entry) => {
                        // Without a permit there are enough in hand already.
                        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
                            break;
                        };
                        match self.job(entry) {
                            Ok(job) => {
                                running.spawn(async move {
                                    let _permit = permit;
                                    job.await;
                                });
                            }
                            Err(why) => self.bad_line(why.message()),
                        }
                        while running.try_join_next().is_some() {}
                    }
                    Err(Trouble::BadLine(why)) => self.bad_line(&why),
                    Err(Trouble::Unreadable(why)) => {
                        self.ending.cut_off.store(true, Ordering::SeqCst);
                        self.bad_line(&why);
                    }
                }
                if self.sender.is_closed() {
                    break;
                }
            }
            while running.join_next().await.is_some() {}
            Ok(End::Complete)
        };
        tokio::select! {
            end = feeding => end,
            Ok(()) = interrupted => {
                self.ending.interrupted.store(true, Ordering::SeqCst);
                Ok(End::Interrupted)
            }
            // The writer knows why it takes no more.
            () = self.sender.closed() => Ok(End::Complete),
            () = reader_leaves(), if self.to_stdout => {
                self.ending.reader_left.store(true, Ordering::SeqCst);
                Ok(End::Complete)
            }
        }
    }

    /// It is told, and stops nothing.
    fn bad_line(&self, why: &str) {
        self.ending.bad_lines.fetch_add(1, Ordering::SeqCst);
        self.progress.suspend(|| warn(why));
    }

    fn job(&self, entry: Entry) -> Result<impl Future<Output = ()> + use<>, Error> {
        let connection = &self.args.connection;
        let (endpoint, reference) = meant(self.args, &entry);
        let mut options = options(connection, &reference)?;
        options.ehlo.clone_from(&self.ehlo);
        let (pacer, sender) = (Arc::clone(&self.pacer), self.sender.clone());
        let one_address = self.args.one_address;
        Ok(async move {
            let survey: Survey = if one_address {
                pacer.probe(&endpoint, &options).await.into()
            } else {
                pacer.probe_every(&endpoint, &options).await
            };
            let seen = Seen {
                entry,
                endpoint,
                reference,
                survey,
            };
            // The writer has gone when nobody reads any more.
            let _ = pacer.hand_on(sender.send(seen)).await;
        })
    }
}

/// Where a line of the list is connected to, and the name that the certificate must be for.
fn meant(args: &Args, entry: &Entry) -> (Endpoint, Host) {
    let name = entry.servername.as_ref();
    let name = name.or(args.trust.servername.as_ref());
    endpoint(&entry.target, &args.connection, name)
}

/// From when on the end of a target's certificate is worth telling: as its line says, else as the
/// command line does.
fn levels(args: &Args, entry: Option<&Entry>) -> Levels {
    let own = |level: fn(&Entry) -> Option<Least>| entry.and_then(level);
    // Whoever names anchors for a target names a CA of its own.
    let own_cas = entry.is_some_and(|entry| entry.cacerts.is_some());
    Levels {
        warning: own(|entry| entry.warning).unwrap_or(args.warning),
        critical: own(|entry| entry.critical).unwrap_or(args.critical),
        public_cas: args.trust.cacerts.is_empty() && !own_cas,
    }
}

/// Resolves when nobody reads standard output any more, if that can be known: it is a pipe then.
async fn reader_leaves() {
    // Unchecked: writes go on to wait, as nothing is set on what may be shared.
    let watched = std::io::stdout()
        .as_fd()
        .try_clone_to_owned()
        .and_then(Sender::from_owned_fd_unchecked);
    match &watched {
        Ok(stdout) if stdout.ready(Interest::ERROR).await.is_ok() => {}
        _ => std::future::pending().await,
    }
}

/// How many targets, and how many names: as many as asked for, if the limit of open files allows
/// it. That is raised as far as it goes.
fn at_once(args: &Args) -> (usize, usize) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    /// Standard streams, files, the runtime's own.
    const OTHERS: u64 = 32;
    /// A probe may have a second connection for a moment.
    const FOR_EACH: u64 = 2;
    /// A lookup has sockets for its name servers, and the files that say who they are.
    const FOR_LOOKUP: u64 = 4;
    /// Each waits in a thread of its own.
    const MOST_LOOKUPS: u64 = 128;
    let wanted = args.jobs as usize;
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
