//! `audit`: a stream of targets in, a stream of results out, and a summary.

mod arrangement;
mod auditor;
mod conclusion;
mod defaults;
mod earlier;
mod input;
mod lines;
mod looks;
mod outputs;
mod own_sources;
mod pacing;
mod progress;
mod results;
mod scheduler;
mod seen;
mod showing;
mod signals;
mod sink;

use super::assess::{Assessor, Sources};
use super::domain::Asking;
use super::environment;
use super::error::Error;
use super::runtime::block_on;
use crate::audit::{Baseline, Choice, Completeness, Identity, Shard};
use crate::cli::{Audit as Args, AuditFormat, BELOW_WARNING};
use crate::commands::disk::resolve::same_file;
use crate::report::Exit;
use auditor::Auditor;
use conclusion::Conclusion;
use defaults::Defaults;
use earlier::Earlier;
use input::{Input, List};
use looks::Looks;
use outputs::Outputs;
use progress::{Progress, Wishes};
use results::{Done, Results};
use scheduler::Scheduler;
use signals::Signals;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// The limit of finished targets that wait for the writer: a slow reader slows the probing down.
const WAITING: usize = 64;

/// Runs `audit`; returns the exit code that `--help` documents.
pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let (pacer, jobs) = pacing::pacer(args);
    let pacer = Arc::new(pacer);
    outputs::one_file_for_one_thing(args)?;
    input::no_list_among(&args.targets)?;
    showing::check_order(args)?;
    let defaults = Arc::new(Defaults::of(args));
    if let Some(why) = defaults.conflict() {
        return Err(Error::new(why).hint(BELOW_WARNING));
    }
    if let Some(why) = defaults.unfit_for_ports() {
        return Err(why);
    }
    let choice = choice(args);
    let assessor = Assessor::read(&Sources::of(&args.trust))?;
    let asking = Asking::read(&args.dns, &pacer)?.of_a_list();
    let mut baseline = baseline(args, &choice)?;
    let signals = Signals::wait()?;
    let (outputs, earlier) = Outputs::open(args, &signals)?;
    if let Some(baseline) = &mut baseline {
        leave_to_others(baseline, &earlier, args.shard);
    }
    let progress = Progress::new(Wishes {
        verbose: args.verbose,
        shared_terminal: outputs.sink.is_pipe(),
        ascii: !environment::is_utf8(),
    });
    let shared = progress.shared();
    let input = Input::open(&list(args), &defaults, earlier.done, shared.clone())?;
    let interrupted = signals.clean();
    let (sender, receiver) = mpsc::channel(WAITING);
    let looks = Looks {
        pacer,
        sender,
        library: assessor.library().cloned(),
        asking: asking.clone(),
        turns: Semaphore::new(jobs),
    };
    let scheduler = Scheduler {
        defaults: Arc::clone(&defaults),
        jobs,
        ehlo: args.connection.ehlo.clone().or_else(environment::fqdn),
        looks: Arc::new(looks),
        progress: shared,
        to_stdout: outputs.is_stdout_alone(),
    };
    let showing = showing::showing(args, &outputs, assessor.now);
    let auditor = Auditor::new(assessor, asking, defaults, choice, baseline);
    let results = Results::new(auditor, showing, outputs, progress);
    let done = run_both(
        |completeness| results.run(receiver, completeness),
        scheduler.run(input, interrupted),
    )?;
    let conclusion = Conclusion {
        fails_from: showing::fails_from(args),
        quiet: args.quiet,
        resumes: args.resume.is_some(),
        is_shard: args.shard.is_some(),
    };
    Ok(conclusion.exit(&done, earlier.counts))
}

/// Runs the scheduler here, and the writer on its own thread, which learns at the end how much of
/// the list was scheduled.
fn run_both(
    writing: impl FnOnce(oneshot::Receiver<Completeness>) -> Result<Done, Error> + Send + 'static,
    scheduling: impl Future<Output = Completeness>,
) -> Result<Done, Error> {
    let (sender, receiver) = oneshot::channel();
    let (writer, completeness) = block_on(async {
        let writer = std::thread::spawn(move || writing(receiver));
        (writer, scheduling.await)
    })?;
    // A failed writer does not ask; its error says why.
    let _ = sender.send(completeness);
    writer
        .join()
        .map_err(|_| Error::new("the writer of the results broke"))?
}

fn list(args: &Args) -> List {
    List {
        targets: args.targets.clone(),
        path: args.input.clone(),
        strict: args.strict,
        shard: args.shard,
    }
}

fn choice(args: &Args) -> Choice {
    Choice {
        only: args.only.clone(),
        ignore: args.ignore.clone(),
    }
}

fn baseline(args: &Args, choice: &Choice) -> Result<Option<Baseline>, Error> {
    let Some(path) = &args.baseline else {
        return Ok(None);
    };
    let writes_it = |written: &Option<PathBuf>| {
        let written = written.as_deref();
        written.is_some_and(|written| same_file(path, written))
    };
    let is_jsonl = args.format == AuditFormat::Jsonl;
    if writes_it(&args.save) || (is_jsonl && writes_it(&args.output)) {
        earlier::baseline_or_first_run(path, choice)
    } else {
        earlier::baseline(path, choice).map(Some)
    }
}

/// Targets that an earlier run has done, or that are in another shard, are not gone.
fn leave_to_others(baseline: &mut Baseline, earlier: &Earlier, shard: Option<Shard>) {
    let is_in = |target: &Identity| shard.is_none_or(|shard| shard.has(&target.input));
    baseline.pass_over(|target| earlier.done.contains_key(target) || !is_in(target));
}
