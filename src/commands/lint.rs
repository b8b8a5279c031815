//! `--lint`: lines of the configuration that have no effect or mislead, without any network.

use super::environment;
use super::error::Error;
use super::mercurial::{Mercurial, Scope};
use super::terminal::print;
use crate::cli::{FormatArg, Inspect, SubjectArg};
use crate::mercurial::{Lint, LintScope};
use crate::render::{json, lint};
use crate::report::Exit;

/// Runs the lints; failure if there are any.
pub(super) fn run(cli: &Inspect) -> Result<Exit, Error> {
    if !matches!(cli.format, FormatArg::Table | FormatArg::Json) {
        return Err(Error::new(
            "--lint prints lines of configuration: use --format table or json",
        ));
    }
    let scope = Scope::of(&cli.hgrc).unwrap_or(Scope::Everything(None));
    let mercurial = Mercurial::read(&scope)?.of_release(cli.hg.hg_version.as_ref());
    let mut found: Vec<Lint> = Vec::new();
    let targets = cli.plugin.targets(&cli.targets);
    if targets.is_empty() {
        found = mercurial.lint(LintScope::default());
    }
    // Nothing of Mercurial's is about domains.
    for target in targets.iter().filter_map(SubjectArg::host) {
        let scope = LintScope {
            host: Some(&target.target.written),
            leaf: None,
        };
        let new = mercurial.lint(scope);
        found.extend(
            new.into_iter()
                .filter(|lint| !found.contains(lint))
                .collect::<Vec<_>>(),
        );
    }
    match cli.format {
        FormatArg::Json => print(&json::lints(&found))?,
        _ if cli.quiet => {}
        _ => print(&lint::page(
            &found,
            mercurial.config().items().next().is_none(),
            environment::style(cli.color, cli.verbose),
        ))?,
    }
    Ok(Exit::failure_if(!found.is_empty()))
}
