//! What was typed, resolved once into what it means.

use super::certificate_file::absolute;
use super::observer::Route;
use super::places::Places;
use crate::certificate::Certificate;
use crate::cli::{ByArg, CheckFormat, ExpectedPin, Pin as Args, Resolving, TargetArg};
use crate::commands::assess::Sources;
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::mercurial::{Scope, is_read};
use crate::commands::terminal::say;
use crate::fingerprint::Algorithm;
use crate::mercurial::Existing;
use crate::programs::{By, Program};
use std::path::{Path, PathBuf};

/// What is to be pinned, and what the user agrees to without a question.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// What the server is pinned by.
    pub(super) by: By,
    /// The program that the pin is for; `None`: Mercurial.
    pub(super) program: Option<&'static Program>,
    /// The fingerprints of `--expect`; empty: the user names none.
    pub(super) expected: &'a [ExpectedPin],
    /// What is pinned without a question.
    pub(super) accepts: Accepts,
    /// What happens to pins that are configured already.
    pub(super) existing: Existing,
}

/// What is pinned without a question.
#[derive(Clone, Copy)]
pub(super) struct Accepts {
    /// A certificate that is not trusted.
    pub(super) untrusted: bool,
    /// A certificate whose key the server has not proven to hold.
    pub(super) unproven: bool,
    /// A certificate that expires soon.
    pub(super) short_lived: bool,
}

impl<'a> Request<'a> {
    fn of(args: &'a Args, by: By, program: Option<&'static Program>) -> Self {
        Self {
            by,
            program,
            expected: &args.expect,
            accepts: Accepts {
                untrusted: args.accept_untrusted,
                unproven: args.accept_unproven,
                short_lived: args.accept_short_lived,
            },
            existing: match (args.replace, args.add, args.prune) {
                (true, ..) => Existing::Replace,
                (_, true, _) => Existing::Add,
                (.., true) => Existing::Prune,
                _ => Existing::Keep,
            },
        }
    }

    /// Whether the user names certificates.
    pub(super) fn has_expected(&self) -> bool {
        !self.expected.is_empty()
    }

    /// Whether the user names this certificate.
    pub(super) fn is_expected(&self, leaf: &Certificate) -> bool {
        self.expected.iter().any(|pin| pin.matches(leaf.der()))
    }
}

/// A pin for Mercurial.
pub(super) struct MercurialRequest<'a> {
    /// The part that every pin has.
    pub(super) request: Request<'a>,
    /// The server; `None`: that of the configuration.
    pub(super) target: Option<&'a TargetArg>,
    /// How to connect.
    pub(super) route: Route<'a>,
    /// What to read for the judgement.
    pub(super) sources: Sources<'a>,
    /// The digest of the fingerprint; `None`: the user chooses none.
    pub(super) digest: Option<Algorithm>,
    /// Also `[hostfingerprints]`.
    pub(super) legacy: bool,
    /// The file for the CA's certificate, if a CA is pinned.
    pub(super) ca_out: Option<&'a Path>,
    /// Files with certificates that are to come.
    pub(super) also: &'a [PathBuf],
    /// The places to look at, if it is more than one port, or nothing is pinned.
    pub(super) places: Option<Places>,
    /// Nothing is pinned: what is presented is compared with what is pinned.
    pub(super) check: Option<Check<'a>>,
    /// Where the settings go.
    pub(super) output: Output<'a>,
}

/// How `--check` compares.
#[derive(Clone, Copy)]
pub(super) struct Check<'a> {
    /// An earlier set; `None`: Mercurial's pins count.
    pub(super) baseline: Option<&'a Path>,
    /// What is printed.
    pub(super) format: CheckFormat,
    /// One line alone.
    pub(super) quiet: bool,
}

/// Where the settings go.
#[derive(Clone, Copy)]
pub(super) enum Output<'a> {
    /// To standard output, to be pasted.
    Snippet,
    /// Into a file of Mercurial's configuration.
    File(Edit<'a>),
}

