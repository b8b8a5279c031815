//! Writes the pin: plan, show, ask, replace, and read again to check the effect.

use super::ask;
use super::ca::{Ca, Place};
use super::judged::{is_pinned, server};
use super::stopped::REFUSED;
use crate::cli::Pin as Args;
use crate::commands::disk::replace::{Replaced, clean, replace};
use crate::commands::disk::resolve::{may_write, resolve, same_file};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::mercurial::{self, Mercurial, Scope, Snapshot, repository_files, user_files};
use crate::commands::terminal::{io_text, print, say, warn};
use crate::escape::visible;
use crate::hgrc::Config;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{
    CaFile, Edits, HostSettings, Intent, LintScope, PinObjection, PinPlan, PinnedBy, PlanError,
    Release, Tree, changes_for, decide, is_smtp_host, kept_port, plan,
};
use crate::render::pin as show;
use crate::report::{Exit, Report};
use std::io;
use std::path::{Path, PathBuf};

/// The limit of attempts: so many concurrent writes mean that something is wrong.
const ATTEMPTS: u32 = 200;

/// A write to be done.
pub(super) struct Writing<'a> {
    pub(super) args: &'a Args,
    pub(super) intent: &'a Intent<'a>,
    pub(super) report: &'a Report,
    pub(super) scope: Scope<'a>,
    /// The CA to save once the user has agreed, before the configuration is written.
    pub(super) ca: Option<&'a Ca>,
}

