//! `pin --for`: prints the lines that another program reads. Mercurial's configuration is not used.

use super::ca::{Place, absolute};
use super::library::{self, Refusal};
use super::observer::{asked, has_its_port, look, sends_sni};
use super::stopped::{REFUSED, Step, VERSION};
use super::{consent, rounds, second_certificate};
use crate::certificate::Certificate;
use crate::cli::Pin as Args;
use crate::commands::assess::{Asked, Assessor, Sources};
use crate::commands::error::Error;
use crate::commands::terminal::{print, say};
use crate::finding::Code;
use crate::judge::Judgement;
use crate::programs::{By, Checks, Choice, Destination, FileUse, Objection, Program, Recipe, Sni};
use crate::render::objection;
use crate::render::pins as show;
use crate::report::{Exit, Report};

/// The facts that the steps share.
pub(super) fn list(args: &Args) -> Result<Exit, Error> {
    if args.target.is_some() {
        return Err(Error::new("--for needs a TOOL to pin a server for")
            .hint("smtp-certcheck pin --for lists them"));
    }
    print(&show::list())?;
    Ok(Exit::SUCCESS)
}

/// Pins the server for a program.
pub(super) fn run(args: &Args, program: &'static Program) -> Result<Exit, Error> {
    let Some(target) = &args.target else {
        return Err(
            Error::new(format!("--for {program} needs a TARGET")).hint(format!(
                "smtp-certcheck pin mail.example.org:587 --for {program}"
            )),
        );
    };
    has_its_port(args, target, program.name)?;
    let file = args.ca_out.as_deref().map(absolute).transpose()?;
    let Asked {
        endpoint,
        reference,
        ..
    } = asked(args, target);
    let mut server = Destination {
        host: &endpoint.host,
        reference: &reference,
        port: endpoint.port,
        mode: endpoint.first_start(),
        sni: !args.connection.no_sni,
    };
    let choice = choice(args, program, file.as_deref())?;
    if let Some(choice) = &choice {
        choice.fits(&server).map_err(|why| usage(&why))?;
    }
    if args.ca_out.is_some() && choice.as_ref().is_none_or(|choice| choice.file.is_none()) {
        say(&format!(
            "note: {program} needs no file here: --ca-out writes none"
        ));
    }
    let by = choice
        .as_ref()
        .map_or(By::Certificate, |choice| choice.way.by);
    let check = Assessor::read(&Sources::of(&args.trust))?;
    let first = look(args, &check, target)?;
    let set = rounds::look(args, &check, target, first, by)?;
    let report = set.report();
    if let Err(code) = agreed(args, &set, by)? {
        return Ok(code);
    }
    server.mode = report.target.tls.unwrap_or(server.mode);
    let Some(choice) = choice else {
        print(&show::json(report, path(report)))?;
        second_certificate::look(args, target, report, "the program")?;
        return Ok(Exit::SUCCESS);
    };
    match recipe(&check, &choice, &server, report) {
        Ok(recipe) => {
            print_recipe(&choice, &recipe, report)?;
            if program.sni == Sni::Always {
                sends_sni(args, program.name);
            }
            // Both certificates have the same CA.
            if by != By::Ca {
                second_certificate::look(args, target, report, program.name)?;
            }
            Ok(Exit::SUCCESS)
        }
        Err(why) => {
            say(&format!("not pinned: {}", why.message));
            if let Some(advice) = why.advice {
                say(&format!("  -> {advice}"));
            }
            Ok(REFUSED)
        }
    }
}

/// The validated path; empty if the chain is not trusted.
fn path(report: &Report) -> &[Certificate] {
    let judgement = report.judgement();
    let trusted = judgement.filter(|judgement| judgement.is_trusted());
    trusted.map_or(&[][..], |judgement| &judgement.path)
}

/// Whether the user agrees to what is about to be pinned.
fn agreed(args: &Args, set: &rounds::Set, by: By) -> Step<()> {
    let report = set.report();
    set.describe(args);
    if let Err(code) = consent::given(args, report)? {
        return Ok(Err(code));
    }
    if let Err(code) = set.agreed(args)? {
        return Ok(Err(code));
    }
    let leaf = report.leaf();
    let pinned = match by {
        By::Certificate => leaf,
        // A renewal by a CA may keep the key; a self-issued certificate gets a new one.
        By::Key => leaf.filter(|leaf| leaf.facts().is_ok_and(|facts| facts.self_issued)),
        By::Ca => path(report).last(),
    };
    consent::lasts(args, report, pinned)
}

