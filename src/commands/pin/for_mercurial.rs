//! `pin` for Mercurial: what is looked at, agreed to, and printed or written.

use super::also;
use super::ca::{self, Ca};
use super::consent;
use super::finish::{self, Meant, Shown};
use super::observer::Observer;
use super::only_smtp;
use super::plan_error::objection;
use super::request::{MercurialRequest, Request};
use super::rounds::{self, Looks};
use super::second_certificate;
use super::set;
use super::stopped::Stopped;
use crate::cli::TargetArg;
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::endpoint::Protocol;
use crate::mercurial::{Configured, Existing, PinObjection};
use crate::programs::By;
use crate::render::pin as show;
use crate::report::Report;
use std::path::Path;

/// Pins the server for Mercurial.
pub(super) fn run(typed: &MercurialRequest<'_>) -> Result<(), Stopped> {
    let assessor = Assessor::read(&typed.sources)?;
    let observer = Observer::new(&assessor, target(typed, &assessor)?, &typed.route)?;
    if let Some(places) = &typed.places {
        readable_pins(typed, &assessor, observer.asked.written())?;
        return match &typed.check {
            Some(how) => set::check(typed, (&assessor, &observer), places, how),
            None => set::for_mercurial(typed, &assessor, &observer, places),
        };
    }
    speaks_smtp(&observer, observer.asked.endpoint.protocol)?;
    let first = observer.look()?;
    let spoken = first.leaf().and(first.target.protocol);
    speaks_smtp(&observer, spoken)?;
    readable_pins(typed, &assessor, observer.asked.written())?;
    one(typed, &assessor, &observer, first)
}

/// Makes sure that the server is one that `hg email` can talk to, as far as its protocol is known.
fn speaks_smtp(observer: &Observer<'_>, spoken: Option<Protocol>) -> Result<(), Stopped> {
    let endpoint = &observer.asked.endpoint;
    match spoken {
        None | Some(Protocol::Smtp) => Ok(()),
        Some(other) => Err(only_smtp::refused(&endpoint.host, endpoint.port, other).report()),
    }
}

/// Pins what one port presents.
fn one(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    observer: &Observer<'_>,
    first: Report,
) -> Result<(), Stopped> {
    let request = &typed.request;
    let host = observer.asked.written();
    let looks = rounds::look(observer, request, first)?;
    let coming = also::read(typed.also, observer)?;
    let Agreed { pinned, ca } = agreed(request, &looks, typed.ca_out, host)?;
    also::agreed(request, &coming)?;
    let target = pinned.first().map(|report| &report.target);
    let port = target.and_then(|target| Some((target.port?, target.tls?)));
    let leaves = pinned.iter().filter_map(Report::leaf);
    let coming_leaves = coming.iter().filter_map(Report::leaf);
    let port = port.ok_or_else(|| Error::new("there is no certificate to pin"))?;
    let meant = Meant {
        host,
        port,
        ports: vec![port.0],
        leaves: leaves
            .chain(coming_leaves)
            .map(|leaf| leaf.der().as_ref())
            .collect(),
        ca: ca.as_ref(),
    };
    let intent = finish::intent(typed, assessor, &meant)?;
    observer.note_sni("hg");
    if request.by == By::Certificate {
        second_certificate::look(observer, &pinned, None, "hg")?;
    }
    let mut comments = show::comments(&pinned);
    comments.extend(coming.iter().map(show::coming));
    let shown = Shown {
        report: &looks.report,
        pinned: &pinned,
        comments: &comments,
    };
    finish::output(typed, assessor, (&intent, ca.as_ref()), &shown)
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
fn readable_pins(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    host: &str,
) -> Result<(), Error> {
    if typed.request.existing == Existing::Replace {
        return Ok(());
    }
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
        return assessor.configured_target(typed.route.connection());
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
    let configured = assessor.configured_target(typed.route.connection())?.target;
    given.target.written = configured.written;
    let unsaid = given.target.port.is_none() && given.target.start.is_none();
    if unsaid && typed.route.is_direct() {
        given.target.port = configured.port;
        given.target.start = configured.start;
    }
    Ok(given)
}