impl Writing<'_> {
    pub(super) fn run(&self) -> Result<Exit, Error> {
        let mut agreed: Option<(PinPlan, Option<Place>)> = None;
        for _ in 0..ATTEMPTS {
            let tree = Files::new(self.args, self.scope)?;
            let plan = self.plan(&tree)?;
            let place = self.ca.map(|ca| ca.place(self.args.replace)).transpose()?;
            let was_there = plan.files.is_empty() && place.as_ref().is_none_or(|ca| ca.is_done);
            if was_there {
                if !self.args.dry_run {
                    clean(&resolve(tree.target()))?;
                }
                return self.verify(&plan, true);
            }
            let is_news = agreed.as_ref().is_none_or(|(before, ca)| {
                let other_file = |place: &Place| !place.is_done && Some(place) != ca.as_ref();
                before.files != plan.files || place.as_ref().is_some_and(other_file)
            });
            let ca = self.ca.zip(place.as_ref());
            let news = ca.and_then(|(ca, place)| place.plan(&ca.anchor));
            if is_news && !self.agree(&plan, news, agreed.is_some())? {
                return Ok(REFUSED);
            }
            if self.args.dry_run {
                return self.foresee(&plan, &tree);
            }
            if let Some((ca, place)) = ca {
                ca.save(place, self.report)?;
            }
            if plan.files.is_empty() {
                clean(&resolve(tree.target()))?;
                return self.verify(&plan, false);
            }
            if write_all(&plan)? {
                return self.verify(&plan, false);
            }
            // Another program was faster: its change must not be lost.
            agreed = Some((plan, place));
        }
        Err(Error::new(
            "the configuration changes all the time; nothing more was written",
        ))
    }

    fn plan(&self, tree: &Files<'_>) -> Result<PinPlan, Error> {
        let config = tree.config(&Edits::new())?;
        let wanted = changes_for(&config, Mercurial::none().environment(), self.intent)
            .map_err(|why| objection(&why))?;
        plan(tree, &wanted).map_err(|why| match why {
            PlanError::Objection(why) => objection(&why),
            PlanError::Config(why) => why,
            PlanError::File(path, why) => unreadable(&path, &why),
        })
    }

    /// Shows the diff and the effect on the CA's file, and asks. `again`: the diff has changed
    /// since the last question.
    fn agree(&self, plan: &PinPlan, ca: Option<String>, again: bool) -> Result<bool, Error> {
        let color = environment::color(self.args.color);
        for edit in &plan.files {
            print(&show::diff(edit, color))?;
        }
        if let Some(ca) = ca {
            say(&ca);
        }
        shadows(plan);
        if self.args.dry_run {
            say("nothing was written: --dry-run");
            return Ok(true);
        }
        if self.args.yes {
            return Ok(true);
        }
        if !ask::is_possible() {
            say("nothing was written: there is no terminal to ask on; --yes writes without asking");
            return Ok(false);
        }
        if again {
            say("the file has just been changed by another program: this is the new difference");
        }
        let written = ask::yes("Write this (y/N)?")?;
        if !written {
            say("nothing was written");
        }
        Ok(written)
    }

    /// The release of Mercurial that the user names.
    fn release(&self) -> Option<&Release> {
        self.args.hg.hg_version.as_ref()
    }

    /// What `--write` would do.
    fn foresee(&self, plan: &PinPlan, tree: &Files<'_>) -> Result<Exit, Error> {
        let edits = plan.files.iter();
        let edits: Edits = edits
            .map(|edit| (edit.path.clone(), edit.after.clone()))
            .collect();
        let mercurial = Mercurial::with(tree.config(&edits)?).of_release(self.release());
        let ca_file = |path: &[u8]| match self.ca {
            Some(ca) if ca.path.as_bytes() == path => {
                CaFile::Certificates(vec![ca.anchor.der().clone().into()])
            }
            _ => mercurial::ca_file(path),
        };
        let holds = self.holds(&mercurial, "planned", &ca_file);
        let settings = mercurial.settings(self.intent.host);
        if !is_smtp_host(&settings, self.intent.host) {
            other_host(&settings, self.intent.host);
        }
        self.tell_lints(&mercurial, &ca_file);
        Ok(Exit::failure_if(!holds || !plan.shadowed.is_empty()))
    }

    /// Reads everything again, and reports success only if `hg email` is safe now.
    fn verify(&self, plan: &PinPlan, was_there: bool) -> Result<Exit, Error> {
        let mercurial = Mercurial::read(&self.scope)?.of_release(self.release());
        let settings = mercurial.settings(self.intent.host);
        // They were reported with the diff.
        let mut bad = !plan.shadowed.is_empty();
        let state = if was_there { "pinned" } else { "written" };
        bad |= !self.holds(&mercurial, state, &mercurial::ca_file);
        if let Scope::NewFile(file) = self.scope {
            match Mercurial::read(&Scope::Everything(None)) {
                Ok(all)
                    if all
                        .config()
                        .files()
                        .iter()
                        .any(|read| same_file(&read.path, file)) =>
                {
                    let all = all.of_release(self.release());
                    bad |= !self.holds(&all, state, &mercurial::ca_file);
                }
                Ok(_) => say(&format!(
                    "note: hg does not read {} by itself here; HGRCPATH or %include must name it",
                    name(file)
                )),
                Err(why) => warn(&format!(
                    "hg's other files cannot be read: {}",
                    why.message()
                )),
            }
        }
        if !is_smtp_host(&settings, self.intent.host) {
            other_host(&settings, self.intent.host);
        }
        self.tell_lints(&mercurial, &mercurial::ca_file);
        if bad {
            return Ok(REFUSED);
        }
        let done = if was_there {
            "already pinned"
        } else {
            "pinned"
        };
        say(&format!("{done}: {}", self.promise(&settings)));
        Ok(Exit::SUCCESS)
    }

    fn tell_lints(&self, mercurial: &Mercurial, ca_file: &dyn Fn(&[u8]) -> CaFile) {
        let leaf = self.report.leaf();
        let scope = LintScope {
            host: Some(self.intent.host),
            leaf,
        };
        for lint in mercurial.lint_with(scope, ca_file) {
            say(&format!(
                "note: {}: {}\n  {}\n  -> {}",
                lint.line.source, lint.line.key, lint.message, lint.advice
            ));
        }
    }

    /// The result, and the line that decides it.
    fn promise(&self, settings: &HostSettings) -> String {
        let host = self.intent.host;
        let (what, line) = match (&settings.pins, &settings.verifycertsfile, self.intent.by) {
            (Some(pins), _, PinnedBy::Fingerprint) => {
                let what = match self.other_pins(settings) {
                    0 => "with this certificate".to_owned(),
                    1 => "with this certificate, or that of 1 other pin".to_owned(),
                    n => format!("with this certificate, or those of {n} other pins"),
                };
                (what, &pins.line)
            }
            (_, Some(file), _) => ("with a valid certificate of this CA".to_owned(), &file.line),
            _ => return format!("hg email accepts {host} by what is configured"),
        };
        format!(
            "hg email accepts {host} only {what}\n  ({} at {})",
            line.key, line.source
        )
    }

    /// How many pins of both lists match other certificates.
    fn other_pins(&self, settings: &HostSettings) -> usize {
        let current = settings.pins.as_ref();
        let current = current.and_then(|pins| pins.value.as_ref().ok());
        let legacy = settings.legacy_pins.as_ref().map(|pins| &pins.value);
        current
            .into_iter()
            .chain(legacy)
            .flatten()
            .filter(|pin| pin.is_whole() && !pin.matches(self.intent.leaf))
            .count()
    }

    /// Whether Mercurial accepts the server because of the pin, and for no weaker reason.
    fn holds(&self, mercurial: &Mercurial, state: &str, ca_file: &dyn Fn(&[u8]) -> CaFile) -> bool {
        let mut settings: HostSettings = mercurial.settings(self.intent.host);
        // Whether hg email runs is a separate question.
        settings.runs.clear();
        let own = is_smtp_host(&settings, self.intent.host) && settings.smtp_host.is_some();
        let kept = kept_port(&settings, self.intent);
        if let Some(port) = &kept {
            say(&format!(
                "note: smtp.port stays {}; this certificate is that of port {}",
                visible(port),
                self.intent.port
            ));
        }
        let here = own && kept.is_none();
        if !here {
            // As if smtp.host and smtp.tls named it.
            settings.transport = self.intent.mode.into();
        }
        let port = here.then_some(self.intent.port);
        let server = server(self.intent.host, self.intent.mode, port, self.report);
        let none = Anchors::new("none");
        let hg = mercurial.installation(&none);
        let decision = decide(&settings, &server, &hg, ca_file);
        if is_pinned(&decision, self.intent.by) {
            return true;
        }
        let but = match decision.answer {
            Answer::Unknown => "whether hg email goes by it cannot be known",
            Answer::Accepts | Answer::Refuses => "hg email does not go by it",
        };
        say(&format!(
            "{state}, but {but}: {}",
            visible(&decision.reason)
        ));
        for line in &decision.lines {
            say(&format!("  {} at {}", line.key, line.source));
        }
        false
    }
}

