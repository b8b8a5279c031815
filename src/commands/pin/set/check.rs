//! `pin --check`: whether a host presents what is pinned, and nothing else.

use super::super::observer::Observer;
use super::super::paste;
use super::super::places::Places;
use super::super::request::{Check, MercurialRequest};
use super::super::stopped::Stopped;
use super::walk::{Missed, Walk};
use super::{describe, host, walk};
use crate::cli::CheckFormat;
use crate::commands::assess::Assessor;
use crate::commands::disk::read::{MAX_SETTINGS, named};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::terminal::{print, say};
use crate::finding::Code;
use crate::observation::FailureClass;
use crate::pin_set::{Drift, Earlier, PinSet, from_earlier, from_pins};
use crate::render::pin_set as show;
use crate::report::Exit;
use std::net::SocketAddr;
use std::path::Path;

/// Compares; nothing is written.
pub(in crate::commands::pin) fn check(
    typed: &MercurialRequest<'_>,
    (assessor, observer): (&Assessor, &Observer<'_>),
    places: &Places,
    how: &Check<'_>,
) -> Result<(), Stopped> {
    let name = observer.asked.written();
    let earlier = how
        .baseline
        .map(|file| earlier(file, observer))
        .transpose()?;
    let pins = match earlier {
        Some(_) => Vec::new(),
        None => host::pins(assessor, name),
    };
    if earlier.is_none() && pins.is_empty() {
        say(&format!("not checked: nothing is pinned for {name}"));
        say(&format!("  -> smtp-certcheck pin {name} --all --write"));
        return Err(Stopped::not_pinned());
    }
    let walked = walk::look(observer, places)?;
    let set = host::set(&walked, &[], &pins);
    if set.members.is_empty() && how.format != CheckFormat::Json {
        return Err(host::nothing(&walked));
    }
    let drift = match &earlier {
        Some(earlier) => from_earlier(&set, earlier),
        None => from_pins(&set),
    };
    let own = observer.asked.endpoint.port;
    let expected = |at: SocketAddr| {
        let known = earlier.as_ref().map(|earlier| &earlier.places);
        at.port() == own || known.is_some_and(|known| known.contains(&(at.ip(), at.port())))
    };
    let failed: Vec<&Missed> = walked
        .missed
        .iter()
        .filter(|missed| {
            // A port that offers no TLS presents nothing, as a closed one.
            let is_without = missed.failure.code() == Code::StarttlsNotOffered;
            !is_without || missed.at.is_none_or(expected)
        })
        .collect();
    report(
        typed,
        how,
        &Found {
            name,
            set: &set,
            drift: &drift,
            walked: &walked,
            failed: &failed,
        },
        observer,
    )?;
    let differs = Exit::failure_if(!drift.changes.is_empty());
    let silent = set.members.is_empty() && walked.missed.is_empty();
    let silent = if silent {
        Exit::UNREACHABLE
    } else {
        Exit::SUCCESS
    };
    let exit = Exit::of_all(
        failed
            .iter()
            .map(|missed| exit(missed))
            .chain([differs, silent]),
    );
    if exit == Exit::SUCCESS {
        Ok(())
    } else {
        Err(Stopped::Exit(exit))
    }
}

/// What was found.
struct Found<'a> {
    name: &'a str,
    set: &'a PinSet,
    drift: &'a Drift<'a>,
    walked: &'a Walk,
    failed: &'a [&'a Missed],
}

fn earlier(file: &Path, observer: &Observer<'_>) -> Result<Earlier, Error> {
    let fail = |why: String| Error::new(format!("cannot use \"{}\": {why}", file.display()));
    let bytes = named(file, MAX_SETTINGS).map_err(fail)?;
    let host = observer.asked.endpoint.host.to_string();
    Earlier::read(&bytes, &host).map_err(|why| {
        fail(why.to_string()).hint("smtp-certcheck pin HOST --all --for json > FILE saves a set")
    })
}

fn report(
    typed: &MercurialRequest<'_>,
    how: &Check<'_>,
    found: &Found<'_>,
    observer: &Observer<'_>,
) -> Result<(), Error> {
    if how.format == CheckFormat::Json {
        let failed = found
            .failed
            .iter()
            .map(|missed| (missed.at, missed.failure.code(), missed.failure.to_string()));
        let checked = show::Checked {
            host: &observer.asked.endpoint.host.to_string(),
            servername: &observer.asked.reference.to_string(),
            at: found.walked.at,
            closed: &found.walked.closed,
            failed: &failed.collect::<Vec<_>>(),
        };
        return print(&show::check(&checked, found.set, found.drift));
    }
    let verdict = show::verdict(found.name, found.set, found.drift);
    if let Some(verdict) = &verdict {
        print(verdict)?;
    }
    if how.quiet {
        return Ok(());
    }
    print(&show::drift(found.drift, found.walked.at))?;
    describe::missed(found.failed.iter().copied());
    if verdict.is_some() && how.baseline.is_none() {
        advise(typed, found.drift);
    }
    Ok(())
}

/// How to pin what is new. Only where all of it is trusted: the user must not paste an impostor.
fn advise(typed: &MercurialRequest<'_>, drift: &Drift<'_>) {
    let trusted = drift.changes.iter().all(|(member, _)| member.is_trusted());
    if trusted && typed.target.is_some() {
        let command = paste::to_add(&environment::arguments());
        say(&format!(
            "  -> compare through another channel; then, to accept it, too:\n       {command}"
        ));
    }
}

fn exit(missed: &Missed) -> Exit {
    match missed.failure.class() {
        FailureClass::Unreachable => Exit::UNREACHABLE,
        FailureClass::SmtpRefused => Exit::SMTP_REFUSED,
        FailureClass::TlsFailed => Exit::TLS_FAILED,
    }
}