/// The recipe, unless the program would refuse the server despite it.
fn recipe(
    check: &Assessor,
    choice: &Choice<'_>,
    server: &Destination<'_>,
    report: &Report,
) -> Result<Recipe, Refusal> {
    if let Some(refused) = refusals(choice, report.judgement()) {
        return Err(refused);
    }
    let recipe = match choice.recipe(server, report.chain(), path(report)) {
        Ok(recipe) => recipe,
        Err(why) => {
            return Err(Refusal {
                message: objection::message(&why),
                advice: objection::advice(&why),
            });
        }
    };
    let store = check.anchors();
    let refused = library::refuses(choice, &recipe, server.reference, report, store);
    refused.map_or(Ok(recipe), Err)
}

/// `None` if the program has all it needs and there is no choice.
fn choice<'a>(
    args: &Args,
    program: &'static Program,
    file: Option<&'a str>,
) -> Result<Option<Choice<'a>>, Error> {
    if !program.ways.is_empty() {
        let by = args.by.map(Into::into);
        let digest = args.digest.map(Into::into);
        return Choice::new(program, by, digest, file)
            .map(Some)
            .map_err(|why| usage(&why));
    }
    let given = [
        ("--by", args.by.is_some()),
        ("--digest", args.digest.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::new(format!(
            "{option} has no meaning for --for {program}: it has everything"
        ))),
        None => Ok(None),
    }
}

fn usage(why: &Objection) -> Error {
    let error = Error::new(objection::message(why));
    match objection::advice(why) {
        Some(advice) => error.hint(advice),
        None => error,
    }
}

/// Whether the program would refuse the server despite the pin.
fn refusals(choice: &Choice<'_>, judgement: Option<&Judgement>) -> Option<Refusal> {
    // Problems of the path to an anchor: they do not count if the certificate itself is the anchor.
    let about_path = [
        Code::SelfSigned,
        Code::MissingIntermediate,
        Code::UnknownIssuer,
        Code::AnchorExpired,
        Code::AnchorNotYetValid,
        Code::AnchorRejected,
        Code::AnchorsUnreadable,
        Code::Distrusted,
    ];
    let checked = match choice.checks() {
        Checks::Nothing => return None,
        Checks::NameAndDates => &about_path[..],
        Checks::Everything => &[],
    };
    let problems = judgement.map_or(&[][..], |judgement| &judgement.problems);
    let mut codes: Vec<Code> = problems
        .iter()
        .filter(|problem| !checked.contains(&problem.code))
        .map(|problem| problem.code)
        .collect();
    codes.dedup();
    if codes.is_empty() {
        return None;
    }
    let message = format!(
        "{} checks the certificate beside the pin, and would refuse it: {}",
        choice.program,
        Code::list(&codes)
    );
    let only_path = problems
        .iter()
        .all(|problem| about_path.contains(&problem.code));
    let advice = (only_path && choice.way.file == FileUse::Optional)
        .then(|| "--ca-out FILE lets it trust the certificate itself".to_owned());
    Some(Refusal { message, advice })
}

/// Prints the file, the lines and the advice.
fn print_recipe(choice: &Choice<'_>, recipe: &Recipe, report: &Report) -> Result<(), Error> {
    let by = choice.way.by;
    let text = |certificate: &Certificate| show::file(report, certificate, by, VERSION);
    match (&recipe.certificate, choice.file) {
        (Some(certificate), Some(file)) => {
            let hint = "name another file, or remove that one; nothing was changed";
            Place::of(file, certificate, Some(hint))?.save(&text(certificate))?;
        }
        (Some(certificate), None) => print(&text(certificate))?,
        (None, _) => {}
    }
    if !recipe.lines.is_empty() {
        print(&show::lines(report, recipe, by, VERSION))?;
    }
    for advice in &recipe.advice {
        say(&show::note(&show::spelled(advice)));
    }
    Ok(())
}
