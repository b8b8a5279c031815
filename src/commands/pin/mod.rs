//! `pin`: looks at a server, makes sure that its certificate is the one that the user means, and
//! prints or writes the settings that make Mercurial accept it and no other, or prints those of
//! another program.

mod ask;
mod for_tool;
mod twin;
mod write;

use super::check::{Check, Wanted, endpoint, options};
use super::hg::{Mercurial, Scope, Snapshot, is_read};
use super::replace::{Replaced, replace};
use super::{Error, environment, io_text, print, say};
use crate::certificate::{Certificate, pem};
use crate::cli::{ByArg, Pin as Args, TargetArg};
use crate::endpoint::{Endpoint, Host, TlsMode};
use crate::escape::visible;
use crate::judge::Anchors;
use crate::mercurial::{
    By, CaFile, Decision, Ground, Intent, Objection, Old, Server, Setting, Settings, Transport,
    decide, is_smtp_host, pinned_lists, stays, wants,
};
use crate::observation::{KeyType, Observation, Possession};
use crate::probe::probe;
use crate::render::{pin as show, table};
use crate::report::Report;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a step came to: go on, or end with this exit code. Everything has been said then.
type Step<T> = Result<Result<T, u8>, Error>;

/// Nothing was pinned.
const REFUSED: u8 = 1;

