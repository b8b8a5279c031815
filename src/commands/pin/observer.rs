//! One probe of the server, and its destination.

use crate::cli::{Pin as Args, TargetArg};
use crate::commands::assess::{Asked, Assessor, options};
use crate::commands::environment;
use crate::commands::error::Error;
use crate::commands::runtime::block_on;
use crate::commands::terminal::say;
use crate::endpoint::{Endpoint, Host};
use crate::observation::{KeyType, Sighting};
use crate::report::Report;
use crate::survey::{self, Options};

/// The port of a tunnel is not the one to pin.
pub(super) fn has_its_port(args: &Args, given: &TargetArg, program: &str) -> Result<(), Error> {
    let elsewhere = args.connection.connect.as_ref().and_then(|to| to.port);
    if elsewhere.is_none() || given.target.port.is_some() {
        return Ok(());
    }
    let host = &given.target.written;
    Err(Error::new(format!(
        "--connect has a port and TARGET has none: which one is {program} to use?"
    ))
    .hint(format!("name it: {host}:587, say")))
}

/// A server for several names may answer with another certificate then.
pub(super) fn sends_sni(args: &Args, program: &str) {
    if args.connection.no_sni {
        say(&format!(
            "note: {program} sends the server's name (SNI), and may be shown another certificate than\n\
             this one, which was asked for with --no-sni"
        ));
    }
}

/// Probes once, and judges the result.
pub(super) fn look(args: &Args, check: &Assessor, target: &TargetArg) -> Result<Report, Error> {
    let asked = asked(args, target);
    let seen = observe(args, &asked.endpoint, &asked.reference, None)?;
    Ok(check.report(seen, &asked))
}

/// What is asked about: the target as the options settle it.
pub(super) fn asked(args: &Args, target: &TargetArg) -> Asked {
    let servername = args.trust.servername.as_ref();
    Asked::new(target.clone(), &args.connection, servername)
}

/// `key_type`: ask for a key of this type, whatever the command line says.
pub(super) fn observe(
    args: &Args,
    endpoint: &Endpoint,
    reference: &Host,
    key_type: Option<KeyType>,
) -> Result<Sighting, Error> {
    let options = probe_options(args, reference, key_type)?;
    block_on(survey::look(endpoint, &options))
}

pub(super) fn probe_options(
    args: &Args,
    reference: &Host,
    key_type: Option<KeyType>,
) -> Result<Options, Error> {
    let mut options = options(&args.connection, reference)?;
    let probe = &mut options.probe;
    probe.ehlo = probe.ehlo.take().or_else(environment::fqdn);
    probe.key_type = key_type.or(probe.key_type);
    Ok(options)
}
