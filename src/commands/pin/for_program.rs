//! `pin --for`: prints what another program reads. Mercurial's configuration is not read.

use super::also;
use super::certificate_file::CertificateFile;
use super::consent;
use super::observer::Observer;
use super::published;
use super::recipe::{Lines, path, pinned};
use super::refusal::Refusal;
use super::request::{ProgramRequest, Request};
use super::rounds;
use super::second_certificate;
use super::stopped::Stopped;
use super::version::VERSION;
use crate::certificate::Certificate;
use crate::commands::assess::{Asked, Assessor};
use crate::commands::error::Error;
use crate::commands::terminal::{print, say};
use crate::programs::{By, Choice, Destination, Objection, Program, Recipe, Sni, Unpinnable};
use crate::render::advice::spelled;
use crate::render::pins as show;
use crate::render::{objection, pin};
use crate::report::Report;

/// Prints the programs.
pub(super) fn list(has_target: bool) -> Result<(), Stopped> {
    if has_target {
        let error = Error::new("--for needs a TOOL to pin a server for");
        return Err(error.hint("smtp-certcheck pin --for lists them").into());
    }
    Ok(print(&show::list())?)
}

/// Reports why nothing is printed for a program, whatever the server is.
pub(super) fn refuse(program: &Unpinnable) -> Stopped {
    say(&format!("not pinned: {}", program.why));
    say(&show::instead(program.instead));
    Stopped::not_pinned()
}

/// What the program is told of the server, as far as it is known before the connection.
pub(super) fn destination<'a>(
    asked: &'a Asked,
    typed: &ProgramRequest<'_>,
    program: &Program,
) -> Destination<'a> {
    let endpoint = &asked.endpoint;
    Destination {
        host: &endpoint.host,
        reference: &asked.reference,
        port: endpoint.port,
        protocol: endpoint.first_protocol(),
        start: endpoint.first_start(),
        sni: typed.route.sends_sni() && program.sni != Sni::Never,
    }
}

/// Pins the server for a program.
pub(super) fn run(typed: &ProgramRequest<'_>, program: &'static Program) -> Result<(), Stopped> {
    let asked = typed.route.asked(typed.target.clone());
    let mut server = destination(&asked, typed, program);
    let choice = choice(typed, program)?;
    if let Some(choice) = &choice {
        choice.fits(&server).map_err(|why| usage(&why))?;
    }
    also::fits_alone(typed.also, program, choice.map(|choice| choice.way.by))?;
    if typed.file.is_some() && choice.as_ref().is_none_or(|choice| choice.file.is_none()) {
        say(&format!(
            "note: {program} needs no file here: --ca-out writes none"
        ));
    }
    let assessor = Assessor::read(&typed.sources)?;
    let mut observer = Observer::new(&assessor, typed.target.clone(), &typed.route)?;
    if program.sni == Sni::Never {
        observer.look_without_sni(program.name);
    }
    let by = choice
        .as_ref()
        .map_or(By::Certificate, |choice| choice.way.by);
    let request = Request {
        by,
        ..typed.request
    };
    let looks = rounds::look(&observer, &request, observer.look()?)?;
    let coming = also::read(typed.also, &observer)?;
    let report = &looks.report;
    consent::given(&request, &looks)?;
    also::agreed(&request, &coming)?;
    consent::to_lifetime(&request, report, pinned(report, by))?;
    server.start = report.target.tls.unwrap_or(server.start);
    server.protocol = report.target.protocol.unwrap_or(server.protocol);
    let Some(choice) = choice else {
        print(&show::json(report, path(report)))?;
        second_certificate::look(
            &observer,
            std::slice::from_ref(report),
            Some(program),
            "the program",
        )?;
        return Ok(());
    };
    // The server may speak another protocol than its port suggests.
    choice
        .fits(&server)
        .map_err(|why| Refusal::from(why).report())?;
    let lines = Lines {
        assessor: &assessor,
        choice,
        server,
    };
    let reports: Vec<&Report> = std::iter::once(report).chain(&coming).collect();
    if coming.is_empty() {
        let recipe = lines.recipe(report).map_err(|why| why.report())?;
        save_and_print(&choice, &recipe, report)?;
    } else {
        let about = std::iter::once(pin::about(report)).chain(coming.iter().map(pin::coming));
        lines.all(&reports, report, &about.collect::<Vec<_>>())?;
    }
    if program.sni == Sni::Always {
        observer.note_sni(program.name);
    }
    // A CA is that of both certificates.
    if by != By::Ca {
        second_certificate::look(
            &observer,
            std::slice::from_ref(report),
            Some(program),
            program.name,
        )?;
    }
    let looks = report.looks();
    Ok(published::look(
        &observer,
        &lines,
        typed.resolving,
        &reports,
        looks,
    )?)
}

/// What the user chooses; `None`: the program's output holds everything, and there is no choice.
pub(super) fn choice<'a>(
    typed: &'a ProgramRequest<'_>,
    program: &'static Program,
) -> Result<Option<Choice<'a>>, Error> {
    if !program.ways.is_empty() {
        return Choice::new(program, typed.by, typed.digest, typed.file.as_deref())
            .map(Some)
            .map_err(|why| usage(&why));
    }
    let given = [
        ("--by", typed.by.is_some()),
        ("--digest", typed.digest.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::new(format!(
            "{option} has no meaning for --for {program}: it has everything"
        ))),
        None => Ok(None),
    }
}

/// The error of a wrong choice.
pub(super) fn usage(why: &Objection) -> Error {
    let error = Error::new(objection::message(why));
    match objection::advice(why) {
        Some(advice) => error.hint(advice),
        None => error,
    }
}

/// Saves the certificate, prints the lines, and reports the advice.
pub(super) fn save_and_print(
    choice: &Choice<'_>,
    recipe: &Recipe,
    report: &Report,
) -> Result<(), Error> {
    let by = choice.way.by;
    let text = |certificate: &Certificate| show::file(report, certificate, by, VERSION);
    match (&recipe.certificate, choice.file) {
        (Some(certificate), Some(file)) => {
            let hint = "name another file, or remove that one; nothing was changed";
            let file = CertificateFile::read(file, certificate, Some(hint))?;
            file.save(&text(certificate))?;
        }
        (Some(certificate), None) => print(&text(certificate))?,
        (None, _) => {}
    }
    if !recipe.lines.is_empty() {
        print(&show::lines(report, recipe, by, VERSION))?;
    }
    if choice.program.holds_one_pin() && by != By::Ca {
        say(&show::rotation(choice.program));
    }
    for advice in &recipe.advice {
        say(&show::note(&spelled(advice)));
    }
    Ok(())
}
