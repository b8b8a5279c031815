//! `pin --for TOOL --all`: every certificate of a host for a program that holds several; for one that
//! holds one, that of its own port.

use super::super::also;
use super::super::consent;
use super::super::for_program::{choice, destination, save_and_print, usage};
use super::super::observer::Observer;
use super::super::places::Places;
use super::super::published;
use super::super::recipe::{Lines, path, pinned};
use super::super::request::{ProgramRequest, Request};
use super::super::stopped::Stopped;
use super::walk::{Sight, Walk};
use super::{agree, describe, host, walk};
use crate::commands::assess::Assessor;
use crate::commands::error::Error;
use crate::commands::terminal::{print, say};
use crate::pin_set::{Member, PinSet, Place};
use crate::programs::{By, Choice, Destination, Program, Sni};
use crate::render::pin_set;
use crate::report::Report;

/// Pins the host for a program.
pub(in crate::commands::pin) fn for_program(
    typed: &ProgramRequest<'_>,
    program: &'static Program,
    places: &Places,
) -> Result<(), Stopped> {
    let asked = typed.route.asked(typed.target.clone());
    let mut server = destination(&asked, typed, program);
    let choice = choice(typed, program)?;
    if let Some(choice) = &choice {
        fits(choice, &server, typed)?;
    }
    let by = choice
        .as_ref()
        .map_or(By::Certificate, |choice| choice.way.by);
    let request = Request {
        by,
        ..typed.request
    };
    let assessor = Assessor::read(&typed.sources)?;
    let mut observer = Observer::new(&assessor, typed.target.clone(), &typed.route)?;
    if program.sni == Sni::Never {
        observer.look_without_sni(program.name);
    }
    let name = observer.asked.written();
    let walked = walk::look(&observer, places)?;
    let coming = also::read(typed.also, &observer)?;
    let set = host::set(&walked, &coming, &[]);
    describe::set(&set, &walked, name);
    if set.members.iter().all(Member::is_to_come) {
        return Err(host::nothing(&walked));
    }
    let members = agree::given(&request, &set, walked.at)?.members();
    coming.iter().for_each(also::note);
    let seen = host::reports(members, &walked, name);
    let all: Vec<&Report> = seen.iter().chain(&coming).collect();
    for report in &all {
        consent::to_lifetime(&request, report, pinned(report, by))?;
    }
    server.start = host::start(&observer, &walked);
    let whole = host::whole(&walked, &seen, name).ok_or_else(|| host::nothing(&walked))?;
    let Some(choice) = choice else {
        return Ok(print(&pin_set::json(&whole, path(&whole), members))?);
    };
    let lines = Lines {
        assessor: &assessor,
        choice,
        server,
    };
    if program.holds_one_pin() {
        return one(&lines, &set, &walked, name);
    }
    let about: Vec<String> = members
        .iter()
        .map(|one| pin_set::comment(one, walked.at))
        .collect();
    lines.all(&all, &whole, &about)?;
    let is_there = |sight: &&Sight| {
        let Place { port, sni, .. } = sight.look.place;
        port == lines.server.port && sni
    };
    let there = walked.sights.iter().filter(is_there);
    let looks = there.map(|sight| &sight.assessment);
    Ok(published::look(
        &observer,
        &lines,
        typed.resolving,
        &all,
        looks,
    )?)
}

/// Makes sure that the choice fits the server, and `--all`.
fn fits(
    choice: &Choice<'_>,
    server: &Destination<'_>,
    typed: &ProgramRequest<'_>,
) -> Result<(), Error> {
    choice.fits(server).map_err(|why| usage(&why))?;
    let program = choice.program;
    if choice.way.by == By::Ca {
        let error = Error::new(format!(
            "--all is for certificates and keys, and {program} is pinned by the CA"
        ));
        return Err(error.hint("--by fingerprint or --by key, or without --all"));
    }
    also::fits(typed.also, program)
}

/// The lines of what the program's own port presents, and a note on the rest.
fn one(lines: &Lines<'_>, set: &PinSet, walked: &Walk, name: &str) -> Result<(), Stopped> {
    let program = lines.choice.program;
    let port = lines.server.port;
    let is_there = |member: &&Member| {
        let mut places = member.places.iter();
        places.any(|place| place.port == port && place.sni == lines.server.sni)
    };
    let Some(own) = set.members.iter().find(is_there) else {
        return Err(Stopped::because(&format!(
            "not pinned: {program} holds one pin, and port {port} shows no certificate\n  \
             -> name its port: {name}:587, say"
        )));
    };
    let others: Vec<String> = set
        .members
        .iter()
        .filter(|member| member.leaf != own.leaf)
        .map(|member| {
            format!(
                "  {}: {}",
                pin_set::short(&member.leaf),
                pin_set::place(member)
            )
        })
        .collect();
    let reports = host::reports(std::slice::from_ref(own), walked, name);
    let Some(report) = reports.first() else {
        return Err(host::nothing(walked));
    };
    let made = lines.recipe(report).map_err(|why| why.report())?;
    save_and_print(&lines.choice, &made, report)?;
    if !others.is_empty() {
        say(&format!(
            "note: {program} holds one pin: that of port {port} is printed, and {program} refuses the host\n  \
             where it presents one of the others:\n{}",
            others.join("\n")
        ));
    }
    Ok(())
}
