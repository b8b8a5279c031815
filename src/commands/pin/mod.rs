//! `pin`: looks at a server, makes sure that its certificate is the one that the user means, and
//! prints or writes the settings that make Mercurial accept it and no other.

mod ask;
mod write;

use super::check::{Check, Wanted, endpoint, options};
use super::hg::{Mercurial, Scope, Snapshot, is_read};
use super::replace::{Replaced, replace};
use super::{Error, environment, io_text, print, say};
use crate::certificate::{Certificate, pem};
use crate::cli::{ByArg, Pin as Args, TargetArg};
use crate::escape::visible;
use crate::mercurial::{
    By, CaFile, Decision, Ground, Intent, Objection, Old, Server, Setting, Settings, Transport,
    decide, is_smtp_host, pinned_lists, wants,
};
use crate::observation::Possession;
use crate::probe::probe;
use crate::render::{pin as show, table};
use crate::report::Report;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a step came to: go on, or end with this exit code. Everything has been said then.
type Step<T> = Result<Result<T, u8>, Error>;

/// Nothing was pinned.
const REFUSED: u8 = 1;

/// Runs it.
pub(super) fn run(args: &Args) -> Result<u8, Error> {
    fit_together(args)?;
    let scope = scope(args)?;
    let from_hgrc = args.target.is_none();
    let named = args.hgrc.is_some() || args.repository.is_some();
    let check = Check::read(&Wanted {
        cacerts: &args.trust.cacerts,
        scope,
        hgrc_needed: from_hgrc || named || args.write || args.dry_run,
        from_hgrc: false,
        at: None,
    })?;
    let target = target(args, &check)?;
    let report = look(args, &check, &target)?;
    unreadable_pins(args, &check, &target)?;
    if let Err(code) = decide_to_pin(args, &report)? {
        return Ok(code);
    }
    let ca = match ca(args, &check, &target, &report)? {
        Ok(ca) => ca,
        Err(code) => return Ok(code),
    };
    let intent = intent(args, &target, &report, ca.as_ref())?;
    let none = Mercurial::none();
    let mercurial = check.mercurial.as_ref().unwrap_or(&none);
    // What may not be written is neither printed nor prepared.
    wants(mercurial.config(), mercurial.environment(), &intent)
        .map_err(|why| write::objection(&why))?;
    let save_ca = || save_ca(ca.as_ref(), &report, args.replace);
    if args.write || args.dry_run {
        let writing = write::Writing {
            args,
            intent: &intent,
            report: &report,
            scope: scope.unwrap_or(Scope::Everything(None)),
            before: &save_ca,
        };
        return writing.run();
    }
    save_ca()?;
    snippet(mercurial, &intent, &report)
}

/// A list of pins that makes hg abort is no list to be compared with.
fn unreadable_pins(args: &Args, check: &Check, target: &TargetArg) -> Result<(), Error> {
    let mercurial = check.mercurial.as_ref().filter(|_| !args.replace);
    let settings = mercurial.map(|mercurial| mercurial.settings(&target.target.written));
    match settings.and_then(|settings| settings.pins) {
        Some(Setting {
            value: Err(item),
            line,
        }) => Err(write::objection(&Objection::InvalidPin(item, line.source))),
        _ => Ok(()),
    }
}

