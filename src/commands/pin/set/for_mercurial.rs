//! `pin --all` for Mercurial.

use super::super::also;
use super::super::consent;
use super::super::finish::{self, Meant};
use super::super::observer::Observer;
use super::super::places::Places;
use super::super::request::MercurialRequest;
use super::super::shown::Shown;
use super::super::stopped::Stopped;
use super::{agree, describe, host, walk};
use crate::commands::assess::Assessor;
use crate::pin_set::Member;
use crate::render::pin_set as show;

/// Pins the host for Mercurial.
pub(in crate::commands::pin) fn for_mercurial(
    typed: &MercurialRequest<'_>,
    assessor: &Assessor,
    observer: &Observer<'_>,
    places: &Places,
) -> Result<(), Stopped> {
    let request = &typed.request;
    let name = observer.asked.written();
    let walked = walk::look(observer, places)?;
    let coming = also::read(typed.also, observer)?;
    let pins = host::pins(assessor, name);
    let set = host::set(&walked, &coming, &pins);
    describe::set(&set, &walked, name);
    if set.members.iter().all(Member::is_to_come) {
        return Err(host::nothing(&walked));
    }
    let port = host::port(observer, &walked)?;
    let agreed = agree::given(request, &set, walked.at)?;
    let members = agreed.members();
    coming.iter().for_each(also::note);
    let pinned = host::reports(members, &walked, name);
    for report in pinned.iter().chain(&coming) {
        consent::to_lifetime(request, report, report.leaf())?;
    }
    let comments = members.iter().map(|one| show::comment(one, walked.at));
    let comments: Vec<String> = comments.collect();
    let whole = host::whole(&walked, &pinned, name).ok_or_else(|| host::nothing(&walked))?;
    let meant = Meant {
        host: name,
        port,
        ports: walked
            .sights
            .iter()
            .map(|sight| sight.look.place.port)
            .collect(),
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
