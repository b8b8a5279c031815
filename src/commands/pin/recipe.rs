//! The lines for another program: of one certificate, or of several.

use super::certificate_file::CertificateFile;
use super::library;
use super::refusal::{self, NOT_LOOKED_AT, Refusal};
use super::stopped::Stopped;
use super::version::VERSION;
use crate::certificate::Certificate;
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::commands::terminal::{print, say};
use crate::finding::Finding;
use crate::programs::{By, Choice, Destination, Recipe, joined};
use crate::render::advice::spelled;
use crate::render::pins;
use crate::report::Report;

/// What lines depend on besides the certificates.
pub(super) struct Lines<'a> {
    pub(super) assessor: &'a Assessor,
    pub(super) choice: Choice<'a>,
    pub(super) server: Destination<'a>,
}

impl Lines<'_> {
    /// Makes the recipe, unless the program would refuse the server in spite of it.
    pub(super) fn recipe(&self, report: &Report) -> Result<Recipe, Refusal> {
        let Self { choice, server, .. } = self;
        if let Some(refused) = refusal::of_problems(choice, report) {
            return Err(refused);
        }
        let recipe = choice.recipe(server, report.chain(), path(report))?;
        let store = self.assessor.anchors();
        let refused = library::refuses(choice, &recipe, server.reference, report, store);
        refused.map_or(Ok(recipe), Err)
    }

    /// The lines of all, or of none: each must be one that the program accepts.
    pub(super) fn all(
        &self,
        reports: &[&Report],
        whole: &Report,
        about: &[String],
    ) -> Result<(), Stopped> {
        let by = self.choice.way.by;
        let mut recipes: Vec<Recipe> = Vec::new();
        for report in reports {
            recipes.push(self.recipe(report).map_err(|why| {
                say(&format!("of {}:", report.target.label));
                why.report()
            })?);
        }
        let program = self.choice.program;
        let Some((recipe, certificates)) = joined(program, &recipes) else {
            let message = format!("what {program} reads cannot be joined: pin each with --expect");
            return Err(Error::new(message).into());
        };
        if !certificates.is_empty() {
            let text = pins::set_file(whole, about, (&certificates, by), VERSION);
            match self.choice.file {
                Some(file) => {
                    let hint = "name another file, or remove that one; nothing was changed";
                    CertificateFile::read_for(file, &certificates, Some(hint))?.save(&text)?;
                }
                None => print(&text)?,
            }
        }
        if !recipe.lines.is_empty() {
            print(&pins::set_lines(whole, about, (&recipe, by), VERSION))?;
        }
        for advice in &recipe.advice {
            say(&pins::note(&spelled(advice)));
        }
        Ok(())
    }
}

/// The validated path; empty if a program that goes by the CA does not trust the chain.
pub(super) fn path(report: &Report) -> &[Certificate] {
    let is_minded = |problem: &Finding| !NOT_LOOKED_AT.contains(&problem.code);
    if report.problems().iter().any(is_minded) {
        &[]
    } else {
        report.path()
    }
}

/// The certificate on whose lifetime the pin depends.
pub(super) fn pinned(report: &Report, by: By) -> Option<&Certificate> {
    let leaf = report.leaf();
    match by {
        By::Certificate => leaf,
        // A CA's renewal may keep the key; a certificate that a server makes for itself does not.
        By::Key => leaf.filter(|leaf| leaf.facts().is_ok_and(|facts| facts.self_issued)),
        By::Ca => path(report).last(),
    }
}
