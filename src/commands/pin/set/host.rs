//! What the walk showed, as a set and as reports.

use super::super::observer::Observer;
use super::super::only_smtp;
use super::super::possession::failed;
use super::super::stopped::Stopped;
use super::walk::{Sight, Walk};
use crate::certificate::Certificate;
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::endpoint::{Protocol, Start};
use crate::finding::Code;
use crate::fingerprint::Pin;
use crate::mercurial::obeyed_pins;
use crate::pin_set::{Look, Member, PinSet};
use crate::render::pin::problems;
use crate::render::pin_set as show;
use crate::report::{Report, Target};

/// The ports for `hg email` where the user names none: those of submission first (RFC 6409 §3.1).
const SUBMISSION: [u16; 3] = [587, 465, 25];

/// The pins that count for a host.
pub(super) fn pins(assessor: &Assessor, host: &str) -> Vec<Pin> {
    let settings = assessor
        .mercurial()
        .map(|mercurial| mercurial.settings(host));
    settings.map_or_else(Vec::new, |settings| {
        obeyed_pins(&settings, settings.is_smtp_host(host))
    })
}

/// The set of what was seen and of what is to come.
pub(super) fn set(walked: &Walk, coming: &[Report], pins: &[Pin]) -> PinSet {
    let looks: Vec<Look> = walked
        .sights
        .iter()
        .map(|sight| sight.look.clone())
        .collect();
    let coming: Vec<(Certificate, Vec<Code>)> = coming
        .iter()
        .filter_map(|report| Some((report.leaf()?.clone(), problems(report.judgement()))))
        .collect();
    PinSet::of(&looks, &coming, pins)
}

/// A report on each certificate that was seen, by its best look.
pub(super) fn reports(members: &[Member], walked: &Walk, host: &str) -> Vec<Report> {
    members
        .iter()
        .filter_map(|member| {
            let mut sights = member.looks.iter().map(|index| &walked.sights[*index]);
            let Sight {
                assessment, target, ..
            } = sights.next()?;
            let target = Target {
                label: format!("{host}, {}", show::place(member)),
                ..target.clone()
            };
            let mut report = Report::single(target, assessment.clone(), walked.at);
            report.others = sights.map(|sight| sight.assessment.clone()).collect();
            Some(report)
        })
        .collect()
}

/// The report that speaks for the host.
pub(super) fn whole(walked: &Walk, pinned: &[Report], host: &str) -> Option<Report> {
    let mut whole = pinned.first()?.clone();
    let mut ports: Vec<u16> = walked
        .sights
        .iter()
        .map(|one| one.look.place.port)
        .collect();
    ports.sort_unstable();
    ports.dedup();
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    whole.target.label = format!("{host}, ports {}", ports.join(", "));
    Some(whole)
}

/// The port for `hg email`: that of the target if it was named, or shows a certificate; else one of
/// those that do. It is a port of SMTP that was looked at.
pub(super) fn port(observer: &Observer<'_>, walked: &Walk) -> Result<(u16, Start), Stopped> {
    let endpoint = &observer.asked.endpoint;
    let at = |port: u16| {
        let mut sights = walked.sights.iter();
        sights.find(|sight| sight.look.place.port == port)
    };
    let seen = |port: u16| Some((port, smtp(at(port)?)?));
    if let Some(found) = seen(endpoint.port) {
        return Ok(found);
    }
    if observer.asked.target.target.port.is_some() {
        let spoken = at(endpoint.port).and_then(spoken);
        return match spoken.unwrap_or(endpoint.first_protocol()) {
            Protocol::Smtp => Ok((endpoint.port, endpoint.first_start())),
            other => Err(only_smtp::refused(&endpoint.host, endpoint.port, other).report()),
        };
    }
    let any = || {
        let mut sights = walked.sights.iter();
        sights.find_map(|sight| Some((sight.look.place.port, smtp(sight)?)))
    };
    let found = SUBMISSION.into_iter().find_map(seen).or_else(any);
    found.ok_or_else(|| only_smtp::nowhere(&endpoint.host).report())
}

/// How TLS starts on the port of the target, or, if the user names none and it shows no certificate,
/// on one of those that do.
pub(super) fn start(observer: &Observer<'_>, walked: &Walk) -> Start {
    let endpoint = &observer.asked.endpoint;
    let seen = |port: u16| {
        let mut sights = walked.sights.iter();
        sights
            .find(|sight| sight.look.place.port == port)?
            .target
            .tls
    };
    let is_named = observer.asked.target.target.port.is_some();
    let other = || SUBMISSION.into_iter().find_map(seen);
    seen(endpoint.port)
        .or_else(|| other().filter(|_| !is_named))
        .unwrap_or(endpoint.first_start())
}

fn spoken(sight: &Sight) -> Option<Protocol> {
    let seen = sight.assessment.seen.as_ref();
    let spoken = seen.and_then(|seen| seen.protocol);
    spoken.or(sight.target.protocol)
}

/// How TLS starts at the place, if SMTP is spoken there.
fn smtp(sight: &Sight) -> Option<Start> {
    let is_smtp = spoken(sight) == Some(Protocol::Smtp);
    sight.target.tls.filter(|_| is_smtp)
}

/// No place showed a certificate.
pub(super) fn nothing(walked: &Walk) -> Stopped {
    let mut reports = walked.reports.iter();
    match reports.next() {
        Some(first) => failed(
            reports
                .find(|report| !report.representative.is_silent())
                .unwrap_or(first),
        ),
        None => Stopped::Failed(Error::new("there is no port to look at")),
    }
}