/// Says what has no effect, and why; returns the exit code.
fn shadows(plan: &PinPlan) -> Exit {
    for shadow in &plan.shadowed {
        let by = shadow.by.as_ref().map_or_else(
            || "hg does not read or trust the file".to_owned(),
            |by| format!("{by} wins"),
        );
        say(&format!("not in force: {}: {by}", shadow.key));
        if let Some(source) = &shadow.by {
            say(&format!(
                "  -> take that line out, or pin there: --hgrc {}",
                name(&source.file)
            ));
        }
    }
    Exit::failure_if(!plan.shadowed.is_empty())
}

/// False if a file has changed in the meantime.
fn write_all(plan: &PinPlan) -> Result<bool, Error> {
    for edit in &plan.files {
        if replace(&edit.path, edit.before.as_deref(), &edit.after)? == Replaced::Changed {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unreadable(path: &Path, why: &io::Error) -> Error {
    Error::new(format!("cannot read \"{}\": {}", name(path), io_text(why)))
}

pub(super) fn objection(why: &PinObjection) -> Error {
    let hint = match why {
        PinObjection::Unwritable(..) => "nothing was written",
        PinObjection::InvalidPin(..) => "mend that line, or let --replace write it anew",
        PinObjection::NoMatch(_) => {
            "nothing was written: --add keeps them beside the new one, --replace drops them"
        }
        PinObjection::OtherCa(_) => "nothing was written; --replace names the new one instead",
        PinObjection::PinsInForce(_) => "--replace removes them, --by fingerprint keeps to pins",
        PinObjection::SideEffect(_) => {
            "nothing was written; edit the file by hand: pin without --write prints the lines"
        }
    };
    Error::new(why.to_string()).hint(hint)
}

/// Says that the settings of `[smtp]` belong to another host.
pub(super) fn other_host(settings: &HostSettings, host: &str) {
    if let Some(other) = &settings.smtp_host {
        say(&format!(
            "note: smtp.host is {} ({}): hg email uses that server.\n  Only the lines of [hostsecurity] are for {host}",
            String::from_utf8_lossy(&other.value),
            other.line.source
        ));
    }
}

/// The files of the configuration, and which of them the user may edit.
struct Files<'a> {
    scope: Scope<'a>,
    target: PathBuf,
    /// Real paths.
    editable: Vec<PathBuf>,
    snapshot: Snapshot,
}

impl<'a> Files<'a> {
    fn new(args: &Args, scope: Scope<'a>) -> Result<Self, Error> {
        let roots: Vec<PathBuf> = match (&args.hgrc, &args.repository) {
            (Some(file), _) => vec![file.clone()],
            (_, Some(repository)) => repository_files(repository)?.into(),
            _ => user_files(Mercurial::none().environment()),
        };
        let there = |path: &&PathBuf| path.exists();
        let target = match &args.repository {
            Some(_) => roots.first(),
            // The last one wins; ~/.hgrc is created if there is none.
            None => roots.iter().rfind(there).or(roots.first()),
        };
        let Some(target) = target.cloned() else {
            let message = "HGRCPATH is set and names no file: there is none to write to";
            return Err(Error::new(message).hint("name one with --hgrc"));
        };
        let snapshot = Snapshot::default();
        let config = snapshot.configuration(&scope, &Edits::new())?;
        snapshot
            .read(&target)
            .map_err(|why| unreadable(&target, &why))?;
        let is_read = |path: &Path| {
            let mut read = config.files().iter();
            read.any(|read| same_file(&read.path, path))
        };
        if target.exists() && !is_read(&target) {
            let message = format!(
                "hg does not read \"{}\" here, or does not trust it",
                name(&target)
            );
            return Err(
                Error::new(message).hint("nothing was written; see `smtp-certcheck config`")
            );
        }
        let mut editable: Vec<PathBuf> = roots.iter().map(|root| resolve(root)).collect();
        for read in config.files() {
            let is_root = |root: &PathBuf| same_file(root, &read.root);
            let is_included = read.path != read.root && roots.iter().any(is_root);
            if is_included && may_write(&read.path) {
                editable.push(resolve(&read.path));
            }
        }
        Ok(Self {
            scope,
            target,
            editable,
            snapshot,
        })
    }
}

impl Tree for Files<'_> {
    type Error = Error;

    fn config(&self, edits: &Edits) -> Result<Config, Error> {
        self.snapshot.configuration(&self.scope, edits)
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.snapshot.read(path)
    }

    fn is_editable(&self, path: &Path) -> bool {
        self.editable.contains(&resolve(path))
    }

    fn target(&self) -> &Path {
        &self.target
    }
}

/// The path of a file, as shown to the user.
fn name(path: &Path) -> String {
    path.display().to_string()
}
