//! Writes the pin: plan, show, ask, replace, and read again to check the effect.

mod files;
mod verification;

pub(super) use verification::Verification;

use super::ask;
use super::ca::Ca;
use super::certificate_file::CertificateFile;
use super::plan_error::objection;
use super::request::{Edit, EditMode};
use super::stopped::Stopped;
use crate::commands::disk::replace::{Replaced, clean, replace};
use crate::commands::disk::resolve::resolve;
use crate::commands::error::Error;
use crate::commands::mercurial::Mercurial;
use crate::commands::terminal::{print, say};
use crate::mercurial::{Edits, PinPlan, PlanError, Tree as _, changes_for, plan};
use crate::render::pin as show;
use files::{Files, unreadable};

/// The limit of attempts: so many concurrent writes mean that something is wrong.
const ATTEMPTS: u32 = 200;

/// A pin to be written.
pub(super) struct Writing<'a> {
    /// The file, and how it is edited.
    pub(super) edit: Edit<'a>,
    /// The pin, and whether it holds. Its CA is saved once the user has agreed, before the
    /// configuration is written.
    pub(super) pin: Verification<'a>,
}

/// What the user has agreed to.
struct Agreed {
    plan: PinPlan,
    ca_file: Option<CertificateFile>,
}

impl Agreed {
    /// Whether it covers this plan and this file of the CA.
    fn covers(&self, plan: &PinPlan, ca_file: Option<&CertificateFile>) -> bool {
        let is_same_file =
            |file: &CertificateFile| file.is_done || Some(file) == self.ca_file.as_ref();
        self.plan.files == plan.files && ca_file.is_none_or(is_same_file)
    }
}

impl Writing<'_> {
    /// Plans, shows, asks and writes, until no other program changes the files meanwhile.
    pub(super) fn run(&self) -> Result<(), Stopped> {
        let mut agreed: Option<Agreed> = None;
        for _ in 0..ATTEMPTS {
            let tree = Files::new(self.edit.file, self.pin.scope)?;
            let plan = self.plan(&tree)?;
            let ca_file = self.ca_file()?;
            let was_there = plan.files.is_empty() && ca_file.as_ref().is_none_or(|ca| ca.is_done);
            if was_there {
                if self.edit.mode != EditMode::DryRun {
                    clean(&resolve(tree.target()))?;
                }
                return self.pin.verify(&plan, true);
            }
            let is_covered = agreed
                .as_ref()
                .is_some_and(|agreed| agreed.covers(&plan, ca_file.as_ref()));
            let ca = self.pin.ca.zip(ca_file.as_ref());
            if !is_covered {
                self.agree(&plan, ca, agreed.is_some())?;
            }
            if self.edit.mode == EditMode::DryRun {
                let after = after(&plan);
                let all = tree.everything(&after);
                return self.pin.foresee(&plan, tree.config(&after)?, all);
            }
            if let Some((ca, file)) = ca {
                ca.save(file, self.pin.report)?;
            }
            if plan.files.is_empty() {
                clean(&resolve(tree.target()))?;
                return self.pin.verify(&plan, false);
            }
            if write_all(&plan)? {
                return self.pin.verify(&plan, false);
            }
            // Another program was faster: its change must not be lost.
            agreed = Some(Agreed { plan, ca_file });
        }
        let why = "the configuration changes all the time; nothing more was written";
        Err(Error::new(why).into())
    }

    fn ca_file(&self) -> Result<Option<CertificateFile>, Error> {
        let ca = self.pin.ca;
        ca.map(|ca| ca.file(self.pin.intent.old)).transpose()
    }

    fn plan(&self, tree: &Files<'_>) -> Result<PinPlan, Error> {
        let config = tree.config(&Edits::new())?;
        let wanted = changes_for(&config, Mercurial::none().environment(), self.pin.intent)
            .map_err(|why| objection(&why))?;
        plan(tree, &wanted).map_err(|why| match why {
            PlanError::Objection(why) => objection(&why),
            PlanError::Config(why) => why,
            PlanError::File(path, why) => unreadable(&path, &why),
        })
    }

    /// Shows the difference, and what happens to the CA's file, and makes sure that the user agrees.
    /// `again`: it differs from what the user has agreed to.
    fn agree(
        &self,
        plan: &PinPlan,
        ca: Option<(&Ca, &CertificateFile)>,
        again: bool,
    ) -> Result<(), Stopped> {
        for edit in &plan.files {
            print(&show::diff(edit, self.edit.color))?;
        }
        if let Some(text) = ca.and_then(|(ca, file)| file.plan(&ca.anchor)) {
            say(&text);
        }
        report_shadowed(plan);
        match self.edit.mode {
            EditMode::DryRun => {
                say("nothing was written: --dry-run");
                return Ok(());
            }
            EditMode::Write => return Ok(()),
            EditMode::Ask => {}
        }
        if !ask::is_possible() {
            return Err(Stopped::because(
                "nothing was written: there is no terminal to ask on; --yes writes without asking",
            ));
        }
        if again {
            say("the file has just been changed by another program: this is the new difference");
        }
        if ask::yes("Write this (y/N)?")? {
            return Ok(());
        }
        Err(Stopped::because("nothing was written"))
    }
}

/// The files after the plan.
fn after(plan: &PinPlan) -> Edits {
    let edits = plan.files.iter();
    edits
        .map(|edit| (edit.path.clone(), edit.after.clone()))
        .collect()
}

/// Reports which settings do not come into force, and why.
fn report_shadowed(plan: &PinPlan) {
    for shadow in &plan.shadowed {
        let by = shadow.by.as_ref().map_or_else(
            || "hg does not read or trust the file".to_owned(),
            |by| format!("{by} wins"),
        );
        say(&format!("not in force: {}: {by}", shadow.key));
        if let Some(source) = &shadow.by {
            say(&format!(
                "  -> take that line out, or pin there: --hgrc {}",
                source.file.display()
            ));
        }
    }
}

/// Writes every file; false if one has changed meanwhile.
fn write_all(plan: &PinPlan) -> Result<bool, Error> {
    for edit in &plan.files {
        if replace(&edit.path, edit.before.as_deref(), &edit.after)? == Replaced::Changed {
            return Ok(false);
        }
    }
    Ok(true)
}