/// Runs it.
pub(super) fn run(args: &Args) -> Result<u8, Error> {
    match args.for_tool {
        None => {}
        Some(None) => return for_tool::list(args),
        Some(Some(tool)) => return for_tool::run(args, tool.into()),
    }
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
    let ca = match ca(args, &target, &report)? {
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
    twin::look(args, &target, &report)?;
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
    match (by(args), &args.ca_out) {
        (ByArg::Fingerprint, _) => return Ok(()),
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

/// What Mercurial is to go by.
fn by(args: &Args) -> ByArg {
    args.by.unwrap_or(ByArg::Fingerprint)
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
    let elsewhere = args.connection.connect.as_ref().and_then(|to| to.port);
    if elsewhere.is_some() && given.target.port.is_none() {
        let host = &given.target.written;
        return Err(Error::new(
            "--connect has a port and TARGET has none: which one is hg to use?",
        )
        .hint(format!("name it: {host}:587, say")));
    }
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
    let (endpoint, reference) = where_to(args, target);
    let seen = observe(args, &endpoint, &reference, None)?;
    check.report(seen, target, &endpoint, &reference)
}

fn where_to(args: &Args, target: &TargetArg) -> (Endpoint, Host) {
    let servername = args.trust.servername.as_ref();
    endpoint(&target.target, &args.connection, servername)
}

/// `key_type`: ask for such a key whatever the command line says.
fn observe(
    args: &Args,
    endpoint: &Endpoint,
    reference: &Host,
    key_type: Option<KeyType>,
) -> Result<Observation, Error> {
    let mut options = options(&args.connection, reference)?;
    options.ehlo = options.ehlo.or_else(environment::fqdn);
    options.key_type = key_type.or(options.key_type);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let seen = runtime.block_on(probe(endpoint, &options));
    runtime.shutdown_background();
    Ok(seen)
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
    if let Err(code) = proven(args, report, seen) {
        return Ok(Err(code));
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
    let problems = show::problems(report.judgement.as_ref());
    let trusted = problems
        .iter()
        .all(|code| args.accept_unproven && UNPROVEN.contains(code));
    let known = report.pins.matched == Some(true) && by(args) == ByArg::Fingerprint;
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

/// The problems that `--accept-unproven` accepts.
const UNPROVEN: [&str; 2] = ["key-not-proven", "obsolete-tls"];

/// Whether the server holds the key of its certificate, or the user does without the proof.
fn proven(args: &Args, report: &Report, seen: &Observation) -> Result<(), u8> {
    match seen.possession {
        Possession::Proven if seen.failure.is_none() => return Ok(()),
        Possession::Proven => return Err(failed(report)),
        Possession::NotSeen | Possession::NotCheckable if args.accept_unproven => return Ok(()),
        _ => say(show::identity(report).trim_end()),
    }
    let code = if seen.failure.is_some() {
        failed(report)
    } else {
        REFUSED
    };
    if seen.possession == Possession::Refuted {
        say(
            "not pinned: the server signs with another key than that of the certificate which it\n\
             presents: it is a copy, or the server is set up wrongly",
        );
    } else {
        say(
            "not pinned: the server has not proven that it holds the key of this certificate; anybody\n\
             can present a copy. --accept-unproven pins it all the same: hg checks the key itself",
        );
    }
    Err(code)
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
fn ca(args: &Args, target: &TargetArg, report: &Report) -> Step<Option<Ca>> {
    let (ByArg::Cacerts, Some(file)) = (by(args), &args.ca_out) else {
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
    let decision = with_anchor(target, report, &anchor);
    let unknown = args.accept_unproven && decision.accepts.is_none();
    if decision.accepts != Some(true) && !unknown {
        say(&format!(
            "not pinned: hg would not take the server by that CA: {}",
            visible(&decision.reason)
        ));
        say("  -> pin --by fingerprint");
        return Ok(Err(REFUSED));
    }
    let path = absolute(file)?;
    Ok(Ok(Some(Ca { anchor, path })))
}

/// A file as it can be named in a configuration.
fn absolute(file: &Path) -> Result<String, Error> {
    let absolute = std::path::absolute(file).map_err(|why| {
        Error::new(format!(
            "cannot use \"{}\": {}",
            file.display(),
            io_text(&why)
        ))
    })?;
    match absolute.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(Error::new(format!("\"{}\" is not UTF-8", file.display()))),
    }
}

/// What hg would say with `verifycertsfile` alone.
fn with_anchor(target: &TargetArg, report: &Report, anchor: &Certificate) -> Decision {
    let written = &target.target.written;
    let config = format!("[hostsecurity]\n{written}:verifycertsfile = /ca\n");
    let mercurial = Mercurial::of(config.as_bytes());
    let mut settings: Settings = mercurial.settings(written);
    let mode = report.seen.as_ref().and_then(|seen| seen.mode);
    let mode = mode.unwrap_or(TlsMode::Starttls);
    settings.transport = Transport::from(mode);
    let server = server(written, mode, None, report);
    let file = |_: &[u8]| CaFile::Certificates(vec![anchor.der().clone()]);
    decide(&settings, &server, &Anchors::new("none"), &file)
}

/// The server of the report, as Mercurial would meet it.
fn server<'a>(host: &'a str, mode: TlsMode, port: Option<u16>, report: &'a Report) -> Server<'a> {
    let seen = report.seen.as_ref();
    let tls = seen.and_then(|seen| seen.tls.as_ref());
    Server {
        host,
        mode,
        port,
        chain: &report.chain,
        tls_version: tls.map_or("", |tls| tls.version.as_str()),
        handshake_failed: seen.is_some_and(|seen| seen.failure.is_some()),
        now: report.at,
    }
}

/// Writes the CA's file.
fn save_ca(ca: Option<&Ca>, report: &Report, overwrite: bool) -> Result<(), Error> {
    let Some(ca) = ca else { return Ok(()) };
    let text = show::ca_comment(report, &ca.anchor, VERSION) + &pem::write(ca.anchor.der());
    let hint = (!overwrite).then_some("--replace overwrites it; nothing was changed");
    save(&ca.path, &ca.anchor, &text, hint)?;
    Ok(())
}

/// Writes a certificate's file; one that is there with the same certificate stays as it is. With a
/// hint, one that holds something else is an error.
fn save(
    path: &str,
    certificate: &Certificate,
    text: &str,
    keep: Option<&'static str>,
) -> Result<(), Error> {
    let real = super::hg::resolve(Path::new(path));
    let before = Snapshot::default()
        .read(&real)
        .map_err(|why| Error::new(format!("cannot read \"{path}\": {}", io_text(&why))))?;
    if let Some(bytes) = &before {
        let same = pem::read(bytes).is_ok_and(|found| found == [certificate.der().clone()]);
        if same {
            return Ok(());
        }
        if let Some(hint) = keep {
            let message = format!("\"{path}\" is there already, and holds something else");
            return Err(Error::new(message).hint(hint));
        }
    }
    match replace(&real, before.as_deref(), text.as_bytes())? {
        Replaced::Yes => {
            say(&format!("saved the certificate in {}", real.display()));
            Ok(())
        }
        Replaced::Changed => Err(Error::new(format!(
            "\"{}\" has just been changed by another program; nothing was written",
            real.display()
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
    if own && stays(&settings, intent).is_none() {
        lines.push(("smtp", "host".to_owned(), intent.host.to_owned()));
        lines.push(("smtp", "port".to_owned(), intent.port.to_string()));
        lines.push(("smtp", "tls".to_owned(), intent.mode.to_string()));
    } else if !own {
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
    unsure(&settings, &lines, intent, report);
    Ok(0)
}

/// Says what keeps the pin of a server that we could not speak to from being enough.
fn unsure(
    settings: &Settings,
    lines: &[(&'static str, String, String)],
    intent: &Intent<'_>,
    report: &Report,
) {
    let mut text = String::new();
    for (section, key, value) in lines {
        let _ = write!(text, "[{section}]\n{key} = {value}\n");
    }
    let pinned = Mercurial::of(text.as_bytes()).settings(intent.host);
    let settings = Settings {
        transport: intent.mode.into(),
        pins: pinned.pins,
        verifycertsfile: pinned.verifycertsfile,
        ..settings.clone()
    };
    let server = server(intent.host, intent.mode, None, report);
    if !server.handshake_failed {
        return;
    }
    let decision = decide(
        &settings,
        &server,
        &Anchors::new("none"),
        &super::hg::ca_file,
    );
    let verdict = match decision.accepts {
        Some(true) => return,
        Some(false) => "with these lines hg email still refuses the server",
        None => "with these lines hg email may still refuse the server",
    };
    say(&format!("note: {verdict}: {}", visible(&decision.reason)));
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