/// Options that have no meaning for a CA.
fn fit_together(args: &Args) -> Result<(), Error> {
    if args.by == ByArg::Fingerprint {
        return Ok(());
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

/// A file that hg reads is looked at with all the others: their pins count, and their server.
fn scope(args: &Args) -> Result<Option<Scope<'_>>, Error> {
    Ok(match &args.hgrc {
        _ if args.no_hgrc => None,
        Some(file) if !is_read(file)? => Some(Scope::NewFile(file)),
        _ => Some(Scope::Everything(args.repository.as_deref())),
    })
}

/// The server. Where it is the host of `smtp.host`, that is how it is written, and without a port
/// `smtp.port` and `smtp.tls` count.
fn target(args: &Args, check: &Check) -> Result<TargetArg, Error> {
    let Some(given) = &args.target else {
        return check.configured_target();
    };
    let mut given = given.clone();
    let Some(mercurial) = &check.mercurial else {
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
    let unsaid = given.target.port.is_none() && given.target.tls.is_none();
    if unsaid && args.connection.connect.is_none() {
        given.target.port = configured.port;
        given.target.tls = configured.tls;
    }
    Ok(given)
}

/// One probe, and what is thought of it.
fn look(args: &Args, check: &Check, target: &TargetArg) -> Result<Report, Error> {
    let (endpoint, reference) = endpoint(
        &target.target,
        &args.connection,
        args.trust.servername.as_ref(),
    );
    let mut options = options(&args.connection, &reference)?;
    options.ehlo = options.ehlo.or_else(environment::fqdn);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let seen = runtime.block_on(probe(&endpoint, &options));
    runtime.shutdown_background();
    check.report(seen, target, &endpoint, &reference)
}

/// Whether this is the certificate that the user means.
fn decide_to_pin(args: &Args, report: &Report) -> Step<()> {
    let refuse = |why: &str| {
        say(why);
        Ok(Err(REFUSED))
    };
    let seen = report.seen.as_ref();
    let (Some(seen), Some(leaf)) = (seen, report.chain.first()) else {
        return Ok(Err(failed(report)));
    };
    if seen.possession != Possession::Proven {
        say(show::identity(report).trim_end());
        return match seen.failure {
            Some(_) => Ok(Err(failed(report))),
            None => refuse(
                "not pinned: the server has not proven that it holds the key of this certificate; anybody can present a copy",
            ),
        };
    }
    if seen.failure.is_some() {
        return Ok(Err(failed(report)));
    }
    if !args.expect.is_empty() && !args.expect.iter().any(|pin| pin.matches(leaf.der())) {
        say("not pinned: the server presents another certificate than --expect names");
        for pin in &args.expect {
            say(&format!("  expected    {pin}"));
        }
        return refuse(show::identity(report).trim_end());
    }
    if report.pins.matched == Some(false) && !args.replace && !args.add {
        say(show::alarm(report).trim_end());
        return refuse(
            "not pinned: somebody may be in between, or the server has a new certificate. Ask its\n\
             administrator for the fingerprint, or compare it over another way. If the new one is\n\
             right: --add accepts both while certificates rotate, --replace drops the old one.",
        );
    }
    let trusted = show::problems(report.judgement.as_ref()).is_empty();
    let known = report.pins.matched == Some(true) && args.by == ByArg::Fingerprint;
    if trusted || known || args.accept_untrusted || !args.expect.is_empty() {
        return Ok(Ok(()));
    }
    say(show::identity(report).trim_end());
    if ask::is_possible() {
        let question = "The chain is not trusted. Compare the fingerprint with one that you have\n\
             from elsewhere. Pin this certificate (yes, no, or the fingerprint)?";
        return Ok(if ask::confirm(question, leaf)? {
            Ok(())
        } else {
            say("not pinned");
            Err(REFUSED)
        });
    }
    refuse(
        "not pinned: the chain is not trusted. Compare the fingerprint with one that you have from\n\
         elsewhere, and give that with --expect; or name the CA with --cacerts.",
    )
}

/// Why there is nothing to pin, and the exit code.
fn failed(report: &Report) -> u8 {
    say(table::verdict(report, false).trim_end());
    let failure = report.seen.as_ref().and_then(|seen| seen.failure.as_ref());
    if let Some(failure) = failure {
        say(&format!("  -> {}", failure.advice()));
    }
    report.outcome().exit_code().max(REFUSED)
}

/// The CA to save, and where.
struct Ca {
    anchor: Certificate,
    /// As it stands in the configuration.
    path: String,
}

/// Finds the anchor for `--by cacerts`, and makes sure that Mercurial takes the server with it.
fn ca(args: &Args, check: &Check, target: &TargetArg, report: &Report) -> Step<Option<Ca>> {
    let (ByArg::Cacerts, Some(file)) = (args.by, &args.ca_out) else {
        if args.ca_out.is_some() {
            return Err(Error::new("--ca-out belongs to --by cacerts"));
        }
        return Ok(Ok(None));
    };
    let validated = report
        .judgement
        .as_ref()
        .and_then(|judgement| judgement.path.last());
    let self_signed = report
        .chain
        .first()
        .filter(|leaf| leaf.facts.as_ref().is_ok_and(|facts| facts.self_issued));
    let Some(anchor) = validated.or(self_signed).cloned() else {
        say("not pinned: the chain leads to no trust anchor, so there is no CA to save");
        say("  -> name the CA with --cacerts, or pin --by fingerprint");
        return Ok(Err(REFUSED));
    };
    let decision = with_anchor(check, target, report, &anchor);
    if decision.accepts != Some(true) {
        say(&format!(
            "not pinned: hg would not take the server by that CA: {}",
            visible(&decision.reason)
        ));
        say("  -> pin --by fingerprint");
        return Ok(Err(REFUSED));
    }
    let absolute = std::path::absolute(file).map_err(|why| {
        Error::new(format!(
            "cannot use \"{}\": {}",
            file.display(),
            io_text(&why)
        ))
    })?;
    let Some(path) = absolute.to_str().map(str::to_owned) else {
        return Err(Error::new(format!("\"{}\" is not UTF-8", file.display())));
    };
    Ok(Ok(Some(Ca { anchor, path })))
}

/// What hg would say with `verifycertsfile` alone.
fn with_anchor(
    check: &Check,
    target: &TargetArg,
    report: &Report,
    anchor: &Certificate,
) -> Decision {
    let written = &target.target.written;
    let config = format!("[hostsecurity]\n{written}:verifycertsfile = /ca\n");
    let mercurial = Mercurial::of(config.as_bytes());
    let mut settings: Settings = mercurial.settings(written);
    let seen = report.seen.as_ref();
    let mode = seen
        .and_then(|seen| seen.mode)
        .unwrap_or(crate::endpoint::TlsMode::Starttls);
    settings.transport = Transport::from(mode);
    let version = seen
        .and_then(|seen| seen.tls.as_ref())
        .map_or("", |tls| tls.version.as_str());
    let server = Server {
        host: written,
        mode,
        port: None,
        chain: &report.chain,
        tls_version: version,
        legacy: seen.is_some_and(|seen| seen.legacy),
        now: check.now,
    };
    let file = |_: &[u8]| CaFile::Certificates(vec![anchor.der().clone()]);
    decide(
        &settings,
        &server,
        &crate::judge::Anchors::new("none"),
        &file,
    )
}

/// Writes the CA's file; one that is there with the same certificate stays as it is.
fn save_ca(ca: Option<&Ca>, report: &Report, overwrite: bool) -> Result<(), Error> {
    let Some(ca) = ca else { return Ok(()) };
    let path = super::hg::resolve(Path::new(&ca.path));
    let before = Snapshot::default()
        .read(&path)
        .map_err(|why| Error::new(format!("cannot read \"{}\": {}", ca.path, io_text(&why))))?;
    if let Some(bytes) = &before {
        let same = pem::read(bytes).is_ok_and(|found| found == [ca.anchor.der().clone()]);
        if same {
            return Ok(());
        }
        if !overwrite {
            let message = format!("\"{}\" is there already, and holds something else", ca.path);
            return Err(Error::new(message).hint("--replace overwrites it; nothing was changed"));
        }
    }
    let text = show::ca_comment(report, &ca.anchor, VERSION) + &pem::write(ca.anchor.der());
    match replace(&path, before.as_deref(), text.as_bytes())? {
        Replaced::Yes => {
            say(&format!("saved the CA's certificate in {}", path.display()));
            Ok(())
        }
        Replaced::Changed => Err(Error::new(format!(
            "\"{}\" has just been changed by another program; nothing was written",
            path.display()
        ))),
    }
}

fn intent<'a>(
    args: &Args,
    target: &'a TargetArg,
    report: &'a Report,
    ca: Option<&'a Ca>,
) -> Result<Intent<'a>, Error> {
    let (Some(leaf), Some(port), Some(mode)) =
        (report.chain.first(), report.target.port, report.target.tls)
    else {
        return Err(Error::new("there is no certificate to pin"));
    };
    Ok(Intent {
        host: &target.target.written,
        port,
        mode,
        leaf: leaf.der(),
        by: ca.map_or(By::Fingerprint, |ca| By::Cacerts(&ca.path)),
        digest: args.digest.map(Into::into),
        legacy: args.legacy,
        old: match (args.replace, args.add, args.prune) {
            (true, ..) => Old::Replace,
            (_, true, _) => Old::Add,
            (.., true) => Old::Prune,
            _ => Old::Keep,
        },
    })
}

