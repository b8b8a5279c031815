//! The settings of a target that its line of the list does not replace.

use crate::audit::{Entry, Identity, Levels};
use crate::certificate::Least;
use crate::cli::{Audit as Args, Connection, DomainArg, TargetArg};
use crate::commands::assess::{Asked, options, several_ports_elsewhere};
use crate::commands::domain::options_of;
use crate::commands::error::Error;
use crate::endpoint::{Host, MailDomain, MailPorts, Subject, Target};
use crate::survey::Options;

/// The options of the command line that a line of the list may replace.
pub(super) struct Defaults {
    connection: Connection,
    /// Which ports of targets that name none.
    ports: Option<MailPorts>,
    servername: Option<Host>,
    /// The anchors are those of public CAs, because the user named none.
    public_cas: bool,
    warning: Least,
    critical: Least,
}

impl Defaults {
    /// Takes the options from the command line.
    pub(super) fn of(args: &Args) -> Self {
        Self {
            connection: args.connection.clone(),
            ports: args.ports.asked(),
            servername: args.trust.servername.clone(),
            public_cas: args.trust.cacerts.is_empty(),
            warning: args.warning,
            critical: args.critical,
        }
    }

    /// Why the warning of the command line can never occur.
    pub(super) fn conflict(&self) -> Option<String> {
        let levels = Levels {
            warning: self.warning,
            critical: self.critical,
            public_cas: self.public_cas,
        };
        levels.conflict()
    }

    /// Why several ports cannot be looked at, if the command line wants that.
    pub(super) fn unfit_for_ports(&self) -> Option<Error> {
        self.ports.as_ref()?;
        several_ports_elsewhere(&self.connection)
    }

    /// Why a line of the list cannot be used with the options of the command line.
    pub(super) fn conflict_of(&self, entry: &Entry) -> Option<String> {
        let of_levels = self.levels(entry).conflict();
        let of_ports = || {
            self.ports_of(entry)?;
            several_ports_elsewhere(&self.connection)
        };
        let of_options = || of_ports().or_else(|| self.conflict_of_domain(entry));
        of_levels.or_else(|| Some(of_options()?.message().to_owned()))
    }

    /// The same for a domain.
    fn conflict_of_domain(&self, entry: &Entry) -> Option<Error> {
        let Subject::Domain(name) = &entry.subject else {
            return None;
        };
        self.options_of_domain(&domain(entry, name)).err()
    }

    /// The ports to look at: those of the line; those of the command line are for a server whose target
    /// names none itself.
    fn ports_of(&self, entry: &Entry) -> Option<MailPorts> {
        let has_one = entry.names_a_port() || entry.is_domain();
        let usual = || self.ports.clone().filter(|_| !has_one);
        entry.ports.clone().or_else(usual)
    }

    /// How little time may be left before an expiring certificate of the target is a finding.
    pub(super) fn levels(&self, entry: &Entry) -> Levels {
        Levels {
            warning: entry.warning.unwrap_or(self.warning),
            critical: entry.critical.unwrap_or(self.critical),
            // A target with its own anchors has a private CA.
            public_cas: self.public_cas && entry.cacerts.is_none(),
        }
    }

    /// What is asked about a server of the list.
    pub(super) fn asked(&self, entry: &Entry, target: &Target) -> Asked {
        let target = TargetArg {
            input: entry.input.clone(),
            target: target.clone(),
        };
        let name = entry.servername.as_ref().or(self.servername.as_ref());
        Asked::new(target, &self.connection, name).at_ports(self.ports_of(entry))
    }

    /// The identity of a target of the list.
    pub(super) fn identity(&self, entry: &Entry) -> Identity {
        let target = match &entry.subject {
            Subject::Host(target) => target,
            Subject::Domain(_) => return Identity::of_domain(&entry.input),
        };
        let asked = self.asked(entry, target);
        let ports = asked.endpoints().unwrap_or_default();
        Identity {
            input: entry.input.clone(),
            servername: Some(asked.reference.to_string()),
            ports: ports.iter().map(|port| port.port).collect(),
        }
    }

    /// The options of the probes of a domain's hosts.
    pub(super) fn options_of_domain(&self, domain: &DomainArg) -> Result<Options, Error> {
        options_of(&self.connection, domain)
    }

    /// The options of the probe for that server.
    pub(super) fn options(&self, asked: &Asked) -> Result<Options, Error> {
        options(&self.connection, asked)
    }
}

/// A domain of the list as a target.
pub(super) fn domain(entry: &Entry, name: &MailDomain) -> DomainArg {
    DomainArg {
        input: entry.input.clone(),
        domain: name.clone(),
    }
}
