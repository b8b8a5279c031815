//! `pin`: looks at a server, makes sure that its certificate is the one that the user means, and
//! prints or writes the settings that make Mercurial, or another program, accept it and no other.

mod also;
mod ask;
mod ca;
mod certificate_file;
mod consent;
mod finish;
mod for_mercurial;
mod for_program;
mod gap;
mod judged;
mod library;
mod observer;
mod only_smtp;
mod other_host;
mod paste;
mod places;
mod plan_error;
mod possession;
mod published;
mod recipe;
mod refusal;
mod request;
mod rounds;
mod second_certificate;
mod set;
mod several;
mod shown;
mod snippet;
mod stopped;
mod version;
mod write;

use super::assess::scheme_says_otherwise;
use super::error::Error;
use crate::cli::Pin as Args;
use crate::programs::Tool;
use crate::report::Exit;
use request::{MercurialRequest, ProgramRequest};
use stopped::Stopped;

/// Runs `pin`.
pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    if let Some(target) = args
        .target
        .as_ref()
        .filter(|one| one.target.host.is_socket())
    {
        let input = &target.input;
        return Err(Error::new(format!(
            "a pin is for a host, and \"{input}\" is a Unix socket"
        ))
        .hint("name the host that programs connect to"));
    }
    let target = args.target.as_ref();
    if let Some(why) = target.and_then(|one| scheme_says_otherwise(one, &args.connection)) {
        return Err(why);
    }
    let program = match args.for_tool {
        Some(Some(Tool::Program(program))) => Some(program),
        _ => None,
    };
    published::fits(&args.resolving, program)?;
    let pinned = match args.for_tool {
        Some(None) => for_program::list(args.target.is_some()),
        Some(Some(Tool::Unpinnable(program))) => Err(for_program::refuse(program)),
        Some(Some(Tool::Program(program))) => ProgramRequest::of(args, program)
            .map_err(Stopped::from)
            .and_then(|typed| match &typed.places {
                Some(places) => set::for_program(&typed, program, places),
                None => for_program::run(&typed, program),
            }),
        None => MercurialRequest::of(args)
            .map_err(Stopped::from)
            .and_then(|typed| for_mercurial::run(&typed)),
    };
    match pinned {
        Ok(()) => Ok(Exit::SUCCESS),
        Err(Stopped::Exit(exit)) => Ok(exit),
        Err(Stopped::Failed(why)) => Err(why),
    }
}