/// How a file of Mercurial's configuration is edited.
#[derive(Clone, Copy)]
pub(super) struct Edit<'a> {
    /// The file.
    pub(super) file: EditedFile<'a>,
    /// Whether it is written.
    pub(super) mode: EditMode,
    /// Whether the difference is shown in colours.
    pub(super) color: bool,
}

/// The file of Mercurial's configuration that is edited.
#[derive(Clone, Copy)]
pub(super) enum EditedFile<'a> {
    /// The user's own.
    Users,
    /// That of `--hgrc`.
    Named(&'a Path),
    /// That of the repository in this directory.
    Repository(&'a Path),
}

/// Whether a file is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EditMode {
    /// It is not: the difference is shown.
    DryRun,
    /// It is, after a question.
    Ask,
    /// It is, without a question.
    Write,
}

impl<'a> MercurialRequest<'a> {
    /// Checks that the options fit together.
    pub(super) fn of(args: &'a Args) -> Result<Self, Error> {
        let (by, ca_out) = pinned_by(args)?;
        let named = args.hgrc.is_some() || args.repository.is_some();
        let edits = args.write || args.dry_run;
        Ok(Self {
            request: Request::of(args, by, None),
            target: args.target.as_ref(),
            route: Route::of(args),
            sources: Sources {
                scope: scope(args)?,
                hgrc_needed: args.target.is_none() || named || edits,
                hg_version: args.hg.hg_version.as_ref(),
                ..Sources::of(&args.trust)
            },
            digest: args.digest.map(Into::into),
            legacy: args.legacy,
            ca_out,
            also: also(args, by)?,
            places: Places::of(args)?,
            check: args.check.then_some(Check {
                baseline: args.baseline.as_deref(),
                format: args.format,
                quiet: args.quiet,
            }),
            output: if edits {
                Output::File(Edit::of(args))
            } else {
                Output::Snippet
            },
        })
    }
}

impl<'a> Edit<'a> {
    fn of(args: &'a Args) -> Self {
        Self {
            file: match (&args.hgrc, &args.repository) {
                (Some(file), _) => EditedFile::Named(file),
                (_, Some(repository)) => EditedFile::Repository(repository),
                _ => EditedFile::Users,
            },
            mode: match (args.dry_run, args.yes) {
                (true, _) => EditMode::DryRun,
                (_, true) => EditMode::Write,
                _ => EditMode::Ask,
            },
            color: environment::color(args.color),
        }
    }
}

/// What Mercurial goes by, and the file that a CA needs.
fn pinned_by(args: &Args) -> Result<(By, Option<&Path>), Error> {
    let file = match (args.by.unwrap_or(ByArg::Fingerprint), &args.ca_out) {
        (ByArg::Fingerprint, file) => {
            if file.is_some() {
                say("note: hg needs no file with --by fingerprint: --ca-out writes none");
            }
            return Ok((By::Certificate, None));
        }
        (ByArg::Key, _) => {
            return Err(Error::new("Mercurial knows no pins of keys")
                .hint("--by key is for some of --for; smtp-certcheck pin --for lists them"));
        }
        (ByArg::Cacerts, None) => {
            return Err(Error::new("--by cacerts needs --ca-out FILE")
                .hint("the CA's certificate is saved there, and the lines name it"));
        }
        (ByArg::Cacerts, Some(file)) => file,
    };
    let given = [
        ("--digest", args.digest.is_some()),
        ("--legacy", args.legacy),
        ("--add", args.add),
        ("--prune", args.prune),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::new(format!(
            "{option} is about fingerprints, not for --by cacerts"
        ))),
        None => Ok((By::Ca, Some(file))),
    }
}

/// The files of `--also`: a CA holds for what is to come as it is.
fn also(args: &Args, by: By) -> Result<&[PathBuf], Error> {
    if by == By::Ca && !args.also.is_empty() {
        return Err(Error::new(
            "--also is about fingerprints and keys, not for --by cacerts",
        ));
    }
    Ok(&args.also)
}

/// A file that hg reads is looked at with all the others: their pins count, and their server.
fn scope(args: &Args) -> Result<Option<Scope<'_>>, Error> {
    Ok(match &args.hgrc {
        _ if args.no_hgrc => None,
        Some(file) if !is_read(file)? => Some(Scope::NewFile(file)),
        _ => Some(Scope::Everything(args.repository.as_deref())),
    })
}

