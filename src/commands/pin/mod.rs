//! `pin`: probes a server, checks that its certificate is the one that the user means, and prints
//! or writes the settings that make Mercurial accept it and no other, or prints those of another
//! program.

mod ask;
mod ca;
mod consent;
mod for_program;
mod judged;
mod library;
mod observer;
mod paste;
mod rounds;
mod second_certificate;
mod snippet;
mod stopped;
mod write;

use super::assess::{Assessor, Sources};
use super::error::Error;
use super::mercurial::{Mercurial, Scope, is_read};
use super::terminal::say;
use crate::cli::{ByArg, Pin as Args, TargetArg};
use crate::mercurial::{Configured, Existing, Intent, PinObjection, PinnedBy, changes_for};
use crate::report::{Exit, Report};
use judged::by;
use observer::{has_its_port, look, sends_sni};
use snippet::snippet;
use stopped::Step;

/// Runs `pin`.
pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    match args.for_tool {
        None => {}
        Some(None) => return for_program::list(args),
        Some(Some(program)) => return for_program::run(args, program),
    }
    fit_together(args)?;
    let scope = scope(args)?;
    let from_hgrc = args.target.is_none();
    let named = args.hgrc.is_some() || args.repository.is_some();
    let check = Assessor::read(&Sources {
        scope,
        hgrc_needed: from_hgrc || named || args.write || args.dry_run,
        hg_version: args.hg.hg_version.as_ref(),
        ..Sources::of(&args.trust)
    })?;
    let target = target(args, &check)?;
    let first = look(args, &check, &target)?;
    unreadable_pins(args, &check, &target)?;
    let set = rounds::look(args, &check, &target, first, by(args).into())?;
    let report = set.report();
    let ca = match agreed(args, &target, &set)? {
        Ok(ca) => ca,
        Err(code) => return Ok(code),
    };
    let intent = intent(args, &target, report, ca.as_ref())?;
    let none = Mercurial::none();
    let mercurial = check.mercurial().unwrap_or(&none);
    // A file that may not be written is neither printed nor prepared.
    changes_for(mercurial.config(), mercurial.environment(), &intent)
        .map_err(|why| write::objection(&why))?;
    sends_sni(args, "hg");
    if by(args) == ByArg::Fingerprint {
        second_certificate::look(args, &target, report, "hg")?;
    }
    if args.write || args.dry_run {
        let writing = write::Writing {
            args,
            intent: &intent,
            report,
            scope: scope.unwrap_or(Scope::Everything(None)),
            ca: ca.as_ref(),
        };
        return writing.run();
    }
    if let Some(ca) = &ca {
        ca.save(&ca.place(args.replace)?, report)?;
    }
    snippet(mercurial, &intent, report)
}

/// Whether the user agrees to what is about to be pinned; the CA, if it is that.
fn agreed(args: &Args, target: &TargetArg, set: &rounds::Set) -> Step<Option<ca::Ca>> {
    let report = set.report();
    set.describe(args);
    if let Err(code) = consent::given(args, report)? {
        return Ok(Err(code));
    }
    if let Err(code) = set.agreed(args)? {
        return Ok(Err(code));
    }
    let ca = match ca::of(args, target, report)? {
        Ok(ca) => ca,
        Err(code) => return Ok(Err(code)),
    };
    let pinned = ca.as_ref().map(|ca| &ca.anchor).or(report.leaf());
    Ok(consent::lasts(args, report, pinned)?.map(|()| ca))
}

/// A list of pins that makes hg abort cannot be compared with.
fn unreadable_pins(args: &Args, check: &Assessor, target: &TargetArg) -> Result<(), Error> {
    let mercurial = check.mercurial().filter(|_| !args.replace);
    let settings = mercurial.map(|mercurial| mercurial.settings(&target.target.written));
    match settings.and_then(|settings| settings.pins) {
        Some(Configured {
            value: Err(item),
            line,
        }) => Err(write::objection(&PinObjection::InvalidPin(
            item,
            line.source,
        ))),
        _ => Ok(()),
    }
}

/// Options that do not apply to a CA.
fn fit_together(args: &Args) -> Result<(), Error> {
    match (by(args), &args.ca_out) {
        (ByArg::Fingerprint, file) => {
            if file.is_some() {
                say("note: hg needs no file with --by fingerprint: --ca-out writes none");
            }
            return Ok(());
        }
        (ByArg::Key, _) => {
            return Err(Error::new("Mercurial knows no pins of keys")
                .hint("--by key is for some of --for; smtp-certcheck pin --for lists them"));
        }
        (ByArg::Cacerts, None) => {
            return Err(Error::new("--by cacerts needs --ca-out FILE")
                .hint("the CA's certificate is saved there, and the lines name it"));
        }
        (ByArg::Cacerts, Some(_)) => {}
    }
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
        None => Ok(()),
    }
}

/// A file that hg reads is read with all the others, because their pins and their server count.
fn scope(args: &Args) -> Result<Option<Scope<'_>>, Error> {
    Ok(match &args.hgrc {
        _ if args.no_hgrc => None,
        Some(file) if !is_read(file)? => Some(Scope::NewFile(file)),
        _ => Some(Scope::Everything(args.repository.as_deref())),
    })
}

/// The server. If it is the host of `smtp.host`, it is written in the same way, and without a port
/// `smtp.port` and `smtp.tls` apply.
fn target(args: &Args, check: &Assessor) -> Result<TargetArg, Error> {
    let Some(given) = &args.target else {
        return check.configured_target();
    };
    has_its_port(args, given, "hg")?;
    let mut given = given.clone();
    let Some(mercurial) = check.mercurial() else {
        return Ok(given);
    };
    let settings = mercurial.settings("");
    let configured = settings.smtp_host.as_ref().filter(|host| {
        host.value
            .eq_ignore_ascii_case(given.target.written.as_bytes())
    });
    if configured.is_none() {
        return Ok(given);
    }
    let configured = mercurial.target()?;
    given.target.written = configured.written;
    let unsaid = given.target.port.is_none() && given.target.start.is_none();
    if unsaid && args.connection.connect.is_none() {
        given.target.port = configured.port;
        given.target.start = configured.start;
    }
    Ok(given)
}

fn intent<'a>(
    args: &Args,
    target: &'a TargetArg,
    report: &'a Report,
    ca: Option<&'a ca::Ca>,
) -> Result<Intent<'a>, Error> {
    let (Some(leaf), Some(port), Some(mode)) =
        (report.leaf(), report.target.port, report.target.tls)
    else {
        return Err(Error::new("there is no certificate to pin"));
    };
    Ok(Intent {
        host: &target.target.written,
        port,
        mode,
        leaf: leaf.der(),
        by: ca.map_or(PinnedBy::Fingerprint, |ca| PinnedBy::Cacerts(&ca.path)),
        digest: args.digest.map(Into::into),
        legacy: args.legacy,
        old: match (args.replace, args.add, args.prune) {
            (true, ..) => Existing::Replace,
            (_, true, _) => Existing::Add,
            (.., true) => Existing::Prune,
            _ => Existing::Keep,
        },
    })
}
