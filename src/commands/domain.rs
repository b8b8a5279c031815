//! What domains are asked with: resolvers, trust anchors, and what is wanted of them.

use super::assess::Asked;
use super::assess::options;
use super::disk::dns::{anchors, resolvers};
use super::environment;
use super::error::Error;
use crate::cli::{self, Connection, DomainArg, RequireArg, TargetArg, first_given};
use crate::endpoint::{Host, Target};
use crate::judge::domain::Required;
use crate::records::Anchors;
use crate::report::{Dns, ValidatedBy};
use crate::survey::{
    Addresses, DomainSurvey, Domains, Lookups, Options, Pacer, TlsaSurvey, Trust, Wanted,
};
use std::sync::Arc;

/// What the domains of a run are asked with.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) domains: Domains,
    wants_mta_sts: bool,
    pub(super) required: Option<Required>,
    trust: Trust,
    /// The trust anchors: `root`, or the file.
    anchors: String,
}

impl Asking {
    /// Reads what the options name; connections are made at the pace of `pacer`.
    pub(super) fn read(args: &cli::Dns, pacer: &Arc<Pacer>) -> Result<Self, Error> {
        if args.no_mta_sts && args.require == Some(RequireArg::MtaSts) {
            let text = "--require mta-sts needs the policy, which --no-mta-sts leaves out";
            return Err(Error::new(text).hint("--require dane, or leave one of them out"));
        }
        Ok(Self {
            wants_mta_sts: !args.no_mta_sts,
            required: args.require.map(required),
            ..Self::about_servers(&args.resolving, pacer)?
        })
    }

    /// The same for servers, whose TLSA records alone are asked for.
    pub(super) fn about_servers(args: &cli::Resolving, pacer: &Arc<Pacer>) -> Result<Self, Error> {
        let trust = if args.trust_ad {
            Trust::Resolver
        } else {
            Trust::NoResolver
        };
        let servers = match args.resolver.as_slice() {
            [] => resolvers(),
            named => named.to_vec(),
        };
        let is_believable = !args.resolver.is_empty() || servers.iter().all(|one| one.is_local());
        if args.trust_ad && !is_believable {
            let text =
                "--trust-ad believes a resolver on this machine, or one that --resolver names";
            let first = servers.first().map(ToString::to_string).unwrap_or_default();
            return Err(Error::new(text).hint(format!(
                "--resolver {first} --trust-ad, if the way to it is safe; without --trust-ad the signatures are checked here"
            )));
        }
        let (roots, name) = match &args.trust_anchor {
            None => (Anchors::root(), "root".to_owned()),
            Some(path) => (anchors(path)?, path.display().to_string()),
        };
        Ok(Self {
            domains: Domains::new(
                Lookups::new(servers, roots, trust, pacer.questions),
                Arc::clone(pacer),
            ),
            wants_mta_sts: false,
            required: None,
            trust,
            anchors: name,
        })
    }

    /// The same for a list.
    pub(super) fn of_a_list(self) -> Self {
        Self {
            domains: self.domains.of_a_list(),
            ..self
        }
    }

    /// Surveys a domain.
    pub(super) async fn survey(
        &self,
        domain: &DomainArg,
        options: &Options,
    ) -> Result<DomainSurvey, Error> {
        let wanted = Wanted {
            mta_sts: self.wants_mta_sts,
            now: environment::seconds(),
        };
        let surveyed = self.domains.survey(&domain.domain, options, wanted).await;
        surveyed.map_err(|why| {
            let input = &domain.input;
            Error::new(format!("\"{input}\" cannot be asked for: {why}"))
        })
    }

    /// What the DNS has about a server for DANE.
    pub(super) async fn records_of(
        &self,
        host: &str,
        port: u16,
        options: &Options,
    ) -> Option<(Addresses, TlsaSurvey)> {
        let now = environment::seconds();
        self.domains.records_of(host, port, options, now).await
    }

    /// Which resolvers answered in a survey, and who validated the answers.
    pub(super) fn dns(&self, survey: &DomainSurvey) -> Dns {
        let heard = survey.heard();
        let heard: Vec<String> = heard.iter().map(ToString::to_string).collect();
        Dns {
            resolver: (!heard.is_empty()).then(|| heard.join(", ")),
            validated_by: match self.trust {
                Trust::NoResolver => ValidatedBy::Ourselves,
                Trust::Resolver => ValidatedBy::Resolver,
            },
            anchors: self.anchors.clone(),
        }
    }
}

fn required(argument: RequireArg) -> Required {
    match argument {
        RequireArg::Dane => Required::Dane,
        RequireArg::MtaSts => Required::MtaSts,
        RequireArg::Any => Required::Any,
    }
}

/// The options of the probes of a domain's hosts.
pub(super) fn options_of(connection: &Connection, domain: &DomainArg) -> Result<Options, Error> {
    if let Some(option) = unfit(connection) {
        let input = &domain.input;
        return Err(Error::new(format!(
            "{option} is for a server, and \"{input}\" is a domain"
        ))
        .hint("leave it out: a domain's hosts are met on port 25, at all of their addresses"));
    }
    let name = domain.domain.to_string();
    let host = Host::Name {
        ascii: name.clone(),
        absolute: true,
    };
    let target = Target {
        host,
        written: name,
        port: None,
        start: None,
        protocol: None,
    };
    let target = TargetArg {
        input: domain.input.clone(),
        target,
    };
    options(connection, &Asked::new(target, connection, None))
}

/// An option of the connection that a domain cannot have.
fn unfit(connection: &Connection) -> Option<&'static str> {
    first_given(&[
        ("--connect", connection.connect.is_some()),
        ("--tls", connection.tls.mode().is_some()),
        ("--no-sni", connection.no_sni),
        ("--key-type", connection.key_type.is_some()),
    ])
}
