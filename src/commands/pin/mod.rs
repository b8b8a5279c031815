//! `pin`: looks at a server, makes sure that its certificate is the one that the user means, and
//! prints or writes the settings that make Mercurial accept it and no other, or prints those of
//! another program.

mod again;
mod ask;
mod ca;
mod consent;
mod for_tool;
mod library;
mod paste;
mod twin;
mod write;

use super::assess::{Assessor, Sources, endpoint, options};
use super::environment;
use super::error::Error;
use super::mercurial::{Mercurial, Scope, is_read};
use super::terminal::{print, say};
use crate::cli::{ByArg, Pin as Args, TargetArg};
use crate::endpoint::{Endpoint, Host, Start};
use crate::escape::visible;
use crate::judge::Anchors;
use crate::judge::clients::Answer;
use crate::mercurial::{
    Configured, Decision, Existing, Ground, Intent, PinObjection, PinnedBy, Server, Setting,
    Settings, changes_for, decide, is_smtp_host, kept_port, pinned_lists,
};
use crate::observation::{KeyType, Possession, Sighting};
use crate::render::pin as show;
use crate::report::Report;
use crate::survey::{self, Options};
use std::fmt::Write as _;
use std::path::Path;

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
        Some(Some(program)) => return for_tool::run(args, program),
    }
    fit_together(args)?;
    let scope = scope(args)?;
    let from_hgrc = args.target.is_none();
    let named = args.hgrc.is_some() || args.repository.is_some();
    let check = Assessor::read(&Sources {
        cacerts: &args.trust.cacerts,
        scope,
        hgrc_needed: from_hgrc || named || args.write || args.dry_run,
        from_hgrc: false,
        hg_version: args.hg.hg_version.as_ref(),
        ..Sources::default()
    })?;
    let target = target(args, &check)?;
    let first = look(args, &check, &target)?;
    unreadable_pins(args, &check, &target)?;
    let set = again::look(args, &check, &target, first, by(args).into())?;
    let report = set.report();
    let ca = match agreed(args, &target, &set)? {
        Ok(ca) => ca,
        Err(code) => return Ok(code),
    };
    let intent = intent(args, &target, report, ca.as_ref())?;
    let none = Mercurial::none();
    let mercurial = check.mercurial.as_ref().unwrap_or(&none);
    // What may not be written is neither printed nor prepared.
    changes_for(mercurial.config(), mercurial.environment(), &intent)
        .map_err(|why| write::objection(&why))?;
    sends_sni(args, "hg");
    if by(args) == ByArg::Fingerprint {
        twin::look(args, &target, report, "hg")?;
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
fn agreed(args: &Args, target: &TargetArg, set: &again::Set) -> Step<Option<ca::Ca>> {
    let report = set.report();
    set.tell(args);
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

/// A server for several names may answer with another certificate then.
fn sends_sni(args: &Args, program: &str) {
    if args.connection.no_sni {
        say(&format!(
            "note: {program} sends the server's name (SNI), and may be shown another certificate than\n\
             this one, which was asked for with --no-sni"
        ));
    }
}

/// A list of pins that makes hg abort is no list to be compared with.
fn unreadable_pins(args: &Args, check: &Assessor, target: &TargetArg) -> Result<(), Error> {
    let mercurial = check.mercurial.as_ref().filter(|_| !args.replace);
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

/// Options that have no meaning for a CA.
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
fn target(args: &Args, check: &Assessor) -> Result<TargetArg, Error> {
    let Some(given) = &args.target else {
        return check.configured_target();
    };
    has_its_port(args, given, "hg")?;
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
    let unsaid = given.target.port.is_none() && given.target.start.is_none();
    if unsaid && args.connection.connect.is_none() {
        given.target.port = configured.port;
        given.target.start = configured.start;
    }
    Ok(given)
}

/// The port of a tunnel is not the one to pin.
fn has_its_port(args: &Args, given: &TargetArg, program: &str) -> Result<(), Error> {
    let elsewhere = args.connection.connect.as_ref().and_then(|to| to.port);
    if elsewhere.is_none() || given.target.port.is_some() {
        return Ok(());
    }
    let host = &given.target.written;
    Err(Error::new(format!(
        "--connect has a port and TARGET has none: which one is {program} to use?"
    ))
    .hint(format!("name it: {host}:587, say")))
}

/// One probe, and what is thought of it.
fn look(args: &Args, check: &Assessor, target: &TargetArg) -> Result<Report, Error> {
    let (endpoint, reference) = where_to(args, target);
    let seen = observe(args, &endpoint, &reference, None)?;
    Ok(check.report(seen, target, &endpoint, &reference))
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
) -> Result<Sighting, Error> {
    let options = probe_options(args, reference, key_type)?;
    block_on(survey::look(endpoint, &options))
}

fn probe_options(
    args: &Args,
    reference: &Host,
    key_type: Option<KeyType>,
) -> Result<Options, Error> {
    let mut options = options(&args.connection, reference)?;
    let probe = &mut options.probe;
    probe.ehlo = probe.ehlo.take().or_else(environment::fqdn);
    probe.key_type = key_type.or(probe.key_type);
    Ok(options)
}

fn block_on<F: Future>(task: F) -> Result<F::Output, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Error::new(format!("cannot start: {why}")))?;
    let ended = runtime.block_on(task);
    // A lookup that hangs must not keep the program from ending.
    runtime.shutdown_background();
    Ok(ended)
}

/// The server of the report, as Mercurial would meet it.
fn server<'a>(host: &'a str, mode: Start, port: Option<u16>, report: &'a Report) -> Server<'a> {
    let seen = report.seen();
    let tls = seen.and_then(|seen| seen.tls.as_ref());
    Server {
        host,
        mode,
        port,
        chain: report.chain(),
        tls_version: tls.map_or("", |tls| tls.version.as_str()),
        handshake_failed: seen.is_some_and(|seen| seen.failure.is_some()),
        key_proven: seen.is_some_and(|seen| seen.possession == Possession::Proven),
        now: report.at,
    }
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

/// The lines to paste, and nothing else, on standard output.
fn snippet(mercurial: &Mercurial, intent: &Intent<'_>, report: &Report) -> Result<u8, Error> {
    let settings = mercurial.settings(intent.host);
    let own = is_smtp_host(&settings, intent.host);
    let mut lines = Vec::new();
    if own && kept_port(&settings, intent).is_none() {
        lines.push(Setting::new("smtp", "host", intent.host));
        lines.push(Setting::new("smtp", "port", intent.port.to_string()));
        lines.push(Setting::new("smtp", "tls", intent.mode.to_string()));
    } else if !own {
        write::other_host(&settings, intent.host);
    }
    match intent.by {
        PinnedBy::Fingerprint => {
            for setting in pinned_lists(mercurial.config(), intent) {
                if setting.section != "smtp" || own {
                    lines.push(setting);
                }
            }
        }
        PinnedBy::Cacerts(path) => {
            if own {
                lines.push(Setting::new("smtp", "cacerts", path));
            }
            let key = format!("{}:verifycertsfile", intent.host);
            lines.push(Setting::new("hostsecurity", key, path));
        }
    }
    print(&show::snippet(report, &lines, VERSION))?;
    unsure(mercurial, &lines, intent, report);
    Ok(0)
}

/// Says what keeps the pin of a server that we could not speak to from being enough.
fn unsure(mercurial: &Mercurial, lines: &[Setting], intent: &Intent<'_>, report: &Report) {
    let mut text = String::new();
    for Setting {
        section,
        key,
        value,
    } in lines
    {
        let _ = write!(text, "[{section}]\n{key} = {value}\n");
    }
    let pinned = Mercurial::of(text.as_bytes()).settings(intent.host);
    let settings = Settings {
        transport: intent.mode.into(),
        pins: pinned.pins,
        verifycertsfile: pinned.verifycertsfile,
        // Whether hg email runs is another question.
        runs: Vec::new(),
        ..mercurial.settings(intent.host)
    };
    let server = server(intent.host, intent.mode, None, report);
    if server.key_proven && !server.handshake_failed {
        return;
    }
    let none = Anchors::new("none");
    let decision = decide(
        &settings,
        &server,
        &mercurial.installation(&none),
        &super::mercurial::ca_file,
    );
    let verdict = match decision.answer {
        Answer::Accepts => return,
        Answer::Refuses => "with these lines hg email still refuses the server",
        Answer::Unknown => "with these lines hg email may still refuse the server",
    };
    say(&format!("note: {verdict}: {}", visible(&decision.reason)));
}

/// Whether a decision means that the server is verified by what was pinned.
fn is_pinned(decision: &Decision, by: PinnedBy<'_>) -> bool {
    let ground = match by {
        PinnedBy::Fingerprint => matches!(
            decision.decided_by,
            Ground::Fingerprints | Ground::HostFingerprints
        ),
        PinnedBy::Cacerts(_) => decision.decided_by == Ground::Verifycertsfile,
    };
    decision.answer == Answer::Accepts && ground
}

/// A file to be named to the user.
fn name(path: &Path) -> String {
    path.display().to_string()
}
