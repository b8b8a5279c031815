//! `pin --all`: the certificates of all places of a host, pinned together or not at all.

mod agree;
mod describe;
mod walk;

use super::also;
use super::consent;
use super::finish::{self, Meant};
use super::observer::Observer;
use super::places::Places;
use super::possession::failed;
use super::request::MercurialRequest;
use super::shown::Shown;
use super::stopped::Stopped;
use crate::certificate::Certificate;
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::endpoint::Start;
use crate::finding::Code;
use crate::fingerprint::Pin;
use crate::mercurial::obeyed_pins;
use crate::pin_set::{Look, Member, PinSet};
use crate::render::pin::problems;
use crate::render::pin_set as show;
use crate::report::{Report, Target};
use walk::{Sight, Walk};

/// The ports for `hg email` where the user names none: those of submission first (RFC 6409 §3.1).
const SUBMISSION: [u16; 3] = [587, 465, 25];

/// Pins the host for Mercurial.
pub(super) fn for_mercurial(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    observer: &Observer<'_>,
    places: Places,
) -> Result<(), Stopped> {
    let request = &typed.request;
    let host = observer.asked.written();
    let walked = walk::look(observer, places)?;
    let coming = also::read(typed.also, observer)?;
    let pins = pins(assessor, host);
    let set = set(&walked, &coming, &pins);
    describe::set(&set, &walked, host);
    if set.members.iter().all(Member::is_to_come) {
        return Err(nothing(&walked));
    }
    let agreed = agree::given(request, &set, walked.at)?;
    let members = agreed.members();
    coming.iter().for_each(also::note);
    let pinned = reports(members, &walked, host);
    for report in pinned.iter().chain(&coming) {
        consent::to_lifetime(request, report, report.leaf())?;
    }
    let comments = members.iter().map(|one| show::comment(one, walked.at));
    let comments: Vec<String> = comments.collect();
    let whole = whole(&walked, &pinned, host).ok_or_else(|| nothing(&walked))?;
    let meant = Meant {
        host,
        port: port(observer, &walked),
        leaves: members.iter().map(|one| one.leaf.der().as_ref()).collect(),
        ca: None,
    };
    let intent = finish::intent(typed, assessor, &meant)?;
    observer.note_sni("hg");
    let shown = Shown {
        report: &whole,
        pinned: &pinned,
        comments: &comments,
    };
    finish::output(typed, assessor, (&intent, None), &shown)
}

/// The pins that count for a host.
fn pins(assessor: &Assessor, host: &str) -> Vec<Pin> {
    let settings = assessor
        .mercurial()
        .map(|mercurial| mercurial.settings(host));
    settings.map_or_else(Vec::new, |settings| {
        obeyed_pins(&settings, settings.is_smtp_host(host))
    })
}

fn set(walked: &Walk, coming: &[Report], pins: &[Pin]) -> PinSet {
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
fn reports(members: &[Member], walked: &Walk, host: &str) -> Vec<Report> {
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
fn whole(walked: &Walk, pinned: &[Report], host: &str) -> Option<Report> {
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
/// those that do.
fn port(observer: &Observer<'_>, walked: &Walk) -> (u16, Start) {
    let endpoint = &observer.asked.endpoint;
    let seen = |port: u16| {
        let mut sights = walked.sights.iter();
        let sight = sights.find(|sight| sight.look.place.port == port)?;
        Some((port, sight.target.tls?))
    };
    let is_named = observer.asked.target.target.port.is_some();
    let other = || SUBMISSION.into_iter().find_map(seen);
    seen(endpoint.port)
        .or_else(|| other().filter(|_| !is_named))
        .unwrap_or((endpoint.port, endpoint.first_start()))
}

/// No place showed a certificate.
fn nothing(walked: &Walk) -> Stopped {
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