/// A pin for another program.
pub(super) struct ProgramRequest<'a> {
    /// The part that every pin has; its `by` is that of `--by`, else the certificate.
    pub(super) request: Request<'a>,
    /// The server.
    pub(super) target: &'a TargetArg,
    /// How to connect.
    pub(super) route: Route<'a>,
    /// What to read for the judgement.
    pub(super) sources: Sources<'a>,
    /// What to pin the server by; `None`: what the program has first.
    pub(super) by: Option<By>,
    /// The digest; `None`: what the way has first.
    pub(super) digest: Option<Algorithm>,
    /// The file for a certificate, as an absolute path.
    pub(super) file: Option<String>,
    /// Files with certificates that are to come.
    pub(super) also: &'a [PathBuf],
    /// The places to look at, if it is more than one port.
    pub(super) places: Option<Places>,
    /// How the DNS is asked for what is published.
    pub(super) resolving: &'a Resolving,
}

impl<'a> ProgramRequest<'a> {
    /// Checks that there is a target with its port.
    pub(super) fn of(args: &'a Args, program: &'static Program) -> Result<Self, Error> {
        let Some(target) = &args.target else {
            return Err(
                Error::new(format!("--for {program} needs a TARGET")).hint(format!(
                    "smtp-certcheck pin mail.example.org:587 --for {program}"
                )),
            );
        };
        let route = Route::of(args);
        let by = args.by.map(Into::into);
        route.has_port_of(target, program.name)?;
        Ok(Self {
            request: Request::of(args, by.unwrap_or(By::Certificate), Some(program)),
            target,
            route,
            sources: Sources::of(&args.trust),
            by,
            digest: args.digest.map(Into::into),
            file: args.ca_out.as_deref().map(absolute).transpose()?,
            also: &args.also,
            places: Places::of(args)?,
            resolving: &args.resolving,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;

    /// What is shown of `pin mx.test OPTIONS`.
    fn meant<T>(options: &str, show: impl Fn(&MercurialRequest<'_>) -> T) -> Result<T, String> {
        let words = format!("smtp-certcheck pin mx.test {options}");
        let cli = Cli::try_parse_from(words.split_whitespace()).map_err(|why| why.to_string())?;
        let Some(Command::Pin(args)) = &cli.command else {
            return Err("another command".to_owned());
        };
        let typed = MercurialRequest::of(args).map_err(|why| why.message().to_owned())?;
        Ok(show(&typed))
    }

    #[test]
    fn what_happens_to_existing_pins_is_one_word() {
        let existing = |options| meant(options, |typed| typed.request.existing);
        assert_eq!(existing(""), Ok(Existing::Keep));
        assert_eq!(existing("--add"), Ok(Existing::Add));
        assert_eq!(existing("--prune"), Ok(Existing::Prune));
        assert_eq!(existing("--replace --prune"), Ok(Existing::Replace));
    }

    #[test]
    fn dry_run_comes_before_yes() {
        let mode = |options| {
            meant(options, |typed| match typed.output {
                Output::Snippet => None,
                Output::File(edit) => Some(edit.mode),
            })
        };
        assert!(mode("") == Ok(None));
        assert!(mode("--write") == Ok(Some(EditMode::Ask)));
        assert!(mode("--write --yes") == Ok(Some(EditMode::Write)));
        assert!(mode("--write --yes --dry-run") == Ok(Some(EditMode::DryRun)));
    }

    #[test]
    fn a_file_counts_only_with_a_ca() {
        let file = |options| meant(options, |typed| typed.ca_out.map(Path::to_path_buf));
        assert_eq!(file("--ca-out /ca.pem"), Ok(None));
        let ca = file("--by cacerts --ca-out /ca.pem");
        assert_eq!(ca, Ok(Some(PathBuf::from("/ca.pem"))));
        assert!(file("--by cacerts").is_err());
        assert!(file("--by cacerts --ca-out /ca.pem --add").is_err());
    }
}