/// The lines to paste, and nothing else, on standard output.
fn snippet(mercurial: &Mercurial, intent: &Intent<'_>, report: &Report) -> Result<u8, Error> {
    let settings = mercurial.settings(intent.host);
    let own = is_smtp_host(&settings, intent.host);
    let mut lines = Vec::new();
    if own {
        lines.push(("smtp", "host".to_owned(), intent.host.to_owned()));
        lines.push(("smtp", "port".to_owned(), intent.port.to_string()));
        lines.push(("smtp", "tls".to_owned(), intent.mode.to_string()));
    } else {
        write::other_host(&settings, intent.host);
    }
    match intent.by {
        By::Fingerprint => {
            for (section, key, value) in pinned_lists(mercurial.config(), intent) {
                if section != "smtp" || own {
                    lines.push((section, key, value));
                }
            }
        }
        By::Cacerts(path) => {
            if own {
                lines.push(("smtp", "cacerts".to_owned(), path.to_owned()));
            }
            let key = format!("{}:verifycertsfile", intent.host);
            lines.push(("hostsecurity", key, path.to_owned()));
        }
    }
    print(&show::snippet(report, &lines, VERSION))?;
    Ok(0)
}

/// Whether a decision means that the server is verified by what was pinned.
fn is_pinned(decision: &Decision, by: By<'_>) -> bool {
    let ground = match by {
        By::Fingerprint => matches!(
            decision.decided_by,
            Ground::Fingerprints | Ground::HostFingerprints
        ),
        By::Cacerts(_) => decision.decided_by == Ground::Verifycertsfile,
    };
    decision.accepts == Some(true) && ground
}

/// A file to be named to the user.
fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Paths that lead to the same file.
fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| -> PathBuf { super::hg::resolve(path) };
    real(one) == real(other)
}
