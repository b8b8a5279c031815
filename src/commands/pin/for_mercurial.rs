//! `pin` for Mercurial: what is looked at, agreed to, and printed or written.

use super::ca::{self, Ca};
use super::consent;
use super::observer::Observer;
use super::plan_error::objection;
use super::request::{MercurialRequest, Output, Request};
use super::rounds::{self, Looks};
use super::second_certificate;
use super::snippet::snippet;
use super::stopped::Stopped;
use super::write::{Verification, Writing};
use crate::cli::TargetArg;
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::commands::mercurial::{Mercurial, Scope};
use crate::mercurial::{Configured, Existing, Intent, PinObjection, PinnedBy, changes_for};
use crate::programs::By;
use crate::report::Report;
use std::path::Path;

/// Pins the server for Mercurial.
pub(super) fn run(typed: &MercurialRequest<'_>) -> Result<(), Stopped> {
    let request = &typed.request;
    let assessor = Assessor::read(&typed.sources)?;
    let observer = Observer::new(&assessor, target(typed, &assessor)?, &typed.route)?;
    let first = observer.look()?;
    let host = observer.asked.written();
    if request.existing != Existing::Replace {
        readable_pins(&assessor, host)?;
    }
    let looks = rounds::look(&observer, request, first)?;
    let Agreed { pinned, ca } = agreed(request, &looks, typed.ca_out, host)?;
    let report = &looks.report;
    let intent = intent(typed, host, &pinned, ca.as_ref())?;
    let none = Mercurial::none();
    let mercurial = assessor.mercurial().unwrap_or(&none);
    // What may not be written is neither printed nor prepared.
    changes_for(mercurial.config(), mercurial.environment(), &intent)
        .map_err(|why| objection(&why))?;
    observer.note_sni("hg");
    if request.by == By::Certificate {
        second_certificate::look(&observer, &pinned, None, "hg")?;
    }
    match typed.output {
        Output::File(edit) => {
            let pin = Verification {
                intent: &intent,
                report,
                pinned: &pinned,
                scope: typed.sources.scope.unwrap_or(Scope::Everything(None)),
                release: typed.sources.hg_version,
                ca: ca.as_ref(),
            };
            Writing { edit, pin }.run()
        }
        Output::Snippet => {
            if let Some(ca) = &ca {
                ca.save(&ca.file(request.existing)?, report)?;
            }
            Ok(snippet(mercurial, &intent, report, &pinned)?)
        }
    }
}

/// What the user agrees to.
struct Agreed {
    /// A report on each certificate; at least one.
    pinned: Vec<Report>,
    /// The CA, if it is pinned instead.
    ca: Option<Ca>,
}

/// Makes sure that the user agrees to what is about to be pinned.
fn agreed(
    request: &Request<'_>,
    looks: &Looks,
    ca_out: Option<&Path>,
    host: &str,
) -> Result<Agreed, Stopped> {
    let pinned = consent::given(request, looks)?;
    let ca = match ca_out {
        Some(file) => Some(ca::of(file, host, &looks.report, request.accepts.unproven)?),
        None => None,
    };
    for report in &pinned {
        let lasting = ca.as_ref().map(|ca| &ca.anchor).or(report.leaf());
        consent::to_lifetime(request, report, lasting)?;
    }
    Ok(Agreed { pinned, ca })
}

/// Makes sure that the configured pins can be compared with: hg aborts at a list that it cannot read.
fn readable_pins(assessor: &Assessor, host: &str) -> Result<(), Error> {
    let mercurial = assessor.mercurial();
    let settings = mercurial.map(|mercurial| mercurial.settings(host));
    match settings.and_then(|settings| settings.pins) {
        Some(Configured {
            value: Err(item),
            line,
        }) => Err(objection(&PinObjection::InvalidPin(item, line.source))),
        _ => Ok(()),
    }
}

/// The server. If it is the host of `smtp.host`, it is written as there, and without a port
/// `smtp.port` and `smtp.tls` count.
fn target(typed: &MercurialRequest<'_>, assessor: &Assessor) -> Result<TargetArg, Error> {
    let Some(given) = typed.target else {
        return assessor.configured_target();
    };
    typed.route.has_port_of(given, "hg")?;
    let mut given = given.clone();
    let Some(mercurial) = assessor.mercurial() else {
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
    if unsaid && typed.route.is_direct() {
        given.target.port = configured.port;
        given.target.start = configured.start;
    }
    Ok(given)
}

fn intent<'a>(
    typed: &MercurialRequest<'_>,
    host: &'a str,
    pinned: &'a [Report],
    ca: Option<&'a Ca>,
) -> Result<Intent<'a>, Error> {
    let target = pinned.first().map(|report| &report.target);
    let place = target.and_then(|target| Some((target.port?, target.tls?)));
    let leaves = pinned.iter().filter_map(Report::leaf);
    let leaves: Vec<&[u8]> = leaves.map(|leaf| leaf.der().as_ref()).collect();
    let (false, Some((port, start))) = (leaves.is_empty(), place) else {
        return Err(Error::new("there is no certificate to pin"));
    };
    Ok(Intent {
        host,
        port,
        start,
        leaves,
        by: ca.map_or(PinnedBy::Fingerprint, |ca| PinnedBy::Cacerts(&ca.path)),
        digest: typed.digest,
        legacy: typed.legacy,
        old: typed.request.existing,
    })
}
